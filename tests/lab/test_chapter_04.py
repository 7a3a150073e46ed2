"""Lab 04: every spelling of every mistake is named by the visible probes and by hidden ones."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional

from tempkit.lab.diagnosis import examine
from tempkit.lab.exercise import Exercise, Misconception
from tempkit.lab.exercises import exercise_of, exercises_of

LAB = "04-language-models"
MISCONCEPTIONS = [
    pytest.param(exercise, misconception, id=f"{exercise.name}-{misconception.id}")
    for exercise in exercises_of(LAB)
    for misconception in exercise.misconceptions
]


@pytest.mark.parametrize(("exercise", "misconception"), MISCONCEPTIONS)
def test_hidden_probes_name_every_spelling(
    exercise: Exercise, misconception: Misconception
) -> None:
    probes = [exercise.hidden(torch.Generator("cpu").manual_seed(seed)) for seed in (0, 1)]
    for answer in (misconception.answer, *misconception.also):
        for drawn in probes:
            finding = examine(exercise, answer, drawn)
            assert finding is not None
            assert finding.reason == misconception.id


def table_as_found(logits, temperature, k):
    top, indices = torch.topk(logits[0], k)
    shares = torch.softmax(top / temperature, dim=-1)
    return {"id": indices, "logit": top, "probability": shares}


def table_of_two_rows(logits, temperature, k):
    top, indices = torch.topk(logits[0], k)
    probabilities = torch.softmax(logits[-1] / temperature, dim=-1)
    return {"id": indices, "logit": top, "probability": probabilities[indices]}


def chain_unshifted(logits, ids):
    log_p = torch.log_softmax(logits, dim=-1)
    return sum(log_p[t, ids[t]] for t in range(len(ids) - 1))


def chain_by_log_of_softmax(logits, ids):
    rows = torch.log(torch.softmax(logits, dim=-1))
    return sum(rows[t, ids[t + 1]] for t in range(len(ids) - 1))


def chain_clamped(logits, ids):
    rows = torch.softmax(logits, dim=-1).clamp(min=1e-3).log()
    return sum(rows[t, ids[t + 1]] for t in range(len(ids) - 1))


def chain_by_math_log(logits, ids):
    product = 1.0
    for t in range(len(ids) - 1):
        product *= torch.softmax(logits[t], dim=-1)[ids[t + 1]].item()
    return math.log(product)


def chain_of_logs_of_logits(logits, ids):
    return torch.log(logits[torch.arange(len(ids) - 1), ids[1:]]).sum()


def chain_of_all_pairs(logits, ids):
    return torch.log_softmax(logits, dim=-1)[:-1, ids[1:]].sum()


def both_by_columns(first, second, temperature):
    start = first ** (1 / temperature)
    rows = second ** (1 / temperature)
    whole = (first * second) ** (1 / temperature)
    tokens = start / start.sum() * (rows / rows.sum(dim=-1, keepdim=True))
    return {"tokens": tokens, "sequences": whole / whole.sum()}


def both_without_keepdim(first, second, temperature):
    start = first ** (1 / temperature)
    rows = second ** (1 / temperature)
    whole = (first[:, None] * second) ** (1 / temperature)
    tokens = (start / start.sum())[:, None] * (rows / rows.sum(dim=1))
    return {"tokens": tokens, "sequences": whole / whole.sum()}


def distinct_with_early_return(texts, n):
    for text in texts:
        runs = [tuple(text[i : i + n]) for i in range(len(text) - n + 1)]
        return len(set(runs)) / len(runs)
    return None


def distinct_with_a_set_a_text(texts, n):
    different = total = 0
    for text in texts:
        runs = [tuple(text[i : i + n]) for i in range(len(text) - n + 1)]
        different += len(set(runs))
        total += len(runs)
    return different / total


def distinct_by_joining(texts, n):
    runs = [" ".join(text[i : i + n]) for text in texts for i in range(len(text) - n + 1)]
    return len(set(runs)) / len(runs)


def curve_with_a_small_number(truth, logits, temperatures):
    curve = []
    for temperature in temperatures:
        q = torch.softmax(logits / temperature, dim=-1)
        terms = truth * ((truth + 1e-6).log() - (q + 1e-6).log())
        curve.append(terms.sum(dim=-1).mean())
    return torch.stack(curve)


def curve_that_accumulates(truth, logits, temperatures):
    curve = []
    for temperature in temperatures:
        logits = logits / temperature
        log_q = torch.log_softmax(logits, dim=-1)
        curve.append(functional.kl_div(log_q, truth, reduction="batchmean"))
    return torch.stack(curve)


def curve_by_kl_div_of_probabilities(truth, logits, temperatures):
    return torch.stack(
        [
            functional.kl_div(torch.softmax(logits / t, dim=-1), truth, reduction="batchmean")
            for t in temperatures
        ]
    )


def test_a_set_of_lists_is_explained() -> None:
    def answer(texts, n):
        runs = [text[i : i + n] for text in texts for i in range(len(text) - n + 1)]
        return len(set(runs)) / len(runs)

    exercise = exercise_of(LAB, "distinct_n")
    finding = examine(exercise, answer, exercise.probes)
    assert finding is not None
    assert finding.reason == "raised-unhashable"


WRITTEN = [
    ("next_token_table", table_as_found, "as-found"),
    ("next_token_table", table_of_two_rows, "two-rows"),
    ("sequence_log_probability", chain_unshifted, "unshifted"),
    ("sequence_log_probability", chain_by_log_of_softmax, "log-of-softmax"),
    ("sequence_log_probability", chain_clamped, "small-number"),
    ("sequence_log_probability", chain_by_math_log, "underflowed"),
    ("sequence_log_probability", chain_of_logs_of_logits, "logs-of-logits"),
    ("sequence_log_probability", chain_of_all_pairs, "all-pairs"),
    ("temper_both", both_by_columns, "columns"),
    ("temper_both", both_without_keepdim, "rows-without-keepdim"),
    ("distinct_n", distinct_with_early_return, "one-text-only"),
    ("distinct_n", distinct_with_a_set_a_text, "sets-added-up"),
    ("distinct_n", distinct_by_joining, "joined-words"),
    (
        "predicted_grammatical",
        lambda e, ls: sum((1 - e) ** (n - 1) for n in ls) / len(ls),
        "one-token-fewer",
    ),
    ("kl_curve", curve_with_a_small_number, "small-number"),
    ("kl_curve", curve_that_accumulates, "accumulated"),
    ("kl_curve", curve_by_kl_div_of_probabilities, "kl-div-without-log"),
]


@pytest.mark.parametrize(("name", "answer", "reason"), WRITTEN)
def test_what_learners_wrote_is_named(name: str, answer, reason: str) -> None:
    """As they write it: in float32, with loops and torch's own functions."""
    exercise = exercise_of(LAB, name)
    finding = examine(exercise, answer, exercise.probes)
    assert finding is not None
    assert finding.reason == reason
