"""soft_loss (spot the bug): T squared times the divergence of the student from the teacher."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.chapter_08.pairs_of_rows import (
    STUDENT,
    TEACHER,
    differentiated,
    pair,
    random_pair,
)

__all__ = ["SOFT_LOSS", "soft_loss"]

Reduce = Callable[[Tensor], Tensor]


def over_images(terms: Tensor) -> Tensor:
    """Summed over the classes, averaged over the images."""
    return terms.sum(-1).mean()


def divergences(student: Tensor, teacher: Tensor) -> Tensor:
    """The terms p (log p - log q) of rows of scaled logits, one a class."""
    log_q, log_p = student.log_softmax(-1), teacher.log_softmax(-1)
    return log_p.exp() * (log_p - log_q)


def soft_loss(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
    """T^2 KL(p, q), averaged over the images."""
    return temperature**2 * over_images(divergences(student / temperature, teacher / temperature))


def altered(
    *, on_student: float = 1, on_teacher: float = 1, power: float = 2, reduce: Reduce = over_images
) -> Answer:
    """The loss with T to other powers, on either side and in front, and another reduction."""

    def loss(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
        student, teacher = student / temperature**on_student, teacher / temperature**on_teacher
        return temperature**power * reduce(divergences(student, teacher))

    return loss


def swapped(power: float = 2, reduce: Reduce = over_images) -> Answer:
    """KL(q, p): expected under the student."""

    def loss(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
        return temperature**power * reduce(
            divergences(teacher / temperature, student / temperature)
        )

    return loss


def cross_entropy(power: float = 2) -> Answer:
    """The entropy of the teacher is not subtracted."""

    def loss(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
        p = (teacher / temperature).softmax(-1)
        log_q = (student / temperature).log_softmax(-1)
        return temperature**power * over_images(-p * log_q)

    return loss


def without_logarithm(power: float = 2, reduce: Reduce = over_images) -> Answer:
    """kl_div of probabilities, which it takes for logarithms of them."""

    def loss(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
        q = (student / temperature).softmax(-1)
        log_p = (teacher / temperature).log_softmax(-1)
        return temperature**power * reduce(log_p.exp() * (log_p - q))

    return loss


def over_the_images(power: float = 2, reduce: Reduce = over_images) -> Answer:
    """Softmax down the columns: images compete instead of classes."""

    def loss(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
        log_q = (student / temperature).log_softmax(0)
        log_p = (teacher / temperature).log_softmax(0)
        return temperature**power * reduce(log_p.exp() * (log_p - log_q))

    return loss


def of_logits(reduce: Reduce) -> Answer:
    """The squared difference of the logits, centred or not."""

    def loss(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
        del temperature
        return reduce((student - teacher) ** 2)

    return loss


def arguments_exchanged(power: float, reduce: Reduce) -> Answer:
    """kl_div with probabilities first and their logarithms second: the logarithm of a negative."""

    def loss(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
        log_q = (student / temperature).log_softmax(-1)
        p = (teacher / temperature).softmax(-1)
        return temperature**power * reduce(functional.kl_div(p, log_q, reduction="none"))

    return loss


def logarithms_as_target(power: float, reduce: Reduce) -> Answer:
    """kl_div with two logarithms, and log_target left at False."""

    def loss(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
        log_q = (student / temperature).log_softmax(-1)
        log_p = (teacher / temperature).log_softmax(-1)
        return temperature**power * reduce(functional.kl_div(log_q, log_p, reduction="none"))

    return loss


def divided_after(power: float, reduce: Reduce, *, in_logarithm: bool) -> Answer:
    """T divides what comes out of the softmax, or out of its logarithm."""

    def loss(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
        log_q, p = student.log_softmax(-1), teacher.softmax(-1) / temperature
        log_q = log_q / temperature if in_logarithm else (log_q.exp() / temperature).log()
        return temperature**power * reduce(functional.kl_div(log_q, p, reduction="none"))

    return loss


def without_gradient(student: Tensor, teacher: Tensor, temperature: float) -> float:
    """The right number, and nothing but the number."""
    return soft_loss(student, teacher, temperature).item()


def through_numpy(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
    """PyTorch refuses: the gradient would get lost."""
    return soft_loss(torch.as_tensor(student.cpu().numpy()), teacher.cpu(), temperature)


def other_pairs(generator: torch.Generator) -> tuple[Probe, ...]:
    """Two random pairs at two temperatures, and the gradient of one."""
    made = [Probe((*random_pair(generator), t), "...") for t in (1.7, 6.0)]
    return (*made, differentiated(made[0]))


REDUCTIONS: tuple[Reduce, ...] = (over_images, torch.mean, torch.sum)
WAYS = tuple((power, reduce) for power in (2, 0) for reduce in REDUCTIONS)


SOFT_LOSS = Exercise(
    name="soft_loss",
    section="the-loss",
    reference=soft_loss,
    probes=(
        pair(STUDENT, TEACHER, 3.0),
        pair(TEACHER, STUDENT, 1.5),
        pair([[2.0, 0.0, -1.0]], [[0.0, 1.0, 3.0]], 5.0),
        pair(TEACHER, TEACHER, 3.0),
        differentiated(pair(STUDENT, TEACHER, 2.5)),
    ),
    hidden=other_pairs,
    misconceptions=(
        Misconception(
            "as-found",
            altered(on_teacher=0, reduce=torch.mean),
            "both-sides",
            also=(altered(on_teacher=0, power=0, reduce=torch.mean),),
        ),
        Misconception(
            "student-only",
            altered(on_teacher=0),
            "both-sides",
            also=(altered(on_teacher=0, power=0), altered(on_teacher=0, reduce=torch.sum)),
        ),
        Misconception(
            "teacher-only",
            altered(on_student=0),
            "both-sides",
            also=(altered(on_student=0, power=0), altered(on_student=0, reduce=torch.mean)),
        ),
        Misconception(
            "over-elements",
            altered(reduce=torch.mean),
            "both-sides",
            also=(altered(power=0, reduce=torch.mean),),
        ),
        Misconception(
            "summed",
            altered(reduce=torch.sum),
            "the-loss",
            also=(altered(power=0, reduce=torch.sum),),
        ),
        Misconception("without-factor", altered(power=0), "the-factor"),
        Misconception("factor-once", altered(power=1), "the-factor"),
        Misconception("divided", altered(power=-2), "the-factor", also=(altered(power=-1),)),
        Misconception(
            "no-temperature",
            altered(on_student=0, on_teacher=0),
            "the-loss",
            also=(altered(on_student=0, on_teacher=0, power=0),),
        ),
        Misconception(
            "multiplied",
            altered(on_student=-1, on_teacher=-1),
            "the-loss",
            also=(altered(on_student=-1, on_teacher=-1, power=0),),
        ),
        Misconception("reversed", swapped(), "the-loss", also=(swapped(0), swapped(2, torch.mean))),
        Misconception("cross-entropy", cross_entropy(), "the-loss", also=(cross_entropy(0),)),
        Misconception(
            "not-logarithms",
            without_logarithm(),
            "both-sides",
            also=(without_logarithm(0), without_logarithm(2, torch.mean)),
        ),
        Misconception(
            "over-images",
            over_the_images(),
            "the-loss",
            also=(over_the_images(0), over_the_images(2, torch.mean)),
        ),
        Misconception(
            "logits", of_logits(torch.mean), "the-factor", also=(of_logits(over_images),)
        ),
        Misconception(
            "negative-logarithm",
            arguments_exchanged(2, over_images),
            "both-sides",
            also=(
                *(arguments_exchanged(*way) for way in WAYS[1:]),
                *(logarithms_as_target(*way) for way in WAYS),
            ),
        ),
        Misconception(
            "divided-after",
            divided_after(2, over_images, in_logarithm=True),
            "the-loss",
            also=(
                *(divided_after(*way, in_logarithm=True) for way in WAYS[1:]),
                *(divided_after(*way, in_logarithm=False) for way in WAYS[:1]),
            ),
        ),
        Misconception("no-gradient", without_gradient, "the-loss", also=(through_numpy,)),
    ),
)
