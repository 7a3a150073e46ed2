"""The rules of the verb language: which sentences there are, and how probable each is.

A rule rewrites a symbol into one of several sequences, each with its probability:

    document  ->  <en> sentence(en) more(en)            1/2
               |  <es> sentence(es) more(es)            1/2
    more(l)   ->  </s>  |  sentence(l) more(l)
    sentence  ->  subject verb complement time end      and its negative, future and question

Verbs agree with their subject, articles with their noun, time words with the tense. Words of a list
have the probabilities of Zipf's law, 1/rank^s. A symbol is a tuple, the name of its rule and its
features; a string is a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from tempkit.verbs.lexicon import LEXICON, MANNERS, PLACES, PRONOUNS, TIMES, Lexicon, Verb
from tempkit.verbs.text import END, LANGUAGES, TAGS

__all__ = ["START", "Choices", "Grammar", "Symbols"]

Item = TypeVar("Item")
Symbols = tuple[str | tuple, ...]
#: What a symbol can become: probability and sequence.
Choices = list[tuple[float, Symbols]]

START: Symbols = (("document",),)

P_END_OF_DOCUMENT = 0.12
#: Mode, tense and probability of a sentence.
MODES = (
    ("affirmative", "present", 0.50),
    ("affirmative", "past", 0.21),
    ("future", "future", 0.09),
    ("negative", "present", 0.08),
    ("negative", "past", 0.04),
    ("question", "present", 0.05),
    ("question", "past", 0.03),
)
#: Subjects that are nouns, and subjects left out ("trabajo", I work).
P_NOUN_SUBJECT = {"en": 0.25, "es": 0.45}
P_NO_SUBJECT = {"en": 0.0, "es": 0.25}
P_SINGULAR = 0.65
P_MY = 0.4
#: "the friend of my teachers": a noun between the subject and its verb.
P_OF = 0.10
P_PLACE, P_MANNER, P_OBJECT, P_TIME = 0.25, 0.20, 0.85, 0.35
ZIPF_VERB, ZIPF_NOUN, ZIPF_PRONOUN, ZIPF_OTHER = 0.9, 0.7, 0.6, 1.0

ARTICLES = {"ms": "el", "mp": "los", "fs": "la", "fp": "las"}
MY = {"en": {"s": "my", "p": "my"}, "es": {"s": "mi", "p": "mis"}}
#: *ir*, which with "a" and an infinitive makes the future.
GOING = {"1s": "voy", "2s": "vas", "3s": "va", "1p": "vamos", "3p": "van"}


def zipf(items: Sequence[Item], exponent: float = ZIPF_OTHER) -> list[tuple[float, Item]]:
    """Each item with its probability, proportional to 1/rank^exponent."""
    weights = [(rank + 1) ** -exponent for rank in range(len(items))]
    total = sum(weights)
    return [(w / total, item) for w, item in zip(weights, items, strict=True)]


class Grammar:
    """The rules over the words of a lexicon."""

    def __init__(self, lexicon: Lexicon = LEXICON) -> None:
        self.lexicon = lexicon

    def expand(self, symbol: tuple) -> Choices:
        """What a symbol can become; the probabilities sum to 1."""
        name, *features = symbol
        return getattr(self, f"_{name}")(*features)

    def _document(self) -> Choices:
        return [(1 / 2, (TAGS[lang], ("sentence", lang), ("more", lang))) for lang in LANGUAGES]

    def _more(self, lang: str) -> Choices:
        again = (("sentence", lang), ("more", lang))
        return [(P_END_OF_DOCUMENT, (END,)), (1 - P_END_OF_DOCUMENT, again)]

    def _sentence(self, lang: str) -> Choices:
        return [(p, (("clause", lang, mode, tense),)) for mode, tense, p in MODES]

    def _clause(self, lang: str, mode: str, tense: str) -> Choices:
        clause = self._english if lang == "en" else self._spanish
        return [
            (p, clause(mode, tense, subject, person)) for p, subject, person in self._subjects(lang)
        ]

    def _subjects(self, lang: str) -> list[tuple[float, Symbols, str]]:
        """Probability, symbols and person of each subject."""
        noun, none = P_NOUN_SUBJECT[lang], P_NO_SUBJECT[lang]
        pronouns = zipf(PRONOUNS[lang], ZIPF_PRONOUN)
        subjects = [(none * p, (), person) for p, (_, person) in pronouns if none]
        subjects += [((1 - noun - none) * p, (w,), person) for p, (w, person) in pronouns]
        for number, p in (("s", P_SINGULAR), ("p", 1 - P_SINGULAR)):
            subjects.append((noun * p, (("noun_phrase", lang, number),), f"3{number}"))
        return subjects

    def _english(self, mode: str, tense: str, subject: Symbols, person: str) -> Symbols:
        """she works. she does not work. she will work. does she work?"""
        end = "?" if mode == "question" else "."
        if mode == "affirmative":
            form = "past" if tense == "past" else "3s" if person == "3s" else "plain"
            return (*subject, ("verb", "en", form, "", tense, end))
        plain = ("verb", "en", "plain", "", tense, end)
        if mode == "future":
            return (*subject, "will", plain)
        do = "did" if tense == "past" else "does" if person == "3s" else "do"
        return (*subject, do, "not", plain) if mode == "negative" else (do, *subject, plain)

    def _spanish(self, mode: str, tense: str, subject: Symbols, person: str) -> Symbols:
        """ella trabaja. ella no trabaja. ella va a trabajar. ¿ella trabaja?"""
        end = "?" if mode == "question" else "."
        if mode == "future":
            return (*subject, GOING[person], "a", ("verb", "es", "infinitive", "", tense, end))
        verb = ("verb", "es", tense, person, tense, end)
        before = {"negative": (*subject, "no"), "question": ("¿", *subject)}
        return (*before.get(mode, subject), verb)

    def _noun_phrase(self, lang: str, number: str) -> Choices:
        """the teacher, my teacher, the friend of my teachers."""
        choices = []
        for p, phrase, with_article in self._plain_phrases(lang, number):
            choices.append((p * (1 - P_OF) if with_article else p, phrase))
            if with_article:
                owners = (("owner", lang, owner) for owner in "sp")
                choices.extend((p * P_OF / 2, (*phrase, owner)) for owner in owners)
        return choices

    def _owner(self, lang: str, number: str) -> Choices:
        """of my teachers; in Spanish de + el is del."""
        of = "of" if lang == "en" else "de"
        return [
            (p, ("del", *phrase[1:]) if phrase[0] == "el" else (of, *phrase))
            for p, phrase, _ in self._plain_phrases(lang, number)
        ]

    def _plain_phrases(self, lang: str, number: str) -> list[tuple[float, Symbols, bool]]:
        """Probability, words, and whether the first of them is an article."""
        phrases = []
        for p, noun in zipf(self.lexicon.nouns, ZIPF_NOUN):
            word = noun.form(lang, number)
            article = "the" if lang == "en" else ARTICLES[noun.gender + number]
            phrases.append((p * (1 - P_MY), (article, word), True))
            phrases.append((p * P_MY, (MY[lang][number], word), False))
        return phrases

    def _verb(self, lang: str, form: str, person: str, tense: str, end: str) -> Choices:
        """The verb in its form, and what follows it. ``tense`` is the one that time words see."""
        return [
            (p, (self.word(verb, lang, form, person), ("complement", lang, index, tense, end)))
            for p, (index, verb) in zipf(tuple(enumerate(self.lexicon.verbs)), ZIPF_VERB)
        ]

    @staticmethod
    def word(verb: Verb, lang: str, form: str, person: str) -> str:
        """A form of a verb."""
        if lang == "en":
            return verb.in_english(form)
        return verb.spanish if form == "infinitive" else verb.in_spanish(form, person)

    def _complement(self, lang: str, index: int, tense: str, end: str) -> Choices:
        """An object where the verb takes one; a place or a manner where it does not."""
        names = self.lexicon.verbs[index].objects.split()
        if names:
            said = [(P_OBJECT * p, self.lexicon.object(name, lang)) for p, name in zipf(names)]
        else:
            said = [(P_PLACE * p, place) for p, place in zipf(PLACES[lang])]
            said += [(P_MANNER * p, manner) for p, manner in zipf(MANNERS[lang])]
        nothing = (1 - (P_OBJECT if names else P_PLACE + P_MANNER), "")
        after = (("time", lang, tense), end)
        return [(p, (*words.split(), *after)) for p, words in (nothing, *said)]

    def _time(self, lang: str, tense: str) -> Choices:
        said = [(P_TIME * p, (word,)) for p, word in zipf(TIMES[lang][tense])]
        return [(1 - P_TIME, ()), *said]
