"""The figures of exploration: what is drawn is what was measured."""

from __future__ import annotations

import itertools

import pytest
import torch

from tempkit import plots

CURVE = ([0.1, 1], [90.0, 700.0], [4.0, 8.0], [30.0, 710.0], [1.0, 9.0])


class TestRegretCurve:
    def test_the_alt_text_names_the_best_temperature_of_each_curve(self):
        temperatures = [0.1, 0.2, 1]
        errors = [1.0, 1.0, 1.0]
        picture = plots.regret_curve(
            temperatures, [120.0, 80.0, 700.0], errors, [20.0, 60.0, 690.0], errors
        )
        assert "the least of the values measured, 80 at T = 0.2" in picture.alt
        assert "The median has its least value, 20, at T = 0.1" in picture.alt

    def test_error_bars_are_two_standard_errors_to_each_side(self):
        axes = plots.regret_curve(*CURVE).figure.axes[0]
        (bars,) = axes.containers[0].lines[2]
        low, high = bars.get_segments()[0][:, 1]
        assert (low, high) == (82, 98)

    def test_the_legend_says_how_wide_the_bars_are(self):
        (legend,) = plots.regret_curve(*CURVE).figure.legends
        assert legend.get_title().get_text() == "bars: ± 2 standard errors"

    @pytest.mark.parametrize("wrong", [[90.0], [90.0, float("nan")]])
    def test_values_that_do_not_fit_are_refused(self, wrong):
        with pytest.raises(ValueError, match="one finite number for each of the 2 places"):
            plots.regret_curve(CURVE[0], wrong, *CURVE[2:])

    def test_a_regret_of_zero_is_refused_on_a_logarithmic_axis(self):
        with pytest.raises(ValueError, match="must be positive here"):
            plots.regret_curve(CURVE[0], [0.0, 700.0], *CURVE[2:])

    def test_temperatures_must_rise(self):
        with pytest.raises(ValueError, match="in rising order"):
            plots.regret_curve([1, 0.1], *CURVE[1:])


class TestRegretHistogram:
    def test_bars_are_shares_that_sum_to_one(self):
        runs = torch.logspace(1, 3, 301, dtype=torch.float64)
        axes = plots.regret_histogram({0.1: runs}).figure.axes[0]
        assert sum(bar.get_height() for bar in axes.patches) == pytest.approx(1)

    def test_lines_stand_at_median_and_mean(self):
        runs = torch.tensor([10.0, 20, 30, 400], dtype=torch.float64)
        axes = plots.regret_histogram({0.1: runs}).figure.axes[0]
        assert [line.get_xdata()[0] for line in axes.lines] == [25, 115]

    @pytest.mark.parametrize("wrong", [[], [0.0, 1.0], [float("inf")]])
    def test_what_has_no_place_on_the_axis_is_refused(self, wrong):
        with pytest.raises(ValueError, match="one or more positive finite numbers"):
            plots.regret_histogram({0.1: torch.tensor(wrong)})


class TestRegretOverTime:
    def test_labels_at_the_ends_are_kept_apart(self):
        curves = {"a": [10, 100], "b": [10, 100], "c": [10, 101]}
        axes = plots.regret_over_time([500, 1000], curves).figure.axes[0]
        heights = sorted(text.xyann[1] for text in axes.texts)
        assert all(b - a > 5 for a, b in itertools.pairwise(heights))

    def test_alt_text_gives_half_way_and_end(self):
        picture = plots.regret_over_time([1, 2, 3, 4], {"T = 1": [10, 20, 30, 40]})
        assert "After 2 and after 4 steps “T = 1” has lost 20 and 40" in picture.alt

    def test_too_many_curves_are_refused(self):
        with pytest.raises(ValueError, match="8 curves do not fit: give 1 to 7"):
            plots.regret_over_time([1, 2], {str(n): [1, 2] for n in range(8)})
