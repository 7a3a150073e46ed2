"""Find the submissions in a folder or archive, in the layouts that courses have.

- nbgrader's ``submitted/STUDENT/LAB/NOTEBOOK.ipynb``, from ``submitted`` or the folder it is in;
- a folder of ``STUDENT.ipynb``;
- a folder for each student, with a notebook in it;
- what Canvas and Moodle pack, as ``.zip`` or unpacked. Canvas names a file
  ``NAME[_LATE]_USER_FILE_original.ipynb``, Moodle a folder ``NAME_NUMBER_assignsubmission_file``.

Links are not followed, and nothing but regular files is opened.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tempkit.course.chapters import CHAPTERS
from tempkit.grading.archives import ArchiveError, leaves_the_folder, members, read_member
from tempkit.grading.intake import MAX_BYTES

__all__ = ["Found", "is_valid_name", "submissions"]

_CANVAS = re.compile(r"(?P<name>\w+?)(?:_LATE)?_(?P<id>\d+)_\d+_.+")
_CANVAS_ANONYMOUS = re.compile(r"(?P<name>anon)_(?:LATE_)?(?P<id>[A-Za-z0-9]+)_\d+_.+")
_MOODLE = re.compile(r"(?P<name>[^_]+_\d+)_assignsubmission_file(?:_.*)?", re.DOTALL)
_JUNK = re.compile(r"[.~]|(__MACOSX|__pycache__|desktop\.ini|thumbs\.db)$", re.IGNORECASE)
_DEEPEST = 6


@dataclass(frozen=True)
class Found:
    """A file that was handed in, not yet opened.

    ``where`` names it in reports. ``student`` is who handed it in as far as the layout tells,
    ``lab`` the chapter's number if a folder or the file is named after one, ``source`` which
    system packed it. ``reason`` is the key of what already speaks against it.
    """

    where: str
    student: str
    path: Path
    member: str | None = None
    lab: str | None = None
    source: str = "folder"
    reason: str | None = None

    def read(self) -> bytes:
        """The bytes of the file, at most one more than the cap.

        Raises
        ------
        ArchiveError
            With the key of the reason, if this file is not to be read.
        """
        if self.member is not None:
            return read_member(self.path, self.member)
        try:
            return _read_regular(self.path)
        except OSError as error:
            raise ArchiveError("link" if error.errno == errno.ELOOP else "unreadable") from error


def _read_regular(path: Path) -> bytes:
    """A file that is neither a link nor a device nor a pipe."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    flags |= getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ArchiveError("not-a-file")
        return file.read(MAX_BYTES + 1)


@dataclass(frozen=True)
class _Entry:
    """A file under the root; ``parts`` begin with the student's folder, or are the file alone."""

    where: str
    parts: tuple[str, ...]
    path: Path
    member: str | None = None
    reason: str | None = None


def submissions(root: Path, leave_out: Path | None = None) -> list[Found]:
    """Everything that was handed in under ``root``, sorted by student.

    ``leave_out`` is a folder that may lie within and is none of a student's: that of the grades.

    Raises
    ------
    FileNotFoundError
        If there is no such folder or archive.
    """
    if root.is_dir():
        root = root.resolve()
        top = root / "submitted" if (root / "submitted").is_dir() else root
        entries = _entries_of_folder(top, top, leave_out.resolve() if leave_out else None)
    elif root.is_file():
        entries = _entries_of_file(root, (root.name,))
    else:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(root))
    found, nothing = [], {}
    for entry in entries:
        one = _found(entry)
        if _is_notebook(entry.parts[-1]) or entry.reason:
            found.append(one)
        elif one.source != "folder" or len(entry.parts) > 1:
            nothing.setdefault(one.student, _found(entry, reason="no-notebook"))
    answered = {one.student for one in found}
    found += [one for student, one in nothing.items() if student not in answered]
    return sorted(found, key=lambda one: (one.student, one.where))


def _entries_of_folder(folder: Path, top: Path, leave_out: Path | None) -> Iterator[_Entry]:
    for path in sorted(folder.iterdir()):
        if _JUNK.match(path.name) or path.absolute() == leave_out:
            continue
        parts = path.relative_to(top).parts
        if path.is_symlink():
            yield _Entry("/".join(parts), parts, path, reason="link")
        elif not path.is_dir():
            yield from _entries_of_file(path, parts)
        elif len(parts) < _DEEPEST:
            yield from _entries_of_folder(path, top, leave_out)


def _entries_of_file(path: Path, parts: tuple[str, ...]) -> Iterator[_Entry]:
    """A file, or what an archive at the top holds; one that cannot be read is itself refused."""
    where = "/".join(parts)
    if len(parts) > 1 or not path.name.lower().endswith(".zip"):
        yield _Entry(where, parts, path)
        return
    try:
        names = members(path)
    except ArchiveError as error:
        yield _Entry(where, parts, path, reason=str(error))
        return
    except OSError:
        yield _Entry(where, parts, path, reason="unreadable")
        return
    for name in names:
        inner = tuple(part for part in re.split(r"[/\\]", name) if part not in ("", "."))
        inner = inner[inner[:1] == ("submitted",) :]
        if leaves_the_folder(name):
            inner = inner[-1:]
        if inner and not any(_JUNK.match(part) for part in inner):
            yield _Entry(f"{where}/{name}", inner, path, name)


def _found(entry: _Entry, reason: str | None = None) -> Found:
    """Who handed it in and for which lab, from its folders and its name."""
    parts = entry.parts
    stem = Path(parts[-1]).stem
    first = parts[0] if len(parts) > 1 else stem
    canvas = _CANVAS.fullmatch(stem) or _CANVAS_ANONYMOUS.fullmatch(stem)
    if moodle := _MOODLE.fullmatch(first):
        student, source = moodle["name"], "moodle"
    elif canvas and len(parts) == 1:
        student, source = f"{canvas['name']}_{canvas['id']}", "canvas"
    else:
        student, source = first, "folder"
    student = unicodedata.normalize("NFC", student)
    lab = next((lab for part in (*parts[1:-1], stem) if (lab := _lab(part))), None)
    reason = reason or entry.reason or (None if is_valid_name(student) else "name")
    return Found(entry.where, student, entry.path, entry.member, lab, source, reason)


def _lab(name: str) -> str | None:
    """The chapter whose whole name a folder or file bears; a number alone may be a student's."""
    return next((chapter.number for chapter in CHAPTERS if chapter.name in name), None)


def is_valid_name(student: str) -> bool:
    """Whether a student's name can stand in a path on every system, and in a table."""
    return (
        0 < len(student.encode("utf-8", "replace")) <= 120
        and all(_is_name_character(character) for character in student)
        and student[0].isalnum()
        and student[-1] not in ". "
        and not re.fullmatch(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", student, re.IGNORECASE)
    )


def _is_name_character(character: str) -> bool:
    """Letters, their accents, digits, and what addresses and names are written with."""
    return unicodedata.category(character)[0] in "LMN" or character in " .,-_+@()'’"


def _is_notebook(name: str) -> bool:
    return name.lower().endswith(".ipynb")
