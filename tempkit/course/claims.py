r"""Every claim of a note has a test, and every number of a claim is one the test computed.

A claim ends with its tag, ``<sup>[C00.3](../../tests/claims/test_00_....py)</sup>``; whatever
stands between the previous tag, or the start of the section, and the tag belongs to it. Its test
is marked ``@pytest.mark.claim("C00.3")`` and hands over what it computed: ``claim.shows(*values)``
for the numbers in the text, in their order, and ``claim.table(rows)`` for a table, cell by cell. A
printed number :math:`n` with last digit of weight :math:`u` shows a value :math:`v` when
:math:`\lvert v - n \rvert \le u / 2`. Free are only integers below 10, and the years of citations.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from tempkit.course import notes
from tempkit.course.notes import Number
from tempkit.language import LANGUAGES

__all__ = ["Claim", "NumbersDiffer", "Proof", "problems", "proofs", "read", "resolve"]


class NumbersDiffer(AssertionError):
    """A claim prints a number that its test did not compute, or leaves out one that it did."""


@dataclass(frozen=True)
class Claim:
    """A claim as the notes print it, in every language."""

    id: str
    text: dict[str, str]

    def shows(self, *values: object) -> None:
        """Pass if the numbers printed outside the claim's table are ``values``, in that order.

        Parameters
        ----------
        *values
            Finite numbers, tensors, arrays, or (nested) lists of them, unrounded, in the order in
            which the text prints them, each as often as it does. Integers below 10 may be left out.

        Raises
        ------
        NumbersDiffer
            If a number of the text, in either language, is not the value due at its place, rounded
            to the digits printed, or if a value is printed nowhere after those before it.
        ValueError
            If a value is not a finite number.
        """
        computed = list(_flat(values))
        self._agree(
            f"{lang}: {wrong}"
            for lang, text in self.text.items()
            if (wrong := _out_of_step(_numbers(_apart(text)[0]), computed))
        )

    def table(self, rows: Sequence[Sequence[object]]) -> None:
        """Pass if the cells of the claim's table, its header first, are ``rows``.

        Parameters
        ----------
        rows
            A finite number, unrounded, for a cell that prints one; a string, or a mapping from
            language to string, for a cell that says just that; None for words left unchecked.

        Raises
        ------
        NumbersDiffer
            If a cell, in either language, says something else, or the shapes differ.
        """
        self._agree(
            f"{lang}: {wrong}"
            for lang, text in self.text.items()
            for wrong in _cells_that_differ(_apart(text)[1], rows, lang)
        )

    def _agree(self, wrong: Iterable[str]) -> None:
        if lines := [f"  {line}" for line in wrong]:
            raise NumbersDiffer(f"claim {self.id}\n" + "\n".join(lines))


@dataclass(frozen=True)
class Proof:
    """A test that is marked with a claim's id, and the methods of the claim that it calls."""

    claim: str
    path: Path
    test: str
    calls: frozenset[str]


def _flat(values: Iterable[object]) -> Iterable[float]:
    for value in values:
        plain = value.tolist() if hasattr(value, "tolist") else value
        if isinstance(plain, list | tuple):
            yield from _flat(plain)
            continue
        number = float(plain)  # type: ignore[arg-type]
        if not abs(number) < float("inf"):
            raise ValueError(f"claim.shows got {value}: give it finite numbers only")
        yield number


def _rounds(value: float, number: Number) -> bool:
    # The slack lets through a tie that binary floating point moved by its last bit.
    slack = number.unit * Decimal("1e-9")
    return abs(Decimal(value) - number.value) <= number.unit / 2 + slack


# (Jaynes, 1957), (1985), (Sutton and Barto, 1998, chapter 2)
_YEAR = re.compile(r"(?<=\(|\s)(?:18|19|20)\d\d(?=\)|, (?:chapter|capítulo) )")

# 10^{-6} standing alone: to the reader one number, not a 10 and a -6.
_POWER_OF_TEN = re.compile(r"((?:\\cdot|\\times|·|×)\s*)?(?<![\d.])10(?=\^)")


def _numbers(text: str) -> list[Number]:
    """What a test must account for, or may: all numbers but the years of citations."""
    text = _POWER_OF_TEN.sub(lambda found: found[0] if found[1] else r"1 \cdot 10", text)
    return notes.numbers(_YEAR.sub("", text))


