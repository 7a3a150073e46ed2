"""Whether bytes that claim to be a PNG are one: the chunks of a picture, and no others."""

from __future__ import annotations

import struct
import zlib

__all__ = ["checked_png"]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_LARGEST = 4000
_KEPT = (b"IHDR", b"PLTE", b"tRNS", b"pHYs", b"IDAT", b"IEND")


def checked_png(data: bytes) -> bytes | None:
    """The picture without anything that is no picture (texts, profiles); None if it is none."""
    if not data.startswith(_SIGNATURE):
        return None
    kept, position, kinds = [_SIGNATURE], len(_SIGNATURE), []
    while position + 12 <= len(data):
        (size,) = struct.unpack_from(">I", data, position)
        end = position + 12 + size
        kind, body = data[position + 4 : position + 8], data[position + 8 : end - 4]
        if end > len(data):
            return None
        (checksum,) = struct.unpack_from(">I", data, end - 4)
        if checksum != zlib.crc32(kind + body):
            return None
        if kind == b"IHDR" and not _sensible(body):
            return None
        kinds.append(kind)
        if kind in _KEPT:
            kept.append(data[position:end])
        position = end
    whole = kinds[:1] == [b"IHDR"] and kinds[-1:] == [b"IEND"] and position == len(data)
    return b"".join(kept) if whole else None


def _sensible(header: bytes) -> bool:
    if len(header) != 13:
        return False
    width, height = struct.unpack(">II", header[:8])
    return 0 < width <= _LARGEST and 0 < height <= _LARGEST
