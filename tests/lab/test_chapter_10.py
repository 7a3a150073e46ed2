"""Lab 10: proofs by example, and the code that they convict."""

from __future__ import annotations

import ast

import pytest
import torch

from tempkit.course import source
from tempkit.course.chapters import find, root
from tempkit.lab.diagnosis import examine
from tempkit.lab.exercises import exercise_of
from tempkit.lab.session import explained
from tempkit.language import LANGUAGES

AS_FOUND = (
    "draw_token_as_found",
    "scaled_logits",
    "allowed_probabilities_as_found",
    "tempered_as_found",
    "nucleus_as_found",
    "calibration_report_as_found",
)
PROOFS = [f"evidence_{case}" for case in range(1, 6)]


def functions(code: str) -> dict[str, str]:
    """The functions of a module or cell without docstrings and comments."""
    found = {}
    for node in ast.parse(code).body:
        if isinstance(node, ast.FunctionDef):
            if ast.get_docstring(node) is not None:
                del node.body[0]
            found[node.name] = ast.unparse(node)
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_code_on_trial_is_the_code_that_the_lab_shows(lang: str) -> None:
    shown: dict[str, str] = {}
    for cell in source.read(find("10").source):
        if cell.name.endswith("as-found"):
            shown |= functions(cell.text[lang])
    tried = functions((root() / "tempkit" / "lab" / "snippets.py").read_text("utf-8"))
    assert shown == {name: tried[name] for name in AS_FOUND}


def verdict(name: str, **parts):
    return examine(
        exercise_of("10-audit", name), lambda: parts, exercise_of("10-audit", name).probes
    )


@pytest.mark.parametrize("name", PROOFS)
def test_a_proof_without_its_parts_is_told_which_there_are(name: str) -> None:
    exercise = exercise_of("10-audit", name)
    finding = verdict(name, fault=1)
    assert (finding.reason, finding.named) == ("parts", False)
    assert set(finding.facts["wanted_keys"].split(", ")) == set(exercise.reference())


@pytest.mark.parametrize("name", PROOFS)
@pytest.mark.parametrize("parts", ["guilty", 4, torch.ones(3)])
def test_a_proof_that_is_no_dictionary(name: str, parts) -> None:
    exercise = exercise_of("10-audit", name)
    finding = examine(exercise, lambda: parts, exercise.probes)
    assert finding.reason == "not-a-dictionary"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PROOFS)
def test_no_slip_of_form_is_shown_the_solution(name: str, lang: str) -> None:
    exercise = exercise_of("10-audit", name)
    right = exercise.reference()
    slips = [None, {}, [right], *(right | {"fault": value} for value in (None, "4", [[4], 5]))]
    slips += [{key: right[key] for key in right if key != dropped} for dropped in right]
    slips += [right | {"banned": []}]
    for slip in slips:
        finding = examine(exercise, lambda slip=slip: slip, exercise.probes)
        said = explained(name, finding, lang, evidence=True)
        assert "should give" not in said
        assert "debería dar" not in said


@pytest.mark.parametrize(
    ("value", "reason"), [("4", "value-text"), (None, "value-no-number"), ({4}, "value-no-number")]
)
def test_a_value_that_is_no_number_is_named(value, reason: str) -> None:
    finding = verdict("evidence_3", fault=5, logits=[1.0, 0.0], temperature=value)
    assert (finding.reason, finding.facts["under"]) == (reason, "temperature")


def test_an_empty_dictionary() -> None:
    assert verdict("evidence_1").reason == "no-parts"


@pytest.mark.parametrize("name", PROOFS)
def test_an_unwritten_proof(name: str) -> None:
    def unwritten():
        raise NotImplementedError("write your solution here, then delete this line")

    exercise = exercise_of("10-audit", name)
    assert examine(exercise, unwritten, exercise.probes).reason == "not-written"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PROOFS)
@pytest.mark.parametrize("evidence", [True, False])
def test_every_objection_quotes_what_both_sides_say(name: str, lang: str, evidence: bool) -> None:
    """The input is the learner's own: nothing is hidden from him, in hidden tests neither."""
    exercise = exercise_of("10-audit", name)
    for misconception in exercise.misconceptions:
        finding = examine(exercise, misconception.answer, exercise.probes)
        said = explained(name, finding, lang, evidence=evidence)
        assert "{" not in said
        assert said == explained(name, finding, lang, evidence=not evidence)


def test_a_good_example_under_a_wrong_name_is_told_that_it_is_good() -> None:
    finding = verdict("evidence_2", fault=1, logits=[1.0, 0.0], temperature=2.0)
    assert finding.reason == "another-fault"
    assert finding.facts == {
        "found": "[0.5622, 0.4378]",
        "promised": "[0.6225, 0.3775]",
        "named": "1",
    }


def test_a_wrong_proof_is_told_why_before_its_name_is_looked_at() -> None:
    assert verdict("evidence_2", fault=1, logits=[1.0, 0.0], temperature=1.0).reason == (
        "temperature-one"
    )


def test_rows_that_look_like_probabilities_convict_without_a_warning() -> None:
    """The warning of the fit is about the rows, and the judge asks about the code."""
    rows = {"logits": [[1.0, 0.0]] * 3, "labels": [0, 0, 1], "part": [1, 2, 2]}
    assert verdict("evidence_5", fault=12, **rows) is None
