"""nbgrader itself grades the labs: they are plain assignments of its schema 3."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import nbformat
import pytest

from tempkit.course.chapters import Chapter, find

pytestmark = [
    pytest.mark.slow,
    # nbgrader and the libraries under it warn about their own future.
    pytest.mark.filterwarnings("ignore"),
]

WRONG = {
    "00": {
        "temperature_softmax": (
            "def temperature_softmax(logits, temperature):\n"
            "    return torch.softmax(logits, dim=-1) / temperature"
        )
    },
    "01": {
        "entropy_slope": (
            "def entropy_slope(logits, temperature):\n    return logits.var() / temperature**3"
        )
    },
    "02": {
        "gumbel_max": (
            "def gumbel_max(logits, temperature, uniforms):\n"
            "    return (logits / temperature - torch.log(uniforms)).argmax(dim=-1)"
        )
    },
    "04": {
        "predicted_grammatical": (
            "def predicted_grammatical(leak, lengths):\n"
            "    return 1 - leak * sum(lengths) / len(lengths)"
        )
    },
}
POINTS = {
    "00": {
        "temperature_softmax": 3,
        "form_entropies": 2,
        "power_form": 2,
        "standard_errors_away": 1,
        "sampler_probabilities": 2,
    },
    "01": {
        "distribution_table": 2,
        "full_spectrum": 2,
        "entropy_curve": 1,
        "entropy_slope": 2,
        "temperature_for": 2,
        "entropy_from_draws": 1,
    },
    "02": {
        "inverse_cdf": 2,
        "draw_safely": 2,
        "gumbel_max": 2,
        "draw_report": 1,
        "chi_square": 2,
        "alarm_rate": 1,
    },
    "04": {
        "next_token_table": 2,
        "sequence_log_probability": 2,
        "temper_both": 2,
        "distinct_n": 1,
        "predicted_grammatical": 1,
        "kl_curve": 2,
    },
}


def with_cells(notebook, replaced: dict[str, str]):
    """A submission: the notebook with the source of some of its solution cells exchanged."""
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in replaced:
            cell.source = replaced[grade_id]
    return notebook


def autograde(course: Path, chapter: Chapter, lang: str) -> dict[str, dict[str, float]]:
    """Generate the assignment from our solution, submit three notebooks, autograde: the scores."""
    from nbgrader.api import Gradebook
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    name = f"{chapter.name}.ipynb"
    source = course / "source" / "lab"
    source.mkdir(parents=True)
    shutil.copy(chapter.solution(lang), source / name)
    database = f"sqlite:///{course / 'gradebook.db'}"
    config = Config()
    config.CourseDirectory.root = str(course)
    config.CourseDirectory.db_url = database
    config.ClearSolutions.code_stub = {"python": "raise NotImplementedError()"}
    api = NbGraderAPI(config=config)
    result = api.generate_assignment("lab")
    assert result["success"], result["error"] or result["log"]

    solution = nbformat.read(chapter.solution(lang), as_version=4)
    submissions = {
        "solved": solution,
        "untouched": nbformat.read(chapter.lab(lang), as_version=4),
        "mistaken": with_cells(
            nbformat.read(chapter.solution(lang), as_version=4), WRONG[chapter.number]
        ),
    }
    for student, notebook in submissions.items():
        folder = course / "submitted" / student / "lab"
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / name)
        result = api.autograde("lab", student)
        assert result["success"], result["error"] or result["log"]

    scores = {}
    with Gradebook(database) as gradebook:
        for student in submissions:
            submission = gradebook.find_submission_notebook(chapter.name, "lab", student)
            scores[student] = {
                grade.name.removeprefix("check-"): grade.score for grade in submission.grades
            }
    return scores


@pytest.mark.parametrize(
    ("number", "lang"), [("00", "en"), ("01", "es"), ("02", "en"), ("04", "es")]
)
def test_nbgrader_gives_each_submission_what_it_deserves(
    number: str, lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # nbgrader calls alembic by name.
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    scores = autograde(tmp_path, find(number), lang)
    full = POINTS[number]
    assert scores["solved"] == full
    assert scores["untouched"] == dict.fromkeys(full, 0)
    assert scores["mistaken"] == full | dict.fromkeys(WRONG[number], 0)
