"""A table of texts: a pandas DataFrame that shows its texts whole, and from the left."""

from __future__ import annotations

import pandas as pd

__all__ = ["TextTable"]


class TextTable(pd.DataFrame):
    """A DataFrame in every respect but its looks: pandas would cut texts after 50 characters."""

    @property
    def _constructor(self) -> type[TextTable]:
        return TextTable

    def _repr_html_(self) -> str:
        with pd.option_context("display.max_colwidth", None):
            html = super()._repr_html_()
        return html.replace("<td>", '<td style="text-align: left; vertical-align: top">')

    def __repr__(self) -> str:
        """The table in plain text, a line a row however long it is."""
        with pd.option_context(
            "display.max_colwidth", None, "display.expand_frame_repr", False, "display.width", None
        ):
            return super().__repr__()
