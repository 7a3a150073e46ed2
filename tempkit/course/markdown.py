r"""Markdown that reads the same in JupyterLab and on GitHub.

JupyterLab takes the formulas out before it parses Markdown; GitHub parses Markdown first and looks
for formulas in what is left. So a formula must survive Markdown: no ``\{`` or ``\,`` (GitHub drops
the backslash), no pair of ``*`` or ``_`` that makes emphasis, no ``<b``, no ``](``, no ``|`` in a
table. Reported in github/markup issues 1547, 1569, 1575, 1577, 1688, 1741, 1742, 1746 and
jupyter/notebook issues 1556 and 7697.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tempkit.course import notes
from tempkit.course.notes import Piece
from tempkit.language import LANGUAGES

__all__ = ["Page", "Problem", "lint", "pages", "problems"]


@dataclass(frozen=True)
class Page:
    """A Markdown text and the file as which its relative links are read."""

    name: str
    text: str
    at: Path


@dataclass(frozen=True)
class Problem:
    """Something that one of the two renderers breaks, or a reader would miss."""

    page: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        """As a compiler says it."""
        return f"{self.page}:{self.line}: {self.rule}: {self.message}"


def pages(root: Path) -> list[Page]:
    """The notes, the files in Markdown at the top and in docs/, and every Markdown cell."""
    from tempkit.course import source

    paths = [*root.glob("theory/*/*.md"), *root.glob("*.md"), *root.glob("docs/**/*.md")]
    found = [
        Page(path.relative_to(root).as_posix(), path.read_text("utf-8"), path)
        for path in sorted(paths)
    ]
    for path in sorted(root.glob("solutions/*.py")):
        for cell in source.read(path):
            if cell.kind == "markdown":
                found += [
                    Page(
                        f"solutions/{path.name}#{cell.name} ({lang})",
                        cell.text[lang],
                        root / "labs" / lang / f"{path.stem}.ipynb",
                    )
                    for lang in LANGUAGES
                ]
    return found


def problems(root: Path) -> list[Problem]:
    """Every problem of every page under ``root``."""
    return [problem for page in pages(root) for problem in lint(page)]


def lint(page: Page) -> list[Problem]:
    """The problems of one page, by line."""
    found = [
        Problem(page.name, notes.line_of(page.text, offset), rule, message)
        for check in (_layout, _formulas, _dollars, _links, _images, _html)
        for offset, rule, message in check(page)
    ]
    found += [Problem(page.name, line, rule, message) for line, rule, message in _parsed(page)]
    return sorted(set(found), key=lambda problem: (problem.line, problem.rule))


Places = Iterable[tuple[int, str, str]]


def _prose(page: Page) -> list[Piece]:
    return [piece for piece in notes.pieces(page.text) if piece.kind == "prose"]


def _layout(page: Page) -> Places:
    """White space at the ends of lines, boxes of GitHub's own, headings that jump."""
    for found in re.finditer(r"[ \t]+$", page.text, re.MULTILINE):
        yield found.start(), "trailing space", "end the line at its last character"
    level = 0
    for piece in _prose(page):
        for found in re.finditer(r"^>[ ]*\[!\w+\]", piece.text, re.MULTILINE):
            yield piece.start + found.start(), "alert box", "JupyterLab shows its mark as text"
        for found in re.finditer(r"^(#{1,6})[ ]", piece.text, re.MULTILINE):
            depth = len(found[1])
            if level and depth > level + 1:
                message = f"a heading of level {depth} follows one of level {level}"
                yield piece.start + found.start(), "heading jump", message
            level = depth


# Removed by GitHub, because they can hide text or redefine others.
_REFUSED = r"\\(?:operatorname\*?|mbox|phantom|newcommand|renewcommand|def|require|unicode)\b"


def _formulas(page: Page) -> Places:
    text = page.text
    for piece in notes.pieces(text):
        if piece.kind == "display":
            yield from _display(text, piece)
        elif piece.kind == "formula":
            yield from _inline(text, piece)
        else:
            continue
        for pattern, rule, message in (
            (_REFUSED, "macro", "GitHub refuses {}: write \\text{{...}} or \\mathrm{{...}}"),
            (r"`", "backtick math", "{} inside a formula is shown by JupyterLab"),
            (r"<(?=[A-Za-z/!?])", "bare <", "GitHub reads {} as HTML: put spaces around it"),
            (r"\](?=\()", "link in formula", "GitHub reads {}( as a link: put a space between"),
            (
                r"\\(?:[^A-Za-z0-9\s\\]|\\(?![ ]*\n))",
                "escape",
                "GitHub drops the backslash of {}: write \\lbrace, \\lVert, \\thinspace, "
                "and \\\\ only at the end of a line",
            ),
        ):
            for found in re.finditer(pattern, piece.text):
                offset = text.index(piece.text, piece.start) + found.start()
                yield offset, rule, message.format(found[0])


def _display(text: str, piece: Piece) -> Places:
    opening = text[text.rfind("\n", 0, piece.start) + 1 : piece.start].strip(" >")
    line_end = text.find("\n", piece.end)
    closing = text[piece.end : line_end if line_end >= 0 else len(text)].strip()
    inside = text[piece.start + 2 : piece.end - 2]
    if opening or closing or not re.fullmatch(r"[ ]*\n.*\n[ >]*", inside, re.DOTALL):
        yield piece.start, "display", "put each $$ alone on its line"
        return
    before = text[: piece.start].rstrip(" >")
    after = text[piece.end :].lstrip(" ")
    if (before and not re.search(r"\n[ >]*\n$", before)) or not re.match(r"\n[ >]*\n|\n?$", after):
        yield piece.start, "display", "leave a blank line before and after a $$ block"
    if re.search(r"\n[ >]*\n", inside):
        yield piece.start, "display", "a blank line ends the formula: take it out"


