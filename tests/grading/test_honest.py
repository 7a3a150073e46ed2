"""What costs an honest student nothing."""

from __future__ import annotations

import pytest
from submissions import solution_cells, solved, submission

from tempkit.course.chapters import find
from tempkit.grading.records import Cell, Submission

LAB = find("01")
ENTROPY = solution_cells(LAB, "en")["entropy_curve"]


def graded(grader_of, source: str, **options: str):
    """The result of exercise 3 of lab 01 with this cell, and the whole execution."""
    made = submission(LAB, "en", {"entropy_curve": source}, **options)
    execution = grader_of(LAB).grade(made)
    assert execution.status == "graded"
    (result,) = [r for r in execution.results if r.exercise == "entropy_curve"]
    return result, execution


NOISY = {
    "warnings": "import warnings\nwarnings.warn('careful')\n" + ENTROPY,
    "a deprecation in the function": ENTROPY.replace(
        "    rows =", "    import warnings; warnings.warn('old', DeprecationWarning)\n    rows ="
    ),
    "prints": "print('x' * 100)\n" + ENTROPY.replace("    rows =", "    print(logits)\n    rows ="),
    "a flood of prints": "for i in range(200_000): print(i)\n" + ENTROPY,
    "stderr": "import sys\nprint('trouble', file=sys.stderr)\n" + ENTROPY,
    "logging": "import logging\nlogging.warning('trouble')\n" + ENTROPY,
    "a plot": "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()\n" + ENTROPY,
    "a plot in the function": ENTROPY.replace(
        "    rows =", "    import matplotlib.pyplot as plt; plt.figure(); plt.plot([1])\n    rows ="
    ),
    "many plots": "import matplotlib.pyplot as plt\nfor i in range(25): plt.figure()\n" + ENTROPY,
    "a magic": "%matplotlib inline\n%timeit -n1 -r1 1\n" + ENTROPY,
    "a shell command": "!ls\n" + ENTROPY,
    "a cell magic of time": "%%time\n" + ENTROPY,
    "top-level await": "import asyncio\nawait asyncio.sleep(0)\n" + ENTROPY,
    "a last expression": ENTROPY + "\nentropy_curve(logits, [1.0])",
    "slow, but within its time": "import time\ntime.sleep(1.5)\n" + ENTROPY,
    "a slow call": ENTROPY.replace("    rows =", "    import time; time.sleep(0.3)\n    rows ="),
    "an error after the function": ENTROPY + "\nraise RuntimeError('oops')",
    "a call of the check": ENTROPY + "\ncheck('entropy_curve', entropy_curve)",
    "a class": "class Rows:\n    def __call__(self, *given): return found(*given)\n"
    + ENTROPY.replace("def entropy_curve", "def found")
    + "\nentropy_curve = Rows()",
    "a lambda": "entropy_curve = lambda z, ts: [torch.special.entr(torch.softmax(z / t, -1)).sum()"
    " for t in ts]",
    "a partial": "import functools\n"
    + ENTROPY.replace("def entropy_curve", "def found")
    + "\nentropy_curve = functools.partial(found)",
    "a decorator": "import functools\n@functools.cache\ndef log2(): return 1\n" + ENTROPY,
    "numpy": "import numpy as np\ndef entropy_curve(logits, temperatures):\n"
    "    z = logits.double().numpy(); rows = []\n    for t in temperatures:\n"
    "        p = np.exp((z - z.max()) / t); p /= p.sum(); p = p[p > 0]\n"
    "        rows.append(-(p * np.log(p)).sum())\n    return np.array(rows)",
    "a data frame's column": "import pandas as pd\n"
    + ENTROPY.replace("def entropy_curve", "def found")
    + "\ndef entropy_curve(*given): return pd.DataFrame({'H': found(*given).numpy()})['H']",
    "a result that needs grad": ENTROPY.replace("def entropy_curve", "def found")
    + "\ndef entropy_curve(z, ts): return found(z.clone().requires_grad_(), ts)",
    "a file in the working folder": "from pathlib import Path\nPath('notes.txt').write_text('x')\n"
    "assert Path('notes.txt').read_text() == 'x'\n" + ENTROPY,
    "a temporary file": "import tempfile\nwith tempfile.TemporaryFile() as f: f.write(b'x')\n"
    + ENTROPY,
    "threads": "import threading\nt = threading.Thread(target=print); t.start(); t.join()\n"
    + ENTROPY,
    "a worker process": "import multiprocessing as mp\n"
    "with mp.get_context('fork').Pool(2) as pool: print(pool.map(abs, [-1, -2]))\n" + ENTROPY,
    "a data loader with workers": "import torch.utils.data as data\n"
    "print(list(data.DataLoader([1, 2, 3], num_workers=1)))\n" + ENTROPY,
    "a global seed": "torch.manual_seed(3)\n" + ENTROPY,
    "another default dtype": "torch.set_default_dtype(torch.float64)\n" + ENTROPY,
    "leaving early": ENTROPY + "\nimport sys\nsys.exit()",
    "backward": "x = torch.ones(2, requires_grad=True); (x * x).sum().backward()\n" + ENTROPY,
}


