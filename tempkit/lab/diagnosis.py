"""Judge an answer: right on every probe, or wrong for a reason that has a name."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from tempkit.lab.exercise import Answer, Exercise, Probe
from tempkit.lab.outcome import NotNumbersError, Outcome, numbers_to_read, try_answer

__all__ = ["Finding", "examine"]


#: A list of more numbers than these is shown by the first that is wrong.
_LONG = 20

#: What can be said of an answer that no misconception explains.
GENERAL_REASONS = (
    "not-written",
    "not-a-function",
    "random",
    "input-changed",
    "should-raise",
    "other-error",
    "not-numbers",
    "raised",
    "raised-caret",
    "raised-values",
    "raised-sizes",
    "raised-bool-mean",
    "raised-unhashable",
    "raised-not-of-tensor",
    "raised-parentheses",
    "raised-list-arithmetic",
    "raised-one-number",
    "not-a-dictionary",
    "a-dictionary",
    "parts",
    "no-parts",
    "value-text",
    "value-no-number",
    "one-number",
    "shape",
    "nan",
    "minus",
    "rounded",
    "transposed",
    "different",
)


@dataclass(frozen=True)
class Finding:
    """What is wrong with an answer.

    ``reason`` is the id of a misconception (``named`` is true) or one of :data:`GENERAL_REASONS`.
    ``facts`` fill the placeholders of its message.
    """

    reason: str
    section: str
    named: bool = False
    facts: dict[str, str] = field(default_factory=dict)


def examine(exercise: Exercise, answer: Answer, probes: tuple[Probe, ...]) -> Finding | None:
    """None if the answer is right on all probes, else what is wrong with it.

    Right is what agrees with the reference, or what the exercise's judge lets pass.
    """
    if not callable(answer):
        facts = {"type": type(answer).__name__}
        return Finding("not-a-function", exercise.section, facts=facts)
    outcomes, truths = [], []
    for probe in probes:
        outcome = try_answer(answer, probe)
        if _is_the_stub(outcome.error):
            return Finding("not-written", exercise.section)
        outcomes.append(outcome)
        truths.append(try_answer(exercise.reference, probe))
    if exercise.judge is not None:
        judged = map(partial(_judged, exercise), probes, outcomes, truths)
        return next(filter(None, judged), None)
    failing = [
        index
        for index, (outcome, truth) in enumerate(zip(outcomes, truths, strict=True))
        if outcome.changed or not outcome.agrees(truth, exercise.rtol, exercise.atol)
    ]
    if not failing:
        return None
    for index in failing:
        again = try_answer(answer, probes[index])
        if not again.agrees(outcomes[index], exercise.rtol, exercise.atol):
            facts = _facts(exercise, probes[index], outcomes[index], truths[index])
            return Finding("random", exercise.section, facts=facts)
    return _misconception(exercise, probes, outcomes, truths, failing) or _general(
        exercise, probes[failing[0]], outcomes[failing[0]], truths[failing[0]]
    )


def _is_the_stub(error: Exception | None) -> bool:
    """Whether a function was left as it was; PyTorch raises the same kind of error of its own."""
    return isinstance(error, NotImplementedError) and "not implemented for" not in str(error)


def _judged(exercise: Exercise, probe: Probe, outcome: Outcome, truth: Outcome) -> Finding | None:
    """What the exercise's judge says of numbers, once they are the parts that were asked for.

    What the reference gives is one of many right answers, so no message quotes it.
    """
    if outcome.error is not None or outcome.parts.keys() != truth.parts.keys():
        finding = _general(exercise, probe, outcome, truth)
        facts = {name: fact for name, fact in finding.facts.items() if name != "expected"}
        return replace(finding, facts=facts)
    objection = exercise.judge.objection(outcome.parts)
    if objection is None:
        return None
    known = next(m for m in exercise.misconceptions if m.id == objection.reason)
    return Finding(known.id, known.section, named=True, facts=objection.facts)


def _misconception(
    exercise: Exercise,
    probes: tuple[Probe, ...],
    outcomes: list[Outcome],
    truths: list[Outcome],
    failing: list[int],
) -> Finding | None:
    """The misconception that reproduces most of the failures, the first named among equals.

    At least half of them: what happens to agree with one failure of many explains nothing.
    """
    best, most, witness = None, 0, failing[0]
    for misconception in exercise.misconceptions:
        for answer in (misconception.answer, *misconception.also):
            reproduced = [
                index
                for index in failing
                if _reproduces(exercise, answer, probes[index], outcomes[index], truths[index])
            ]
            # NaN looks like any other NaN, and one error like another: alone they count only if
            # they explain everything.
            mute = all(
                outcomes[index].holds_nan() or outcomes[index].error is not None
                for index in reproduced
            )
            if mute and reproduced != failing:
                continue
            if len(reproduced) > most and 2 * len(reproduced) >= len(failing):
                best, most, witness = misconception, len(reproduced), reproduced[0]
    if best is None:
        return None
    facts = _facts(exercise, probes[witness], outcomes[witness], truths[witness])
    return Finding(best.id, best.section, named=True, facts=facts)


def _reproduces(
    exercise: Exercise, answer: Answer, probe: Probe, outcome: Outcome, truth: Outcome
) -> bool:
    """Whether a wrong answer gives, wrongly, what the learner's gives."""
    wrong = try_answer(answer, probe)
    tells = not wrong.agrees(truth, exercise.rtol, exercise.atol)
    return tells and wrong.agrees(outcome, exercise.rtol, exercise.atol)


