"""logit_gradient: how the divergence changes with each logit of the student."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.chapter_08.pairs_of_rows import STUDENT, TEACHER, pair, random_pair

__all__ = ["LOGIT_GRADIENT", "logit_gradient"]


def logit_gradient(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
    """(q - p) / T."""
    q, p = (student / temperature).softmax(-1), (teacher / temperature).softmax(-1)
    return (q - p) / temperature


def times(power: float) -> Answer:
    """The gradient times a power of T."""

    def gradient(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
        return temperature**power * logit_gradient(student, teacher, temperature)

    return gradient


def reversed_sign(power: float = 0) -> Answer:
    """p - q: the step, not the slope."""

    def gradient(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
        return times(power)(teacher, student, temperature)

    return gradient


def tempered_by_halves(*, on_student: bool, on_teacher: bool, power: float = -1) -> Answer:
    """T in one of the two softmaxes, or in neither."""

    def gradient(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
        q = (student / temperature if on_student else student).softmax(-1)
        p = (teacher / temperature if on_teacher else teacher).softmax(-1)
        return temperature**power * (q - p)

    return gradient


def averaged(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
    """The gradient of the mean over the images."""
    return logit_gradient(student, teacher, temperature) / len(student)


def averaged_with_factor(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
    """The gradient of soft_loss: its mean and its factor."""
    return temperature**2 * averaged(student, teacher, temperature)


def of_the_argmax(power: float) -> Answer:
    """q minus one at the teacher's first choice: the gradient of a hard label."""

    def gradient(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
        hard = functional.one_hot(teacher.argmax(-1), teacher.shape[-1])
        return temperature**power * ((student / temperature).softmax(-1) - hard)

    return gradient


def of_logarithms(power: float) -> Answer:
    """log q - log p in the place of q - p."""

    def gradient(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
        log_q, log_p = (
            (student / temperature).log_softmax(-1),
            (teacher / temperature).log_softmax(-1),
        )
        return temperature**power * (log_q - log_p)

    return gradient


def limit_at_once(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
    """What holds for large T only."""
    return (student - teacher) / (student.shape[-1] * temperature**2)


def ratio(power: float) -> Answer:
    """-p / q: the derivative by the probability, not by the logit."""

    def gradient(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
        q, p = (student / temperature).softmax(-1), (teacher / temperature).softmax(-1)
        return -(temperature**power) * p / q

    return gradient


def other_pairs(generator: torch.Generator) -> tuple[Probe, ...]:
    """Two random pairs at two temperatures."""
    return tuple(Probe((*random_pair(generator), t), "...") for t in (0.6, 4.0))


LOGIT_GRADIENT = Exercise(
    name="logit_gradient",
    section="the-loss",
    reference=logit_gradient,
    probes=(
        pair(STUDENT, TEACHER, 2.5),
        pair(TEACHER, STUDENT, 0.5),
        pair([[2.0, 0.0, -1.0]], [[0.0, 1.0, 3.0]], 5.0),
    ),
    hidden=other_pairs,
    misconceptions=(
        Misconception("chain-rule", times(1), "the-loss"),
        Misconception("too-many", times(-1), "the-loss", also=(times(-2),)),
        Misconception("with-factor", times(2), "the-factor"),
        Misconception(
            "step", reversed_sign(), "the-loss", also=(reversed_sign(1), reversed_sign(2))
        ),
        Misconception("averaged", averaged, "the-loss"),
        Misconception("of-soft-loss", averaged_with_factor, "the-factor"),
        Misconception(
            "student-only",
            tempered_by_halves(on_student=True, on_teacher=False),
            "both-sides",
            also=(tempered_by_halves(on_student=True, on_teacher=False, power=0),),
        ),
        Misconception(
            "no-temperature",
            tempered_by_halves(on_student=False, on_teacher=False),
            "the-loss",
            also=(tempered_by_halves(on_student=False, on_teacher=False, power=0),),
        ),
        Misconception("hard-label", of_the_argmax(-1), "the-loss", also=(of_the_argmax(0),)),
        Misconception("logarithms", of_logarithms(-1), "the-loss", also=(of_logarithms(0),)),
        Misconception("by-probability", ratio(0), "the-loss", also=(ratio(-1),)),
        Misconception("limit", limit_at_once, "the-factor"),
    ),
    atol=1e-6,
)
