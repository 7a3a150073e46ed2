"""Which of the course's own cells a submission needs: those that bind a name which is used later.

Nobody looks at what the course's cells print and draw between the exercises, and that is most of
what a lab costs to run. A cell is left out only if what it binds or changes is read nowhere later,
by the student's cells, the tests, or another cell that runs. What counts is what a cell reads from
outside of itself: a parameter of its functions is no such name, nor is a word of a docstring.
"""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterator, Sequence

__all__ = ["needed"]

_WORD = re.compile(r"[^\W\d]\w*")
#: pandas looks up what follows this sign in the text of a query.
_LOOKED_UP = re.compile(r"@(\w+)")
#: A student's cell with one of these may read any name without writing it.
_REACHES_ANYTHING = {
    *("globals", "locals", "vars", "eval", "exec", "get_ipython", "dir", "__dict__"),
    *("__main__", "modules", "__globals__", "currentframe", "_getframe", "user_ns"),
}
#: What a statement may call without changing anything that lasts.
_ONLY_SHOWS = {"print", "display", "plots", "plt", "check"}


def needed(cells: Sequence[tuple[str, bool]]) -> list[bool]:
    """For every cell, its source and whether it is the course's own: whether it has to run."""
    wanted: set[str] = set()
    keep = []
    for source, ours in reversed(cells):
        if ours and not wanted & _REACHES_ANYTHING and _changes(source).isdisjoint(wanted):
            keep.append(False)
            continue
        keep.append(True)
        wanted |= _reads(source)
    return keep[::-1]


def _reads(source: str) -> set[str]:
    """Names that a cell may read from outside of itself; every word if it is no plain Python."""
    try:
        tree, table = ast.parse(source), symtable.symtable(source, "cell", "exec")
    except (SyntaxError, ValueError, RecursionError):  # a magic, a shell command, a mistake
        return set(_WORD.findall(source))
    read = set(_LOOKED_UP.findall(source)) | _named(tree) & _REACHES_ANYTHING
    read |= {s.get_name() for s in table.get_symbols() if s.is_referenced()}
    for inner in _inside(table):
        read |= {symbol.get_name() for symbol in inner.get_symbols() if symbol.is_global()}
    for node in ast.walk(tree):
        if isinstance(node, ast.AugAssign):
            read |= _names_in(node.target)
    return read


def _inside(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    """The scopes of functions and classes below one."""
    for child in table.get_children():
        yield child
        yield from _inside(child)


def _named(tree: ast.AST) -> set[str]:
    """Every name, attribute and import of a cell."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.alias):
            found.add(node.name)
    return found


def _changes(source: str) -> set[str]:
    """Names that a cell binds, or whose values it may change."""
    changed: set[str] = set()
    for symbol in symtable.symtable(source, "cell", "exec").get_symbols():
        if symbol.is_assigned() or symbol.is_imported():
            changed.add(symbol.get_name())
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Global):
            changed |= set(node.names)
        elif isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            changed |= _names_in(node.value)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            called = _names_in(node.value.func)
            changed |= set() if called & _ONLY_SHOWS else called
    return changed


def _names_in(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
