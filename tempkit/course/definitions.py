"""The glossary as a page: each term, what it is called in the other language, what it means, where.

The terms are those of ``docs/glossary.toml``, which says how they are translated; what they mean
stands in ``docs/definitions.toml``.
"""

from __future__ import annotations

import tomllib
import unicodedata

from tempkit.course import glossary
from tempkit.course.chapters import root
from tempkit.course.sections import link

__all__ = ["page", "problems"]

_TOP = {
    "en": """# Glossary

English · [Español](glossary.es.md)

The words of the course, what they are called in Spanish, and where they come up.

| term | Spanish | what it means | where |
|---|---|---|---|
""",
    "es": """# Glosario

[English](glossary.en.md) · Español

Las palabras del curso, cómo se llaman en inglés y dónde aparecen.

| término | inglés | qué significa | dónde |
|---|---|---|---|
""",
}


def page(lang: str) -> str:
    """The page in a language, in the order of its alphabet.

    Raises
    ------
    ValueError
        If a term has no definition, or its section is not there.
    """
    if wrong := problems():
        raise ValueError("; ".join(wrong))
    meanings = _definitions()
    rows = []
    for term in glossary.read(root()):
        own, other = (term.en, term.es) if lang == "en" else (term.es, term.en)
        meaning = meanings[term.en]
        rows.append(
            f"| **{own}** | *{other}* | {meaning[lang]} | {link(meaning['section'], lang)} |"
        )
    return _TOP[lang] + "\n".join(sorted(rows, key=_alphabetical)) + "\n"


def problems() -> list[str]:
    """Terms without a definition, and definitions of no term, one sentence each."""
    terms, meanings = {term.en for term in glossary.read(root())}, _definitions()
    return [
        f"{name!r} is in glossary.toml and not in definitions.toml: say what it means, and where"
        for name in sorted(terms - meanings.keys())
    ] + [
        f"{name!r} is in definitions.toml and not in glossary.toml"
        for name in sorted(meanings.keys() - terms)
    ]


def _definitions() -> dict[str, dict[str, str]]:
    return tomllib.loads((root() / "docs" / "definitions.toml").read_text("utf-8"))


def _alphabetical(row: str) -> str:
    """Without accents: otherwise they come after z."""
    folded = unicodedata.normalize("NFD", row.lower())
    return "".join(letter for letter in folded if not unicodedata.combining(letter))
