"""The figures of calibration: what is drawn is what the sample says, and how well it says it."""

from __future__ import annotations

import math

import pytest
import torch

from tempkit import plots
from tempkit.calibration import fit_temperature, reliability_curve
from tempkit.plots.reliability import wilson_interval

CONFIDENCES = torch.tensor([0.35] * 4 + [0.75] * 20 + [0.95] * 100, dtype=torch.float64)
CORRECT = torch.tensor([True] * 4 + [True, False] * 10 + [True] * 100)
LOGITS = torch.tensor([[2.0, 0.0], [1.0, 0.0], [3.0, 0.0], [1.5, 0.0]], dtype=torch.float64)
MIXED, FITTED, AGAINST = (torch.tensor(y) for y in ([0, 1, 0, 0], [0, 0, 0, 0], [1, 1, 1, 0]))


def drawn(axes):
    return [text.get_text() for text in axes.texts if text.get_text()]


class TestReliability:
    def test_a_point_stands_at_the_mean_confidence_and_the_share_right_of_each_filled_bin(self):
        axes = plots.reliability({"a": (CONFIDENCES, CORRECT)}).figure.axes[0]
        points = [
            (line.get_xdata()[0], line.get_ydata()[0])
            for line in axes.lines
            if line.get_marker() == "o"
        ]
        curve = reliability_curve(CONFIDENCES, CORRECT, 10)
        filled = curve.count > 0
        expected = zip(
            curve.confidence[filled].tolist(), curve.accuracy[filled].tolist(), strict=True
        )
        assert points == [pytest.approx(pair) for pair in expected]

    def test_the_number_of_predictions_stands_over_each_filled_bin(self):
        lower = plots.reliability({"a": (CONFIDENCES, CORRECT)}).figure.axes[1]
        assert drawn(lower) == ["4", "20", "100"]

    def test_two_samples_stand_side_by_side_under_their_names(self):
        sample = (CONFIDENCES, CORRECT)
        figure = plots.reliability({"a": sample, "b": sample}).figure
        assert [axes.get_title(loc="left") for axes in figure.axes][:2] == ["a", "b"]

    def test_the_alt_text_counts_the_bins_that_claim_too_much(self):
        alt = plots.reliability({"a": (CONFIDENCES, CORRECT)}).alt
        assert "in 1 of the 3 that are filled" in alt
        assert "ECE 0.102 in 10 bins" in alt

    @pytest.mark.parametrize("count", [0, 3])
    def test_no_sample_and_too_many_are_refused(self, count):
        with pytest.raises(ValueError, match=f"{count} samples do not fit"):
            plots.reliability({str(n): (CONFIDENCES, CORRECT) for n in range(count)})

    def test_the_interval_has_a_length_where_all_are_right_and_shrinks_with_the_root(self):
        low, high = wilson_interval(1.0, 10)
        assert 0.6 < low < 0.8
        assert high == pytest.approx(1)
        few, many = (wilson_interval(0.5, n)[1] - wilson_interval(0.5, n)[0] for n in (1000, 4000))
        assert few / many == pytest.approx(2, rel=0.01)


class TestLikelihood:
    def test_the_mark_is_at_the_fitted_temperature(self):
        fitted = fit_temperature(LOGITS, MIXED)
        axes = plots.likelihood({"a": (LOGITS, MIXED)}).figure.axes[0]
        marks = [line for line in axes.lines if list(line.get_ydata()) == [fitted.nll_after]]
        assert [mark.get_xdata()[0] for mark in marks] == [fitted.temperature]

    @pytest.mark.parametrize(
        ("labels", "place", "marker", "said"),
        [(FITTED, 0.25, "<", "only at T = 0,"), (AGAINST, 10, ">", "only at T = infinity,")],
    )
    def test_a_minimum_beyond_the_axis_is_pointed_at_from_its_end(
        self, labels, place, marker, said
    ):
        picture = plots.likelihood({"a": (LOGITS, labels)})
        marks = [line for line in picture.figure.axes[0].lines if line.get_marker() == marker]
        assert [list(mark.get_xdata()) for mark in marks] == [[place]]
        assert said in picture.alt

    @pytest.mark.parametrize(("low", "high"), [(0, 1), (2, 1), (1, math.inf)])
    def test_ends_that_are_no_axis_are_refused(self, low, high):
        with pytest.raises(ValueError, match="is no axis"):
            plots.likelihood({"a": (LOGITS, MIXED)}, low, high)

    @pytest.mark.parametrize("count", [0, 5])
    def test_no_sample_and_too_many_are_refused(self, count):
        with pytest.raises(ValueError, match=f"{count} samples do not fit"):
            plots.likelihood({str(n): (LOGITS, MIXED) for n in range(count)})


class TestErrorByChance:
    def test_lists_of_another_length_are_refused(self):
        with pytest.raises(ValueError, match="1 values for 2 sizes"):
            plots.error_by_chance([10, 20], [0.1], [0.2, 0.1], [0.3, 0.2], observed={})

    def test_what_a_logarithm_cannot_hold_is_refused(self):
        with pytest.raises(ValueError, match="positive finite numbers"):
            plots.error_by_chance([10, 20], [0.0, 0.1], [0.2, 0.1], [0.3, 0.2], observed={})

    def test_a_single_size_is_refused(self):
        with pytest.raises(ValueError, match="two sizes at least"):
            plots.error_by_chance([10], [0.1], [0.2], [0.3], observed={})

    def test_every_line_to_compare_with_is_named_with_its_value(self):
        picture = plots.error_by_chance(
            [10, 20], [0.1, 0.05], [0.2, 0.1], [0.3, 0.2], observed={"ours:": 0.08}
        )
        labels = [text.get_text() for text in picture.figure.legends[0].get_texts()]
        assert "ours: 0.080" in labels
        assert "ours: 0.080" in picture.alt
