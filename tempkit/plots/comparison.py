"""The temperature inside the softmax beside the temperature outside it.

In exact arithmetic ``p ** (1/T)`` renormalised is ``softmax(z / T)``. In floating point ``p`` is
rounded before the power can act, and is 0 once its logit is far enough below the top.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from tempkit.pitfalls import FORMS, Form, power
from tempkit.plots.arguments import (
    class_labels,
    geometric,
    language_of,
    one_row,
    positive_and_finite,
    single,
)
from tempkit.plots.look import (
    BLACK,
    BLUE,
    COLOURS,
    INSIDE_FROM,
    MARKERS,
    VERMILION,
    drawing,
    horizontal_bars,
    log_axis,
    new_figure,
    probability_axis,
)
from tempkit.plots.picture import Picture
from tempkit.plots.wording import (
    WORDING,
    listed,
    plain_temperature,
    say,
    short_probability,
    spoken_size,
)
from tempkit.scaling import softmax

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Total variation below which two distributions are drawn, and called, the same.
_SAME = 5e-4
_DTYPES = {"float16": torch.float16, "bfloat16": torch.bfloat16, "float32": torch.float32}


def forms(
    logits: Tensor,
    temperature: float,
    *,
    labels: Sequence[str] | None = None,
    lang: str | None = None,
) -> Picture:
    """Every form of :data:`tempkit.pitfalls.FORMS`, renormalised, against ``softmax(z / T)``.

    Parameters
    ----------
    logits : Tensor, shape ``[V]``, ``V <= 7``
    temperature : positive finite number
    labels : V strings, optional
    lang : "en" or "es", optional

    Raises
    ------
    ValueError
        If the logits are not one row, or the temperature is not positive and finite.
    """
    row, temperature = one_row(logits, most=len(COLOURS)), single(temperature)
    positive_and_finite([temperature])
    labels, lang = class_labels(labels, row), language_of(lang)
    truth, words = softmax(row, temperature), plain_temperature(temperature, lang)
    right, wrong = [], []
    with drawing():
        figure = new_figure(
            3 * (0.75 + 0.24 * len(row)) + 0.8, say("forms.title", lang, temperature=words)
        )
        panels = figure.subplots(3, 3, sharex=True, sharey=True).flatten()
        for axes, form in zip(panels, FORMS, strict=True):
            weights = form.apply(row, temperature)
            seen = weights / weights.sum()
            _draw_form(axes, seen, truth, form)
            verdict = _verdict(form, seen, truth, weights.sum().item(), lang)
            axes.set_title(f"{_name(form, lang)}\n{verdict}", fontsize=11, linespacing=1.3)
            finding = _finding(form, seen, truth, lang)
            (wrong if finding else right).append(finding or _name(form, lang))
        panels[0].set_yticks(range(len(row)), labels)
        figure.supxlabel(say("forms.key", lang), fontsize=11)
    alt = say(
        "forms.alt",
        lang,
        temperature=words,
        count=len(FORMS),
        right=listed(right, lang),
        wrong="; ".join(wrong),
    )
    return Picture(figure, alt, lang)


def _name(form: Form, lang: str) -> str:
    """The formula of a form, in words of the language where it has words."""
    key = f"forms.{form.id}"
    return say(key, lang) if key in WORDING else form.formula


def _distance(seen: Tensor, truth: Tensor) -> float:
    return (seen - truth).abs().sum().item() / 2


def _draw_form(axes: Axes, seen: Tensor, truth: Tensor, form: Form) -> None:
    values = seen.tolist()
    texts = ["" if math.isnan(value) else short_probability(value) for value in values]
    colour = BLUE if form.correct else VERMILION
    horizontal_bars(axes, values, texts, colour, beyond=truth.tolist(), inside_from=INSIDE_FROM)
    places = torch.arange(len(values))
    axes.vlines(truth.tolist(), places - 0.45, places + 0.45, color=BLACK, linewidth=2.2)
    probability_axis(axes.xaxis)


def _verdict(form: Form, seen: Tensor, truth: Tensor, total: float, lang: str) -> str:
    if form.correct:
        return say("forms.correct", lang)
    distance = _distance(seen, truth)
    if math.isnan(distance):
        return say("forms.nothing", lang)
    if distance < _SAME:
        return say("forms.same", lang, total=f"{total:.2f}")
    return say("forms.wrong", lang, distance=f"{distance:.3f}")


def _finding(form: Form, seen: Tensor, truth: Tensor, lang: str) -> str:
    """What is wrong with the distribution of a form; empty if nothing is."""
    distance, name = _distance(seen, truth), _name(form, lang)
    if math.isnan(distance):
        return say("forms.left", lang, form=name)
    if distance < _SAME:
        return ""
    return say("forms.off", lang, form=name, distance=f"{distance:.3f}")


def underflow(temperature: float = 10.0, *, lang: str | None = None) -> Picture:
    """Worst absolute error of the power form in float16, bfloat16 and float32.

    For logits ``[0, -s/2, -s]`` the form ``p ** (1/T)`` is computed in each dtype and compared with
    ``softmax(z / T)`` in float64 of the same rounded logits. The curve at ``s`` is the largest
    error of any spread up to ``s``.

    Parameters
    ----------
    temperature : positive finite number
    lang : "en" or "es", optional

    Raises
    ------
    ValueError
        If the temperature is not positive and finite.
    """
    temperature, lang = single(temperature), language_of(lang)
    positive_and_finite([temperature])
    spreads = geometric(1, 200, 400)
    words, findings = plain_temperature(temperature, lang), []
    with drawing():
        figure = new_figure(4.7, say("underflow.title", lang, temperature=words))
        axes = figure.subplots()
        for place, (name, dtype) in enumerate(_DTYPES.items()):
            errors = [_error_of_power(spread, temperature, dtype) for spread in spreads]
            worst = torch.tensor(errors, dtype=torch.float64).cummax(0).values.tolist()
            threshold = _spread_that_underflows(dtype)
            said = f"{threshold:.1f}"
            axes.plot(
                spreads,
                worst,
                color=COLOURS[place],
                linewidth=2.5,
                marker=MARKERS[place],
                markevery=(20, 40),
                markersize=7,
                label=say("underflow.lost", lang, dtype=name, threshold=said),
            )
            axes.axvline(threshold, color=COLOURS[place], linestyle=":", linewidth=2)
            error = spoken_size(worst[-1])
            findings.append(say("underflow.finding", lang, dtype=name, threshold=said, error=error))
        log_axis(axes.xaxis, spreads[0], spreads[-1])
        log_axis(axes.yaxis, 1e-9, 1)
        axes.grid(True)
        axes.set(xlabel=say("underflow.spread", lang), ylabel=say("underflow.error", lang))
        figure.legend(loc="outside lower left", frameon=False, fontsize=11)
    alt = say("underflow.alt", lang, temperature=words, findings=". ".join(findings))
    return Picture(figure, alt, lang)


def _three_logits(spread: float, dtype: torch.dtype) -> Tensor:
    return torch.tensor([0.0, -spread / 2, -spread], dtype=torch.float64).to(dtype)


def _error_of_power(spread: float, temperature: float, dtype: torch.dtype) -> float:
    logits = _three_logits(spread, dtype)
    truth = softmax(logits.double(), temperature)
    return (power(logits, temperature).double() - truth).abs().max().item()


def _spread_that_underflows(dtype: torch.dtype) -> float:
    """The spread from which the smallest of the three probabilities is exactly 0, by bisection."""
    kept, lost = 1.0, 1000.0
    for _ in range(50):
        middle = (kept + lost) / 2
        if torch.softmax(_three_logits(middle, dtype), -1)[-1] == 0:
            lost = middle
        else:
            kept = middle
    # Digits beyond these are those of the bisection.
    return round(lost, 3)
