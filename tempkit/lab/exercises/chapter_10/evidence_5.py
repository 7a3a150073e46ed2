"""Lab 10, ``evidence_5``: a temperature that has seen the labels it is reported on."""

from __future__ import annotations

from tempkit.lab import snippets
from tempkit.lab.counterexample import Counterexample
from tempkit.lab.exercise import Exercise, Misconception
from tempkit.lab.exercises.chapter_10.evidence import PROBES, hidden, returning

__all__ = ["EVIDENCE_5"]

#: Of the calibration rows one in four is wrong, of the test rows one in three.
ROWS = [[2.0, 0.0]] * 7
LABELS = [0, 0, 0, 1, 0, 0, 1]
PROOF = {"fault": 12, "logits": ROWS, "labels": LABELS, "part": [1, 1, 1, 1, 2, 2, 2]}

EVIDENCE_5 = Exercise(
    name="evidence_5",
    section="checklist",
    reference=returning(**PROOF),
    probes=PROBES,
    hidden=hidden,
    judge=Counterexample(
        fault=12,
        arguments=snippets.report_arguments,
        found=snippets.fitted_as_found,
        promised=snippets.fitted_as_promised,
        excuse=snippets.report_excuse,
    ),
    misconceptions=(
        Misconception(
            "equal-logits",
            returning(**PROOF | {"logits": [[0.0, 0.0]] * 7}),
            "what-proves-nothing",
        ),
        Misconception(
            "same-temperature",
            returning(**PROOF | {"labels": [0] * 7}),
            "what-proves-nothing",
            also=(
                returning(
                    **PROOF | {"part": [1, 1, 1, 0, 2, 2, 2], "labels": [0, 0, 1, 1, 0, 0, 1]}
                ),
            ),
        ),
        Misconception(
            "another-fault",
            returning(**PROOF | {"fault": 11}),
            "checklist",
            also=(returning(**PROOF | {"fault": 5}),),
        ),
        Misconception(
            "outside-the-promise",
            returning(**PROOF | {"part": [1] * 7}),
            "what-proves-nothing",
            also=(
                returning(**PROOF | {"part": [2] * 7}),
                returning(**PROOF | {"labels": [0, 0, 0, 1, 0, 0, 2]}),
                returning(**PROOF | {"labels": [0, 1]}),
                returning(**PROOF | {"part": [1, 1, 1, 1, 3, 3, 3]}),
                returning(**PROOF | {"logits": [1.0, 0.0]}),
            ),
        ),
    ),
)
