"""Prediction, the three largest probabilities and the entropy of one row at several T."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import INF, WORDS, tensor

__all__ = ["MONITOR_ROW"]

Table = dict[str, Tensor]


def probe(logits: list, temperatures: list) -> Probe:
    """One row, and the temperatures to watch it at."""
    return Probe((tensor(logits, torch.float64), temperatures), f"{logits}, {temperatures}")


def softmaxes(logits: Tensor, temperatures: list[float]) -> Tensor:
    """A row of probabilities per temperature, [K, V]."""
    divisor = torch.as_tensor(temperatures, dtype=logits.dtype, device=logits.device)
    return torch.softmax(logits / divisor[:, None], -1)


def entropies(q: Tensor) -> Tensor:
    """In nats, with 0 log 0 = 0."""
    return -torch.xlogy(q, q).sum(-1)


def monitored(logits: Tensor, q: Tensor) -> Table:
    """The table that belongs to rows of probabilities."""
    return {
        "prediction": logits.argmax().repeat(len(q)),
        "top_three": q.sort(descending=True).values[:, :3],
        "entropy": entropies(q),
    }


def monitor_row(logits: Tensor, temperatures: list[float]) -> Table:
    """What a classifier says of one row at each temperature."""
    return monitored(logits, softmaxes(logits, temperatures))


def with_rows(rows: Callable[[Tensor, list[float]], Tensor]) -> Answer:
    """The same table of other rows of numbers."""

    def answer(logits: Tensor, temperatures: list[float]) -> Table:
        return monitored(logits, rows(logits, temperatures))

    return answer


def with_column(name: str, column: Callable[[Tensor, Tensor], Tensor]) -> Answer:
    """The right table with another column, made of the logits and the probabilities."""

    def answer(logits: Tensor, temperatures: list[float]) -> Table:
        q = softmaxes(logits, temperatures)
        return monitored(logits, q) | {name: column(logits, q)}

    return answer


def column_of(temperatures: list[float], like: Tensor) -> Tensor:
    """The temperatures as a column beside rows."""
    return torch.as_tensor(temperatures, dtype=like.dtype, device=like.device)[:, None]


def inverted(logits: Tensor, temperatures: list[float]) -> Tensor:
    """z * T."""
    return torch.softmax(logits * column_of(temperatures, logits), -1)


def divided(logits: Tensor, temperatures: list[float]) -> Tensor:
    """softmax(z) / T."""
    return torch.softmax(logits, -1) / column_of(temperatures, logits)


def never_tempered(logits: Tensor, temperatures: list[float]) -> Tensor:
    """The row at T = 1, as often as there are temperatures."""
    return torch.softmax(logits, -1).repeat(len(temperatures), 1)


def twice(logits: Tensor, temperatures: list[float]) -> Tensor:
    """A softmax of a softmax."""
    return torch.softmax(torch.softmax(logits, -1) / column_of(temperatures, logits), -1)


def beside_the_row(logits: Tensor, temperatures: list[float]) -> Table:
    """Temperatures beside logits, not under one another: an error unless there is one of them."""
    q = torch.softmax(logits / torch.tensor(temperatures), -1)
    return {
        "prediction": q.argmax(-1),
        "top_three": q.topk(3, -1).values,
        "entropy": entropies(q),
    }


def beside_the_row_and_sliced(logits: Tensor, temperatures: list[float]) -> Table:
    """The same, with a table expected afterwards."""
    return monitored(logits, torch.softmax(logits / torch.tensor(temperatures), -1))


def shares_of_three(_: Tensor, q: Tensor) -> Tensor:
    """The three largest, renormalised."""
    top = q.sort(descending=True).values[:, :3]
    return top / top.sum(-1, keepdim=True)


def entropy_of_three(_: Tensor, q: Tensor) -> Tensor:
    """The terms of the three largest alone."""
    return entropies(q.sort(descending=True).values[:, :3])


def entropy_of_shares(logits: Tensor, q: Tensor) -> Tensor:
    """The entropy of the three, renormalised."""
    return entropies(shares_of_three(logits, q))


def other_rows(generator: torch.Generator) -> tuple[Probe, ...]:
    """Twelve classes in random order, one of them impossible."""
    logits = 2 * torch.randn(12, generator=generator, device="cpu").double()
    logits[3] = -INF
    # The largest neither first nor in the place that its value would name.
    logits[7] = logits.max() + 0.3
    return (Probe((logits, [0.3, 1.0, 2.5]), "..."),)


MONITOR_ROW = Exercise(
    name="monitor_row",
    section="monitor",
    reference=monitor_row,
    probes=(
        probe([0.5, 0.1, 2.0, 0.2, 1.0], [0.5, 1.0, 2.0]),
        probe([-1.0, 3.0, 0.0, 1.5], [4.0]),
        probe([0.0, -INF, 1.0, 4.0, 0.2], [0.7, 1.0]),
        probe(WORDS, [0.2, 1.0, 5.0, 50.0]),
    ),
    hidden=other_rows,
    misconceptions=(
        Misconception("inverted", with_rows(inverted), "00:one-knob"),
        Misconception("divided", with_rows(divided), "00:outside-forms"),
        Misconception("never-tempered", with_rows(never_tempered), "monitor"),
        Misconception("twice", with_rows(twice), "00:outside-forms"),
        Misconception(
            "beside-the-row", beside_the_row, "monitor", also=(beside_the_row_and_sliced,)
        ),
        Misconception("first-three", with_column("top_three", lambda _, q: q[:, :3]), "monitor"),
        Misconception("shares", with_column("top_three", shares_of_three), "03:shares"),
        Misconception(
            "positions",
            with_column("top_three", lambda _, q: q.argsort(descending=True)[:, :3]),
            "monitor",
        ),
        Misconception(
            "least-three", with_column("top_three", lambda _, q: q.sort().values[:, :3]), "monitor"
        ),
        Misconception(
            "rising",
            with_column("top_three", lambda _, q: q.sort().values[:, -3:]),
            "monitor",
        ),
        Misconception(
            "value-for-class",
            with_column("prediction", lambda _, q: q.amax(-1)),
            "monitor",
            also=(with_column("prediction", lambda z, q: z.max().repeat(len(q))),),
        ),
        Misconception(
            "bits", with_column("entropy", lambda _, q: entropies(q) / math.log(2)), "00:entropy"
        ),
        Misconception(
            "entropy-of-three",
            with_column("entropy", entropy_of_three),
            "00:entropy",
            also=(with_column("entropy", entropy_of_shares),),
        ),
        Misconception(
            "zero-times-infinity",
            with_column("entropy", lambda _, q: -(q * q.log()).sum(-1)),
            "00:entropy",
        ),
        Misconception(
            "negative-entropy", with_column("entropy", lambda _, q: -entropies(q)), "00:entropy"
        ),
    ),
)
