"""Other correct solutions of lab 04."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import torch
from torch.nn import functional

import tempkit


def table_with_the_library(logits, temperature, k):
    ids = logits[-1].argsort(descending=True)[:k]
    q = tempkit.softmax(logits, temperature)[-1]
    return {"id": ids, "logit": logits[-1, ids], "probability": q[ids]}


def table_by_the_sum(logits, temperature, k):
    values, ids = torch.topk(logits[-1], k)
    normaliser = torch.logsumexp(logits[-1] / temperature, -1)
    probability = torch.exp(values / temperature - normaliser)
    return {"probability": probability, "id": ids, "logit": values}


def table_in_lists(logits, temperature, k):
    row = logits[-1].tolist()
    q = torch.softmax(logits[-1] / temperature, -1).tolist()
    order = sorted(range(len(row)), key=lambda i: -row[i])[:k]
    return {"id": order, "logit": [row[i] for i in order], "probability": [q[i] for i in order]}


def chain_in_a_loop(logits, ids):
    total = 0.0
    for i in range(1, len(ids)):
        total = total + torch.log_softmax(logits[i - 1], -1)[ids[i]]
    return total


def chain_by_cross_entropy(logits, ids):
    return -functional.cross_entropy(logits[:-1], ids[1:], reduction="sum")


def chain_with_indices(logits, ids):
    rows = torch.log_softmax(logits, -1)
    return rows[torch.arange(len(ids) - 1), ids[1:]].sum().item()


def both_by_logarithms(first, second, temperature):
    joint = torch.log(first)[:, None] + torch.log(second)
    start = torch.log_softmax(torch.log(first) / temperature, -1)
    rows = torch.log_softmax(torch.log(second) / temperature, -1)
    sequences = torch.softmax((joint / temperature).flatten(), -1).view_as(joint)
    return {"tokens": torch.exp(start[:, None] + rows), "sequences": sequences}


def both_with_the_library(first, second, temperature):
    steps = tempkit.softmax(first.log(), temperature)[:, None]
    whole = tempkit.softmax((first[:, None] * second).log().flatten(), temperature)
    return {
        "tokens": steps * tempkit.softmax(second.log(), temperature),
        "sequences": whole.reshape(second.shape),
    }


def both_in_lists(first, second, temperature):
    a, b = first.tolist(), second.tolist()
    power = lambda p: p ** (1 / temperature)  # noqa: E731
    total = sum(map(power, a))
    tokens = [
        [power(p) / total * power(q) / sum(map(power, row)) for q in row]
        for p, row in zip(a, b, strict=True)
    ]
    whole = [[power(p * q) for q in row] for p, row in zip(a, b, strict=True)]
    normaliser = sum(map(sum, whole))
    sequences = [[w / normaliser for w in row] for row in whole]
    return {"tokens": tokens, "sequences": sequences}


def distinct_with_zip(texts, n):
    runs = []
    for text in texts:
        runs += zip(*(text[i:] for i in range(n)), strict=False)
    return len(set(runs)) / len(runs)


def distinct_by_counting(texts, n):
    counts = Counter(
        " ".join(map(str, text[i : i + n]))
        for text in texts
        for i in range(len(text))
        if i + n <= len(text)
    )
    return len(counts) / counts.total()


def distinct_step_by_step(texts, n):
    seen, total = set(), 0
    for text in texts:
        for end in range(n, len(text) + 1):
            seen.add(tuple(text[end - n : end]))
            total += 1
    return torch.tensor(len(seen) / total)


def grammatical_as_a_tensor(leak, lengths):
    return ((1 - leak) ** torch.tensor(lengths, dtype=torch.float64)).mean()


def grammatical_in_numpy(leak, lengths):
    return np.mean(np.power(1.0 - leak, lengths))


def grammatical_by_logarithms(leak, lengths):
    return sum(math.exp(n * math.log1p(-leak)) for n in lengths) / len(lengths)


def curve_by_kl_div(truth, logits, temperatures):
    return [
        functional.kl_div(torch.log_softmax(logits / t, -1), truth, reduction="batchmean")
        for t in temperatures
    ]


def curve_with_xlogy(truth, logits, temperatures):
    own = torch.xlogy(truth, truth).sum(-1)
    rows = [own - (truth * torch.log_softmax(logits / t, -1)).sum(-1) for t in temperatures]
    return torch.stack(rows).mean(-1)


def curve_where_possible(truth, logits, temperatures):
    curve = []
    for t in temperatures:
        log_q = tempkit.log_softmax(logits, t)
        log_p = torch.log(truth.clamp_min(1e-30))
        terms = torch.where(truth > 0, truth * (log_p - log_q), 0.0)
        curve.append(terms.sum().item() / len(truth))
    return curve


FORMS = {
    "next_token_table": (table_with_the_library, table_by_the_sum, table_in_lists),
    "sequence_log_probability": (chain_in_a_loop, chain_by_cross_entropy, chain_with_indices),
    "temper_both": (both_by_logarithms, both_with_the_library, both_in_lists),
    "distinct_n": (distinct_with_zip, distinct_by_counting, distinct_step_by_step),
    "predicted_grammatical": (
        grammatical_as_a_tensor,
        grammatical_in_numpy,
        grammatical_by_logarithms,
    ),
    "kl_curve": (curve_by_kl_div, curve_with_xlogy, curve_where_possible),
}
