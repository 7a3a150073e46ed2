"""The correct forms of tests/lab, as cells that a student could have written."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from tempkit.course.chapters import CHAPTERS, Chapter
from tempkit.grading.standin import WITHHELD

_FOLDER = Path(__file__).resolve().parents[1] / "lab" / "correct_forms"


@dataclass(frozen=True)
class Form:
    """A correct form of an exercise: a cell with the module it stands in, and the right name."""

    id: str
    chapter: Chapter
    exercise: str
    cell: str


def _forms(chapter: Chapter) -> list[Form]:
    text = (_FOLDER / f"chapter_{chapter.number}.py").read_text(encoding="utf-8")
    tree = ast.parse(text)
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    table = next(
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and node.targets[0].id == "FORMS"
    )
    forms = []
    for key, value in zip(table.keys, table.values, strict=True):
        for index, element in enumerate(value.elts):
            name = ast.unparse(element)
            if not _withheld(chapter, functions.get(name)):
                cell = f"{text}\n{key.value} = FORMS[{key.value!r}][{index}]"
                forms.append(Form(f"{chapter.number}-{name}", chapter, key.value, cell))
    return forms


def _withheld(chapter: Chapter, function: ast.FunctionDef | None) -> bool:
    """Whether a form calls what the lab asks the student to write."""
    if function is None:
        return False
    names = {node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)}
    return any(name in names for _, name in WITHHELD.get(chapter.number, ()))


FORMS = [form for chapter in CHAPTERS for form in _forms(chapter)]
