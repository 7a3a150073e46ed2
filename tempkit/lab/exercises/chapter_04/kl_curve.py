"""Lab 04, ``kl_curve``: KL(truth, model) against temperature."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.chapter_04.sequence_log_probability import (
    SMALL_NUMBERS,
    softmax_in_float32,
)
from tempkit.lab.exercises.probes import normal, tensor
from tempkit.scaling import log_softmax, softmax

__all__ = ["KL_CURVE"]


def kl_curve(truth: Tensor, logits: Tensor, temperatures: list[float]) -> Tensor:
    """KL(truth, softmax(logits / T)) in nats, averaged over the rows, at each T."""
    return cross_entropies(truth, logits, temperatures) - own_entropy(truth)


def cross_entropies(truth: Tensor, logits: Tensor, temperatures: list[float]) -> Tensor:
    """-sum p log q, averaged over the rows."""
    p, z = truth.double(), logits.double()
    return torch.stack([-(p * log_softmax(z, t)).sum(-1).mean() for t in temperatures])


def own_entropy(truth: Tensor) -> Tensor:
    """-sum p log p, averaged over the rows."""
    return torch.special.entr(truth.double()).sum(-1).mean()


def cross_entropy_left(truth: Tensor, logits: Tensor, temperatures: list[float]) -> Tensor:
    """The truth's own entropy not taken away."""
    return cross_entropies(truth, logits, temperatures)


def with_zero_times_log_zero(truth: Tensor, logits: Tensor, temperatures: list[float]) -> Tensor:
    """sum p log(p / q) with p = 0: NaN."""
    p, z = truth.double(), logits.double()
    rows = [(p * (p.log() - log_softmax(z, t))).sum(-1).mean() for t in temperatures]
    return torch.stack(rows)


def the_other_way(truth: Tensor, logits: Tensor, temperatures: list[float]) -> Tensor:
    """KL(model, truth): infinite where the truth is 0."""
    p, z = truth.double(), logits.double()
    rows = []
    for t in temperatures:
        q = softmax(z, t)
        rows.append((q * (q.log() - p.log())).sum(-1).mean())
    return torch.stack(rows)


def truth_tempered_too(truth: Tensor, logits: Tensor, temperatures: list[float]) -> Tensor:
    """Both distributions at T."""
    curve = [kl_curve(softmax(truth.double().log(), t), logits, [t]) for t in temperatures]
    return torch.cat(curve)


def summed_rows(truth: Tensor, logits: Tensor, temperatures: list[float]) -> Tensor:
    """The sum over the rows."""
    return kl_curve(truth, logits, temperatures) * len(truth)


def averaged_over_everything(truth: Tensor, logits: Tensor, temperatures: list[float]) -> Tensor:
    """The mean over rows and vocabulary: F.kl_div with reduction="mean"."""
    return kl_curve(truth, logits, temperatures) / truth.shape[-1]


def curve_in_bits(truth: Tensor, logits: Tensor, temperatures: list[float]) -> Tensor:
    """Base 2."""
    return kl_curve(truth, logits, temperatures) / math.log(2)


def curve_upside_down(truth: Tensor, logits: Tensor, temperatures: list[float]) -> Tensor:
    """The temperature multiplied instead of divided."""
    return kl_curve(truth, logits, [1 / t for t in temperatures])


def curve_without_temperature(truth: Tensor, logits: Tensor, temperatures: list[float]) -> Tensor:
    """The model at T = 1 everywhere."""
    return kl_curve(truth, logits, [1.0] * len(temperatures))


def half_the_gap(truth: Tensor, logits: Tensor, temperatures: list[float]) -> Tensor:
    """Total variation, another distance."""
    p, z = truth.double(), logits.double()
    rows = [(p - softmax(z, t)).abs().sum(-1).mean() / 2 for t in temperatures]
    return torch.stack(rows)


def averaged_over_rows(curve: Callable[[Tensor, Tensor], Tensor]) -> Answer:
    """An answer from what it adds up in each row: ``curve(p, z / T)``, [N, V] or [N]."""

    def answer(truth: Tensor, logits: Tensor, temperatures: list[float]) -> Tensor:
        rows = [curve(truth.double(), logits.double() / t) for t in temperatures]
        return torch.stack([row.sum() / len(truth) for row in rows])

    return answer


def divergence_of(p: Tensor, log_q: Tensor) -> Tensor:
    """p log(p / q), token by token."""
    return torch.xlogy(p, p) - p * log_q


def lifted_curve(size: float, lift: Callable[[Tensor, float], Tensor]) -> tuple[Answer, Answer]:
    """A small number added to both distributions, or to the model's alone."""
    both = averaged_over_rows(
        lambda p, z: p * (lift(p, size).log() - lift(softmax_in_float32(z), size).log())
    )
    model = averaged_over_rows(
        lambda p, z: divergence_of(p, lift(softmax_in_float32(z), size).log())
    )
    return both, model


LIFTED_CURVES = tuple(
    answer
    for lift in (torch.add, torch.clamp_min)
    for size in SMALL_NUMBERS
    for answer in lifted_curve(size, lift)
)

