"""Text that somebody else wrote, made fit to be shown: in a page, in a table, on a terminal.

What a student's code prints may hold terminal escapes, characters that reverse the reading
direction, or a million lines; what a student is called may be a formula of a spreadsheet.
"""

from __future__ import annotations

import html
import re
import unicodedata

__all__ = ["capped", "csv_cell", "in_html", "one_line", "plain"]

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_CODE = re.compile(r"`([^`\n]+)`")
#: What a spreadsheet takes for the beginning of a formula, their full-width forms included.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠|%")


def plain(text: str) -> str:
    """Printable text: no terminal escapes, no controls, nothing that turns the direction round.

    Of a line that was written over, as a progress bar does, the last state remains.
    """
    text = _ESCAPES.sub("", text.replace("\r\n", "\n"))
    lines = (line.rstrip("\r").rsplit("\r", 1)[-1] for line in text.split("\n"))
    return "\n".join("".join(map(_printable, line)) for line in lines)


def _printable(character: str) -> str:
    """Controls, invisible formatting, surrogates and unassigned code points become U+FFFD."""
    if character == "\t" or unicodedata.category(character)[0] != "C":
        return character
    return "�"


def capped(text: str, characters: int, lines: int) -> tuple[str, int]:
    """The beginning of a text, and how many characters were left out."""
    kept = "\n".join(text[: characters + 1].split("\n")[:lines])[:characters]
    return kept, len(text) - len(kept)


def one_line(text: str, characters: int = 300) -> str:
    """A text on one line, short enough for a table."""
    line = " ".join(plain(text[: 4 * characters]).split())
    return line if len(line) <= characters else line[: characters - 1] + "…"


def csv_cell(value: object) -> str:
    """A cell that a spreadsheet shows as it is and does not compute."""
    text = one_line(str(value))
    return f"'{text}" if text.startswith(_FORMULA) else text


def in_html(text: str) -> str:
    """Text for a page; what stands between backticks is shown as code."""
    return _CODE.sub(r"<code>\1</code>", html.escape(plain(text))).replace("\n", "<br>")
