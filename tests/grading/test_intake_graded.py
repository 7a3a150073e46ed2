"""Notebooks as they are handed in, read by intake and graded by the real grader."""

from __future__ import annotations

import pytest
from handed_in import as_bytes, notebook, own_cell, unlabelled

from tempkit.course.chapters import CHAPTERS
from tempkit.grading.intake import Expected, read_notebook

pytestmark = pytest.mark.slow

#: Each lab in one of its languages; test_exactness has them all in both.
LABS = [
    pytest.param(chapter, ("en", "es")[i % 2], id=chapter.number)
    for i, chapter in enumerate(CHAPTERS)
]


def with_own_cells(handed_in):
    """Prints, warnings, a plot and a helper, scattered among the course's cells."""
    own = [
        "import warnings\nwarnings.warn('careful')\nprint('hello')",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
        "helper = lambda x: x + 1\nhelper(1)",
    ]
    for place, source in zip((1, 5, 9), own, strict=True):
        handed_in["cells"].insert(place, own_cell(source))
    return handed_in


def reversed_cells(handed_in):
    handed_in["cells"].reverse()
    return handed_in


@pytest.mark.parametrize(("chapter", "lang"), LABS)
@pytest.mark.parametrize(
    ("kind", "change", "share"),
    [
        ("solved", lambda handed_in: handed_in, 1),
        ("untouched", lambda handed_in: handed_in, 0),
        ("solved", unlabelled, 1),
        ("solved", with_own_cells, 1),
        ("solved", reversed_cells, 1),
    ],
    ids=["solved", "untouched", "unlabelled", "own-cells", "reversed"],
)
def test_a_notebook_gets_what_it_deserves(grader_of, chapter, lang, kind, change, share):
    handed_in = change(notebook(kind, lang=lang, number=chapter.number))
    submission = read_notebook("ana", as_bytes(handed_in), Expected(chapter.number, lang))
    execution = grader_of(chapter, lang).grade(submission)
    lost = {result.exercise: result.reason for result in execution.results if not result.points}
    assert execution.points == share * execution.max_points, lost
