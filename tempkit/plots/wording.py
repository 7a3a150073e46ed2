"""Every word that a figure or its alt text says, in each language: ``words/LANG/figures.toml``.

An alt text says what the figure shows, then the finding with its numbers. It holds no character
that Markdown gives a meaning to, because a note repeats it inside ``![...](...)``.
"""

from __future__ import annotations

import math
from pathlib import Path

from tempkit.language import LANGUAGES
from tempkit.words import phrases

_GENERAL = "general."


def _wording() -> dict[str, dict[str, str]]:
    """Key to language to phrase; what all figures share has a key without a dot."""
    found: dict[str, dict[str, str]] = {}
    for lang in LANGUAGES:
        for key, phrase in phrases(Path(__file__).parent, lang).items():
            key = key.removeprefix("figures.").removeprefix(_GENERAL)
            found.setdefault(key, {})[lang] = phrase
    return found


WORDING = _wording()


def say(key: str, lang: str, **values: object) -> str:
    """The words of ``key`` in ``lang``, with ``values`` put in their places."""
    return WORDING[key][lang].format(**values)


def plain_temperature(temperature: float, lang: str) -> str:
    """A temperature in words: three digits at most, and infinity by name."""
    return say("infinity", lang) if math.isinf(temperature) else f"{temperature:.3g}"


def short_probability(value: float) -> str:
    """A probability for the end of a bar: three decimals, 0 and 1 only where they are exact."""
    if value in (0.0, 1.0):
        return f"{value:.0f}"
    if value < 0.0005:
        return "<0.001"
    return ">0.999" if value >= 0.9995 else f"{value:.3f}"


def spoken_probability(value: float, lang: str) -> str:
    """The same for an alt text, where a sign of comparison would be read out badly."""
    text = short_probability(value)
    if text[0] not in "<>":
        return text
    return say("below" if text[0] == "<" else "above", lang, bound=text[1:])


def spoken_size(value: float) -> str:
    """A small number in decimals with two significant digits: 0.17, 0.0096, 0.000032."""
    return f"{value:.{max(2, 1 - math.floor(math.log10(value)))}f}"


def listed(parts: list[str], lang: str) -> str:
    """``a, b and c``."""
    *rest, last = parts
    return say("and", lang, rest=", ".join(rest), last=last) if rest else last


def quoted(text: str, lang: str) -> str:
    """A class's label as a quotation, so that a token such as a full stop can be heard as one."""
    return say("quoted", lang, text=text)
