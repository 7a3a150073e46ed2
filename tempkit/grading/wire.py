"""Frames between the grader and a student's process: JSON and raw bytes, each with its length.

A frame is ``TKG1``, the length of the JSON text, the number of blobs and the length of each, then
text and blobs. Nothing in it is ever executed. Lengths are checked before anything is read, and a
frame that is not complete at its deadline ends the conversation, however slowly it drips.
"""

from __future__ import annotations

import json
import socket
import struct
import time
from dataclasses import dataclass
from typing import Any

__all__ = ["FROM_THE_GRADER", "Channel", "FrameLimits", "OversizedError", "WireError"]

_MAGIC = b"TKG1"
_HEAD = struct.Struct("<4sII")
_CHUNK = 1 << 18


class WireError(Exception):
    """The other side is gone, silent, or says what no frame may say."""


class OversizedError(ValueError):
    """More than one frame may hold."""


@dataclass(frozen=True)
class FrameLimits:
    """The largest frame that is accepted: bytes of text, number of blobs, bytes of all blobs."""

    text: int = 1 << 20
    blobs: int = 512
    blob_bytes: int = 16 << 20

    def allow(self, text: int, blobs: int, blob_bytes: int) -> bool:
        """Whether a frame is no larger."""
        return text <= self.text and blobs <= self.blobs and blob_bytes <= self.blob_bytes


#: What a student's process accepts from the grader, which it trusts.
FROM_THE_GRADER = FrameLimits(text=64 << 20, blobs=1 << 16, blob_bytes=256 << 20)


class Channel:
    """One end of a socket. Deadlines are moments of ``time.monotonic``; None waits for ever.

    ``limits`` are what it accepts; ``sends``, if given, what it may send.
    """

    def __init__(
        self,
        connection: socket.socket,
        limits: FrameLimits | None = None,
        sends: FrameLimits | None = None,
    ) -> None:
        self.connection = connection
        self.limits = limits or FrameLimits()
        self.sends = sends

    def send(self, tree: Any, blobs: list[bytes], deadline: float | None = None) -> None:
        """Send a frame.

        Raises
        ------
        WireError
            If the other side is gone, or does not read it in time.
        OversizedError
            If it is more than may be sent; nothing was.
        """
        text = json.dumps(tree, separators=(",", ":")).encode()
        if self.sends and not self.sends.allow(len(text), len(blobs), sum(map(len, blobs))):
            raise OversizedError("more than may be returned at once")
        sizes = struct.pack(f"<{len(blobs)}I", *map(len, blobs))
        head = _HEAD.pack(_MAGIC, len(text), len(blobs))
        frame = memoryview(b"".join((head, sizes, text, *blobs)))
        while frame:
            self._wait_until(deadline)
            try:
                sent = self.connection.send(frame[:_CHUNK])
            except (OSError, ValueError) as error:
                raise WireError(_reason(error)) from error
            frame = frame[sent:]

    def receive(self, deadline: float | None = None) -> tuple[Any, list[bytes]]:
        """The next frame's JSON, decoded, and its blobs.

        Raises
        ------
        WireError
            If there is none in time, or it is no frame, or larger than allowed.
        """
        magic, text_size, count = _HEAD.unpack(self._read(_HEAD.size, deadline))
        if magic != _MAGIC:
            raise WireError("not a frame")
        if not self.limits.allow(text_size, count, 0):
            raise WireError("oversized")
        sizes = struct.unpack(f"<{count}I", self._read(4 * count, deadline))
        if not self.limits.allow(text_size, count, sum(sizes)):
            raise WireError("oversized")
        text = self._read(text_size, deadline)
        blobs = [self._read(size, deadline) for size in sizes]
        try:
            return json.loads(text), blobs
        except (ValueError, RecursionError) as error:
            raise WireError("malformed") from error

    def _read(self, size: int, deadline: float | None) -> bytes:
        data = bytearray()
        while len(data) < size:
            self._wait_until(deadline)
            try:
                piece = self.connection.recv(min(size - len(data), _CHUNK))
            except (OSError, ValueError) as error:
                raise WireError(_reason(error)) from error
            if not piece:
                raise WireError("closed")
            data += piece
        return bytes(data)

    def _wait_until(self, deadline: float | None) -> None:
        """Let the next operation block until the deadline and no longer."""
        if deadline is None:
            self.connection.settimeout(None)
            return
        left = deadline - time.monotonic()
        if left <= 0:
            raise WireError("deadline")
        self.connection.settimeout(left)


def _reason(error: Exception) -> str:
    return "deadline" if isinstance(error, TimeoutError) else "closed"
