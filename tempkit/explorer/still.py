"""What stands in the explorer's place where nothing can move: a table, and a picture with words.

GitHub and nbviewer show the HTML, with both; a PDF gets the picture; a terminal gets the words.
"""

from __future__ import annotations

import contextlib
import html
import math
from dataclasses import dataclass

from torch import Tensor

from tempkit.explorer.assets import say
from tempkit.explorer.settings import Settings
from tempkit.information import entropy
from tempkit.plots.look import (
    INSIDE_FROM,
    drawing,
    horizontal_bars,
    new_figure,
    probability_axis,
)
from tempkit.plots.picture import Picture
from tempkit.plots.wording import listed, quoted, short_probability, spoken_probability

__all__ = ["Still"]

TEMPERATURES = (0.0, 0.5, 1.0, 2.0, math.inf)
_MOST = 10  # lines of the table, and of each panel of the picture


@dataclass(frozen=True)
class Still:
    """An explorer that does not move: its filters at five temperatures."""

    logits: Tensor
    labels: list[str]
    settings: Settings
    lang: str

    def mimebundle(self) -> dict[str, str]:
        """HTML with table and picture, the picture alone, and its alt text."""
        shown = self.picture()._repr_mimebundle_()
        return shown | {"text/html": f"{self.table()}\n{shown['text/html']}"}

    @property
    def _tokens(self) -> list[int]:
        """The most probable, in order; equal ones by their index."""
        return self.logits.sort(descending=True, stable=True).indices[:_MOST].tolist()

    @property
    def _columns(self) -> list[Tensor]:
        return [self.settings.at(t).probabilities(self.logits) for t in TEMPERATURES]

    @property
    def _names(self) -> list[str]:
        return [self.labels[i] if self.labels else str(i) for i in self._tokens]

    def table(self) -> str:
        """A line a token and a column a temperature, the entropies below."""
        columns = self._columns
        heads = [self._say("token"), *(f"T = {_written(t)}" for t in TEMPERATURES)]
        if self.settings.form != "inside":
            with contextlib.suppress(ValueError):  # A form may leave nothing to show.
                columns = [*columns, self.settings.probabilities(self.logits)]
                formula = self._say(f"formula.{self.settings.form}")
                heads.append(f"{formula}, T = {_written(self.settings.temperature)}")
        lines = [
            [name, *(short_probability(p[token].item()) for p in columns)]
            for name, token in zip(self._names, self._tokens, strict=True)
        ]
        left_out = len(self.logits) - len(lines)
        if left_out:
            rest = [p.sum() - p[self._tokens].sum() for p in columns]
            name = self._say("others", count=left_out)
            lines.append([name, *(short_probability(max(0.0, r.item())) for r in rest)])
        nats = [entropy(p.log()).item() for p in columns]
        lines.append([f"{self._say('entropy')} ({self._say('nats')})", *(f"{h:.3f}" for h in nats)])
        rows = "\n".join(_row(line) for line in lines)
        head = "".join(f"<th>{html.escape(text)}</th>" for text in heads)
        return (
            f'<table lang="{self.lang}">\n<caption>{html.escape(self._caption())}</caption>\n'
            f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>"
        )

    def _caption(self) -> str:
        return self._say("still.caption", filters=self._filters())

    def _filters(self) -> str:
        """The filters that are on, in brackets; nothing without any."""
        values = {
            "top_k": self.settings.top_k,
            "top_p": self.settings.top_p if self.settings.top_p < 1 else None,
            "min_p": self.settings.min_p or None,
        }
        on = [f"{self._say(key)} {value:g}" for key, value in values.items() if value is not None]
        if not on:
            return ""
        order = self._say(self.settings.order)
        return self._say("still.caption-filters", filters=", ".join(on), order=order)

    def picture(self) -> Picture:
        """A panel of bars a temperature."""
        columns = [p[self._tokens].tolist() for p in self._columns]
        names = [name.replace("\n", "↵") for name in self._names]
        with drawing():
            figure = new_figure(1.4 + 0.3 * len(names), self._say("still.picture"))
            panels = figure.subplots(1, len(columns), sharey=True).tolist()
            for axes, temperature, values in zip(panels, TEMPERATURES, columns, strict=True):
                texts = [short_probability(value) for value in values]
                horizontal_bars(axes, values, texts, inside_from=INSIDE_FROM)
                axes.set_title(f"T = {_written(temperature)}")
                probability_axis(axes.xaxis)
            panels[0].set_yticks(range(len(names)), names)
            figure.supxlabel(self._say("probability").lower(), fontsize=12)
        alt = self._say(
            "still.alt",
            count=len(names),
            size=len(self.logits),
            filters=self._filters(),
            temperatures=listed([_written(t) for t in TEMPERATURES], self.lang),
            token=quoted(names[0], self.lang),
            cold=spoken_probability(columns[0][0], self.lang),
            hot=spoken_probability(columns[-1][0], self.lang),
        )
        return Picture(figure, alt, self.lang)

    def _say(self, key: str, **facts: object) -> str:
        return say(key, self.lang, **facts)


def _written(temperature: float) -> str:
    return "∞" if temperature == math.inf else f"{temperature:g}"


def _row(cells: list[str]) -> str:
    name, *numbers = map(html.escape, cells)
    return f"<tr><th>{name}</th>{''.join(f'<td>{number}</td>' for number in numbers)}</tr>"
