"""The explorer in the labs of the course: given, not graded, and stored as its stand-in."""

from __future__ import annotations

import json

import pytest

from tempkit.course.chapters import find
from tempkit.grading.needed import needed
from tempkit.language import LANGUAGES

USED_IN = ("00", "01", "02", "03", "04")


def code_cells(number: str, lang: str) -> list[dict]:
    cells = json.loads(find(number).solution(lang).read_text("utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def is_explorer(cell: dict) -> bool:
    return "Explorer(" in "".join(cell["source"])


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("number", USED_IN)
def test_a_stored_notebook_shows_the_stand_in_and_no_widget_without_a_kernel(number, lang):
    shown = [
        output
        for cell in code_cells(number, lang)
        if is_explorer(cell)
        for output in cell["outputs"]
    ]
    assert shown
    for output in shown:
        assert set(output["data"]) == {"text/html", "image/png", "text/plain"}
        assert f'<table lang="{lang}">' in "".join(output["data"]["text/html"])


@pytest.mark.parametrize("number", USED_IN)
def test_grading_leaves_the_explorer_out(number):
    cells = code_cells(number, "en")
    is_ours = [not cell["metadata"].get("nbgrader", {}).get("solution") for cell in cells]
    sources = ["".join(cell["source"]) for cell in cells]
    runs = needed(list(zip(sources, is_ours, strict=True)))
    assert [is_run for cell, is_run in zip(cells, runs, strict=True) if is_explorer(cell)].count(
        True
    ) == 0
