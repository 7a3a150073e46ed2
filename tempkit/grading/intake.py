"""Turn the bytes that were handed in into a submission, or into the reason why not.

Nothing here runs or imports anything of a student's: the file is parsed as JSON, and all that is
kept of it is the source text of code cells and what they claim to be.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tempkit.course.chapters import CHAPTERS
from tempkit.grading.matching import RawCell, match
from tempkit.grading.plan import plan
from tempkit.grading.records import Submission
from tempkit.grading.wording import say
from tempkit.language import LANGUAGES

__all__ = ["MAX_BYTES", "Expected", "read_notebook", "refused"]

#: A notebook with figures and an animation has some hundred kilobytes.
MAX_BYTES = 25_000_000
#: All code cells together; a lab's own are about ten thousand characters.
MAX_SOURCE = 500_000
MAX_CELLS = 2_000


class RefusedError(ValueError):
    """A file that is not graded; ``str()`` is the reason, one line in the reader's language."""


@dataclass(frozen=True)
class Expected:
    """What is known of a submission before it is opened, where its metadata says nothing."""

    lab: str | None
    lang: str


def read_notebook(
    student: str, content: bytes, expected: Expected, warnings: Sequence[str] = ()
) -> Submission:
    """A submission of ``student`` from the bytes of a notebook; it may be a refused one."""
    digest = hashlib.sha256(content).hexdigest()
    lab, lang = expected.lab, expected.lang
    try:
        notebook = _parsed(content, lang)
        lab, lang, more = _lab_and_language(notebook, expected)
        cells, odd = match(_raw_cells(notebook, lang), plan(lab, lang))
    except RefusedError as refusal:
        return refused(student, lab, lang, str(refusal), digest)
    return Submission(student, lab, lang, cells, digest, (*warnings, *more, *odd))


def refused(student: str, lab: str | None, lang: str, reason: str, digest: str = "") -> Submission:
    """A submission that is not graded; its lab is ``""`` where nothing tells it."""
    return Submission(student, lab or "", lang, digest=digest, refused=" ".join(reason.split()))


def _parsed(content: bytes, lang: str) -> dict[str, Any]:
    """The notebook in a file.

    Raises
    ------
    RefusedError
        If it is empty, too large, no JSON, cut short, or not a notebook of version 4.
    """
    if len(content) > MAX_BYTES:
        raise RefusedError(say("refused.too-large", lang, megabytes=MAX_BYTES // 1_000_000))
    if not content.strip(b"\0 \t\r\n"):
        raise RefusedError(say("refused.empty", lang))
    try:
        notebook = json.loads(content)
    except json.JSONDecodeError as error:
        cut_short = error.pos >= len(error.doc.rstrip()) or "Unterminated" in error.msg
        key = "truncated" if cut_short and content.lstrip()[:1] == b"{" else "not-json"
        raise RefusedError(say(f"refused.{key}", lang)) from None
    except RecursionError:
        raise RefusedError(say("refused.too-deep", lang)) from None
    except ValueError:  # neither UTF-8 nor UTF-16, or a number of thousands of digits
        raise RefusedError(say("refused.not-json", lang)) from None
    if not isinstance(notebook, dict):
        raise RefusedError(say("refused.not-a-notebook", lang))
    if isinstance(notebook.get("worksheets"), list):
        raise RefusedError(say("refused.old-format", lang))
    if not isinstance(notebook.get("cells"), list):
        raise RefusedError(say("refused.not-a-notebook", lang))
    return notebook


def _lab_and_language(
    notebook: dict[str, Any], expected: Expected
) -> tuple[str, str, tuple[str, ...]]:
    """Chapter and language from the metadata, else what is expected; and what is odd about them."""
    metadata = notebook.get("metadata")
    own = metadata.get("tempkit") if isinstance(metadata, dict) else None
    own = own if isinstance(own, dict) else {}
    numbers = [chapter.number for chapter in CHAPTERS]
    lang = own["lang"] if own.get("lang") in LANGUAGES else expected.lang
    lab = own["chapter"] if own.get("chapter") in numbers else expected.lab
    if lab is None:
        raise RefusedError(say("refused.no-lab", lang))
    odd = ()
    if expected.lab not in (None, lab):
        odd = (say("warning.other-lab", lang, lab=lab, expected=expected.lab),)
    return lab, lang, odd


def _raw_cells(notebook: dict[str, Any], lang: str) -> list[RawCell]:
    """The cells as plain text; one that is no cell at all is left out.

    Raises
    ------
    RefusedError
        If there are too many, or too much code.
    """
    if len(notebook["cells"]) > MAX_CELLS:
        raise RefusedError(say("refused.too-many-cells", lang, most=MAX_CELLS))
    cells = [_raw_cell(cell) for cell in notebook["cells"] if isinstance(cell, dict)]
    code = (cell.source for cell in cells if cell.kind == "code" or cell.label)
    if sum(map(len, code)) > MAX_SOURCE:
        raise RefusedError(say("refused.too-much-code", lang, most=MAX_SOURCE))
    return cells


def _raw_cell(cell: dict[str, Any]) -> RawCell:
    kind, source, identity = cell.get("cell_type"), cell.get("source"), cell.get("id")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    label = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    return RawCell(
        kind if isinstance(kind, str) else "raw",
        # A lone half of a surrogate pair can be written in JSON, and nowhere else.
        source.encode("utf-8", "replace").decode() if isinstance(source, str) else "",
        label if isinstance(label, str) else None,
        identity if isinstance(identity, str) else None,
    )
