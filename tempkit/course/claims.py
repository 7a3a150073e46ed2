r"""Every claim of a note has a test, and every number of a claim is one the test computed.

A claim ends with its tag, ``<sup>[C00.3](../../tests/claims/test_00_....py)</sup>``; whatever
stands between the previous tag, or the start of the section, and the tag belongs to it. Its test
is marked ``@pytest.mark.claim("C00.3")`` and calls ``claim.shows(*values)``. A printed number with
last digit of weight :math:`u` shows a value :math:`v` when :math:`\lvert v - n \rvert \le u / 2`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
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
        """Pass if the decimals printed in the claim and ``values`` are the same numbers.

        Parameters
        ----------
        *values
            Finite numbers, tensors, arrays, or (nested) lists of them, unrounded.

        Raises
        ------
        NumbersDiffer
            If a decimal number of the text, in either language, is none of ``values`` rounded to
            the digits printed, or if one of ``values`` is printed nowhere.
        ValueError
            If a value is not a finite number.
        """
        computed = list(_flat(values))
        wrong: list[str] = []
        for lang, text in self.text.items():
            printed = notes.numbers(text)
            wrong += [
                f"{lang}: the text prints {number.text}, which no value gives; "
                f"{_nearest(number.value, computed)}"
                for number in printed
                if not number.whole and not any(_rounds(value, number) for value in computed)
            ]
            wrong += [
                f"{lang}: the value {value} is printed nowhere; "
                f"{_nearest(Decimal(value), [float(number.value) for number in printed])}"
                for value in computed
                if not any(_rounds(value, number) for number in printed)
            ]
        if wrong:
            raise NumbersDiffer(f"claim {self.id}\n" + "\n".join(f"  {line}" for line in wrong))


@dataclass(frozen=True)
class Proof:
    """A test that is marked with a claim's id, and whether it accounts for the claim's numbers."""

    claim: str
    path: Path
    test: str
    shows: bool


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


def _nearest(wanted: Decimal, others: list[float]) -> str:
    if not others:
        return "there is nothing to compare it with"
    return f"the nearest is {min(others, key=lambda other: abs(Decimal(other) - wanted))}"


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
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                shows = any(_is_shows(inner) for inner in ast.walk(node))
                found += [Proof(name, path, node.name, shows) for name in _marked(node)]
    return found


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


def _is_shows(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "shows"
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "claim"
    )


def problems(root: Path) -> list[str]:
    """What is wrong with the claims of the notes and their tests, one sentence each."""
    found = [line for stem in notes.stems(root) for line in _in_notes(root, stem)]
    claims, tests = read(root), proofs(root)
    for name, claim in claims.items():
        of_it = [proof for proof in tests if proof.claim == name]
        decimals = any(not n.whole for text in claim.text.values() for n in notes.numbers(text))
        if not of_it:
            found.append(f"{name}: no test is marked @pytest.mark.claim({name!r})")
        elif decimals and not any(proof.shows for proof in of_it):
            found.append(f"{name}: it prints decimal numbers, and no test of it calls claim.shows")
    found += [
        f"{proof.path.name}::{proof.test}: no note makes the claim {proof.claim!r}"
        for proof in tests
        if proof.claim not in claims
    ]
    return found


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
        ends = [tag.end for tag in notes.tags(section.text)]
        rest = section.text[ends[-1] if ends else 0 :]
        for number in notes.numbers(rest):
            if not number.whole:
                line = section.line + _line_within(section.text, rest, number.text)
                yield (
                    f"{where}:{line}: {number.text} (section {section.id}) stands outside any "
                    "claim: close its paragraph with a claim's tag, or leave the number out"
                )


def _line_within(section: str, rest: str, printed: str) -> int:
    place = re.search(re.escape(printed), rest)
    return section.count("\n", 0, len(section) - len(rest) + (place.start() if place else 0))
