"""Other correct solutions of lab 00."""

from __future__ import annotations

import math

import numpy as np
import torch

import tempkit


def with_the_library(logits, temperature):
    return tempkit.softmax(logits, temperature)


def with_logsumexp(logits, temperature):
    gaps = (logits - logits.max(-1, keepdim=True).values) / temperature
    return torch.exp(gaps - torch.logsumexp(gaps, -1, keepdim=True))


def in_double(logits, temperature):
    return torch.softmax(logits.double() / temperature, dim=-1)


def in_numpy(logits, temperature):
    z = logits.cpu().numpy()
    weights = np.exp((z - z.max(-1, keepdims=True)) / temperature)
    return weights / weights.sum(-1, keepdims=True)


def row_by_row(logits, temperature):
    if logits.ndim > 1:
        return torch.stack([row_by_row(row, temperature) for row in logits])
    weights = [math.exp((z - max(logits.tolist())) / temperature) for z in logits.tolist()]
    return torch.tensor([w / sum(weights) for w in weights])


def by_power_of_double(logits, temperature):
    weights = torch.softmax(logits.double(), -1) ** (1 / temperature)
    return weights / weights.sum()


def divided_logits(logits, temperature):
    return torch.softmax(logits / temperature, dim=-1)


def entropies_by_scipy_style(logits, temperature):
    z = logits.double().tolist()
    p = [math.exp(a) for a in z]
    p = [a / sum(p) for a in p]
    double = [math.exp(a / temperature) for a in p]
    forms = {
        "inside": [math.exp(a / temperature) for a in z],
        "power": [a ** (1 / temperature) for a in p],
        "divided": [a / temperature for a in p],
        "double_softmax": double,
    }
    out = {}
    for key, weights in forms.items():
        total = sum(weights)
        out[key] = -sum(w / total * math.log(w / total) for w in weights if w > 0)
    return out


def entropies_as_tensors(logits, temperature):
    p = torch.softmax(logits, -1)
    forms = {
        "double_softmax": torch.softmax(p / temperature, -1),
        "divided": p,
        "inside": torch.softmax(logits / temperature, -1),
        "power": torch.softmax(torch.log_softmax(logits, -1) / temperature, -1),
    }
    return {key: torch.distributions.Categorical(probs=w).entropy() for key, w in forms.items()}


def entropies_with_xlogy(logits, temperature):
    p = torch.softmax(logits.float(), 0)

    def entropy(weights):
        weights = weights / weights.sum()
        return float(-torch.xlogy(weights, weights).sum())

    return {
        "inside": entropy((logits / temperature).softmax(0)),
        "power": entropy(p.pow(1 / temperature)),
        "divided": entropy(p.div(temperature)),
        "double_softmax": entropy((p / temperature).softmax(0)),
    }


def power_with_logarithms(logits, temperature, dtype):
    p = torch.softmax(logits.to(dtype), -1)
    weights = torch.exp(torch.log(p) / temperature)
    return weights / weights.sum()


def power_by_hand(logits, temperature, dtype):
    z = logits.to(dtype)
    p = (z - z.max()).exp()
    p = p / p.sum()
    weights = p.pow(1.0 / temperature)
    return (weights / weights.sum()).float()


def power_with_type(logits, temperature, dtype):
    weights = torch.softmax(logits.type(dtype), 0) ** (temperature**-1)
    return torch.nn.functional.normalize(weights, p=1, dim=0)


def away_in_shares(counts, probabilities):
    n = counts.sum()
    return (counts / n - probabilities) / torch.sqrt(probabilities * (1 - probabilities) / n)


def away_in_numpy(counts, probabilities):
    c, p = counts.cpu().numpy(), probabilities.cpu().numpy()
    return (c - c.sum() * p) / np.sqrt(c.sum() * p * (1 - p))


def away_in_a_loop(counts, probabilities):
    n = sum(counts.tolist())
    return [
        (c - n * p) / math.sqrt(n * p * (1 - p))
        for c, p in zip(counts.tolist(), probabilities.tolist(), strict=True)
    ]


FORMS = {
    "temperature_softmax": (with_the_library, with_logsumexp, in_double, in_numpy, row_by_row),
    "form_entropies": (entropies_by_scipy_style, entropies_as_tensors, entropies_with_xlogy),
    "power_form": (power_with_logarithms, power_by_hand, power_with_type),
    "standard_errors_away": (away_in_shares, away_in_numpy, away_in_a_loop),
    "sampler_probabilities": (divided_logits, by_power_of_double, with_the_library),
}
