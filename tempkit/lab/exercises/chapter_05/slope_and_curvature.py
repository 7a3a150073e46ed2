"""Lab 05, ``slope_and_curvature``: the first two derivatives of the NLL in ``b = 1/T``."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.chapter_05.labelled import derivatives, label_logits, labelled, moments
from tempkit.lab.exercises.probes import tensor

__all__ = ["SLOPE_AND_CURVATURE"]

Pair = tuple[Tensor, Tensor]


class PerRow(NamedTuple):
    """Mean and variance of each row's logits under q, and the logit of its label: [n] each."""

    mean: Tensor
    variance: Tensor
    of_label: Tensor


def of_moments(change: Callable[[PerRow], Pair]) -> Answer:
    """An answer made of these."""

    def answer(logits: Tensor, labels: Tensor, b: float) -> Pair:
        return change(PerRow(*moments(logits, b), label_logits(logits, labels)))

    return answer


def at_one(logits: Tensor, labels: Tensor, b: float) -> Pair:
    """q = softmax(z), whatever b is."""
    del b
    return derivatives(logits, labels, 1.0)


def b_as_temperature(logits: Tensor, labels: Tensor, b: float) -> Pair:
    """q = softmax(z / b)."""
    return derivatives(logits, labels, 1 / b)


def against_the_maximum(logits: Tensor, labels: Tensor, b: float) -> Pair:
    """z of the predicted class in the place of z of the label."""
    del labels
    return derivatives(logits, logits.argmax(-1), b)


def unweighted(logits: Tensor, labels: Tensor, b: float) -> Pair:
    """torch.var: every class alike."""
    return derivatives(logits, labels, b)[0], logits.var(-1).mean()


def unweighted_population(logits: Tensor, labels: Tensor, b: float) -> Pair:
    """torch.var(correction=0)."""
    return derivatives(logits, labels, b)[0], logits.var(-1, correction=0).mean()


def averaged_over_classes(logits: Tensor, labels: Tensor, b: float) -> Pair:
    """The weighted squares averaged over the classes, where their sum is the variance."""
    slope, curvature = derivatives(logits, labels, b)
    return slope, curvature / logits.shape[-1]


def second_moment(logits: Tensor, labels: Tensor, b: float) -> Pair:
    """E[z^2] without the square of the mean."""
    q = torch.softmax(b * logits, -1)
    return derivatives(logits, labels, b)[0], (q * logits**2).sum(-1).mean()


def variance_of_all_rows(logits: Tensor, labels: Tensor, b: float) -> Pair:
    """One variance of all logits of all rows, around one mean."""
    q = torch.softmax(b * logits, -1) / len(logits)
    spread = (q * (logits - (q * logits).sum()) ** 2).sum()
    return derivatives(logits, labels, b)[0], spread


def variance_of_scaled_logits(logits: Tensor, labels: Tensor, b: float) -> Pair:
    """The variance of b z."""
    slope, curvature = derivatives(logits, labels, b)
    return slope, b**2 * curvature


def scaled_logits(logits: Tensor, labels: Tensor, b: float) -> Pair:
    """b z in the place of z throughout: the derivatives in log b, nearly."""
    slope, curvature = derivatives(logits, labels, b)
    return b * slope, b**2 * curvature


def every_label_for_every_row(logits: Tensor, labels: Tensor, b: float) -> Pair:
    """``logits[:, labels]``: every row beside the labels of all rows."""
    mean, variance = moments(logits, b)
    return (mean[:, None] - logits[:, labels]).mean(), variance.mean()


def labels_down_the_columns(logits: Tensor, labels: Tensor, b: float) -> Pair:
    """The same with the means laid along the wrong axis."""
    mean, variance = moments(logits, b)
    return (mean - logits[:, labels]).mean(), variance.mean()


def exchanged(logits: Tensor, labels: Tensor, b: float) -> Pair:
    """The curvature first."""
    slope, curvature = derivatives(logits, labels, b)
    return curvature, slope


def one_probe(logits: list, labels: list[int], b: float) -> Probe:
    """Rows that a message shows in full."""
    given = (tensor(logits, torch.float64), tensor(labels, torch.int64), b)
    return Probe(given, f"{logits}, {labels}, {b}")


def hidden(generator: torch.Generator) -> tuple[Probe, ...]:
    """Thirty rows, at two values of b."""
    return tuple(Probe((*labelled(generator, 30, 2.0), b), "...") for b in (0.4, 1.7))


SECTION = "newton"

SLOPE_AND_CURVATURE = Exercise(
    name="slope_and_curvature",
    section=SECTION,
    reference=derivatives,
    probes=(
        one_probe([[2.0, 0.0, 1.0], [0.0, 3.0, 1.0]], [0, 2], 0.5),
        one_probe([[1.0, -1.0, 0.5], [4.0, 1.0, 0.0], [0.0, 2.0, 2.5]], [2, 0, 1], 2.0),
        one_probe([[5.0, 1.0], [0.0, 2.0]], [0, 0], 0.25),
    ),
    hidden=hidden,
    misconceptions=(
        Misconception(
            "other-sign",
            of_moments(lambda x: ((x.of_label - x.mean).mean(), x.variance.mean())),
            SECTION,
        ),
        Misconception("at-one", at_one, SECTION),
        Misconception("b-as-temperature", b_as_temperature, SECTION),
        Misconception(
            "summed",
            of_moments(lambda x: ((x.mean - x.of_label).sum(), x.variance.sum())),
            SECTION,
            also=(
                of_moments(lambda x: ((x.mean - x.of_label).sum(), x.variance.mean())),
                of_moments(lambda x: ((x.mean - x.of_label).mean(), x.variance.sum())),
            ),
        ),
        Misconception(
            "without-labels", of_moments(lambda x: (x.mean.mean(), x.variance.mean())), SECTION
        ),
        Misconception("against-the-maximum", against_the_maximum, SECTION),
        Misconception("unweighted", unweighted, SECTION, also=(unweighted_population,)),
        Misconception("second-moment", second_moment, SECTION),
        Misconception("all-rows-together", variance_of_all_rows, SECTION),
        Misconception(
            "deviation",
            of_moments(lambda x: ((x.mean - x.of_label).mean(), x.variance.sqrt().mean())),
            SECTION,
            also=(of_moments(lambda x: ((x.mean - x.of_label).mean(), x.variance.mean().sqrt())),),
        ),
        Misconception("scaled-logits", scaled_logits, SECTION, also=(variance_of_scaled_logits,)),
        Misconception(
            "absolute",
            of_moments(lambda x: ((x.mean - x.of_label).abs().mean(), x.variance.mean())),
            SECTION,
            also=(of_moments(lambda x: (((x.mean - x.of_label) ** 2).mean(), x.variance.mean())),),
        ),
        Misconception(
            "every-label",
            every_label_for_every_row,
            SECTION,
            also=(labels_down_the_columns,),
        ),
        Misconception("over-classes", averaged_over_classes, SECTION),
        Misconception(
            "between-rows",
            of_moments(lambda x: ((x.mean - x.of_label).mean(), (x.mean - x.of_label).var())),
            SECTION,
            also=(
                of_moments(
                    lambda x: (
                        (x.mean - x.of_label).mean(),
                        (x.mean - x.of_label).var(correction=0),
                    )
                ),
            ),
        ),
        Misconception("exchanged", exchanged, SECTION),
    ),
)
