"""Judge an answer: right on every probe, or wrong for a reason that has a name."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tempkit.lab.exercise import Answer, Exercise, Probe
from tempkit.lab.outcome import NotNumbersError, Outcome, try_answer

__all__ = ["Finding", "examine"]


@dataclass(frozen=True)
class Finding:
    """What is wrong with an answer.

    ``reason`` is the id of a misconception (``named`` is true) or of one of the general reasons:
    not-written, not-a-function, raised, not-numbers, input-changed, parts, shape, nan, different.
    ``facts`` fill the placeholders of its message.
    """

    reason: str
    section: str
    named: bool = False
    facts: dict[str, str] = field(default_factory=dict)


def examine(exercise: Exercise, answer: Answer, probes: tuple[Probe, ...]) -> Finding | None:
    """None if the answer agrees with the reference on all probes, else what is wrong with it."""
    if not callable(answer):
        facts = {"type": type(answer).__name__}
        return Finding("not-a-function", exercise.section, facts=facts)
    outcomes, truths = [], []
    for probe in probes:
        outcome = try_answer(answer, probe)
        if isinstance(outcome.error, NotImplementedError):
            return Finding("not-written", exercise.section)
        outcomes.append(outcome)
        truths.append(try_answer(exercise.reference, probe))
    failing = [
        index
        for index, (outcome, truth) in enumerate(zip(outcomes, truths, strict=True))
        if outcome.changed or not outcome.agrees(truth, exercise.rtol, exercise.atol)
    ]
    if not failing:
        return None
    return _misconception(exercise, probes, outcomes, truths, failing) or _general(
        exercise, probes[failing[0]], outcomes[failing[0]], truths[failing[0]]
    )


def _misconception(
    exercise: Exercise,
    probes: tuple[Probe, ...],
    outcomes: list[Outcome],
    truths: list[Outcome],
    failing: list[int],
) -> Finding | None:
    """The misconception that reproduces most of the failures, the first named among equals."""
    best, most, witness = None, 0, failing[0]
    for misconception in exercise.misconceptions:
        reproduced = []
        for index in failing:
            wrong = try_answer(misconception.answer, probes[index])
            tells = not wrong.agrees(truths[index], exercise.rtol, exercise.atol)
            if tells and wrong.agrees(outcomes[index], exercise.rtol, exercise.atol):
                reproduced.append(index)
        if len(reproduced) > most:
            best, most, witness = misconception, len(reproduced), reproduced[0]
    if best is None:
        return None
    facts = _facts(exercise, probes[witness], outcomes[witness], truths[witness])
    return Finding(best.id, best.section, named=True, facts=facts)


def _general(exercise: Exercise, probe: Probe, outcome: Outcome, truth: Outcome) -> Finding:
    """A failure that no misconception explains, by what can be seen of it."""
    facts = _facts(exercise, probe, outcome, truth)
    if outcome.changed:
        reason = "input-changed"
    elif truth.error is not None and outcome.error is None:
        reason = "should-raise"
    elif isinstance(outcome.error, NotNumbersError):
        reason = "not-numbers"
    elif outcome.error is not None:
        reason = "raised"
    elif outcome.parts.keys() != truth.parts.keys():
        reason = "parts"
    elif outcome.shapes != truth.shapes:
        reason = "shape"
    elif outcome.holds_nan():
        reason = "nan"
    else:
        reason = "different"
    return Finding(reason, exercise.section, facts=facts)


def _facts(exercise: Exercise, probe: Probe, outcome: Outcome, truth: Outcome) -> dict[str, str]:
    """What a message may quote of one call."""
    got, expected = _first_difference(exercise, outcome, truth)
    return {
        "call": f"{exercise.name}({probe.shown})",
        "got": got,
        "expected": expected,
        "sum": _number(sum(float(np.sum(part)) for part in outcome.parts.values())),
        "keys": ", ".join(outcome.parts),
        "wanted_keys": ", ".join(truth.parts),
        "shape": _shapes(outcome),
        "wanted_shape": _shapes(truth),
    }


def _first_difference(exercise: Exercise, outcome: Outcome, truth: Outcome) -> tuple[str, str]:
    """The part of an outcome that is wrong, as text, beside the right one."""
    if outcome.error is not None or truth.error is not None:
        return _text(outcome), _text(truth)
    for key, part in outcome.parts.items():
        right = truth.parts.get(key)
        one, other = Outcome({key: part}, tolerance=outcome.tolerance), Outcome({key: right})
        if right is None or not one.agrees(other, exercise.rtol, exercise.atol):
            return _text(one), "" if right is None else _text(other)
    return _text(outcome), _text(truth)


def _text(outcome: Outcome) -> str:
    """Numbers or an error, short enough to read."""
    if outcome.error is not None:
        return f"{type(outcome.error).__name__}: {outcome.error}".removesuffix(": ")
    parts = []
    for key, part in outcome.parts.items():
        shown = np.vectorize(lambda x: float(_number(x)), otypes=[float])(part).tolist()
        text = str(shown).replace("nan", "NaN")
        text = text if len(text) <= 160 else text[:157] + "..."
        parts.append(f"{key}: {text}" if key else text)
    return "; ".join(parts)


def _shapes(outcome: Outcome) -> str:
    return "; ".join(str(list(shape)) for shape in outcome.shapes.values())


def _number(value: float) -> str:
    """Four significant digits."""
    return f"{value:.4g}"
