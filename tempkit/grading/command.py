"""``tempkit grade`` from its arguments to its exit status, with one line that says what to do.

0: everything was graded. 1: some submissions were refused. 2: nothing could be done. 130: stopped
at the keyboard; what was done is kept.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tempkit.grading import export
from tempkit.grading.batch import Batch, NothingFoundError, Pool
from tempkit.grading.pools import PoolError, in_processes, in_this_process
from tempkit.grading.results import Options
from tempkit.grading.store import BusyError, Store
from tempkit.grading.summary import Summary
from tempkit.grading.tables import GradesTable, Report
from tempkit.grading.wording import say

__all__ = ["CannotGradeError", "Request", "formats", "run", "seed_in"]


class CannotGradeError(RuntimeError):
    """Nothing can be graded as asked; ``str()`` is one line that says what to do."""


@dataclass(frozen=True)
class Request:
    """What the command line asks for."""

    submissions: Path
    out: Path
    options: Options
    jobs: int | None = None
    scheduler: str | None = None
    fresh: bool = False
    formats: tuple[str, ...] = ()


def seed_in(path: Path, lang: str) -> int:
    """The private seed in a file.

    Raises
    ------
    CannotGradeError
        If the file cannot be read or holds no whole number.
    """
    try:
        text = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CannotGradeError(say("command.seed-file", lang, path=path)) from error
    # A generator takes 64 bits.
    if not (text.isascii() and text.isdecimal() and int(text[:20]) < 2**63 and len(text) < 20):
        raise CannotGradeError(say("command.seed", lang, path=path))
    return int(text)


def formats(names: list[str], lang: str) -> tuple[str, ...]:
    """The formats to export.

    Raises
    ------
    CannotGradeError
        If there is no such format.
    """
    for name in names:
        if name not in export.FORMATS:
            known = ", ".join(export.FORMATS)
            raise CannotGradeError(say("command.no-format", lang, name=name, formats=known))
    return tuple(dict.fromkeys(names))


def run(request: Request) -> tuple[int, str]:
    """Grade, write everything, and return the exit status and its line."""
    lang = request.options.lang
    store = Store(request.out)
    done = 0
    try:
        with store.writing():
            batch = Batch(request.submissions, store, request.options)
            kept = 0 if request.fresh else batch.reuse()
            store.sweep()
            with _Progress(len(batch.to_do), lang) as progress:
                for _ in batch.grade(_pool(request, len(batch.to_do))):
                    done += 1
                    progress.advance()
            statuses = _write(batch, store, request)
    except KeyboardInterrupt:
        return 130, say("command.stopped", lang, count=done)
    except NothingFoundError:
        return 2, say("command.nothing-found", lang, folder=request.submissions)
    except BusyError:
        return 2, say("command.busy", lang, folder=request.out)
    except PoolError as error:
        return 2, str(error)
    except OSError as error:
        place = error.filename or request.out
        return 2, say("command.os-error", lang, place=place, what=error.strerror or error)
    return _verdict(statuses, kept, request)


def _pool(request: Request, todo: int) -> Pool:
    """Who does the work."""
    if request.scheduler:
        from tempkit.grading.dask_pool import on_cluster

        return partial(on_cluster, options=request.options, address=request.scheduler)
    jobs = min(request.jobs or os.cpu_count() or 1, todo)
    if jobs <= 1:
        return partial(in_this_process, options=request.options)
    return partial(in_processes, options=request.options, jobs=jobs)


def _write(batch: Batch, store: Store, request: Request) -> Counter[str]:
    """Everything that is made of the results; the number of rows by status."""
    summary = Summary(request.options.lang)
    rows: Counter[str] = Counter()
    batch.write_refusals()
    with store.open("grades.csv") as csv_file, store.open("report.json") as json_file:
        table, report = GradesTable(csv_file), Report(json_file, request.options)
        for record in batch.records():
            rows[record.status] += 1
            table.add(record)
            report.add(record)
            summary.add(record)
        for record in batch.records(aside=True):
            report.add(record)
            summary.add(record)
        report.close(sorted(summary.statuses.items()))
    store.write("summary.html", summary.page())
    for name in request.formats:
        export.write(name, batch.records, store, request.options.lang)
    return rows


def _verdict(statuses: Counter[str], kept: int, request: Request) -> tuple[int, str]:
    lang, total = request.options.lang, statuses.total()
    refused = statuses["refused"]
    facts = {
        "graded": total - refused,
        "kept": kept,
        "refused": refused,
        "partial": statuses["partial"] + statuses["timeout"],
        "summary": request.out / "summary.html",
    }
    line = say("command.refused" if refused else "command.done", lang, **facts)
    if facts["partial"]:
        line += " " + say("command.partial", lang, **facts)
    return int(refused > 0), line


class _Progress:
    """A bar, a rate and an estimate on a terminal; nothing where nobody looks."""

    def __init__(self, total: int, lang: str) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not (total and sys.stderr.isatty()),
        )
        self._lang = lang
        self._row = self._bar.add_task(say("command.grading", lang), total=total, rate="")

    def __enter__(self) -> _Progress:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def advance(self) -> None:
        """One more is done."""
        row = self._bar.tasks[self._row]
        rate = say("command.rate", self._lang, rate=round(60 * (row.speed or 0)))
        self._bar.update(self._row, advance=1, rate=rate if row.speed else "")
