"""Other correct solutions of lab 10."""

from __future__ import annotations

import math

import numpy as np
import torch

import tempkit
from tempkit import filters


def drawn_far_out():
    return {"fault": 4, "logits": [2.0, 1.0, 0.5], "temperature": 1, "uniform": 0.999}


def drawn_in_a_tensor():
    return {
        "fault": torch.tensor(4),
        "logits": torch.tensor([3.0, 2.0]),
        "temperature": torch.tensor(1.0),
        "uniform": 0.9,
    }


def drawn_below_the_likeliest():
    return {"uniform": 0.1, "temperature": 1.0, "logits": [1.0, 2.0], "fault": 4.0}


def twice_in_the_cold():
    return {"fault": 3, "logits": [0.5, 0.0], "temperature": 0.5}


def twice_in_numpy():
    return {"fault": np.int64(3), "logits": np.array([2.0, 1.0, 0.1]), "temperature": 1.3}


def twice_with_an_impossible_token():
    return {"fault": 3, "logits": [1.0, -math.inf, 0.0], "temperature": 3}


def zero_as_an_integer():
    return {"fault": 5, "logits": [2, 1, 0], "temperature": 0}


def zero_with_ties():
    return {"fault": 5, "logits": [1.0, 1.0, 0.0], "temperature": 0.0}


def minus_zero():
    return {"fault": 5, "logits": [0.5, 0.0], "temperature": -0.0}


def nucleus_in_the_cold():
    return {"fault": 7, "logits": [1.0, 0.0], "temperature": 0.5, "top_p": 0.8}


def nucleus_of_the_words():
    return {"fault": 7, "logits": [2.0, 1.0, 0.5, 0.2, 0.1], "temperature": 2.0, "top_p": 0.6}


def nucleus_very_hot():
    return {"fault": 7, "logits": torch.tensor([3.0, 0.0, 0.0]), "temperature": 50.0, "top_p": 0.5}


def leak_between_certain_and_not():
    return {
        "fault": 12,
        "logits": [[3.0, 0.0], [3.0, 0.0], [3.0, 0.0]],
        "labels": [0, 0, 1],
        "part": [1, 2, 2],
    }


def leak_in_tensors():
    seed = torch.Generator("cpu").manual_seed(0)
    logits = torch.randn(40, 3, generator=seed, device="cpu")
    labels = logits.argmax(-1)
    labels[:20] = (labels[:20] + torch.arange(20, device="cpu") % 2) % 3
    part = torch.tensor([1, 2]).repeat_interleave(20)
    return {"fault": 12, "logits": logits, "labels": labels, "part": part}


def leak_beside_training_rows():
    rows = [[2.0, 0.0, 1.0]] * 9
    return {
        "fault": 12,
        "logits": rows,
        "labels": [0, 0, 0, 0, 2, 1, 0, 2, 0],
        "part": [0, 0, 0, 1, 1, 1, 2, 2, 2],
    }


def mended_with_the_library(logits, temperature, p):
    q = tempkit.softmax(logits, 1.0 if temperature is None else temperature)
    return tempkit.softmax(filters.top_p(torch.log(q), p))


def mended_on_logits(logits, temperature, p):
    if temperature is None:
        temperature = 1
    if temperature == 0:
        logits = torch.where(logits == logits.max(), 0.0, -torch.inf)
        temperature = 1
    return tempkit.softmax(filters.top_p(logits / temperature, p))


def mended_in_lists(logits, temperature, p):
    z = logits.tolist()
    if temperature == 0:
        weights = [float(a == max(z)) for a in z]
    else:
        heat = 1.0 if temperature is None else temperature
        weights = [math.exp((a - max(z)) / heat) for a in z]
    total = sum(weights)
    order = sorted(range(len(z)), key=lambda i: -weights[i])
    kept, mass = set(), 0.0
    for i in order:
        if p < 1 and kept and mass >= p:
            break
        kept.add(i)
        mass += weights[i] / total
    return [w / total / mass if i in kept else 0.0 for i, w in enumerate(weights)]


def report_with_the_estimator(logits, labels, part):
    scaler = tempkit.TemperatureScaler().fit(logits[part == 1], labels[part == 1])
    test, answers = logits[part == 2], labels[part == 2]
    return {
        "after": tempkit.nll(test, answers, scaler.temperature_),
        "before": tempkit.nll(test, answers),
        "temperature": scaler.temperature_,
    }


def report_with_cross_entropy(logits, labels, part):
    heat = tempkit.fit_temperature(logits[part == 1], labels[part == 1]).temperature
    test, answers = logits[part == 2], labels[part == 2]
    loss = torch.nn.functional.cross_entropy
    return {
        "temperature": heat,
        "before": loss(test, answers),
        "after": loss(test / heat, answers),
    }


def report_by_bisection(logits, labels, part):
    z, y = logits[part == 1].double(), labels[part == 1]
    low, high = 1e-3, 1e3
    for _ in range(100):
        b = (low * high) ** 0.5
        q = torch.softmax(b * z, -1)
        slope = ((q * z).sum(-1) - z.gather(-1, y[:, None]).squeeze(-1)).mean()
        low, high = (low, b) if slope > 0 else (b, high)
    test, answers = logits[part == 2], labels[part == 2]
    return {
        "temperature": 1 / b,
        "before": tempkit.nll(test, answers),
        "after": tempkit.nll(test, answers, 1 / b),
    }


FORMS = {
    "evidence_1": (drawn_far_out, drawn_in_a_tensor, drawn_below_the_likeliest),
    "evidence_2": (twice_in_the_cold, twice_in_numpy, twice_with_an_impossible_token),
    "evidence_3": (zero_as_an_integer, zero_with_ties, minus_zero),
    "evidence_4": (nucleus_in_the_cold, nucleus_of_the_words, nucleus_very_hot),
    "mended_probabilities": (mended_with_the_library, mended_on_logits, mended_in_lists),
    "evidence_5": (leak_between_certain_and_not, leak_in_tensors, leak_beside_training_rows),
    "calibration_report": (
        report_with_the_estimator,
        report_with_cross_entropy,
        report_by_bisection,
    ),
}
