"""Lab 10, ``evidence_4``: a nucleus that is taken before the temperature."""

from __future__ import annotations

from tempkit.lab import snippets
from tempkit.lab.counterexample import Counterexample
from tempkit.lab.exercise import Exercise, Misconception
from tempkit.lab.exercises.chapter_10.evidence import PROBES, hidden, returning

__all__ = ["EVIDENCE_4"]

#: The first token alone reaches 0.6 at T = 1, where it has 0.73; at T = 4 it has 0.56.
PROOF = {"fault": 7, "logits": [1.0, 0.0], "temperature": 4.0, "top_p": 0.6}

EVIDENCE_4 = Exercise(
    name="evidence_4",
    section="checklist",
    reference=returning(**PROOF),
    probes=PROBES,
    hidden=hidden,
    judge=Counterexample(
        fault=7,
        arguments=snippets.nucleus_arguments,
        found=snippets.nucleus_as_found,
        promised=snippets.nucleus_as_promised,
        excuse=snippets.nucleus_excuse,
    ),
    misconceptions=(
        Misconception(
            "temperature-one",
            returning(**PROOF | {"temperature": 1.0}),
            "what-proves-nothing",
            also=(returning(**PROOF | {"temperature": 1, "top_p": 0.9}),),
        ),
        Misconception(
            "same-nucleus",
            returning(**PROOF | {"temperature": 1.5}),
            "what-proves-nothing",
            also=(
                returning(**PROOF | {"top_p": 0.1}),
                returning(**PROOF | {"top_p": 0.99}),
                returning(**PROOF | {"logits": [0.0, 0.0]}),
            ),
        ),
        Misconception(
            "too-small",
            returning(fault=7, logits=[10.0, 0.0], temperature=0.9, top_p=0.99997),
            "what-proves-nothing",
        ),
        Misconception(
            "another-fault",
            returning(**PROOF | {"fault": 8}),
            "checklist",
            also=(returning(**PROOF | {"fault": 9}), returning(**PROOF | {"fault": 3})),
        ),
        Misconception(
            "outside-the-promise",
            returning(**PROOF | {"top_p": 1.0}),
            "what-proves-nothing",
            also=(
                returning(**PROOF | {"top_p": 0.0}),
                returning(**PROOF | {"temperature": 0.0}),
                returning(**PROOF | {"top_p": 60}),
            ),
        ),
    ),
)
