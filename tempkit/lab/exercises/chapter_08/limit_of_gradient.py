"""limit_of_gradient: what T squared times the gradient tends to, centred logits over V."""

from __future__ import annotations

import torch
from torch import Tensor

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.chapter_08.logit_gradient import logit_gradient
from tempkit.lab.exercises.chapter_08.pairs_of_rows import STUDENT, TEACHER, pair, random_pair

__all__ = ["LIMIT_OF_GRADIENT", "limit_of_gradient"]


def centred(logits: Tensor) -> Tensor:
    """Every row minus its own mean."""
    return logits - logits.mean(-1, keepdim=True)


def limit_of_gradient(student: Tensor, teacher: Tensor) -> Tensor:
    """(centred student - centred teacher) / V."""
    return centred(student - teacher) / student.shape[-1]


def not_centred(student: Tensor, teacher: Tensor) -> Tensor:
    """The plain difference: it changes when a constant is added to the logits."""
    return (student - teacher) / student.shape[-1]


def neither(student: Tensor, teacher: Tensor) -> Tensor:
    """Neither centred nor divided."""
    return student - teacher


def student_centred(student: Tensor, teacher: Tensor) -> Tensor:
    """Only one of the two is centred."""
    return (centred(student) - teacher) / student.shape[-1]


def teacher_centred(student: Tensor, teacher: Tensor) -> Tensor:
    """Only the other one is."""
    return (student - centred(teacher)) / student.shape[-1]


def not_divided(student: Tensor, teacher: Tensor) -> Tensor:
    """Without V."""
    return centred(student - teacher)


def by_the_square(student: Tensor, teacher: Tensor) -> Tensor:
    """V twice: once too often."""
    return limit_of_gradient(student, teacher) / student.shape[-1]


def of_ten_classes(student: Tensor, teacher: Tensor) -> Tensor:
    """The digits have ten classes; other tables have other numbers of them."""
    return centred(student - teacher) / 10


def below_the_largest(student: Tensor, teacher: Tensor) -> Tensor:
    """The maximum is subtracted, as in a softmax that shall not overflow."""
    rows = [logits - logits.amax(-1, keepdim=True) for logits in (student, teacher)]
    return (rows[0] - rows[1]) / student.shape[-1]


def difference_below_the_largest(student: Tensor, teacher: Tensor) -> Tensor:
    """The maximum of the difference is subtracted."""
    difference = student - teacher
    return (difference - difference.amax(-1, keepdim=True)) / student.shape[-1]


def nothing(student: Tensor, teacher: Tensor) -> Tensor:
    """The limit of the gradient itself."""
    return torch.zeros_like(student - teacher)


def one_zero(student: Tensor, teacher: Tensor) -> float:
    """The same as a number."""
    del student, teacher
    return 0.0


def over_the_images(student: Tensor, teacher: Tensor) -> Tensor:
    """Divided by the number of images."""
    return centred(student - teacher) / len(student)


def over_everything(student: Tensor, teacher: Tensor) -> Tensor:
    """Divided by the number of images too."""
    return limit_of_gradient(student, teacher) / len(student)


def reversed_sign(student: Tensor, teacher: Tensor) -> Tensor:
    """Teacher minus student."""
    return limit_of_gradient(teacher, student)


def column_means(student: Tensor, teacher: Tensor) -> Tensor:
    """The mean over the images of every class is taken away."""
    difference = student - teacher
    return (difference - difference.mean(0)) / student.shape[-1]


def one_mean(student: Tensor, teacher: Tensor) -> Tensor:
    """One mean of the whole table is taken away."""
    difference = student - teacher
    return (difference - difference.mean()) / student.shape[-1]


def standardised(student: Tensor, teacher: Tensor) -> Tensor:
    """Divided by the spread of each row as well."""
    rows = [centred(logits) / logits.std(-1, keepdim=True) for logits in (student, teacher)]
    return (rows[0] - rows[1]) / student.shape[-1]


def at_a_finite_temperature(temperature: float) -> Answer:
    """T^2 times the gradient at some T that was thought to be large."""

    def gradient(student: Tensor, teacher: Tensor) -> Tensor:
        return temperature**2 * logit_gradient(student, teacher, temperature)

    return gradient


def of_probabilities(student: Tensor, teacher: Tensor) -> Tensor:
    """The gradient at T = 1."""
    return student.softmax(-1) - teacher.softmax(-1)


def other_pairs(generator: torch.Generator) -> tuple[Probe, ...]:
    """Two random pairs, the second far from centred."""
    student, teacher = random_pair(generator)
    return (Probe((student, teacher), "..."), Probe((student + 3, teacher - 5), "..."))


LIMIT_OF_GRADIENT = Exercise(
    name="limit_of_gradient",
    section="the-factor",
    reference=limit_of_gradient,
    probes=(
        pair(STUDENT, TEACHER),
        pair([[12.0, 10.0, 9.0]], [[0.0, 1.0, 3.0]]),
        pair(STUDENT, STUDENT),
    ),
    hidden=other_pairs,
    misconceptions=(
        Misconception("not-centred", not_centred, "the-factor", also=(neither,)),
        Misconception("one-side", student_centred, "the-factor", also=(teacher_centred,)),
        Misconception("not-divided", not_divided, "the-factor"),
        Misconception("squared", by_the_square, "the-factor"),
        Misconception("ten-classes", of_ten_classes, "the-factor"),
        Misconception(
            "largest", below_the_largest, "the-factor", also=(difference_below_the_largest,)
        ),
        Misconception("zero", nothing, "the-factor", also=(one_zero,)),
        Misconception("over-images", over_the_images, "the-factor", also=(over_everything,)),
        Misconception("reversed", reversed_sign, "the-factor"),
        Misconception("columns", column_means, "the-factor", also=(one_mean,)),
        Misconception("standardised", standardised, "the-factor"),
        Misconception(
            "finite",
            at_a_finite_temperature(100.0),
            "how-large",
            also=tuple(at_a_finite_temperature(t) for t in (8.0, 10.0, 20.0, 50.0, 1e3, 1e4)),
        ),
        Misconception("at-one", of_probabilities, "how-large"),
    ),
)