def _general(exercise: Exercise, probe: Probe, outcome: Outcome, truth: Outcome) -> Finding:
    """A failure that no misconception explains, by what can be seen of it."""
    facts = _facts(exercise, probe, outcome, truth)
    keys, wanted = outcome.parts.keys(), truth.parts.keys()
    not_numbers = isinstance(outcome.error, NotNumbersError)
    if outcome.changed:
        reason = "input-changed"
    elif truth.error is not None:
        reason = "other-error" if outcome.error is not None and not not_numbers else "should-raise"
    elif outcome.error is not None:
        reason = _kind_of_error(outcome.error)
        if not_numbers:
            reason = _kind_of_value(outcome.error, wanted)
            facts |= {"under": outcome.error.key}
    elif keys != wanted and keys == {""}:
        reason = "not-a-dictionary"
    elif keys != wanted:
        of_a_dictionary = "parts" if keys else "no-parts"
        reason = "a-dictionary" if wanted == {""} else of_a_dictionary
    elif _is_transposed(exercise, outcome, truth):
        reason = "transposed"
    elif outcome.shapes == {"": ()} and truth.shapes == {"": (2,)}:
        reason = "one-number"
    elif outcome.shapes != truth.shapes:
        reason = "shape"
    elif outcome.holds_nan() and not truth.holds_nan():
        reason = "nan"
    elif _mapped(truth, np.negative).agrees(outcome, exercise.rtol, exercise.atol):
        reason = "minus"
    elif any(
        _mapped(truth, partial(np.round, decimals=d)).agrees(outcome, 0, 1e-6) for d in (2, 3, 4)
    ):
        reason = "rounded"
    else:
        reason = "different"
    return Finding(reason, exercise.section, facts=facts)


def _kind_of_value(error: NotNumbersError, wanted: Collection[str]) -> str:
    """What was returned in the place of numbers, alone or under a key that was asked for."""
    if error.key and error.key in wanted:
        return "value-text" if str(error).startswith(("'", '"')) else "value-no-number"
    nothing = set(wanted) == {""} or str(error) == "None"
    return "not-numbers" if nothing else "not-a-dictionary"


