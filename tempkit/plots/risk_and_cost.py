"""What it buys to answer only when sure: risk against coverage, and cost against the threshold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tempkit.plots.arguments import language_of
from tempkit.plots.look import BLACK, COLOURS, MARKERS, drawing, new_figure
from tempkit.plots.picture import Picture
from tempkit.plots.wording import listed, quoted, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tempkit.decisions import RiskCoverage

#: At most so many points of a curve are drawn: a figure of thousands would weigh a megabyte.
_POINTS = 240


def risk_coverage(
    curves: Mapping[str, RiskCoverage], *, title: str | None = None, lang: str | None = None
) -> Picture:
    """Error rate among the accepted against the share accepted, one curve a ranking.

    Parameters
    ----------
    curves : name to :class:`tempkit.decisions.RiskCoverage`, at most 7
    title : str, optional
        Replaces the figure's own; it should say what is shown.
    lang : "en" or "es", optional

    Raises
    ------
    ValueError
        If there is no curve, or there are too many.
    """
    lang = language_of(lang)
    _few(curves)
    title = title or say("risk_coverage.title", lang)
    with drawing():
        figure = new_figure(5.0, title)
        axes = figure.subplots()
        for index, (name, curve) in enumerate(curves.items()):
            step = len(curve.coverage) // _POINTS + 1
            # From the end, so that full coverage is among the points.
            kept = slice(None, None, -step)
            coverage, risk = (part.tolist()[kept] for part in (curve.coverage, curve.risk))
            _line(axes, index, coverage, risk, f"{name}  ({curve.aurc:.4f})")
        axes.set(
            xlabel=say("risk_coverage.coverage", lang),
            ylabel=say("risk_coverage.risk", lang),
            xlim=(0, 1.01),
        )
        axes.set_ylim(bottom=0)
        axes.grid(True)
        figure.legend(
            loc="outside lower left",
            ncols=2,
            frameon=False,
            fontsize=11,
            title=say("risk_coverage.area", lang),
            alignment="left",
        )
    said = [
        say(
            "risk_coverage.one",
            lang,
            curve=quoted(name, lang),
            half=f"{curve.risk[(len(curve.risk) - 1) // 2].item():.3f}",
            area=f"{curve.aurc:.4f}",
        )
        for name, curve in curves.items()
    ]
    whole = next(iter(curves.values())).risk[-1].item()
    alt = say(
        "risk_coverage.alt",
        lang,
        title=title.rstrip("."),
        whole=f"{whole:.3f}",
        rows="; ".join(said),
    )
    return Picture(figure, alt, lang)


def costs(
    thresholds: Sequence[float],
    curves: Mapping[str, Sequence[float]],
    review: float,
    *,
    lang: str | None = None,
) -> Picture:
    """Mean cost of a decision against the threshold, with Chow's threshold marked.

    Parameters
    ----------
    thresholds : numbers from 0 to 1 in rising order
    curves : name to as many mean costs, in errors, at most 7
    review : float
        What a review costs, in errors: Chow's threshold is 1 less it.
    lang : "en" or "es", optional

    Raises
    ------
    ValueError
        If there is no curve, there are too many, or one has another length.
    """
    lang = language_of(lang)
    _few(curves)
    for name, values in curves.items():
        if len(values) != len(thresholds):
            raise ValueError(
                f"{name!r} has {len(values)} costs for {len(thresholds)} thresholds: give one each"
            )
    with drawing():
        figure = new_figure(4.4, say("costs.title", lang))
        axes = figure.subplots()
        said = []
        for index, (name, values) in enumerate(curves.items()):
            _line(axes, index, thresholds, values, name)
            least, at = min(zip(values, thresholds, strict=True))
            axes.plot([at], [least], MARKERS[index], color=COLOURS[index], markersize=10, mec=BLACK)
            said.append(
                say(
                    "costs.one",
                    lang,
                    curve=quoted(name, lang),
                    least=f"{least:.3f}",
                    threshold=f"{at:.2f}",
                )
            )
        axes.axvline(1 - review, color=BLACK, linestyle=":", linewidth=1.6)
        axes.annotate(
            f"1 − {review:g} = {1 - review:g}",
            (1 - review, axes.get_ylim()[1]),
            xytext=(-6, -4),
            textcoords="offset points",
            ha="right",
            va="top",
            fontsize=11,
        )
        axes.set(xlabel=say("costs.threshold", lang), ylabel=say("costs.cost", lang))
        axes.grid(True)
        figure.legend(loc="outside lower left", ncols=2, frameon=False, fontsize=11)
    alt = say("costs.alt", lang, chow=f"{1 - review:g}", rows=listed(said, lang))
    return Picture(figure, alt, lang)


def _line(axes: Axes, index: int, across: Sequence[float], up: Sequence[float], label: str) -> None:
    axes.plot(
        across,
        up,
        color=COLOURS[index],
        linewidth=2,
        marker=MARKERS[index],
        markevery=(index * 4, len(up) // 7 + 1),
        markersize=6,
        label=label,
    )


def _few(curves: Mapping[str, object]) -> None:
    if not 0 < len(curves) <= len(COLOURS):
        raise ValueError(
            f"{len(curves)} curves do not fit: this figure has room for 1 to {len(COLOURS)}"
        )
