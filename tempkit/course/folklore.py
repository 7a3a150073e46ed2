"""The folklore as a page: what is said of temperature, whether it is so, and where that is proved.

The items are those of ``docs/folklore.toml``; their ids, F01 and so on, are stable.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

from tempkit.course import claims, notes
from tempkit.course.chapters import find, root
from tempkit.course.sections import link

__all__ = ["VERDICTS", "Item", "items", "page", "problems"]

VERDICTS = {
    "false": {"en": "false", "es": "falso"},
    "partly": {"en": "true in part", "es": "cierto en parte"},
    "vague": {
        "en": "too vague to be true or false",
        "es": "demasiado vago para ser cierto o falso",
    },
}

_TOP = {
    "en": """# Folklore, checked

English · [Español](folklore.es.md)

What popular material says of softmax temperature (in our words), whether it is so, what is true,
and the claims that settle it. A claim's id leads to its test, which `python3 start.py test` runs.
""",
    "es": """# Creencias populares, comprobadas

[English](folklore.en.md) · Español

Lo que dicen los materiales populares sobre la temperatura del softmax (con nuestras palabras), si
es así, qué es cierto y las afirmaciones que lo resuelven. El identificador de cada afirmación lleva
a su prueba, que ejecuta `python3 start.py test`.
""",
}

_INDEX = {
    "en": "| | what is said | verdict | proved in |",
    "es": "| | qué se dice | veredicto | demostrado en |",
}

_ITEM = """<a id="{id}"></a>

## {id} · {verdict}

{said}

{truth}

{proof}: {where}; {claims}.
"""
_SAID = {"en": "“{}”", "es": "«{}»"}
_PROOF = {"en": "Proof", "es": "Demostración"}


@dataclass(frozen=True)
class Item:
    """One piece of folklore: its verdict, a section ``"00:power-form"``, and claims in it."""

    id: str
    verdict: str
    section: str
    claims: tuple[str, ...]
    said: dict[str, str]
    truth: dict[str, str]


def items() -> list[Item]:
    """The items, in their order."""
    table = tomllib.loads((root() / "docs" / "folklore.toml").read_text("utf-8"))
    return [Item(**{**entry, "claims": tuple(entry["claims"])}) for entry in table["item"]]


def page(lang: str) -> str:
    """The page in a language.

    Raises
    ------
    ValueError
        If an item's verdict, section or claim is not there.
    """
    if wrong := problems():
        raise ValueError("; ".join(wrong))
    tested = {proof.claim: proof.test for proof in reversed(claims.proofs(root()))}
    return "\n".join([_TOP[lang], _index(lang), *(_item(item, lang, tested) for item in items())])


def _index(lang: str) -> str:
    rows = [
        f"| [{item.id}](#{item.id}) | {item.said[lang]} | {VERDICTS[item.verdict][lang]} "
        f"| {link(item.section, lang)} |"
        for item in items()
    ]
    return "\n".join([_INDEX[lang], "|---|---|---|---|", *rows, ""])


def _item(item: Item, lang: str, tested: dict[str, str]) -> str:
    note = find(item.section[:2]).note(lang).read_text("utf-8")
    targets = {tag.id: tag.target for tag in notes.tags(note)}
    proofs = [f"[{name}]({targets[name][3:]}), `{tested[name]}`" for name in item.claims]
    return _ITEM.format(
        id=item.id,
        verdict=VERDICTS[item.verdict][lang],
        said=_SAID[lang].format(item.said[lang]),
        truth=item.truth[lang],
        proof=_PROOF[lang],
        where=link(item.section, lang),
        claims=", ".join(proofs),
    )


def problems() -> list[str]:
    """What an item promises and the course does not hold, one sentence each."""
    found = []
    proved = {proof.claim for proof in claims.proofs(root())}
    for item in items():
        if item.verdict not in VERDICTS:
            found.append(
                f"{item.id}: its verdict {item.verdict!r} is none of {', '.join(VERDICTS)}"
            )
        number, _, section = item.section.partition(":")
        stated = _claims_in(number, section)
        found += [
            f"{item.id}: {name} is no claim of note {number}, section {section}: {stated or 'none'}"
            for name in item.claims
            if name not in stated
        ]
        found += [f"{item.id}: no test proves {name}" for name in item.claims if name not in proved]
        if not item.claims:
            found.append(f"{item.id}: it names no claim")
    return found


def _claims_in(number: str, section: str) -> list[str]:
    text = find(number).note("en").read_text("utf-8")
    inside = [part.text for part in notes.sections(text) if part.id == section]
    return [tag.id for part in inside for tag in notes.tags(part)]