def _kind_of_error(error: Exception) -> str:
    """Errors that are worded for experts and that beginners meet first."""
    said = str(error)
    if "bitwise_xor" in said or "for ^:" in said:
        return "raised-caret"
    if "return_types" in said:
        return "raised-values"
    if "must match the size of tensor" in said:
        return "raised-sizes"
    if "mean()" in said and "Bool" in said:
        return "raised-bool-mean"
    if "unhashable type: 'list'" in said:
        return "raised-unhashable"
    if "Boolean value of Tensor" in said:
        return "raised-not-of-tensor"
    if "bitwise_and" in said or "bitwise_or" in said or "for &:" in said or "for |:" in said:
        return "raised-parentheses"
    if "unsupported operand" in said and "'Tensor'" in said and "'list'" in said:
        return "raised-list-arithmetic"
    if "one element tensors" in said or "cannot be converted to Scalar" in said:
        return "raised-one-number"
    return "raised"


def _is_transposed(exercise: Exercise, outcome: Outcome, truth: Outcome) -> bool:
    """Whether rows and columns are exchanged."""
    tables = all(part.ndim == 2 for part in truth.parts.values())
    turned = _mapped(truth, np.transpose)
    return tables and turned.agrees(outcome, exercise.rtol, exercise.atol)


def _mapped(outcome: Outcome, change: Callable[[np.ndarray], np.ndarray]) -> Outcome:
    """The outcome with every part changed."""
    return Outcome({key: change(part) for key, part in outcome.parts.items()})


def _facts(exercise: Exercise, probe: Probe, outcome: Outcome, truth: Outcome) -> dict[str, str]:
    """What a message may quote of one call."""
    got, expected, place = _first_difference(exercise, outcome, truth)
    call = f"{exercise.name}({probe.shown})"
    return place | {
        "call": f"grad({call})" if probe.gradient else call,
        "got": got,
        "expected": expected,
        "keys": ", ".join(outcome.parts),
        "wanted_keys": ", ".join(truth.parts),
        "shape": _shapes(outcome),
        "wanted_shape": _shapes(truth),
    }


def _first_difference(
    exercise: Exercise, outcome: Outcome, truth: Outcome
) -> tuple[str, str, dict[str, str]]:
    """The part of an outcome that is wrong, as text, beside the right one.

    Of a long list only the first number that is wrong, and its place: nobody compares forty
    numbers with forty others.
    """
    if truth.error is not None:
        return _text(outcome), type(truth.error).__name__, {}
    if outcome.error is not None or outcome.parts.keys() != truth.parts.keys():
        return _text(outcome), _text(truth), {}
    for key, part in outcome.parts.items():
        one = Outcome({key: part}, tolerance=outcome.tolerance)
        other = Outcome({key: truth.parts[key]})
        if one.agrees(other, exercise.rtol, exercise.atol):
            continue
        if one.shapes != other.shapes or part.ndim != 1 or len(part) <= _LONG:
            return _text(one), _text(other), {}
        wrong = [index for index in range(len(part)) if _differs(exercise, one, other, key, index)]
        place = {"place": str(wrong[0]), "wrong": str(len(wrong)), "size": str(len(part))}
        return _text(_only(one, key, wrong[0])), _text(_only(other, key, wrong[0])), place
    return _text(outcome), _text(truth), {}


def _differs(exercise: Exercise, one: Outcome, other: Outcome, key: str, index: int) -> bool:
    """Whether two lists differ at that place."""
    return not _only(one, key, index).agrees(_only(other, key, index), exercise.rtol, exercise.atol)


def _only(outcome: Outcome, key: str, index: int) -> Outcome:
    """One number of a list."""
    return Outcome({key: outcome.parts[key][index]}, tolerance=outcome.tolerance)


def _text(outcome: Outcome) -> str:
    """Numbers or an error, short enough to read."""
    if isinstance(outcome.error, NotNumbersError):
        return str(outcome.error)
    if outcome.error is not None:
        return f"{type(outcome.error).__name__}: {outcome.error}".removesuffix(": ")
    parts = []
    for key, part in outcome.parts.items():
        text = numbers_to_read(part)
        text = text if len(text) <= 160 else text[:157] + "..."
        parts.append(f"{key}: {text}" if key else text)
    return "; ".join(parts)


def _shapes(outcome: Outcome) -> str:
    return "; ".join(
        f"{key}: {list(shape)}" if key else str(list(shape))
        for key, shape in outcome.shapes.items()
    )
