"""Every figure of the course, as a picture that carries its own alt text.

Each function takes one row of logits on any device and returns a :class:`Picture`, which shows
itself in a notebook with an ``<img alt>`` that a screen reader reads. The words of figure and alt
text are in the language in use (:mod:`tempkit.language`), or in ``lang``.
"""

from tempkit.plots.across_rows import doubts
from tempkit.plots.chance import error_by_chance
from tempkit.plots.claimed_and_right import claimed_and_right
from tempkit.plots.comparison import forms, underflow
from tempkit.plots.counted_draws import chi_square, counts
from tempkit.plots.entropy_against_temperature import entropy_curve
from tempkit.plots.exploration import regret_curve, regret_histogram, regret_over_time
from tempkit.plots.faulty_knobs import faulty_knobs
from tempkit.plots.gradient_product import gradient_product
from tempkit.plots.likelihood import likelihood
from tempkit.plots.mixed_temperatures import mixed_temperatures
from tempkit.plots.motion import animation
from tempkit.plots.one_draw import pipeline
from tempkit.plots.over_temperatures import bars, heat_map, rank_curves
from tempkit.plots.penalty import penalty_shift
from tempkit.plots.picture import MovingPicture, Picture
from tempkit.plots.quality import divergence, grammatical
from tempkit.plots.reliability import reliability
from tempkit.plots.risk_and_cost import costs, risk_coverage
from tempkit.plots.seed_by_seed import seed_by_seed
from tempkit.plots.self_reference import self_reference
from tempkit.plots.soft_targets import soft_targets
from tempkit.plots.trade import trade
from tempkit.plots.truncation import kept_sizes, truncated
from tempkit.plots.two_temperings import two_temperings
from tempkit.plots.ways_to_draw import noisy_logits, rulers

__all__ = [
    "MovingPicture",
    "Picture",
    "animation",
    "bars",
    "chi_square",
    "claimed_and_right",
    "costs",
    "counts",
    "divergence",
    "doubts",
    "entropy_curve",
    "error_by_chance",
    "faulty_knobs",
    "forms",
    "gradient_product",
    "grammatical",
    "heat_map",
    "kept_sizes",
    "likelihood",
    "mixed_temperatures",
    "noisy_logits",
    "penalty_shift",
    "pipeline",
    "rank_curves",
    "regret_curve",
    "regret_histogram",
    "regret_over_time",
    "reliability",
    "risk_coverage",
    "rulers",
    "seed_by_seed",
    "self_reference",
    "soft_targets",
    "trade",
    "truncated",
    "two_temperings",
    "underflow",
]
