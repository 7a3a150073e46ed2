"""Lab 04, ``next_token_table``: spot the bug: a table of the next token."""

from __future__ import annotations

import torch
from torch import Tensor

from tempkit.lab.exercise import Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import normal, tensor
from tempkit.scaling import log_softmax, softmax

__all__ = ["NEXT_TOKEN_TABLE"]

Table = dict[str, Tensor]


def next_token_table(logits: Tensor, temperature: float, k: int) -> Table:
    """The k likeliest next tokens: ids, logits, probabilities over the whole vocabulary."""
    last = logits[-1]
    top = last.topk(k)
    probability = softmax(last, temperature)[top.indices]
    return {"id": top.indices, "logit": top.values, "probability": probability}


def shares_of_ten(logits: Tensor, temperature: float, k: int) -> Table:
    """The code as it is shown: a softmax over the k largest logits."""
    table = next_token_table(logits, temperature, k)
    return table | {"probability": softmax(table["logit"], temperature)}


def first_position(logits: Tensor, temperature: float, k: int) -> Table:
    """What follows the first token of the prompt."""
    return next_token_table(logits[:1], temperature, k)


def as_found(logits: Tensor, temperature: float, k: int) -> Table:
    """The code as it is shown, both bugs in it: row 0, and a softmax over the k largest."""
    return shares_of_ten(logits[:1], temperature, k)


def two_rows(logits: Tensor, temperature: float, k: int) -> Table:
    """Row 0's ids and logits, beside what the last row gives these ids."""
    table = next_token_table(logits[:1], temperature, k)
    return table | {"probability": softmax(logits[-1], temperature)[table["id"]]}


def two_rows_sorted(logits: Tensor, temperature: float, k: int) -> Table:
    """Row 0's ids and logits, beside the k largest probabilities of the last row."""
    largest = next_token_table(logits, temperature, k)["probability"]
    return next_token_table(logits[:1], temperature, k) | {"probability": largest}


def two_rows_exchanged(logits: Tensor, temperature: float, k: int) -> Table:
    """The last row's ids and logits, beside what row 0 gives these ids."""
    table = next_token_table(logits, temperature, k)
    return table | {"probability": softmax(logits[0], temperature)[table["id"]]}


def row_before_last(logits: Tensor, temperature: float, k: int) -> Table:
    """logits[-2]."""
    return next_token_table(logits[:-1], temperature, k)


def divided_probabilities(logits: Tensor, temperature: float, k: int) -> Table:
    """p / T."""
    table = next_token_table(logits, 1.0, k)
    return table | {"probability": table["probability"] / temperature}


def divided_shares(logits: Tensor, temperature: float, k: int) -> Table:
    """p / T, then divided by the sum: T cancels among the k that are shown."""
    table = divided_probabilities(logits, temperature, k)
    return table | {"probability": table["probability"] / table["probability"].sum()}


def logarithm_as_logit(logits: Tensor, temperature: float, k: int) -> Table:
    """log p at T in the column of the logits."""
    table = next_token_table(logits, temperature, k)
    return table | {"logit": table["probability"].log()}


def logarithm_at_one_as_logit(logits: Tensor, temperature: float, k: int) -> Table:
    """log p at T = 1 in the column of the logits."""
    table = next_token_table(logits, temperature, k)
    return table | {"logit": log_softmax(logits[-1])[table["id"]]}


def averaged_positions(logits: Tensor, temperature: float, k: int) -> Table:
    """The mean of the logits over the positions."""
    return next_token_table(logits.mean(0, keepdim=True), temperature, k)


def softmax_over_positions(logits: Tensor, temperature: float, k: int) -> Table:
    """Probabilities that sum to 1 down a column: over the prompt's positions."""
    table = next_token_table(logits, temperature, k)
    return table | {"probability": softmax(logits, temperature, dim=0)[-1][table["id"]]}


def largest_over_positions(logits: Tensor, temperature: float, k: int) -> Table:
    """A softmax down the columns, and the k largest of its last row."""
    top = softmax(logits, temperature, dim=0)[-1].topk(k)
    return {"id": top.indices, "logit": logits[-1][top.indices], "probability": top.values}


