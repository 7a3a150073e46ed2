"""Other correct solutions of lab 08."""

from __future__ import annotations

import math
import statistics

import numpy as np
import torch
from torch.nn import functional


def loss_with_kl_div(student, teacher, temperature):
    log_q = functional.log_softmax(student / temperature, dim=-1)
    p = functional.softmax(teacher / temperature, dim=-1)
    return functional.kl_div(log_q, p, reduction="batchmean") * temperature**2


def loss_with_log_targets(student, teacher, temperature):
    rows = [torch.log_softmax(logits / temperature, 1) for logits in (student, teacher)]
    return temperature**2 * functional.kl_div(*rows, reduction="batchmean", log_target=True)


def loss_by_cross_entropy(student, teacher, temperature):
    p = torch.softmax(teacher / temperature, -1)
    cross = functional.cross_entropy(student / temperature, p)
    return temperature * temperature * (cross - torch.special.entr(p).sum(-1).mean())


def loss_row_by_row(student, teacher, temperature):
    total = 0
    for z, u in zip(student, teacher, strict=True):
        p, q = (torch.softmax(logits / temperature, 0) for logits in (u, z))
        total += sum(a * torch.log(a / b) for a, b in zip(p, q, strict=True))
    return temperature**2 * total / len(student)


def loss_of_a_teacher_cut_off(student, teacher, temperature):
    """No gradient has to reach the teacher."""
    return loss_with_kl_div(student, teacher.detach(), temperature)


def gradient_by_autograd(student, teacher, temperature):
    z = student.clone().requires_grad_()
    q, p = torch.log_softmax(z / temperature, -1), torch.softmax(teacher / temperature, -1)
    functional.kl_div(q, p, reduction="sum").backward()
    return z.grad


def gradient_in_lists(student, teacher, temperature):
    rows = []
    for z, u in zip(student.tolist(), teacher.tolist(), strict=True):
        weights = [[math.exp(a / temperature) for a in logits] for logits in (z, u)]
        q, p = ([w / sum(row) for w in row] for row in weights)
        rows.append([(a - b) / temperature for a, b in zip(q, p, strict=True)])
    return rows


def gradient_times_the_inverse(student, teacher, temperature):
    beta = 1 / temperature
    return beta * (torch.softmax(beta * student, 1) - torch.softmax(beta * teacher, 1))


def limit_of_both_centred(student, teacher):
    z = student - student.mean(1, keepdim=True)
    u = teacher - teacher.mean(1, keepdim=True)
    return (z - u) / student.size(1)


def limit_in_numpy(student, teacher):
    d = (student - teacher).cpu().numpy()
    return (d - d.mean(axis=1, keepdims=True)) / d.shape[1]


def limit_by_a_matrix(student, teacher):
    V = student.shape[-1]
    centre = torch.eye(V, dtype=student.dtype, device=student.device) - 1 / V
    return (student - teacher) @ centre / V


def limit_at_a_huge_temperature(student, teacher):
    """In float64 the rounding at 1e6 is smaller than the tolerance."""
    T = 1e6
    return T * (torch.softmax(student / T, -1) - torch.softmax(teacher / T, -1))


def mixed_with_kl_div(student, teacher, labels, temperature, weight):
    log_q = functional.log_softmax(student / temperature, dim=1)
    p = functional.softmax(teacher / temperature, dim=1)
    soft = functional.kl_div(log_q, p, reduction="batchmean") * temperature * temperature
    return soft * weight + functional.cross_entropy(student, labels) * (1.0 - weight)


def mixed_from_the_first_exercise(student, teacher, labels, temperature, weight):
    hard = torch.nn.CrossEntropyLoss()(student, labels)
    return weight * loss_by_cross_entropy(student, teacher, temperature) + (1 - weight) * hard


def mixed_by_indexing(student, teacher, labels, temperature, weight):
    chosen = torch.log_softmax(student, -1)[torch.arange(len(labels)), labels]
    soft = loss_with_log_targets(student, teacher, temperature)
    return torch.lerp(-chosen.mean(), soft, weight)


def difference_in_tensors(first, second):
    gain = first - second
    return gain.mean(), gain.std() / len(gain) ** 0.5


def difference_with_statistics(first, second):
    gains = [a - b for a, b in zip(first.tolist(), second.tolist(), strict=True)]
    return statistics.mean(gains), statistics.stdev(gains) / math.sqrt(len(gains))


def difference_in_numpy(first, second):
    gain = (first - second).cpu().numpy()
    return np.array([gain.mean(), gain.std(ddof=1) / np.sqrt(gain.size)])


FORMS = {
    "soft_loss": (
        loss_with_kl_div,
        loss_with_log_targets,
        loss_by_cross_entropy,
        loss_row_by_row,
        loss_of_a_teacher_cut_off,
    ),
    "logit_gradient": (gradient_by_autograd, gradient_in_lists, gradient_times_the_inverse),
    "limit_of_gradient": (
        limit_of_both_centred,
        limit_in_numpy,
        limit_by_a_matrix,
        limit_at_a_huge_temperature,
    ),
    "mixed_loss": (mixed_with_kl_div, mixed_from_the_first_exercise, mixed_by_indexing),
    "paired_difference": (
        difference_in_tensors,
        difference_with_statistics,
        difference_in_numpy,
    ),
}
