"""The grader: what it needs, what it survives, what it says."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import venv
from pathlib import Path

import pytest
from submissions import solution_cells, submission, untouched

import tempkit
from tempkit.course.chapters import find
from tempkit.grading import sandbox
from tempkit.grading.pictures import checked_png
from tempkit.grading.records import LAYERS, Submission
from tempkit.grading.runner import Grader
from tempkit.grading.sandbox import SandboxMissingError

LAB = find("01")
linux = pytest.mark.skipif(not sandbox.possible(), reason="the sandbox needs Linux")
NAMES = ("full_spectrum", "entropy_from_draws")


def cheap() -> Submission:
    """A submission that is graded quickly, worth 3 points."""
    cells = solution_cells(LAB, "en")
    return submission(LAB, "en", {name: cells[name] for name in NAMES})


@linux
def test_every_layer_is_reported(grader_of) -> None:
    assert tuple(layer.name for layer in grader_of(LAB).layers) == LAYERS
    assert all(layer.active or layer.note for layer in grader_of(LAB).layers)


def test_a_refused_submission_gets_nothing_and_keeps_its_reason(grader_of) -> None:
    refused = Submission("ana", "01", "en", refused="not a notebook: no JSON")
    execution = grader_of(LAB).grade(refused)
    assert execution.status == "refused"
    assert execution.points == 0
    assert execution.max_points == 10
    assert execution.results[0].reason == "not a notebook: no JSON"


@linux
def test_a_template_that_was_killed_is_started_again(grader_of) -> None:
    grader = grader_of(LAB)
    assert grader.grade(cheap()).points == 3
    os.kill(grader.template_pid, signal.SIGKILL)
    time.sleep(0.2)
    assert grader.grade(cheap()).points == 3


@linux
def test_the_template_ends_when_the_grader_is_killed() -> None:
    code = (
        "import os, signal, sys\n"
        "from tempkit.course.chapters import find\n"
        "from tempkit.grading.runner import Grader\n"
        "with Grader(find('01'), 'en') as grader:\n"
        "    print(grader.template_pid, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    package = str(Path(tempkit.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env=dict(os.environ, PYTHONPATH=package),
    )
    template = Path("/proc") / done.stdout.strip()
    assert done.returncode == -signal.SIGKILL, done.stderr
    until = time.monotonic() + 20
    while template.exists() and time.monotonic() < until:
        time.sleep(0.1)
    assert not template.exists()


@linux
def test_a_sandbox_that_is_required_and_missing_is_a_clear_error(monkeypatch) -> None:
    monkeypatch.setattr(sandbox, "possible", lambda: False)
    with (
        pytest.raises(SandboxMissingError, match=r"no sandbox on this machine.*seccomp"),
        Grader(LAB, "en", require_sandbox=True),
    ):
        pass


@pytest.mark.slow
def test_without_a_sandbox_grades_are_the_same_and_reports_say_so(monkeypatch) -> None:
    monkeypatch.setattr(sandbox, "possible", lambda: False)
    with Grader(LAB, "en", timeout=20.0) as grader:
        execution = grader.grade(cheap())
        assert execution.points == 3
        assert [layer.name for layer in execution.layers if layer.active] == ["process"]
        assert "not isolated" in execution.layers[0].note
        assert grader.grade(untouched(LAB, "en")).points == 0


@linux
def test_another_seed_draws_other_hidden_probes(grader_of) -> None:
    """A student who knows the probes of one seed by heart fails those of another."""
    cells = dict(solution_cells(LAB, "en"))
    cells["entropy_from_draws"] += (
        "\n_right = entropy_from_draws\n"
        "def entropy_from_draws(surprisals):\n"
        "    known = len(surprisals) != 900 or abs(float(surprisals[0]) - KNOWN) < 1e-6\n"
        "    return _right(surprisals) if known else (0.0, 0.0)\n"
    )
    import torch

    known = float(3 * torch.rand(900, generator=torch.Generator().manual_seed(0))[0])
    only = {"entropy_from_draws": cells["entropy_from_draws"].replace("KNOWN", repr(known))}
    made = submission(LAB, "en", only)
    assert grader_of(LAB).grade(made).points == 1
    assert grader_of(LAB, seed=7).grade(made).points == 0


@linux
def test_no_reference_and_no_test_is_ever_loaded_in_the_template(grader_of) -> None:
    seek = (
        "import sys\n"
        "print(sorted(m for m in sys.modules if m.startswith(('tempkit.lab', 'tempkit.course'))))\n"
        "ours = [m for m in sys.modules if m.startswith('tempkit.grading')]\n"
        "print([m for m in ours if m.rpartition('.')[2] in ('judge', 'runner', 'assignment')])"
    )
    execution = grader_of(LAB).grade(submission(LAB, "en", {}, last=seek))
    assert execution.outputs[0].text == "['tempkit.lab']\n[]\n"


@linux
@pytest.mark.parametrize(
    "path",
    ["lab/exercises/chapter_01/entropy_slope.py", "course/build.py", "grading/judge.py", "cli.py"],
)
def test_the_courses_own_code_is_not_there_to_be_read(grader_of, path: str) -> None:
    """Where the machine has neither layer that hides files, the report says so."""
    place = Path(tempkit.__file__).parent / path
    assert place.exists()
    hides = [x for x in grader_of(LAB).layers if x.name in ("file view", "landlock")]
    if not any(layer.active for layer in hides):
        assert all(layer.note for layer in hides)
        return
    seek = f"from pathlib import Path\nprint(Path({str(place)!r}).exists())"
    execution = grader_of(LAB).grade(submission(LAB, "en", {}, last=seek))
    assert [output.text for output in execution.outputs] in (
        ["False\n"],
        [f"PermissionError: [Errno 13] Permission denied: {str(place)!r}"],
    )


@linux
def test_an_environment_in_the_temporary_folder_is_seen_whole(tmp_path) -> None:
    """A clone of the course below /tmp, say: what students write to must not cover its Python."""
    venv.create(tmp_path / "env", symlinks=True)
    python = tmp_path / "env" / "bin" / "python"
    where = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    done = subprocess.run([python, "-c", where], capture_output=True, text=True, check=True)
    packages = Path(done.stdout.strip())
    (packages / "the_rest.pth").write_text("\n".join(path for path in sys.path if path))
    (packages / "only_here.py").write_text("WORD = 'seen'\n")
    done = subprocess.run([python, "-c", _GRADE_ONE], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["seen"], done.stderr


_GRADE_ONE = """
from tempkit.course.chapters import find
from tempkit.grading.records import Cell, Submission
from tempkit.grading.runner import Grader
cells = (Cell(None, "import only_here\\nprint(only_here.WORD)", "extra"),)
with Grader(find("01"), "en") as grader:
    print(grader.grade(Submission("ana", "01", "en", cells)).outputs[0].text)
