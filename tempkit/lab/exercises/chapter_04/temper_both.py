"""Lab 04, ``temper_both``: tempering tokens against tempering sequences."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.chapter_04.sequence_log_probability import SMALL_NUMBERS
from tempkit.lab.exercises.probes import normal, tensor
from tempkit.scaling import softmax

__all__ = ["TEMPER_BOTH"]

Both = dict[str, Tensor]


def powered(p: Tensor, temperature: float) -> Tensor:
    """p^(1/T), not normalised."""
    return p.double() ** (1 / temperature)


def temper_both(first: Tensor, second: Tensor, temperature: float) -> Both:
    """Every step tempered, and the sentences tempered as wholes."""
    return {
        "tokens": tempered_steps(first, second, temperature),
        "sequences": shared(powered(first.double()[:, None] * second, temperature)),
    }


def shared(weights: Tensor) -> Tensor:
    """Divided by their sum."""
    return weights / weights.sum()


def tempered_steps(first: Tensor, second: Tensor, temperature: float) -> Tensor:
    """The product of two tempered steps."""
    rows = powered(second, temperature)
    start = shared(powered(first, temperature))
    return start[:, None] * rows / rows.sum(-1, keepdim=True)


def exchanged(first: Tensor, second: Tensor, temperature: float) -> Both:
    """The two under each other's key."""
    both = temper_both(first, second, temperature)
    return {"tokens": both["sequences"], "sequences": both["tokens"]}


def tokens_twice(first: Tensor, second: Tensor, temperature: float) -> Both:
    """As if tempering every token tempered the sentence."""
    tokens = tempered_steps(first, second, temperature)
    return {"tokens": tokens, "sequences": tokens}


def sequences_twice(first: Tensor, second: Tensor, temperature: float) -> Both:
    """The steps' powers multiplied and normalised once, at the end."""
    sequences = temper_both(first, second, temperature)["sequences"]
    return {"tokens": sequences, "sequences": sequences}


def sentences_row_by_row(first: Tensor, second: Tensor, temperature: float) -> Both:
    """Each row of sentences divided by its own sum."""
    both = temper_both(first, second, temperature)
    sequences = both["sequences"]
    return both | {"sequences": sequences / sequences.sum(-1, keepdim=True)}


def sentences_column_by_column(first: Tensor, second: Tensor, temperature: float) -> Both:
    """Each column of sentences divided by its own sum."""
    both = temper_both(first, second, temperature)
    sequences = both["sequences"]
    return both | {"sequences": sequences / sequences.sum(0, keepdim=True)}


def sentences_left_as_powers(first: Tensor, second: Tensor, temperature: float) -> Both:
    """The powers of the sentences, not divided by their sum."""
    sequences = powered(first.double()[:, None] * second, temperature)
    return temper_both(first, second, temperature) | {"sequences": sequences}


def nothing_normalised(first: Tensor, second: Tensor, temperature: float) -> Both:
    """No division by a sum anywhere."""
    sequences = powered(first.double()[:, None] * second, temperature)
    return {"tokens": sequences, "sequences": sequences}


def first_step_only(first: Tensor, second: Tensor, temperature: float) -> Both:
    """The second step left at T = 1."""
    tokens = shared(powered(first, temperature))[:, None] * second
    return temper_both(first, second, temperature) | {"tokens": tokens}


def second_step_only(first: Tensor, second: Tensor, temperature: float) -> Both:
    """The first step left at T = 1."""
    rows = powered(second, temperature)
    tokens = first[:, None] * rows / rows.sum(-1, keepdim=True)
    return temper_both(first, second, temperature) | {"tokens": tokens}


def one_sum_for_all_rows(first: Tensor, second: Tensor, temperature: float) -> Both:
    """The second step divided by the sum of the whole table."""
    tokens = shared(powered(first, temperature))[:, None] * shared(powered(second, temperature))
    return temper_both(first, second, temperature) | {"tokens": tokens}


