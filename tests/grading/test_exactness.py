"""What a submission deserves is what it gets: everything, nothing, or all but one exercise."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import correct_forms_of
import pytest
from submissions import solution_cells, solved, submission, untouched

import tempkit
from tempkit import information
from tempkit.course.chapters import CHAPTERS, Chapter, find
from tempkit.grading.standin import WITHHELD
from tempkit.lab.exercise import Exercise
from tempkit.lab.exercises import exercises_of
from tempkit.language import LANGUAGES

every_lab = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.number)
LAB = Path(tempkit.__file__).parent / "lab"


@every_lab
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_solution_gets_full_marks(grader_of, chapter: Chapter, lang: str) -> None:
    execution = grader_of(chapter, lang).grade(solved(chapter, lang))
    assert execution.status == "graded"
    assert [r for r in execution.results if r.points < r.max_points] == []
    assert execution.points == execution.max_points == 10
    assert execution.limits_hit == ()


@every_lab
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_untouched_lab_gets_nothing(grader_of, chapter: Chapter, lang: str) -> None:
    execution = grader_of(chapter, lang).grade(untouched(chapter, lang))
    assert execution.status == "graded"
    assert execution.points == 0
    assert {result.finding for result in execution.results} == {"not-written"}


@every_lab
def test_an_empty_submission_gets_nothing(grader_of, chapter: Chapter) -> None:
    execution = grader_of(chapter).grade(submission(chapter, "en", {}))
    assert execution.points == 0
    assert {result.finding for result in execution.results} == {"not-written"}


@cache
def bank(number: str) -> str:
    """A cell that defines the misconceptions of a chapter where ``tempkit.lab`` is not there.

    The modules of ``tempkit.lab`` that they need come along under another name, and with them the
    functions that a lab withholds.
    """
    exercises = LAB / "exercises"
    paths = [LAB / f"{name}.py" for name in ("exercise", "outcome", "counterexample", "snippets")]
    paths += [exercises / "probes.py", *(exercises / f"chapter_{number}").glob("*.py")]
    sources = {
        ".".join(("_bank", *path.relative_to(LAB).with_suffix("").parts)): path.read_text("utf-8")
        for path in paths
    }
    sources["_bank.information"] = Path(information.__file__).read_text("utf-8")
    sources = {
        name.removesuffix(".__init__"): source.replace("tempkit.lab", "_bank").replace(
            "tempkit.information", "_bank.information"
        )
        for name, source in sources.items()
    }
    sources |= dict.fromkeys(("_bank", "_bank.exercises"), "")
    return f"""
import importlib, importlib.abc, importlib.util, json, sys

class _Sources(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    sources = json.loads({json.dumps(json.dumps(sources))})

    def find_spec(self, name, path=None, target=None):
        return importlib.util.spec_from_loader(name, self) if name in self.sources else None

    def is_package(self, name):
        return any(other.startswith(name + ".") for other in self.sources)

    def get_source(self, name):
        return self.sources[name]

sys.meta_path.insert(0, _Sources())
_bank = importlib.import_module("_bank.exercises.chapter_{number}")
"""


def mistaken(exercise: Exercise, index: int) -> str:
    """A cell that gives an exercise the answer of one of its misconceptions."""
    return (
        f"{exercise.name} = next(e for e in _bank.EXERCISES if e.name == {exercise.name!r})"
        f".misconceptions[{index}].answer"
    )


def alone(cells: dict[str, str], name: str) -> tuple[dict[str, str], str]:
    """Solutions of which none builds on that of ``name``, and a cell with what they call instead.

    The course's answer to one exercise may call the learner's own answer to an earlier one.
    """
    word = re.compile(rf"\b{name}\b(?=\()")
    others = {key: word.sub(f"right_{name}", source) for key, source in cells.items()}
    return others, others[name]


CASES = [
    pytest.param(chapter, exercise, index, id=f"{exercise.name}-{misconception.id}")
    for chapter in CHAPTERS
    for exercise in exercises_of(chapter.name)
    for index, misconception in enumerate(exercise.misconceptions)
]


@pytest.mark.slow
@pytest.mark.parametrize(("chapter", "exercise", "index"), CASES)
def test_a_misconception_loses_exactly_its_exercise_and_is_named(
    grader_of, chapter: Chapter, exercise: Exercise, index: int
) -> None:
    cells, right = alone(solution_cells(chapter, "en"), exercise.name)
    cells[exercise.name] = mistaken(exercise, index)
    execution = grader_of(chapter).grade(
        submission(chapter, "en", cells, first=bank(chapter.number) + right)
    )
    lost = [result for result in execution.results if result.points < result.max_points]
    assert [result.exercise for result in lost] == [exercise.name]
    assert lost[0].points == 0
    assert lost[0].misconception == exercise.misconceptions[index].id
    assert lost[0].reason


@every_lab
def test_the_reasons_are_in_the_language_of_the_submission(grader_of, chapter: Chapter) -> None:
    said = {
        lang: grader_of(chapter, lang).grade(untouched(chapter, lang)).results[0].reason
        for lang in LANGUAGES
    }
    assert len(set(said.values())) == len(LANGUAGES)


@pytest.mark.parametrize("form", correct_forms_of.FORMS, ids=lambda form: form.id)
def test_another_correct_form_gets_its_points(grader_of, form: correct_forms_of.Form) -> None:
    cells = {form.exercise: form.cell}
    execution = grader_of(form.chapter).grade(submission(form.chapter, "en", cells))
    (result,) = [r for r in execution.results if r.exercise == form.exercise]
    assert result.points == result.max_points, result.reason


CALLED = {
    "01": ("temperature_for", "return tempkit.temperature_for_entropy(logits, entropy)"),
    "05": ("calibration_error", "return tempkit.expected_calibration_error(logits, entropy, bins)"),
    "07": (
        "adaptive_temperature",
        "return tempkit.schedules.entropy_driven(entropy, bins)(logits)",
    ),
}


@pytest.mark.parametrize("number", WITHHELD)
def test_calling_the_solution_is_no_solution(grader_of, number: str) -> None:
    chapter, (name, call) = find(number), CALLED[number]
    cell = f"import tempkit\ndef {name}(logits, entropy, bins=15):\n    {call}"
    execution = grader_of(chapter).grade(solved(chapter, "en", **{name: cell}))
    (result,) = [r for r in execution.results if r.exercise == name]
    assert result.points == 0
    assert result.finding == "not-written"
