"""The folder of grades: every file is written whole or not at all, and by one command at a time.

``GRADES/results/STUDENT/LAB.json`` is what a run that was stopped goes on from; a page of feedback
is written before the record that vouches for it.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from tempkit.grading.results import Record

__all__ = ["BusyError", "Store"]


class BusyError(RuntimeError):
    """Another command is writing to the same folder."""


class Store:
    """The results and pages in one folder of grades."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the folder; the hold ends with the process, however that ends.

        Raises
        ------
        BusyError
            If another process holds it.
        OSError
            If the folder cannot be made or written to.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as lock:
            _hold(lock)
            yield

    def load(self, student: str, lab: str, key: str) -> Record | None:
        """The record of that key with its page, if both are there and whole."""
        try:
            data = json.loads(self._record(student, lab).read_bytes())
            record = Record.from_json(data)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        return record if record.key == key and self.page(student, lab).is_file() else None

    def save(self, record: Record, page: str) -> None:
        """Write the page, then the record."""
        self.write(self.page(record.student, record.lab).relative_to(self.folder), page)
        text = json.dumps(record.to_json(), ensure_ascii=False)
        self.write(self._record(record.student, record.lab).relative_to(self.folder), text)

    def _record(self, student: str, lab: str) -> Path:
        return self.folder / "results" / student / f"{lab}.json"

    def page(self, student: str, lab: str) -> Path:
        """Where a student's feedback lies."""
        return self.folder / "feedback" / student / f"{lab or 'refused'}.html"

    def write(self, name: Path | str, text: str) -> None:
        """Write a text file whole or not at all."""
        with self.open(name) as file:
            file.write(text)

    @contextlib.contextmanager
    def open(self, name: Path | str) -> Iterator[IO[str]]:
        """A text file that takes its place when the block ends without an error."""
        with (
            self.placed(name) as unfinished,
            unfinished.open("w", encoding="utf-8", newline="") as file,
        ):
            yield file

    @contextlib.contextmanager
    def placed(self, name: Path | str) -> Iterator[Path]:
        """A file to write, which takes its place when the block ends without an error."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".unfinished-", dir=path.parent)
        os.close(handle)
        unfinished = Path(temporary)
        try:
            yield unfinished
            unfinished.chmod(0o644)
            unfinished.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                unfinished.unlink()
            raise

    def sweep(self) -> None:
        """Remove what commands that were killed left half written."""
        for unfinished in self.folder.rglob(".unfinished-*"):
            with contextlib.suppress(OSError):
                unfinished.unlink()


def _hold(lock: IO[str]) -> None:
    """An advisory lock on an open file, where the system has one."""
    try:
        import fcntl
    except ImportError:  # Windows: two commands at once are the instructor's own affair
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES):
            raise BusyError(lock.name) from error
        raise
