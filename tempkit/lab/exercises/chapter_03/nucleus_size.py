"""Lab 03, ``nucleus_size``: spot the bug: how many tokens a nucleus holds."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from tempkit.filters import temper, top_p
from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.chapter_03.values import between_two_sums
from tempkit.lab.exercises.probes import probe

__all__ = ["NUCLEUS_SIZE"]


def nucleus_size(logits: Tensor, temperature: float, p: float) -> int:
    """How many tokens the nucleus of softmax(z / T) holds."""
    return int(torch.isfinite(top_p(temper(logits, temperature), p)).sum())


def size_among_the_top(count: int) -> Answer:
    """The code as it is shown: running sums of shares among the most probable alone."""

    def answer(logits: Tensor, temperature: float, p: float) -> int:
        top = logits.topk(min(count, len(logits))).values
        return nucleus_size(top, temperature, p)

    return answer


def running_sums(logits: Tensor, temperature: float, *, descending: bool = True) -> Tensor:
    """Sums of the sorted probabilities."""
    q = torch.softmax(logits.double() / temperature, -1)
    return q.sort(descending=descending).values.cumsum(-1)


def size_stopped_at(count: int, beyond: int = 0) -> Answer:
    """True probabilities, but no more than so many of them are looked at."""

    def answer(logits: Tensor, temperature: float, p: float) -> int:
        sums = running_sums(logits, temperature)
        return min(min(count, len(logits)) + beyond, int((sums < p).sum()) + 1)

    return answer


LONG_ENOUGH = (10, 20, 50, 100, 500, 1000, 5000, 10_000)


def size_one_beyond(logits: Tensor, temperature: float, p: float) -> int:
    """``sums <= p`` and one more: too many where a sum is exactly p."""
    return int((running_sums(logits, temperature) <= p).sum()) + 1


def size_from_below(logits: Tensor, temperature: float, p: float) -> int:
    """Summed from the least probable token up."""
    return int((running_sums(logits, temperature, descending=False) < p).sum()) + 1


def size_of_the_rest(logits: Tensor, temperature: float, p: float) -> int:
    """``sums >= p``: the tokens from the one that reaches p on."""
    return int((running_sums(logits, temperature) >= p).sum())


def size_beyond(logits: Tensor, temperature: float, p: float) -> int:
    """``sums > p``."""
    return int((running_sums(logits, temperature) > p).sum())


def size_at_one(logits: Tensor, temperature: float, p: float) -> int:
    """The nucleus of softmax(z)."""
    del temperature
    return nucleus_size(logits, 1.0, p)


def size_backwards(logits: Tensor, temperature: float, p: float) -> int:
    """z * T."""
    return nucleus_size(logits, 1 / temperature, p)


def size_without_the_last(logits: Tensor, temperature: float, p: float) -> int:
    """The tokens before p is reached."""
    return nucleus_size(logits, temperature, p) - 1


def size_unsorted(logits: Tensor, temperature: float, p: float) -> int:
    """Running sums in the order of the vocabulary."""
    q = torch.softmax(logits.double() / temperature, -1)
    return int((q.cumsum(-1) < p).sum()) + 1


def mass_instead(logits: Tensor, temperature: float, p: float) -> float:
    """The mass of the nucleus."""
    q = torch.softmax(logits.double() / temperature, -1).sort(descending=True).values
    return q[: nucleus_size(logits, temperature, p)].sum().item()


def fraction_of_the_vocabulary(logits: Tensor, temperature: float, p: float) -> int:
    """p times V, rounded up."""
    del temperature
    return math.ceil(p * len(logits))


def zipf(size: int) -> Tensor:
    """Logits of Zipf's law, the most probable token in the middle of the vocabulary."""
    logits = -torch.log(torch.arange(1, size + 1, dtype=torch.float64, device="cpu"))
    return logits.roll(size // 2)


def sizes_of_zipf(size: int, temperature: float) -> Probe:
    """A nucleus of 0.9, written as the lab's own row of logits would be cut."""
    row = f"zipf[:{size}].roll({size // 2})"
    return Probe((zipf(size), temperature, 0.9), f"{row}, {temperature}, 0.9")


def rows_for_sizes(generator: torch.Generator) -> tuple[Probe, ...]:
    """Nuclei of known sizes in random rows, one of them long, and an exact sum of equal tokens."""
    logits = 2 * torch.randn(60, generator=generator, device="cpu", dtype=torch.float32)
    long = torch.randn(12_000, generator=generator, device="cpu", dtype=torch.float32)
    equal = torch.full((8,), 1.5, dtype=torch.float32, device="cpu")
    return (
        *(
            Probe((logits, t, between_two_sums(logits, rank, t)), "...")
            for t, rank in ((0.5, 4), (1.0, 17), (3.0, 41))
        ),
        Probe((long, 2.0, between_two_sums(long, 10_500, 2.0)), "..."),
        Probe((equal, 1.0, 0.375), "..."),
    )


NUCLEUS_SIZE = Exercise(
    name="nucleus_size",
    section="shares",
    reference=nucleus_size,
    probes=(
        sizes_of_zipf(200, 1.0),
        sizes_of_zipf(200, 2.0),
        sizes_of_zipf(200, 0.5),
        # Long enough that looking at the first thousand, or ten thousand, is no longer enough.
        sizes_of_zipf(20_000, 2.0),
        probe([0.0, 0.0, 0.0, 0.0], 1.0, 0.5),
    ),
    hidden=rows_for_sizes,
    misconceptions=(
        Misconception(
            "shares",
            size_among_the_top(10),
            "shares",
            also=tuple(size_among_the_top(count) for count in LONG_ENOUGH[1:]),
        ),
        Misconception(
            "stops-at-ten",
            size_stopped_at(10),
            "shares",
            also=tuple(
                size_stopped_at(count, beyond) for count in LONG_ENOUGH for beyond in (0, 1)
            ),
        ),
        Misconception("temperature-lost", size_at_one, "heat"),
        Misconception("inverted", size_backwards, "heat"),
        Misconception("one-short", size_without_the_last, "four-filters"),
        Misconception("one-beyond", size_one_beyond, "edge-cases"),
        Misconception("unsorted", size_unsorted, "four-filters"),
        Misconception("from-below", size_from_below, "four-filters"),
        Misconception("the-rest", size_of_the_rest, "four-filters", also=(size_beyond,)),
        Misconception("mass", mass_instead, "four-filters"),
        Misconception("fraction", fraction_of_the_vocabulary, "four-filters"),
    ),
)
