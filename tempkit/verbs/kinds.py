"""What each word is: a verb, a noun, an auxiliary ..., so that a mistake can be named."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from tempkit.verbs.lexicon import PERSONS, PLACES, PRONOUNS, TIMES, Lexicon, Verb
from tempkit.verbs.rules import ARTICLES, GOING, MY
from tempkit.verbs.text import ENDS, LANGUAGES

__all__ = ["Kinds"]

_DO = ("do", "does", "did")


@dataclass(frozen=True)
class Kinds:
    """The kinds of the words of each language.

    Attributes
    ----------
    of_word : dict of str to dict of str to set of str
        ``of_word["en"]["works"]`` is ``{"verb", "finite"}``. A word can be of several kinds; a
        verb is "finite" or "bare" (plain form, infinitive) or, in English, both.
    """

    of_word: dict[str, dict[str, frozenset[str]]]

    @classmethod
    def of(cls, lexicon: Lexicon) -> Kinds:
        """The kinds of the words of a lexicon."""
        return cls({lang: _kinds(lexicon, lang) for lang in LANGUAGES})

    def __getitem__(self, lang: str) -> dict[str, frozenset[str]]:
        """The kinds of the words of one language."""
        return self.of_word[lang]


def _kinds(lexicon: Lexicon, lang: str) -> dict[str, frozenset[str]]:
    kinds: dict[str, set[str]] = defaultdict(set)
    for verb in lexicon.verbs:
        for word, form in _forms(verb, lang):
            kinds[word] |= {"verb", form}
    for noun in lexicon.nouns:
        for number in "sp":
            kinds[noun.form(lang, number)].add("noun")
    for name, _ in lexicon.objects:
        kinds[lexicon.object(name, lang)].add("object")
    articles = ("the",) if lang == "en" else tuple(ARTICLES.values())
    closed = {
        "determiner": (*articles, *MY[lang].values()),
        "pronoun": tuple(word for word, _ in PRONOUNS[lang]),
        "auxiliary": _DO if lang == "en" else tuple(GOING.values()),
        "time": tuple(word for words in TIMES[lang].values() for word in words),
        "place": tuple(place.split()[-1] for place in PLACES[lang]),
        "end": ENDS,
    }
    for kind, words in closed.items():
        for word in words:
            kinds[word].add(kind)
    return {word: frozenset(held) for word, held in kinds.items()}


def _forms(verb: Verb, lang: str) -> list[tuple[str, str]]:
    """Each form of a verb, and whether it is finite or bare."""
    if lang == "en":
        return [
            (verb.in_english("plain"), "finite"),
            (verb.in_english("plain"), "bare"),
            (verb.in_english("3s"), "finite"),
            (verb.in_english("past"), "finite"),
        ]
    finite = [(verb.in_spanish(t, p), "finite") for t in ("present", "past") for p in PERSONS]
    return [(verb.spanish, "bare"), *finite]
