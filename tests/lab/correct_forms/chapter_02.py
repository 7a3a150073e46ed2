"""Other correct solutions of lab 02."""

from __future__ import annotations

import bisect
import itertools
import math

import numpy as np
import torch

import tempkit


def cdf_by_counting(probabilities, uniforms):
    return (probabilities.cumsum(-1) <= uniforms.unsqueeze(-1)).sum(-1)


def cdf_by_argmax(probabilities, uniforms):
    return (probabilities.cumsum(-1) > uniforms.reshape(-1, 1)).int().argmax(-1)


def cdf_row_by_row(probabilities, uniforms):
    tokens = []
    for row, u in zip(probabilities.tolist(), uniforms.tolist(), strict=True):
        total = 0.0
        for token, p in enumerate(row):
            total += p
            if u < total:
                tokens.append(token)
                break
    return tokens


def cdf_in_numpy(probabilities, uniforms):
    rows, points = probabilities.cpu().numpy(), uniforms.cpu().numpy()
    return [
        np.searchsorted(np.cumsum(row), u, side="right")
        for row, u in zip(rows, points, strict=True)
    ]


def safely_by_the_last_possible(probabilities, uniforms):
    tokens = torch.searchsorted(probabilities.double().cumsum(-1), uniforms, right=True)
    return tokens.clamp(max=probabilities.nonzero().max().item())


def safely_normalised(probabilities, uniforms):
    cumulative = probabilities.double().cumsum(-1)
    return torch.searchsorted(cumulative / cumulative[-1], uniforms, right=True)


def safely_among_the_possible(probabilities, uniforms):
    possible = probabilities.nonzero().flatten()
    cumulative = probabilities[possible].double().cumsum(-1)
    places = torch.searchsorted(cumulative, uniforms, right=True)
    return possible[places.clamp(max=len(possible) - 1)]


def safely_in_plain_python(probabilities, uniforms):
    sums = list(itertools.accumulate(probabilities.tolist()))
    return [bisect.bisect_right(sums, u * sums[-1]) for u in uniforms.tolist()]


def safely_with_the_library(probabilities, uniforms):
    row = probabilities.double().log().expand(len(uniforms), -1)
    return tempkit.sample(row, uniforms=uniforms)


def safely_by_walking_back(probabilities, uniforms):
    edges, tokens = probabilities.double().cumsum(-1), []
    for token in torch.searchsorted(edges, uniforms, right=True).tolist():
        token = min(token, len(probabilities) - 1)
        while probabilities[token] == 0:
            token -= 1
        tokens.append(token)
    return tokens


def safely_by_counting(probabilities, uniforms):
    edges = probabilities.double().cumsum(-1)
    return (edges <= (uniforms * edges[-1])[:, None]).sum(-1)


def gumbel_with_scaled_noise(logits, temperature, uniforms):
    return torch.argmax(logits + temperature * -torch.log(-torch.log(uniforms)), dim=1)


def gumbel_as_a_race(logits, temperature, uniforms):
    return (-uniforms.log() / torch.softmax(logits.double() / temperature, -1)).argmin(-1)


def gumbel_in_single_precision(logits, temperature, uniforms):
    noise = -(-uniforms.float().log()).log()
    return (torch.log_softmax(logits / temperature, -1) + noise).argmax(-1)


def gumbel_in_numpy(logits, temperature, uniforms):
    u, z = uniforms.cpu().numpy(), logits.cpu().double().numpy()
    return np.argmax(z / temperature - np.log(-np.log(u)), axis=1)


def report_word_by_word(logits, temperature, tokens):
    p = torch.softmax(logits / temperature, -1)
    n = tokens.numel()
    return {
        "count": torch.stack([(tokens == word).sum() for word in range(len(p))]),
        "expected": n * p,
        "error": torch.sqrt(n * p * (1 - p)),
    }


def report_in_lists(logits, temperature, tokens):
    drawn, p = tokens.tolist(), tempkit.softmax(logits.double(), temperature).tolist()
    return {
        "count": [drawn.count(word) for word in range(len(p))],
        "expected": [len(drawn) * x for x in p],
        "error": [math.sqrt(len(drawn) * x * (1 - x)) for x in p],
    }