def columns_in_tokens(first: Tensor, second: Tensor, temperature: float) -> Both:
    """first * second without [:, None] under `tokens`."""
    rows = powered(second, temperature)
    tokens = shared(powered(first, temperature)) * (rows / rows.sum(-1, keepdim=True))
    return temper_both(first, second, temperature) | {"tokens": tokens}


def columns_in_sequences(first: Tensor, second: Tensor, temperature: float) -> Both:
    """The same under `sequences`."""
    sequences = shared(powered(first.double() * second, temperature))
    return temper_both(first, second, temperature) | {"sequences": sequences}


def columns_in_both(first: Tensor, second: Tensor, temperature: float) -> Both:
    """The same in both."""
    tokens = columns_in_tokens(first, second, temperature)
    return tokens | columns_in_sequences(first, second, temperature) | {"tokens": tokens["tokens"]}


def rows_without_keepdim(first: Tensor, second: Tensor, temperature: float) -> Both:
    """rows / rows.sum(dim=1): the sum of row j divides column j."""
    rows = powered(second, temperature)
    tokens = shared(powered(first, temperature))[:, None] * (rows / rows.sum(-1))
    return temper_both(first, second, temperature) | {"tokens": tokens}


def sums_of_columns(first: Tensor, second: Tensor, temperature: float) -> Both:
    """The second token normalised along dim 0."""
    rows = powered(second, temperature)
    tokens = shared(powered(first, temperature))[:, None] * rows / rows.sum(0, keepdim=True)
    return temper_both(first, second, temperature) | {"tokens": tokens}


def tokens_not_tempered(first: Tensor, second: Tensor, temperature: float) -> Both:
    """The exponent under `sequences` alone."""
    product = first.double()[:, None] * second
    return temper_both(first, second, temperature) | {"tokens": product}


def sequences_not_tempered(first: Tensor, second: Tensor, temperature: float) -> Both:
    """The exponent under `tokens` alone."""
    product = first.double()[:, None] * second
    return temper_both(first, second, temperature) | {"sequences": product}


def divided_by_t(first: Tensor, second: Tensor, temperature: float) -> Both:
    """p / T."""
    product = first.double()[:, None] * second
    return {"tokens": product / temperature**2, "sequences": product / temperature}


def divided_and_normalised(first: Tensor, second: Tensor, temperature: float) -> Both:
    """p / T, divided by the sum: T cancels."""
    del temperature
    product = first.double()[:, None] * second
    return {"tokens": product, "sequences": product}


def tokens_left_as_powers(first: Tensor, second: Tensor, temperature: float) -> Both:
    """The powers of the steps, not divided by their sums."""
    tokens = powered(first, temperature)[:, None] * powered(second, temperature)
    return temper_both(first, second, temperature) | {"tokens": tokens}


def first_step_left_as_powers(first: Tensor, second: Tensor, temperature: float) -> Both:
    """The second step normalised, the first not."""
    rows = powered(second, temperature)
    tokens = powered(first, temperature)[:, None] * rows / rows.sum(-1, keepdim=True)
    return temper_both(first, second, temperature) | {"tokens": tokens}


def second_step_left_as_powers(first: Tensor, second: Tensor, temperature: float) -> Both:
    """The first step normalised, the second not."""
    tokens = shared(powered(first, temperature))[:, None] * powered(second, temperature)
    return temper_both(first, second, temperature) | {"tokens": tokens}


def lifted_both(size: float, lift: Callable[[Tensor, float], Tensor]) -> tuple[Answer, Answer]:
    """A small number added to all probabilities: before the product, or in the products too."""

    def steps(first: Tensor, second: Tensor, temperature: float) -> Both:
        return temper_both(lift(first.double(), size), lift(second.double(), size), temperature)

    def everywhere(first: Tensor, second: Tensor, temperature: float) -> Both:
        tokens = steps(first, second, temperature)["tokens"]
        product = lift(first.double()[:, None] * second, size)
        return {"tokens": tokens, "sequences": shared(powered(product, temperature))}

    return steps, everywhere


