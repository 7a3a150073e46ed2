"""Frames between grader and student: what is said arrives, what is no frame is refused."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Iterator

import pytest

from tempkit.grading.wire import Channel, FrameLimits, OversizedError, WireError

LIMITS = FrameLimits(text=10_000, blobs=4, blob_bytes=10_000)


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def soon(seconds: float = 5.0) -> float:
    return time.monotonic() + seconds


def frame(text: bytes, *blobs: bytes, magic: bytes = b"TKG1") -> bytes:
    sizes = struct.pack(f"<{len(blobs)}I", *map(len, blobs))
    return struct.pack("<4sII", magic, len(text), len(blobs)) + sizes + text + b"".join(blobs)


def refused(ends, raw: bytes, *, hang_up: bool = False, seconds: float = 5.0) -> str:
    ours, theirs = ends
    theirs.sendall(raw)
    if hang_up:
        theirs.close()
    with pytest.raises(WireError) as caught:
        Channel(ours, LIMITS).receive(soon(seconds))
    return str(caught.value)


def test_a_tree_and_its_blobs_arrive(ends) -> None:
    ours, theirs = ends
    Channel(theirs).send([1, "ä", {"x": None}], [b"", b"\0\xff"])
    assert Channel(ours, LIMITS).receive(soon()) == ([1, "ä", {"x": None}], [b"", b"\0\xff"])


def test_a_large_frame_arrives_though_it_fills_the_socket(ends) -> None:
    ours, theirs = ends
    blob = bytes(8 << 20)
    sender = threading.Thread(target=Channel(theirs).send, args=([0], [blob]))
    sender.start()
    assert Channel(ours).receive(soon(30)) == ([0], [blob])
    sender.join()


def test_a_frame_without_the_magic_word_is_refused(ends) -> None:
    assert refused(ends, frame(b"1", magic=b"HTTP")) == "not a frame"


def test_a_text_longer_than_the_limit_is_refused_before_it_is_read(ends) -> None:
    assert refused(ends, struct.pack("<4sII", b"TKG1", 10_001, 0)) == "oversized"


def test_more_blobs_than_the_limit_are_refused(ends) -> None:
    assert refused(ends, struct.pack("<4sII", b"TKG1", 1, 5)) == "oversized"


def test_blobs_that_are_too_large_together_are_refused_before_they_are_read(ends) -> None:
    head = struct.pack("<4sII", b"TKG1", 1, 2) + struct.pack("<2I", 6000, 6000)
    assert refused(ends, head) == "oversized"


@pytest.mark.parametrize(
    "text",
    [b"{", b"\xff\xfe", b"", b"[1,]", b"1" * 9000, b"[" * 4000 + b"]" * 4000],
    ids=["open", "no utf-8", "empty", "comma", "digits", "deep"],
)
def test_a_text_that_is_no_json_is_refused(ends, text: bytes) -> None:
    assert refused(ends, frame(text)) == "malformed"


def test_half_a_frame_is_refused_when_the_sender_goes(ends) -> None:
    assert refused(ends, frame(b"[1, 2]")[:-3], hang_up=True) == "closed"


def test_a_frame_that_does_not_end_is_refused_at_its_deadline(ends) -> None:
    assert refused(ends, frame(b"[1, 2]")[:-3], seconds=0.1) == "deadline"


def test_a_dripping_frame_is_refused_at_its_deadline(ends) -> None:
    ours, theirs = ends
    over = threading.Event()

    def drip() -> None:
        for byte in frame(b"[" + b"1," * 2000 + b"1]"):
            if over.wait(0.01):
                return
            theirs.send(bytes([byte]))

    dripping = threading.Thread(target=drip)
    dripping.start()
    started = time.monotonic()
    with pytest.raises(WireError, match="deadline"):
        Channel(ours, LIMITS).receive(soon(0.3))
    assert time.monotonic() - started < 10
    over.set()
    dripping.join()


def test_a_receiver_that_does_not_read_cannot_hold_the_sender(ends) -> None:
    ours, _ = ends
    with pytest.raises(WireError, match="deadline"):
        Channel(ours).send([0], [bytes(16 << 20)], soon(0.2))


def test_more_than_may_be_sent_is_not_begun(ends) -> None:
    ours, theirs = ends
    channel = Channel(theirs, sends=LIMITS)
    with pytest.raises(OversizedError):
        channel.send("x" * 10_001, [])
    channel.send("x", [])
    assert Channel(ours, LIMITS).receive(soon()) == ("x", [])


def test_numbers_that_json_does_not_know_arrive(ends) -> None:
    ours, theirs = ends
    Channel(theirs).send([float("inf"), 0.1], [])
    assert Channel(ours, LIMITS).receive(soon())[0] == [float("inf"), 0.1]