def softmax_over_everything(logits: Tensor, temperature: float, k: int) -> Table:
    """One softmax over all positions and tokens."""
    table = next_token_table(logits, temperature, k)
    flat = softmax(logits.flatten(), temperature).view_as(logits)
    return table | {"probability": flat[-1][table["id"]]}


def scaled_logits(logits: Tensor, temperature: float, k: int) -> Table:
    """z / T in the column of the logits."""
    table = next_token_table(logits, temperature, k)
    return table | {"logit": table["logit"] / temperature}


def temperature_left_out(logits: Tensor, temperature: float, k: int) -> Table:
    """softmax(z) at every T."""
    del temperature
    return next_token_table(logits, 1.0, k)


def temperature_upside_down(logits: Tensor, temperature: float, k: int) -> Table:
    """z * T."""
    return next_token_table(logits, 1 / temperature, k)


def in_per_cent(logits: Tensor, temperature: float, k: int) -> Table:
    """Times 100."""
    table = next_token_table(logits, temperature, k)
    return table | {"probability": 100 * table["probability"]}


def logs_in_the_table(logits: Tensor, temperature: float, k: int) -> Table:
    """Log-probabilities where probabilities were asked for."""
    table = next_token_table(logits, temperature, k)
    return table | {"probability": table["probability"].log()}


def least_likely_first(logits: Tensor, temperature: float, k: int) -> Table:
    """The same rows in rising order."""
    table = next_token_table(logits, temperature, k)
    return {name: column.flip(0) for name, column in table.items()}


def prompts(generator: torch.Generator) -> tuple[Probe, ...]:
    """Two prompts over a wider vocabulary."""
    return tuple(
        Probe((2 * normal(generator, length, 60), temperature, k), "...")
        for length, temperature, k in ((4, 0.7, 6), (5, 2.5, 9))
    )


def table_probe(rows: list, temperature: float, k: int) -> Probe:
    """A prompt of as many tokens as there are rows."""
    return Probe((tensor(rows), temperature, k), f"{rows}, {temperature}, {k}")


NEXT_TOKEN_TABLE = Exercise(
    name="next_token_table",
    section="next-token",
    reference=next_token_table,
    probes=(
        table_probe([[0.5, 1.0, 3.0, 2.0], [4.0, 1.5, -0.5, 2.0], [3.0, 0.0, 1.0, 2.5]], 1.0, 2),
        table_probe([[0.5, 1.0, 3.0, 2.0], [4.0, 1.5, -0.5, 2.0], [3.0, 0.0, 1.0, 2.5]], 2.0, 3),
        table_probe([[0.0, 4.0, 1.0, 3.0], [2.0, -1.0, 0.0, 0.5], [1.0, 5.0, 0.0, 4.5]], 0.5, 3),
    ),
    hidden=prompts,
    misconceptions=(
        Misconception("as-found", as_found, "next-token"),
        Misconception("shares-of-ten", shares_of_ten, "next-token"),
        Misconception("first-position", first_position, "next-token"),
        Misconception(
            "two-rows", two_rows, "next-token", also=(two_rows_sorted, two_rows_exchanged)
        ),
        Misconception("row-before-last", row_before_last, "next-token"),
        Misconception("averaged-positions", averaged_positions, "next-token"),
        Misconception(
            "over-positions",
            softmax_over_positions,
            "next-token",
            also=(largest_over_positions, softmax_over_everything),
        ),
        Misconception("scaled-logits", scaled_logits, "next-token"),
        Misconception(
            "logarithm-as-logit",
            logarithm_as_logit,
            "next-token",
            also=(logarithm_at_one_as_logit,),
        ),
        Misconception("temperature-left-out", temperature_left_out, "next-token"),
        Misconception(
            "divided-probabilities",
            divided_probabilities,
            "00:outside-forms",
            also=(divided_shares,),
        ),
        Misconception("upside-down", temperature_upside_down, "01:only-differences"),
        Misconception("in-per-cent", in_per_cent, "next-token"),
        Misconception("logs", logs_in_the_table, "next-token"),
        Misconception("least-likely-first", least_likely_first, "next-token"),
    ),
)
