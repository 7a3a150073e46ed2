"""Two ways to draw a class: a number on a ruler, and noise on the logits.

.. math::

    j(u) = \\min \\Bigl\\{ j : \\sum_{i \\le j} q_i > u \\Bigr\\}, \\qquad
    j(G) = \\arg\\max_i \\, (z_i + T G_i)
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from tempkit.plots.arguments import (
    class_labels,
    language_of,
    one_row,
    positive_and_finite,
    several,
)
from tempkit.plots.look import (
    BLACK,
    BLUE,
    COLOURS,
    GREY,
    VERMILION,
    drawing,
    few_ticks,
    new_figure,
)
from tempkit.plots.picture import Picture
from tempkit.plots.wording import listed, plain_temperature, quoted, say
from tempkit.sampling import sample
from tempkit.scaling import softmax

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_ROWS = 5


def rulers(
    logits: Tensor,
    temperatures: Iterable[float] | Tensor = (0.01, 1, 6),
    uniforms: Sequence[float] = (0.01, 0.45, 0.9),
    *,
    labels: Sequence[str] | None = None,
    lang: str | None = None,
) -> Picture:
    """A ruler a temperature, each class as long as its probability, under the same numbers.

    Parameters
    ----------
    logits : Tensor, shape ``[V]``, ``V <= 7``
    temperatures : numbers from 0 to infinity, at most 5
    uniforms : numbers in [0, 1), at most 5
        Each falls on a class of every ruler.
    labels : V strings, optional
    lang : "en" or "es", optional

    Raises
    ------
    ValueError
        If the logits are not one row, a temperature is negative or NaN, a uniform number lies
        outside [0, 1), or there are too many of them.
    """
    from matplotlib.patches import Patch

    row = one_row(logits, most=len(COLOURS))
    temperatures = several(temperatures, most=_MOST_ROWS)
    if not 0 < len(uniforms) <= _MOST_ROWS:
        raise ValueError(f"{len(uniforms)} uniform numbers do not fit: give 1 to {_MOST_ROWS}")
    labels, lang = class_labels(labels, row), language_of(lang)
    points = torch.tensor(list(uniforms), dtype=torch.float64)
    drawn = [
        sample(row.expand(len(points), -1), temperature, uniforms=points).tolist()
        for temperature in temperatures
    ]
    with drawing():
        figure = new_figure(1.75 + 0.72 * len(temperatures), say("rulers.title", lang))
        axes = figure.subplots()
        for place, temperature in enumerate(temperatures):
            _draw_stretches(axes, place, softmax(row, temperature), labels, sorted(uniforms))
        for u in uniforms:
            axes.axvline(u, color="white", linewidth=3.6)
            axes.axvline(u, color=BLACK, linewidth=1.6, linestyle=(0, (4, 2)))
            axes.annotate(
                f"{u:.3g}",
                (u, -0.5),
                xytext=(0, 3),
                textcoords="offset points",
                ha="center",
                va="bottom",
                fontweight="bold",
            )
        axes.set_xlim(0, 1)
        axes.set_ylim(len(temperatures) - 0.5, -0.5)
        axes.set_yticks(
            range(len(temperatures)), [f"T = {plain_temperature(t, lang)}" for t in temperatures]
        )
        axes.tick_params(axis="y", length=0)
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.5", "0.75", "1"])
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(say("pipeline.ruler", lang))
        # Where a stretch has no room for its name, its colour gives it.
        figure.legend(
            [Patch(color=colour) for _, colour in zip(labels, COLOURS, strict=False)],
            labels,
            loc="outside lower left",
            ncols=len(labels),
            frameon=False,
            fontsize=11,
            handlelength=1,
            columnspacing=1.4,
        )
    said = [
        say(
            "rulers.fall",
            lang,
            temperature=plain_temperature(temperature, lang),
            tokens=listed([quoted(labels[token], lang) for token in tokens], lang),
        )
        for temperature, tokens in zip(temperatures, drawn, strict=True)
    ]
    alt = say(
        "rulers.alt",
        lang,
        uniforms=listed([f"{u:.3g}" for u in uniforms], lang),
        findings="; ".join(said),
    )
    return Picture(figure, alt, lang)


def _draw_stretches(
    axes: Axes,
    place: int,
    probabilities: Tensor,
    labels: Sequence[str],
    uniforms: Sequence[float],
) -> None:
    """One ruler: the classes end to end from 0 to 1, those that have room with their names."""
    start = 0.0
    for width, label, colour in zip(probabilities.tolist(), labels, COLOURS, strict=False):
        axes.barh(
            place, width, left=start, height=0.7, color=colour, edgecolor="white", linewidth=1.2
        )
        left = _place_of_name(start, width, label, uniforms)
        if left is not None:
            axes.text(
                left,
                place,
                label,
                ha="left",
                va="center",
                fontsize=11,
                color="white" if colour in (BLUE, BLACK) else "black",
                # Where a line crosses a name after all, its own colour keeps the name readable.
                bbox={"facecolor": colour, "edgecolor": "none", "pad": 1.5},
                zorder=3,
            )
        start += width


def _place_of_name(
    start: float, width: float, label: str, uniforms: Sequence[float]
) -> float | None:
    """Where a name begins in its stretch: in the middle of the widest piece between the lines,
    or of the whole stretch if no piece is wide enough; None without room.
    """
    length, margin = 0.0145 * len(label), 0.012
    if length + margin > width:
        return None
    cuts = [start, *(u for u in uniforms if start < u < start + width), start + width]
    left, right = max(itertools.pairwise(cuts), key=lambda piece: piece[1] - piece[0])
    if right - left < length + 2 * margin:
        left, right = start, start + width
    return (left + right - length) / 2


def noisy_logits(
    logits: Tensor,
    temperatures: Iterable[float] | Tensor = (0.1, 1, 6),
    noise: Tensor | None = None,
    *,
    labels: Sequence[str] | None = None,
    lang: str | None = None,
) -> Picture:
    """The scores ``z + T G``, a panel a temperature, all with the same Gumbel noise.

    Parameters
    ----------
    logits : Tensor, shape ``[V]``, ``V <= 7``, all finite
    temperatures : positive finite numbers, at most 5
    noise : Tensor, shape ``[V]``, optional
        Gumbel noise; by default drawn with seed 14, under which our five words have three winners.
    labels : V strings, optional
    lang : "en" or "es", optional

    Raises
    ------
    ValueError
        If the logits are not one finite row, a temperature is not positive and finite, or the
        noise has another shape.
    """
    row, temperatures = one_row(logits, most=len(COLOURS)), several(temperatures, most=_MOST_ROWS)
    positive_and_finite(temperatures)
    if not row.isfinite().all():
        raise ValueError("noisy_logits draws every logit as a bar: leave out those at -inf")
    if noise is None:
        noise = _gumbel_noise(len(row), seed=14)
    noise = one_row(noise)
    if noise.shape != row.shape:
        raise ValueError(f"noise of {len(noise)} numbers for {len(row)} logits: give one for each")
    labels, lang = class_labels(labels, row), language_of(lang)
    winners = []
    with drawing():
        figure = new_figure(1.5 + 0.34 * len(row), say("noisy_logits.title", lang))
        panels = figure.subplots(1, len(temperatures), sharey=True, squeeze=False)[0]
        for axes, temperature in zip(panels, temperatures, strict=True):
            winners.append(_draw_scores(axes, row, temperature * noise))
            axes.set_title(f"T = {plain_temperature(temperature, lang)}")
        panels[0].set_yticks(range(len(row)), labels)
        figure.supxlabel(say("noisy_logits.key", lang), fontsize=12)
    said = [
        say(
            "noisy_logits.wins",
            lang,
            temperature=plain_temperature(temperature, lang),
            token=quoted(labels[winner], lang),
            score=f"{(row + temperature * noise)[winner].item():.2f}",
        )
        for temperature, winner in zip(temperatures, winners, strict=True)
    ]
    findings = listed(said, lang)
    findings = findings[0].upper() + findings[1:]
    alt = say("noisy_logits.alt", lang, count=len(row), findings=findings)
    return Picture(figure, alt, lang)


def _gumbel_noise(count: int, seed: int) -> Tensor:
    generator = torch.Generator("cpu").manual_seed(seed)
    uniforms = torch.rand(count, dtype=torch.float64, generator=generator, device="cpu")
    return -torch.log(-torch.log(uniforms))


def _draw_scores(axes: Axes, row: Tensor, noise: Tensor) -> int:
    """Bars of the logits, an arrow from each to its score, and the winner, which is returned."""
    scores = row + noise
    winner = int(scores.argmax())
    axes.barh(range(len(row)), row.tolist(), color=BLUE, height=0.6)
    for place, (z, score) in enumerate(zip(row.tolist(), scores.tolist(), strict=True)):
        colour = VERMILION if place == winner else GREY
        axes.plot([z, score], [place, place], color=colour, linewidth=2.2, solid_capstyle="butt")
        axes.plot([score], [place], marker="o", markersize=9, color=colour)
        if place == winner:
            axes.plot([score], [place], marker="o", markersize=3.5, color="white")
    reach = [0.0, *row.tolist(), *scores.tolist()]
    margin = 0.08 * (max(reach) - min(reach) or 1.0)
    axes.set_xlim(min(reach) - margin, max(reach) + margin)
    axes.set_ylim(len(row) - 0.45, -0.55)
    axes.axvline(0, color=BLACK, linewidth=0.8)
    few_ticks(axes.xaxis)
    # 1 and not 1.0: the numbers of neighbouring panels must not touch.
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}".replace("-", "−"))
    axes.tick_params(axis="y", length=0)
    return winner
