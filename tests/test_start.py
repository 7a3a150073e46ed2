"""start.py: what it installs, when it does not, and what it says when something is wrong."""

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

import tempkit.course.kit

PATH = Path(__file__).parents[1] / "start.py"


@pytest.fixture
def start(tmp_path, monkeypatch):
    """start.py as if it stood in an empty checkout, with every process it starts written down."""
    spec = importlib.util.spec_from_file_location("start", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "pyproject.toml").write_text("[project]")
    (tmp_path / "constraints.txt").write_text("torch==2")
    (tmp_path / ".venv").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "works", lambda *_: True)
    module.ran, module.failing = [], set()

    def run(*arguments):
        module.ran.append(arguments)
        return int(any(word in module.failing for word in arguments))

    monkeypatch.setattr(module, "run", run)
    monkeypatch.setenv("TEMPKIT_DEVICE", "")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    return module


def installations(start):
    return [arguments[-1].split("[")[1] for arguments in start.ran if "pip" in arguments]


def test_it_imports_the_standard_library_alone():
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(PATH.read_text("utf-8")))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= sys.stdlib_module_names


def test_an_older_python_gets_a_clear_line(start, monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))
    assert "needs Python 3.11 or newer" in start.main(["lab"])
    assert not start.ran


@pytest.mark.parametrize("arguments", [[], ["--lang", "es"], ["lab", "--lang", "es"]])
def test_without_a_command_it_opens_a_lab(start, arguments):
    start.main(arguments)
    options = [word for word in arguments if word != "lab"]
    assert start.ran[-1] == ("-m", "tempkit.cli", "lab", *options)


def test_an_unknown_command_is_refused_before_anything_is_installed(start):
    assert "'tset'" in start.main(["tset"])
    assert not start.ran


def test_a_second_run_installs_nothing(start):
    start.main(["lab"])
    start.main(["lab"])
    assert installations(start) == ["lab]"]


def test_what_the_tests_need_serves_the_labs_too(start):
    start.main(["lint"])
    start.main(["lab"])
    assert installations(start) == ["dev]"]


@pytest.mark.parametrize("changed", ["pyproject.toml", "constraints.txt"])
def test_a_changed_requirement_installs_again(start, changed):
    start.main(["lab"])
    (start.ROOT / changed).write_text("changed")
    start.main(["lab"])
    assert installations(start) == ["lab]", "lab]"]


def test_a_failed_installation_is_tried_again(start):
    start.failing = {"pip"}
    assert "installation failed" in start.main(["lab"])
    start.failing = set()
    start.main(["lab"])
    assert installations(start) == ["lab]", "lab]"]


def test_every_stage_runs_and_the_failed_ones_are_named(start):
    start.failing = {"format", "--nbval"}
    assert start.main(["test"]).strip() == "FAILED: ruff format --check, solved labs"
    assert len(start.ran) == 5  # the installation and four stages


def test_all_passing_is_exit_status_zero(start):
    assert not start.main(["test"])


@pytest.fixture
def kit(start):
    """A checkout with packages in it, and the Python that they are for."""
    (start.ROOT / "wheels").mkdir()
    made_for = start.ROOT / "wheels" / "made-for.txt"
    made_for.write_text(tempkit.course.kit.made_for() + "\n")
    return made_for


def test_packages_that_are_there_are_installed_without_a_network(start, kit, monkeypatch):
    for name in ("PIP_NO_INDEX", "PIP_FIND_LINKS", "PIP_CONFIG_FILE"):
        monkeypatch.setenv(name, "")
    assert not start.main(["lab"])
    assert start.os.environ["PIP_NO_INDEX"] == "1"
    assert start.os.environ["PIP_FIND_LINKS"] == "wheels"
    assert installations(start) == ["lab]"]


def test_packages_for_another_python_are_refused_with_both_named(start, kit):
    kit.write_text("python3.9 linux x86_64")
    said = start.main(["lab"])
    assert "python3.9 linux x86_64" in said
    assert tempkit.course.kit.made_for() in said
    assert not start.ran


def marks(start, *options):
    start.main(["test", *options])
    tests = next(a for a in start.ran if "pytest" in a and "--nbval" not in a)
    return tests[tests.index("-m", 2) + 1]


def test_tests_for_a_gpu_are_left_out_by_default(start):
    assert marks(start) == "not cuda"


def test_fast_leaves_out_slow_tests_and_the_browser(start):
    assert marks(start, "--fast") == "not cuda and not slow and not browser"


def test_device_cuda_runs_them_and_tells_the_notebooks(start):
    assert marks(start, "--device", "cuda") == ""
    assert start.os.environ["TEMPKIT_DEVICE"] == "cuda"


def test_device_cuda_without_a_gpu_gets_a_clear_line(start, monkeypatch):
    monkeypatch.setattr(start, "works", lambda *arguments: "pip" in arguments)
    assert "no NVIDIA GPU" in start.main(["test", "--device", "cuda"])


def test_arguments_after_the_dashes_go_to_pytest(start):
    start.main(["test", "--fast", "--", "-k", "ties"])
    tests = next(a for a in start.ran if "pytest" in a and "--nbval" not in a)
    assert tests[-2:] == ("-k", "ties")


@pytest.mark.slow
def test_it_makes_a_virtual_environment_and_installs_into_it(tmp_path):
    """The whole of it for real, on a project which needs nothing."""
    (tmp_path / "start.py").write_bytes(PATH.read_bytes())
    (tmp_path / "constraints.txt").touch()
    (tmp_path / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["setuptools>=77"]\nbuild-backend = "setuptools.build_meta"\n'
        '[project]\nname = "tempkit"\nversion = "0"\n[project.optional-dependencies]\nlab = []\n'
    )
    (tmp_path / "tempkit").mkdir()
    (tmp_path / "tempkit" / "cli.py").write_text("import sys; print('called with', sys.argv[1:])")
    command = [sys.executable, "start.py", "lab", "01"]
    first, second = (
        subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    )
    assert "Installing" in first
    assert second == "called with ['lab', '01']\n"
