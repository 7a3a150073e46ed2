"""What the browser is given: the module, the stylesheet, and the words of both languages.

The words are those of ``words/LANG/explorer.toml``, flat (``formula.power``), with the notes of
:data:`tempkit.pitfalls.FORMS` beside them (``note.power``).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tempkit.language import LANGUAGES
from tempkit.pitfalls import FORMS
from tempkit.words import phrases

__all__ = ["module", "say", "stylesheet", "words"]

_HERE = Path(__file__).parent


@cache
def module() -> str:
    """The source of the ES module."""
    return "\n".join(
        (_HERE / f"{part}.js").read_text("utf-8")
        for part in ("distribution", "scales", "curve", "explorer")
    )


@cache
def stylesheet() -> str:
    """The stylesheet."""
    return (_HERE / "explorer.css").read_text("utf-8")


@cache
def words() -> dict[str, dict[str, str]]:
    """Language to key to text."""
    said = {}
    for lang in LANGUAGES:
        own = {key.removeprefix("explorer."): text for key, text in phrases(_HERE, lang).items()}
        said[lang] = own | {f"note.{form.id}": form.note[lang] for form in FORMS}
    return said


def say(key: str, lang: str, **facts: object) -> str:
    """The text of ``key`` in ``lang``, its placeholders filled."""
    return words()[lang][key].format(**facts)
