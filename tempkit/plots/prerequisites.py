"""Chapters as boxes, with an arrow from each to those that build on it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tempkit.plots.arguments import language_of
from tempkit.plots.look import BLACK, BLUE, GREY, drawing, new_figure
from tempkit.plots.picture import Picture
from tempkit.plots.wording import listed, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BOX = (0.92, 0.68)  # of a cell of the grid
_LONGEST_LINE = 17  # characters


@dataclass(frozen=True)
class Box:
    """A chapter: its number and title, the numbers it needs, and its column and row."""

    number: str
    title: str
    needs: tuple[str, ...]
    place: tuple[float, float]


def prerequisites(boxes: Sequence[Box], *, lang: str | None = None) -> Picture:
    """A map of what needs what, read from the top down.

    Parameters
    ----------
    boxes : sequence of Box
        Each stands in a column and a row, both counted from 0 at the top left.
    lang : "en" or "es", optional
    """
    lang = language_of(lang)
    at = {box.number: box.place for box in boxes}
    with drawing():
        columns = max(box.place[0] for box in boxes) + 1
        rows = max(box.place[1] for box in boxes) + 1
        figure = new_figure(0.4 + 0.92 * rows, say("prerequisites.title", lang))
        axes = figure.subplots()
        for box in boxes:
            for needed in box.needs:
                _arrow(axes, at[needed], box.place)
        for box in boxes:
            _box(axes, box)
        axes.set_xlim(-0.5, columns - 0.5)
        axes.set_ylim(rows - 0.55, -0.45)
        axes.axis("off")
    leads = []
    for box in boxes:
        later = [other.number for other in boxes if box.number in other.needs]
        if later:
            leads.append(
                say("prerequisites.leads", lang, number=box.number, later=listed(later, lang))
            )
    alt = say("prerequisites.alt", lang, count=len(boxes), leads="; ".join(leads))
    return Picture(figure, alt, lang)


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate(
        "",
        (end[0], end[1] - _BOX[1] / 2),
        (start[0], start[1] + _BOX[1] / 2),
        arrowprops={
            "arrowstyle": "-|>",
            "color": GREY,
            "linewidth": 1.4,
            "shrinkA": 0,
            "shrinkB": 0,
        },
    )


def _box(axes: Axes, box: Box) -> None:
    from matplotlib.patches import FancyBboxPatch

    (x, y), (width, height) = box.place, _BOX
    axes.add_patch(
        FancyBboxPatch(
            (x - width / 2, y - height / 2),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=0.08",
            facecolor="white",
            edgecolor=BLUE,
            linewidth=1.6,
        )
    )
    title = textwrap.fill(f"{box.number} · {box.title}", _LONGEST_LINE)
    axes.text(x, y, title, ha="center", va="center", fontsize=11, color=BLACK, linespacing=1.15)