def _due(number: Number) -> bool:
    return not number.whole or abs(number.value) >= 10


def _out_of_step(printed: list[Number], computed: list[float]) -> str | None:
    """What keeps ``printed`` from being ``computed`` in order, free integers aside."""
    reached = {0}  # how many values can have been printed so far
    for number in printed:
        onward = {i + 1 for i in reached if i < len(computed) and _rounds(computed[i], number)}
        onward |= set() if _due(number) else reached
        if not onward:
            last = max(reached)
            due = (
                f"where {computed[last]} is due" if last < len(computed) else "and no value is left"
            )
            return f"the text prints {number.text} {due}"
        reached = onward
    if len(computed) in reached:
        return None
    return f"the value {computed[max(reached)]} is printed nowhere after those before it"


_ROW = re.compile(r"^[ ]*\|(.*)\|[ ]*$\n?", re.MULTILINE)


def _apart(text: str) -> tuple[str, list[list[str]]]:
    """A claim's text without its tables, and the cells of these, the dashes left out."""
    rows = [[cell.strip() for cell in found[1].split("|")] for found in _ROW.finditer(text)]
    return _ROW.sub("", text), [row for row in rows if not re.fullmatch(r"[-:]+", "".join(row))]


def _cells_that_differ(
    table: list[list[str]], rows: Sequence[Sequence[object]], lang: str
) -> Iterable[str]:
    if [len(row) for row in table] != [len(row) for row in rows]:
        yield f"the table has rows of {[len(row) for row in table]} cells, header included"
        return
    for order, (row, wanted_row) in enumerate(zip(table, rows, strict=True)):
        for cell, wanted in zip(row, wanted_row, strict=True):
            wanted = wanted[lang] if isinstance(wanted, Mapping) else wanted
            if not _says(cell, wanted):
                yield f"row {order} of the table says {cell}, where {wanted} is due"


def _says(cell: str, wanted: object) -> bool:
    numbers = _numbers(cell)
    if wanted is None:
        return not any(_due(number) for number in numbers)
    if isinstance(wanted, str):
        return cell.replace("`", "") == wanted
    (value,) = _flat([wanted])
    return len(numbers) == 1 and _rounds(value, numbers[0])


def read(root: Path) -> dict[str, Claim]:
    """The claims of every note under ``root``, in order of appearance."""
    text: dict[str, dict[str, str]] = {}
    for stem in notes.stems(root):
        for lang in LANGUAGES:
            path = root / "theory" / lang / f"{stem}.md"
            if path.is_file():
                for name, span in _spans(path.read_text("utf-8")):
                    text.setdefault(name, {})[lang] = span
    return {name: Claim(name, spans) for name, spans in text.items()}


def resolve(root: Path, wanted: str) -> Claim:
    """The claim ``wanted``.

    Raises
    ------
    ValueError
        If no note has it; the message lists the claims there are.
    """
    claims = read(root)
    if wanted not in claims:
        there_are = ", ".join(claims) or "none"
        raise ValueError(f"no note makes the claim {wanted!r}: the claims are {there_are}")
    return claims[wanted]


def _spans(text: str) -> Iterable[tuple[str, str]]:
    for section in notes.sections(text):
        start = 0
        for tag in notes.tags(section.text):
            yield tag.id, section.text[start : tag.start]
            start = tag.end


def proofs(root: Path) -> list[Proof]:
    """The tests under ``tests/claims`` that carry a claim's id, read without running them."""
    found: list[Proof] = []
    for path in sorted(root.glob("tests/claims/test_*.py")):
        tree = ast.parse(path.read_text("utf-8"), filename=str(path))
        for node in ast.walk(tree):
            if _is_collected(node) and not _is_excused(node):
                calls = frozenset(filter(None, map(_of_the_claim, ast.walk(node))))
                found += [Proof(name, path, node.name, calls) for name in _marked(node)]
    return found


def _is_collected(node: ast.AST) -> bool:
    """Whether pytest runs it, by its name."""
    functions = ast.FunctionDef | ast.AsyncFunctionDef
    return (isinstance(node, functions) and node.name.startswith("test")) or (
        isinstance(node, ast.ClassDef) and node.name.startswith("Test")
    )


