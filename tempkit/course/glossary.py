"""The course says the same thing by the same word: ``docs/glossary.toml`` against every unit.

Words are compared by their stem and without accents, so that plurals, conjugations and a capital
at the start of a sentence make no difference.
"""

from __future__ import annotations

import io
import re
import tokenize
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tempkit.course import notes, translations
from tempkit.course.translations import Unit

__all__ = ["GLOSSARY", "Term", "check", "problems", "read"]

GLOSSARY = "docs/glossary.toml"


@dataclass(frozen=True)
class Term:
    """An English term, how the course says it in Spanish, and how it does not.

    ``never`` maps a forbidden form to the reason, or to what to say instead. Of a ``loose`` term
    only ``never`` is looked for, because the English word means other things too.
    """

    en: str
    es: str
    also: tuple[str, ...] = ()
    never: dict[str, str] = field(default_factory=dict)
    loose: bool = False


def read(root: Path) -> list[Term]:
    """The terms of the glossary.

    Raises
    ------
    ValueError
        If a term stands twice.
    """
    table = tomllib.loads((root / GLOSSARY).read_text("utf-8"))
    terms = [Term(**{**entry, "also": tuple(entry.get("also", ()))}) for entry in table["term"]]
    names = [term.en for term in terms]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{GLOSSARY} has {twice[0]!r} twice: keep one")
    return terms


def problems(root: Path) -> list[str]:
    """What breaks the glossary under ``root``, one sentence each."""
    terms = read(root)
    return [line for unit in translations.units(root) for line in check(unit, terms)]


def check(unit: Unit, terms: list[Term]) -> Iterable[str]:
    """What one unit breaks: forbidden forms, and terms without their Spanish form."""
    if unit.id.endswith("#references"):
        return  # titles are quoted in the language they were written in
    english = _plain(_said(unit, "en"))
    spanish = _plain(_said(unit, "es"))
    foreign = _plain(_without_italics(_said(unit, "es")))
    for term in terms:
        for form, reason in term.never.items():
            if re.search(rf"\b{re.escape(_plain(form))}s?\b", foreign):
                yield f"{unit.id}: the Spanish text says {form!r}: {reason}"
        accepted = (term.es, *term.also)
        if term.loose or "es" not in unit.text or not re.search(_english(term.en), english):
            continue
        if not any(re.search(_stem(form), spanish) for form in accepted):
            yield (
                f"{unit.id}: the English text says {term.en!r} and the Spanish one "
                f"has none of {', '.join(map(repr, accepted))}"
            )


def _said(unit: Unit, lang: str) -> str:
    """What a reader of ``lang`` reads in a unit, without code, formulas and links."""
    text = unit.text.get(lang, "")
    if unit.kind == "code":
        return _spoken(text)
    if unit.kind == "message":
        text = re.sub(r"\{\w*[^{}]*\}", " ", text)
    # A note opens with an abstract in the other language, which follows that one's words.
    text = re.sub(r'^<div lang="(\w+)">$.*?^</div>$', "", text, flags=re.MULTILINE | re.DOTALL)
    return notes.words(text)


def _spoken(code: str) -> str:
    """The comments and strings of a code cell."""
    kinds = {"COMMENT", "STRING", "FSTRING_MIDDLE"}
    try:
        found = list(tokenize.generate_tokens(io.StringIO(code).readline))
    except (tokenize.TokenError, SyntaxError):
        return " ".join(re.findall(r"#.*|\"[^\"]*\"|'[^']*'", code))
    said = [token.string for token in found if tokenize.tok_name[token.type] in kinds]
    # A word in backticks, a path or an identifier is a name, not prose.
    return notes.words(re.sub(r"\S*[_/]\S*", " ", " ".join(said)))


def _without_italics(text: str) -> str:
    return re.sub(r"(?<!\*)\*(?!\*)[^*]+\*(?!\*)", " ", text)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFD", text.lower())
    return "".join(letter for letter in folded if not unicodedata.combining(letter))


def _english(term: str) -> str:
    """``entropy`` also finds entropies, ``renormalise`` renormalised and renormalising."""
    stem = re.escape(_plain(term)).replace(r"\ ", r"[\s-]+")
    if stem.endswith("y"):
        return rf"\b{stem[:-1]}(?:y|ies)\b"
    if stem.endswith("ise"):
        return rf"\b{stem[:-1]}(?:e|es|ed|ing)\b"
    return rf"\b{stem}(?:s|es)?\b"


def _stem(form: str) -> str:
    """A pattern for a Spanish form however it is inflected: ``empate`` finds empates, empatado."""
    stems = [
        re.sub(r"(?:ar|er|ir|ado|ada|os|as|es|a|e|o|s)$", "", word) if len(word) > 4 else word
        for word in _plain(form).split()
    ]
    return r"\b" + r"\s+".join(rf"{re.escape(stem)}\w*" for stem in stems)
