"""What must never differ between the languages of a unit, whoever has read it and when.

Sections, formulas, numbers, code, links, claims and placeholders are taken out of the text of each
language and compared.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from tempkit.course import notes
from tempkit.course.units import Unit
from tempkit.language import LANGUAGES, NAMES

__all__ = ["Finding", "parity"]


@dataclass(frozen=True)
class Finding:
    """What keeps a unit from being in step.

    ``kind`` is new, english changed, spanish changed, both changed, missing, parity or gone.
    """

    unit: str
    kind: str
    message: str


_CODES = "|".join(LANGUAGES)


def _links(text: str) -> list[str]:
    return [
        _one_language(piece.text)
        for piece in notes.pieces(text)
        if piece.kind in {"target", "image"}
    ]


def _one_language(target: str) -> str:
    """A link as if there were one language: ``../es/`` becomes ``../en/``."""
    path, mark, fragment = target.partition("#")
    if "//" in path:  # A site of others; a lab that it opens has a language all the same.
        return re.sub(rf"(?<=/labs/)(?:{_CODES})(?=/)", "en", target)
    path = re.sub(rf"(^|/)(?:{_CODES})(?=/)", r"\1en", path)
    path = re.sub(rf"\.(?:{_CODES})\.md$", ".md", path)
    path = re.sub(rf"([-_])(?:{_CODES})(?=[-_.])", r"\1en", path)
    return path + mark + fragment


def _links_without_headings(text: str) -> list[str]:
    """Links of a README, whose own headings are written in its language and have no ids."""
    return [link if "theory/" in link else link.partition("#")[0] for link in _links(text)]


def _formulas(text: str) -> list[str]:
    return [
        _one_formula(piece.text)
        for piece in notes.pieces(text)
        if piece.kind in {"formula", "display"}
    ]


def _one_formula(formula: str) -> str:
    words_out = re.sub(r"\\(text\w*|mbox)\{[^{}]*\}", r"\\\1{}", formula)
    # White space means nothing in a formula, nor does the full stop that ends its sentence.
    return re.sub(r"\s+", "", words_out).rstrip(".,;:")


def _code(text: str) -> list[str]:
    return [
        re.sub(rf"--lang ({_CODES})", "--lang en", piece.text)
        for piece in notes.pieces(text)
        if piece.kind == "code"
    ]


def _fences(text: str) -> list[str]:
    return [
        re.sub(rf"--lang ({_CODES})", "--lang en", re.sub(r"[ \t]*#.*", "", piece.text)).strip()
        for piece in notes.pieces(text)
        if piece.kind == "fence"
    ]


def _options(text: str) -> list[str]:
    """Options of commands; in a guide, what stands for a file or person has a name to read."""
    code = " ".join(piece.text for piece in notes.pieces(text) if piece.kind in {"code", "fence"})
    return sorted(set(re.findall(r"--[a-z][a-z-]*", code)) - {"--lang"})


def _numbers(text: str) -> list[str]:
    return [str(number.value) for number in notes.numbers(text, code=False)]


_SPELLED = {
    "en": ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"],
    "es": [
        "cero",
        "uno",
        "dos",
        "tres",
        "cuatro",
        "cinco",
        "seis",
        "siete",
        "ocho",
        "nueve",
        "diez",
    ],
}


def _spelled_out(number: str, text: str, lang: str) -> bool:
    """Whether a language writes as a word what the other writes in digits."""
    words = _SPELLED.get(lang, [])
    small = number.isdigit() and int(number) < len(words)
    return small and bool(re.search(rf"\b{words[int(number)]}\b", text.lower()))


def _headings(text: str) -> list[str]:
    prose = "".join(piece.text for piece in notes.pieces(text) if piece.kind != "fence")
    return re.findall(r"^(#{1,6}) ", prose, re.MULTILINE)


def _claims(text: str) -> list[str]:
    return [tag.id for tag in notes.tags(text)]


def _placeholders(text: str) -> list[str]:
    return sorted(set(re.findall(r"(?<!\{)\{(\w*)[^{}]*\}(?!\})", text)))


# A language may change comments and strings, and with them the layout.
_SPOKEN = {"COMMENT", "NL", "NEWLINE", "STRING", "FSTRING_START", "FSTRING_MIDDLE", "FSTRING_END"}


def _tokens(code: str) -> list[str]:
    try:
        found = list(tokenize.generate_tokens(io.StringIO(code).readline))
    except (tokenize.TokenError, SyntaxError):
        # A cell magic is no Python: compare its words.
        return re.findall(r"\w+|\S", code)
    return [
        token.string
        for token in found
        if tokenize.tok_name[token.type] not in _SPOKEN and token.string.strip()
    ]


def _exercises(code: str) -> list[str]:
    return re.findall(r"\bcheck\(\s*[\"']([^\"']+)[\"']", code)


_PAGE: dict[str, Callable[[str], list[str]]] = {
    "headings": _headings,
    "formulas": _formulas,
    "numbers": _numbers,
    "inline code": _code,
    "code blocks": _fences,
    "links": _links,
    "claims": _claims,
}

_ASPECTS: dict[str, dict[str, Callable[[str], list[str]]]] = {
    "note": _PAGE,
    "readme": _PAGE | {"links": _links_without_headings},
    "guide": {
        "headings": _headings,
        "numbers": _numbers,
        "options": _options,
        "links": _links_without_headings,
    },
    "markdown": _PAGE,
    "message": {
        "placeholders": _placeholders,
        "formulas": _formulas,
        "numbers": _numbers,
        "inline code": _code,
        "links": _links,
    },
    "code": {"code": _tokens, "exercise ids": _exercises},
}


#: The first language beside each of the others, and each of the others beside it.
_BOTH_WAYS = [
    pair for other in LANGUAGES[1:] for pair in ((LANGUAGES[0], other), (other, LANGUAGES[0]))
]


def parity(unit: Unit) -> list[Finding]:
    """What differs between the languages of a unit and may not, or the language it lacks."""
    missing = [lang for lang in LANGUAGES if not unit.text.get(lang, "").strip()]
    if missing:
        return [Finding(unit.id, "missing", f"there is no {NAMES[missing[0]]} text")]
    found = []
    for aspect, extract in _ASPECTS[unit.kind].items():
        here = {lang: Counter(extract(unit.text[lang])) for lang in LANGUAGES}
        if aspect == "numbers":
            _forgive_words(here, unit)
        only = [
            f"only in {NAMES[lang]}: {', '.join(map(repr, sorted(rest.elements())))}"
            for lang, other in _BOTH_WAYS
            if (rest := here[lang] - here[other])
        ]
        if only:
            found.append(Finding(unit.id, "parity", f"{aspect} differ; {'; '.join(only)}"))
    return found


def _forgive_words(here: dict[str, Counter[str]], unit: Unit) -> None:
    for lang, other in _BOTH_WAYS:
        for number in here[lang] - here[other]:
            if _spelled_out(number, unit.text[other], other):
                here[lang][number] = here[other][number]
