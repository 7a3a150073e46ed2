"""What tempkit says to people: TOML files in ``words/LANG/`` beside the package that says it.

A key is a path of tables, ``doctor.python`` or ``temperature_softmax.divided``; every language has
the same keys, which ``tempkit translations`` watches over.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["flat", "phrases"]


@cache
def phrases(package: Path, lang: str) -> dict[str, str]:
    """Every phrase of a package in a language, by its key."""
    found: dict[str, str] = {}
    for path in sorted((package / "words" / lang).glob("*.toml")):
        found |= flat(tomllib.loads(path.read_text("utf-8")))
    return found


def flat(table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The key and the text of each phrase, however deep its table."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from ((f"{key}.{name}", text) for name, text in flat(value))
        else:
            yield key, str(value)
