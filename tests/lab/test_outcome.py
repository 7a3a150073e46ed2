"""An answer gets a copy of its input all the way down; what it returns, or its gradient, counts."""

from __future__ import annotations

import pytest
import torch

from tempkit.lab.diagnosis import examine
from tempkit.lab.exercise import Exercise, Misconception, Probe
from tempkit.lab.exercises import exercise_of
from tempkit.lab.outcome import try_answer


def first_one_lost(texts: list) -> float:
    return sum(len(text) - 1 for text in texts) / len(texts)


def mean_length(texts: list) -> float:
    return sum(map(len, texts)) / len(texts)


LENGTHS = Exercise(
    name="mean_length",
    section="next-token",
    reference=mean_length,
    probes=(Probe(([["a", "b"], ["c"]],), "..."), Probe(([[1, 2, 3]],), "...")),
    misconceptions=(Misconception("first-one-lost", first_one_lost, "next-token"),),
    hidden=lambda generator: (Probe(([["a", "b"]],), "..."),),
)


def before(change):
    """The right answer, after something was done to each text."""

    def answer(texts):
        value = mean_length(texts)
        for text in texts:
            change(text)
        return value

    return answer


CHANGES = {
    "append": lambda text: text.append("x"),
    "pop": lambda text: text.pop(),
    "reverse": lambda text: text.reverse() or text.append(0) or text.remove(0),
    "clear": lambda text: text.clear(),
    "item": lambda text: text.__setitem__(0, "x"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_right_result_that_changes_a_list_in_a_list_is_rejected(change) -> None:
    finding = examine(LENGTHS, before(change), LENGTHS.probes)
    assert finding is not None
    assert finding.reason == "input-changed"


def test_an_outer_list_that_lost_a_text_is_a_change_too() -> None:
    def answer(texts):
        value = mean_length(texts)
        texts.pop()
        return value

    finding = examine(LENGTHS, answer, LENGTHS.probes)
    assert finding is not None
    assert finding.reason == "input-changed"


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_probe_is_the_same_after_an_answer_that_spoils_its_input(change) -> None:
    for _ in range(3):
        examine(LENGTHS, before(change), LENGTHS.probes)
    assert [probe.arguments for probe in LENGTHS.probes] == [([["a", "b"], ["c"]],), ([[1, 2, 3]],)]
    assert examine(LENGTHS, mean_length, LENGTHS.probes) is None
    finding = examine(LENGTHS, first_one_lost, LENGTHS.probes)
    assert finding is not None
    assert finding.reason == "first-one-lost"


def test_an_answer_that_pops_draws_no_random_numbers() -> None:
    def answer(texts):
        return sum(len(text) for text in texts if text.pop()) / 7

    finding = examine(LENGTHS, answer, LENGTHS.probes)
    assert finding is not None
    assert finding.reason == "input-changed"


def test_a_mistake_that_is_known_is_named_even_if_the_input_changed() -> None:
    def answer(texts):
        for text in texts:
            text.pop()
        return mean_length(texts)

    finding = examine(LENGTHS, answer, LENGTHS.probes)
    assert finding is not None
    assert finding.reason == "first-one-lost"


def test_a_list_of_tensors_is_copied_and_compared() -> None:
    probe = Probe(([torch.ones(2, device="cpu")],), "...")
    assert not try_answer(lambda rows: rows[0].sum(), probe).changed
    assert try_answer(lambda rows: rows[0].mul_(2).sum(), probe).changed
    assert probe.arguments[0][0].tolist() == [1, 1]


@pytest.mark.parametrize("name", ["distinct_n", "predicted_grammatical"])
def test_the_lab_of_texts_is_protected(name: str) -> None:
    exercise = exercise_of("04-language-models", name)

    def answer(*arguments):
        value = exercise.reference(*arguments)
        for argument in arguments:
            if isinstance(argument, list):
                argument.append(argument[0])
        return value

    for _ in range(2):
        finding = examine(exercise, answer, exercise.probes)
        assert finding is not None
        assert finding.reason == "input-changed"
    assert examine(exercise, exercise.reference, exercise.probes) is None


SLOPE = Probe((torch.tensor([1.0, 2.0, 3.0], device="cpu"), 2.0), "...", gradient=True)


def test_of_a_gradient_probe_the_gradient_counts() -> None:
    outcome = try_answer(lambda x, factor: factor * (x**2).sum(), SLOPE)
    assert outcome.parts[""].tolist() == [4, 8, 12]
    assert not outcome.changed
    assert not SLOPE.arguments[0].requires_grad


@pytest.mark.parametrize(
    "answer",
    [
        lambda x, factor: (factor * x.sum()).item(),
        lambda x, factor: factor * x.detach().sum(),
        lambda x, factor: sum(x.tolist()) * factor,
        lambda x, factor: torch.ones((), requires_grad=True) * factor,
    ],
    ids=["item", "detach", "tolist", "of-something-else"],
)
def test_where_no_gradient_arrives_it_is_zero(answer) -> None:
    assert try_answer(answer, SLOPE).parts[""].tolist() == [0, 0, 0]


def test_an_answer_that_returns_nothing_has_no_gradient_either() -> None:
    assert "None" in str(try_answer(lambda x, factor: None, SLOPE).error)
