"""Other correct solutions of lab 01."""

from __future__ import annotations

import math

import numpy as np
import torch

import tempkit


def table_with_the_library(logits, temperatures):
    return torch.stack([tempkit.softmax(logits, t) for t in temperatures])


def table_in_one_go(logits, temperatures):
    column = torch.tensor(temperatures, dtype=torch.float64, device=logits.device)
    return tempkit.softmax(logits.expand(len(temperatures), -1), column)


def table_in_lists(logits, temperatures):
    z, rows = logits.tolist(), []
    for t in temperatures:
        if t == 0:
            weights = [float(a == max(z)) for a in z]
        elif math.isinf(t):
            weights = [float(not math.isinf(a)) for a in z]
        else:
            weights = [math.exp((a - max(z)) / t) for a in z]
        rows.append([w / sum(weights) for w in weights])
    return rows


def spectrum_by_sorting(logits, temperatures, k):
    order = logits.sort(descending=True).indices[:k]
    return torch.stack([tempkit.softmax(logits, t)[order] for t in temperatures])


def spectrum_of_topk_probabilities(logits, temperatures, k):
    return torch.stack([tempkit.softmax(logits, t).topk(k).values for t in temperatures])


def spectrum_in_lists(logits, temperatures, k):
    return [sorted(torch.softmax(logits / t, -1).tolist(), reverse=True)[:k] for t in temperatures]


def curve_with_the_library(logits, temperatures):
    return [tempkit.entropy(logits, t) for t in temperatures]


def curve_with_categorical(logits, temperatures):
    return [
        torch.distributions.Categorical(logits=logits / t).entropy().item() for t in temperatures
    ]


def curve_by_log_z(logits, temperatures):
    rows = []
    for t in temperatures:
        scaled = (logits.double() - logits.max()) / t
        q = torch.softmax(scaled, -1)
        rows.append(torch.logsumexp(scaled, -1) - (q * scaled).sum())
    return torch.stack(rows)


def slope_with_the_library(logits, temperature):
    return tempkit.entropy_sweep(logits, torch.tensor([temperature])).slope.item()


def slope_by_autograd(logits, temperature):
    t = torch.tensor(temperature, dtype=torch.float64, requires_grad=True)
    tempkit.entropy(logits.double(), t).backward()
    return t.grad


def slope_by_moments(logits, temperature):
    q = torch.softmax(logits / temperature, 0)
    return (q @ logits**2 - (q @ logits) ** 2) / temperature**3


def temperature_with_the_library(logits, entropy):
    return tempkit.temperature_for_entropy(logits, entropy)


def temperature_by_plain_bisection(logits, entropy):
    tied = (logits == logits.max()).sum().item()
    possible = torch.isfinite(logits).sum().item()
    if not math.log(tied) < entropy < math.log(possible):
        raise ValueError("no temperature has this entropy")
    low, high = 0.0, 1e4
    for _ in range(200):
        middle = (low + high) / 2
        if tempkit.entropy(logits.double(), middle) < entropy:
            low = middle
        else:
            high = middle
    return middle


def temperature_from_a_grid(logits, entropy):
    grid = torch.logspace(-4, 4, 40_001, dtype=torch.float64)
    curve = tempkit.entropy_sweep(logits.cpu(), grid).entropy
    if not curve[0] + 1e-9 < entropy < curve[-1]:
        raise ValueError("no temperature has this entropy")
    return grid[torch.searchsorted(curve, entropy)].item()


def draws_with_one_degree_less(surprisals):
    n = len(surprisals)
    return surprisals.mean(), surprisals.std(correction=0) / math.sqrt(n)


def draws_in_numpy(surprisals):
    x = surprisals.cpu().numpy()
    return np.array([x.mean(), x.std() / np.sqrt(x.size)])


def draws_as_a_tensor(surprisals):
    return torch.stack([surprisals.mean(), (surprisals.var() / surprisals.numel()).sqrt()])


FORMS = {
    "distribution_table": (table_with_the_library, table_in_one_go, table_in_lists),
    "full_spectrum": (spectrum_by_sorting, spectrum_of_topk_probabilities, spectrum_in_lists),
    "entropy_curve": (curve_with_the_library, curve_with_categorical, curve_by_log_z),
    "entropy_slope": (slope_with_the_library, slope_by_autograd, slope_by_moments),
    "temperature_for": (
        temperature_with_the_library,
        temperature_by_plain_bisection,
        temperature_from_a_grid,
    ),
    "entropy_from_draws": (draws_with_one_degree_less, draws_in_numpy, draws_as_a_tensor),
}
