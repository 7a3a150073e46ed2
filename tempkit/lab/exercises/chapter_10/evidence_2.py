"""Lab 10, ``evidence_2``: a temperature that two functions apply."""

from __future__ import annotations

import tempkit
from tempkit.lab import snippets
from tempkit.lab.counterexample import Counterexample
from tempkit.lab.exercise import Exercise, Misconception
from tempkit.lab.exercises.chapter_10.evidence import PROBES, hidden, returning

__all__ = ["EVIDENCE_2"]

PROOF = {"fault": 3, "logits": [1.0, 0.0], "temperature": 2.0}

EVIDENCE_2 = Exercise(
    name="evidence_2",
    section="checklist",
    reference=returning(**PROOF),
    probes=PROBES,
    hidden=hidden,
    judge=Counterexample(
        fault=3,
        arguments=snippets.above_zero,
        found=snippets.without_bans,
        promised=tempkit.softmax,
        excuse=snippets.twice_excuse,
    ),
    misconceptions=(
        Misconception(
            "temperature-one",
            returning(**PROOF | {"temperature": 1.0}),
            "what-proves-nothing",
            also=(returning(fault=1, logits=[2, 1, 0], temperature=1),),
        ),
        Misconception(
            "equal-logits",
            returning(**PROOF | {"logits": [0.0, 0.0]}),
            "what-proves-nothing",
            also=(
                returning(**PROOF | {"logits": [5.0]}),
                returning(**PROOF | {"logits": [1.0, float("-inf")]}),
            ),
        ),
        Misconception(
            "too-small",
            returning(**PROOF | {"temperature": 0.05}),
            "what-proves-nothing",
            also=(
                returning(**PROOF | {"logits": [100.0, 0.0]}),
                returning(**PROOF | {"temperature": 1.001}),
                returning(**PROOF | {"temperature": 1e6}),
                returning(**PROOF | {"logits": [0.001, 0.0]}),
            ),
        ),
        Misconception(
            "another-fault",
            returning(**PROOF | {"fault": 1}),
            "checklist",
            also=(returning(**PROOF | {"fault": 2}), returning(**PROOF | {"fault": 10})),
        ),
        Misconception(
            "outside-the-promise",
            returning(**PROOF | {"temperature": 0.0}),
            "what-proves-nothing",
            also=(
                returning(**PROOF | {"temperature": -2.0}),
                returning(**PROOF | {"logits": 1.0}),
                returning(**PROOF | {"logits": [float("nan"), 0.0]}),
            ),
        ),
    ),
)
