"""Lab 10, ``mended_probabilities``: one function in the place of four that were convicted."""

from __future__ import annotations

import torch
from torch import Tensor

from tempkit.filters import temper, top_p
from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import INF, WORDS, tensor
from tempkit.scaling import softmax

__all__ = ["MENDED_PROBABILITIES"]


def mended_probabilities(logits: Tensor, temperature: float | None, p: float) -> Tensor:
    """Temperature once, 0 as its limit, None as 1; then the nucleus of what that gives."""
    q = softmax(logits.double(), 1.0 if temperature is None else temperature)
    return softmax(top_p(torch.log(q), p))


def one_hot(logits: Tensor) -> Tensor:
    """Everything for the first of the largest."""
    return torch.nn.functional.one_hot(logits.argmax(-1), logits.shape[-1]).double()


def greedy_at(*temperatures: float | None) -> Answer:
    """Greedy decoding at temperatures that ask for draws."""

    def answer(logits: Tensor, temperature: float | None, p: float) -> Tensor:
        if temperature in temperatures:
            return one_hot(logits)
        return mended_probabilities(logits, temperature, p)

    return answer


def twice(logits: Tensor, temperature: float | None, p: float) -> Tensor:
    """T squared."""
    return mended_probabilities(logits, temperature if not temperature else temperature**2, p)


def never_tempered(logits: Tensor, temperature: float | None, p: float) -> Tensor:
    """The temperature matters at 0 only."""
    return mended_probabilities(logits, 0.0 if temperature == 0 else 1.0, p)


def inverted(logits: Tensor, temperature: float | None, p: float) -> Tensor:
    """z * T."""
    return mended_probabilities(logits, temperature if not temperature else 1 / temperature, p)


def zero_ignored(logits: Tensor, temperature: float | None, p: float) -> Tensor:
    """``temperature or 1.0``."""
    return mended_probabilities(logits, temperature or 1.0, p)


def first_of_the_tied(logits: Tensor, temperature: float | None, p: float) -> Tensor:
    """argmax at 0."""
    return one_hot(logits) if temperature == 0 else mended_probabilities(logits, temperature, p)


def nearly_tied(logits: Tensor, temperature: float | None, p: float) -> Tensor:
    """At 0, equal shares for all that are close to the largest."""
    if temperature == 0:
        close = torch.isclose(logits, logits.max())
        return close.double() / close.sum()
    return mended_probabilities(logits, temperature, p)


def clamped(least: float) -> Answer:
    """A small number in the place of 0."""

    def answer(logits: Tensor, temperature: float | None, p: float) -> Tensor:
        heat = 1.0 if temperature is None else max(temperature, least)
        return mended_probabilities(logits, heat, p)

    return answer


def divided_by_zero(logits: Tensor, temperature: float | None, p: float) -> Tensor:
    """NaN at 0."""
    if temperature == 0:
        return torch.full_like(logits, torch.nan)
    return mended_probabilities(logits, temperature, p)


def filtered_first(logits: Tensor, temperature: float | None, p: float) -> Tensor:
    """The nucleus at T = 1, and the temperature after it."""
    return softmax(top_p(logits.double(), p), 1.0 if temperature is None else temperature)


def unfiltered(logits: Tensor, temperature: float | None, _: float) -> Tensor:
    """No nucleus."""
    return mended_probabilities(logits, temperature, 1.0)


def with_holes(logits: Tensor, temperature: float | None, p: float) -> Tensor:
    """Not renormalised after the nucleus."""
    kept = mended_probabilities(logits, temperature, p) > 0
    return torch.where(kept, mended_probabilities(logits, temperature, 1.0), 0.0)


def unsorted(logits: Tensor, temperature: float | None, p: float) -> Tensor:
    """The running sum in the order of the vocabulary."""
    q = mended_probabilities(logits, temperature, 1.0)
    kept = torch.where(q.cumsum(-1) - q < p, q, 0.0)
    return kept / kept.sum()


def rounded_away(logits: Tensor, temperature: float | None, p: float) -> Tensor:
    """In float32 the running sum reaches 1 before the least likely tokens, and p = 1 drops them."""
    q = mended_probabilities(logits, temperature, 1.0).float()
    order = torch.argsort(q, descending=True, stable=True)
    weights = torch.zeros_like(q)
    kept = order[q[order].cumsum(-1) - q[order] < p]
    weights[kept] = q[kept]
    return weights / weights.sum()


def softmax_of_shares(logits: Tensor, temperature: float | None, p: float) -> Tensor:
    """The kept probabilities taken for logits once more."""
    q = mended_probabilities(logits, temperature, 1.0)
    kept = mended_probabilities(logits, temperature, p) > 0
    return softmax(torch.where(kept, q, -INF))


def softmax_of_all(logits: Tensor, temperature: float | None, p: float) -> Tensor:
    """The same, except where nothing is filtered."""
    if p == 1:
        return mended_probabilities(logits, temperature, p)
    return softmax_of_shares(logits, temperature, p)


