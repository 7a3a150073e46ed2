"""What students get: notes and labs that work, and nothing of a solution or a hidden test."""

from __future__ import annotations

import ast
import gzip
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from posixpath import normpath

import pytest

from tempkit.course import release
from tempkit.course.chapters import CHAPTERS, root
from tempkit.course.source import localised
from tempkit.language import LANGUAGES

by_chapter = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.number)
EXERCISES = root() / "tempkit" / "lab" / "exercises"


@pytest.fixture(scope="module")
def released(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("release") / "course"
    release.for_students(root(), folder)
    return folder


@pytest.fixture(scope="module")
def texts(released) -> dict[str, str]:
    """Every released file as text; of an archive its content, of a notebook its JSON and code."""
    return {path.relative_to(released).as_posix(): text_of(path) for path in files(released)}


def files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def text_of(path: Path) -> str:
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    text = content.decode("utf-8", errors="replace")
    if path.suffix == ".ipynb":
        text += "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
    return text


@pytest.fixture(scope="module")
def squeezed_texts(texts) -> dict[str, str]:
    return {name: squeezed(text) for name, text in texts.items() if "/weights/" not in name}


def squeezed(code: str) -> str:
    """Code without comments, indentation and empty lines."""
    lines = (re.sub(r"(^|\s)#.*", "", line).strip() for line in code.splitlines())
    return "\n".join(line for line in lines if line)


def solutions(chapter) -> Iterator[str]:
    """What stands between the markers of a chapter's source, in each language."""
    source = chapter.source.read_text("utf-8")
    for lang in LANGUAGES:
        text = localised(source, lang)
        yield from re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", text, re.DOTALL)


def functions(code: str) -> Iterator[str]:
    """The body of every function, at any depth, in one spelling and without its docstring."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            yield "\n".join(map(ast.unparse, body))


def python_in(path: Path) -> str:
    """The code of a module or notebook."""
    if path.suffix == ".py":
        return path.read_text("utf-8")
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")


@pytest.fixture(scope="module")
def released_functions(released) -> set[str]:
    found = [path for path in files(released) if path.suffix in (".py", ".ipynb")]
    return {body for path in found for body in functions(python_in(path))}


def tells_something(body: str) -> bool:
    """Whether a body is more than a line that two people would write alike, or than a draw."""
    return "\n" in body or (len(body) > 60 and not body.startswith("return torch.rand"))


@by_chapter
def test_no_solution_is_in_any_file(chapter, squeezed_texts) -> None:
    bodies = [squeezed(body) for body in solutions(chapter)]
    assert len(bodies) >= 2 * 4
    for body in filter(tells_something, bodies):
        assert [name for name, text in squeezed_texts.items() if body in text] == []


@by_chapter
def test_every_answer_is_a_stub(chapter, released) -> None:
    """The short answers, which a search could not tell from other code."""
    for lang in LANGUAGES:
        cells = json.loads((released / f"labs/{lang}/{chapter.name}.ipynb").read_text())["cells"]
        answers = [c for c in cells if c["metadata"].get("nbgrader", {}).get("solution")]
        assert answers
        for cell in answers:
            source = "".join(cell["source"])
            assert "raise NotImplementedError" in source or re.search(r"= None\b", source)


@by_chapter
def test_no_reference_misconception_or_hidden_probe_is_in_any_function(
    chapter, released_functions
) -> None:
    modules = sorted(EXERCISES.glob(f"chapter_{chapter.number}/*.py"))
    bodies = [body for module in modules for body in functions(module.read_text("utf-8"))]
    assert len(bodies) > 20
    assert [body for body in bodies if tells_something(body) and body in released_functions] == []


def test_no_module_of_exercises_is_handed_out(released) -> None:
    assert [path.name for path in files(released / "tempkit/lab/exercises")] == ["__init__.py"]


def test_no_hidden_test_is_in_a_notebook_or_note(texts) -> None:
    pages = [text for name, text in texts.items() if name.endswith((".ipynb", ".md"))]
    assert pages
    for text in pages:
        assert "hidden(" not in text
        assert "HIDDEN TESTS" not in text
        assert "BEGIN SOLUTION" not in text


def test_labs_have_no_outputs_and_no_metadata_of_their_making(released) -> None:
    for path in released.glob("labs/*/*.ipynb"):
        notebook = json.loads(path.read_text("utf-8"))
        assert notebook["metadata"].keys() == {"kernelspec", "language_info", "tempkit"}
        for cell in notebook["cells"]:
            assert cell["metadata"].keys() <= {
                *("nbgrader", "editable", "deletable", "tempkit", "jupyter", "cellView")
            }
            if cell["cell_type"] == "code":
                assert (cell["outputs"], cell["execution_count"]) == ([], None)


def test_no_history_lock_cache_test_or_solution_comes_along(released) -> None:
    parts = {part for path in files(released) for part in path.relative_to(released).parts}
    assert not parts & {".git", "tests", "solutions", "__pycache__", "translations.lock", "work"}
    assert not [path for path in files(released) if path.suffix == ".pyc" or path.is_symlink()]
    assert {path.name for path in released.iterdir()} <= {
        *(".gitignore", "README.md", "README.es.md", "LICENSE", "LICENSE-content"),
        *("CITATION.cff", "start.py", "pyproject.toml", "constraints.txt"),
        *("docs", "labs", "tempkit", "theory"),
    }


def test_the_search_finds_what_should_not_be_there() -> None:
    """The tests above would fail: each kind of secret is found in the checkout itself."""
    chapter = CHAPTERS[0]
    own = squeezed(text_of(chapter.solution("en")))
    assert all(squeezed(body) in own for body in [*solutions(chapter)][:3])
    module = EXERCISES / "chapter_00" / "temperature_softmax.py"
    bodies = set(functions(module.read_text("utf-8")))
    assert any(map(tells_something, bodies))
    assert "hidden(" in text_of(chapter.solution("en"))


def test_no_page_has_a_link_that_leads_nowhere(released) -> None:
    there = {path.relative_to(released).as_posix() for path in files(released)}
    for path in (*released.rglob("*.md"), *released.rglob("*.ipynb")):
        if "weights" in path.parts:
            continue
        here = path.relative_to(released).parent.as_posix()
        for target in re.findall(r"\]\(([^()\s#]+)(?:#[^()\s]*)?\)", text_of(path)):
            if "://" not in target:
                found = normpath(f"{here}/{target}")
                assert found in there or any(name.startswith(f"{found}/") for name in there)


def test_a_lab_sends_nobody_to_a_solution(texts) -> None:
    ends = [text[-600:] for name, text in texts.items() if name.startswith("labs/")]
    assert not [end for end in ends if re.search(r"solved|resuelto|Stuck|atascado", end)]


def run(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess:
    quiet = {"TEMPKIT_DEVICE": "cpu", "TEMPKIT_LANG": "", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-P", *arguments],
        cwd=folder,
        env=os.environ | quiet | {"PYTHONPATH": str(folder)} | more,
        capture_output=True,
        text=True,
    )


CHECKED = """
import torch, tempkit
from tempkit import lab
print(tempkit.__file__)
check = lab.start("00", language="es")
def softmax(logits, temperature):
    return torch.softmax((logits - logits.amax(-1, keepdim=True)) / temperature, -1)
check("temperature_softmax", softmax)
try:
    check("temperature_softmax", lambda z, t: torch.softmax(z, -1) / t)
except lab.CheckFailed as failed:
    print(failed.reason)
"""


def test_the_checks_of_a_released_copy_judge_and_name(released) -> None:
    done = run(released, "-c", CHECKED)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == str(released / "tempkit" / "__init__.py")
    assert lines[-1] == "divided"


def test_a_released_copy_shows_progress(released) -> None:
    done = run(released, "-m", "tempkit.cli", "progress", "--lang", "es", COLUMNS="200")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("sin empezar") == len(CHAPTERS)


def test_one_language_alone_can_be_handed_out(tmp_path) -> None:
    release.for_students(root(), tmp_path / "course", ["es"])
    assert {path.name for path in (tmp_path / "course/labs").iterdir()} == {"es"}
    assert "Un curso" in (tmp_path / "course/README.md").read_text("utf-8")
    program = "from tempkit.course.workspace import preferred_language as p; print(p())"
    assert run(tmp_path / "course", "-c", program, LC_ALL="en_US.UTF-8").stdout == "es\n"


def test_an_old_folder_is_refused(tmp_path) -> None:
    (tmp_path / ".git").mkdir()
    with pytest.raises(FileExistsError, match="a new folder"):
        release.for_students(root(), tmp_path)


# nbgrader.


@pytest.fixture(scope="module")
def nbgrader_course(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("nbgrader") / "course"
    release.for_nbgrader(root(), folder, "es")
    return folder


@by_chapter
def test_every_chapter_is_an_assignment_with_its_solution_and_no_outputs(
    chapter, nbgrader_course
) -> None:
    path = nbgrader_course / "source" / chapter.name / f"{chapter.name}.ipynb"
    source, solved = (json.loads(p.read_text("utf-8")) for p in (path, chapter.solution("es")))
    code = [cell for cell in source["cells"] if cell["cell_type"] == "code"]
    assert [c["source"] for c in code] == [
        c["source"] for c in solved["cells"] if c["cell_type"] == "code"
    ]
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code)


@by_chapter
def test_the_links_of_an_assignment_lead_into_the_nbgrader_course(chapter, nbgrader_course) -> None:
    folder = nbgrader_course / "source" / chapter.name
    for page in (*folder.glob("*.ipynb"), *folder.glob("*.md")):
        for target in re.findall(r"\]\(([^()\s#]+)(?:#[^()\s]*)?\)", text_of(page)):
            assert "://" in target or (folder / target).is_file(), target


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # nbgrader and the libraries under it warn of their future
def test_nbgrader_generates_students_assignments_from_it(nbgrader_course, monkeypatch) -> None:
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config, PyFileConfigLoader

    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    config = Config()
    config.merge(PyFileConfigLoader("nbgrader_config.py", str(nbgrader_course)).load_config())
    config.CourseDirectory.root = str(nbgrader_course)
    config.CourseDirectory.db_url = f"sqlite:///{nbgrader_course / 'gradebook.db'}"
    name = CHAPTERS[0].name
    result = NbGraderAPI(config=config).generate_assignment(name)
    assert result["success"], result["error"] or result["log"]
    handed_out = text_of(nbgrader_course / "release" / name / f"{name}.ipynb")
    assert "escribe aquí tu solución" in handed_out
    assert "hidden(" not in handed_out
    assert "BEGIN SOLUTION" not in handed_out
