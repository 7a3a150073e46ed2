"""Is a sentence grammatical, and if not: which word is the first that cannot stand, and why?

The automaton says which word breaks. The reason is read off the words that could stand in its
place: where another word *of the same kind* could, the order is right and an agreement is broken
("she work": a verb can stand there, that form of it cannot); otherwise the word is out of place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import Tensor

from tempkit.verbs.text import BEGIN, END, ENDS, LANGUAGES, PAD, TAGS, split

if TYPE_CHECKING:
    from tempkit.verbs.automaton import Automaton

__all__ = ["AGREEMENTS", "RULES", "Parse", "parse"]

#: The agreements that a text can break: word order is right, a form is not.
AGREEMENTS = ("subject-verb", "article-noun", "tense-time", "verb-form")
#: Every rule that a text can break.
RULES = (
    *AGREEMENTS,
    "verb-object",  # she drinks books
    "contraction",  # de el gato
    "end-mark",  # does she work.
    "word-order",  # she bread eats
    "language",  # she trabaja
    "unknown",  # a word that neither language has
    "unfinished",  # the teacher
)


@dataclass(frozen=True)
class Parse:
    """What :func:`parse` found.

    Attributes
    ----------
    grammatical : bool
    broken : str or None
        The first rule that is broken, one of ``RULES``.
    position : int or None
        Which word (of :func:`tempkit.verbs.text.split`) cannot stand where it does; for an
        unfinished text the number of its words.
    """

    grammatical: bool
    broken: str | None = None
    position: int | None = None

    def __bool__(self) -> bool:
        """True if the text is grammatical."""
        return self.grammatical


def parse(automaton: Automaton, text: str | Sequence[int] | Tensor) -> Parse:
    """Whether a text is grammatical and, if not, which rule broke at which word.

    Parameters
    ----------
    automaton : Automaton
        Of the language.
    text : str or ids
        One sentence or more. A language tag in front fixes the language; without it every sentence
        may be of either.

    Returns
    -------
    Parse
        The first mistake, or none.
    """
    words = _words(automaton, text)
    position = int(words[:1] == [BEGIN])
    tag = words[position] if position < len(words) else None
    languages = [lang for lang in LANGUAGES if TAGS[lang] == tag] or LANGUAGES
    position += tag in TAGS.values()
    finished = False
    while position < len(words) and words[position] != END:
        tried = [_sentence(automaton, lang, words, position) for lang in languages]
        found, position = max(tried, key=lambda outcome: outcome[1])
        if not found:
            return found
        finished = True
    if not finished:
        return Parse(False, "unfinished", position)
    extra = next((i for i in range(position + 1, len(words)) if words[i] != PAD), None)
    return Parse(True) if extra is None else Parse(False, "word-order", extra)


def _words(automaton: Automaton, text: str | Sequence[int] | Tensor) -> list[str]:
    if isinstance(text, str):
        return split(text)
    return [automaton.vocabulary[int(i)] for i in text]


def _sentence(
    automaton: Automaton, lang: str, words: Sequence[str], start: int
) -> tuple[Parse, int]:
    """The outcome of one sentence, and how far it was read."""
    state = automaton.start(lang)
    for position in range(start, len(words)):
        word = words[position]
        if word not in automaton.steps[state]:
            before = words[position - 1] if position > start else ""
            return Parse(False, _reason(automaton, lang, state, before, word), position), position
        state = automaton.steps[state][word]
        if word in ENDS:
            return Parse(True), position + 1
    return Parse(False, "unfinished", len(words)), len(words)


def _reason(automaton: Automaton, lang: str, state: int, before: str, word: str) -> str:
    """The rule that ``word`` breaks after ``before``."""
    if word in (PAD, BEGIN, END):
        return "unfinished"
    if word in TAGS.values():
        return "word-order"
    if word not in automaton.words_of(lang):
        elsewhere = any(word in automaton.words_of(other) for other in LANGUAGES)
        return "language" if elsewhere else "unknown"
    kinds = automaton.kinds[lang]
    nothing: frozenset[str] = frozenset()
    own, previous = kinds.get(word, nothing), kinds.get(before, nothing)
    possible = [kinds.get(other, nothing) for other in automaton.steps[state]]
    around = nothing.union(*possible)
    shared = own & around
    if "verb" in shared:
        finite = any("verb" in other and "bare" not in other for other in possible)
        return "subject-verb" if finite and "finite" in own else "verb-form"
    if shared & {"auxiliary", "pronoun"} or ("noun" in shared and lang == "en"):
        return "subject-verb"
    if (before, word) == ("de", "el"):
        return "contraction"
    if shared & {"noun", "determiner"} or ("place" in own and "determiner" in previous):
        return "article-noun"
    if "object" in shared or ("object" in own and "verb" in previous):
        return "verb-object"
    return next((rule for kind, rule in _RULE_OF.items() if kind in shared), "word-order")


_RULE_OF = {"time": "tense-time", "end": "end-mark"}
