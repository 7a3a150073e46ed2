"""The figures of schedules and mixtures: what is drawn is what the rules and mixtures give."""

from __future__ import annotations

import math

import pytest
import torch

from tempkit import plots
from tempkit.information import entropy
from tempkit.scaling import softmax
from tempkit.schedules import mixture

ONE_AHEAD = torch.tensor([10.0] + [0.0] * 349, dtype=torch.float64)
LADDER = -torch.arange(13, dtype=torch.float64)
CONSTANTS = ([0.5, 1, 1.5], [1.4, 2.0, 2.5], [0.0004, 0.005, 0.05])


class TestSelfReference:
    def test_marks_stand_where_the_rule_gives_what_it_measured_at(self):
        axes = plots.self_reference(ONE_AHEAD, 0.5, 3).figure.axes[0]
        for temperature in axes.lines[2].get_xdata():
            share = entropy(ONE_AHEAD, temperature).item() / math.log(350)
            assert 0.5 + 2.5 * share == pytest.approx(temperature, abs=1e-4)
        assert [len(axes.lines[i].get_xdata()) for i in (2, 4)] == [3, 1]

    def test_ends_in_the_other_order_are_refused(self):
        with pytest.raises(ValueError, match="certain must be below uniform here, and 3 is not"):
            plots.self_reference(ONE_AHEAD, 3, 0.5)


class TestTrade:
    def test_the_alt_text_reads_the_curve_at_the_entropy_of_the_schedule(self):
        picture = plots.trade(*CONSTANTS, {"annealed": (2.0, 0.011)})
        assert "“annealed” leaks 0.011, a constant of its entropy 0.0050" in picture.alt

    def test_between_two_points_the_leak_grows_by_factors(self):
        middle = math.sqrt(0.005 * 0.05)
        picture = plots.trade(*CONSTANTS, {"half way": (2.25, 0.02)})
        assert f"a constant of its entropy {middle:.3f}" in picture.alt

    @pytest.mark.parametrize("count", [0, 7])
    def test_no_schedule_and_too_many_are_refused(self, count):
        many = {str(n): (2.0, 0.01) for n in range(count)}
        with pytest.raises(ValueError, match=f"{count} schedules do not fit: .* room for 1 to 6"):
            plots.trade(*CONSTANTS, many)

    def test_lists_of_different_lengths_are_refused(self):
        with pytest.raises(ValueError, match="3 temperatures, 2 entropies and 3 leaks"):
            plots.trade([0.5, 1, 1.5], [1.4, 2.0], [0.1, 0.2, 0.3], {"a": (2.0, 0.01)})


class TestMixedTemperatures:
    def test_the_black_curve_is_the_mixture(self):
        lines = plots.mixed_temperatures(LADDER, [0.5, 2]).figure.axes[0].lines
        drawn = torch.tensor(lines[3].get_ydata(), dtype=torch.float64)
        torch.testing.assert_close(drawn, mixture(LADDER, [0.5, 2]).flip(0))

    def test_the_mean_of_the_logits_is_the_harmonic_mean_temperature(self):
        picture = plots.mixed_temperatures(LADDER, [0.5, 2], [0.25, 0.75])
        single = 1 / (0.25 / 0.5 + 0.75 / 2)
        drawn = torch.tensor(picture.figure.axes[0].lines[2].get_ydata(), dtype=torch.float64)
        torch.testing.assert_close(drawn, softmax(LADDER, single).flip(0))
        assert "which is T = 1.14," in picture.alt

    @pytest.mark.parametrize("temperatures", [[2, 0.5], [1], [0.5, 1, 2]])
    def test_anything_but_two_rising_temperatures_is_refused(self, temperatures):
        with pytest.raises(ValueError, match="mixes two temperatures: give the colder first"):
            plots.mixed_temperatures(LADDER, temperatures)
