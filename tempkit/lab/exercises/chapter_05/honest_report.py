"""Lab 05, ``honest_report`` (spot the bug): fit on one sample, report on another."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from tempkit.calibration import nll
from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.chapter_05.labelled import fitted, labelled
from tempkit.lab.exercises.chapter_05.outcomes import errors
from tempkit.scaling import softmax

__all__ = ["HONEST_REPORT"]

Labelled = tuple[Tensor, Tensor]
Report = dict[str, float]
BINS = 15


def confident(sample: Labelled, temperature: float) -> tuple[Tensor, Tensor]:
    """Confidences, and which predictions are right."""
    logits, labels = sample
    confidences, predicted = softmax(logits, temperature).max(-1)
    return confidences, predicted == labels


def reported(sample: Labelled, temperature: float, named: float | None = None) -> Report:
    """NLL and ECE of a sample at a temperature, under that temperature or another's name."""
    return {
        "temperature": temperature if named is None else named,
        "nll": nll(*sample, temperature),
        "ece": errors(*confident(sample, temperature), BINS).item(),
    }


def best(*samples: Labelled) -> float:
    """The temperature of least NLL on the samples together."""
    logits, labels = (torch.cat(parts) for parts in zip(*samples, strict=True))
    return fitted(logits, labels)[0]


def honest_report(train: Labelled, calibration: Labelled, test: Labelled) -> Report:
    """Fit on the calibration sample, report on the test sample."""
    del train
    return reported(test, best(calibration))


def least_on(grid: Tensor, loss: Callable[[float], float]) -> float:
    """The temperature of a grid at which a loss is least, the first among equals."""
    return min(grid.tolist(), key=loss)


_GRID = torch.arange(1, 51, dtype=torch.float64, device="cpu") / 10


def as_found(train: Labelled, calibration: Labelled, test: Labelled) -> Report:
    """The code as it is shown: the grid's best on the training data."""
    del calibration
    return reported(test, least_on(_GRID, lambda t: nll(*train, t)))


def ece_at(sample: Labelled) -> Callable[[float], float]:
    """ECE of a sample as a function of the temperature."""
    return lambda t: errors(*confident(sample, t), BINS).item()


class Samples(NamedTuple):
    """Of the three, any may be taken for the wrong purpose."""

    train: Labelled
    calibration: Labelled
    test: Labelled


def answer(make: Callable[[Samples], Report]) -> Answer:
    """An answer made of the three samples."""

    def made(train: Labelled, calibration: Labelled, test: Labelled) -> Report:
        return make(Samples(train, calibration, test))

    return made


def gap_for_ece(train: Labelled, calibration: Labelled, test: Labelled) -> Report:
    """The overall gap in the place of the ECE."""
    report = honest_report(train, calibration, test)
    confidences, right = confident(test, report["temperature"])
    return report | {"ece": abs((confidences.mean() - right.double().mean()).item())}


def ten_bins(train: Labelled, calibration: Labelled, test: Labelled) -> Report:
    """The ECE in ten bins instead of fifteen."""
    report = honest_report(train, calibration, test)
    return report | {"ece": errors(*confident(test, report["temperature"]), 10).item()}


def summed(train: Labelled, calibration: Labelled, test: Labelled) -> Report:
    """The sum of the surprises in the place of their mean."""
    report = honest_report(train, calibration, test)
    return report | {"nll": report["nll"] * len(test[1])}


def as_much_as_needed(generator: torch.Generator, shown: str) -> Probe:
    """Three samples; no confidence of the test so near an edge that rounding T would move it."""
    while True:
        train = labelled(generator, 30, 0.0)
        calibration = labelled(generator, 60, 2.5)
        test = labelled(generator, 50, 2.5)
        temperature = best(calibration)
        confidences, _ = confident(test, temperature)
        place = confidences * BINS
        if 1 < temperature < 10 and ((place - place.round()).abs() > 0.005).all():
            return Probe((train, calibration, test), shown)


def hidden(generator: torch.Generator) -> tuple[Probe, ...]:
    """Other samples."""
    return (as_much_as_needed(generator, "..."),)


_SEEDED = torch.Generator("cpu").manual_seed(1)
SECTION = "held-out"

HONEST_REPORT = Exercise(
    name="honest_report",
    section=SECTION,
    reference=honest_report,
    probes=tuple(as_much_as_needed(_SEEDED, "train, calibration, test") for _ in range(2)),
    hidden=hidden,
    misconceptions=(
        Misconception(
            "on-training-data",
            as_found,
            SECTION,
            also=(answer(lambda x: reported(x.test, best(x.train))),),
        ),
        Misconception("on-test-data", answer(lambda x: reported(x.test, best(x.test))), SECTION),
        Misconception(
            "on-everything",
            answer(lambda x: reported(x.test, best(x.calibration, x.test))),
            SECTION,
            also=(
                answer(lambda x: reported(x.test, best(x.train, x.calibration, x.test))),
                answer(lambda x: reported(x.test, best(x.train, x.calibration))),
            ),
        ),
        Misconception(
            "reported-on-calibration",
            answer(lambda x: reported(x.calibration, best(x.calibration))),
            SECTION,
            also=(answer(lambda x: reported(x.train, best(x.calibration))),),
        ),
        Misconception(
            "least-ece",
            answer(lambda x: reported(x.test, least_on(_GRID, ece_at(x.calibration)))),
            SECTION,
            also=(answer(lambda x: reported(x.test, least_on(_GRID, ece_at(x.test)))),),
        ),
        Misconception(
            "on-a-grid",
            answer(lambda x: reported(x.test, least_on(_GRID, lambda t: nll(*x.calibration, t)))),
            SECTION,
            also=(answer(lambda x: reported(x.test, round(best(x.calibration), 2))),),
        ),
        Misconception("ten-bins", ten_bins, "ece"),
        Misconception(
            "before-scaling",
            answer(lambda x: reported(x.test, 1.0, best(x.calibration))),
            SECTION,
        ),
        Misconception(
            "inverse",
            answer(lambda x: reported(x.test, 1 / best(x.calibration))),
            "newton",
            also=(
                answer(lambda x: reported(x.test, 1 / best(x.calibration), best(x.calibration))),
            ),
        ),
        Misconception(
            "rule-of-thumb",
            answer(lambda x: reported(x.test, 0.9)),
            "which-way",
            also=(
                answer(lambda x: reported(x.test, 1.0)),
                answer(lambda x: reported(x.test, 1.5)),
            ),
        ),
        Misconception("gap-for-ece", gap_for_ece, "ece"),
        Misconception("summed", summed, SECTION),
    ),
    rtol=1e-3,
)
