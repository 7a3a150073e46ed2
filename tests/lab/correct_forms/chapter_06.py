"""Other correct solutions of lab 06."""

from __future__ import annotations

import math

import numpy as np
import torch

import tempkit
from tempkit import decisions


def monitor_with_the_library(logits, temperatures):
    table = decisions.monitor(logits, temperatures)
    places = ["max_probability", "second_probability", "third_probability"]
    return {
        "prediction": table["prediction"].to_numpy(),
        "top_three": table[places].to_numpy(),
        "entropy": table["entropy"].to_numpy(),
    }


def monitor_in_a_loop(logits, temperatures):
    table = {"prediction": [], "top_three": [], "entropy": []}
    for temperature in temperatures:
        q = torch.softmax(logits / temperature, dim=-1)
        table["prediction"].append(int(q.argmax()))
        table["top_three"].append(q.topk(3).values.tolist())
        table["entropy"].append(-sum(p * math.log(p) for p in q.tolist() if p > 0))
    return table


def monitor_all_at_once(logits, temperatures):
    rows = logits / torch.tensor(temperatures, dtype=logits.dtype)[:, None]
    log_q = torch.log_softmax(rows, dim=-1)
    q = log_q.exp()
    return {
        "prediction": rows.argmax(dim=-1),
        "top_three": torch.sort(q, descending=True).values[:, :3],
        "entropy": -torch.where(q > 0, q * log_q, 0.0).sum(dim=-1),
    }


def review_with_the_library(logits, labels, temperature, limit):
    sent = tempkit.entropy(logits, temperature) > limit
    wrong = (logits.argmax(-1) != labels).double()
    return sent.double().mean(), wrong[~sent].mean(), wrong[sent].mean()


def review_by_distribution(logits, labels, temperature, limit):
    q = torch.distributions.Categorical(logits=logits / temperature)
    kept = q.entropy() <= limit
    right = logits.argmax(dim=1) == labels
    return [
        1 - kept.sum().item() / len(kept),
        1 - right[kept].double().mean().item(),
        1 - right[~kept].double().mean().item(),
    ]


def review_by_distribution_of_probabilities(logits, labels, temperature, limit):
    q = torch.distributions.Categorical(probs=torch.softmax(logits / temperature, dim=-1))
    sent = q.entropy() > limit
    wrong = (logits.argmax(dim=1) != labels).double()
    return sent.double().mean(), wrong[~sent].mean(), wrong[sent].mean()


def review_in_a_loop(logits, labels, temperature, limit):
    groups = {True: [], False: []}
    for row, label in zip(logits, labels, strict=True):
        q = torch.softmax(row / temperature, dim=-1)
        entropy = -sum(p * math.log(p) for p in q.tolist() if p > 0)
        groups[bool(entropy > limit)].append(int(row.argmax() != label))
    share = len(groups[True]) / len(labels)
    return share, *(sum(groups[key]) / len(groups[key]) for key in (False, True))


def error_in_a_loop(wrong, image):
    rate = wrong.double().mean()
    total = 0.0
    for one in image.unique():
        total += (wrong[image == one].double() - rate).sum() ** 2
    return rate, total.sqrt() / len(wrong)


def error_with_bincount(wrong, image):
    values = wrong.cpu().numpy().astype(float)
    surplus = np.bincount(image.cpu().numpy(), weights=values - values.mean())
    return np.array([values.mean(), np.sqrt((surplus**2).sum()) / len(values)])


def error_by_a_table(wrong, image):
    belongs = (image[:, None] == image.unique()).double()
    rate = wrong.double().mean()
    return [rate.item(), (belongs.T @ (wrong.double() - rate)).norm().item() / len(wrong)]


def error_in_plain_python(wrong, image):
    values, names = [float(w) for w in wrong], image.tolist()
    rate = sum(values) / len(values)
    sums = {}
    for value, name in zip(values, names, strict=True):
        sums[name] = sums.get(name, 0.0) + value - rate
    return rate, math.sqrt(sum(s * s for s in sums.values())) / len(values)


