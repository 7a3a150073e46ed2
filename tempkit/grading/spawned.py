"""A child where no sandbox is possible: a fresh interpreter, ended as a tree. Not isolated.

Tests are still not in its process. It says so in its layers, and so does every report.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from tempkit.grading.records import LAYERS, Layer
from tempkit.grading.wire import FROM_THE_GRADER, Channel, FrameLimits, WireError

__all__ = ["child", "environment", "main"]

_BOOT = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from tempkit.grading.spawned import main; main()"
)
_PACKAGE = Path(__file__).resolve().parents[2]
_KEPT = ("PATH", "HOME", "XDG_CACHE_HOME", "SYSTEMROOT", "TEMP", "TMP", "USERPROFILE", "TMPDIR")


def environment() -> dict[str, str]:
    """What of our environment a student's process may know: where things are, no more."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {
        "LANG": "C.UTF-8",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "TEMPKIT_DEVICE": "cpu",
        "CUDA_VISIBLE_DEVICES": "",
    }


@contextlib.contextmanager
def child(chapter: str, until: float) -> Iterator[tuple[Channel, tuple[Layer, ...]]]:
    """A student's process and its layers, of which none holds anything in."""
    secret = secrets.token_bytes(32)
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        tempfile.TemporaryDirectory(prefix="tempkit-", ignore_cleanup_errors=True) as folder,
    ):
        port = server.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, "-I", "-c", _BOOT, str(_PACKAGE), str(port), chapter],
            env=environment(),
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            process.stdin.write(secret)
            process.stdin.close()
            connection = _accept(server, secret, until)
            with connection:
                yield Channel(connection), _layers()
        finally:
            _end_tree(process)


def _layers() -> tuple[Layer, ...]:
    """A process of its own, and nothing else."""
    first, *others = LAYERS
    missing = (Layer(name, False, "not isolated") for name in others)
    return (Layer(first, True, "spawned: not isolated"), *missing)


def _accept(server: socket.socket, secret: bytes, until: float) -> socket.socket:
    """The connection of whoever knows the secret; others are hung up on."""
    while True:
        left = until - time.monotonic()
        if left <= 0:
            raise WireError("deadline")
        server.settimeout(left)
        try:
            connection, _ = server.accept()
        except OSError:
            raise WireError("deadline") from None
        connection.settimeout(min(left, 5.0))
        with contextlib.suppress(OSError), connection.makefile("rb", buffering=0) as said:
            if hmac.compare_digest(_exactly(said, len(secret)), secret):
                return connection
        connection.close()


def _exactly(stream: BinaryIO, size: int) -> bytes:
    """So many bytes, or as many as there are."""
    data = b""
    while len(data) < size and (piece := stream.read(size - len(data))):
        data += piece
    return data


def _end_tree(process: subprocess.Popen) -> None:
    """Kill the process, and all that it started and did not hide."""
    if sys.platform == "win32":
        command = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
        subprocess.run(command, capture_output=True, check=False)
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def main() -> None:
    """``spawned PORT CHAPTER``, the secret on standard input."""
    port, chapter = sys.argv[1:]
    secret = sys.stdin.buffer.read(32)
    from tempkit.grading.template import preload

    module, shell, recorder = preload(chapter)
    connection = socket.create_connection(("127.0.0.1", int(port)))
    connection.sendall(secret)
    module.standard_streams(recorder)
    channel = Channel(connection, FROM_THE_GRADER, FrameLimits())
    module.Student(channel, shell, recorder).serve()
