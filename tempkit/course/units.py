"""The course cut into units, each in every language that has it.

A unit is a section of a note, a cell of a lab, a message of a check or a command, or a section of
the README or of a guide in ``docs/``.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tempkit.course import notes
from tempkit.language import LANGUAGES
from tempkit.words import flat

__all__ = ["Unit", "units"]


@dataclass(frozen=True)
class Unit:
    """A piece of the course in every language that has it.

    ``kind`` is one of note, markdown, code, message, readme, guide.
    """

    id: str
    kind: str
    text: dict[str, str]

    @property
    def digests(self) -> tuple[str, ...]:
        """A short sha256 per language, blind to white space at the ends."""
        return tuple(
            hashlib.sha256(self.text.get(lang, "").strip().encode()).hexdigest()[:12]
            for lang in LANGUAGES
        )


def units(root: Path) -> list[Unit]:
    """Every unit of the course under ``root``, in the order of the files.

    Raises
    ------
    tempkit.course.source.SourceError
        If a lab's source cannot be read.
    """
    return [*_of_notes(root), *_of_labs(root), *_of_messages(root), *_of_pages(root)]


def _of_notes(root: Path) -> Iterable[Unit]:
    for stem in notes.stems(root):
        text: dict[str, dict[str, str]] = {}
        for lang in LANGUAGES:
            path = root / "theory" / lang / f"{stem}.md"
            if path.is_file():
                for section in notes.sections(path.read_text("utf-8")):
                    text.setdefault(section.id, {})[lang] = section.text
        for section_id, by_lang in text.items():
            yield Unit(f"theory/{stem}#{section_id}", "note", by_lang)


def _of_labs(root: Path) -> Iterable[Unit]:
    from tempkit.course import source

    for path in sorted(root.glob("solutions/*.py")):
        for cell in source.read(path, unfinished=True):
            if len(set(cell.text.values())) > 1 or cell.kind == "markdown":
                yield Unit(f"solutions/{path.stem}#{cell.name}", cell.kind, cell.text)


def _of_messages(root: Path) -> Iterable[Unit]:
    text: dict[str, dict[str, str]] = {}
    for lang in LANGUAGES:
        for path in sorted(root.glob(f"tempkit/*/words/{lang}/*.toml")):
            for key, message in flat(tomllib.loads(path.read_text("utf-8"))):
                text.setdefault(key, {})[lang] = message
    for key, by_lang in text.items():
        yield Unit(f"messages#{key}", "message", by_lang)


def _of_pages(root: Path) -> Iterable[Unit]:
    for name, paths in _pages(root).items():
        parts = {lang: _by_heading(path.read_text("utf-8")) for lang, path in paths.items()}
        for order in range(max(map(len, parts.values()), default=0)):
            by_lang = {lang: part[order] for lang, part in parts.items() if order < len(part)}
            yield Unit(f"{name}#{order:02d}", "readme" if name == "README" else "guide", by_lang)


def _pages(root: Path) -> dict[str, dict[str, Path]]:
    """The README and the guides that are there in more than one language, by their names.

    Of ``grading.md`` and ``grading.es.md`` the one without a code is in the first language.
    """
    found: dict[str, dict[str, Path]] = {}
    for path in (*sorted(root.glob("README*.md")), *sorted(root.glob("docs/*.md"))):
        stem, _, code = path.stem.rpartition(".")
        known = code in LANGUAGES
        name = (path.parent / (stem if known else path.stem)).relative_to(root).as_posix()
        found.setdefault(name, {})[code if known else LANGUAGES[0]] = path
    return {name: paths for name, paths in found.items() if len(paths) > 1 or name == "README"}


def _by_heading(text: str) -> list[str]:
    fenced = [(p.start, p.end) for p in notes.pieces(text) if p.kind == "fence"]
    starts = [
        found.start()
        for found in re.finditer(r"^#{1,6} ", text, re.MULTILINE)
        if not any(start <= found.start() < end for start, end in fenced)
    ]
    edges = [0, *[start for start in starts if start], len(text)]
    return [text[start:end] for start, end in itertools.pairwise(edges)]
