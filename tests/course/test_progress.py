"""Where a learner stands, from copies in every state that a learner leaves them in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tempkit.course import progress
from tempkit.course.chapters import CHAPTERS, Chapter

FIRST, SECOND = CHAPTERS[:2]


@pytest.fixture
def course(tmp_path: Path, monkeypatch) -> Path:
    """A folder with no copy in it yet; only two chapters are looked at."""
    monkeypatch.setattr(progress, "CHAPTERS", (FIRST, SECOND))
    return tmp_path


def notebook(path: Path) -> dict:
    return json.loads(path.read_text("utf-8"))


def solutions(chapter: Chapter, lang: str = "en") -> dict[str, str]:
    """The course's own answers, by grade_id."""
    cells = notebook(chapter.solution(lang))["cells"]
    labelled = [(c["metadata"].get("nbgrader", {}), "".join(c["source"])) for c in cells]
    return {label["grade_id"]: text for label, text in labelled if label.get("solution")}


def copy(course: Path, chapter: Chapter, answers: dict[str, str], lang: str = "en", own=()) -> Path:
    """A learner's copy with some answers written, and cells of the learner's own at the end."""
    work = notebook(chapter.lab(lang))
    for cell in work["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        cell["source"] = answers.get(name, cell["source"])
    work["cells"] += [{"cell_type": "code", "source": text, "metadata": {}} for text in own]
    path = course / "work" / lang / f"{chapter.name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(work), encoding="utf-8")
    return path


def first_lab(course: Path, lang: str = "en", **options) -> progress.Lab:
    return progress.labs(course, lang, **options)[0]


def passed(lab: progress.Lab) -> dict[str, bool | None]:
    return {exercise.name: exercise.passed for exercise in lab.exercises}


def never_run(*_):
    raise AssertionError("a process was started")


def test_a_missing_copy_is_not_begun(course):
    lab = first_lab(course)
    assert (lab.points, lab.possible, lab.note) == (0, 10, "not begun")


def test_an_untouched_copy_is_not_run(course, monkeypatch):
    copy(course, FIRST, {})
    monkeypatch.setattr(progress, "_attempt", never_run)
    assert first_lab(course).note == "begun, no exercise written yet"


def test_a_solved_copy_has_all_points(course):
    copy(course, SECOND, solutions(SECOND))
    lab = progress.labs(course, "en")[1]
    assert set(passed(lab).values()) == {True}
    assert lab.points == lab.possible == 10


def test_one_right_and_one_wrong_answer_among_stubs(course):
    wrong = "def form_entropies(logits, temperature):\n    return {}"
    right = solutions(FIRST)["temperature_softmax"]
    copy(course, FIRST, {"temperature_softmax": right, "form_entropies": wrong})
    lab = first_lab(course)
    assert passed(lab) == {
        "temperature_softmax": True,
        "form_entropies": False,
        **dict.fromkeys([e.name for e in lab.exercises[2:]], False),
    }
    assert lab.points == 3
    assert "form_entropies" in lab.exercises[1].said


def test_a_misconception_is_said_as_the_check_says_it(course):
    wrong = "def temperature_softmax(z, t):\n    return torch.softmax(z, -1) / t"
    copy(course, FIRST, {"temperature_softmax": wrong}, lang="es")
    said = first_lab(course, "es").exercises[0].said
    assert "theory/es/00-inside-or-outside.md#outside-forms" in said


def test_a_helper_in_a_cell_of_ones_own_is_found(course):
    answer = "def temperature_softmax(z, t):\n    return halves(z, t)"
    own = "%matplotlib inline\ndef halves(z, t):\n    return torch.softmax(z / t, -1)"
    path = copy(course, FIRST, {"temperature_softmax": answer}, own=[own])
    work = notebook(path)
    work["cells"].insert(0, work["cells"].pop())
    path.write_text(json.dumps(work), encoding="utf-8")
    assert "halves" not in first_lab(course).exercises[0].said


def test_other_cells_of_ones_own_are_not_run(course, tmp_path):
    answers = {"temperature_softmax": solutions(FIRST)["temperature_softmax"]}
    marker = tmp_path / "was-run"
    copy(
        course, FIRST, answers, own=[f"open({str(marker)!r}, 'w')", "while True: pass", "!sleep 9"]
    )
    assert first_lab(course).points == 3
    assert not marker.exists()


def test_a_cell_that_never_ends_is_ended(course):
    copy(course, FIRST, solutions(FIRST) | {"power_form": "while True: pass"})
    lab = first_lab(course, seconds=6)
    assert [exercise.passed for exercise in lab.exercises[2:]] == [None, None, None]
    assert lab.note.startswith("stopped at ")
    assert "6 s" in lab.note


def test_a_cell_that_leaves_python_costs_nothing_that_passed_before(course):
    copy(course, FIRST, solutions(FIRST) | {"power_form": "import os; os._exit(0)"})
    lab = first_lab(course)
    assert [exercise.passed for exercise in lab.exercises] == [True, True, None, None, None]
    assert lab.note.startswith("stopped at power_form")


def test_syntax_errors_and_printing_without_an_end_of_line_cost_only_their_exercise(course):
    answers = solutions(FIRST) | {"temperature_softmax": "def temperature_softmax(:\n  pass"}
    answers["form_entropies"] += "\nprint('{', end='')"
    copy(course, FIRST, answers)
    lab = first_lab(course)
    assert lab.points == 7
    assert "temperature_softmax" in lab.exercises[0].said


@pytest.mark.parametrize("content", ["", "{", "[]", "not a notebook"])
def test_a_file_that_is_no_notebook_is_said_to_be_one(course, content):
    copy(course, FIRST, {}).write_text(content)
    assert first_lab(course).note.startswith("cannot be read: ")


def test_of_copies_in_two_languages_the_better_one_counts(course):
    copy(course, FIRST, {})
    copy(course, FIRST, {"temperature_softmax": solutions(FIRST)["temperature_softmax"]}, "es")
    lab = first_lab(course)
    assert (lab.lang, lab.points) == ("es", 3)


def shown(found: list[progress.Lab], lang: str, capsys, monkeypatch) -> str:
    monkeypatch.setenv("COLUMNS", "200")
    progress.show(found, lang)
    return capsys.readouterr().out


def lab_with(*passed_or_not: bool | None, chapter: Chapter = FIRST, said: str = "") -> progress.Lab:
    standings = (
        progress.Standing(f"exercise_{i}", f"Exercise {i}", 2.0, passed, said)
        for i, passed in enumerate(passed_or_not)
    )
    return progress.Lab(chapter, "es", tuple(standings))


def test_the_page_has_marks_points_and_the_sum(capsys, monkeypatch):
    text = shown([lab_with(True, False, None)], "en", capsys, monkeypatch)
    assert "✓\u00a0exercise_0 ✗\u00a0exercise_1 ○\u00a0exercise_2" in text
    assert "In all: 2 of 6 points." in text


def test_what_is_next_is_the_first_open_exercise_of_a_lab_in_hand(capsys, monkeypatch):
    fresh = lab_with(None, None)
    begun = lab_with(True, False, chapter=SECOND, said="it sums to [2]")
    text = shown([fresh, begun], "es", capsys, monkeypatch)
    assert "Lo siguiente: laboratorio 01, Exercise 1" in text
    assert "python3 start.py lab 01 --lang es" in text
    assert text.endswith("it sums to [2]\n")


def test_who_has_done_everything_is_told_so(capsys, monkeypatch):
    assert "Every exercise" in shown([lab_with(True, True)], "en", capsys, monkeypatch)
