"""Build the four notebooks of a chapter from its one source.

A solution keeps nbgrader's markers, so that a course can use it as an nbgrader ``source``
notebook; it is executed and stored with its outputs. A lab is the same notebook with the solutions
turned into stubs and the hidden tests and outputs gone.

Percent metadata that has a meaning here (``name`` and ``lang`` belong to
:mod:`tempkit.course.source`):

``exercise=true``
    a cell to be solved; its name is the exercise's;
``check="name" points=2``
    the graded test cell of that exercise;
``prediction=true``
    a guess to be written down before measuring; not graded.
"""

from __future__ import annotations

import copy
import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tempkit.course import colab
from tempkit.course.chapters import CHAPTERS, Chapter, root
from tempkit.course.figures import build_figures
from tempkit.course.pages import build_pages
from tempkit.course.source import Cell, SourceError, read
from tempkit.language import LANGUAGES

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["UnstableOutputError", "assemble", "build", "build_all", "execute", "stale"]

STUB_MESSAGE = {
    "en": "write your solution here, then delete this line",
    "es": "escribe aquí tu solución y borra esta línea",
}

_SOLUTION = re.compile(r"^[ \t]*### BEGIN SOLUTION\n(.*?)^[ \t]*### END SOLUTION\n?", re.M | re.S)
_HIDDEN = re.compile(
    r"^[ \t]*### BEGIN HIDDEN TESTS\n.*?^[ \t]*### END HIDDEN TESTS\n?", re.M | re.S
)


class UnstableOutputError(RuntimeError):
    """A stored output would differ on another processor."""


def assemble(cells: list[Cell], chapter: Chapter, lang: str, kind: str) -> NotebookNode:
    """One notebook, not executed: ``kind`` is ``"lab"`` or ``"solution"``.

    Raises
    ------
    SourceError
        If an exercise has no solution region, or a lab would show a solution or a hidden test.
    """
    import nbformat

    notebook = nbformat.v4.new_notebook(
        metadata={
            "kernelspec": {
                "display_name": "Python 3",
                "language": "python",
                "name": "python3",
            },
            "language_info": {"name": "python"},
            "tempkit": {"chapter": chapter.number, "lang": lang, "kind": kind},
        }
    )
    for cell in cells:
        text = cell.text[lang]
        if kind == "lab":
            text = _without_answers(cell, text, lang)
        make = nbformat.v4.new_code_cell if cell.kind == "code" else nbformat.v4.new_markdown_cell
        made = make(text, metadata=_metadata(cell))
        made["id"] = _id(chapter, cell.name)
        notebook.cells.append(made)
    if kind == "lab":
        _add_colab(notebook, chapter, lang)
    nbformat.validate(notebook)
    return notebook


def _id(chapter: Chapter, name: str) -> str:
    """An id that stays the same as long as the cell keeps its name."""
    return hashlib.sha256(f"{chapter.name}/{name}".encode()).hexdigest()[:12]


