"""The bars of one distribution while its temperature moves, as a GIF that plays once.

Nothing moves for more than five seconds (WCAG 2.2, criterion 2.2.2), so that no button to stop it
is needed; what is left is the last frame.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from torch import Tensor

from tempkit.plots.arguments import class_labels, geometric, language_of, one_row, several
from tempkit.plots.look import (
    CSS_PIXELS_PER_INCH,
    INSIDE_FROM,
    drawing,
    horizontal_bars,
    new_figure,
    probability_axis,
    set_title,
)
from tempkit.plots.over_temperatures import finding_of_bars
from tempkit.plots.picture import MovingPicture
from tempkit.plots.wording import plain_temperature, say, short_probability
from tempkit.scaling import softmax

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from PIL.Image import Image

_LONGEST = 4800  # milliseconds for the whole movement
_SLOWEST = 180  # milliseconds a frame
_SHARPNESS = 1.5
_COLOURS_IN_PALETTE = 32


def animation(
    logits: Tensor,
    temperatures: Iterable[float] | Tensor | None = None,
    *,
    labels: Sequence[str] | None = None,
    lang: str | None = None,
) -> MovingPicture:
    """Bars of ``softmax(logits / T)`` as T moves through ``temperatures``, then still.

    Parameters
    ----------
    logits : Tensor, shape ``[V]``, ``V <= 12``
    temperatures : numbers from 0 to infinity, at most 60, optional
        A frame each, in this order. By default from 0.1, cold, to 10.
    labels : V strings, optional
    lang : "en" or "es", optional

    Returns
    -------
    MovingPicture
        Its ``figure`` is the last frame.

    Raises
    ------
    ValueError
        If the logits are not one row, or a temperature is negative or NaN.
    """
    row = one_row(logits, most=12)
    temperatures = (
        geometric(0.1, 10, 25) if temperatures is None else several(temperatures, most=60)
    )
    labels, lang = class_labels(labels, row), language_of(lang)
    pause = min(_SLOWEST, _LONGEST // len(temperatures)) // 10 * 10
    frames = []
    with drawing():
        figure = new_figure(1.35 + 0.36 * len(row), " ")
        axes = figure.subplots()
        for temperature in temperatures:
            _draw(figure, axes, row, temperature, labels, lang)
            frames.append(_photograph(figure))
            # The first layout serves all frames, or the axes would tremble.
            figure.set_layout_engine("none")
    alt = say(
        "animation.alt",
        lang,
        seconds=f"{len(frames) * pause / 1000:.2g}",
        count=len(row),
        first=plain_temperature(temperatures[0], lang),
        last=plain_temperature(temperatures[-1], lang),
        finding=finding_of_bars(row, temperatures, labels, lang),
    )
    return MovingPicture(figure, alt, lang, _gif(frames, pause))


def _draw(
    figure: Figure,
    axes: Axes,
    row: Tensor,
    temperature: float,
    labels: Sequence[str],
    lang: str,
) -> None:
    axes.clear()
    values = softmax(row, temperature).tolist()
    texts = [short_probability(value) for value in values]
    horizontal_bars(axes, values, texts, inside_from=INSIDE_FROM)
    axes.set_yticks(range(len(row)), labels)
    probability_axis(axes.xaxis, say("probability", lang))
    shown = plain_temperature(temperature, lang)
    set_title(figure, say("animation.title", lang, temperature=shown))


def _photograph(figure: Figure) -> Image:
    """The figure as it is now, in few colours."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    figure.set_dpi(CSS_PIXELS_PER_INCH * _SHARPNESS)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    picture = Image.frombytes("RGBA", canvas.get_width_height(), bytes(canvas.buffer_rgba()))
    return picture.convert("RGB").quantize(_COLOURS_IN_PALETTE)


def _gif(frames: Sequence[Image], pause: int) -> bytes:
    """The frames one after the other; a GIF that names no loop is played once."""
    first, *others = frames
    buffer = io.BytesIO()
    first.save(buffer, "GIF", save_all=True, append_images=others, duration=pause, optimize=False)
    return buffer.getvalue()
