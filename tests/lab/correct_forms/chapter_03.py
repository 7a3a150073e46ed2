"""Other correct solutions of lab 03."""

from __future__ import annotations

import math

import numpy as np
import torch

import tempkit
from tempkit import filters

INF = float("inf")


def share_by_the_spread(draws, k):
    tail = (draws >= k).double()
    return tail.mean(), tail.std() / math.sqrt(len(draws))


def share_in_plain_python(draws, k):
    draws = draws.tolist()
    share = sum(position >= k for position in draws) / len(draws)
    return [share, (share * (1 - share) / len(draws)) ** 0.5]


def share_in_numpy(draws, k):
    tail = draws.cpu().numpy() >= k
    return np.array([tail.mean(), tail.std() / np.sqrt(tail.size)])


def top_k_by_the_order(logits, k):
    order = torch.argsort(-logits, stable=True)
    rank = torch.argsort(order)
    return torch.where(rank < k, logits, -INF)


def top_k_in_lists(logits, k):
    z = logits.tolist()
    order = sorted(range(len(z)), key=lambda i: -z[i])[:k]
    return [z[i] if i in order else -INF for i in range(len(z))]


def top_k_with_the_library(logits, k):
    return filters.top_k(logits, k)


def top_p_by_what_stands_before(logits, p):
    sorted_logits, order = torch.sort(logits, descending=True, stable=True)
    total = torch.softmax(sorted_logits.double(), -1).cumsum(-1)
    removed = torch.zeros_like(total, dtype=torch.bool)
    removed[1:] = total[:-1] >= p
    filtered = logits.clone()
    if p < 1:
        filtered[order[removed]] = -INF
    return filtered


def top_p_in_a_loop(logits, p):
    q = torch.softmax(logits.double(), -1).tolist()
    order = sorted(range(len(q)), key=lambda i: -q[i])
    total, filtered = 0.0, [-INF] * len(q)
    for place, i in enumerate(order):
        if place and p < 1 and total >= p:
            break
        filtered[i], total = logits[i].item(), total + q[i]
    return filtered


def top_p_with_the_library(logits, p):
    return filters.top_p(logits, p)


def min_p_on_probabilities(logits, p):
    q = torch.softmax(logits, -1)
    return torch.where(q >= p * q.max(), logits, -INF)


def min_p_in_lists(logits, p):
    z = logits.tolist()
    return [a if math.exp(a - max(z)) >= p else -INF for a in z]


def min_p_on_logits(logits, p):
    gap = torch.log(torch.tensor(p, dtype=torch.float64))
    return logits.masked_fill((logits - logits.max()).cpu() < gap, -INF)


def min_p_by_ratios(logits, p):
    ratios = torch.exp(logits - logits.max())
    kept = ratios >= p
    filtered = torch.full_like(logits, -INF)
    filtered[kept] = logits[kept]
    return filtered


def orders_with_the_library(logits, temperature, keep):
    return {
        "temperature_first": tempkit.softmax(keep(filters.temper(logits, temperature))),
        "temperature_last": tempkit.softmax(keep(logits), temperature),
    }


def orders_by_renormalising(logits, temperature, keep):
    q = torch.softmax(logits / temperature, -1)
    made = {}
    for name, filtered in (
        ("temperature_last", keep(logits)),
        ("temperature_first", keep(logits / temperature)),
    ):
        weights = q * torch.isfinite(filtered)
        made[name] = (weights / weights.sum()).tolist()
    return made


def orders_by_exponentials(logits, temperature, keep):
    hot, late = torch.exp(keep(logits / temperature)), torch.exp(keep(logits) / temperature)
    return {"temperature_first": hot / hot.sum(), "temperature_last": late / late.sum()}


def size_by_searching(logits, temperature, p):
    total = torch.softmax(logits / temperature, -1).sort(descending=True).values.cumsum(-1)
    return torch.searchsorted(total, torch.tensor(p, dtype=total.dtype)) + 1


def size_with_the_library(logits, temperature, p):
    return torch.isfinite(filters.top_p(logits / temperature, p)).sum()


def size_in_a_loop(logits, temperature, p):
    total, size = 0.0, 0
    for q in sorted(torch.softmax(logits / temperature, -1).tolist(), reverse=True):
        if total >= p:
            break
        total, size = total + q, size + 1
    return size


def size_by_what_stands_before(logits, temperature, p):
    q = torch.softmax(logits.float() / temperature, -1).sort(descending=True).values
    return (q.cumsum(-1) - q < p).sum().item()


def size_in_numpy(logits, temperature, p):
    weights = np.sort(np.exp(logits.cpu().numpy() / temperature))[::-1]
    return np.searchsorted(np.cumsum(weights / weights.sum()), p) + 1


def penalty_with_the_library(logits, previous_tokens, penalty):
    return filters.repetition_penalty(logits, previous_tokens, penalty)


def penalty_in_lists(logits, previous_tokens, penalty):
    z = logits.tolist()
    for i in set(previous_tokens.tolist()):
        z[i] = z[i] / penalty if z[i] > 0 else z[i] * penalty
    return z


def penalty_in_a_loop(logits, previous_tokens, penalty):
    penalised = logits.clone()
    for token in previous_tokens:
        z = logits[token]
        penalised[token] = z / penalty if z > 0 else z * penalty
    return penalised


def penalty_by_a_table_of_signs(logits, previous_tokens, penalty):
    previous = previous_tokens.unique()
    penalised = logits.clone()
    penalised[previous] = logits[previous] * penalty ** -torch.sign(logits[previous])
    return penalised


FORMS = {
    "tail_share": (share_by_the_spread, share_in_plain_python, share_in_numpy),
    "keep_top_k": (top_k_by_the_order, top_k_in_lists, top_k_with_the_library),
    "keep_top_p": (top_p_by_what_stands_before, top_p_in_a_loop, top_p_with_the_library),
    "keep_min_p": (min_p_on_probabilities, min_p_in_lists, min_p_on_logits, min_p_by_ratios),
    "both_orders": (orders_with_the_library, orders_by_renormalising, orders_by_exponentials),
    "nucleus_size": (
        size_by_searching,
        size_with_the_library,
        size_in_a_loop,
        size_by_what_stands_before,
        size_in_numpy,
    ),
    "penalise": (
        penalty_with_the_library,
        penalty_in_lists,
        penalty_in_a_loop,
        penalty_by_a_table_of_signs,
    ),
}
