"""A figure together with the sentence that says what it shows, and how both reach a reader.

JupyterLab gives an ``image/png`` output no alternative text. A ``text/html`` output with an
``<img alt="...">`` has one, so that is what a :class:`Picture` offers first.
"""

from __future__ import annotations

import base64
import html
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tempkit.plots.look import CSS_PIXELS_PER_INCH, drawing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.figure import Figure

__all__ = ["MovingPicture", "Picture"]

#: Device pixels for each CSS pixel: text stays crisp on a high-dpi screen.
_SHARPNESS = 2


@dataclass(frozen=True, eq=False, repr=False)
class Picture:
    """A figure that shows itself in a notebook and says what it shows.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
        Not registered with pyplot, so that nothing else displays it or keeps it alive.
    alt : str
        The finding in words and numbers.
    lang : str
        The language of figure and ``alt``, which tells a screen reader how to pronounce them.
    """

    figure: Figure
    alt: str
    lang: str

    def __post_init__(self) -> None:
        """Lay the figure out once: a second layout would move everything by a hair."""
        with drawing():
            self.figure.draw_without_rendering()
        self.figure.set_layout_engine("none")

    def __repr__(self) -> str:
        """The alt text: what a terminal shows in place of the picture."""
        return self.alt

    def save(self, path: str | Path) -> Path:
        """Write the picture to ``path``, whose ending (.png or .svg) chooses the format.

        The same picture gives the same bytes: no date, no random ids, text as outlines.

        Raises
        ------
        ValueError
            If the ending is neither.
        """
        path = Path(path)
        if path.suffix not in (".png", ".svg"):
            raise ValueError(f"a picture is saved as .png or .svg, not as {path.name!r}")
        path.write_bytes(_rendered(self.figure, path.suffix[1:]))
        return path

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        """What a notebook shows: HTML with the alt text, else the bare image, else the words."""
        png = base64.b64encode(_rendered(self.figure, "png")).decode()
        return {
            "text/html": self._image_tag(f"data:image/png;base64,{png}"),
            "image/png": png,
            "text/plain": self.alt,
        }

    def _image_tag(self, source: str) -> str:
        width = round(self.figure.get_figwidth() * CSS_PIXELS_PER_INCH)
        return (
            f'<img alt="{html.escape(self.alt)}" lang="{self.lang}" width="{width}" '
            f'style="max-width: 100%; height: auto" src="{source}">'
        )


@dataclass(frozen=True, eq=False, repr=False)
class MovingPicture(Picture):
    """A picture that moves once, for less than five seconds, and stops at its last frame.

    ``figure`` is that last frame: it is what a viewer without HTML shows and what paper gets.
    """

    frames: bytes

    def save(self, path: str | Path) -> Path:
        """Write the movement as .gif, or its last frame as .png or .svg."""
        path = Path(path)
        if path.suffix != ".gif":
            return super().save(path)
        path.write_bytes(self.frames)
        return path

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """As for a still picture, with the GIF in the HTML."""
        gif = base64.b64encode(self.frames).decode()
        still = super()._repr_mimebundle_(include, exclude)
        return still | {"text/html": self._image_tag(f"data:image/gif;base64,{gif}")}


def _rendered(figure: Figure, file_format: str) -> bytes:
    """The bytes of the figure, the same each time on the same machine."""
    undated: Mapping[str, None] = (
        {"Software": None} if file_format == "png" else {"Date": None, "Creator": None}
    )
    buffer = io.BytesIO()
    with drawing():
        figure.savefig(
            buffer,
            format=file_format,
            dpi=CSS_PIXELS_PER_INCH * _SHARPNESS if file_format == "png" else 72,
            metadata=undated,
        )
    return buffer.getvalue()
