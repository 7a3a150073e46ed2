"""Lab 03, ``tail_share``: the mass beyond the first tokens."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import tensor

__all__ = ["TAIL_SHARE", "integers"]


def tail_share(draws: Tensor, k: int) -> tuple[float, float]:
    """Share of draws beyond the first ``k`` tokens, and its standard error."""
    share = (draws >= k).double().mean().item()
    return share, math.sqrt(share * (1 - share) / len(draws))


def tail_count(draws: Tensor, k: int) -> tuple[float, float]:
    """How many draws, with the error of the share."""
    share, error = tail_share(draws, k)
    return share * len(draws), error


def tail_count_throughout(draws: Tensor, k: int) -> tuple[float, float]:
    """How many draws, and the error of that number as if it were a share."""
    count = (draws >= k).double().sum()
    return count.item(), (count * (1 - count) / len(draws)).sqrt().item()


def head_share(draws: Tensor, k: int) -> tuple[float, float]:
    """The share of the first k."""
    share, error = tail_share(draws, k)
    return 1 - share, error


def beyond_by_one(draws: Tensor, k: int) -> tuple[float, float]:
    """``draws > k``."""
    return tail_share(draws, k + 1)


def one_too_many(draws: Tensor, k: int) -> tuple[float, float]:
    """``draws >= k - 1``."""
    return tail_share(draws, k - 1)


def cut_draws(share_of: Callable[[Tensor, Tensor], Tensor]) -> Answer:
    """``draws[k:]``: some number of the draws left after the first k of them."""

    def answer(draws: Tensor, k: int) -> tuple[float, float]:
        share = share_of(draws[k:].double(), draws.double())
        return share.item(), (share * (1 - share) / len(draws)).sqrt().item()

    return answer


CUT_DRAWS = (
    cut_draws(lambda rest, draws: torch.ones_like(rest).sum() / len(draws)),
    cut_draws(lambda rest, draws: rest.sum() / draws.sum()),
    cut_draws(lambda rest, draws: rest.sum() / len(draws)),
    cut_draws(lambda rest, _: rest.mean()),
)


def error_of(formula: Callable[[float, int], float]) -> Answer:
    """The right share with another error."""

    def answer(draws: Tensor, k: int) -> tuple[float, float]:
        share = tail_share(draws, k)[0]
        return share, formula(share, len(draws))

    return answer


def error_of_one_draw(draws: Tensor, k: int) -> tuple[float, float]:
    """The spread of single draws, which more of them do not shrink."""
    share = tail_share(draws, k)[0]
    return share, math.sqrt(share * (1 - share))


def share_second(draws: Tensor, k: int) -> tuple[float, float]:
    """The two numbers in the other order."""
    share, error = tail_share(draws, k)
    return error, share


def other_draws(generator: torch.Generator) -> tuple[Probe, ...]:
    """Positions of another size, the k-th among them."""
    draws = torch.randint(0, 12, (900,), generator=generator, device="cpu")
    return (Probe((draws, 7), "..."),)


def integers(values: list) -> Tensor:
    """Positions on the CPU."""
    return tensor(values, torch.int64)


TAIL_SHARE = Exercise(
    name="tail_share",
    section="long-tail",
    reference=tail_share,
    probes=(
        Probe((integers([0, 3, 7, 10, 25] * 100), 10), "[0, 3, 7, 10, 25, 0, ...], 10"),
        Probe((integers([0, 0, 1, 0, 2, 5, 0, 0] * 100), 2), "[0, 0, 1, 0, 2, 5, 0, ...], 2"),
        # A single draw in the tail: here a count has an error too, and its square root is real.
        Probe((integers([12, 9, *[0] * 398]), 10), "[12, 9, 0, 0, 0, ...], 10"),
    ),
    hidden=other_draws,
    misconceptions=(
        Misconception("count", tail_count, "long-tail", also=(tail_count_throughout,)),
        Misconception("head", head_share, "long-tail"),
        Misconception("by-one", beyond_by_one, "long-tail"),
        Misconception("one-too-many", one_too_many, "long-tail"),
        Misconception("cut-draws", CUT_DRAWS[0], "long-tail", also=CUT_DRAWS[1:]),
        Misconception("one-draw", error_of_one_draw, "long-tail"),
        Misconception(
            "over-n", error_of(lambda share, n: math.sqrt(share * (1 - share)) / n), "long-tail"
        ),
        Misconception("variance", error_of(lambda share, n: share * (1 - share) / n), "long-tail"),
        Misconception("poisson", error_of(lambda share, n: math.sqrt(share / n)), "long-tail"),
        Misconception("share-second", share_second, "long-tail"),
    ),
    rtol=5e-3,
)
