"""Correct solutions written in other ways than the course's own: every one must pass."""

from __future__ import annotations

import math

import numpy as np
import torch

import tempkit

# --- chapter 00 ---------------------------------------------------------------------------------


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


# --- chapter 01 ---------------------------------------------------------------------------------


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


CORRECT_FORMS = {
    "temperature_softmax": (with_the_library, with_logsumexp, in_double, in_numpy, row_by_row),
    "form_entropies": (entropies_by_scipy_style, entropies_as_tensors, entropies_with_xlogy),
    "power_form": (power_with_logarithms, power_by_hand, power_with_type),
    "standard_errors_away": (away_in_shares, away_in_numpy, away_in_a_loop),
    "sampler_probabilities": (divided_logits, by_power_of_double, with_the_library),
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
