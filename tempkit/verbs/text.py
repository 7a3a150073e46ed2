"""Text as words and words as text: the one way in which the verb language is written.

A token is a word, one of the marks ``. ? ¿`` or a special token in angle brackets. A document is
``<s> <en> I work . she sings . </s>``; on paper it reads "I work. she sings."
"""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = [
    "BEGIN",
    "END",
    "ENDS",
    "LANGUAGES",
    "PAD",
    "SPECIAL",
    "TAGS",
    "WINDOW",
    "sentences",
    "split",
    "written",
]

LANGUAGES = ("en", "es")
#: The first token of a document says its language.
TAGS = {"en": "<en>", "es": "<es>"}
PAD, BEGIN, END = "<pad>", "<s>", "</s>"
#: The tokens 0 to 5.
SPECIAL = (PAD, BEGIN, END, "<unk>", *TAGS.values())
#: Tokens of the longest text that the models read, and of a window of their training text.
WINDOW = 256
#: What ends a sentence.
ENDS = (".", "?")

_TOKEN = re.compile(r"</?\w+>|[.?¿]|[^\s.?¿]+")


def split(text: str) -> list[str]:
    """The tokens of a text; marks stand alone whether or not a space parts them from a word."""
    return _TOKEN.findall(text)


def written(words: Sequence[str]) -> str:
    """Words as a reader expects them: "¿ella canta?"."""
    return re.sub(r" ([.?])", r"\1", " ".join(words)).replace("¿ ", "¿")


def sentences(words: Sequence[str]) -> list[tuple[str, ...]]:
    """The complete sentences of a text, each closed by its mark.

    Tags before a sentence, ``<pad>``, ``<s>`` and ``</s>`` are left out, and so is a last sentence
    that was cut short. A tag within a sentence stays, as the mistake that it is.
    """
    found: list[tuple[str, ...]] = []
    current: list[str] = []
    for word in words:
        if word in (PAD, BEGIN, END) or (word in TAGS.values() and not current):
            continue
        current.append(word)
        if word in ENDS:
            found.append(tuple(current))
            current = []
    return found