def _is_excused(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    """Whether a mark lets it fail or not run: then it proves nothing."""
    named = {
        part.attr
        for d in node.decorator_list
        for part in ast.walk(d)
        if isinstance(part, ast.Attribute)
    }
    return bool(named & {"xfail", "skip", "skipif", "cuda", "slow", "browser"})


def _marked(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> list[str]:
    return [
        str(call.args[0].value)
        for decorator in node.decorator_list
        for call in ast.walk(decorator)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "claim"
        and call.args
        and isinstance(call.args[0], ast.Constant)
    ]


def _of_the_claim(node: ast.AST) -> str | None:
    """The method's name, if this is a call of a method of ``claim``."""
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "claim"
    ):
        return node.func.attr
    return None


def problems(root: Path) -> list[str]:
    """What is wrong with the claims of the notes and their tests, one sentence each."""
    found = [line for stem in notes.stems(root) for line in _in_notes(root, stem)]
    claims, tests = read(root), proofs(root)
    for name, claim in claims.items():
        of_it = [proof for proof in tests if proof.claim == name]
        if not of_it:
            found.append(f"{name}: no test is marked @pytest.mark.claim({name!r})")
            continue
        for call, what in _owed(claim):
            if not any(call in proof.calls for proof in of_it):
                found.append(f"{name}: it prints {what}, and no test of it calls claim.{call}")
    found += [
        f"{proof.path.name}::{proof.test}: no note makes the claim {proof.claim!r}"
        for proof in tests
        if proof.claim not in claims
    ]
    return found


def _owed(claim: Claim) -> Iterable[tuple[str, str]]:
    apart = [_apart(text) for text in claim.text.values()]
    if any(_due(number) for prose, _ in apart for number in _numbers(prose)):
        yield "shows", "numbers"
    if any(_numbers(cell) for _, table in apart for row in table for cell in row):
        yield "table", "a table of numbers"


def _in_notes(root: Path, stem: str) -> Iterable[str]:
    ids: dict[str, list[str]] = {}
    for lang in LANGUAGES:
        path = root / "theory" / lang / f"{stem}.md"
        where = f"theory/{lang}/{stem}.md"
        if not path.is_file():
            yield f"{where}: the note is missing in this language"
            continue
        text = path.read_text("utf-8")
        found = notes.tags(text)
        ids[lang] = [tag.id for tag in found]
        yield from _order(where, stem, ids[lang])
        yield from _targets(root, path, where, found)
        yield from _unclaimed(where, text)
    if len(ids) == len(LANGUAGES) and len({tuple(names) for names in ids.values()}) > 1:
        listed = "; ".join(f"{lang}: {', '.join(names)}" for lang, names in ids.items())
        yield f"{stem}: the languages make different claims ({listed})"


def _order(where: str, stem: str, ids: list[str]) -> Iterable[str]:
    wanted = [f"C{stem[:2]}.{count}" for count in range(1, len(ids) + 1)]
    for got, want in zip(ids, wanted, strict=True):
        if got != want:
            yield f"{where}: the claim {got} stands where {want} should: number them in order"
            return


def _targets(root: Path, path: Path, where: str, found: list[notes.Tag]) -> Iterable[str]:
    tested = {(proof.claim, proof.path.resolve()) for proof in proofs(root)}
    for tag in found:
        target = (path.parent / tag.target).resolve()
        if not target.is_file():
            yield f"{where}: {tag.id} links to {tag.target}, which does not exist"
        elif (tag.id, target) not in tested:
            yield f"{where}: {tag.id} links to {tag.target}, which holds no test of it"


def _unclaimed(where: str, text: str) -> Iterable[str]:
    for section in notes.sections(text):
        if section.id == "references":  # volumes and pages
            continue
        ends = [tag.end for tag in notes.tags(section.text)]
        rest = section.text[ends[-1] if ends else 0 :]
        for number in _numbers(rest):
            if _due(number):
                line = section.line + _line_within(section.text, rest, number.text)
                yield (
                    f"{where}:{line}: {number.text} (section {section.id}) stands outside any "
                    "claim: close its paragraph with a claim's tag, or leave the number out"
                )


def _line_within(section: str, rest: str, printed: str) -> int:
    place = re.search(re.escape(printed), rest)
    return section.count("\n", 0, len(section) - len(rest) + (place.start() if place else 0))
