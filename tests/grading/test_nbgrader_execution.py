"""nbgrader's own autograde, with our execution put into it by configuration, and its gradebook."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import nbformat
import pytest
from handed_in import as_bytes, cell_of, notebook, own_cell, with_answer

from tempkit.course.chapters import find

pytestmark = [
    pytest.mark.slow,
    # nbgrader and the libraries under it warn about their own future.
    pytest.mark.filterwarnings("ignore"),
]

CHAPTER = find("01")
#: As docs/grading.md says it.
PREPROCESSORS = [
    "tempkit.grading.nbgrader_execution.TempkitExecute",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
FULL = {
    "distribution_table": 2,
    "full_spectrum": 2,
    "entropy_curve": 1,
    "entropy_slope": 2,
    "temperature_for": 2,
    "entropy_from_draws": 1,
}
WRONG = "def entropy_slope(logits, temperature):\n    return logits.var() / temperature**3"


def noisy():
    """Warnings, stderr and prints, which cost points in a kernel."""
    handed_in = notebook()
    handed_in["cells"].insert(
        2,
        own_cell(
            "import sys, warnings\nwarnings.warn('careful')\nprint('x', file=sys.stderr)\nprint(7)"
        ),
    )
    return handed_in


def tagged():
    """One of the attacks on nbgrader: tests that are never run."""
    handed_in = notebook("untouched")
    for cell in handed_in["cells"]:
        cell["metadata"]["tags"] = ["skip-execution"]
    return handed_in


def without_a_test():
    handed_in = with_answer("entropy_slope", WRONG)
    handed_in["cells"].remove(cell_of(handed_in, "check-entropy_slope"))
    return handed_in


LOST = FULL | {"entropy_slope": 0}
SUBMISSIONS = {
    "solved": (notebook, FULL),
    "noisy": (noisy, FULL),
    "untouched": (lambda: notebook("untouched"), dict.fromkeys(FULL, 0)),
    "mistaken": (lambda: with_answer("entropy_slope", WRONG), LOST),
    "tagged": (tagged, dict.fromkeys(FULL, 0)),
    "without-a-test": (without_a_test, LOST),
}


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """A course of nbgrader's in which everybody was autograded with our execution."""
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    folder = tmp_path_factory.mktemp("course")
    source = folder / "source" / "lab"
    source.mkdir(parents=True)
    shutil.copy(CHAPTER.solution("en"), source / f"{CHAPTER.name}.ipynb")
    config = Config()
    config.CourseDirectory.root = str(folder)
    config.CourseDirectory.db_url = f"sqlite:///{folder / 'gradebook.db'}"
    config.ClearSolutions.code_stub = {"python": "raise NotImplementedError()"}
    config.Autograde.autograde_preprocessors = list(PREPROCESSORS)
    with pytest.MonkeyPatch.context() as patch:
        # nbgrader calls alembic by name.
        patch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
        api = NbGraderAPI(config=config)
        result = api.generate_assignment("lab")
        assert result["success"], result["log"]
        for student, (make, _) in SUBMISSIONS.items():
            path = folder / "submitted" / student / "lab" / f"{CHAPTER.name}.ipynb"
            path.parent.mkdir(parents=True)
            path.write_bytes(as_bytes(make()))
            result = api.autograde("lab", student)
            assert result["success"], result["log"]
    return folder


def autograded(course: Path, student: str):
    path = course / "autograded" / student / "lab" / f"{CHAPTER.name}.ipynb"
    return nbformat.read(path, as_version=4)


@pytest.mark.parametrize("student", SUBMISSIONS)
def test_the_gradebook_holds_what_each_submission_deserves(course, student):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        found = gradebook.find_submission_notebook(CHAPTER.name, "lab", student)
        scores = {grade.name.removeprefix("check-"): grade.score for grade in found.grades}
        pending = [grade.name for grade in found.grades if grade.needs_manual_grade]
    assert scores == SUBMISSIONS[student][1]
    assert pending == []


def test_the_formgrader_finds_the_reason_in_the_notebook(course):
    cells = autograded(course, "mistaken").cells
    (test,) = (
        c for c in cells if c.metadata.get("nbgrader", {}).get("grade_id") == "check-entropy_slope"
    )
    (error,) = test.outputs
    assert error.ename == "unweighted"
    assert "q" in error.evalue


def test_what_the_student_printed_is_kept_and_no_stderr_is(course):
    outputs = [o for cell in autograded(course, "noisy").cells for o in cell.get("outputs", [])]
    assert any("7" in output.get("text", "") for output in outputs)
    assert not any(output.get("name") == "stderr" for output in outputs)


def test_a_notebook_of_another_name_asks_for_the_labs_number():
    from tempkit.grading.nbgrader_execution import TempkitExecute

    handed_in = nbformat.reads(json.dumps(notebook()), as_version=4)
    about = {"nbgrader": {"notebook": "week-3", "student": "ana"}}
    with pytest.raises(ValueError, match=r"TempkitExecute\.lab"):
        TempkitExecute().preprocess(handed_in, about)
