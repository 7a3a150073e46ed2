"""Calibration: scores, reliability, and the fitted temperature with its limits."""

from __future__ import annotations

import math
import subprocess
import sys
import warnings
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import Tensor

from tempkit import _likelihood, softmax
from tempkit.calibration import (
    NotFittedError,
    TemperatureScaler,
    brier_score,
    expected_calibration_error,
    fit_temperature,
    nll,
    reliability_curve,
)

INF = math.inf
DTYPES = (torch.float16, torch.bfloat16, torch.float32, torch.float64)

#: Up to eight rows of three classes with logits in halves, some impossible, and a possible label.
LOGIT = st.one_of(st.integers(-12, 12).map(lambda n: n / 2), st.just(-INF))
ROW = st.tuples(st.lists(LOGIT, min_size=3, max_size=3), st.integers(0, 2)).filter(
    lambda row: row[0][row[1]] > -INF
)
ROWS = st.lists(ROW, min_size=1, max_size=8)
#: Rows beside which most others leave the minimum inside: two labels at the top, one below it.
ROWS_AROUND_A_MINIMUM = ROWS.map(
    lambda rows: [*rows, ([6.0, 0.0, 0.0], 0), ([4.0, 2.0, 0.0], 0), ([2.0, 0.0, 1.0], 2)]
)


def tensors(rows) -> tuple[Tensor, Tensor]:
    logits = torch.tensor([z for z, _ in rows], dtype=torch.float64)
    return logits, torch.tensor([y for _, y in rows])