def _inline(text: str, piece: Piece) -> Places:
    before, after = text[max(piece.start - 1, 0) : piece.start], text[piece.end : piece.end + 1]
    if re.match(r"[\w\-'\"/]", before):
        message = f"GitHub shows no formula right after {before!r}: put a space between"
        yield piece.start, "glued formula", message
    if re.match(r"\w", after):
        message = f"GitHub shows no formula right before {after!r}: put a space between"
        yield piece.start, "glued formula", message
    line = text[text.rfind("\n", 0, piece.start) + 1 : piece.start]
    if "|" in piece.text and line.lstrip(" >").startswith("|"):
        yield piece.start, "| in a table", "write \\lvert ... \\rvert, or \\mid: | ends the cell"
    if "\n" in piece.text:
        yield piece.start, "broken formula", "keep an inline formula on one line"
    elif piece.text != piece.text.strip():
        yield piece.start, "padded formula", "no space after the opening or before the closing $"


def _dollars(page: Page) -> Places:
    """What is left in prose of other ways to write formulas."""
    for piece in _prose(page):
        for pattern, rule, message in (
            (r"\\[()\[\]]", "bracket math", "write $...$, or $$ on its own lines"),
            (r"\\begin\{", "bare environment", "put the environment inside $$"),
            (r"(?<!\\)\$(?=$)", "backtick math", "write $...$ without backticks"),
            (r"(?<!\\)\$(?!$)", "lone dollar", "this $ has no partner in its paragraph"),
            (r"\\\$", "escaped dollar", "JupyterLab does not know \\$: write the currency's name"),
        ):
            for found in re.finditer(pattern, piece.text):
                yield piece.start + found.start(), rule, message


def _links(page: Page) -> Places:
    for piece in notes.pieces(page.text):
        targets = {"target": piece.text, "image": piece.text}
        if piece.kind == "tag":
            targets["tag"] = notes.tags(page.text[piece.start : piece.end])[0].target
        if piece.kind not in targets or "//" in targets[piece.kind][:8]:
            continue
        path, _, fragment = targets[piece.kind].partition("#")
        target = ((page.at.parent / path) if path else page.at).resolve()
        if path and not target.exists():
            yield piece.start, "dead link", f"{path} does not exist beside {page.at.name}"
        elif fragment and target.suffix == ".md":
            here = page.text if target == page.at.resolve() else target.read_text("utf-8")
            if fragment not in _anchors(here):
                yield piece.start, "dead link", f"{target.name} has no section {fragment!r}"


@cache
def _anchors(text: str) -> frozenset[str]:
    """The names a link may jump to: explicit ones, and GitHub's for each heading."""
    explicit = {piece.text for piece in notes.pieces(text) if piece.kind == "anchor"}
    headings = re.findall(r"^#{1,6}[ ]+(.*?)[ ]*#*$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in headings}
    return frozenset(explicit | slugs)


def _images(page: Page) -> Places:
    for piece in notes.pieces(page.text):
        if piece.kind == "image":
            alt = page.text[piece.start + 2 : page.text.index("](", piece.start)]
            if not alt.strip():
                yield piece.start, "alt text", f"say in words what {piece.text} shows"
            elif "$" in alt:
                yield piece.start, "alt text", "an alt text holds no formula: use words"
        elif piece.kind == "html" and piece.text.lower().startswith("<img"):
            found = re.search(r'\balt="([^"]*)"', piece.text)
            if not (found and found[1].strip()):
                yield piece.start, "alt text", 'give <img> an alt="..." that says what it shows'


# A div says in which language a part is written; the rest is what Markdown has no sign for.
_TAGS = frozenset({"a", "br", "details", "div", "img", "kbd", "sub", "summary", "sup"})


def _html(page: Page) -> Places:
    for piece in notes.pieces(page.text):
        found = re.match(r"</?([A-Za-z][\w-]*)", piece.text) if piece.kind == "html" else None
        if found and found[1].lower() not in _TAGS:
            yield piece.start, "html", f"<{found[1]}> is not among {', '.join(sorted(_TAGS))}"


def _parsed(page: Page) -> Iterable[tuple[int, str, str]]:
    """What GitHub's parser, which does not know formulas, does inside them."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    for token in parser.parse(page.text):
        if token.type != "inline" or not token.children:
            continue
        line = (token.map or [0])[0] + 1
        seen = "".join(map(_seen, token.children))
        for formula in re.findall(r"\$\$.*?\$\$|\$[^$]*\$", seen, re.DOTALL):
            for mark in sorted(set(re.findall(r"\x00(\w+)\x00", formula))):
                yield line, "markdown in formula", f"GitHub reads {mark} inside {_clean(formula)}"
        for label in re.findall(r"\x00link_open\x00([^\x00]*)\x00link_close\x00", seen):
            if "$" in label:
                yield line, "formula in link", f"GitHub shows no formula in a link: {label}"


def _seen(token: object) -> str:
    """A token as the text GitHub looks for formulas in, its markup between zero bytes."""
    kind, content = token.type, token.content  # type: ignore[attr-defined]
    if kind in {"text", "text_special"}:
        return content
    if kind in {"softbreak", "hardbreak"}:
        return "\n"
    if kind in {"code_inline", "image"}:
        return " "
    names = {"em": "emphasis", "strong": "emphasis", "s": "strikethrough", "link": "link"}
    return f"\x00{kind if kind.startswith('link') else names.get(kind.split('_')[0], 'HTML')}\x00"


def _clean(formula: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"\x00\w+\x00", "", formula))
