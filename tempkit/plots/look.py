"""The look that all figures share: size, type, colours and axes.

Colours are those of Okabe and Ito, and viridis for maps: both stay apart for readers who confuse
red and green, and in grey. Where a colour tells curves apart, a mark or a label does so too.
Sizes are chosen so that the smallest text is still legible when the figure, 720 pixels wide, is
squeezed into a pane of 500.
"""

from __future__ import annotations

import contextlib
import math
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

CSS_PIXELS_PER_INCH = 100
WIDTH = 7.2  # inches
_LONGEST_TITLE_LINE = 60  # characters

BLACK, BLUE, VERMILION = "#000000", "#0072B2", "#D55E00"
GREEN, PURPLE, ORANGE, SKY = "#009E73", "#CC79A7", "#E69F00", "#56B4E9"
#: For lines and bars, in the order in which they are used.
COLOURS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK)
MARKERS = "osD^vPX"
GREY = "#595959"
FAINT = "#d9d9d9"

_SETTINGS = {
    "axes.axisbelow": True,
    "axes.edgecolor": GREY,
    "axes.labelcolor": BLACK,
    "axes.labelsize": 12,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 12,
    "font.family": ["DejaVu Sans"],  # shipped with matplotlib: the same everywhere
    "font.size": 12,
    "grid.color": FAINT,
    "path.simplify": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "tempkit",
    "text.parse_math": False,  # a token may be a dollar sign
    "xtick.color": GREY,
    "xtick.labelcolor": BLACK,
    "ytick.color": GREY,
    "ytick.labelcolor": BLACK,
}

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@contextlib.contextmanager
def drawing() -> Iterator[None]:
    """Settings under which figures are made and rendered, whatever the reader's own may be."""
    import matplotlib

    defaults = {
        name: value for name, value in matplotlib.rcParamsDefault.items() if name != "backend"
    }
    with matplotlib.rc_context(defaults | _SETTINGS):
        yield


def new_figure(height: float, title: str) -> Figure:
    """An empty white figure, ``height`` inches high, under a title set flush left."""
    from matplotlib.figure import Figure

    lines = len(textwrap.wrap(title, _LONGEST_TITLE_LINE))
    figure = Figure(
        figsize=(WIDTH, height + 0.24 * (lines - 1)), layout="constrained", facecolor="white"
    )
    figure.get_layout_engine().set(w_pad=0.08, h_pad=0.08)
    set_title(figure, title)
    return figure


def set_title(figure: Figure, title: str) -> None:
    """The bold line, or lines, at the top of a figure."""
    figure.suptitle(
        textwrap.fill(title, _LONGEST_TITLE_LINE),
        x=0.012,
        ha="left",
        fontsize=13.5,
        fontweight="bold",
    )


def horizontal_bars(
    axes: Axes,
    values: Sequence[float],
    texts: Sequence[str],
    colour: str | Sequence[str] = BLUE,
    *,
    beyond: Sequence[float] | None = None,
    inside_from: float = math.inf,
) -> None:
    """A bar a class from the top down, each with its value at its end, or past ``beyond``.

    A bar longer than ``inside_from`` carries its value inside, where it needs no room of its own.
    """
    places = range(len(values))
    lengths = [value if math.isfinite(value) else 0.0 for value in values]
    axes.barh(places, lengths, color=colour, height=0.72)
    ends = [max(pair) for pair in zip(lengths, beyond or [0.0] * len(lengths), strict=True)]
    for place, length, end, text in zip(places, lengths, ends, texts, strict=True):
        inside = length > inside_from
        axes.annotate(
            text,
            (length if inside else end, place),
            xytext=(-5 if inside else 4, 0),
            textcoords="offset points",
            ha="right" if inside else "left",
            va="center",
            fontsize=11,
            color="white" if inside and colour == BLUE else BLACK,
        )
    axes.set_ylim(len(values) - 0.45, -0.55)
    axes.tick_params(axis="y", length=0)


#: A bar of a probability longer than this carries its value inside.
INSIDE_FROM = 0.55


def probability_axis(axis: Axis, label: str | None = None) -> None:
    """An axis from 0 to 1 with three ticks."""
    axis.axes.set_xlim(0, 1.02)
    axis.set_ticks([0, 0.5, 1], ["0", "0.5", "1"])
    if label:
        axis.set_label_text(label)


def few_ticks(axis: Axis, most: int = 5) -> None:
    """At most so many round ticks, none of them beyond the ends of the axis."""
    from matplotlib.ticker import MaxNLocator

    low, high = axis.get_view_interval()
    ticks = MaxNLocator(most - 1, steps=[1, 2, 5, 10]).tick_values(low, high)
    axis.set_ticks([tick for tick in ticks if low <= tick <= high])


def log_axis(axis: Axis, low: float, high: float) -> None:
    """A logarithmic axis whose ticks read 0.1, 1, 10, and powers of ten once it is long."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter

    setter = axis.axes.set_xscale if axis.axis_name == "x" else axis.axes.set_yscale
    setter("log")
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    step = math.ceil((last - first) / 6)
    decades = range(first, last + 1, step)
    steps = (1, 2, 5) if last - first <= 2 else (1,)
    ticks = [m * 10.0**d for d in decades for m in steps if low <= m * 10.0**d * 1.0001]
    plain = last - first <= 4 and first >= -3
    axis.set_major_locator(FixedLocator([t for t in ticks if t <= high * 1.0001]))
    axis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{value:g}" if plain else power_of_ten(value))
    )
    axis.set_minor_formatter(NullFormatter())
    (axis.axes.set_xlim if axis.axis_name == "x" else axis.axes.set_ylim)(
        low / 1.0001, high * 1.0001
    )


def map_colours() -> Colormap:
    """Viridis in as many steps as an eye tells apart."""
    import matplotlib

    return matplotlib.colormaps["viridis"].resampled(64)


def power_of_ten(value: float) -> str:
    """10⁻³ for 0.001, without matplotlib's own markup for formulas."""
    return "10" + f"{round(math.log10(value))}".translate(_SUPERSCRIPTS)
