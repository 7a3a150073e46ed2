"""What a temperature does in code that handles it wrongly: entropy against the one asked for.

A fault at single temperatures shows as a point beside the curve that was promised, any other as a
curve of its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from tempkit.information import entropy
from tempkit.plots.arguments import language_of, one_row
from tempkit.plots.look import BLACK, COLOURS, MARKERS, drawing, new_figure
from tempkit.plots.picture import Picture
from tempkit.plots.wording import listed, quoted, say

_HOTTEST, _STEPS = 3.0, 150
_VISIBLE = 1e-3


def faulty_knobs(
    logits: Tensor,
    functions: Mapping[str, Callable[[Tensor, float], Tensor]],
    *,
    lang: str | None = None,
) -> Picture:
    """Entropy of the probabilities that each function gives, for temperatures from 0 to 3.

    Parameters
    ----------
    logits : Tensor, shape ``[V]``
    functions : mapping from a name to a function
        At most 7; each is called with float64 logits ``[V]`` and a temperature, and returns
        probabilities ``[V]``.
    lang : "en" or "es", optional
    """
    row, lang = one_row(logits), language_of(lang)
    heats = [_HOTTEST * step / _STEPS for step in range(_STEPS + 1)]
    promised = [entropy(row, heat).item() for heat in heats]
    findings = []
    with drawing():
        figure = new_figure(4.2, say("faulty_knobs.title", lang))
        axes = figure.subplots()
        axes.plot(
            heats,
            promised,
            color=BLACK,
            linestyle="--",
            linewidth=1.6,
            label=say("faulty_knobs.promised", lang),
        )
        for (name, function), colour, marker in zip(
            functions.items(), COLOURS, MARKERS, strict=False
        ):
            given = [torch.special.entr(function(row, heat)).sum().item() for heat in heats]
            off = [i for i in range(len(heats)) if abs(given[i] - promised[i]) > _VISIBLE]
            look = {"color": colour, "label": name, "linewidth": 2.2, "markersize": 8}
            if _alone(off):
                axes.plot(
                    [heats[i] for i in off], [given[i] for i in off], marker, clip_on=False, **look
                )
                shown = off
            else:
                axes.plot(heats, given, **look)
                shown = [_STEPS // 6, 2 * _STEPS // 3]  # T = 0.5 and 2
            findings.append(_finding(name, heats, given, promised, shown, lang))
        axes.set_xlim(0, _HOTTEST)
        axes.set_ylim(0)
        axes.grid(True)
        axes.set(xlabel=say("faulty_knobs.asked", lang), ylabel=say("entropy", lang))
        figure.legend(loc="outside lower left", ncols=2, frameon=False, fontsize=11)
    alt = say("faulty_knobs.alt", lang, findings="; ".join(findings))
    return Picture(figure, alt, lang)


def _alone(places: Sequence[int]) -> bool:
    """Whether no two of these places are neighbours."""
    return all(later - earlier > 1 for earlier, later in itertools.pairwise(places))


def _finding(
    name: str,
    heats: list[float],
    given: list[float],
    promised: list[float],
    shown: list[int],
    lang: str,
) -> str:
    points = [
        say(
            "faulty_knobs.point",
            lang,
            temperature=f"{heats[i]:g}",
            given=f"{given[i]:.3f}",
            promised=f"{promised[i]:.3f}",
        )
        for i in shown
    ]
    return say("faulty_knobs.finding", lang, name=quoted(name, lang), points=listed(points, lang))
