"""What a page of the course is made of: sections, formulas, numbers, code, links, claims.

A page is read from left to right, and whatever comes first wins, which is how JupyterLab hides
formulas from its Markdown parser. The gates (claims, translations, glossary, lint) all read a
page through :func:`pieces`, so that they agree on what is a formula and what is prose.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

__all__ = [
    "Number",
    "Piece",
    "Section",
    "Tag",
    "line_of",
    "numbers",
    "pieces",
    "sections",
    "stems",
    "tags",
    "words",
]


@dataclass(frozen=True)
class Piece:
    """A stretch of a page.

    ``kind`` is one of prose, fence, code, display, formula, tag, anchor, image, label and target
    (of a link), html and comment; ``text`` is what it says without its delimiters; ``start`` and
    ``end`` are offsets.
    """

    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Section:
    """What stands between two ``<a id=...>`` markers; the part above the first is ``top``."""

    id: str
    text: str
    line: int


@dataclass(frozen=True)
class Tag:
    """The mark that closes a claim: its id, the test file it links to, and its offsets."""

    id: str
    target: str
    start: int
    end: int


@dataclass(frozen=True)
class Number:
    """A number as printed.

    ``value`` is what it says, ``unit`` the weight of its last digit, and ``whole`` tells a plain
    integer from a number with a point or a power of ten.
    """

    text: str
    value: Decimal
    unit: Decimal
    whole: bool


_MARKER = re.compile(r'^<a id="([^"]*)"></a>[ ]*$', re.MULTILINE)

_PIECE = re.compile(
    r"""
      ^[ ]{0,3}(?P<bar>`{3,}|~{3,})(?P<fence>[^\n]*\n.*?)^[ ]{0,3}(?P=bar)[ ]*$
    | <!--(?P<comment>.*?)-->
    | (?<![`\\])(?P<ticks>`+)(?!`)(?P<code>(?:(?!\n[ ]*\n).)+?)(?<!`)(?P=ticks)(?!`)
    | (?P<escaped>\\[\\$`])
    | \$\$(?P<display>.+?)\$\$
    | \$(?P<formula>(?:[^$\n\\]|\\.|\n(?![ ]*\n))+)\$
    | <sup>\[(?P<tag>C\d+\.\d+)\]\((?P<proof>[^)]*)\)</sup>
    | <a\ id="(?P<anchor>[^"]*)"></a>
    | !\[(?P<alt>[^\]]*)\]\((?P<image>[^)\s]+)(?:\s+"[^"]*")?\)
    | (?:\[(?P<label>[^][$`]+))?\]\(<?(?P<target>[^)\s>]+)>?(?:\s+"[^"]*")?\)
    | <?(?P<url>https?://[^\s<>)]+)>?
    | (?P<html></?[A-Za-z][^<>]*>)
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)

_KINDS = ("fence", "comment", "code", "display", "formula", "tag", "anchor", "image", "target")


def pieces(text: str) -> list[Piece]:
    """``text`` cut into its pieces, in order, nothing left out.

    A link's label is a piece of its own, and lies inside the one of its target.
    """
    found: list[Piece] = []
    last = 0
    for match in _PIECE.finditer(text):
        if match["escaped"]:
            continue
        if last < match.start():
            found.append(Piece("prose", text[last : match.start()], last, match.start()))
        kind = next((kind for kind in _KINDS if match[kind] is not None), "html")
        if match["url"]:
            kind = "target"
        said = match["url"] or match[kind] or ""
        if label := match["label"]:
            inside = match.start("label")
            found.append(Piece("label", label, inside, inside + len(label)))
        found.append(Piece(kind, said, match.start(), match.end()))
        last = match.end()
    if last < len(text):
        found.append(Piece("prose", text[last:], last, len(text)))
    return found


def line_of(text: str, offset: int) -> int:
    """The line, counted from 1, on which ``offset`` lies."""
    return text.count("\n", 0, offset) + 1


