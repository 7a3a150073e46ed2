"""Where the course runs without an installation: Colab, Binder, a development container."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tempkit.course import address, colab
from tempkit.course.chapters import CHAPTERS, root
from tempkit.language import LANGUAGES

ROOT = root()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LAB = [Requirement(line) for line in PROJECT["optional-dependencies"]["lab"]]
CONDA_NAMES = {"torch": "pytorch", "matplotlib": "matplotlib-base"}
READMES = {"en": "README.md", "es": "README.es.md"}


# Binder and the container.


def test_binder_has_what_the_labs_need_with_the_same_ranges():
    text = (ROOT / ".binder/environment.yml").read_text("utf-8")
    listed = dict(re.findall(r"^  - ([\w-]+)([<>=!].*)?$", text, re.MULTILINE))
    found = {
        name: SpecifierSet(wanted)
        for name, wanted in listed.items()
        if name not in ("conda-forge", "nodefaults", "pip")
    }
    wanted = {
        canonicalize_name(CONDA_NAMES.get(r.name, r.name)): r.specifier
        for r in (*map(Requirement, PROJECT["dependencies"]), *LAB)
    }
    assert found == wanted | {"python": SpecifierSet(PROJECT["requires-python"])}


def test_binder_installs_the_course_itself_and_nothing_more():
    script = (ROOT / ".binder/postBuild").read_text("utf-8").splitlines()
    assert script[-1] == "python3 -m pip install --no-deps -e ."
    assert (ROOT / ".binder/postBuild").stat().st_mode & 0o100


def test_the_container_has_a_python_that_the_package_accepts_and_installs_by_start_py():
    container = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text("utf-8"))
    version = re.search(r"python:(\d+\.\d+)", container["image"])[1]
    assert SpecifierSet(PROJECT["requires-python"]).contains(version)
    assert container["postCreateCommand"] == "python3 start.py doctor"
    assert 8888 in container["forwardPorts"]


# Colab.


def cells(path: Path) -> list[dict]:
    return [c for c in json.loads(path.read_text("utf-8"))["cells"] if c["cell_type"] == "code"]


def is_colabs(cell: dict) -> bool:
    return cell["metadata"].get("tempkit", {}).get("role") == "colab"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.number)
def test_a_lab_begins_with_colabs_cell_and_a_solution_has_none(chapter, lang):
    first, *others = cells(chapter.lab(lang))
    assert is_colabs(first)
    assert "".join(first["source"]) == colab.source(ROOT, lang)
    assert not any(map(is_colabs, (*others, *cells(chapter.solution(lang)))))


def test_colabs_cell_takes_no_part_in_grading():
    assert "nbgrader" not in colab.METADATA


def test_colabs_cell_installs_what_the_notebooks_import_and_leaves_jupyter_alone():
    names = {Requirement(line).name for line in colab.requirements(ROOT)}
    assert names == {r.name for r in LAB} - {
        *("jupyterlab", "jupyterlab-language-pack-es-ES", "ipykernel")
    }


@pytest.fixture
def commands(monkeypatch) -> list[list[str]]:
    """What the cell would have run."""
    run: list[list[str]] = []
    monkeypatch.setattr("subprocess.run", lambda command, check: run.append(command))
    return run


@pytest.mark.parametrize("lang", LANGUAGES)
def test_colabs_cell_does_nothing_elsewhere(lang, commands, monkeypatch):
    monkeypatch.delitem(sys.modules, "google.colab", raising=False)
    names: dict = {}
    exec(colab.source(ROOT, lang), names)
    assert commands == []
    assert names.keys() == {"__builtins__", "sys"}


def test_in_colab_the_cell_installs_the_course_with_pip(commands, monkeypatch):
    monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))
    exec(colab.source(ROOT, "en"), {})
    (command,) = commands
    pip, (course, *others) = command[:5], command[5:]
    assert pip == [sys.executable, "-m", "pip", "install", "-q"]
    requirement = Requirement(course)
    assert requirement.name == "tempkit"
    assert requirement.url == f"git+{address.REPOSITORY}@{address.BRANCH}"
    assert others == colab.requirements(ROOT)


# The address.


@pytest.mark.parametrize(("lang", "name"), READMES.items())
def test_a_readme_has_the_row_of_badges(lang, name):
    row = "\n".join(address.badges(lang))
    assert f"\n\n{row}\n\n" in (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_badges_open_a_lab_that_is_there(lang):
    (target, *_) = re.findall(r"labs/[\w/-]+\.ipynb", " ".join(address.badges(lang)))
    assert (ROOT / target).is_file()


def test_the_address_stands_where_it_can_be_moved_from():
    """No other file names it, so that one command moves it."""
    name = address.REPOSITORY.removeprefix("https://github.com/")
    kept = {".py", ".md", ".toml", ".yml", ".json", ".ipynb", ".cff", ".html"}
    here = [p for p in ROOT.rglob("*") if p.suffix in kept and is_ours(p.relative_to(ROOT))]
    using = {p.relative_to(ROOT).as_posix() for p in here if name in p.read_text("utf-8")}
    labs = {p.relative_to(ROOT).as_posix() for p in ROOT.glob("labs/*/*.ipynb")}
    assert using == {"tempkit/course/address.py", *READMES.values()} | labs


def is_ours(path: Path) -> bool:
    return (
        path.parts[0]
        in {
            *(".binder", ".devcontainer", "docs", "labs", "solutions", "tempkit", "tests", "theory")
        }
        or len(path.parts) == 1
    )


def test_a_new_address_is_written_everywhere(tmp_path):
    for name in ("tempkit/course/address.py", "README.md", "labs/en/00-inside-or-outside.ipynb"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    changed = address.move(tmp_path, "https://github.com/someone/their-course")
    assert len(changed) == 3
    for path in changed:
        text = path.read_text("utf-8")
        assert "someone/their-course" in text
        assert address.REPOSITORY not in text


@pytest.mark.parametrize("wrong", ["https://example.org/a/b", "someone/course", ""])
def test_what_is_no_repository_is_refused(tmp_path, wrong):
    with pytest.raises(ValueError, match="no address like"):
        address.move(tmp_path, wrong)
