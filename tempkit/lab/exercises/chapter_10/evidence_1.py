"""Lab 10, ``evidence_1``: a sampler that stops drawing at its default temperature."""

from __future__ import annotations

from tempkit.lab import snippets
from tempkit.lab.counterexample import Counterexample
from tempkit.lab.exercise import Exercise, Misconception
from tempkit.lab.exercises.chapter_10.evidence import PROBES, hidden, returning

__all__ = ["EVIDENCE_1"]

#: Two equal tokens, and a number that falls on the second.
PROOF = {"fault": 4, "logits": [0.0, 0.0], "temperature": 1.0, "uniform": 0.75}

EVIDENCE_1 = Exercise(
    name="evidence_1",
    section="checklist",
    reference=returning(**PROOF),
    probes=PROBES,
    hidden=hidden,
    judge=Counterexample(
        fault=4,
        arguments=snippets.draw_token_arguments,
        found=snippets.draw_token_as_found,
        promised=snippets.draw_token_as_promised,
        excuse=snippets.draw_token_excuse,
    ),
    misconceptions=(
        Misconception(
            "same-token",
            returning(**PROOF | {"uniform": 0.25}),
            "what-proves-nothing",
            also=(returning(fault=1, logits=[2.0, 1.0, 0.0], temperature=1, uniform=0.0),),
        ),
        Misconception(
            "greedy-is-promised",
            returning(**PROOF | {"temperature": 0.0}),
            "what-proves-nothing",
            also=(returning(fault=5, logits=[2.0, 1.0], temperature=0, uniform=0.99),),
        ),
        Misconception(
            "drawn-as-promised",
            returning(**PROOF | {"temperature": 0.5}),
            "what-proves-nothing",
            also=(
                returning(**PROOF | {"temperature": 2.0}),
                returning(**PROOF | {"temperature": 1.0001}),
            ),
        ),
        Misconception(
            "another-fault",
            returning(**PROOF | {"fault": 5}),
            "checklist",
            also=(
                returning(**PROOF | {"fault": 1}),
                returning(**PROOF | {"fault": 6}),
                returning(**PROOF | {"fault": [4, 5]}),
            ),
        ),
        Misconception(
            "outside-the-promise",
            returning(**PROOF | {"uniform": 1.0}),
            "what-proves-nothing",
            also=(
                returning(**PROOF | {"temperature": -1.0}),
                returning(**PROOF | {"logits": [[0.0, 0.0]]}),
                returning(**PROOF | {"uniform": [0.75] * 2}),
            ),
        ),
    ),
)
