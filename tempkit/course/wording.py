"""The words of the course's commands: ``words/LANG/*.toml``, the same keys in every language."""

from __future__ import annotations

from pathlib import Path

from tempkit.words import phrases

__all__ = ["say"]


def say(key: str, lang: str, **facts: object) -> str:
    """The phrase of that key with its placeholders filled."""
    return phrases(Path(__file__).parent, lang)[key].format(**facts)