@pytest.mark.parametrize("source", NOISY.values(), ids=NOISY.keys())
def test_it_costs_nothing(grader_of, source: str) -> None:
    result, _ = graded(grader_of, source)
    assert result.points == result.max_points, result.reason


def test_extra_cells_and_classes_cost_nothing(grader_of) -> None:
    first = "class Model(torch.nn.Module):\n    def forward(self, x): return x\nmodel = Model()"
    result, _ = graded(grader_of, "helper = 2\n" + ENTROPY, first=first, last="1 / 0")
    assert result.points == result.max_points


def test_a_helper_in_a_cell_of_the_students_own_is_found(grader_of) -> None:
    helper = ENTROPY.replace("def entropy_curve", "def helper")
    source = "def entropy_curve(*given): return helper(*given)"
    result, _ = graded(grader_of, source, first=helper)
    assert result.points == result.max_points


def test_an_endless_loop_costs_its_exercise_only(grader_of) -> None:
    endless = "def distribution_table(logits, temperatures):\n    while True: pass"
    execution = grader_of(LAB, timeout=2.0).grade(solved(LAB, "en", distribution_table=endless))
    assert execution.status == "graded"
    assert execution.points == 8
    assert execution.results[0].finding == "raised"
    assert execution.limits_hit == ("call-time",)


def test_an_endless_cell_costs_what_it_holds_only(grader_of) -> None:
    made = solved(LAB, "en", distribution_table="while True: pass")
    execution = grader_of(LAB, timeout=2.0).grade(made)
    assert execution.points == 8
    assert "cell-time" in execution.limits_hit


def test_what_the_students_cells_show_is_kept(grader_of) -> None:
    last = "print('out'); display('shown'); import matplotlib.pyplot as plt; plt.plot([1]); 1 / 0"
    _, execution = graded(grader_of, ENTROPY, last=last)
    mine = [output for output in execution.outputs if output.index == 1]
    assert [output.kind for output in mine] == ["text", "error", "image"]
    assert mine[0].text == "out\n'shown'\n"
    assert mine[1].text == "ZeroDivisionError: division by zero"
    assert mine[2].data.startswith(b"\x89PNG")


def test_what_functions_print_while_they_are_tested_is_dropped(grader_of) -> None:
    source = "import sys\n" + ENTROPY.replace(
        "    rows =", "    print('probe', logits)\n    rows ="
    )
    _, execution = graded(grader_of, source)
    assert execution.outputs == ()


def test_a_figure_of_the_librarys_is_shown_in_a_students_cell(grader_of) -> None:
    _, execution = graded(grader_of, ENTROPY, last="plots.bars(logits, [1.0])")
    assert [output.kind for output in execution.outputs] == ["image"]


def test_later_cells_do_not_change_what_was_judged_before(grader_of) -> None:
    result, _ = graded(grader_of, ENTROPY, last="entropy_curve = None")
    assert result.points == result.max_points


def test_submissions_know_nothing_of_each_other(grader_of) -> None:
    grader = grader_of(LAB)
    left = Cell(None, "import torch\ntorch.left = 1\nopen('left', 'w')\nleft = 1", "extra")
    grader.grade(Submission("one", "01", "en", (left,)))
    seek = "import os\nprint(hasattr(torch, 'left'), os.path.exists('left'), 'left' in globals())"
    _, execution = graded(grader_of, ENTROPY, last=seek)
    assert execution.outputs[0].text == "False False False\n"
