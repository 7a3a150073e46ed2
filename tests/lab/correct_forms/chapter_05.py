"""Other correct solutions of lab 05."""

from __future__ import annotations

import math

import numpy as np
import torch

import tempkit


def table_with_the_library(confidences, correct, bins):
    curve = tempkit.reliability_curve(confidences, correct, bins)
    return torch.stack([curve.count, curve.confidence, curve.accuracy], dim=1)


def table_with_bucketize(confidences, correct, bins):
    edges = torch.arange(1, bins, device=confidences.device) / bins
    place = torch.bucketize(confidences, edges.to(confidences.dtype))
    count = torch.bincount(place, minlength=bins)
    total = torch.bincount(place, weights=confidences, minlength=bins)
    right = torch.bincount(place, weights=correct.double(), minlength=bins)
    return torch.stack([count, total / count, right / count], dim=1)


def table_in_lists(confidences, correct, bins):
    rows = []
    for k in range(bins):
        pairs = [
            (c, r)
            for c, r in zip(confidences.tolist(), correct.tolist(), strict=True)
            if k / bins < c <= (k + 1) / bins
        ]
        n = len(pairs)
        means = [sum(column) / n for column in zip(*pairs, strict=True)] if n else [math.nan] * 2
        rows.append([n, *means])
    return rows


def table_by_rounding_up(confidences, correct, bins):
    place = np.ceil(confidences.cpu().numpy() * bins).astype(int) - 1
    table = np.full((bins, 3), np.nan)
    for k in range(bins):
        table[k, 0] = (place == k).sum()
        if (place == k).any():
            table[k, 1] = confidences.cpu().numpy()[place == k].mean()
            table[k, 2] = correct.cpu().numpy()[place == k].mean()
    return table


def error_with_the_library(confidences, correct, bins):
    return tempkit.expected_calibration_error(confidences, correct, bins)


def error_from_a_table(confidences, correct, bins):
    curve = tempkit.reliability_curve(confidences, correct, bins).table().dropna()
    gaps = (curve["confidence"] - curve["accuracy"]).abs()
    return (gaps * curve["count"]).sum() / len(confidences)


def error_without_counts(confidences, correct, bins):
    surplus = confidences - correct.double()
    place = (confidences * bins).ceil()
    parts = [surplus[place == k].sum().abs() for k in range(1, bins + 1)]
    return sum(parts) / len(confidences)


def error_in_a_loop(confidences, correct, bins):
    total = 0.0
    for k in range(bins):
        inside = (confidences > k / bins) & (confidences <= (k + 1) / bins)
        if inside.any():
            gap = correct[inside].double().mean() - confidences[inside].mean()
            total += inside.sum() / len(confidences) * abs(gap)
    return total


def chance_with_the_library(confidences, uniforms, bins):
    runs = [
        tempkit.expected_calibration_error(confidences, row < confidences, bins) for row in uniforms
    ]
    return np.mean(runs), np.std(runs) / math.sqrt(len(runs))


def chance_as_a_tensor(confidences, uniforms, bins):
    runs = torch.stack(
        [torch.as_tensor(error_in_a_loop(confidences, row < confidences, bins)) for row in uniforms]
    )
    return torch.stack([runs.mean(), runs.std() / len(runs) ** 0.5])


def chance_by_matrix(confidences, uniforms, bins):
    place = (confidences * bins).ceil().long() - 1
    inside = torch.nn.functional.one_hot(place, bins).to(confidences.dtype)
    surplus = ((uniforms < confidences).to(confidences.dtype) - confidences) @ inside
    runs = surplus.abs().sum(dim=1) / confidences.numel()
    return runs.mean().item(), (runs.var(correction=0) / len(runs)).sqrt().item()


def derivatives_by_autograd(logits, labels, b):
    at = torch.tensor(float(b), dtype=torch.float64, requires_grad=True)
    loss = torch.nn.functional.cross_entropy(at * logits.double(), labels)
    (slope,) = torch.autograd.grad(loss, at, create_graph=True)
    (curvature,) = torch.autograd.grad(slope, at)
    return slope.item(), curvature.item()