def _add_colab(notebook: NotebookNode, chapter: Chapter, lang: str) -> None:
    """Before the first code cell, the one that installs the course in Colab."""
    import nbformat

    place = next(i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code")
    added = nbformat.v4.new_code_cell(colab.source(root(), lang), metadata=colab.METADATA)
    added["id"] = _id(chapter, colab.NAME)
    notebook.cells.insert(place, added)


def _without_answers(cell: Cell, text: str, lang: str) -> str:
    """The text of a cell as the learner meets it."""
    if cell.metadata.get("exercise") or cell.metadata.get("prediction"):
        if not _SOLUTION.search(text + "\n"):
            raise SourceError(f"cell {cell.name!r} has no ### BEGIN SOLUTION ... ### END SOLUTION")
        raises = not cell.metadata.get("prediction")
        text = _SOLUTION.sub(lambda match: _stub(match[1], lang, raises), text + "\n")
    text = _HIDDEN.sub("", text + "\n").rstrip("\n")
    for marker in ("BEGIN SOLUTION", "END SOLUTION", "BEGIN HIDDEN", "END HIDDEN"):
        if marker in text:
            raise SourceError(f"cell {cell.name!r} has a stray '### {marker}'")
    return text


def _stub(solution: str, lang: str, raises: bool) -> str:
    """What is left of a solution: the comments that name its steps."""
    written = [line for line in solution.splitlines() if line.strip()]
    indent = written[0][: len(written[0]) - len(written[0].lstrip())]
    # All at one depth: a learner types below a comment, with its indentation.
    lines = [indent + line.lstrip() for line in written if line.lstrip().startswith("#")]
    if raises:
        lines.append(f'{indent}raise NotImplementedError("{STUB_MESSAGE[lang]}")')
    return "".join(line + "\n" for line in lines)


def _metadata(cell: Cell) -> dict[str, Any]:
    """nbgrader's metadata, schema 3, where a cell takes part in grading."""
    solution = bool(cell.metadata.get("exercise") or cell.metadata.get("prediction"))
    graded = "check" in cell.metadata
    if not (solution or graded):
        return {}
    nbgrader: dict[str, Any] = {
        "schema_version": 3,
        "grade_id": cell.name,
        "grade": graded,
        "solution": solution,
        "task": False,
        "locked": graded,
    }
    if not graded:
        return {"nbgrader": nbgrader}
    nbgrader["points"] = cell.metadata["points"]
    return {"nbgrader": nbgrader, "editable": False, "deletable": False}


def build_all() -> None:
    """Build every notebook of every chapter, the figures of the notes, and the pages of docs/."""
    for chapter in CHAPTERS:
        build(chapter)
    build_figures()
    build_pages()


def build(chapter: Chapter) -> None:
    """Write the labs of a chapter, and execute and write its solutions.

    Raises
    ------
    UnstableOutputError
        If an output depends on the vector unit of the processor that made it.
    """
    cells = read(chapter.source)
    for lang in LANGUAGES:
        _write(assemble(cells, chapter, lang, "lab"), chapter.lab(lang))
        solution = execute(assemble(cells, chapter, lang, "solution"))
        _refuse_unstable(solution, execute(assemble(cells, chapter, lang, "solution"), plain=True))
        _write(solution, chapter.solution(lang))


def _write(notebook: NotebookNode, path: Path) -> None:
    import nbformat

    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def execute(notebook: NotebookNode, *, plain: bool = False) -> NotebookNode:
    """Run a notebook in a fresh kernel and return it with its outputs.

    ``plain`` turns the vector instructions of PyTorch's kernels off: the same mathematics with
    other roundings, as on another processor.
    """
    from nbclient import NotebookClient

    environment = dict(os.environ, TEMPKIT_DEVICE="cpu", TEMPKIT_PROGRESS="off")
    if plain:
        environment["ATEN_CPU_CAPABILITY"] = "default"
    client = NotebookClient(notebook, timeout=300, record_timing=False, coalesce_streams=True)
    metadata = copy.deepcopy(notebook.metadata)
    client.execute(cwd=str(root()), env=environment)
    # The kernel adds its version, which is none of the course's business.
    notebook.metadata = metadata
    _leave_out_widgets(notebook)
    return notebook


_WIDGET = "application/vnd.jupyter.widget-view+json"


def _leave_out_widgets(notebook: NotebookNode) -> None:
    """Keep of a widget what stands in its place: a stored one has no kernel, and a random id."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(_WIDGET, None)


def _refuse_unstable(stored: NotebookNode, plain: NotebookNode) -> None:
    """Compare the texts of two executions of one notebook."""
    for one, other in zip(stored.cells, plain.cells, strict=True):
        if one.cell_type == "code" and list(_texts(one)) != list(_texts(other)):
            raise UnstableOutputError(
                "this cell prints something else on another processor; print fewer digits:\n"
                f"{one.source}\n--- here:\n{list(_texts(one))}\n--- there:\n{list(_texts(other))}"
            )


_PICTURE = re.compile(r"data:image/[a-z]+;base64,[A-Za-z0-9+/=]+")


def _texts(cell: NotebookNode) -> Iterator[str]:
    """Everything that nbval compares, pictures left out."""
    for output in cell.outputs:
        yield output.get("text", "")
        for kind, content in output.get("data", {}).items():
            if kind.startswith("text/"):
                yield _PICTURE.sub("", content)


def stale() -> list[str]:
    """The notebooks that differ from what their source builds, each with the reason in a line.

    Outputs are not compared here (nbval does that), but every code cell of a solution must have
    been executed.
    """
    reasons = []
    for chapter in CHAPTERS:
        cells = read(chapter.source)
        for lang in LANGUAGES:
            for kind, path in (("lab", chapter.lab(lang)), ("solution", chapter.solution(lang))):
                reason = _difference(assemble(cells, chapter, lang, kind), path)
                if reason:
                    reasons.append(f"{path.relative_to(root())}: {reason}; run 'make notebooks'")
    return reasons


def _difference(fresh: NotebookNode, path: Path) -> str | None:
    """Why the notebook at ``path`` is not the one that would be built now, or None."""
    import nbformat

    if not path.exists():
        return "was never built"
    stored = nbformat.read(path, as_version=4)
    if stored.metadata != fresh.metadata or len(stored.cells) != len(fresh.cells):
        return "was built from another source"
    for old, new in zip(stored.cells, fresh.cells, strict=True):
        if any(old.get(key) != new.get(key) for key in ("id", "cell_type", "source", "metadata")):
            return f"cell {new['id']} was built from another source"
        executed = old.get("execution_count") is not None
        if new.cell_type == "code" and executed != (fresh.metadata.tempkit.kind == "solution"):
            return f"cell {new['id']} {'was' if executed else 'was not'} executed"
    return None
