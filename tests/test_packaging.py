"""pyproject.toml, constraints.txt and environment.yml say the same, and the package installs."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]

#: Where conda-forge calls a package otherwise than pip does.
CONDA_NAMES = {
    "torch": "pytorch",
    "matplotlib": "matplotlib-base",
    "playwright": "playwright-python",
}

#: What only a benchmark is run against, and conda-forge lacks.
NOT_IN_CONDA = {"probmetrics"}


def requirements(lines):
    """Name to range; tempkit's own extras, which are listed by themselves, left out."""
    parsed = [Requirement(line) for line in lines]
    return {canonicalize_name(r.name): r.specifier for r in parsed if r.name != "tempkit"}


def pinned():
    text = (ROOT / "constraints.txt").read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)$", text, re.MULTILINE))


def in_conda():
    """Name to range of each conda package, the ones that conda alone needs left out."""
    listed = re.findall(
        r"^  - ([\w-]+)(\S*)$", (ROOT / "environment.yml").read_text("utf-8"), re.MULTILINE
    )
    return {
        name: SpecifierSet(wanted)
        for name, wanted in listed
        if name not in ("conda-forge", "nodefaults", "pip")
    }


ALL = requirements([*PROJECT["dependencies"], *(line for e in EXTRAS.values() for line in e)])


@pytest.mark.parametrize("name", ALL)
def test_every_requirement_is_pinned_within_its_range(name):
    assert ALL[name].contains(pinned()[name])


def test_constraints_hold_one_version_a_line_and_nothing_else():
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"#.*|[a-z0-9-]+==[0-9][\w.]*", line)] == []


def test_conda_has_all_that_the_course_and_its_tests_need_with_the_same_ranges():
    expected = {CONDA_NAMES.get(name, name): ALL[name] for name in ALL.keys() - NOT_IN_CONDA}
    assert in_conda() == expected | {"python": SpecifierSet(PROJECT["requires-python"])}


def test_the_extra_that_the_tests_install_holds_all_the_others():
    held = {extra for line in EXTRAS["dev"] for extra in Requirement(line).extras}
    assert held | {"dev"} == EXTRAS.keys()


def test_start_accepts_the_pythons_that_the_package_does():
    assert "(3, 11)" in (ROOT / "start.py").read_text("utf-8")
    assert PROJECT["requires-python"] == ">=3.11"


def test_the_citation_gives_the_packages_version():
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    assert f"\nversion: {PROJECT['version']}\n" in citation


def test_the_changelog_has_the_packages_version():
    assert f"## {PROJECT['version']}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


HEAVY = ("transformers", "matplotlib", "pandas", "scipy", "sklearn")


def test_importing_the_package_imports_nothing_heavier_than_torch():
    everything = "[getattr(tempkit, name) for name in tempkit.__all__]"
    program = f"import sys, tempkit; {everything}; print([m for m in {HEAVY} if m in sys.modules])"
    command = [sys.executable, "-c", program]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "[]\n"


def clean_copy(folder):
    """What the wheel is made of; building in the checkout would pick up what lies in build/."""
    shutil.copytree(ROOT / "tempkit", folder / "tempkit")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    return folder


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Python of a fresh virtual environment with the wheel of this checkout, away from it."""
    folder = tmp_path_factory.mktemp("installed")
    environment = folder / "venv"
    venv.create(environment, with_pip=True)
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def run(*arguments):
        command = [python, *arguments]
        result = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    run("-m", "pip", "wheel", "--no-deps", "--wheel-dir", folder, clean_copy(folder / "source"))
    (wheel,) = folder.glob("*.whl")
    run("-m", "pip", "install", "-c", ROOT / "constraints.txt", wheel)
    return run


@pytest.mark.slow
def test_the_wheel_installs_into_a_fresh_environment_and_computes(installed):
    program = "import torch, tempkit; print(tempkit.softmax(torch.tensor([1.0, 1.0]), 0).tolist())"
    assert installed("-c", program) == "[0.5, 0.5]\n"


@pytest.mark.slow
def test_the_installed_package_has_the_verb_models_undamaged(installed):
    program = (
        "from tempkit.verbs.loading import MODELS, folder, verify;"
        "print(*(verify(folder(name)) or name for name in MODELS))"
    )
    assert installed("-c", program) == "main under over over-more\n"


@pytest.mark.slow
def test_the_installed_package_has_the_messages_of_both_languages(installed):
    program = (
        "from importlib.resources import files; import tempkit.lab;"
        "words = files('tempkit.lab') / 'words';"
        "print(*(sorted(f.name for f in (words / lang).iterdir()) for lang in ('en', 'es')))"
    )
    here = sorted(path.name for path in (ROOT / "tempkit/lab/words/en").iterdir())
    assert installed("-c", program) == f"{here} {here}\n"


@pytest.mark.slow
def test_the_installed_command_answers(installed):
    assert "lab" in installed("-m", "tempkit.cli", "--help")
