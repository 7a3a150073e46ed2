"""The figures of decisions: what is drawn is what was measured."""

from __future__ import annotations

import pytest
import torch

from tempkit import plots
from tempkit.decisions import risk_coverage
from tempkit.scaling import softmax

A = torch.tensor([3.0, 0.0, 0.0, 0.0], dtype=torch.float64)
B = torch.tensor([2.0, 0.0, -9.0, -9.0], dtype=torch.float64)
CURVE = risk_coverage([0.9, 0.8, 0.7, 0.6], [1, 1, 0, 1])


class TestDoubts:
    def test_a_curve_is_one_less_the_largest_probability(self):
        lines = plots.doubts({"A": A, "B": B}, [0.5, 1, 2]).figure.axes[0].lines
        for line, row in zip(lines, (A, B), strict=False):
            expected = [1 - softmax(row, T).max().item() for T in (0.5, 1, 2)]
            assert list(line.get_ydata()) == pytest.approx(expected)

    def test_a_crossing_is_drawn_and_said(self):
        assert "cross at T = 0.91" in plots.doubts({"A": A, "B": B}, crossing=0.91).alt
        assert "cross" not in plots.doubts({"A": A}).alt

    def test_doubts_that_float64_would_round_away_are_drawn(self):
        line = plots.doubts({"A": 30 * A}, [1, 2]).figure.axes[0].lines[0]
        assert line.get_ydata()[0] == pytest.approx(3 * torch.tensor(-90.0).double().exp().item())

    def test_no_row_and_too_many_are_refused(self):
        for count in (0, 8):
            with pytest.raises(ValueError, match=f"{count} rows do not fit: .* room for 1 to 7"):
                plots.doubts({str(n): A for n in range(count)})

    def test_temperatures_must_rise(self):
        with pytest.raises(ValueError, match="at least two temperatures, in rising order"):
            plots.doubts({"A": A}, [2, 1])


class TestClaimedAndRight:
    def test_bars_come_in_pairs(self):
        picture = plots.claimed_and_right({"rescued": (0.96, 0.56, 0.02), "first": (1, 0.9, 0)})
        widths = [bar.get_width() for bar in picture.figure.axes[0].patches]
        assert widths == [0.96, 0.56, 1, 0.9]

    def test_alt_text_says_claim_truth_and_error(self):
        picture = plots.claimed_and_right({"rescued": (0.96, 0.56, 0.02)})
        assert "“rescued” claim 0.960 and are right 0.560" in picture.alt
        assert "standard error of 0.020" in picture.alt

    def test_what_is_no_probability_is_refused(self):
        with pytest.raises(ValueError, match=r"group 'a' has .*: give numbers from 0 to 1"):
            plots.claimed_and_right({"a": (1.2, 0.5, 0.1)})

    @pytest.mark.parametrize("count", [0, 7])
    def test_no_group_and_too_many_are_refused(self, count):
        with pytest.raises(ValueError, match=f"{count} groups do not fit"):
            plots.claimed_and_right({str(n): (0.5, 0.5, 0.1) for n in range(count)})


class TestRiskCoverage:
    def test_the_curve_ends_at_the_error_rate(self):
        line = plots.risk_coverage({"all": CURVE}).figure.axes[0].lines[0]
        assert line.get_xdata()[0] == 1
        assert line.get_ydata()[0] == 0.25

    def test_alt_text_says_half_coverage_and_area(self):
        alt = plots.risk_coverage({"all": CURVE}).alt
        assert "all end at 0.250" in alt
        assert f"at half the coverage is 0.000 and the area {CURVE.aurc:.4f}" in alt

    def test_a_long_curve_is_drawn_with_few_points(self):
        long = risk_coverage(
            torch.rand(5000, generator=torch.Generator().manual_seed(0)), [1] * 5000
        )
        line = plots.risk_coverage({"long": long}).figure.axes[0].lines[0]
        assert len(line.get_xdata()) <= 250

    @pytest.mark.parametrize("count", [0, 8])
    def test_no_curve_and_too_many_are_refused(self, count):
        with pytest.raises(ValueError, match=f"{count} curves do not fit"):
            plots.risk_coverage({str(n): CURVE for n in range(count)})


class TestCosts:
    def test_alt_text_says_the_least_cost_and_chows_threshold(self):
        alt = plots.costs([0.5, 0.8, 1.0], {"T": [0.3, 0.1, 0.2]}, review=0.1).alt
        assert "the least cost is 0.100, at a threshold of 0.80" in alt
        assert "Chow’s threshold, 0.9" in alt

    def test_as_many_costs_as_thresholds(self):
        with pytest.raises(ValueError, match="'T' has 1 costs for 2 thresholds: give one each"):
            plots.costs([0.5, 0.8], {"T": [0.3]}, review=0.1)
