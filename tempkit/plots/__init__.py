"""Every figure of the course, as a picture that carries its own alt text.

Each function takes one row of logits on any device and returns a :class:`Picture`, which shows
itself in a notebook with an ``<img alt>`` that a screen reader reads. The words of figure and alt
text are in the language in use (:mod:`tempkit.language`), or in ``lang``.
"""

from tempkit.plots.comparison import forms, underflow
from tempkit.plots.entropy_against_temperature import entropy_curve
from tempkit.plots.motion import animation
from tempkit.plots.one_draw import pipeline
from tempkit.plots.over_temperatures import bars, heat_map, rank_curves
from tempkit.plots.picture import MovingPicture, Picture

__all__ = [
    "MovingPicture",
    "Picture",
    "animation",
    "bars",
    "entropy_curve",
    "forms",
    "heat_map",
    "pipeline",
    "rank_curves",
    "underflow",
]
