"""Every figure of the course, as a picture that carries its own alt text.

Each function takes one row of logits on any device and returns a :class:`Picture`, which shows
itself in a notebook with an ``<img alt>`` that a screen reader reads. The words of figure and alt
text are in the language in use (:mod:`tempkit.language`), or in ``lang``.
"""

from tempkit.plots.comparison import forms, underflow
from tempkit.plots.counted_draws import chi_square, counts
from tempkit.plots.entropy_against_temperature import entropy_curve
from tempkit.plots.motion import animation
from tempkit.plots.one_draw import pipeline
from tempkit.plots.over_temperatures import bars, heat_map, rank_curves
from tempkit.plots.penalty import penalty_shift
from tempkit.plots.picture import MovingPicture, Picture
from tempkit.plots.quality import divergence, grammatical
from tempkit.plots.truncation import kept_sizes, truncated
from tempkit.plots.two_temperings import two_temperings
from tempkit.plots.ways_to_draw import noisy_logits, rulers

__all__ = [
    "MovingPicture",
    "Picture",
    "animation",
    "bars",
    "chi_square",
    "counts",
    "divergence",
    "entropy_curve",
    "forms",
    "grammatical",
    "heat_map",
    "kept_sizes",
    "noisy_logits",
    "penalty_shift",
    "pipeline",
    "rank_curves",
    "rulers",
    "truncated",
    "two_temperings",
    "underflow",
]
