"""mixed_loss: soft targets and labels in one loss, the factor where it belongs."""

from __future__ import annotations

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
from tempkit.lab.exercises.chapter_08.soft_loss import soft_loss

__all__ = ["MIXED_LOSS", "mixed_loss"]


def mixed_loss(
    student: Tensor, teacher: Tensor, labels: Tensor, temperature: float, weight: float
) -> Tensor:
    """weight T^2 KL(p, q) + (1 - weight) times the cross-entropy of the labels, at T = 1."""
    soft = soft_loss(student, teacher, temperature)
    return weight * soft + (1 - weight) * functional.cross_entropy(student, labels)


def factors(on_soft: float, on_hard: float) -> Answer:
    """T to other powers in front of the two terms."""

    def loss(student, teacher, labels, temperature, weight):
        soft = soft_loss(student, teacher, temperature) / temperature**2
        hard = functional.cross_entropy(student, labels)
        soft, hard = temperature**on_soft * soft, temperature**on_hard * hard
        return weight * soft + (1 - weight) * hard

    return loss


def exchanged(on_soft: float) -> Answer:
    """The weight on the labels."""

    def loss(student, teacher, labels, temperature, weight):
        return factors(on_soft, 0)(student, teacher, labels, temperature, 1 - weight)

    return loss


def labels_at(power: float, on_soft: float = 2, on_hard: float = 0) -> Answer:
    """The labels' term tempered like the other."""

    def loss(student, teacher, labels, temperature, weight):
        soft = temperature ** (on_soft - 2) * soft_loss(student, teacher, temperature)
        hard = functional.cross_entropy(student / temperature**power, labels)
        return weight * soft + (1 - weight) * temperature**on_hard * hard

    return loss


def added(by_weight: bool) -> Answer:
    """No 1 - weight in front of the labels' term."""

    def loss(student, teacher, labels, temperature, weight):
        soft = soft_loss(student, teacher, temperature)
        return (weight if by_weight else 1) * soft + functional.cross_entropy(student, labels)

    return loss


def softmax_twice(student, teacher, labels, temperature, weight):
    """Probabilities given to cross_entropy, which takes logits."""
    hard = functional.cross_entropy(student.softmax(-1), labels)
    return weight * soft_loss(student, teacher, temperature) + (1 - weight) * hard


def teachers_error(student, teacher, labels, temperature, weight):
    """The teacher's cross-entropy, which no student can change."""
    hard = functional.cross_entropy(teacher, labels)
    return weight * soft_loss(student, teacher, temperature) + (1 - weight) * hard


def teachers_choice(student, teacher, labels, temperature, weight):
    """The teacher's first choice in the place of the label."""
    del labels
    return mixed_loss(student, teacher, teacher.argmax(-1), temperature, weight)


def labels_summed(student, teacher, labels, temperature, weight):
    """The labels' term grows with the batch."""
    hard = functional.cross_entropy(student, labels, reduction="sum")
    return weight * soft_loss(student, teacher, temperature) + (1 - weight) * hard


def without_logarithm(*, softmax: bool) -> Answer:
    """nll_loss of something else than the logarithms of probabilities."""

    def loss(student, teacher, labels, temperature, weight):
        hard = functional.nll_loss(student.softmax(-1) if softmax else student, labels)
        return weight * soft_loss(student, teacher, temperature) + (1 - weight) * hard

    return loss


def all_labels_for_each(student, teacher, labels, temperature, weight):
    """Indexed so that every image is scored with the labels of all."""
    hard = -student.log_softmax(-1)[:, labels].mean()
    return weight * soft_loss(student, teacher, temperature) + (1 - weight) * hard


def without_gradient(*, of_soft: bool, of_hard: bool) -> Answer:
    """The right number, and one of the two terms, or both, a mere number."""

    def loss(student, teacher, labels, temperature, weight):
        soft = soft_loss(student, teacher, temperature)
        hard = functional.cross_entropy(student, labels)
        soft, hard = soft.detach() if of_soft else soft, hard.detach() if of_hard else hard
        return weight * soft + (1 - weight) * hard

    return loss


def through_numpy(student, teacher, labels, temperature, weight):
    """PyTorch refuses: the gradient would get lost."""
    plain = torch.as_tensor(student.cpu().numpy())
    return mixed_loss(plain, teacher.cpu(), labels.cpu(), temperature, weight)


def other_pairs(generator: torch.Generator) -> tuple[Probe, ...]:
    """Two random pairs with random labels, and the gradient of one."""
    made = []
    for temperature, weight in ((1.6, 0.3), (5.0, 0.8)):
        student, teacher = random_pair(generator)
        labels = torch.randint(0, 7, (5,), generator=generator, device="cpu")
        made.append(Probe((student, teacher, labels, temperature, weight), "..."))
    return (*made, differentiated(made[0]))


MIXED_LOSS = Exercise(
    name="mixed_loss",
    section="optimizers",
    reference=mixed_loss,
    probes=(
        pair(STUDENT, TEACHER, [0, 1, 3], 3.0, 0.7),
        pair(TEACHER, STUDENT, [2, 2, 0], 1.5, 0.2),
        pair([[2.0, 0.0, -1.0]], [[0.0, 1.0, 3.0]], [1], 5.0, 0.9),
        differentiated(pair(STUDENT, TEACHER, [0, 1, 3], 2.5, 0.6)),
    ),
    hidden=other_pairs,
    misconceptions=(
        # First: of equals the first is named, and what has no gradient resembles others in it.
        Misconception(
            "no-gradient",
            without_gradient(of_soft=True, of_hard=False),
            "the-loss",
            also=(
                without_gradient(of_soft=False, of_hard=True),
                without_gradient(of_soft=True, of_hard=True),
                through_numpy,
            ),
        ),
        Misconception("without-factor", factors(0, 0), "optimizers"),
        Misconception("factor-on-all", factors(2, 2), "optimizers"),
        Misconception("factor-on-labels", factors(0, 2), "optimizers"),
        Misconception("factor-once", factors(1, 0), "the-factor"),
        Misconception("factor-twice", factors(4, 0), "optimizers"),
        Misconception("exchanged", exchanged(2), "optimizers", also=(exchanged(0),)),
        Misconception("not-weighted", added(False), "optimizers", also=(added(True),)),
        Misconception(
            "labels-tempered",
            labels_at(1),
            "optimizers",
            also=(labels_at(1, on_soft=0), labels_at(1, on_hard=2)),
        ),
        Misconception("softmax-twice", softmax_twice, "optimizers"),
        Misconception("labels-summed", labels_summed, "optimizers"),
        Misconception(
            "not-logarithms",
            without_logarithm(softmax=True),
            "optimizers",
            also=(without_logarithm(softmax=False),),
        ),
        Misconception("all-labels", all_labels_for_each, "optimizers"),
        Misconception("teachers-error", teachers_error, "optimizers"),
        Misconception("teachers-choice", teachers_choice, "optimizers"),
    ),
)
