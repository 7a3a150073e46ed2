"""Decisions: the monitor table, acceptance, and risk against coverage."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tempkit import softmax
from tempkit.decisions import accept, monitor, risk_coverage

INF = math.inf
LOGITS = torch.tensor([2.0, 1.0, 0.5, 0.2, 0.1])
OUTCOMES = st.lists(
    st.tuples(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), st.booleans()), min_size=1, max_size=6
)


# Monitor


def test_the_monitor_has_a_line_per_temperature():
    table = monitor(LOGITS, [0.5, 1, 2])
    assert list(table.columns) == [
        "temperature",
        "prediction",
        "max_probability",
        "second_probability",
        "third_probability",
        "entropy",
    ]
    assert table["temperature"].tolist() == [0.5, 1.0, 2.0]


def test_the_monitor_shows_the_probabilities_and_the_entropy_of_the_softmax():
    line = monitor(LOGITS, [2.0]).iloc[0]
    assert line["max_probability"] == pytest.approx(0.348164, abs=1e-6)
    assert line["second_probability"] == pytest.approx(0.211172, abs=1e-6)
    assert line["third_probability"] == pytest.approx(0.164461, abs=1e-6)
    assert line["entropy"] == pytest.approx(1.539328, abs=1e-6)


def test_no_temperature_changes_the_prediction_not_even_at_a_tie():
    table = monitor(torch.tensor([0.0, 3.0, 3.0]), [0, 0.1, 1, 100, INF])
    assert table["prediction"].tolist() == [1] * 5


def test_a_temperature_tells_nothing_new_of_a_row_but_ranks_rows_anew():
    """F26: within a row a monotone change; across rows the most confident one may change."""
    logits = torch.tensor([[2.0, 0.3, 0.2, 0.1], [1.5, 0.0, -9.0, -9.5]], dtype=torch.float64)
    most_confident = []
    for temperature in (0.2, 1.0):
        p = softmax(logits, temperature)
        assert torch.equal(p.argsort(1), logits.argsort(1))
        most_confident.append(p.amax(1).argmax().item())
    assert most_confident == [0, 1]


def test_the_limits_of_the_temperature_are_lines_like_others():
    table = monitor(torch.tensor([3.0, 3.0, 0.0, -INF]), [0, INF])
    assert table["max_probability"].tolist() == pytest.approx([1 / 2, 1 / 3])
    assert table["entropy"].tolist() == pytest.approx([math.log(2), math.log(3)])


def test_a_batch_puts_the_temperatures_of_a_row_together():
    table = monitor(torch.stack([LOGITS, LOGITS.flip(0)]), [2.0, 0.5])
    assert table["row"].tolist() == [0, 0, 1, 1]
    assert table["temperature"].tolist() == [2.0, 0.5, 2.0, 0.5]
    assert table["prediction"].tolist() == [0, 0, 4, 4]


def test_more_leading_dimensions_give_tuples_as_rows():
    table = monitor(LOGITS.expand(1, 2, 5), [1.0])
    assert table["row"].tolist() == [(0, 0), (0, 1)]


def test_an_empty_batch_gives_a_table_without_lines():
    table = monitor(torch.zeros(0, 5), [0.5, 1.0])
    assert len(table) == 0
    assert "max_probability" in table.columns


def test_two_classes_have_no_third_probability():
    assert "third_probability" not in monitor(torch.tensor([1.0, 0.0]), [1.0]).columns


def test_confidences_that_float32_rounds_to_one_are_told_apart():
    table = monitor(torch.tensor([[20.0, 0.0], [25.0, 0.0]]), [1.0])
    assert table["max_probability"][0] < table["max_probability"][1] < 1.0


@pytest.mark.parametrize(
    ("logits", "temperatures", "error", "message"),
    [
        (LOGITS, 1.0, ValueError, "must be a list of shape"),
        (LOGITS, [], ValueError, "give at least one"),
        (LOGITS, [-1.0], ValueError, "temperature must be at least 0, not -1"),
        (torch.tensor([math.nan, 0.0]), [1.0], ValueError, "a logit of nan"),
        ([1.0, 2.0], [1.0], TypeError, "logits must be a torch.Tensor, not list"),
    ],
)
def test_a_bad_monitor_is_an_error_that_names_what_is_wrong(logits, temperatures, error, message):
    with pytest.raises(error, match=message):
        monitor(logits, temperatures)


# Acceptance


def test_a_row_is_accepted_from_the_threshold_on():
    logits = torch.tensor([[0.0, 0.0], [1.0, 0.0]])
    assert accept(logits, 0.5).tolist() == [True, True]
    assert accept(logits, 0.51).tolist() == [False, True]


def test_trying_again_at_half_the_temperature_is_a_lower_threshold_for_two_classes():
    """F06: nothing is learned between the two passes."""
    logits = torch.zeros(101, 2)
    logits[:, 0] = torch.linspace(0, 5, 101)
    retried = accept(logits, 0.9) | accept(logits, 0.9, temperature=0.5)
    # p(T=1/2) >= 0.9 means a gap of at least log(9)/2, and p(T=1) >= 0.75: 9^.5 / (1 + 9^.5).
    assert torch.equal(retried, accept(logits, 0.75))


def test_a_lower_temperature_accepts_more():
    logits = torch.randn(500, 10, generator=torch.Generator().manual_seed(0))
    warm, cold = accept(logits, 0.5, 1.0), accept(logits, 0.5, 0.5)
    assert (cold | ~warm).all()
    assert cold.sum() > warm.sum()


def test_an_empty_batch_accepts_nothing():
    assert accept(torch.zeros(0, 3), 0.5).shape == (0,)


@pytest.mark.parametrize(
    ("threshold", "error", "message"),
    [
        (1.5, ValueError, "threshold must lie between 0 and 1, not 1.5"),
        (math.nan, ValueError, "threshold must lie between 0 and 1, not nan"),
        ("high", TypeError, "threshold must be a number, not 'high'"),
        (10**400, ValueError, "threshold must lie between 0 and 1, not about 1e400"),
    ],
)
def test_a_bad_threshold_is_an_error_that_names_it(threshold, error, message):
    with pytest.raises(error, match=message):
        accept(LOGITS, threshold)


# Risk and coverage


def test_the_curve_follows_the_confidence_downwards():
    curve = risk_coverage([0.6, 0.9, 0.7, 0.8], [0, 1, 0, 1])
    assert curve.coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert curve.threshold.tolist() == [0.9, 0.8, 0.7, 0.6]
    assert curve.risk.tolist() == pytest.approx([0, 0, 1 / 3, 1 / 2])
    assert curve.aurc == pytest.approx((1 / 3 + 1 / 2) / 4)


@given(OUTCOMES)
def test_at_ties_the_risk_is_its_mean_over_all_orders_of_the_tied(outcomes):
    orders = [
        order
        for order in itertools.permutations(outcomes)
        if all(a[0] >= b[0] for a, b in itertools.pairwise(order))
    ]
    for covered, risk in enumerate(risk_coverage(*zip(*outcomes, strict=True)).risk, 1):
        errors = [sum(not right for _, right in order[:covered]) for order in orders]
        assert risk.item() == pytest.approx(sum(errors) / len(orders) / covered)


@given(OUTCOMES, st.randoms())
def test_the_order_of_the_rows_does_not_matter(outcomes, random):
    shuffled = list(outcomes)
    random.shuffle(shuffled)
    here = risk_coverage(*zip(*outcomes, strict=True))
    there = risk_coverage(*zip(*shuffled, strict=True))
    torch.testing.assert_close(here.risk, there.risk)


def test_a_ranking_that_is_all_ties_has_the_same_risk_everywhere():
    curve = risk_coverage(torch.full((8,), 0.5), [1, 1, 1, 0, 0, 0, 0, 0])
    assert curve.risk.tolist() == pytest.approx([5 / 8] * 8)


def test_the_risk_at_full_coverage_is_the_error_rate():
    generator = torch.Generator().manual_seed(0)
    confidences = torch.rand(1000, generator=generator)
    correct = torch.rand(1000, generator=generator) < confidences
    curve = risk_coverage(confidences, correct)
    assert curve.risk[-1].item() == pytest.approx(1 - correct.double().mean().item())


def test_confidences_that_float32_rounds_to_one_rank_worse():
    """The trap of measured.md: at a low temperature most float32 confidences are exactly 1."""
    generator = torch.Generator().manual_seed(0)
    gap = 40 * torch.rand(5000, generator=generator, dtype=torch.float64)
    correct = torch.rand(5000, generator=generator) < torch.sigmoid(gap / 10)
    exact = torch.sigmoid(gap)
    assert risk_coverage(exact.float(), correct).aurc > 1.1 * risk_coverage(exact, correct).aurc


def test_a_curve_shows_as_a_table():
    curve = risk_coverage([0.9, 0.8], [1, 0])
    assert curve.table().columns.tolist() == ["coverage", "risk", "threshold"]
    assert "<table" in curve._repr_html_()


@pytest.mark.parametrize(
    ("confidences", "correct", "message"),
    [
        ([1.5], [1], "a confidence must lie between 0 and 1, not 1.5"),
        ([math.nan], [1], "a confidence must lie between 0 and 1, not nan"),
        ([0.5], [2], "correct must hold 0 and 1 only, not 2"),
        ([0.5], [0.5], "correct must hold 0 and 1 only, not 0.5"),
        ([0.5, 0.6], [1], r"confidences of shape \[2\] and correct of shape \[1\]"),
        ([], [], "there is no prediction"),
    ],
)
def test_a_bad_outcome_is_an_error_that_names_it(confidences, correct, message):
    with pytest.raises(ValueError, match=message):
        risk_coverage(confidences, correct)
