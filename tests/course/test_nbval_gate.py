"""The comparison of stored outputs can fail: it is shown notebooks that are wrong on purpose."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tempkit.course.build import execute
from tempkit.course.chapters import CHAPTERS, root

pytestmark = pytest.mark.slow

CELLS = (
    "print([0.1234567, 2.0])",
    "from tempkit import plots\nimport torch\nplots.bars(torch.tensor([2.0, 1.0]), [1.0])",
)


@pytest.fixture(scope="module")
def notebook():
    """A notebook with stored outputs, a print and a picture."""
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    made.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return execute(made)


def nbval(notebook, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """Run nbval on it as ``start.py test`` does."""
    path = tmp_path / "notebook.ipynb"
    nbformat.write(notebook, path)
    sanitizer = root() / "tests" / "nbval-sanitize.cfg"
    command = [sys.executable, "-m", "pytest", "--nbval", str(path), "-p", "no:cacheprovider"]
    return subprocess.run(
        [*command, "--nbval-sanitize-with", str(sanitizer), "--rootdir", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_honest_notebook_passes(notebook, tmp_path: Path) -> None:
    result = nbval(notebook, tmp_path)
    assert result.returncode == 0, result.stdout
    assert "2 passed" in result.stdout


def test_other_pixels_pass(notebook, tmp_path: Path) -> None:
    changed = nbformat.from_dict(notebook)
    html = changed.cells[1].outputs[0].data["text/html"]
    changed.cells[1].outputs[0].data["text/html"] = html.replace("base64,iVBOR", "base64,AAAAA")
    assert nbval(changed, tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("cell", "old", "new"),
    [(0, "0.1234567", "0.1235567"), (0, "2.0", "3.0"), (1, "0.731", "0.713")],
    ids=["a digit", "a number", "a number in alt text"],
)
def test_a_mutated_output_fails(notebook, tmp_path: Path, cell: int, old: str, new: str) -> None:
    text = nbformat.writes(notebook)
    changed = nbformat.reads(text, as_version=4)
    output = changed.cells[cell].outputs[0]
    if "text" in output:
        assert old in output.text
        output.text = output.text.replace(old, new)
    else:
        assert old in output.data["text/plain"]
        output.data = {k: v.replace(old, new) for k, v in output.data.items()}
    result = nbval(changed, tmp_path)
    assert result.returncode == 1
    assert "1 failed" in result.stdout


def test_no_notebook_asks_nbval_to_look_away() -> None:
    sources = [chapter.source.read_text(encoding="utf-8") for chapter in CHAPTERS]
    assert not [text for text in sources if "NBVAL_" in text or "nbval-" in text]


def test_a_missing_output_fails(notebook, tmp_path: Path) -> None:
    changed = nbformat.reads(nbformat.writes(notebook), as_version=4)
    changed.cells[0].outputs = []
    assert nbval(changed, tmp_path).returncode == 1
