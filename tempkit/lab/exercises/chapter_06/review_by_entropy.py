"""Send the uncertain rows to a person: how many are sent, and what goes wrong on either side."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import INF, tensor
from tempkit.scaling import softmax

__all__ = ["REVIEW_BY_ENTROPY"]

Three = tuple[float, float, float]
#: Logits and temperature to what is compared with the limit.
Uncertainty = Callable[[Tensor, float], Tensor]

ROWS = [
    [4.0, 0.0, 0.0],
    [1.0, 1.2, 0.0],
    [0.0, 0.2, 3.0],
    [0.3, 0.1, 0.0],
    [0.0, 2.0, 1.9],
    [5.0, 0.0, 1.0],
    [0.0, 2.5, 0.5],
]
LABELS = [0, 0, 2, 0, 2, 2, 0]
#: Impossible classes on both sides of a limit between 0 and log 2. No entropy lies at a limit
#: exactly: which side such a row is on would be up to the rounding of a right answer.
MASKED = [
    [0.0, -INF, -INF],
    [0.0, 0.5, -INF],
    [1.0, 0.5, 0.2],
    [-INF, 3.0, -INF],
    [0.2, 1.0, 0.0],
]
MASKED_LABELS = [0, 0, 0, 2, 2]


def entropies(logits: Tensor, temperature: float) -> Tensor:
    """In nats, a number a row."""
    q = softmax(logits, temperature)
    return -torch.xlogy(q, q).sum(-1)


def parts(wrong: Tensor, reviewed: Tensor) -> Three:
    """The share reviewed, and the share of errors on either side."""
    return tuple(
        values.double().mean().item() for values in (reviewed, wrong[~reviewed], wrong[reviewed])
    )


def above(uncertainty: Uncertainty) -> Callable[..., tuple[Tensor, Tensor]]:
    """Which rows are wrong, and which are sent to review."""

    def answer(
        logits: Tensor, labels: Tensor, temperature: float, limit: float
    ) -> tuple[Tensor, Tensor]:
        return logits.argmax(-1) != labels, uncertainty(logits, temperature) > limit

    return answer


split = above(entropies)


def review_by_entropy(logits: Tensor, labels: Tensor, temperature: float, limit: float) -> Three:
    """Share reviewed, error rate of the others, error rate of the reviewed."""
    return parts(*split(logits, labels, temperature, limit))


def by(uncertainty: Uncertainty) -> Answer:
    """Another number against the limit."""

    def answer(*given: object) -> Three:
        return parts(*above(uncertainty)(*given))

    return answer


def changed(change: Callable[[Tensor, Tensor], Three]) -> Answer:
    """Something else made of the errors and of the rows that are sent."""

    def answer(*given: object) -> Three:
        return change(*split(*given))

    return answer


def unmended_entropies(logits: Tensor, temperature: float) -> Tensor:
    """With 0 log 0 as the machine has it, NaN."""
    q = softmax(logits, temperature)
    return -(q * q.log()).sum(-1)


def unmended_kept(logits: Tensor, labels: Tensor, temperature: float, limit: float) -> Three:
    """The same where the rows that stay are chosen: NaN is not among them."""
    kept = unmended_entropies(logits, temperature) <= limit
    return parts(logits.argmax(-1) != labels, ~kept)


def all_rows_together(wrong: Tensor, reviewed: Tensor) -> Three:
    """The error rate of everything in the place of that of the rest."""
    share, _, sent = parts(wrong, reviewed)
    return share, wrong.double().mean().item(), sent


def of_all_rows(wrong: Tensor, reviewed: Tensor) -> Three:
    """Errors of either side, divided by all rows."""
    share = reviewed.double().mean().item()
    return (
        share,
        (wrong & ~reviewed).double().mean().item(),
        (wrong & reviewed).double().mean().item(),
    )


def of_the_errors(wrong: Tensor, reviewed: Tensor) -> Three:
    """Errors of either side, divided by all errors."""
    share, kept, sent = of_all_rows(wrong, reviewed)
    return share, kept / (kept + sent), sent / (kept + sent)


def counts(wrong: Tensor, reviewed: Tensor) -> Three:
    """Numbers of rows."""
    sums = reviewed.sum(), wrong[~reviewed].sum(), wrong[reviewed].sum()
    return tuple(float(total) for total in sums)


def share_counted(wrong: Tensor, reviewed: Tensor) -> Three:
    """How many are sent, and the right rates."""
    return float(reviewed.sum()), *parts(wrong, reviewed)[1:]


def rates_exchanged(wrong: Tensor, reviewed: Tensor) -> Three:
    """The reviewed first."""
    share, kept, sent = parts(wrong, reviewed)
    return share, sent, kept


def probabilities_divided(logits: Tensor, temperature: float) -> Tensor:
    """The entropy of softmax(z) / T."""
    q = softmax(logits) / temperature
    return -torch.xlogy(q, q).sum(-1)


def other_samples(generator: torch.Generator) -> tuple[Probe, ...]:
    """Rows around the limit, the labels drawn from the rows' own softmax."""
    logits = 2 * torch.randn(60, 5, generator=generator, device="cpu").double()
    labels = torch.multinomial(softmax(logits, 1.5), 1, generator=generator)[:, 0]
    # Between two entropies, far from either.
    ranked = entropies(logits, 1.5).sort().values
    limit = (ranked[29] + ranked[30]).item() / 2
    return (Probe((logits, labels, 1.5, limit), "..."), probe(MASKED, MASKED_LABELS, 1.5, 0.5))


