"""Read the files of a ZIP archive one at a time, in memory: nothing is ever unpacked on the disk.

So no name in an archive can reach a file, and no archive can fill a disk. What may still be wrong
with a member (a link, a name that leaves the folder, a size past the cap) is said when it is read.
"""

from __future__ import annotations

import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from tempkit.grading.intake import MAX_BYTES

__all__ = ["ArchiveError", "members", "read_member"]

MAX_MEMBERS = 50_000
#: What all members together may unpack to.
MAX_TOTAL = 20_000_000_000
#: A text shrinks to a tenth, a notebook perhaps to a fiftieth; a thousandth is an attack.
MAX_RATIO = 500


class ArchiveError(ValueError):
    """An archive, or a member of it, that is not read; ``str()`` is the key of the reason."""


def members(path: Path) -> list[str]:
    """The names of the files in an archive.

    Raises
    ------
    ArchiveError
        If it is none, or holds more than an archive of submissions can.
    OSError
        If the archive cannot be read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            files = [info for info in archive.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        raise ArchiveError("bad-archive") from error
    if len(files) > MAX_MEMBERS or sum(info.file_size for info in files) > MAX_TOTAL:
        raise ArchiveError("archive-too-large")
    return [info.filename for info in files]


def read_member(path: Path, name: str) -> bytes:
    """The content of one file of an archive.

    Raises
    ------
    ArchiveError
        If it is a link, leaves the folder, is encrypted, damaged or expands past the cap.
    """
    if leaves_the_folder(name):
        raise ArchiveError("path")
    try:
        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo(name)
            if stat.S_ISLNK(info.external_attr >> 16):
                raise ArchiveError("link")
            if info.file_size > MAX_BYTES or info.file_size > MAX_RATIO * (
                info.compress_size + 100
            ):
                raise ArchiveError("expands")
            with archive.open(info) as file:
                content = file.read(MAX_BYTES + 1)
    except ArchiveError:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,  # a compression that Python does not know
        RuntimeError,  # encrypted
        EOFError,
        KeyError,
        ValueError,
    ) as error:
        raise ArchiveError("damaged") from error
    if len(content) > MAX_BYTES:
        raise ArchiveError("expands")
    return content


def leaves_the_folder(name: str) -> bool:
    """Whether a name in an archive is absolute or climbs out of it, on any system."""
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in name[:3]
