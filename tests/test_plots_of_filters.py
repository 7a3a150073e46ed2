"""The figures of truncation and penalties: what is drawn is what the filters do."""

from __future__ import annotations

import math
from functools import partial

import pytest
import torch

from tempkit import plots
from tempkit.filters import min_p, repetition_penalty, top_k, top_p
from tempkit.scaling import softmax

LOGITS = torch.tensor([2, 1, 0.5, 0.2, 0.1], dtype=torch.float64)
WORDS = ["mat", "sofa", "floor", "roof", "moon"]
TOP_2 = partial(top_k, k=2)


def drawn(axes):
    return [text.get_text() for text in axes.texts]


class TestTruncated:
    def test_bars_are_the_shares_of_what_stays(self):
        axes = plots.truncated(LOGITS, {"top-k 2": TOP_2}).figure.axes[0]
        lengths = torch.tensor([bar.get_width() for bar in axes.patches], dtype=torch.float64)
        torch.testing.assert_close(lengths, softmax(top_k(LOGITS, 2)))

    def test_what_went_is_called_removed(self):
        axes = plots.truncated(LOGITS, {"top-k 2": TOP_2}).figure.axes[0]
        assert drawn(axes)[2:] == ["removed"] * 3

    def test_marks_and_mass_are_at_the_temperature_given(self):
        picture = plots.truncated(LOGITS, {"top-k 2": TOP_2}, temperature=2)
        mass = softmax(LOGITS, 2)[:2].sum()
        assert f"keeps 2, with a mass of {mass:.3f}" in picture.alt
        assert "softmax(z / 2)" in picture.alt

    def test_at_one_the_temperature_is_not_written(self):
        assert "marks at softmax(z): " in plots.truncated(LOGITS, {"top-k 2": TOP_2}).alt

    def test_a_filter_may_return_a_list(self):
        as_list = plots.truncated(LOGITS, {"top-k 2": lambda z: TOP_2(z).tolist()})
        assert as_list.alt == plots.truncated(LOGITS, {"top-k 2": TOP_2}).alt

    def test_a_title_stands_first_in_the_alt_text(self):
        assert plots.truncated(LOGITS, {"a": TOP_2}, title="Two stay").alt.startswith("Two stay. ")

    def test_three_filters_leave_no_empty_panel(self):
        filters = dict.fromkeys("abc", TOP_2)
        assert len(plots.truncated(LOGITS, filters).figure.axes) == 3

    @pytest.mark.parametrize("count", [0, 7])
    def test_no_filter_and_too_many_are_refused(self, count):
        with pytest.raises(ValueError, match=f"{count} filters do not fit: .* room for 1 to 6"):
            plots.truncated(LOGITS, {str(n): TOP_2 for n in range(count)})


class TestKeptSizes:
    def test_counts_are_those_of_the_filter_after_the_temperature(self):
        filters = {"top-p": partial(top_p, p=0.6), "min-p": partial(min_p, p=0.25)}
        lines = plots.kept_sizes(LOGITS, filters, [0.5, 1, 2]).figure.axes[0].lines
        assert list(lines[0].get_ydata()) == [1, 2, 3]
        assert list(lines[1].get_ydata()) == [1, 2, 5]

    def test_alt_text_gives_the_ends(self):
        picture = plots.kept_sizes(LOGITS, {"min-p 0.25": partial(min_p, p=0.25)}, [0.5, 1, 2])
        assert "from 1 to 5 with min-p 0.25" in picture.alt

    @pytest.mark.parametrize("temperatures", [[2, 1], [1], [1, 1]])
    def test_temperatures_must_rise(self, temperatures):
        with pytest.raises(ValueError, match="at least two temperatures, in rising order"):
            plots.kept_sizes(LOGITS, {"a": TOP_2}, temperatures)

    def test_zero_has_no_place_on_the_axis(self):
        with pytest.raises(ValueError, match="positive and finite here, not 0"):
            plots.kept_sizes(LOGITS, {"a": TOP_2}, [0, 1])


class TestPenaltyShift:
    def test_alt_text_gives_the_penalised_probabilities(self):
        picture = plots.penalty_shift(LOGITS, penalties=[1.3], labels=WORDS)
        for shift in (0, 12):
            after = repetition_penalty(LOGITS + shift, torch.tensor([0]), 1.3)
            assert f"{softmax(after)[0]:.3f}" in picture.alt

    def test_the_curve_touches_the_plain_probability_where_the_logit_is_zero(self):
        curve = plots.penalty_shift(LOGITS, penalties=[1.3]).figure.axes[0].lines[1]
        shifts, heights = (torch.as_tensor(curve.get_data()[i]) for i in (0, 1))
        plain = softmax(LOGITS)[0].item()
        assert shifts[heights.argmax()].item() == pytest.approx(-2)
        assert heights.max().item() == pytest.approx(plain)

    @pytest.mark.parametrize("token", [-1, 5, 4])
    def test_a_token_that_cannot_be_is_refused(self, token):
        logits = LOGITS.clone()
        logits[4] = -math.inf
        with pytest.raises(ValueError, match=f"token {token} is none of the 5, or impossible"):
            plots.penalty_shift(logits, token)
