"""The words of grading: ``words/LANG/*.toml``, in both languages side by side.

Students read them on their feedback page, instructors in the summary and on the terminal.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

__all__ = ["exists", "say", "table"]


@cache
def table(lang: str) -> dict[str, str]:
    """Every phrase of a language under ``"section.name"``."""
    phrases = {}
    for path in sorted((Path(__file__).with_name("words") / lang).glob("*.toml")):
        for section, entries in tomllib.loads(path.read_text("utf-8")).items():
            phrases |= {f"{section}.{name}": text for name, text in entries.items()}
    return phrases


def exists(key: str, lang: str) -> bool:
    """Whether there is a phrase of that key."""
    return key in table(lang)


def say(key: str, lang: str, **facts: object) -> str:
    """The phrase of that key with its placeholders filled."""
    return table(lang)[key].format(**facts)
