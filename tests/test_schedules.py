"""Schedules: the temperature of a step or of a row, and mixtures of probabilities."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from tempkit import softmax
from tempkit.information import entropy
from tempkit.schedules import (
    constant,
    cosine,
    entropy_driven,
    equivalent_constant,
    linear,
    mixture,
)

INF = math.inf
TEMPERATURES = st.floats(0, 1e3)
STEPS = st.integers(1, 10_000)
LOGITS = st.lists(st.one_of(st.floats(-50, 50), st.just(-INF)), min_size=1, max_size=20)


# Steps


@pytest.mark.parametrize("temperature", [0, 0.7, 2, INF])
def test_constant_is_the_same_at_every_step(temperature):
    schedule = constant(temperature)
    assert [schedule(step) for step in (0, 1, 1000)] == [temperature] * 3


@pytest.mark.parametrize("shape", [linear, cosine])
@given(start=TEMPERATURES, end=TEMPERATURES, steps=STEPS)
def test_both_ends_are_exact_and_the_end_stays(shape, start, end, steps):
    schedule = shape(start, end, steps)
    assert schedule(0) == start
    assert schedule(steps) == end
    assert schedule(steps + 17) == end


@pytest.mark.parametrize("shape", [linear, cosine])
@given(start=TEMPERATURES, end=TEMPERATURES, steps=st.integers(1, 50))
def test_it_goes_one_way_from_start_to_end(shape, start, end, steps):
    values = [shape(start, end, steps)(step) for step in range(steps + 1)]
    rounding = 1e-12 * max(start, end) + 1e-300
    sign = 1 if end >= start else -1
    assert all(sign * (b - a) >= -rounding for a, b in itertools.pairwise(values))


def test_linear_anneals_by_equal_steps():
    values = [linear(1.5, 0.5, 4)(step) for step in range(5)]
    assert values == pytest.approx([1.5, 1.25, 1.0, 0.75, 0.5])


def test_cosine_is_slow_at_both_ends_and_agrees_with_linear_half_way():
    values = [cosine(1.5, 0.5, 4)(step) for step in range(5)]
    edge = 1.0 + math.sqrt(0.5) / 2
    assert values == pytest.approx([1.5, edge, 1.0, 2.0 - edge, 0.5])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: constant(-1.0), ValueError, "temperature must be at least 0, not -1"),
        (lambda: constant(math.nan), ValueError, "temperature must be at least 0, not nan"),
        (lambda: constant("warm"), TypeError, "temperature must be a number, not 'warm'"),
        (lambda: linear(INF, 1.0, 10), ValueError, "start must be finite"),
        (lambda: linear(1.0, -0.5, 10), ValueError, "end must be at least 0, not -0.5"),
        (lambda: cosine(1.0, 0.5, 0), ValueError, "steps must be at least 1, not 0"),
        (lambda: cosine(1.0, 0.5, 2.5), TypeError, "steps must be an integer, not 2.5"),
        (lambda: linear(1.0, 0.5, 10)(-1), ValueError, "a step must be at least 0, not -1"),
        (lambda: constant(1.0)(0.5), TypeError, "a step must be an integer, not 0.5"),
        (lambda: entropy_driven(0.5, INF), ValueError, "uniform must be finite"),
        (lambda: entropy_driven(-1, 1), ValueError, "certain must be at least 0, not -1"),
    ],
)
def test_a_bad_parameter_is_an_error_that_names_it(call, error, message):
    with pytest.raises(error, match=message):
        call()


# Entropy


def test_a_uniform_row_gets_the_one_end_and_a_certain_row_the_other():
    logits = torch.tensor([[0.0, 0.0, 0.0], [900.0, 0.0, 0.0]])
    assert entropy_driven(0.5, 1.5)(logits).tolist() == pytest.approx([1.5, 0.5])


def test_it_goes_below_one_and_above_one():
    """F07: a rule of the form base * (1 + a H / log n) only raises."""
    logits = torch.tensor([[4.0, 0.0, 0.0], [0.4, 0.0, 0.0]])
    unsure = entropy(logits) / math.log(3)
    assert ((1.0 * (1 + 0.5 * unsure)) >= 1.0).all()
    sure, undecided = entropy_driven(0.5, 1.5)(logits).tolist()
    assert sure < 1.0 < undecided


def test_swapped_ends_turn_the_rule_round():
    logits = torch.tensor([[4.0, 0.0, 0.0], [0.4, 0.0, 0.0]])
    total = entropy_driven(0.5, 1.5)(logits) + entropy_driven(1.5, 0.5)(logits)
    assert total.tolist() == pytest.approx([2.0, 2.0])


def test_a_single_possible_token_is_certain():
    assert entropy_driven(0.5, 1.5)(torch.tensor([0.0, -INF])).item() == 0.5


def test_impossible_tokens_do_not_count():
    logits = torch.tensor([0.0, 0.0, -INF, -INF])
    assert entropy_driven(0.5, 1.5)(logits).item() == pytest.approx(1.5)


@given(LOGITS, TEMPERATURES, TEMPERATURES)
def test_the_temperature_lies_between_the_ends(row, certain, uniform):
    assume(max(row) > -INF)
    found = entropy_driven(certain, uniform)(torch.tensor(row, dtype=torch.float64)).item()
    rounding = 1e-9 * max(certain, uniform)
    low, high = sorted((certain, uniform))
    assert low - rounding <= found <= high + rounding


def test_there_is_one_temperature_a_row_and_it_fits_softmax():
    logits = torch.randn(2, 3, 5, generator=torch.Generator().manual_seed(0))
    temperature = entropy_driven(0.5, 1.5)(logits)
    assert temperature.shape == (2, 3)
    assert softmax(logits, temperature).shape == logits.shape


def test_an_empty_batch_of_rows_gets_no_temperature():
    assert entropy_driven(0.5, 1.5)(torch.zeros(0, 5)).shape == (0,)


# Mixtures


@given(
    LOGITS,
    st.lists(st.one_of(st.floats(0.01, 100), st.sampled_from([0.0, INF])), min_size=1, max_size=5),
)
def test_a_mixture_is_the_weighted_sum_of_its_members(row, temperatures):
    assume(max(row) > -INF)
    logits = torch.tensor(row, dtype=torch.float64)
    weights = torch.arange(1.0, len(temperatures) + 1, dtype=torch.float64)
    weights /= weights.sum()
    expected = sum(
        w * softmax(logits, t) for w, t in zip(weights.tolist(), temperatures, strict=True)
    )
    torch.testing.assert_close(mixture(logits, temperatures, weights), expected)


def test_weights_are_equal_by_default():
    logits = torch.tensor([2.0, 1.0, 0.0])
    torch.testing.assert_close(mixture(logits, [0.5, 2.0]), mixture(logits, [0.5, 2.0], [0.5, 0.5]))


def test_a_mixture_is_no_softmax_at_any_temperature():
    """F17: log-ratios of a softmax at any T are proportional to the gaps of the logits."""
    logits = torch.tensor([2.0, 1.0, 0.0], dtype=torch.float64)
    log_p = mixture(logits, [0.5, 5.0]).log()
    first, second = (log_p[0] - log_p[1]).item(), (log_p[1] - log_p[2]).item()
    assert first > 1.4 * second


def test_averaging_logits_over_temperatures_is_one_temperature_the_harmonic_mean():
    """F17: in contrast to averaging probabilities."""
    logits = torch.tensor([2.0, 1.0, 0.0], dtype=torch.float64)
    harmonic = 2 / (1 / 0.5 + 1 / 5.0)
    torch.testing.assert_close(
        torch.softmax((logits / 0.5 + logits / 5.0) / 2, -1), softmax(logits, harmonic)
    )


def test_a_mixture_keeps_the_argmax_and_has_the_tail_of_its_hottest_member():
    """F17."""
    logits = torch.tensor([100.0, 0.0], dtype=torch.float64)
    found = mixture(logits, [0.5, 20.0])
    assert found.argmax() == 0
    assert found[1].item() == pytest.approx(0.5 * softmax(logits, 20.0)[1].item())


def test_gradients_pass_through_a_mixture():
    logits = torch.tensor([2.0, 1.0, 0.0], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda z: mixture(z, [0.5, 2.0], [0.3, 0.7]), logits)


def test_an_empty_batch_of_rows_gives_an_empty_mixture():
    assert mixture(torch.zeros(0, 5), [1.0]).shape == (0, 5)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ("ab", "weights must be a list of real numbers, but one is 'a'"),
        ([1j, 0.0], "weights must be a list of real numbers, but one is 1j"),
        ([True, False], "weights must be a list of real numbers, but one is True"),
        (torch.tensor([True, False]), "weights must be real, not torch.bool"),
        (torch.tensor([1j, 0j]), "weights must be real, not torch.complex64"),
    ],
)
def test_weights_that_are_no_numbers_are_an_error_that_names_them(weights, message):
    with pytest.raises(TypeError, match=message):
        mixture(torch.zeros(3), [1.0, 2.0], weights)


@pytest.mark.parametrize(
    ("temperatures", "weights", "message"),
    [
        ([], None, "give at least one"),
        (1.0, None, "must be a list of shape"),
        ([1.0, 2.0], [1.0], "do not fit 2 temperatures"),
        ([1.0, 2.0], [1.5, -0.5], "a weight must be at least 0, not -0.5"),
        ([1.0, 2.0], [1.0, 1.0], "weights must sum to 1, not 2"),
        ([1.0, 2.0], [math.nan, 1.0], "a weight must be at least 0, not nan"),
        ([1.0, -2.0], None, "temperature must be at least 0, not -2"),
    ],
)
def test_a_bad_mixture_is_an_error_that_names_what_is_wrong(temperatures, weights, message):
    with pytest.raises(ValueError, match=message):
        mixture(torch.tensor([1.0, 0.0]), temperatures, weights)


# The constant that a schedule is compared with


@given(st.lists(LOGITS, min_size=1, max_size=4), st.floats(0.05, 20), st.floats(0.05, 20))
def test_the_equivalent_constant_has_the_mean_entropy_of_the_schedule(given_rows, one, other):
    assume(all(max(row) > -INF for row in given_rows))
    width = max(map(len, given_rows))
    filled = [row + [-INF] * (width - len(row)) for row in given_rows]
    logits = torch.tensor(filled, dtype=torch.float64)
    heats = torch.tensor([one, other] * 2, dtype=torch.float64)[: len(logits)]
    constant = equivalent_constant(logits, heats)
    assert min(heats.tolist()) <= constant <= max(heats.tolist())
    found, wanted = entropy(logits, constant).mean(), entropy(logits, heats).mean()
    assert found.item() == pytest.approx(wanted.item(), abs=1e-8)


def test_the_equivalent_constant_of_a_constant_is_itself():
    logits = torch.randn(5, 7, generator=torch.Generator().manual_seed(0))
    assert equivalent_constant(logits, torch.full((5,), 0.7)) == pytest.approx(0.7)


def test_where_entropy_does_not_depend_on_temperature_the_smallest_is_given():
    assert equivalent_constant(torch.zeros(2, 3), torch.tensor([0.5, 2.0])) == 0.5


@pytest.mark.parametrize(
    ("logits", "heats", "message"),
    [
        (torch.zeros(0, 3), torch.ones(0), "there is no row"),
        (torch.zeros(2, 3), torch.tensor([1.0, 0.0]), "positive and finite here, not 0"),
        (torch.zeros(2, 3), torch.tensor([INF, 1.0]), "positive and finite here, not inf"),
    ],
)
def test_what_has_no_equivalent_constant_is_an_error_that_says_why(logits, heats, message):
    with pytest.raises(ValueError, match=message):
        equivalent_constant(logits, heats)
