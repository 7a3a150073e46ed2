"""The words of grading: ``words/LANG/*.toml``, in both languages side by side.

Students read them on their feedback page, instructors in the summary and on the terminal.
"""

from __future__ import annotations

from pathlib import Path

from tempkit.words import phrases

__all__ = ["exists", "say", "table"]


def table(lang: str) -> dict[str, str]:
    """Every phrase of a language under ``"section.name"``."""
    return phrases(Path(__file__).parent, lang)


def exists(key: str, lang: str) -> bool:
    """Whether there is a phrase of that key."""
    return key in table(lang)


def say(key: str, lang: str, **facts: object) -> str:
    """The phrase of that key with its placeholders filled."""
    return table(lang)[key].format(**facts)
