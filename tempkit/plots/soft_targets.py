"""What a teacher says of one image: the same logits at several temperatures."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from tempkit.plots.arguments import language_of, one_row, positive_and_finite, several
from tempkit.plots.look import BLACK, BLUE, VERMILION, drawing, new_figure
from tempkit.plots.picture import Picture
from tempkit.plots.wording import (
    plain_temperature,
    quoted,
    say,
    short_probability,
    spoken_probability,
)
from tempkit.scaling import softmax

_CLASSES = 10


def soft_targets(
    image: Tensor,
    logits: Tensor,
    temperatures: Sequence[float] = (1, 4, 16),
    *,
    lang: str | None = None,
) -> Picture:
    """An image of a digit beside a teacher's probabilities for the ten at each temperature.

    Parameters
    ----------
    image : Tensor
        64 pixels, ink from 0 to 1, noise allowed.
    logits : Tensor
        The teacher's ten logits for it.
    temperatures : positive finite numbers, at most 4
    lang : "en" or "es", optional

    Raises
    ------
    ValueError
        If the image has not 64 pixels, there are not ten logits, or the temperatures do not fit.
    """
    row, lang = one_row(logits), language_of(lang)
    temperatures = several(temperatures, most=4)
    positive_and_finite(temperatures)
    if image.shape != (64,) or row.shape != (_CLASSES,):
        raise ValueError(
            f"this figure shows an image of shape [64] with logits [{_CLASSES}], not "
            f"{list(image.shape)} with {list(row.shape)}"
        )
    rows = [softmax(row, temperature).tolist() for temperature in temperatures]
    first, second = row.topk(2).indices.tolist()
    with drawing():
        figure = new_figure(3.5, say("soft_targets.title", lang))
        shares = (1.3, *[1.0] * len(rows))
        picture, *panels = figure.subplots(1, len(shares), width_ratios=shares)
        picture.imshow(image.detach().cpu().reshape(8, 8).tolist(), cmap="gray_r", vmin=0, vmax=1)
        picture.set_axis_off()
        for panel, temperature, probabilities in zip(panels, temperatures, rows, strict=True):
            colours = [VERMILION if i == first else BLUE for i in range(_CLASSES)]
            panel.barh(range(_CLASSES), probabilities, color=colours, height=0.76)
            for place, probability in enumerate(probabilities):
                inside = probability > 0.5  # no room is left beside the bar
                panel.annotate(
                    short_probability(probability),
                    (probability, place),
                    xytext=(-3 if inside else 3, 0),
                    textcoords="offset points",
                    ha="right" if inside else "left",
                    va="center",
                    fontsize=10,
                    color="white" if inside else BLACK,
                )
            panel.set_title(f"T = {plain_temperature(temperature, lang)}")
            panel.set(xlim=(0, 1), ylim=(_CLASSES - 0.4, -0.6), xticks=[])
            panel.set_yticks(range(_CLASSES), [str(i) for i in range(_CLASSES)])
            panel.tick_params(axis="y", length=0)
            panel.spines["bottom"].set_visible(False)
        figure.supxlabel(say("probability", lang), x=0.64, fontsize=12)
    said = [
        say(
            "soft_targets.one",
            lang,
            temperature=plain_temperature(temperature, lang),
            first=spoken_probability(probabilities[first], lang),
            second=spoken_probability(probabilities[second], lang),
            least=spoken_probability(min(probabilities), lang),
        )
        for temperature, probabilities in zip(temperatures, rows, strict=True)
    ]
    alt = say(
        "soft_targets.alt",
        lang,
        first=quoted(str(first), lang),
        second=quoted(str(second), lang),
        rows="; ".join(said),
    )
    return Picture(figure, alt, lang)
