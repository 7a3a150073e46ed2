"""What a student's cells print, show and draw, kept up to a cap and no further."""

from __future__ import annotations

import base64
import io
from typing import Any

__all__ = ["Recorder"]

_TEXT_CAP, _PICTURES, _PICTURE_CAP = 64_000, 12, 400_000
_PICTURE_DPI = 80


class Recorder(io.RawIOBase):
    """A stream that keeps the first bytes written to it, and a list of outputs in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.quiet = True
        self.items: list[list] = []
        self.limits: set[str] = set()
        self._text, self._pictures = 0, 0

    def writable(self) -> bool:
        """A stream to write to."""
        return True

    def write(self, data: Any) -> int:
        """Keep what fits; say that everything was written."""
        size = len(data)
        self.keep_text(bytes(data[: _TEXT_CAP + 4]).decode("utf-8", "replace"))
        return size

    def keep_text(self, text: str) -> None:
        """Add to the text of the cell that runs."""
        if self.quiet or not text:
            return
        room = _TEXT_CAP - self._text
        if len(text) > room:
            self.limits.add("output")
            text = text[: max(room, 0)]
        self._text += len(text)
        if self.items and self.items[-1][0] == "text":
            self.items[-1][1].append(text)
        elif text:
            self.items.append(["text", [text]])

    def keep_error(self, line: str) -> None:
        """The error that ended a cell, in a line."""
        if not self.quiet:
            self.items.append(["error", line[:2000]])

    def keep_display(self, data: dict[str, Any]) -> None:
        """A display: its picture if it has one, else its plain text."""
        picture = data.get("image/png")
        if picture is not None:
            self.keep_picture(
                base64.b64decode(picture) if isinstance(picture, str) else bytes(picture)
            )
        else:
            self.keep_text(str(data.get("text/plain", "")) + "\n")

    def keep_picture(self, png: bytes) -> None:
        """A picture, unless there are many or it is large."""
        if self.quiet:
            return
        if self._pictures >= _PICTURES or len(png) > _PICTURE_CAP:
            self.limits.add("figures")
            return
        self._pictures += 1
        self.items.append(["image", png])

    def keep_open_figures(self) -> None:
        """Every open figure of pyplot, which is closed: what ``plt.show()`` does in a notebook."""
        from matplotlib import pyplot

        for number in pyplot.get_fignums():
            if not self.quiet and self._pictures < _PICTURES:
                buffer = io.BytesIO()
                pyplot.figure(number).savefig(buffer, format="png", dpi=_PICTURE_DPI)
                self.keep_picture(buffer.getvalue())
            elif not self.quiet:
                self.limits.add("figures")
        pyplot.close("all")

    def taken(self) -> list[list]:
        """The outputs since the last time, each a kind and its content."""
        items, self.items = self.items, []
        return [[kind, "".join(made) if kind == "text" else made] for kind, made in items]
