"""The words of the checks: ``words/LANG/general.toml``, and one file beside it for each chapter.

A message's key is a path of tables, ``temperature_softmax.divided`` or ``general.raised``; no two
chapters have an exercise or a prediction of the same name.
"""

from __future__ import annotations

import re
from pathlib import Path

from tempkit.course.chapters import find
from tempkit.words import phrases

__all__ = ["exists", "message", "section_title"]


def table(lang: str) -> dict[str, str]:
    """Every message of a language, by its key."""
    return phrases(Path(__file__).parent, lang)


def exists(key: str, lang: str) -> bool:
    """Whether there is a message of that key."""
    return key in table(lang)


def message(key: str, lang: str, **facts: str) -> str:
    """The message of that key with its placeholders filled."""
    return table(lang)[key].format(**facts)


def section_title(chapter: str, section: str, lang: str) -> str:
    """The heading of a note's section, as the note writes it; the section's id without a note."""
    try:
        note = find(chapter).note(lang).read_text(encoding="utf-8")
    except FileNotFoundError:
        return section
    heading = re.search(rf'<a id="{re.escape(section)}"></a>\s*\n#+ (.+)', note)
    return heading[1].strip() if heading else section