def retry_with_the_library(logits, temperature, threshold):
    first = decisions.accept(logits, threshold, temperature)
    second = decisions.accept(logits, threshold, temperature / 2)
    return {"first": first, "rescued": second & ~first}


def retry_by_squares(logits, temperature, threshold):
    q = torch.softmax(logits / temperature, dim=-1)
    first = q.amax(-1) >= threshold
    again = (q**2 / (q**2).sum(-1, keepdim=True)).amax(-1) >= threshold
    return {"first": first, "rescued": torch.logical_and(again, torch.logical_not(first))}


def retry_in_a_loop(logits, temperature, threshold):
    first, rescued = [], []
    for row in logits:
        once = torch.softmax(row / temperature, dim=0).max() >= threshold
        again = torch.softmax(row / (0.5 * temperature), dim=0).max() >= threshold
        first.append(bool(once))
        rescued.append(bool(again) and not bool(once))
    return {"first": first, "rescued": rescued}


def risks_with_the_library(confidence, wrong):
    return decisions.risk_coverage(confidence, ~wrong).risk


def risks_in_a_loop(confidence, wrong):
    order = sorted(range(len(wrong)), key=lambda i: -float(confidence[i]))
    errors, risks = 0, []
    for count, i in enumerate(order, start=1):
        errors += int(wrong[i])
        risks.append(errors / count)
    return risks


def risks_in_numpy(confidence, wrong):
    order = np.argsort(-confidence.cpu().numpy())
    return np.cumsum(wrong.cpu().numpy()[order]) / np.arange(1, len(order) + 1)


def log_odds_by_masking(logits, temperature):
    z = logits / temperature
    top, place = z.max(dim=-1)
    others = z.scatter(-1, place[:, None], float("-inf"))
    return top - torch.logsumexp(others, dim=-1)


def log_odds_by_gaps(logits, temperature):
    z = torch.sort(logits, dim=-1, descending=True).values
    gaps = (z[:, :1] - z[:, 1:]) / temperature
    return -torch.logsumexp(-gaps, dim=-1)


def log_odds_by_logarithms(logits, temperature):
    log_q = torch.log_softmax(logits / temperature, dim=-1).sort(dim=-1).values
    return log_q[:, -1] - log_q[:, :-1].logsumexp(dim=-1)


def log_odds_in_a_loop(logits, temperature):
    found = []
    for row in logits:
        top, *rest = sorted((row / temperature).tolist(), reverse=True)
        found.append(top - rest[0] - math.log(sum(math.exp(z - rest[0]) for z in rest)))
    return found


def cost_row_by_row(confidence, wrong, threshold, review):
    total = 0.0
    for c, w in zip(confidence.tolist(), wrong.tolist(), strict=True):
        total += float(w) if c >= threshold else review
    return total / len(confidence)


def cost_by_choosing(confidence, wrong, threshold, review):
    return torch.where(confidence >= threshold, wrong.double(), review).mean()


def cost_by_shares(confidence, wrong, threshold, review):
    accepted = confidence >= threshold
    kept = accepted.double().mean().item()
    errors = (wrong & accepted).sum().item() / len(wrong)
    return np.float64(errors + review * (1 - kept))


FORMS = {
    "monitor_row": (monitor_with_the_library, monitor_in_a_loop, monitor_all_at_once),
    "review_by_entropy": (
        review_with_the_library,
        review_by_distribution,
        review_by_distribution_of_probabilities,
        review_in_a_loop,
    ),
    "error_by_image": (
        error_in_a_loop,
        error_with_bincount,
        error_by_a_table,
        error_in_plain_python,
    ),
    "retry_colder": (retry_with_the_library, retry_by_squares, retry_in_a_loop),
    "risk_curve": (risks_with_the_library, risks_in_a_loop, risks_in_numpy),
    "log_odds": (
        log_odds_by_masking,
        log_odds_by_gaps,
        log_odds_by_logarithms,
        log_odds_in_a_loop,
    ),
    "mean_cost": (cost_row_by_row, cost_by_choosing, cost_by_shares),
}
