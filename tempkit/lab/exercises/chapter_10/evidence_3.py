"""Lab 10, ``evidence_3``: a temperature of 0 that counts as none."""

from __future__ import annotations

import tempkit
from tempkit.lab import snippets
from tempkit.lab.counterexample import Counterexample
from tempkit.lab.exercise import Exercise, Misconception
from tempkit.lab.exercises.chapter_10.evidence import PROBES, hidden, returning

__all__ = ["EVIDENCE_3"]

PROOF = {"fault": 5, "logits": [1.0, 0.0], "temperature": 0.0}

EVIDENCE_3 = Exercise(
    name="evidence_3",
    section="checklist",
    reference=returning(**PROOF),
    probes=PROBES,
    hidden=hidden,
    judge=Counterexample(
        fault=5,
        arguments=snippets.from_zero,
        found=snippets.tempered_as_found,
        promised=tempkit.softmax,
        excuse=snippets.zero_excuse,
    ),
    misconceptions=(
        Misconception(
            "not-at-zero",
            returning(**PROOF | {"temperature": 1.0}),
            "what-proves-nothing",
            also=(
                returning(**PROOF | {"temperature": 0.5}),
                returning(**PROOF | {"temperature": 1e-3}),
            ),
        ),
        Misconception(
            "equal-logits",
            returning(**PROOF | {"logits": [2.0, 2.0]}),
            "what-proves-nothing",
            also=(returning(**PROOF | {"logits": [0.0]}),),
        ),
        Misconception(
            "too-small",
            returning(**PROOF | {"logits": [100.0, 0.0]}),
            "what-proves-nothing",
            also=(returning(**PROOF | {"logits": [20.0, 1.0, 0.0]}),),
        ),
        Misconception(
            "another-fault",
            returning(**PROOF | {"fault": 6}),
            "checklist",
            also=(returning(**PROOF | {"fault": 4}), returning(**PROOF | {"fault": 3})),
        ),
        Misconception(
            "outside-the-promise",
            returning(**PROOF | {"temperature": -1.0}),
            "what-proves-nothing",
            also=(
                returning(**PROOF | {"temperature": float("inf")}),
                returning(**PROOF | {"temperature": float("nan")}),
            ),
        ),
    ),
)
