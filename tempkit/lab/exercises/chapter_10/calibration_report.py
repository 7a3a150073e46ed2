"""Lab 10, ``calibration_report``: fit on the calibration rows, report on the test rows."""

from __future__ import annotations

import torch
from torch import Tensor

from tempkit.calibration import nll
from tempkit.fitting import fit_temperature
from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.scaling import softmax

__all__ = ["CALIBRATION_REPORT"]

TRAINING, CALIBRATION, TEST = 0, 1, 2
EVERY = (TRAINING, CALIBRATION, TEST)


def report(fitted_on: tuple[int, ...], told_of: tuple[int, ...]) -> Answer:
    """A report that fits and tells on rows of these kinds."""

    def answer(logits: Tensor, labels: Tensor, part: Tensor) -> dict[str, float]:
        fitting, telling = (
            torch.isin(part, torch.tensor(kinds, device=part.device))
            for kinds in (fitted_on, told_of)
        )
        temperature = fit_temperature(logits[fitting], labels[fitting]).temperature
        logits, labels = logits[telling], labels[telling]
        return {
            "temperature": temperature,
            "before": nll(logits, labels),
            "after": nll(logits, labels, temperature),
        }

    return answer


calibration_report = report((CALIBRATION,), (TEST,))


def changed(**how: str) -> Answer:
    """The right report with some of its numbers taken from others of it."""

    def answer(logits: Tensor, labels: Tensor, part: Tensor) -> dict[str, float]:
        right = calibration_report(logits, labels, part)
        return right | {key: right[other] for key, other in how.items()}

    return answer


def before_of_the_fit(logits: Tensor, labels: Tensor, part: Tensor) -> dict[str, float]:
    """``fit.nll_before`` beside a new ``after``."""
    fitting = part == CALIBRATION
    return calibration_report(logits, labels, part) | {
        "before": nll(logits[fitting], labels[fitting])
    }


def named_inverted(logits: Tensor, labels: Tensor, part: Tensor) -> dict[str, float]:
    """1/T reported, and T used."""
    right = calibration_report(logits, labels, part)
    return right | {"temperature": 1 / right["temperature"]}


def inverted(logits: Tensor, labels: Tensor, part: Tensor) -> dict[str, float]:
    """1/T reported and used."""
    temperature = 1 / calibration_report(logits, labels, part)["temperature"]
    logits, labels = logits[part == TEST], labels[part == TEST]
    return {
        "temperature": temperature,
        "before": nll(logits, labels),
        "after": nll(logits, labels, temperature),
    }


def summed(logits: Tensor, labels: Tensor, part: Tensor) -> dict[str, float]:
    """Sums over the rows where means were asked for."""
    right, rows = calibration_report(logits, labels, part), int((part == TEST).sum())
    return right | {key: right[key] * rows for key in ("before", "after")}


def one_shared(logits: Tensor, labels: Tensor, part: Tensor) -> dict[str, float]:
    """Half of the test rows to fit on, all of them to report on."""
    own = torch.nonzero(part == TEST).flatten()
    half = part.clone()
    half[own[: len(own) // 2]] = CALIBRATION
    half[part == CALIBRATION] = TRAINING
    temperature = fit_temperature(logits[half == 1], labels[half == 1]).temperature
    logits, labels = logits[own], labels[own]
    return {
        "temperature": temperature,
        "before": nll(logits, labels),
        "after": nll(logits, labels, temperature),
    }


def rows_of(generator: torch.Generator, sizes: tuple[int, int, int], classes: int) -> Probe:
    """Rows of three kinds in random order; the training rows are right more often than they say."""
    part = torch.repeat_interleave(torch.arange(3, device="cpu"), torch.tensor(sizes, device="cpu"))
    part = part[torch.randperm(len(part), generator=generator, device="cpu")]
    shape = (len(part), classes)
    logits = 2 * torch.randn(shape, generator=generator, device="cpu", dtype=torch.float64)
    heat = torch.tensor([0.5, 2.0, 1.3], dtype=torch.float64, device="cpu")[part]
    labels = torch.multinomial(softmax(logits, heat), 1, generator=generator).squeeze(-1)
    return Probe((logits, labels, part), f"logits [{len(part)}, {classes}], labels, part")


def other_rows(generator: torch.Generator) -> tuple[Probe, ...]:
    """Two more sets."""
    return rows_of(generator, (30, 40, 50), 4), rows_of(generator, (20, 60, 30), 3)


CALIBRATION_REPORT = Exercise(
    name="calibration_report",
    section="leak",
    reference=calibration_report,
    probes=(
        rows_of(torch.Generator("cpu").manual_seed(10), (30, 40, 50), 3),
        rows_of(torch.Generator("cpu").manual_seed(11), (40, 30, 20), 5),
    ),
    hidden=other_rows,
    # A search of the learner's own may stop a little early.
    rtol=1e-3,
    atol=1e-4,
    misconceptions=(
        Misconception("as-found", report((TEST,), (TEST,)), "leak"),
        Misconception("fitted-on-training", report((TRAINING,), (TEST,)), "leak"),
        Misconception(
            "test-rows-among-others",
            report((CALIBRATION, TEST), (TEST,)),
            "leak",
            also=(report(EVERY, (TEST,)), one_shared),
        ),
        Misconception("training-rows-too", report((TRAINING, CALIBRATION), (TEST,)), "leak"),
        Misconception(
            "told-of-calibration",
            report((CALIBRATION,), (CALIBRATION,)),
            "leak",
            also=(report((CALIBRATION,), EVERY), report((CALIBRATION,), (CALIBRATION, TEST))),
        ),
        Misconception(
            "told-of-training",
            report((CALIBRATION,), (TRAINING,)),
            "leak",
            also=(report((TRAINING,), (TRAINING,)),),
        ),
        Misconception("before-of-calibration", before_of_the_fit, "leak"),
        Misconception("exchanged", changed(before="after", after="before"), "leak"),
        Misconception("no-after", changed(after="before"), "leak"),
        Misconception("inverted", inverted, "00:outside-forms", also=(named_inverted,)),
        Misconception("summed", summed, "leak"),
    ),
)
