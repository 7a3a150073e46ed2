"""The two languages in step: what was translated, what changed since, and what differs.

The course is cut into units: a section of a note, a cell of a lab, a message of a check, a
section of the README. ``translations.lock`` holds a digest of both languages of each unit as they
were when somebody last read them side by side. Either language may lead. What must never differ
(sections, formulas, numbers, code, links, claims, placeholders) is compared without the lock.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import re
import tokenize
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tempkit.course import chapters, notes
from tempkit.language import LANGUAGES

__all__ = ["LOCK", "Finding", "Unit", "parity", "record", "show", "status", "units"]

LOCK = "translations.lock"

_READMES = {"en": "README.md", "es": "README.es.md"}
_NAMES = {"en": "English", "es": "Spanish"}


@dataclass(frozen=True)
class Unit:
    """A piece of the course in every language that has it.

    ``kind`` is one of note, markdown, code, message, readme.
    """

    id: str
    kind: str
    text: dict[str, str]

    @property
    def digests(self) -> tuple[str, ...]:
        """A short sha256 per language, blind to white space at the ends."""
        return tuple(
            hashlib.sha256(self.text.get(lang, "").strip().encode()).hexdigest()[:12]
            for lang in LANGUAGES
        )


@dataclass(frozen=True)
class Finding:
    """What keeps a unit from being in step.

    ``kind`` is new, english changed, spanish changed, both changed, missing, parity or gone.
    """

    unit: str
    kind: str
    message: str


def units(root: Path) -> list[Unit]:
    """Every unit of the course under ``root``, in the order of the files.

    Raises
    ------
    tempkit.course.source.SourceError
        If a lab's source cannot be read.
    """
    return [*_of_notes(root), *_of_labs(root), *_of_messages(root), *_of_readme(root)]


def _of_notes(root: Path) -> Iterable[Unit]:
    for stem in notes.stems(root):
        text: dict[str, dict[str, str]] = {}
        for lang in LANGUAGES:
            path = root / "theory" / lang / f"{stem}.md"
            if path.is_file():
                for section in notes.sections(path.read_text("utf-8")):
                    text.setdefault(section.id, {})[lang] = section.text
        for section_id, by_lang in text.items():
            yield Unit(f"theory/{stem}#{section_id}", "note", by_lang)


def _of_labs(root: Path) -> Iterable[Unit]:
    from tempkit.course import source

    for path in sorted(root.glob("solutions/*.py")):
        for cell in source.read(path):
            if cell.text["en"] != cell.text["es"] or cell.kind == "markdown":
                yield Unit(f"solutions/{path.stem}#{cell.name}", cell.kind, cell.text)


def _of_messages(root: Path) -> Iterable[Unit]:
    text: dict[str, dict[str, str]] = {}
    for lang in LANGUAGES:
        for path in sorted(root.glob(f"tempkit/*/words/{lang}/*.toml")):
            for key, message in _flat(tomllib.loads(path.read_text("utf-8"))):
                text.setdefault(key, {})[lang] = message
    for key, by_lang in text.items():
        yield Unit(f"messages#{key}", "message", by_lang)


def _flat(table: dict[str, Any], prefix: str = "") -> Iterable[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)


def _of_readme(root: Path) -> Iterable[Unit]:
    parts = {
        lang: _by_heading((root / name).read_text("utf-8"))
        for lang, name in _READMES.items()
        if (root / name).is_file()
    }
    for order in range(max(map(len, parts.values()), default=0)):
        by_lang = {lang: part[order] for lang, part in parts.items() if order < len(part)}
        yield Unit(f"README#{order:02d}", "readme", by_lang)


def _by_heading(text: str) -> list[str]:
    fenced = [(p.start, p.end) for p in notes.pieces(text) if p.kind == "fence"]
    starts = [
        found.start()
        for found in re.finditer(r"^#{1,6} ", text, re.MULTILINE)
        if not any(start <= found.start() < end for start, end in fenced)
    ]
    edges = [0, *[start for start in starts if start], len(text)]
    return [text[start:end] for start, end in itertools.pairwise(edges)]


# What must be the same in both languages, per piece of a page.


def _links(text: str) -> list[str]:
    return [
        _one_language(piece.text)
        for piece in notes.pieces(text)
        if piece.kind in {"target", "image"}
    ]


def _one_language(target: str) -> str:
    """A link as if there were one language: ``../es/`` becomes ``../en/``."""
    path, mark, fragment = target.partition("#")
    if "//" in path:
        return target
    path = re.sub(r"(^|/)(?:en|es)(?=/)", r"\1en", path).replace(".es.md", ".md")
    path = re.sub(r"([-_])(?:en|es)(?=[-_.])", r"\1en", path)
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
        re.sub(r"--lang (en|es)", "--lang en", piece.text)
        for piece in notes.pieces(text)
        if piece.kind == "code"
    ]


def _fences(text: str) -> list[str]:
    return [
        re.sub(r"--lang (en|es)", "--lang en", re.sub(r"[ \t]*#.*", "", piece.text)).strip()
        for piece in notes.pieces(text)
        if piece.kind == "fence"
    ]


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
    small = number.isdigit() and int(number) < len(_SPELLED[lang])
    return small and bool(re.search(rf"\b{_SPELLED[lang][int(number)]}\b", text.lower()))


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


def parity(unit: Unit) -> list[Finding]:
    """What differs between the languages of a unit and may not, or the language it lacks."""
    missing = [lang for lang in LANGUAGES if not unit.text.get(lang, "").strip()]
    if missing:
        return [Finding(unit.id, "missing", f"there is no {_NAMES[missing[0]]} text")]
    found = []
    for aspect, extract in _ASPECTS[unit.kind].items():
        here = {lang: Counter(extract(unit.text[lang])) for lang in LANGUAGES}
        if aspect == "numbers":
            _forgive_words(here, unit)
        only = [
            f"only in {_NAMES[lang]}: {', '.join(map(repr, sorted(rest.elements())))}"
            for lang, other in (("en", "es"), ("es", "en"))
            if (rest := here[lang] - here[other])
        ]
        if only:
            found.append(Finding(unit.id, "parity", f"{aspect} differ; {'; '.join(only)}"))
    return found


def _forgive_words(here: dict[str, Counter[str]], unit: Unit) -> None:
    for lang, other in (("en", "es"), ("es", "en")):
        for number in here[lang] - here[other]:
            if _spelled_out(number, unit.text[other], other):
                here[lang][number] = here[other][number]


def _orders(root: Path) -> Iterable[Finding]:
    """The sections of a note stand in the same order in both languages."""
    for stem in notes.stems(root):
        ids = [
            [section.id for section in notes.sections(path.read_text("utf-8"))]
            for lang in LANGUAGES
            if (path := root / "theory" / lang / f"{stem}.md").is_file()
        ]
        if len(ids) == len(LANGUAGES) and ids[0] != ids[1] and sorted(ids[0]) == sorted(ids[1]):
            message = f"the sections stand in another order: {', '.join(ids[0])}"
            yield Finding(f"theory/{stem}", "parity", f"{message} in English")


def read_lock(root: Path) -> dict[str, tuple[str, ...]]:
    """The digests of both languages at their last review, per unit."""
    path = root / LOCK
    if not path.is_file():
        return {}
    return {key: tuple(pair) for key, pair in tomllib.loads(path.read_text("utf-8")).items()}


def status(root: Path) -> list[Finding]:
    """Everything that keeps the languages from being in step, in the order of the units."""
    from tempkit.course.source import SourceError

    try:
        everything = units(root)
    except SourceError as error:
        return [Finding("solutions", "missing", str(error))]
    reviewed = read_lock(root)
    found = list(_orders(root))
    for unit in everything:
        found += parity(unit)
        found += _since_review(unit, reviewed.get(unit.id))
    known = {unit.id for unit in everything}
    found += [
        Finding(key, "gone", "it was reviewed and is no longer there")
        for key in reviewed
        if key not in known
    ]
    return found


def _since_review(unit: Unit, reviewed: tuple[str, ...] | None) -> list[Finding]:
    if reviewed is None:
        return [Finding(unit.id, "new", "nobody has read the two languages side by side")]
    changed = [
        lang
        for lang, now, then in zip(LANGUAGES, unit.digests, reviewed, strict=True)
        if now != then
    ]
    if not changed:
        return []
    if len(changed) == len(LANGUAGES):
        return [Finding(unit.id, "both changed", "read them side by side again")]
    leads = _NAMES[changed[0]]
    message = f"only the {leads} text changed since the two were read side by side"
    return [Finding(unit.id, f"{leads.lower()} changed", message)]


def record(root: Path, wanted: Sequence[str] | None = None) -> list[str]:
    """Write down that units were read side by side, and return their ids.

    Parameters
    ----------
    root
        The checkout.
    wanted
        Ids of units, or beginnings of ids (``theory/00``); None records everything and forgets
        the units that are gone.

    Raises
    ------
    ValueError
        If an entry of ``wanted`` matches no unit, or a unit lacks a language or breaks parity.
    """
    everything = units(root)
    for beginning in wanted or ():
        if not any(unit.id.startswith(beginning) for unit in everything):
            raise ValueError(
                f"no unit begins with {beginning!r}: 'tempkit translations' lists their ids"
            )
    chosen = [unit for unit in everything if wanted is None or unit.id.startswith(tuple(wanted))]
    broken = [finding for unit in chosen for finding in parity(unit)]
    if broken:
        listed = "\n".join(f"  {finding.unit}: {finding.message}" for finding in broken)
        raise ValueError(f"these units differ between the languages; mend them first:\n{listed}")
    known = {unit.id for unit in everything}
    kept = {key: pair for key, pair in read_lock(root).items() if wanted or key in known}
    _write_lock(root, kept | {unit.id: unit.digests for unit in chosen})
    return [unit.id for unit in chosen]


def _write_lock(root: Path, reviewed: dict[str, tuple[str, ...]]) -> None:
    head = "# Digests of both languages at their last review; written by 'tempkit translations'.\n"
    lines = [f'"{key}" = ["{en}", "{es}"]\n' for key, (en, es) in sorted(reviewed.items())]
    (root / LOCK).write_text(head + "".join(lines), encoding="utf-8")


def show(root: Path | None = None) -> int:
    """Print what is out of step, a row per finding; 1 if there is anything, else 0."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    found = status(root or chapters.root())
    if not found:
        Console().print("English and Spanish are in step.")
        return 0
    table = Table("unit", "kind", "what to look at")
    for finding in found:
        table.add_row(*map(Text, (finding.unit, finding.kind, finding.message)))
    console = Console()
    console.print(table)
    console.print(
        "Mend what differs, read each changed pair side by side, then run "
        "'tempkit translations --record UNIT' (or --record all)."
    )
    return 1