def sections(text: str) -> list[Section]:
    """The sections of a note in order; the first is ``top``, the title and the abstracts."""
    starts = [("top", 0)] + [(found[1], found.start()) for found in _MARKER.finditer(text)]
    ends = [start for _, start in starts[1:]] + [len(text)]
    return [
        Section(name, text[start:end], line_of(text, start))
        for (name, start), end in zip(starts, ends, strict=True)
    ]


def tags(text: str) -> list[Tag]:
    """The claim tags of ``text``, in order of appearance."""
    return [
        Tag(found["tag"], found["proof"], found.start(), found.end())
        for found in _PIECE.finditer(text)
        if found["tag"]
    ]


_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")

# What looks like a decimal number and is a name: versions, arXiv numbers, DOIs.
_NAMES = re.compile(
    r"""
      \b(?:Python|PyTorch|torch|NumPy|CUDA|JupyterLab|nbgrader|tempkit)\s*(?:[=<>~!]=|[<>])?\s*
      \d+(?:\.\d+)+
    | \b[A-Za-z][\w-]*(?:[=<>~!]=)\d+(?:\.\d+)+
    | \barXiv[:\s]\s*\d{4}\.\d{4,5}(?:v\d+)?
    | \b10\.\d{4,}/\S+
    """,
    re.VERBOSE | re.IGNORECASE,
)

# A number at the start of a line that only counts items, or the heading's own number.
_ITEM = re.compile(r"^[ ]*(?:>[ ]*)?(?:#+[ ]+)?\d+[.)](?=\s)|^#[ ]+\d+(?=[ ]·)", re.MULTILINE)

_NUMBER = re.compile(
    r"""
    (?<![\w.])(?P<sign>(?<![)\]}])[-−–+])?
    (?P<mantissa>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<fraction>\d+))?)
    (?:
        [eE](?P<e>[-−+]?\d+)
      | \s*(?:\\cdot|\\times|·|×)\s*10
        (?:\^\{?\s*(?P<power>[-−+]?\d+)\s*\}?|(?P<raised>[⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹]+))
    )?
    (?!\d|\.\d)
    """,
    re.VERBOSE,
)


def numbers(text: str, *, code: bool = True) -> list[Number]:
    """The numbers a reader sees in ``text``: prose, tables, formulas and, if wanted, code.

    Numbers in links, anchors, alt texts, claim ids, identifiers, versions and list numbering are
    names, not numbers. A minus that stands between two things is a difference, not a sign.
    """
    kinds = {"prose", "formula", "display"} | ({"code", "fence"} if code else set())
    found: list[Number] = []
    for piece in pieces(text):
        if piece.kind not in kinds:
            continue
        math = piece.kind in {"formula", "display"}
        # A command ends where its letters end, `\approx0.5` is a command and a number.
        said = re.sub(r"(\\[A-Za-z]+)", r"\1 ", piece.text) if math else _ITEM.sub("", piece.text)
        for match in _NUMBER.finditer(_NAMES.sub(" ", said)):
            number = _number(match)
            after = match.string[match.end() : match.end() + 2]
            if number.whole and not math and re.match(r"\w|\.?[ºª]", after):
                continue
            found.append(number)
    return found


def _number(match: re.Match[str]) -> Number:
    raised = match["e"] or match["power"] or (match["raised"] or "").translate(_SUPERSCRIPTS)
    power = int(raised.replace("−", "-")) if raised else 0
    value = Decimal(match["mantissa"].replace(",", "")).scaleb(power)
    if match["sign"] and match["sign"] != "+":
        value = -value
    unit = Decimal(1).scaleb(power - len(match["fraction"] or ""))
    return Number(match[0].strip(), value, unit, not (match["fraction"] or raised))


def words(text: str) -> str:
    """The prose of ``text`` alone, on one line: what the glossary reads."""
    said = [p.text if p.kind in {"prose", "label"} else " " for p in pieces(text)]
    return re.sub(r"\s+", " ", "".join(said)).strip()


def stems(root: Path) -> list[str]:
    """The file stems of the notes in any language, ``00-inside-or-outside`` first."""
    return sorted({path.stem for path in root.glob("theory/*/*.md")})
