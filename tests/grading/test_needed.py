"""The course's own cells are run for a submission that reads what they make, and for no other."""

from __future__ import annotations

import pytest

from tempkit.grading.needed import needed


def test_a_cell_whose_names_nobody_uses_is_not_run() -> None:
    cells = [
        ("import torch", True),
        ("words = ['a']\nlogits = torch.ones(1)", True),
        ("plots.bars(logits)", True),
        ("for row in [1]:\n    print(row)", True),
        ("torch.manual_seed(1)", True),
        ("print(logits, torch.rand(1))", False),
    ]
    assert needed(cells) == [True, True, False, False, True, True]


def test_a_student_who_may_reach_any_name_gets_every_cell() -> None:
    assert needed([("x = 1", True), ("print(globals())", False)]) == [True, True]


def test_a_cell_that_changes_what_is_used_later_is_run() -> None:
    cells = [("rows = []", True), ("for i in [1]:\n    rows.append(i)", True), ("rows", False)]
    assert needed(cells) == [True, True, True]


READS = [
    "print(rows)",
    "def f(x):\n    return rows + x",
    "def f(x):\n    def g():\n        return [rows for _ in x]\n    return g",
    "def f():\n    global rows\n    rows = 1",
    "class A:\n    size = rows",
    "f = lambda x: rows[x]",
    "rows += 1",
    "print(f'{rows}')",
    "print([row for row in rows])",
    "frame.query('x > @rows')",
    "%timeit rows",
    "%%time\nlen(rows)",
    "this does not parse, but has the rows",
    "print(globals())",
    "import __main__\n__main__.rows",
    "import sys\ngetattr(sys.modules['__main__'], 'ro' + 'ws')",
    "exec('ro' + 'ws')",
]


@pytest.mark.parametrize("source", READS)
def test_a_cell_that_reads_a_name_gets_it(source: str) -> None:
    assert needed([("rows = []", True), (source, False)]) == [True, True]


DOES_NOT_READ = [
    "def f(rows):\n    return rows",
    'def f(x):\n    """Two rows."""\n    return x',
    "def f(x):\n    rows = [x]\n    return rows",
    "print([rows for rows in 'ab'])  # rows",
    "class A:\n    rows = 1",
    "other.rows",
]


@pytest.mark.parametrize("source", DOES_NOT_READ)
def test_a_name_of_its_own_is_not_the_courses(source: str) -> None:
    assert needed([("rows = []", True), (source, False)]) == [False, True]
