"""What an attack may harm: the grader's files, a listening socket, secrets; and what it did."""

from __future__ import annotations

import os
import secrets
import socket
import threading
from dataclasses import dataclass
from pathlib import Path

from tempkit.course.chapters import root

__all__ = ["Aftermath", "World"]

SECRET = "the-secret-of-the-grader"
#: Where everybody may leave something.
_OPEN_TO_ALL = ("/tmp", "/var/tmp", "/dev/shm")


@dataclass(frozen=True)
class Aftermath:
    """What came of a submission: its points and outputs, and what it did to the world."""

    points: float
    text: str
    seconds: float
    finished: bool
    crashed: bool
    damaged: bool
    connections: int
    survivors: int

    def gained(self, gains: str, deserves: float, tells: str, patience: float) -> bool:
        """Whether the attack got what it was after."""
        return {
            "points": self.points > deserves,
            "says": tells in self.text,
            "damage": self.damaged,
            "network": self.connections > 0,
            "survivor": self.survivors > 0,
            "time": not self.finished or self.seconds > patience,
            "batch": self.crashed,
        }[gains]


class World:
    """The surroundings of one submission, made in ``folder``."""

    def __init__(self, folder: Path, owner: int | None = None) -> None:
        self.victim = folder / "victim"
        self.victim.mkdir()
        (self.victim / "gradebook.csv").write_text("student,points\nana,10\n")
        (self.victim / "other.py").write_text("answer = 42\n")
        (self.victim / "secret.txt").write_text(SECRET)
        self.submitted = folder / "submitted"
        self.submitted.mkdir()
        self.token = "t" + secrets.token_hex(6)
        self.traces = [Path(place) / self.token for place in _OPEN_TO_ALL]
        if owner is not None:
            for path in (folder, self.submitted, self.victim, *self.victim.iterdir()):
                os.chown(path, owner, owner)
        self.connections = 0
        self._server = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._listen, daemon=True).start()
        self._before = self._snapshot()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            self.connections += 1
            connection.close()

    def close(self) -> None:
        """Stop listening, and take away what was left behind."""
        for trace in self.traces:
            trace.unlink(missing_ok=True)
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def placed(self, source: str) -> str:
        """A source of an attack with the names of this world."""
        places = {
            "victim": self.victim,
            "token": self.token,
            "port": self._server.getsockname()[1],
            "checkout": root(),
            "pid": os.getpid(),
        }
        for word, place in places.items():
            source = source.replace(f"@{word}@", str(place))
        return source

    def damaged(self) -> bool:
        """Whether the victim's folder is not as it was, or something was left elsewhere."""
        return self._snapshot() != self._before or any(trace.exists() for trace in self.traces)

    def _snapshot(self) -> list[tuple]:
        return sorted(
            (str(path), path.stat().st_mode, path.read_bytes() if path.is_file() else b"")
            for path in self.victim.rglob("*")
        )

    def survivors(self) -> int:
        """Processes that carry the token in their name or command line."""
        found = 0
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                told = (folder / "cmdline").read_bytes() + (folder / "comm").read_bytes()
            except OSError:
                continue
            found += self.token.encode() in told
        return found
