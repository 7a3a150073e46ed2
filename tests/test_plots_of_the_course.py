"""The figures about code that is wrong, and about the course itself."""

from __future__ import annotations

import pytest
import torch

from tempkit import plots
from tempkit.information import entropy
from tempkit.plots.prerequisites import Box, prerequisites
from tempkit.scaling import softmax

LOGITS = torch.tensor([2, 1, 0.5, 0.2, 0.1], dtype=torch.float64)


def twice(logits, temperature):
    return softmax(softmax(logits, temperature).log(), temperature)


def with_a_hole(logits, temperature):
    return softmax(logits, 0.0 if temperature == 1.0 else temperature)


class TestFaultyKnobs:
    def test_a_fault_everywhere_is_a_curve_and_one_at_a_point_a_mark(self):
        axes = plots.faulty_knobs(LOGITS, {"twice": twice, "hole": with_a_hole}).figure.axes[0]
        promised, curve, mark = axes.lines
        assert len(promised.get_xdata()) == len(curve.get_xdata()) == 151
        assert (list(mark.get_xdata()), list(mark.get_ydata())) == ([1.0], [0.0])

    def test_the_promised_curve_is_the_entropy(self):
        promised = plots.faulty_knobs(LOGITS, {"twice": twice}).figure.axes[0].lines[0]
        for heat, height in list(zip(*promised.get_data(), strict=True))[::30]:
            assert height == pytest.approx(entropy(LOGITS, heat).item())

    def test_the_alt_text_gives_what_comes_out_and_what_was_promised(self):
        alt = plots.faulty_knobs(LOGITS, {"twice": twice, "hole": with_a_hole}).alt
        assert f"“twice” gives {entropy(LOGITS, 0.25):.3f} nats at T = 0.5" in alt
        assert f"“hole” gives 0.000 nats at T = 1, where {entropy(LOGITS):.3f} are promised" in alt

    def test_words_are_in_the_language(self):
        picture = plots.faulty_knobs(LOGITS, {"dos": twice}, lang="es")
        assert "«dos» da" in picture.alt
        assert picture.figure.axes[0].get_xlabel().startswith("temperatura pedida")


class TestPrerequisites:
    BOXES = (
        Box("00", "First", (), (0, 0)),
        Box("01", "Second", ("00",), (0, 1)),
        Box("02", "Third", ("00", "01"), (1, 2)),
    )

    def test_every_chapter_has_a_box_and_every_need_an_arrow(self):
        axes = prerequisites(self.BOXES).figure.axes[0]
        said = [text for text in axes.texts if text.get_text()]
        assert [text.get_text() for text in said] == ["00 · First", "01 · Second", "02 · Third"]
        assert len(axes.patches) == 3
        assert len(axes.texts) - len(said) == 3

    def test_the_alt_text_says_what_leads_to_what(self):
        assert "3 chapters" in prerequisites(self.BOXES).alt
        assert "00 to 01 and 02; 01 to 02." in prerequisites(self.BOXES).alt
        assert "00 a 01 y 02; 01 a 02." in prerequisites(self.BOXES, lang="es").alt