def crossing_dropped(logits: Tensor, temperature: float | None, p: float) -> Tensor:
    """``cumsum <= p``: the token that crosses p is gone; the first stays."""
    if p == 1:
        return mended_probabilities(logits, temperature, p)
    q = softmax(logits.double(), 1.0 if temperature is None else temperature)
    order = torch.argsort(q, descending=True, stable=True)
    kept = torch.zeros_like(q, dtype=torch.bool)
    kept[order] = q[order].cumsum(-1) <= p
    kept[order[0]] = True
    weights = torch.where(kept, q, 0.0)
    return weights / weights.sum()


def of(values: list, temperature: float | None, p: float, dtype=torch.float32) -> Probe:
    """A probe."""
    return Probe((tensor(values, dtype), temperature, p), f"{values}, {temperature}, {p}")


#: Different by what float64 tells apart near 0 and no small temperature does; and by a little more.
NEARLY_EQUAL = [1e-20, 0.0, -1.0]
CLOSE = [2.0, 2.000002, -1.0]
#: Not in falling order, so that a running sum needs one.
UNSORTED = [0.1, 2.0, 0.5, 1.0, 0.2]
#: The last two have 1.5e-8 and 2e-9: a running sum in float32 is 1 before them.
FAR_APART = [0.0, -18.0, -20.0]


def rows(generator: torch.Generator) -> tuple[Probe, ...]:
    """Random rows at every kind of temperature, and nuclei that the order decides."""

    def row() -> Tensor:
        return 2 * torch.randn(7, generator=generator, device="cpu", dtype=torch.float64)

    tied, impossible = row(), row()
    tied[[2, 5]] = tied.max() + 0.5
    impossible[3] = -INF
    nearly, close, far = (
        tensor(values, torch.float64).roll(1) for values in (NEARLY_EQUAL, CLOSE, FAR_APART)
    )
    settings = [
        *((row(), heat, 1.0) for heat in (1.0, None, 0.4, 3.0, 0.0)),
        (tied, 0.0, 1.0),
        (nearly, 0.0, 1.0),
        (close, 0.0, 1.0),
        (impossible, 2.0, 1.0),
        (far, 1.0, 1.0),
    ]
    hot = row().abs().cumsum(-1)
    settings += [(hot, heat, _between_sums(hot, heat, rank)) for heat, rank in ((4.0, 4), (0.7, 1))]
    return tuple(Probe(arguments, "...") for arguments in settings)


def _between_sums(logits: Tensor, temperature: float, rank: int) -> float:
    """A p halfway between two running sums of the tempered distribution."""
    sums = softmax(temper(logits, temperature)).sort(descending=True).values.cumsum(-1)
    return (sums[rank - 1 : rank + 1].sum() / 2).item()


MENDED_PROBABILITIES = Exercise(
    name="mended_probabilities",
    section="checks",
    reference=mended_probabilities,
    probes=(
        of(WORDS, 1.0, 1.0),
        of(WORDS, None, 1.0),
        of(WORDS, 2.0, 1.0),
        of(WORDS, 0.5, 1.0),
        of([1.0, -INF, 0.0], 2.0, 1.0),
        of(WORDS, 0.0, 1.0),
        of([1.0, 1.0, 0.0], 0.0, 1.0),
        of(NEARLY_EQUAL, 0.0, 1.0, torch.float64),
        of(CLOSE, 0.0, 1.0, torch.float64),
        of(WORDS, 2.0, 0.6),
        of(WORDS, 0.5, 0.6),
        of(WORDS, 1.0, 0.8),
        of(UNSORTED, 2.0, 0.6),
        of([0.0, 1.0], 0.5, 0.5),
        of(FAR_APART, 1.0, 1.0),
    ),
    hidden=rows,
    # So small that a token of probability 2e-9 is missed.
    atol=1e-10,
    misconceptions=(
        # First, for on its one probe greedy decoding at 1 gives the same.
        Misconception("rounded-away", rounded_away, "03:edge-cases"),
        Misconception("greedy-by-default", greedy_at(None), "what-proves-nothing"),
        Misconception(
            "hole-at-one", greedy_at(1.0), "what-proves-nothing", also=(greedy_at(1.0, None),)
        ),
        Misconception("twice", twice, "what-proves-nothing"),
        Misconception("never-tempered", never_tempered, "00:where-t-goes"),
        Misconception("inverted", inverted, "00:outside-forms"),
        Misconception("zero-ignored", zero_ignored, "01:three-limits"),
        Misconception("first-of-the-tied", first_of_the_tied, "01:ties"),
        Misconception(
            "clamped",
            clamped(1e-6),
            "01:three-limits",
            also=tuple(clamped(least) for least in (1e-3, 1e-5, 1e-8, 1e-9, 1e-10, 1e-12)),
        ),
        Misconception("nearly-tied", nearly_tied, "01:ties"),
        Misconception("divided-by-zero", divided_by_zero, "01:ties"),
        Misconception("filtered-first", filtered_first, "03:order"),
        Misconception("unfiltered", unfiltered, "03:four-filters"),
        Misconception("with-holes", with_holes, "03:long-tail"),
        Misconception("unsorted", unsorted, "03:four-filters"),
        Misconception(
            "softmax-of-shares", softmax_of_shares, "00:outside-forms", also=(softmax_of_all,)
        ),
        Misconception("crossing-dropped", crossing_dropped, "03:four-filters"),
    ),
)