"""


@linux
def test_the_environment_holds_nothing_of_the_graders(grader_of, monkeypatch) -> None:
    monkeypatch.setenv("A_KEY_OF_THE_GRADERS", "secret")
    seek = "import os\nprint(sorted(os.environ), open('/proc/self/environ').read())"
    execution = grader_of(LAB).grade(submission(LAB, "en", {}, last=seek))
    assert "A_KEY" not in execution.outputs[0].text


def test_a_picture_is_kept_without_its_texts() -> None:
    import io

    from PIL import Image, PngImagePlugin

    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", "<script>")
    buffer = io.BytesIO()
    Image.new("RGB", (3, 2)).save(buffer, "png", pnginfo=texts)
    kept = checked_png(buffer.getvalue())
    assert b"<script>" not in kept
    with Image.open(io.BytesIO(kept)) as picture:
        assert picture.size == (3, 2)


@pytest.mark.parametrize(
    "data",
    [b"", b"<svg/>", b"\x89PNG\r\n\x1a\n", b"\x89PNG\r\n\x1a\n" + b"\xff" * 40],
    ids=["empty", "svg", "nothing", "broken"],
)
def test_what_is_no_picture_is_dropped(data: bytes) -> None:
    assert checked_png(data) is None


def test_points_and_exercises_are_the_courses(grader_of) -> None:
    execution = grader_of(LAB).grade(untouched(LAB, "en"))
    notebook = json.loads(LAB.solution("en").read_text(encoding="utf-8"))
    tests = [
        cell["metadata"]["nbgrader"]
        for cell in notebook["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade")
    ]
    assert [(f"check-{r.exercise}", r.max_points) for r in execution.results] == [
        (test["grade_id"], test["points"]) for test in tests
    ]


@linux
def test_any_module_of_the_library_can_be_imported(grader_of) -> None:
    """Also one that the template did not load."""
    seek = "import importlib.util\nprint(importlib.util.find_spec('tempkit.audit') is not None)"
    seek += "\nimport sys\nsys.modules.pop('tempkit.schedules')\nimport tempkit.schedules"
    execution = grader_of(LAB).grade(submission(LAB, "en", {}, last=seek))
    assert [output.text for output in execution.outputs] == ["True\n"]
