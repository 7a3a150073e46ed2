"""Run one lab's cells in this process and report, line by line, which checks pass.

:mod:`tempkit.course.progress` starts it, as ``python -m tempkit.course.attempt``: a cell that
never ends, prints without end or leaves the interpreter harms nobody else. Steps come in as JSON
on standard input; on standard output goes a line of JSON for each check, as soon as it is known.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

__all__ = ["main"]


def main() -> None:
    """Read the steps, run them in order, and report the checks among them."""
    steps = json.load(sys.stdin)
    report = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)  # What cells print, and what libraries print below Python.
    os.dup2(nowhere, 2)
    names: dict[str, Any] = {"__name__": "__main__", "display": lambda *_, **__: None}
    for step in steps:
        error = _run(step["source"], names)
        if step["exercise"]:
            found = {"exercise": step["exercise"], "passed": error is None, "said": _said(error)}
            print(json.dumps(found), file=report, flush=True)


def _run(source: str, names: dict[str, Any]) -> BaseException | None:
    """The error that ended a cell, if one did; Ctrl-C in a cell is an error like any other."""
    try:
        exec(compile(source, "<cell>", "exec"), names)
    except BaseException as error:
        return error
    return None


def _said(error: BaseException | None) -> str:
    """What the check answered, or the error in a line."""
    from tempkit.lab import CheckFailed

    if error is None:
        return ""
    if isinstance(error, CheckFailed):
        return str(error)
    return f"{type(error).__name__}: {error}".splitlines()[0]


if __name__ == "__main__":
    main()
