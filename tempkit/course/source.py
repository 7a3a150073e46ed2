"""Read a lab's source: one percent-format file that holds both languages.

Every cell has a ``name``. A markdown cell is a pair, ``lang="en"`` and ``lang="es"`` side by side
under one name. A code cell stands once; in it a line ``# en: X`` becomes ``X`` in the English
notebook and vanishes from the Spanish one, and ``# es: X`` likewise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tempkit.language import LANGUAGES

__all__ = ["Cell", "SourceError", "localised", "read"]

_LANGUAGE_LINE = re.compile(rf"^(?P<indent>[ \t]*)# (?P<lang>{'|'.join(LANGUAGES)}): (?P<text>.*)$")


class SourceError(ValueError):
    """A lab's source breaks the rules of its format; the message says where and how."""


@dataclass(frozen=True)
class Cell:
    """A cell in every language.

    ``metadata`` is what the percent line carries besides ``name`` and ``lang``.
    """

    name: str
    kind: str
    text: dict[str, str]
    metadata: dict[str, Any]


def read(path: Path, *, unfinished: bool = False) -> list[Cell]:
    """The cells of a percent source, in order.

    ``unfinished`` lets markdown cells pass that lack a language: a translation is under way.

    Raises
    ------
    SourceError
        If a cell has no name, a name stands twice, or a markdown cell lacks one of the languages.
    """
    import jupytext

    cells: dict[str, Cell] = {}
    for raw in jupytext.read(path).cells:
        metadata = dict(raw.metadata)
        name, lang = metadata.pop("name", None), metadata.pop("lang", None)
        if name is None:
            raise SourceError(f"{path.name}: a cell has no name: {raw.source[:60]!r}")
        if raw.cell_type == "code":
            if name in cells:
                raise SourceError(f"{path.name}: two cells are named {name!r}")
            text = {lang: localised(raw.source, lang) for lang in LANGUAGES}
            cells[name] = Cell(name, "code", text, metadata)
        else:
            _add_language(cells, Cell(name, "markdown", {lang: raw.source}, metadata), path)
    for cell in cells.values():
        missing = [lang for lang in LANGUAGES if lang not in cell.text]
        if missing and not unfinished:
            raise SourceError(f"{path.name}: cell {cell.name!r} has no text in {missing[0]!r}")
    return list(cells.values())


def _add_language(cells: dict[str, Cell], cell: Cell, path: Path) -> None:
    """Join the two languages of a markdown cell."""
    (lang,) = cell.text
    if lang not in LANGUAGES:
        raise SourceError(f"{path.name}: markdown cell {cell.name!r} has the language {lang!r}")
    known = cells.setdefault(cell.name, cell)
    if known is cell:
        return
    if lang in known.text or known.kind != "markdown":
        raise SourceError(f"{path.name}: two cells are named {cell.name!r}")
    if next(reversed(cells)) != cell.name:
        raise SourceError(f"{path.name}: the languages of {cell.name!r} do not stand side by side")
    known.text[lang] = cell.text[lang]


def localised(code: str, lang: str) -> str:
    """The code as the notebook of one language shows it."""
    lines = []
    for line in code.splitlines():
        match = _LANGUAGE_LINE.match(line)
        if match is None:
            lines.append(line)
        elif match["lang"] == lang:
            lines.append(match["indent"] + match["text"])
    return "\n".join(lines)