#: log(softmax(z / T)), with -inf where the probability was rounded to 0.
log_of_softmax_curve = averaged_over_rows(
    lambda p, z: torch.xlogy(p, p) - torch.xlogy(p, softmax_in_float32(z))
)

#: F.kl_div(q, p) without the logarithm of q: summed, and with its three kinds of mean.
kl_div_without_log = averaged_over_rows(lambda p, z: divergence_of(p, softmax(z)))
kl_div_without_log_summed = averaged_over_rows(lambda p, z: divergence_of(p, softmax(z)) * len(p))
kl_div_without_log_averaged = averaged_over_rows(
    lambda p, z: divergence_of(p, softmax(z)) / p.shape[-1]
)

#: log_softmax and softmax along dim 0.
over_places = averaged_over_rows(lambda p, z: divergence_of(p, log_softmax(z, dim=0)))

#: -p log q - p log p: the entropy has the wrong sign.
entropy_added = averaged_over_rows(lambda p, z: -p * log_softmax(z) - torch.xlogy(p, p))

#: -p log q + q log q: the entropy subtracted is the model's.
models_entropy = averaged_over_rows(lambda p, z: -p * log_softmax(z) + softmax(z) * log_softmax(z))


def accumulated(truth: Tensor, logits: Tensor, temperatures: list[float]) -> Tensor:
    """z = z / T inside the loop."""
    reached = torch.tensor(temperatures, dtype=torch.float64, device="cpu").cumprod(0).tolist()
    return kl_curve(truth, logits, reached)


def divided_outside(truth: Tensor, logits: Tensor, temperatures: list[float]) -> Tensor:
    """log_softmax(z) / T."""
    p, log_q = truth.double(), log_softmax(logits.double())
    return torch.stack([divergence_of(p, log_q / t).sum(-1).mean() for t in temperatures])


def models(generator: torch.Generator) -> tuple[Probe, ...]:
    """Truths with and without impossible tokens, and models that are off, the last one far."""
    probes = []
    for possible in (7, 4):
        scores = 1.5 * normal(generator, 5, 7)
        truth = torch.zeros_like(scores)
        truth[:, :possible] = softmax(scores[:, :possible])
        logits = 2 * scores + normal(generator, 5, 7)
        probes.append(Probe((truth, logits, [0.4, 1.0, 2.0, 6.0]), "..."))
    truth, logits, _ = probes[0].arguments
    improbable = logits.clone()
    improbable[1, 0] -= 180
    return (*probes, Probe((truth, improbable, [0.7, 1.5]), "..."))


def curve_probe(truth: list, logits: list, temperatures: list[float]) -> Probe:
    """A truth and a model."""
    return Probe(
        (tensor(truth), tensor(logits), temperatures), f"{truth}, {logits}, {temperatures}"
    )


KL_CURVE = Exercise(
    name="kl_curve",
    section="best-temperature",
    reference=kl_curve,
    probes=(
        curve_probe(
            [[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]], [[3.0, 1.0, 0.0], [0.0, 1.0, 3.0]], [0.5, 1.0, 2.0]
        ),
        curve_probe([[0.75, 0.25, 0.0], [0.5, 0.0, 0.5]], [[2.0, 1.0, -1.0], [1.0, 0.0, 2.0]], [2]),
        curve_probe([[0.9, 0.1], [0.5, 0.5]], [[0.0, -200.0], [1.0, 0.0]], [1.0]),
    ),
    hidden=models,
    misconceptions=(
        Misconception("cross-entropy-left", cross_entropy_left, "best-temperature"),
        Misconception("the-other-way", the_other_way, "best-temperature"),
        Misconception("truth-tempered-too", truth_tempered_too, "best-temperature"),
        Misconception("summed-rows", summed_rows, "best-temperature"),
        Misconception("averaged-over-everything", averaged_over_everything, "best-temperature"),
        Misconception("curve-in-bits", curve_in_bits, "00:entropy"),
        Misconception("curve-upside-down", curve_upside_down, "01:only-differences"),
        Misconception("curve-without-temperature", curve_without_temperature, "best-temperature"),
        Misconception("accumulated", accumulated, "best-temperature"),
        Misconception("divided-outside", divided_outside, "00:outside-forms"),
        Misconception("over-places", over_places, "best-temperature"),
        Misconception("entropy-added", entropy_added, "best-temperature"),
        Misconception("models-entropy", models_entropy, "best-temperature"),
        Misconception(
            "kl-div-without-log",
            kl_div_without_log,
            "best-temperature",
            also=(kl_div_without_log_summed, kl_div_without_log_averaged),
        ),
        Misconception("log-of-softmax", log_of_softmax_curve, "best-temperature"),
        Misconception("small-number", LIFTED_CURVES[0], "best-temperature", also=LIFTED_CURVES[1:]),
        Misconception("total-variation", half_the_gap, "best-temperature"),
        Misconception("with-zero-times-log-zero", with_zero_times_log_zero, "00:entropy"),
    ),
)
