"""nbgrader itself grades the labs: they are plain assignments of its schema 3."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import nbformat
import pytest

from tempkit.course.chapters import CHAPTERS, Chapter, find
from tempkit.language import LANGUAGES

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
    "03": {
        "tail_share": (
            "def tail_share(draws, k):\n"
            "    share = (draws > k).double().mean().item()\n"
            "    return share, (share * (1 - share) / len(draws)) ** 0.5"
        )
    },
    "04": {
        "predicted_grammatical": (
            "def predicted_grammatical(leak, lengths):\n"
            "    return 1 - leak * sum(lengths) / len(lengths)"
        )
    },
    "05": {
        "error_by_chance": (
            "def error_by_chance(confidences, uniforms, bins):\n"
            "    runs = [calibration_error(confidences, u < confidences, bins) for u in uniforms]\n"
            "    runs = torch.tensor([float(run) for run in runs])\n"
            "    return runs.mean().item(), runs.std().item()"
        )
    },
    "06": {
        "mean_cost": (
            "def mean_cost(confidence, wrong, threshold, review):\n"
            "    accepted = confidence >= threshold\n"
            "    return wrong[accepted].double().mean().item()"
        )
    },
    "07": {
        "positions_computed": (
            "def positions_computed(prompt, new):\n"
            "    return {'with_cache': prompt + new, 'one_call_a_token': new * (prompt + new)}"
        )
    },
    "08": {
        "paired_difference": (
            "def paired_difference(first, second):\n"
            "    gains = first - second\n"
            "    return gains.mean().item(), gains.std().item()"
        )
    },
    "09": {"cooled": "def cooled(start, half, step):\n    return start * 0.5 ** (step / half)"},
    "10": {
        "evidence_2": (
            "def evidence_2():\n    return {'fault': 3, 'logits': [1.0, 0.0], 'temperature': 1.0}"
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
    "03": {
        "tail_share": 1,
        "keep_top_k": 2,
        "keep_top_p": 2,
        "keep_min_p": 1,
        "both_orders": 1,
        "nucleus_size": 1,
        "penalise": 2,
    },
    "04": {
        "next_token_table": 2,
        "sequence_log_probability": 2,
        "temper_both": 2,
        "distinct_n": 1,
        "predicted_grammatical": 1,
        "kl_curve": 2,
    },
    "05": {
        "reliability_table": 2,
        "calibration_error": 2,
        "error_by_chance": 1,
        "slope_and_curvature": 2,
        "fit_by_newton": 2,
        "honest_report": 1,
    },
    "06": {
        "monitor_row": 1,
        "review_by_entropy": 2,
        "error_by_image": 2,
        "retry_colder": 1,
        "risk_curve": 1,
        "log_odds": 2,
        "mean_cost": 1,
    },
    "07": {
        "every_temperature": 2,
        "adaptive_temperature": 2,
        "paired_gap": 2,
        "annealed_scores": 2,
        "positions_computed": 1,
        "two_averages": 1,
    },
    "08": {
        "soft_loss": 2,
        "logit_gradient": 2,
        "limit_of_gradient": 2,
        "mixed_loss": 2,
        "paired_difference": 2,
    },
    "09": {
        "boltzmann_policy": 2,
        "updated_means": 2,
        "regret_report": 2,
        "limiting_cost": 1,
        "cooled": 1,
        "gumbel_by_counts": 2,
    },
    "10": {
        "evidence_1": 1,
        "evidence_2": 1,
        "evidence_3": 1,
        "evidence_4": 1,
        "mended_probabilities": 3,
        "evidence_5": 1,
        "calibration_report": 2,
    },
}


def with_cells(notebook, replaced: dict[str, str]):
    """A submission: the notebook with the source of some of its solution cells exchanged."""
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in replaced:
            cell.source = replaced[grade_id]
    return notebook


def submission(student: str, chapter: Chapter, lang: str):
    """The notebook of one of three students."""
    path = chapter.lab(lang) if student == "untouched" else chapter.solution(lang)
    notebook = nbformat.read(path, as_version=4)
    return with_cells(notebook, WRONG[chapter.number]) if student == "mistaken" else notebook


def autograde(
    course: Path, chapter: Chapter, lang: str, students: list[str]
) -> dict[str, dict[str, float]]:
    """Generate the assignment from our solution, submit the notebooks, autograde: the scores."""
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

    for student in students:
        folder = course / "submitted" / student / "lab"
        folder.mkdir(parents=True)
        nbformat.write(submission(student, chapter, lang), folder / name)
        result = api.autograde("lab", student)
        assert result["success"], result["error"] or result["log"]

    scores = {}
    with Gradebook(database) as gradebook:
        for student in students:
            found = gradebook.find_submission_notebook(chapter.name, "lab", student)
            scores[student] = {
                grade.name.removeprefix("check-"): grade.score for grade in found.grades
            }
    return scores


@pytest.fixture(autouse=True)
def _alembic(monkeypatch: pytest.MonkeyPatch) -> None:
    """nbgrader calls it by name."""
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)


@pytest.mark.parametrize(("number", "lang"), [("00", "en"), ("01", "es")])
def test_nbgrader_gives_each_submission_what_it_deserves(
    number: str, lang: str, tmp_path: Path
) -> None:
    scores = autograde(tmp_path, find(number), lang, ["solved", "untouched", "mistaken"])
    full = POINTS[number]
    assert scores["solved"] == full
    assert scores["untouched"] == dict.fromkeys(full, 0)
    assert scores["mistaken"] == full | dict.fromkeys(WRONG[number], 0)


@pytest.mark.parametrize("chapter", CHAPTERS[2:], ids=lambda chapter: chapter.number)
def test_nbgrader_takes_a_mistake_from_one_exercise_of_every_other_lab(
    chapter: Chapter, tmp_path: Path
) -> None:
    lang = LANGUAGES[int(chapter.number) % 2]
    scores = autograde(tmp_path, chapter, lang, ["mistaken"])
    full = POINTS[chapter.number]
    assert scores["mistaken"] == full | dict.fromkeys(WRONG[chapter.number], 0)
