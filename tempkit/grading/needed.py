"""Which of the course's own cells a submission needs: those that bind a name which is used later.

Nobody looks at what the course's cells print and draw between the exercises, and that is most of
what a lab costs to run. A cell is left out only if what it binds or changes is never named again,
by the student's cells, the tests, or another cell that runs.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

__all__ = ["needed"]

_WORD = re.compile(r"[^\W\d]\w*")
#: A student's cell with one of these may reach any name without writing it.
_REACHES_ANYTHING = {"globals", "locals", "vars", "eval", "exec", "get_ipython", "dir", "__dict__"}
#: What a statement may call without changing anything that lasts.
_ONLY_SHOWS = {"print", "display", "plots", "plt", "check"}


def needed(cells: Sequence[tuple[str, bool]]) -> list[bool]:
    """For every cell, its source and whether it is the course's own: whether it has to run."""
    wanted: set[str] = set()
    keep = []
    for source, ours in reversed(cells):
        words = set(_WORD.findall(source))
        if ours and not wanted & _REACHES_ANYTHING and _changes(source).isdisjoint(wanted):
            keep.append(False)
            continue
        keep.append(True)
        wanted |= words
    return keep[::-1]


def _changes(source: str) -> set[str]:
    """Names that a cell binds, or whose values it may change; all names if that cannot be told."""
    changed: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            changed.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            changed.add(node.name)
        elif isinstance(node, ast.alias):
            changed.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            changed |= _names_in(node.value)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            called = _names_in(node.value.func)
            changed |= set() if called & _ONLY_SHOWS else called
    return changed


def _names_in(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