def labelled(count: int, classes: int, temperature: float, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Logits, and labels drawn from their softmax at a temperature, which is then the true one."""
    generator = torch.Generator().manual_seed(seed)
    logits = 4.0 * torch.randn(count, classes, generator=generator)
    labels = torch.multinomial(softmax(logits, temperature), 1, generator=generator)[:, 0]
    return logits, labels


def slope(rows, beta: mpmath.mpf) -> mpmath.mpf:
    """Sum over rows of ``E_q[z] - z_y``, the derivative of the NLL in beta, in mpmath."""
    total = mpmath.mpf(0)
    for z, y in rows:
        weights = [mpmath.exp(beta * x) if x > -INF else mpmath.mpf(0) for x in z]
        mean = mpmath.fsum(w * x for w, x in zip(weights, z, strict=True) if w)
        total += mean / mpmath.fsum(weights) - z[y]
    return total


def status_by_definition(rows) -> str:
    finite = [[x for x in z if x > -INF] for z, _ in rows]
    if all(len(set(f)) == 1 for f in finite):
        return "flat"
    if all(z[y] == max(z) for z, y in rows):
        return "zero"
    advantage = sum(
        Fraction(z[y]) - Fraction(sum(f)) / len(f) for (z, y), f in zip(rows, finite, strict=True)
    )
    return "infinite" if advantage <= 0 else "interior"


# Scores


@given(ROWS, st.one_of(st.floats(0.1, 10), st.sampled_from([0.0, INF])))
def test_nll_is_the_mean_surprise_at_the_label(rows, temperature):
    logits, labels = tensors(rows)
    p = softmax(logits, temperature)[range(len(rows)), labels].tolist()
    expected = math.fsum(-math.log(x) if x else INF for x in p) / len(p)
    assert nll(logits, labels, temperature) == pytest.approx(expected)


def test_nll_of_certainty_is_zero_and_not_minus_zero():
    assert str(nll(torch.tensor([[900.0, 0.0]]), torch.tensor([0]))) == "0.0"


@pytest.mark.parametrize("scale", [1e300, 1e307])
def test_nll_is_finite_where_the_sum_over_the_rows_is_not(scale):
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(900, 4, generator=generator, dtype=torch.float64)
    labels = torch.zeros(900, dtype=torch.int64)
    expected = (logits.amax(1) - logits[:, 0]).mean().item() * scale
    assert nll(logits * scale, labels) == pytest.approx(expected, rel=1e-12)
    unlikely, certain = torch.tensor([[1e308, -1e308], [1e308, -1e308]], dtype=torch.float64), 0
    assert nll(unlikely, torch.tensor([1, certain])) == pytest.approx(1e308)
    assert nll(unlikely.mul(3e-270).float(), torch.tensor([1, 1])) == pytest.approx(6e38)
    assert nll(unlikely, torch.tensor([1, 1])) == INF


def test_a_fit_has_its_nll_before_where_the_sum_over_the_rows_is_infinite():
    logits, labels = labelled(500, 3, 2.0)
    logits = logits.double() * 1e307
    assert fit_temperature(logits, labels).nll_before == nll(logits, labels) < INF


def test_nll_of_an_impossible_label_is_infinite():
    assert nll(torch.tensor([[0.0, -INF]]), torch.tensor([1])) == INF


def test_nll_takes_one_temperature_a_row():
    logits, labels = torch.tensor([[1.0, 0.0], [1.0, 0.0]]), torch.tensor([0, 0])
    apart = [nll(logits[:1], labels[:1], t) for t in (0.5, 2.0)]
    assert nll(logits, labels, torch.tensor([0.5, 2.0])) == pytest.approx(sum(apart) / 2)


@given(ROWS, st.floats(0.1, 10))
def test_brier_score_is_the_mean_squared_distance_to_the_label(rows, temperature):
    logits, labels = tensors(rows)
    one_hot = torch.nn.functional.one_hot(labels, 3)
    expected = ((softmax(logits, temperature) - one_hot) ** 2).sum(-1).mean().item()
    assert brier_score(logits, labels, temperature) == pytest.approx(expected)


@pytest.mark.parametrize(("label", "score"), [(0, 0.0), (1, 2.0)])
def test_brier_score_runs_from_zero_to_two(label, score):
    assert brier_score(torch.tensor([[9e9, 0.0]]), torch.tensor([label])) == score


@pytest.mark.parametrize("measure", [nll, brier_score])
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_score_in_half_precision_is_that_of_the_same_logits_in_double(measure, dtype):
    logits, labels = labelled(50, 5, 2.0)
    logits = logits.to(dtype)
    assert measure(logits, labels) == pytest.approx(measure(logits.double(), labels), rel=1e-5)


@pytest.mark.parametrize("measure", [nll, brier_score])
def test_a_score_leaves_the_logits_alone(measure):
    logits, labels = labelled(5, 3, 1.0)
    before = logits.clone()
    measure(logits, labels)
    assert torch.equal(logits, before)


# Reliability


def bin_by_definition(confidence: float, bins: int) -> int:
    """The smallest k with confidence <= k/bins, less 1."""
    return next(k for k in range(1, bins + 1) if confidence <= k / bins) - 1


def error_by_definition(confidences: list[float], correct: list[bool], bins: int) -> float:
    total = 0.0
    for k in range(bins):
        members = [
            (c, a)
            for c, a in zip(confidences, correct, strict=True)
            if bin_by_definition(c, bins) == k
        ]
        total += abs(math.fsum(c for c, _ in members) - sum(a for _, a in members))
    return total / len(confidences)


@given(st.data(), st.integers(1, 40), st.sampled_from(DTYPES))
def test_a_confidence_is_in_the_first_bin_whose_upper_edge_it_does_not_exceed(data, bins, dtype):
    edge = st.integers(0, bins).map(lambda k: k / bins)
    beside = st.tuples(edge, st.sampled_from([0.0, 1.0])).map(lambda e: math.nextafter(*e))
    values = data.draw(st.lists(st.one_of(edge, beside, st.floats(0, 1)), min_size=1))
    confidences = torch.tensor(values, dtype=torch.float64).to(dtype)
    expected = [0] * bins
    for confidence in confidences.double().tolist():
        expected[bin_by_definition(confidence, bins)] += 1
    assert reliability_curve(confidences, [1] * len(values), bins).count.tolist() == expected


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1), st.integers(1, 40))
def test_ece_is_the_weighted_mean_gap_over_the_bins(outcomes, bins):
    confidences, correct = map(list, zip(*outcomes, strict=True))
    expected = error_by_definition(confidences, correct, bins)
    assert abs(expected_calibration_error(confidences, correct, bins) - expected) <= 1e-12


def test_ece_of_many_confidences_is_exact_to_twelve_digits():
    generator = torch.Generator().manual_seed(0)
    confidences = torch.rand(200_000, generator=generator) ** 0.3
    correct = torch.rand(200_000, generator=generator) < confidences
    expected = error_by_definition(confidences.double().tolist(), correct.tolist(), 15)
    assert abs(expected_calibration_error(confidences, correct) - expected) <= 1e-12


def test_the_overall_gap_can_be_zero_while_every_bin_is_off():
    """F04: abs(accuracy - confidence) is ECE with a single bin."""
    confidences, correct = [0.9, 0.9, 0.1, 0.1], [1, 0, 1, 0]
    assert expected_calibration_error(confidences, correct, bins=1) == pytest.approx(0.0)
    assert expected_calibration_error(confidences, correct, bins=10) == pytest.approx(0.4)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1), st.integers(1, 40))
def test_the_overall_gap_is_never_more_than_ece(outcomes, bins):
    """F04."""
    confidences, correct = zip(*outcomes, strict=True)
    overall = expected_calibration_error(confidences, correct, bins=1)
    assert overall <= expected_calibration_error(confidences, correct, bins) + 1e-12


def test_a_calibrated_model_shows_an_ece_above_zero():
    """The bias of ECE: about 0.05 here. It is below 0.01 for less than 1e-6 of the seeds."""
    generator = torch.Generator().manual_seed(0)
    confidences = torch.rand(600, generator=generator)
    correct = torch.rand(600, generator=generator) < confidences
    assert expected_calibration_error(confidences, correct) > 0.01


def test_an_empty_bin_has_no_means_and_no_weight():
    curve = reliability_curve([0.95, 0.85], [1, 0], bins=10)
    assert curve.count.tolist() == [0] * 8 + [1, 1]
    assert curve.confidence[:8].isnan().all()
    assert curve.expected_calibration_error == pytest.approx((0.05 + 0.85) / 2)


def test_a_reliability_curve_shows_as_a_table():
    curve = reliability_curve([0.95, 0.85], [1, 0], bins=10)
    names = ["lower", "upper", "count", "confidence", "accuracy"]
    assert curve.table().columns.tolist() == names
    assert "<table" in curve._repr_html_()


@pytest.mark.parametrize(
    "correct",
    [
        torch.tensor([True, False]),
        torch.tensor([1, 0]),
        torch.tensor([1.0, 0.0]),
        np.array([True, False]),
        np.array([1, 0], dtype=np.uint8),
        np.array([1, 0], dtype=np.uint16),
        np.array([1, 0], dtype=np.uint64),
        np.array([1, 0], dtype=np.longdouble),
        np.array([1, 0], dtype=">i4"),
        torch.tensor([1, 0], dtype=torch.uint32),
        torch.tensor([1.0, 0.0]).to(torch.float8_e4m3fn),
        [1, 0],
    ],
)
def test_outcomes_come_in_any_type_that_holds_zeros_and_ones(correct):
    assert expected_calibration_error([0.75, 0.25], correct, bins=2) == pytest.approx(0.25)


@pytest.mark.parametrize("dtype", [np.longdouble, np.float16, ">f8"])
def test_confidences_come_in_any_floats(dtype):
    confidences = np.array([0.75, 0.25], dtype=dtype)
    assert expected_calibration_error(confidences, [1, 0], bins=2) == pytest.approx(0.25)


def test_confidences_of_python_are_not_rounded_to_float32():
    """0.2 in float32 is above 1/5, and would be in the second of five bins."""
    assert reliability_curve([0.2], [1], bins=5).count.tolist() == [1, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("confidences", "correct", "bins", "error", "message"),
    [
        ([1.01], [1], 15, ValueError, "a confidence must lie between 0 and 1, not 1.01"),
        ([-0.5], [1], 15, ValueError, "a confidence must lie between 0 and 1, not -0.5"),
        ([math.nan], [1], 15, ValueError, "a confidence must lie between 0 and 1, not nan"),
        ([0.5], [2], 15, ValueError, "correct must hold 0 and 1 only, not 2"),
        ([0.5], [math.nan], 15, ValueError, "correct must hold 0 and 1 only, not nan"),
        ([0.5], [0, 1], 15, ValueError, r"shape \[1\] and correct of shape \[2\] must agree"),
        ([], [], 15, ValueError, "there is no prediction"),
        ([0.5], [1], 0, ValueError, "bins must be at least 1, not 0"),
        ([0.5], [1], 1.5, TypeError, "bins must be an integer, not 1.5"),
        ([0.5j], [1], 15, TypeError, "confidences must be real numbers, not of the dtype complex"),
        (torch.tensor([0.5j]), [1], 15, TypeError, "confidences must be real .* torch.complex64"),
        ([0.5], ["1"], 15, TypeError, "correct must be real numbers, not of the dtype <U1"),
        ([0.5], np.array([2], np.uint16), 15, ValueError, "correct must hold 0 and 1 only, not 2"),
    ],
)
def test_bad_outcomes_are_errors_that_name_them(confidences, correct, bins, error, message):
    with pytest.raises(error, match=message):
        expected_calibration_error(confidences, correct, bins)


# The fitted temperature


def quietly(logits: Tensor, labels: Tensor):
    """A fit of rows that may look like probabilities by chance."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return fit_temperature(logits, labels)


@given(ROWS)
def test_the_status_follows_the_criteria(rows):
    assert quietly(*tensors(rows)).status == status_by_definition(rows)


@given(ROWS_AROUND_A_MINIMUM)
def test_an_interior_temperature_is_the_root_of_the_exact_slope(rows):
    assume(status_by_definition(rows) == "interior")
    fit = quietly(*tensors(rows))
    assume(fit.temperature < 1e4)
    beta = 1 / mpmath.mpf(fit.temperature)
    assert slope(rows, beta * (1 - 1e-8)) < 0 < slope(rows, beta * (1 + 1e-8))


@given(ROWS)
def test_the_scores_before_and_after_are_the_nll_at_one_and_at_the_temperature(rows):
    logits, labels = tensors(rows)
    fit = quietly(logits, labels)
    assert fit.nll_before == pytest.approx(nll(logits, labels), abs=1e-9)
    assert fit.nll_after == pytest.approx(nll(logits, labels, fit.temperature), abs=1e-9)


@given(ROWS)
def test_no_temperature_is_better_than_the_fitted_one(rows):
    logits, labels = tensors(rows)
    best = quietly(logits, labels).nll_after
    for other in (0.0, 0.01, 0.3, 1.0, 3.0, 100.0, INF):
        assert best <= nll(logits, labels, other) + 1e-9


def test_the_standard_error_is_that_of_the_information():
    logits, labels = labelled(400, 5, 2.0)
    fit = fit_temperature(logits, labels)
    q = softmax(logits.double(), fit.temperature)
    z = logits.double()
    variance = ((q * z * z).sum(-1) - (q * z).sum(-1) ** 2).mean().item()
    expected = fit.temperature**2 / math.sqrt(400 * variance)
    assert fit.standard_error == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("true", [0.4, 1.0, 2.5])
def test_the_temperature_that_made_the_labels_is_found_within_its_error(true):
    """False-failure rate over seeds 1e-6 (4.9 standard errors); the seed is fixed."""
    fit = fit_temperature(*labelled(5000, 10, true))
    assert abs(fit.temperature - true) < 4.9 * fit.standard_error


def test_the_standard_error_is_the_spread_over_new_labels():
    """200 z-scores: their variance is in [0.58, 1.58] but for 1e-6 of the seeds; power against an
    error of the standard error by 1.5 above 0.99."""
    scores = []
    for seed in range(200):
        fit = fit_temperature(*labelled(500, 5, 2.0, seed))
        scores.append((fit.temperature - 2.0) / fit.standard_error)
    assert 0.58 < np.var(scores) < 1.58


@pytest.mark.parametrize(("true", "colder_is_better"), [(2.5, False), (0.5, True)])
def test_over_confidence_wants_a_temperature_above_one(true, colder_is_better):
    """F05: lowering T "slightly", to 0.9, makes an over-confident model worse."""
    logits, labels = labelled(5000, 10, true)
    assert (fit_temperature(logits, labels).temperature < 1) is colder_is_better
    assert (nll(logits, labels, 0.9) < nll(logits, labels)) is colder_is_better


def test_a_sampling_temperature_is_no_calibration_temperature():
    """F20: drawing at T = 0.7 what was calibrated at 2.5 is a choice, and no longer calibrated.

    ECE of the calibrated confidences is its bias, about 0.01 at this size.
    """
    logits, labels = labelled(5000, 10, 2.5)
    calibrated = logits / fit_temperature(logits, labels).temperature
    correct = logits.argmax(1) == labels
    errors = [
        expected_calibration_error(softmax(calibrated, heat).amax(1), correct)
        for heat in (1.0, 0.7, 1.5)
    ]
    assert errors[0] < 0.03
    assert min(errors[1:]) > 0.05


def test_labels_at_the_maximum_of_every_row_give_zero():
    fit = fit_temperature(torch.tensor([[2.0, 1.0, 0.0], [0.0, 3.0, 3.0]]), torch.tensor([0, 2]))
    assert (fit.status, fit.temperature) == ("zero", 0.0)
    assert fit.nll_after == pytest.approx(math.log(2) / 2)


def test_labels_that_contradict_the_logits_give_infinity():
    fit = fit_temperature(torch.tensor([[2.0, 1.0, 0.0], [0.0, 3.0, 1.0]]), torch.tensor([2, 0]))
    assert (fit.status, fit.temperature) == ("infinite", INF)
    assert fit.nll_after == pytest.approx(math.log(3))


def test_labels_without_information_give_infinity():
    logits = torch.tensor([[4.0, 0.0, 2.0]]).expand(3, 3)
    assert fit_temperature(logits, torch.tensor([0, 1, 2])).status == "infinite"


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("dtype", DTYPES)
def test_an_advantage_of_zero_up_to_rounding_gives_infinity(seed, dtype):
    """Every row comes once with each label: the exact sum is 0, that of doubles has either sign."""
    logits, _ = labelled(100, 3, 1.0, seed)
    labels = torch.arange(3).repeat_interleave(100)
    assert fit_temperature(logits.to(dtype).repeat(3, 1), labels).status == "infinite"


def test_logits_equal_within_each_row_are_flat_and_keep_the_temperature_one():
    fit = fit_temperature(torch.tensor([[2.0, 2.0], [5.0, -INF]]), torch.tensor([0, 0]))
    assert (fit.status, fit.temperature) == ("flat", 1.0)
    assert fit.nll_before == fit.nll_after == pytest.approx(math.log(2) / 2)


@pytest.mark.parametrize("offset", [0.0, 3.0])
def test_only_an_interior_fit_has_a_standard_error(offset):
    fit = fit_temperature(torch.tensor([[2.0, 1.0]]) + offset, torch.tensor([0]))
    assert math.isnan(fit.standard_error)


def test_impossible_classes_are_left_out_of_the_mean_of_the_criterion():
    # The mean over the finite logits is 1.5 in both rows; with -inf it would be nothing.
    logits = torch.tensor([[2.0, 1.0, -INF], [2.0, 1.0, -INF]])
    assert fit_temperature(logits, torch.tensor([0, 1])).status == "infinite"
    assert fit_temperature(logits[[0, 0, 1]], torch.tensor([0, 0, 1])).status == "interior"


@pytest.mark.parametrize("mask", [-INF, -1e9, torch.finfo(torch.float32).min])
def test_masked_classes_change_nothing(mask):
    logits, labels = labelled(500, 5, 2.0)
    masked = torch.cat([logits, torch.full((500, 3), mask)], 1)
    expected, found = fit_temperature(logits, labels), fit_temperature(masked, labels)
    assert found.temperature == pytest.approx(expected.temperature, rel=1e-6)
    assert found.nll_after == pytest.approx(expected.nll_after, rel=1e-6)


@pytest.mark.parametrize("scale", [2.0**-1060, 2.0**-1000, 2.0**-400, 2.0**400, 2.0**1017])
@pytest.mark.parametrize("masked", [False, True])
def test_the_fit_depends_on_the_scale_of_the_logits_by_its_unit_alone(scale, masked):
    """Powers of two from 1e-319 to 1e306, and logits that they leave exact."""
    logits, labels = labelled(500, 5, 2.0)
    logits = logits.mul(16).round().div(16).double()
    if masked:
        logits[torch.arange(500), (labels + 1) % 5] = -INF
    expected, found = fit_temperature(logits, labels), fit_temperature(logits * scale, labels)
    assert found.status == expected.status == "interior"
    assert found.temperature / scale == pytest.approx(expected.temperature, rel=1e-4)
    assert found.standard_error / scale == pytest.approx(expected.standard_error, rel=2e-2)
    assert found.nll_after == pytest.approx(expected.nll_after, rel=1e-9)
    assert found.nll_before == pytest.approx(nll(logits * scale, labels), rel=1e-9)


@pytest.mark.parametrize("scale", [2.0**-1060, 1.0, 2.0**1017])
@pytest.mark.parametrize(
    ("rows", "status"),
    [
        ([([2.0, 1.0], 0), ([0.0, 3.0], 1)], "zero"),
        ([([2.0, 1.0], 1), ([0.0, 3.0], 0)], "infinite"),
        ([([2.0, 2.0], 1), ([3.0, 3.0], 0)], "flat"),
    ],
)
def test_the_status_does_not_depend_on_the_scale_of_the_logits(rows, status, scale):
    logits, labels = tensors(rows)
    assert fit_temperature(logits * scale, labels).status == status


def test_gaps_beyond_the_largest_float_are_fitted():
    largest = torch.finfo(torch.float64).max
    logits, labels = labelled(500, 3, 2.0)
    logits = logits.double() / logits.abs().max()
    expected, found = fit_temperature(logits, labels), fit_temperature(logits * largest, labels)
    assert found.temperature / largest == pytest.approx(expected.temperature, rel=1e-6)


@pytest.mark.parametrize(("near", "far"), [(1e-150, 1.0), (1e-120, 1e-100), (1e90, 1e200)])
def test_labels_may_be_far_nearer_to_the_maximum_than_other_classes(near, far):
    rows = [([0.0, -far], 0), ([0.0, -near], 1)]
    with mpmath.workdps(300):
        beta = 1 / mpmath.mpf(fit_temperature(*tensors(rows)).temperature)
        assert slope(rows, beta * (1 - 1e-6)) < 0 < slope(rows, beta * (1 + 1e-6))


@pytest.mark.parametrize("scale", [1e-40, 1e-30, 1e-6, 1e6, 1e30, 2e37])
def test_the_temperature_has_the_unit_of_the_logits(scale):
    logits, labels = labelled(500, 5, 2.0)
    expected = fit_temperature(logits, labels)
    found = fit_temperature(logits * scale, labels)
    # Logits of 1e-40 are subnormal float32 numbers, with five digits.
    assert found.temperature / scale == pytest.approx(expected.temperature, rel=1e-4)
    assert found.standard_error / scale == pytest.approx(expected.standard_error, rel=1e-3)


@pytest.fixture
def passes(monkeypatch):
    """How many rows each pass of a search went over."""
    counted, derivatives = [], _likelihood.Rows.derivatives

    def counting(rows, beta):
        counted.append(len(rows.top))
        return derivatives(rows, beta)

    monkeypatch.setattr(_likelihood.Rows, "derivatives", counting)
    return counted


def test_one_pass_over_all_rows_is_enough_for_many(passes):
    fit_temperature(*labelled(64_000, 20, 2.0))
    assert passes.count(64_000) == 1
    assert sum(passes) < 1.5 * 64_000


@pytest.mark.parametrize("mask", [-1e38, -1e300])
def test_a_saturated_model_with_masked_classes_is_found_from_very_far(mask):
    """The search starts at one over the mask, where the masked classes decide alone; Newton creeps
    away from there by a constant, and never arrives from 1e-300."""
    logits, labels = labelled(500, 5, 2.0)
    wide = 1000 * logits.double()
    masked = torch.cat([wide, torch.full((500, 3), mask, dtype=torch.float64)], 1)
    expected = 1000 * fit_temperature(logits, labels).temperature
    assert fit_temperature(masked, labels).temperature == pytest.approx(expected, rel=1e-6)


def test_masked_classes_leave_float32_its_digits():
    """Far from the minimum the standard error exceeds beta, and must not end the search."""
    logits, labels = labelled(500, 5, 2.0)
    masked = torch.cat([1000 * logits, torch.full((500, 3), torch.finfo(torch.float32).min)], 1)
    expected = 1000 * fit_temperature(logits, labels).temperature
    assert fit_temperature(masked, labels).temperature == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("mask", [-1e4, -1e20, torch.finfo(torch.float32).min, -1e300])
def test_a_step_too_large_to_be_trusted_does_not_end_the_search(mask):
    """Two equal classes have no third cumulant far from the minimum: Halley's step is Newton's."""
    generator = torch.Generator().manual_seed(0)
    gaps = 300 * torch.randn(2000, generator=generator, dtype=torch.float64)
    labels = torch.rand(2000, generator=generator, dtype=torch.float64) < torch.sigmoid(gaps / 40)
    logits = torch.stack([0 * gaps, gaps, torch.full_like(gaps, mask)], 1)
    expected = fit_temperature(logits[:, :2], labels.long())
    found = fit_temperature(logits, labels.long())
    assert expected.temperature == pytest.approx(40, abs=3 * expected.standard_error)
    assert found.temperature == pytest.approx(expected.temperature, rel=1e-6)


@pytest.mark.parametrize("gap", [1e-17, 1e-20, 1e-60])
def test_a_row_of_another_scale_does_not_end_the_search(gap):
    logits = torch.tensor([[0.0, gap]] * 1000 + [[0.0, 1.0]], dtype=torch.float64)
    labels = torch.tensor([1] * 900 + [0] * 100 + [1])
    found = fit_temperature(logits, labels).temperature / gap
    assert found == pytest.approx(1 / math.log(9), rel=1e-6)


@pytest.mark.parametrize("gap", [1e-39, 1e-42])
def test_one_wide_row_leaves_narrow_ones_of_float32_their_digits(gap):
    logits = torch.tensor([[0.0, gap]] * 3 + [[0.0, 1.0]])
    found = fit_temperature(logits, torch.tensor([1, 1, 0, 1])).temperature / logits[0, 1].item()
    assert found == pytest.approx(1 / math.log(2), rel=1e-6)


def test_a_temperature_beyond_the_largest_float_is_infinite():
    logits = torch.tensor([[0.0, 1e308]] * 1001, dtype=torch.float64)
    fit = fit_temperature(logits, torch.tensor([1] * 501 + [0] * 500))
    assert (fit.temperature, fit.status) == (INF, "infinite")
    assert fit.nll_after == math.log(2)
    assert math.isnan(fit.standard_error)


def test_a_temperature_below_the_smallest_float_is_the_smallest():
    logits = torch.tensor([[0.0, 5e-324]] * 100, dtype=torch.float64)
    labels = torch.tensor([1] * 99 + [0])
    fit = fit_temperature(logits, labels)
    assert (fit.temperature, fit.status) == (5e-324, "interior")
    assert fit.nll_after == pytest.approx(nll(logits, labels, 5e-324), rel=1e-12)


def test_rows_of_very_different_scales_do_not_stall_the_search():
    logits, labels = labelled(2000, 5, 2.0)
    logits[:1000] *= 1e3
    logits[1000:] *= 1e-3
    fit = fit_temperature(logits, labels)
    rows = _likelihood.Rows.of(logits.double(), labels)
    _, left, _, _ = rows.derivatives((1 - 1e-4) / fit.temperature)
    _, right, _, _ = rows.derivatives((1 + 1e-4) / fit.temperature)
    assert left < 0 < right


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_fit_in_half_precision_is_that_of_the_same_logits_in_double(dtype):
    logits, labels = labelled(500, 5, 2.0)
    logits = logits.to(dtype)
    expected = fit_temperature(logits.double(), labels)
    found = fit_temperature(logits, labels)
    assert abs(found.temperature - expected.temperature) < 1e-4 * expected.standard_error


@pytest.mark.parametrize(("count", "classes"), [(30_000, 50), (20, 70_000)])
def test_a_fit_of_many_numbers_is_within_a_hundredth_of_its_standard_error(count, classes):
    """More rows than one level of the search, more columns than one tile."""
    logits, labels = labelled(count, classes, 2.0)
    found = fit_temperature(logits, labels)
    wide = logits.double()
    rows = _likelihood.Rows.of(wide, labels)
    beta = 1 / found.temperature
    for _ in range(5):
        _, first, second, _ = rows.derivatives(beta)
        beta -= beta * first / second
    assert abs(found.temperature - 1 / beta) < 0.01 * found.standard_error
    assert found.nll_after == pytest.approx(nll(wide, labels, 1 / beta), abs=1e-6)
    curvature = rows.derivatives(beta)[2]
    expected = 1 / (beta * math.sqrt(count * curvature))
    assert found.standard_error == pytest.approx(expected, rel=1e-3)


def test_sorted_rows_do_not_mislead_the_search():
    """The coarse levels take every 64th and every 8th row, whatever the order."""
    logits, labels = labelled(40_000, 5, 2.0)
    order = labels.argsort(stable=True)
    here, there = fit_temperature(logits, labels), fit_temperature(logits[order], labels[order])
    assert abs(here.temperature - there.temperature) < 0.01 * here.standard_error


def test_a_separable_coarse_level_is_left_out(passes):
    # Every eighth row is right, which says T = 0; the others say otherwise.
    logits, labels = labelled(8000, 5, 2.0)
    labels[::8] = logits[::8].argmax(1)
    fit = fit_temperature(logits, labels)
    assert set(passes) == {8000}
    rows = _likelihood.Rows.of(logits.double(), labels)
    _, left, _, _ = rows.derivatives((1 - 1e-3) / fit.temperature)
    _, right, _, _ = rows.derivatives((1 + 1e-3) / fit.temperature)
    assert left < 0 < right


def test_leading_dimensions_are_rows():
    logits, labels = labelled(60, 5, 2.0)
    assert fit_temperature(logits.view(6, 10, 5), labels.view(6, 10)) == fit_temperature(
        logits, labels
    )


def test_a_fit_leaves_the_logits_alone():
    logits, labels = labelled(60, 5, 2.0)
    before = logits.clone()
    fit_temperature(logits, labels)
    assert torch.equal(logits, before)


def test_a_fit_shows_as_a_table_of_one_line():
    table = fit_temperature(*labelled(60, 5, 2.0)).table()
    assert table.columns.tolist() == [
        "temperature",
        "standard_error",
        "nll_before",
        "nll_after",
        "status",
    ]
    assert len(table) == 1


def test_rows_that_look_like_probabilities_are_warned_about_and_not_guessed():
    logits, labels = labelled(60, 5, 2.0)
    p = softmax(logits)
    with pytest.warns(UserWarning, match="non-negative and sums to 1.*fit on their logarithms"):
        found = fit_temperature(p, labels)
    # Taken for the logits that they were said to be: shifted, the same rows raise no suspicion.
    assert found.temperature == pytest.approx(fit_temperature(p - 1.0, labels).temperature)


@pytest.mark.parametrize("fit", [fit_temperature, lambda p, y: TemperatureScaler().fit(p, y)])
def test_the_warning_points_at_the_line_that_called(fit):
    logits, labels = labelled(60, 5, 2.0)
    with pytest.warns(UserWarning, match="as probabilities do") as caught:
        fit(softmax(logits), labels)
    assert [warning.filename for warning in caught] == [__file__]


def test_one_row_that_does_not_look_like_probabilities_settles_it():
    logits, labels = labelled(60, 5, 2.0)
    p = softmax(logits)
    p[-1] = logits[-1]
    fit_temperature(p, labels)  # A warning would be an error here.


@pytest.mark.parametrize("measure", [nll, brier_score, fit_temperature])
@pytest.mark.parametrize(
    ("logits", "labels", "error", "message"),
    [
        (torch.zeros(2, 3), torch.tensor([0, 3]), ValueError, "label 3 is out of range: with 3"),
        (torch.zeros(2, 3), torch.tensor([0, -100]), ValueError, "label -100 is out of range"),
        (torch.zeros(2, 3), torch.tensor([0]), ValueError, r"labels of shape \[1\] do not fit"),
        (torch.zeros(2, 3), torch.tensor([0.0, 1.0]), TypeError, "integer class indices, not"),
        (torch.zeros(0, 3), torch.zeros(0).long(), ValueError, "there are no rows"),
        (torch.tensor([[math.nan, 0.0]]), torch.tensor([0]), ValueError, "a logit of nan"),
        (torch.tensor([[1, 0]]), torch.tensor([0]), TypeError, "floating dtype"),
    ],
)
def test_bad_labels_and_logits_are_errors_that_name_them(measure, logits, labels, error, message):
    with pytest.raises(error, match=message):
        measure(logits, labels)


def test_a_label_on_an_impossible_class_is_an_error_of_the_fit():
    logits = torch.tensor([[1.0, 0.0, 2.0], [1.0, -INF, 0.0]])
    with pytest.raises(ValueError, match=r"row 1: the label 1 has the logit -inf"):
        fit_temperature(logits, torch.tensor([0, 1]))


def test_fewer_than_two_classes_are_an_error():
    with pytest.raises(ValueError, match="at least two classes"):
        fit_temperature(torch.zeros(4, 1), torch.zeros(4, dtype=torch.int64))


# The estimator


def test_the_estimator_finds_the_temperature_of_the_function():
    logits, labels = labelled(300, 4, 2.0)
    scaler = TemperatureScaler().fit(logits.numpy(), labels.numpy())
    assert scaler.temperature_ == fit_temperature(logits, labels).temperature
    assert scaler.result_.status == "interior"
    assert scaler.n_features_in_ == 4


def test_its_probabilities_are_the_softmax_at_the_temperature():
    logits, labels = labelled(300, 4, 2.0)
    scaler = TemperatureScaler().fit(logits.numpy(), labels.numpy())
    expected = softmax(logits, scaler.temperature_).numpy()
    np.testing.assert_array_equal(scaler.predict_proba(logits.numpy()), expected)


def test_its_predictions_are_the_classes_of_the_largest_logits():
    logits, labels = labelled(300, 3, 2.0)
    names = np.array(["ant", "bee", "cat"])
    scaler = TemperatureScaler().fit(logits.numpy(), names[labels.numpy()])
    assert scaler.classes_.tolist() == ["ant", "bee", "cat"]
    np.testing.assert_array_equal(scaler.predict(logits.numpy()), names[logits.argmax(1).numpy()])


def test_classes_say_what_the_columns_are_in_another_order():
    logits, labels = labelled(300, 3, 2.0)
    names = np.array(["cat", "ant", "bee"])
    scaler = TemperatureScaler(classes=names).fit(logits.numpy(), names[labels.numpy()])
    assert scaler.temperature_ == fit_temperature(logits, labels).temperature
    assert scaler.predict(np.array([[9.0, 0.0, 0.0]])).tolist() == ["cat"]


def test_integer_labels_of_which_some_are_missing_are_column_numbers():
    logits, labels = labelled(300, 4, 2.0)
    some = labels != 1
    scaler = TemperatureScaler().fit(logits[some].numpy(), labels[some].numpy())
    assert scaler.classes_.tolist() == [0, 1, 2, 3]
    assert scaler.temperature_ == fit_temperature(logits[some], labels[some]).temperature


def test_an_estimator_that_was_not_fitted_says_so():
    with pytest.raises(NotFittedError, match="call fit"):
        TemperatureScaler().predict_proba(np.zeros((1, 2)))


@pytest.mark.parametrize(
    ("scaler", "X", "y", "message"),
    [
        (TemperatureScaler(), [0.5, 0.1], [0, 1], "give the two columns 0 and d"),
        (TemperatureScaler(), [[0.5, 0.1, 0.0]], ["a"], r"TemperatureScaler\(classes=\.\.\.\)"),
        (TemperatureScaler(classes=["a"]), [[0.5, 0.1]], ["a"], "do not name the 2 columns"),
        (TemperatureScaler(classes=["a", "b"]), [[0.5, 0.1]], ["c"], "'c' is none of the classes"),
        (
            TemperatureScaler(classes=["a", "a", "b"]),
            [[0.5, 0.1, 0.0]],
            ["a"],
            "classes name 'a' more than once: give each column its own label",
        ),
    ],
)
def test_an_estimator_refuses_what_it_cannot_match(scaler, X, y, message):
    with pytest.raises(ValueError, match=message):
        scaler.fit(X, y)


def test_an_estimator_refuses_other_columns_than_it_was_fitted_on():
    logits, labels = labelled(60, 4, 2.0)
    scaler = TemperatureScaler().fit(logits, labels)
    with pytest.raises(ValueError, match="X has 3 columns, but the fit saw 4 classes"):
        scaler.predict(np.zeros((1, 3)))


def test_parameters_are_read_and_set_by_name():
    scaler = TemperatureScaler().set_params(classes=["a", "b"])
    assert scaler.get_params() == {"classes": ["a", "b"]}
    assert repr(scaler) == "TemperatureScaler(classes=['a', 'b'])"
    with pytest.raises(ValueError, match="no parameter 'bias'"):
        scaler.set_params(bias=1)


def test_the_estimator_works_without_scikit_learn():
    code = (
        "import sys; sys.modules['sklearn'] = None\n"
        "from tempkit.calibration import TemperatureScaler\n"
        "fit = TemperatureScaler().fit([[2.0, 0.0], [3.0, 0.0], [1.0, 0.0]], [0, 0, 1])\n"
        "assert fit.predict([[1.0, 0.0]]).tolist() == [0]\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


# Beside scikit-learn: agreement where it is right


@pytest.fixture(scope="module")
def by_scikit_learn():
    """The temperature that CalibratedClassifierCV(method="temperature") fits to logits."""
    reason = "peers come with the extra 'bench'"
    calibration = pytest.importorskip("sklearn.calibration", reason=reason)
    base = pytest.importorskip("sklearn.base", reason=reason)
    frozen = pytest.importorskip("sklearn.frozen", reason=reason)

    class AlreadyLogits(base.ClassifierMixin, base.BaseEstimator):
        """A classifier whose decision values are its input."""

        def fit(self, X, y):
            self.classes_ = np.unique(y)
            return self

        def decision_function(self, X):
            return X

        def predict(self, X):
            return self.classes_[X.argmax(1)]

    def fit(logits: Tensor, labels: Tensor) -> float:
        X, y = logits.numpy(), labels.numpy()
        model = frozen.FrozenEstimator(AlreadyLogits().fit(X, y))
        calibrated = calibration.CalibratedClassifierCV(
            model, method="temperature", ensemble=False
        ).fit(X, y)
        return 1 / calibrated.calibrated_classifiers_[0].calibrators[0].beta_

    return fit


@pytest.mark.parametrize("true", [0.5, 1.0, 3.0])
def test_the_temperature_agrees_with_scikit_learn(by_scikit_learn, true):
    logits, labels = labelled(1000, 5, true)
    ours = fit_temperature(logits, labels)
    theirs = by_scikit_learn(logits.double(), labels)
    assert abs(ours.temperature - theirs) < 1e-3 * ours.standard_error


def test_scikit_learn_clones_tags_and_checks_the_estimator():
    reason = "peers come with the extra 'bench'"
    base = pytest.importorskip("sklearn.base", reason=reason)
    validation = pytest.importorskip("sklearn.utils.validation", reason=reason)
    scaler = TemperatureScaler(classes=[0, 1, 2, 3])
    assert base.clone(scaler).get_params() == {"classes": [0, 1, 2, 3]}
    assert base.is_classifier(scaler)
    with pytest.raises(ValueError, match="not fitted"):
        validation.check_is_fitted(scaler)
    validation.check_is_fitted(scaler.fit(*labelled(60, 4, 2.0)))


# Beside scikit-learn: where it goes wrong (1.9)


def three_rows(order: list[int]) -> tuple[Tensor, Tensor]:
    rows = [[2.0, 1.0, 0.0], [0.0, 3.0, 1.0], [1.0, 0.0, 2.0]]
    return torch.tensor(rows * 5, dtype=torch.float64), torch.tensor(order * 5)


def test_a_separable_set_is_zero_where_scikit_learn_stops_anywhere(by_scikit_learn):
    logits, labels = three_rows([0, 1, 2])
    assert 0 < by_scikit_learn(logits, labels) < 1
    assert fit_temperature(logits, labels).temperature == 0


def test_contradicting_labels_are_infinity_where_scikit_learn_runs_into_its_bound(by_scikit_learn):
    logits, labels = three_rows([2, 0, 1])
    assert by_scikit_learn(logits, labels) == pytest.approx(math.exp(10), rel=1e-4)
    assert fit_temperature(logits, labels).temperature == INF


def test_flat_logits_keep_one_where_scikit_learn_invents_a_temperature(by_scikit_learn):
    logits, labels = three_rows([0, 1, 2])
    assert by_scikit_learn(0 * logits, labels) == pytest.approx(math.exp(-10), rel=1e-4)
    assert fit_temperature(0 * logits, labels).temperature == 1


@pytest.mark.parametrize("scale", [1e-6, 1e6])
def test_a_distant_optimum_is_found_where_scikit_learn_is_stuck(by_scikit_learn, scale):
    logits, labels = labelled(500, 3, 2.0)
    ours = fit_temperature(logits.double() * scale, labels)
    theirs = by_scikit_learn(logits.double() * scale, labels)
    assert ours.temperature == pytest.approx(fit_temperature(logits, labels).temperature * scale)
    assert not 0.1 < theirs / ours.temperature < 10


def test_impossible_classes_are_fitted_where_scikit_learn_refuses_them(by_scikit_learn):
    logits, labels = labelled(500, 3, 2.0)
    logits[torch.arange(500), (labels + 1) % 3] = -INF
    with pytest.raises(ValueError, match="infinity"):
        by_scikit_learn(logits, labels)
    assert fit_temperature(logits, labels).status == "interior"


def test_probabilities_are_warned_about_where_scikit_learn_takes_logarithms_silently(
    by_scikit_learn,
):
    logits, labels = labelled(500, 3, 2.0)
    p = softmax(logits.double())
    assert by_scikit_learn(p, labels) == pytest.approx(
        fit_temperature(p.log(), labels).temperature, rel=1e-4
    )
    with pytest.warns(UserWarning, match="probabilities"):
        fit_temperature(p, labels)


# Beside torchmetrics


@pytest.fixture(scope="module")
def by_torchmetrics():
    module = pytest.importorskip(
        "torchmetrics.functional.classification", reason="peers come with the extra 'bench'"
    )

    def error(confidences: Tensor, correct: Tensor, bins: int) -> float:
        return module.binary_calibration_error(confidences, correct, n_bins=bins).item()

    return error


def some_outcomes() -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    confidences = torch.rand(20_000, generator=generator, dtype=torch.float64) ** 0.3
    correct = torch.rand(20_000, generator=generator, dtype=torch.float64) < confidences
    return confidences, correct.long()


def test_ece_agrees_with_torchmetrics_in_float64_away_from_the_edges(by_torchmetrics):
    confidences, correct = some_outcomes()
    ours = expected_calibration_error(confidences, correct)
    assert ours == pytest.approx(by_torchmetrics(confidences, correct, 15), abs=1e-12)


def test_sums_are_exact_where_torchmetrics_adds_up_in_float32(by_torchmetrics):
    confidences, correct = some_outcomes()
    confidences = confidences.float().repeat(10)
    correct = correct.repeat(10)
    exact = expected_calibration_error(confidences.double(), correct)
    assert expected_calibration_error(confidences, correct) == exact
    assert abs(by_torchmetrics(confidences, correct, 15) - exact) > 1e-7


def test_a_confidence_of_one_is_in_the_last_bin_where_torchmetrics_opens_another(by_torchmetrics):
    # One bin of two predictions, right half of the time at a mean confidence of 0.975 ...
    confidences, correct = torch.tensor([1.0, 0.95]), torch.tensor([0, 1])
    assert expected_calibration_error(confidences, correct, 10) == pytest.approx(0.475)
    # ... and not two bins with gaps of 1 and 0.05.
    assert by_torchmetrics(confidences, correct, 10) == pytest.approx(0.525)


def test_an_edge_is_in_the_bin_below_where_torchmetrics_puts_it_above(by_torchmetrics):
    confidences = torch.tensor([0.25, 0.3], dtype=torch.float64)
    correct = torch.tensor([1, 0])
    assert expected_calibration_error(confidences, correct, 4) == pytest.approx((0.75 + 0.3) / 2)
    assert by_torchmetrics(confidences, correct, 4) == pytest.approx((0.75 - 0.3) / 2)


@pytest.mark.parametrize("mask", [-1e30, -1e200, torch.finfo(torch.float64).min])
def test_a_finite_mask_fits_like_an_impossible_class(mask: float) -> None:
    """Masks are written as the lowest float as often as -inf; several a row must not overflow."""
    generator = torch.Generator().manual_seed(0)
    logits = 3 * torch.randn(600, 6, generator=generator, dtype=torch.float64)
    labels = torch.multinomial(torch.softmax(logits[:, :3] / 2, -1), 1, generator=generator)[:, 0]
    impossible, masked = logits.clone(), logits.clone()
    impossible[:, 3:], masked[:, 3:] = -math.inf, mask
    expected, found = fit_temperature(impossible, labels), fit_temperature(masked, labels)
    assert expected.status == found.status == "interior"
    assert found.temperature == pytest.approx(expected.temperature, rel=1e-6)


def test_the_default_device_is_not_where_numbers_on_a_cpu_are_worked_on():
    logits, labels = labelled(60, 5, 2.0)
    correct = logits.argmax(1) == labels
    expected = fit_temperature(logits, labels), nll(logits, labels)
    error = expected_calibration_error(softmax(logits).amax(1), correct)
    with torch.device("meta"):  # stands for a GPU: what is made there cannot be read here
        assert (fit_temperature(logits, labels), nll(logits, labels)) == expected
        assert expected_calibration_error(softmax(logits).amax(1), correct) == error