def derivatives_by_moments(logits, labels, b):
    q = torch.softmax(b * logits, dim=1)
    first, second = (q * logits).sum(1), (q * logits**2).sum(1)
    chosen = logits[torch.arange(len(labels)), labels]
    return (first - chosen).mean(), (second - first**2).mean()


def derivatives_in_numpy(logits, labels, b):
    z, y = logits.cpu().numpy(), labels.cpu().numpy()
    e = np.exp(b * (z - z.max(1, keepdims=True)))
    q = e / e.sum(1, keepdims=True)
    mean = (q * z).sum(1)
    slope = np.mean(mean - np.take_along_axis(z, y[:, None], 1)[:, 0])
    return slope, np.mean((q * (z - mean[:, None]) ** 2).sum(1))


def fit_with_the_library(logits, labels):
    fitted = tempkit.fit_temperature(logits, labels)
    return fitted.temperature, fitted.standard_error


def fit_by_bisection(logits, labels):
    low, high = 1e-4, 1e4
    for _ in range(100):
        b = (low * high) ** 0.5
        slope, curvature = derivatives_by_moments(logits, labels, b)
        low, high = (b, high) if slope < 0 else (low, b)
    return 1 / b, 1 / (b**2 * (len(labels) * curvature.item()) ** 0.5)


def fit_by_damped_steps(logits, labels):
    b = 1.0
    for _ in range(200):
        slope, curvature = derivatives_by_autograd(logits, labels, b)
        step = slope / curvature
        b = b - step if abs(step) < b / 2 else b * (0.5 if step > 0 else 1.5)
    return torch.tensor([1 / b, 1 / (b**2 * math.sqrt(len(labels) * curvature))])


def report_with_the_library(train, calibration, test):
    temperature = tempkit.fit_temperature(*calibration).temperature
    logits, labels = test
    confidences, predicted = tempkit.softmax(logits, temperature).max(dim=-1)
    return {
        "temperature": temperature,
        "nll": tempkit.nll(logits, labels, temperature),
        "ece": tempkit.expected_calibration_error(confidences, predicted == labels),
    }


def report_with_an_estimator(train, calibration, test):
    scaler = tempkit.TemperatureScaler().fit(*calibration)
    logits, labels = test
    probabilities = torch.as_tensor(scaler.predict_proba(logits))
    chosen = probabilities.gather(1, labels[:, None].to(probabilities.device))
    right = probabilities.argmax(1).cpu() == labels.cpu()
    return {
        "nll": -chosen.log().mean(),
        "ece": error_without_counts(probabilities.amax(1).cpu(), right, 15),
        "temperature": scaler.temperature_,
    }


def report_by_hand(train, calibration, test):
    temperature = fit_by_bisection(*calibration)[0]
    logits, labels = test
    scaled = logits / temperature
    confidences, predicted = torch.softmax(scaled, dim=-1).max(dim=-1)
    return {
        "temperature": temperature,
        "nll": torch.nn.functional.cross_entropy(scaled, labels).item(),
        "ece": error_in_a_loop(confidences, predicted == labels, 15),
    }


FORMS = {
    "reliability_table": (
        table_with_the_library,
        table_with_bucketize,
        table_in_lists,
        table_by_rounding_up,
    ),
    "calibration_error": (
        error_with_the_library,
        error_from_a_table,
        error_without_counts,
        error_in_a_loop,
    ),
    "error_by_chance": (chance_with_the_library, chance_as_a_tensor, chance_by_matrix),
    "slope_and_curvature": (
        derivatives_by_autograd,
        derivatives_by_moments,
        derivatives_in_numpy,
    ),
    "fit_by_newton": (fit_with_the_library, fit_by_bisection, fit_by_damped_steps),
    "honest_report": (report_with_the_library, report_with_an_estimator, report_by_hand),
}