def report_by_one_hot(logits, temperature, tokens):
    p = tempkit.softmax(logits, temperature)
    hits = torch.nn.functional.one_hot(tokens, len(p)).sum(0)
    share_error = (p * (1 - p) / len(tokens)).sqrt()
    return {"count": hits, "expected": p * len(tokens), "error": share_error * len(tokens)}


def chi_square_in_lists(counts, expected):
    pairs = sorted(zip(expected.tolist(), counts.tolist(), strict=True))
    shared_e, shared_c, rest = 0.0, 0.0, []
    for e, c in pairs:
        if e < 5 or (0 < shared_e < 5):
            shared_e, shared_c = shared_e + e, shared_c + c
        else:
            rest.append((e, c))
    found = [*rest, (shared_e, shared_c)] if shared_e else rest
    return sum((c - e) ** 2 / e for e, c in found), len(found) - 1


def chi_square_by_mask(counts, expected):
    small = expected < 5
    if small.any() and expected[small].sum() < 5:
        next_one = torch.where(small, math.inf, expected).argmin()
        small[next_one] = True
    observed, wanted = counts[~small].double(), expected[~small]
    if small.any():
        observed = torch.cat([observed, counts[small].sum().double().reshape(1)])
        wanted = torch.cat([wanted, expected[small].sum().reshape(1)])
    return (observed**2 / wanted).sum() + wanted.sum() - 2 * observed.sum(), len(wanted) - 1


def chi_square_in_numpy(counts, expected):
    e = np.sort(expected.cpu().numpy())
    c = counts.cpu().numpy()[np.argsort(expected.cpu().numpy(), kind="stable")]
    k = int((e < 5).sum())
    if k and e[:k].sum() < 5:
        k += 1
    if k:
        e, c = np.append(e[k:], e[:k].sum()), np.append(c[k:], c[:k].sum())
    return np.array([((c - e) ** 2 / e).sum(), len(e) - 1])


def chi_square_with_a_loop(counts, expected):
    order = expected.argsort().tolist()
    small = [word for word in order if expected[word] < 5]
    if small and sum(expected[word] for word in small) < 5:
        small.append(order[len(small)])
    groups = [[word] for word in order if word not in small] + ([small] if small else [])
    statistic = 0.0
    for group in groups:
        c, e = counts[group].sum().item(), expected[group].sum().item()
        statistic += (c - e) ** 2 / e
    return statistic, len(groups) - 1


def alarms_as_a_mean(statistics, threshold):
    alarms = (statistics > threshold).double()
    return alarms.mean(), (alarms.var(correction=0) / len(alarms)).sqrt()


def alarms_with_the_error_of_any_mean(statistics, threshold):
    alarms = (statistics > threshold).double()
    return alarms.mean().item(), alarms.std().item() / math.sqrt(len(alarms))


def alarms_counted(statistics, threshold):
    n, hits = len(statistics), sum(x > threshold for x in statistics.tolist())
    return hits / n, math.sqrt(hits * (n - hits) / n) / n


def alarms_as_a_tensor(statistics, threshold):
    rate = (statistics > threshold).sum() / statistics.numel()
    return torch.stack([rate, (rate * (1 - rate) / statistics.numel()) ** 0.5])


FORMS = {
    "inverse_cdf": (cdf_by_counting, cdf_by_argmax, cdf_row_by_row, cdf_in_numpy),
    "draw_safely": (
        safely_by_the_last_possible,
        safely_normalised,
        safely_among_the_possible,
        safely_in_plain_python,
        safely_by_walking_back,
        safely_by_counting,
        safely_with_the_library,
    ),
    "gumbel_max": (
        gumbel_with_scaled_noise,
        gumbel_as_a_race,
        gumbel_in_single_precision,
        gumbel_in_numpy,
    ),
    "draw_report": (report_word_by_word, report_in_lists, report_by_one_hot),
    "chi_square": (
        chi_square_in_lists,
        chi_square_by_mask,
        chi_square_in_numpy,
        chi_square_with_a_loop,
    ),
    "alarm_rate": (
        alarms_as_a_mean,
        alarms_with_the_error_of_any_mean,
        alarms_counted,
        alarms_as_a_tensor,
    ),
}
