"""Counts beside what to expect of them, and Pearson's statistic beside its distribution.

.. math::

    \\mathrm{E}[c_i] = n q_i, \\qquad \\mathrm{se}[c_i] = \\sqrt{n q_i (1 - q_i)}, \\qquad
    \\chi^2 = \\sum_i \\frac{(c_i - n q_i)^2}{n q_i}
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from tempkit.plots.arguments import language_of, several
from tempkit.plots.look import BLUE, GREY, VERMILION, drawing, few_ticks, new_figure
from tempkit.plots.picture import Picture
from tempkit.plots.wording import plain_temperature, quoted, say
from tempkit.sampling import DrawCounts

_MOST_CLASSES = 12
_BINS = 24


def counts(
    results: Mapping[float, DrawCounts],
    labels: Sequence[str],
    *,
    lang: str | None = None,
) -> Picture:
    """Counts as marks over expected counts with two standard errors, a panel a temperature.

    Parameters
    ----------
    results : mapping from temperature to :class:`tempkit.sampling.DrawCounts`, at most 5
    labels : V strings, ``V <= 12``
    lang : "en" or "es", optional

    Raises
    ------
    ValueError
        If there are no results or too many, or the labels do not match.
    """
    temperatures, lang = several(list(results), most=5), language_of(lang)
    sizes = {len(result.count) for result in results.values()}
    if sizes != {len(labels)} or len(labels) > _MOST_CLASSES:
        raise ValueError(
            f"{len(labels)} labels for counts of {sorted(sizes)} classes: give one label for each "
            f"class, {_MOST_CLASSES} at most"
        )
    total = int(next(iter(results.values())).count.sum())
    with drawing():
        figure = new_figure(1.9 + 0.36 * len(labels), say("counts.title", lang, total=total))
        panels = figure.subplots(1, len(temperatures), sharey=True, squeeze=False)[0]
        for axes, temperature, result in zip(panels, temperatures, results.values(), strict=True):
            expected, error = result.expected.tolist(), result.standard_error.tolist()
            places = range(len(labels))
            axes.barh(places, expected, color="#cfe3f1", height=0.72)
            axes.errorbar(
                expected,
                places,
                xerr=[2 * e for e in error],
                fmt="none",
                ecolor=BLUE,
                elinewidth=5,
                alpha=0.75,
            )
            axes.plot(result.count.tolist(), places, "D", color=VERMILION, markersize=5)
            largest = max(e + 2 * s for e, s in zip(expected, error, strict=True))
            for place, count, mean in zip(places, result.count.tolist(), expected, strict=True):
                inside = mean > 0.6 * largest
                axes.annotate(
                    str(count),
                    (mean - 2 * error[place] if inside else mean + 2 * error[place], place),
                    xytext=(-7 if inside else 8, 0),
                    textcoords="offset points",
                    ha="right" if inside else "left",
                    va="center",
                    fontsize=11,
                )
            axes.set_xlim(0, 1.12 * largest)
            axes.set_ylim(len(labels) - 0.45, -0.55)
            few_ticks(axes.xaxis)
            axes.tick_params(axis="y", length=0)
            axes.set_title(f"T = {plain_temperature(temperature, lang)}")
        panels[0].set_yticks(range(len(labels)), labels)
        figure.supxlabel(say("counts.key", lang), fontsize=12)
    findings = [
        _finding(temperature, result, labels, lang)
        for temperature, result in zip(temperatures, results.values(), strict=True)
    ]
    alt = say("counts.alt", lang, total=total, findings=". ".join(findings))
    return Picture(figure, alt, lang)


def _finding(temperature: float, result: DrawCounts, labels: Sequence[str], lang: str) -> str:
    """What was drawn most often, and how far the strayest count strays."""
    top = int(result.expected.argmax())
    possible = result.standard_error > 0
    away = (result.count - result.expected).abs()[possible] / result.standard_error[possible]
    # A class of negligible probability strays by nothing and is divided by next to nothing.
    strayed = away[result.expected[possible] > 1e-6]
    return say(
        "counts.finding",
        lang,
        temperature=plain_temperature(temperature, lang),
        token=quoted(labels[top], lang),
        count=int(result.count[top]),
        expected=f"{result.expected[top].item():.1f}",
        error=f"{result.standard_error[top].item():.1f}",
        # Rounded up, for the text says that no count is farther away.
        farthest=f"{math.ceil(10 * strayed.max().item()) / 10 if len(strayed) else 0.0:.1f}",
    )


def chi_square(
    statistics: Tensor,
    degrees_of_freedom: int,
    threshold: float,
    *,
    lang: str | None = None,
) -> Picture:
    """A histogram of many statistics under the chi-square density, the alarms in another colour.

    Parameters
    ----------
    statistics : Tensor, shape ``[n]``
        Pearson's statistic of n repetitions.
    degrees_of_freedom : int, at least 1
    threshold : positive number
        A statistic above it is an alarm.
    lang : "en" or "es", optional

    Raises
    ------
    ValueError
        If there are no statistics, or the degrees of freedom or the threshold are not positive.
    """
    values, lang = statistics.detach().cpu().double().flatten(), language_of(lang)
    if len(values) == 0 or not values.isfinite().all() or (values < 0).any():
        raise ValueError("statistics must be one or more finite numbers that are not negative")
    if degrees_of_freedom < 1 or not 0 < threshold < math.inf:
        raise ValueError(
            "degrees_of_freedom must be at least 1 and threshold positive and finite, not "
            f"{degrees_of_freedom} and {threshold:g}"
        )
    width = threshold / math.ceil(_BINS / 2)
    edges = width * torch.arange(_BINS + 1, dtype=torch.float64)
    shown = values.clamp(max=edges[-1].item() - width / 2)
    heights = torch.histogram(shown, edges).hist
    alarms = (values > threshold).double().mean().item()
    nominal = _chance_above(threshold, degrees_of_freedom)
    error = math.sqrt(nominal * (1 - nominal) / len(values))
    with drawing():
        figure = new_figure(3.7, say("chi_square.title", lang))
        axes = figure.subplots()
        axes.bar(
            edges[:-1].tolist(),
            heights.tolist(),
            width=0.94 * width,
            align="edge",
            color=[VERMILION if edge >= threshold - width / 2 else BLUE for edge in edges[:-1]],
        )
        curve = torch.linspace(0.02, edges[-1].item(), 400, dtype=torch.float64)
        expected = len(values) * width * _density(curve, degrees_of_freedom)
        axes.plot(curve.tolist(), expected.tolist(), color="black", linewidth=2)
        axes.axvline(threshold, color=GREY, linestyle=":", linewidth=2)
        axes.annotate(
            say(
                "chi_square.beyond",
                lang,
                threshold=f"{threshold:.3g}",
                share=f"{alarms:.3f}",
                nominal=f"{nominal:.3f}",
                error=f"{error:.3f}",
            ),
            (threshold, 0.62),
            xycoords=("data", "axes fraction"),
            xytext=(8, 0),
            textcoords="offset points",
            fontsize=11,
            linespacing=1.4,
        )
        axes.set_xlim(0, edges[-1].item())
        few_ticks(axes.xaxis, 6)
        few_ticks(axes.yaxis, 6)
        axes.set(
            xlabel=say("chi_square.statistic", lang, freedom=degrees_of_freedom),
            ylabel=say("chi_square.runs", lang, count=len(values)),
        )
    alt = say(
        "chi_square.alt",
        lang,
        count=len(values),
        freedom=degrees_of_freedom,
        threshold=f"{threshold:.3g}",
        share=f"{alarms:.3f}",
        nominal=f"{nominal:.3f}",
        error=f"{error:.3f}",
        mean=f"{values.mean().item():.2f}",
    )
    return Picture(figure, alt, lang)


def _density(x: Tensor, freedom: int) -> Tensor:
    half = freedom / 2
    return ((half - 1) * torch.log(x) - x / 2 - half * math.log(2) - math.lgamma(half)).exp()


def _chance_above(threshold: float, freedom: int) -> float:
    halves = torch.tensor([freedom / 2, threshold / 2], dtype=torch.float64)
    return torch.special.gammaincc(*halves).item()
