"""The two languages in step: what was translated, what changed since, and what differs.

``translations.lock`` holds a digest of every language of each unit (:mod:`tempkit.course.units`) as
they were when somebody last read them side by side. Any language may lead. What must never differ
is compared without the lock (:mod:`tempkit.course.parity`).
"""

from __future__ import annotations

import ast
import json
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path

from tempkit.course import chapters, notes
from tempkit.course.parity import Finding, parity
from tempkit.course.units import Unit, units
from tempkit.language import LANGUAGES, NAMES

__all__ = ["LOCK", "Finding", "Unit", "parity", "record", "show", "status", "units"]

LOCK = "translations.lock"


def _orders(root: Path) -> Iterable[Finding]:
    """The sections of a note stand in the same order in both languages."""
    for stem in notes.stems(root):
        ids = [
            [section.id for section in notes.sections(path.read_text("utf-8"))]
            for lang in LANGUAGES
            if (path := root / "theory" / lang / f"{stem}.md").is_file()
        ]
        other_order = any(own != ids[0] and sorted(own) == sorted(ids[0]) for own in ids)
        if len(ids) == len(LANGUAGES) and other_order:
            message = f"the sections stand in another order: {', '.join(ids[0])}"
            yield Finding(f"theory/{stem}", "parity", f"{message} in English")


def _phrases(root: Path) -> Iterable[Finding]:
    """Dictionaries of phrases in the code that lack a language; the verb language has its own."""
    for path in sorted(root.glob("tempkit/**/*.py")):
        if "verbs" in path.relative_to(root).parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Dict):
                continue
            keys = {key.value for key in node.keys if isinstance(key, ast.Constant)}
            missing = [lang for lang in LANGUAGES if lang not in keys]
            if missing and len(keys & set(NAMES)) >= 2 and path.name != "language.py":
                where = f"{path.relative_to(root).as_posix()}:{node.lineno}"
                yield Finding(where, "missing", f"there is no {NAMES[missing[0]]} text")


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
    found = [*_orders(root), *_phrases(root)]
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
    if reviewed is None or len(reviewed) != len(LANGUAGES):  # read in fewer languages
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
    leads = NAMES[changed[0]]
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
    lines = [f'"{key}" = {json.dumps(digests)}\n' for key, digests in sorted(reviewed.items())]
    (root / LOCK).write_text(head + "".join(lines), encoding="utf-8")


def show(root: Path | None = None) -> int:
    """Print what is out of step, a row per finding; 1 if there is anything, else 0."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    found = status(root or chapters.root())
    if not found:
        Console().print(f"{' and '.join(NAMES.values())} are in step.")
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