LIFTED_BOTH = tuple(
    answer
    for lift in (torch.add, torch.clamp_min)
    for size in SMALL_NUMBERS
    for answer in lifted_both(size, lift)
)


def power_of_t(first: Tensor, second: Tensor, temperature: float) -> Both:
    """p^T."""
    return temper_both(first, second, 1 / temperature)


def softmax_of_probabilities(first: Tensor, second: Tensor, temperature: float) -> Both:
    """softmax(p / T): probabilities taken for logits."""
    tokens = softmax(first.double(), temperature)[:, None] * softmax(second.double(), temperature)
    joint = first.double()[:, None] * second
    return {
        "tokens": tokens,
        "sequences": softmax(joint.flatten(), temperature).view_as(joint),
    }


def trees(generator: torch.Generator) -> tuple[Probe, ...]:
    """Random trees of two steps, cold and hot, the last with a token that cannot follow."""
    probes = []
    for temperature in (0.4, 1.7):
        first = softmax(normal(generator, 3))
        second = softmax(1.5 * normal(generator, 3, 4))
        probes.append(Probe((first, second, temperature), "..."))
    impossible = softmax(normal(generator, 3, 3))  # as many columns as rows
    impossible[0, 1] = 0
    return (*probes, Probe((first, impossible / impossible.sum(-1, keepdim=True), 4.0), "..."))


def tree_probe(first: list, second: list, temperature: float) -> Probe:
    """A tree of two steps."""
    return Probe((tensor(first), tensor(second), temperature), f"{first}, {second}, {temperature}")


TEMPER_BOTH = Exercise(
    name="temper_both",
    section="two-temperings",
    reference=temper_both,
    probes=(
        tree_probe([0.6, 0.4], [[0.5, 0.5], [0.9, 0.1]], 0.5),
        tree_probe([0.6, 0.4], [[0.5, 0.5], [0.9, 0.1]], 2.0),
        tree_probe([0.2, 0.5, 0.3], [[0.7, 0.3], [0.4, 0.6], [1.0, 0.0]], 0.25),
        tree_probe([0.2, 0.5, 0.3], [[0.7, 0.3], [0.4, 0.6], [1.0, 0.0]], 5.0),
    ),
    hidden=trees,
    misconceptions=(
        Misconception("exchanged", exchanged, "two-temperings"),
        Misconception("tokens-twice", tokens_twice, "two-temperings"),
        Misconception("sequences-twice", sequences_twice, "two-temperings"),
        Misconception("row-by-row", sentences_row_by_row, "two-temperings"),
        Misconception("column-by-column", sentences_column_by_column, "two-temperings"),
        Misconception(
            "left-as-powers",
            sentences_left_as_powers,
            "two-temperings",
            also=(
                nothing_normalised,
                tokens_left_as_powers,
                first_step_left_as_powers,
                second_step_left_as_powers,
            ),
        ),
        Misconception(
            "columns",
            columns_in_both,
            "two-temperings",
            also=(columns_in_tokens, columns_in_sequences),
        ),
        Misconception("rows-without-keepdim", rows_without_keepdim, "two-temperings"),
        Misconception("sums-of-columns", sums_of_columns, "two-temperings"),
        Misconception(
            "one-table-only",
            tokens_not_tempered,
            "two-temperings",
            also=(sequences_not_tempered,),
        ),
        Misconception(
            "divided-by-t", divided_by_t, "00:outside-forms", also=(divided_and_normalised,)
        ),
        Misconception("small-number", LIFTED_BOTH[0], "two-temperings", also=LIFTED_BOTH[1:]),
        Misconception("first-step-only", first_step_only, "two-temperings"),
        Misconception("second-step-only", second_step_only, "two-temperings"),
        Misconception("one-sum-for-all-rows", one_sum_for_all_rows, "two-temperings"),
        Misconception("power-of-t", power_of_t, "00:power-form"),
        Misconception("softmax-of-probabilities", softmax_of_probabilities, "00:outside-forms"),
    ),
)
