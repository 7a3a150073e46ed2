"""Other correct solutions of lab 09."""

from __future__ import annotations

import math
import statistics

import numpy as np
import torch

import tempkit


def policy_by_softmax(estimates, temperatures):
    return torch.softmax(estimates / temperatures[:, None], dim=-1)


def policy_by_exponentials(estimates, temperatures):
    scores = estimates / temperatures.unsqueeze(-1)
    weights = torch.exp(scores - scores.amax(dim=-1, keepdim=True))
    return weights / weights.sum(dim=-1, keepdim=True)


def policy_with_the_library(estimates, temperatures):
    return tempkit.softmax(estimates, temperatures)


def policy_row_by_row(estimates, temperatures):
    rows = zip(estimates, temperatures, strict=True)
    return torch.stack([torch.softmax(row / temperature, 0) for row, temperature in rows])


def policy_by_its_logarithm(estimates, temperatures):
    return torch.log_softmax(estimates / temperatures.reshape(-1, 1), dim=1).exp()


def update_by_index(estimates, counts, arms, rewards):
    rows = torch.arange(len(arms), device=arms.device)
    estimates, counts = estimates.clone(), counts.clone()
    counts[rows, arms] += 1
    estimates[rows, arms] += (rewards - estimates[rows, arms]) / counts[rows, arms]
    return estimates, counts


def update_by_one_hot(estimates, counts, arms, rewards):
    played = torch.nn.functional.one_hot(arms, estimates.shape[-1])
    counts = counts + played
    step = played / counts.clamp(min=1)
    return estimates + step * (rewards[:, None] - estimates), counts


def update_by_sums(estimates, counts, arms, rewards):
    played = torch.nn.functional.one_hot(arms, estimates.shape[-1])
    sums = estimates * counts + played * rewards[:, None]
    both = counts + played
    return torch.where(played.bool(), sums / both.clamp(min=1), estimates), both


def update_run_by_run(estimates, counts, arms, rewards):
    estimates, counts = estimates.tolist(), counts.tolist()
    for run, (arm, reward) in enumerate(zip(arms.tolist(), rewards.tolist(), strict=True)):
        n = counts[run][arm]
        estimates[run][arm] = (n * estimates[run][arm] + reward) / (n + 1)
        counts[run][arm] = n + 1
    return [estimates, counts]


def update_by_scatter(estimates, counts, arms, rewards):
    arms = arms[:, None]
    old, n = estimates.gather(1, arms), counts.gather(1, arms) + 1
    return estimates.scatter(1, arms, old + (rewards[:, None] - old) / n), counts.scatter(
        1, arms, n
    )


def report_in_torch(regrets):
    n = len(regrets)
    shift = 0.5 / n**0.5
    low, middle, high = (torch.quantile(regrets, q) for q in (0.5 - shift, 0.5, 0.5 + shift))
    return {
        "mean": regrets.mean(),
        "mean_error": regrets.std() / n**0.5,
        "median": middle,
        "median_error": (high - low) / 2,
    }


def report_in_numpy(regrets):
    values = regrets.cpu().numpy()
    root = np.sqrt(len(values))
    low, high = np.quantile(values, [0.5 - 0.5 / root, 0.5 + 0.5 / root])
    return {
        "mean": np.mean(values),
        "mean_error": np.std(values) / root,
        "median": np.median(values),
        "median_error": 0.5 * (high - low),
    }


def report_in_plain_python(regrets):
    values = sorted(regrets.tolist())
    n = len(values)

    def quantile(place):
        at = place * (n - 1)
        below = math.floor(at)
        above = min(below + 1, n - 1)
        return values[below] + (at - below) * (values[above] - values[below])

    shift = 1 / (2 * math.sqrt(n))
    return {
        "mean": statistics.fmean(values),
        "mean_error": statistics.stdev(values) / math.sqrt(n),
        "median": statistics.median(values),
        "median_error": (quantile(0.5 + shift) - quantile(0.5 - shift)) / 2,
    }


def cost_by_gaps(means, temperatures):
    policy = torch.softmax(means / temperatures[:, None], dim=-1)
    return (policy * (means.amax(dim=-1, keepdim=True) - means)).sum(dim=-1)


def cost_as_best_less_gain(means, temperatures):
    policy = torch.softmax(means / temperatures[:, None], dim=-1)
    return means.max(dim=-1).values - (policy * means).sum(dim=-1)


def cost_by_einsum(means, temperatures):
    policy = tempkit.softmax(means, temperatures)
    return means.amax(-1) - torch.einsum("rk,rk->r", policy, means)


def cost_run_by_run(means, temperatures):
    costs = []
    for mu, t in zip(means, temperatures, strict=True):
        costs.append(float(torch.softmax(mu / t, 0) @ (mu.max() - mu)))
    return costs


def cooled_as_written(start, half, step):
    return start / (1 + step / half)


def cooled_over_one_fraction(start, half, step):
    return start * half / (half + step)


def cooled_in_torch(start, half, step):
    return torch.tensor(start, dtype=torch.float64) / (1 + step / half)


def gumbel_as_written(estimates, counts, constant, uniforms):
    noise = -torch.log(-torch.log(uniforms))
    return (estimates + constant / counts.sqrt() * noise).argmax(dim=-1)


def gumbel_by_power(estimates, counts, constant, uniforms):
    noise = -(-uniforms.log()).log()
    return torch.argmax(estimates + constant * counts**-0.5 * noise, dim=1)


def gumbel_by_variance(estimates, counts, constant, uniforms):
    size = torch.sqrt(constant**2 / counts)
    scores = estimates - size * torch.log(-torch.log(uniforms))
    return scores.max(dim=-1).indices


def gumbel_in_numpy(estimates, counts, constant, uniforms):
    q, n, u = (x.cpu().numpy() for x in (estimates, counts, uniforms))
    return np.argmax(q - constant / np.sqrt(n) * np.log(-np.log(u)), axis=-1)


FORMS = {
    "boltzmann_policy": [
        policy_by_softmax,
        policy_by_exponentials,
        policy_with_the_library,
        policy_row_by_row,
        policy_by_its_logarithm,
    ],
    "updated_means": [
        update_by_index,
        update_by_one_hot,
        update_by_sums,
        update_run_by_run,
        update_by_scatter,
    ],
    "regret_report": [report_in_torch, report_in_numpy, report_in_plain_python],
    "limiting_cost": [cost_by_gaps, cost_as_best_less_gain, cost_by_einsum, cost_run_by_run],
    "cooled": [cooled_as_written, cooled_over_one_fraction, cooled_in_torch],
    "gumbel_by_counts": [
        gumbel_as_written,
        gumbel_by_power,
        gumbel_by_variance,
        gumbel_in_numpy,
    ],
}
