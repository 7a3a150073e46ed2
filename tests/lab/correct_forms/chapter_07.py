"""Other correct solutions of lab 07."""

from __future__ import annotations

import math
import statistics

import numpy as np
import torch

import tempkit


def temperatures_at_once(logits, temperatures):
    column = torch.tensor(temperatures, dtype=logits.dtype)[:, None]
    return torch.softmax(logits / column, dim=-1)


def temperatures_in_a_loop_on_copies(logits, temperatures):
    rows = []
    for temperature in temperatures:
        scaled = logits.clone()
        scaled /= temperature
        rows.append(torch.softmax(scaled, dim=-1))
    return torch.stack(rows)


def temperatures_with_the_library(logits, temperatures):
    return [tempkit.softmax(logits, temperature) for temperature in temperatures]


def temperatures_in_lists(logits, temperatures):
    rows = []
    for temperature in temperatures:
        weights = [math.exp(z / temperature) for z in logits.tolist()]
        rows.append([weight / sum(weights) for weight in weights])
    return rows


def adaptive_by_entr(logits, certain, uniform):
    surprise = torch.special.entr(torch.softmax(logits, dim=-1)).sum(dim=-1)
    most = torch.isfinite(logits).sum(dim=-1).double().log()
    share = torch.nan_to_num(surprise / most)
    return certain * (1 - share) + uniform * share


def adaptive_row_by_row(logits, certain, uniform):
    temperatures = []
    for row in logits.tolist():
        finite = [z for z in row if z > -math.inf]
        weights = [math.exp(z - max(finite)) for z in finite]
        shares = [weight / sum(weights) for weight in weights]
        surprise = -sum(p * math.log(p) for p in shares if p > 0)
        share = surprise / math.log(len(finite)) if len(finite) > 1 else 0.0
        temperatures.append(certain + (uniform - certain) * share)
    return temperatures


def adaptive_in_bits(logits, certain, uniform):
    bits = tempkit.entropy(logits, unit="bits")
    most = (logits != -torch.inf).sum(-1).clamp_min(2).log2()
    return certain + (uniform - certain) * bits / most


def adaptive_by_a_mask(logits, certain, uniform):
    q = torch.softmax(logits, -1)
    log_q = torch.log_softmax(logits, -1).masked_fill(q == 0, 0.0)
    most = torch.log((q > 0).sum(-1).float())
    return certain + (uniform - certain) * -(q * log_q).sum(-1) / (most + 1e-9)


def gap_in_numpy(first, second):
    gaps = first.cpu().numpy() - second.cpu().numpy()
    return gaps.mean(), gaps.std(ddof=1) / np.sqrt(len(gaps))


def gap_in_plain_python(first, second):
    gaps = [a - b for a, b in zip(first.tolist(), second.tolist(), strict=True)]
    return statistics.mean(gaps), statistics.stdev(gaps) / len(gaps) ** 0.5


def gap_by_covariance(first, second):
    n = len(first)
    spread = torch.cov(torch.stack([first, second]))
    variance = spread[0, 0] + spread[1, 1] - 2 * spread[0, 1]
    return first.mean() - second.mean(), (variance / n).sqrt()


def annealed_with_the_library(input_ids, scores, prompt_length, start, end, steps):
    step = input_ids.shape[-1] - prompt_length
    return scores / tempkit.schedules.linear(start, end, steps)(step)


def annealed_by_equal_steps(input_ids, scores, prompt_length, start, end, steps):
    step = min(input_ids.size(1) - prompt_length, steps)
    return scores / (start - step * (start - end) / steps)


def annealed_case_by_case(input_ids, scores, prompt_length, start, end, steps):
    written = len(input_ids[0]) - prompt_length
    if written >= steps:
        temperature = end
    else:
        temperature = start * (steps - written) / steps + end * written / steps
    return torch.div(scores, temperature)


def positions_by_formula(prompt, new):
    return {
        "with_cache": prompt + new - 1,
        "one_call_a_token": new * prompt + new * (new - 1) / 2,
    }


def positions_by_counting(prompt, new):
    length, first, second = prompt, 0, 0
    for step in range(new):
        second += length
        first += prompt if step == 0 else 1
        length += 1
    return {"one_call_a_token": second, "with_cache": first}


def positions_by_a_difference(prompt, new):
    last = prompt + new - 1
    return {
        "with_cache": last,
        "one_call_a_token": last * (last + 1) // 2 - prompt * (prompt - 1) // 2,
    }


def averages_with_the_library(logits, temperatures, weights):
    single = 1 / sum(w / t for w, t in zip(weights, temperatures, strict=True))
    mean = sum(w * logits / t for w, t in zip(weights, temperatures, strict=True))
    return {
        "mixture": sum(
            w * tempkit.softmax(logits, t) for w, t in zip(weights, temperatures, strict=True)
        ),
        "mean_logits": torch.softmax(mean, -1),
        "temperature": single,
    }


def averages_by_products(logits, temperatures, weights):
    members = torch.stack([torch.softmax(logits / t, -1) for t in temperatures])
    column = torch.tensor(weights, dtype=logits.dtype)
    product = (members ** column[:, None]).prod(0)
    rate = (column / torch.tensor(temperatures, dtype=logits.dtype)).sum()
    return {
        "temperature": 1 / rate,
        "mixture": column @ members,
        "mean_logits": product / product.sum(),
    }


def averages_in_numpy(logits, temperatures, weights):
    z, w = logits.double().cpu().numpy(), np.array(weights)
    heats = np.array(temperatures)
    powers = np.exp(z / heats[:, None])
    members = powers / powers.sum(-1, keepdims=True)
    mean = np.exp((w[:, None] * z / heats[:, None]).sum(0))
    return {
        "mixture": w @ members,
        "mean_logits": mean / mean.sum(),
        "temperature": 1 / np.sum(w / heats),
    }


FORMS = {
    "every_temperature": (
        temperatures_at_once,
        temperatures_in_a_loop_on_copies,
        temperatures_with_the_library,
        temperatures_in_lists,
    ),
    "adaptive_temperature": (
        adaptive_by_entr,
        adaptive_row_by_row,
        adaptive_in_bits,
        adaptive_by_a_mask,
    ),
    "paired_gap": (gap_in_numpy, gap_in_plain_python, gap_by_covariance),
    "annealed_scores": (
        annealed_with_the_library,
        annealed_by_equal_steps,
        annealed_case_by_case,
    ),
    "positions_computed": (
        positions_by_formula,
        positions_by_counting,
        positions_by_a_difference,
    ),
    "two_averages": (averages_with_the_library, averages_by_products, averages_in_numpy),
}