def probe(rows: list, labels: list[int], temperature: float, limit: float) -> Probe:
    """Rows of logits and their labels."""
    arguments = (tensor(rows, torch.float64), tensor(labels, torch.int64), temperature, limit)
    return Probe(arguments, f"{rows}, {labels}, {temperature}, {limit}")


REVIEW_BY_ENTROPY = Exercise(
    name="review_by_entropy",
    section="review",
    reference=review_by_entropy,
    probes=(
        probe(ROWS, LABELS, 1.0, 0.6),
        probe(ROWS, LABELS, 2.0, 0.9),
        probe(ROWS, LABELS, 0.5, 0.2),
        probe(MASKED, MASKED_LABELS, 2.0, 0.5),
    ),
    hidden=other_samples,
    misconceptions=(
        Misconception(
            "zero-times-infinity", by(unmended_entropies), "00:entropy", also=(unmended_kept,)
        ),
        Misconception("sure-ones-sent", changed(lambda wrong, sent: parts(wrong, ~sent)), "review"),
        Misconception("of-all-rows", changed(of_all_rows), "review"),
        Misconception("all-rows-together", changed(all_rows_together), "review"),
        Misconception("of-the-errors", changed(of_the_errors), "review"),
        Misconception("counts", changed(counts), "review", also=(changed(share_counted),)),
        Misconception("accuracy", changed(lambda wrong, sent: parts(~wrong, sent)), "review"),
        Misconception("rates-exchanged", changed(rates_exchanged), "review"),
        Misconception("temperature-lost", by(lambda z, _: entropies(z, 1.0)), "review"),
        Misconception("inverted", by(lambda z, t: entropies(z, 1 / t)), "00:one-knob"),
        Misconception("bits", by(lambda z, t: entropies(z, t) / math.log(2)), "00:entropy"),
        Misconception(
            "normalised", by(lambda z, t: entropies(z, t) / math.log(z.shape[-1])), "00:entropy"
        ),
        Misconception("divided", by(probabilities_divided), "00:outside-forms"),
        Misconception(
            "confidence",
            by(lambda z, t: softmax(z, t).amax(-1)),
            "review",
            also=(by(lambda z, t: 1 - softmax(z, t).amax(-1)),),
        ),
        Misconception("negative-entropy", by(lambda z, t: -entropies(z, t)), "00:entropy"),
    ),
)
