"""The recipes of CONTRIBUTING.md, followed step by step in a copy of the course."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from doubling import CLAIMS, ENTRY, EXERCISE, EXERCISES, FORMS, LAB, MAP, NOTE, TRIPLED, WORDS

from tempkit.course.chapters import root

pytestmark = pytest.mark.slow

NUMBER, SLUG, NAME = "99", "doubling", "99-doubling"
COPIED = ("tempkit", "theory", "solutions", "labs", "docs", "tests")
FILES = (
    *("pyproject.toml", "constraints.txt", "README.md", "README.es.md", "translations.lock"),
    *("start.py", "LICENSE", "LICENSE-content", "CITATION.cff"),
)


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """A copy of all that a recipe speaks of."""
    folder = tmp_path_factory.mktemp("recipes") / "course"
    ignored = shutil.ignore_patterns("__pycache__", "grading", "browser", "images")
    for name in COPIED:
        keep = ignored if name == "tests" else shutil.ignore_patterns("__pycache__")
        shutil.copytree(root() / name, folder / name, ignore=keep)
    for name in FILES:
        shutil.copy(root() / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def chapter(course) -> Path:
    """The recipes of a chapter and of its exercise, up to where notebooks are built."""
    write(course, "theory/{}/99-doubling.md", NOTE)
    write(course, "solutions/99-doubling.py", LAB)
    write(course, "tempkit/lab/exercises/chapter_99/__init__.py", EXERCISES)
    write(course, "tempkit/lab/exercises/chapter_99/twice.py", EXERCISE)
    write(course, "tempkit/lab/words/{}/chapter_99.toml", WORDS)
    write(course, "tests/lab/correct_forms/chapter_99.py", FORMS)
    write(course, "tests/claims/test_99_doubling.py", CLAIMS)
    replace(course / "tempkit/course/chapters.py", ")\n\n\ndef find(", ENTRY)
    with (course / "docs/course.toml").open("a", encoding="utf-8") as table:
        table.write(MAP)
    program = "from tempkit.course import build, chapters; build.build(chapters.find('99'))"
    run(course, "-c", program)
    run(course, "-m", "tempkit.cli", "translations", "--record", "theory/99")
    run(course, "-m", "tempkit.cli", "translations", "--record", "solutions/99")
    return course


def write(course: Path, name: str, content: str | dict[str, str]) -> None:
    """A file, or one for each language."""
    texts = (
        {name.format(lang): text for lang, text in content.items()}
        if (isinstance(content, dict))
        else {name: content}
    )
    for path, text in texts.items():
        assert not (course / path).exists()
        (course / path).parent.mkdir(parents=True, exist_ok=True)
        (course / path).write_text(text, encoding="utf-8")


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def run(course: Path, *arguments: str, status: int = 0) -> str:
    """Python in the copy, whose own tempkit it imports; what it says."""
    quiet = {"TEMPKIT_DEVICE": "cpu", "COLUMNS": "300", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=course,
        env=os.environ | quiet | {"PYTHONPATH": str(course)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def passing(course: Path, *arguments: str) -> str:
    """The course's own tests, in the copy."""
    return run(course, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments)


def recipe(name: str) -> str:
    """A recipe's text, up to the next one."""
    text = (root() / "CONTRIBUTING.md").read_text("utf-8")
    return re.search(rf"^\*\*{name}\.\*\*(.*?)(?=^\*\*|^## )", text, re.DOTALL | re.MULTILINE)[1]


def files_of(name: str) -> set[str]:
    """The files that a recipe asks for, with this test's chapter and exercise in their names."""
    named = re.findall(r"`((?:theory|solutions|tempkit|tests)/[^`]*\.\w+)`", recipe(name))
    ours = (
        path.replace("NN-slug", NAME)
        .replace("NN_slug", f"{NUMBER}_{SLUG}")
        .replace("chapter_NN/name", "chapter_NN/twice")
        .replace("NN", NUMBER)
        for path in named
    )
    return {path for path in ours if NUMBER in path}


def test_the_recipes_ask_for_the_files_that_are_written_here(chapter):
    asked = files_of("A chapter") | files_of("An exercise") | files_of("A misconception")
    built = {f"{kind}/{lang}/{NAME}.ipynb" for kind in ("labs", "solutions") for lang in NOTE}
    there = {
        path.relative_to(chapter).as_posix()
        for path in chapter.rglob("*")
        if path.is_file()
        and NUMBER in path.relative_to(chapter).as_posix()
        and not (root() / path.relative_to(chapter)).exists()
    }
    assert there - {"tempkit/verbs"} == asked | built


def test_a_chapter_made_by_its_recipe_passes_the_gates(chapter):
    said = passing(
        chapter,
        "tests/lab/test_exercises.py",
        "tests/lab/test_recorded.py",
        "tests/claims/test_99_doubling.py",
        "tests/claims/test_index.py",
        "tests/course/test_build.py",
        *("-k", "(twice or 99 or index) and not Staleness"),
    )
    assert re.search(r"^\d+ passed", said, re.MULTILINE)
    entry = "from tempkit.course import overview; print(overview.entries()[-1].lab_minutes)"
    assert run(chapter, "-c", entry) == "5\n"
    out_of_step = run(chapter, "-m", "tempkit.cli", "translations", status=1)
    assert not re.search(r"(theory|solutions)/99", out_of_step)


def test_the_new_lab_is_opened_judged_and_handed_out(chapter, tmp_path):
    work = chapter / "work" / "es" / f"{NAME}.ipynb"
    work.parent.mkdir(parents=True)
    notebook = json.loads((chapter / "labs" / "es" / f"{NAME}.ipynb").read_text("utf-8"))
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "twice":
            cell["source"] = "def twice(x):\n    return x * 2"
    work.write_text(json.dumps(notebook), encoding="utf-8")
    progress = run(chapter, "-m", "tempkit.cli", "progress", "--lang", "es")
    assert re.search(r"99 El doble\s+│ 10/10", progress)
    run(chapter, "-m", "tempkit.cli", "release", "--out", str(tmp_path / "handed-out"))
    assert (tmp_path / "handed-out" / "labs" / "en" / f"{NAME}.ipynb").is_file()


def test_a_misconception_made_by_its_recipe_is_named(chapter):
    module = chapter / "tempkit/lab/exercises/chapter_99/twice.py"
    replace(module, "def numbers(", TRIPLED)
    added = '        Misconception("tripled", tripled, "twice"),\n    ),\n    hidden'
    replace(module, "    ),\n    hidden", added)
    for lang, said in (("en", "This is three times x."), ("es", "Esto es tres veces x.")):
        words = chapter / f"tempkit/lab/words/{lang}/chapter_99.toml"
        words.write_text(words.read_text("utf-8") + f'tripled = "{said}"\n', encoding="utf-8")
    said = passing(chapter, "tests/lab/test_exercises.py", "-k", "twice-tripled")
    assert "1 passed" in said


# A language.


@pytest.fixture(scope="module")
def in_french(course, tmp_path_factory) -> Path:
    """The course after the first step of the recipe of a language, and no other."""
    folder = tmp_path_factory.mktemp("french") / "course"
    shutil.copytree(course, folder)
    assert "`NAMES` in `tempkit/language.py`" in recipe("A language")
    line = 'NAMES = {"en": "English", "es": "Spanish"'
    replace(folder / "tempkit/language.py", line, f'{line}, "fr": "French"')
    return folder


def test_a_new_language_is_asked_for_everywhere(in_french):
    said = run(in_french, "-m", "tempkit.cli", "translations", status=1)
    wanting = {
        line.split("│")[1].strip()
        for line in said.splitlines()
        if "there is no French text" in line
    }
    for beginning in (
        *("theory/00-inside-or-outside#softmax", "solutions/01-temperature-and-entropy#title"),
        *("messages#temperature_softmax.divided", "messages#doctor.ready", "README#00"),
        *("docs/instructor#00", "messages#figures.bars", "tempkit/course/build.py"),
        "tempkit/course/chapters.py",
    ):
        assert any(unit.startswith(beginning) for unit in wanting), beginning


IN_STEP = """
from pathlib import Path
from tempkit.course import translations
root = Path("small")
for lang, text in {"en": "One.", "es": "Uno.", "fr": "Un."}.items():
    note = root / "theory" / lang / "00-one.md"
    note.parent.mkdir(parents=True)
    note.write_text(f'# T\\n\\n<a id="one"></a>\\n\\n## T\\n\\n{text} 0.5\\n')
    words = root / "tempkit/lab/words" / lang / "sums.toml"
    words.parent.mkdir(parents=True)
    words.write_text(f'[sum]\\nwrong = "{text} {{total}}"\\n')
lab = root / "solutions" / "00-one.py"
lab.parent.mkdir()
lab.write_text("".join(
    f'# %% [markdown] name="task" lang="{lang}"\\n# {lang}\\n' for lang in ("en", "es", "fr")
) + '# %% name="answer"\\n# en: # one\\n# es: # uno\\n# fr: # un\\nx = 1\\n')
translations.record(root)
assert translations.status(root) == [], translations.status(root)
note.write_text(note.read_text().replace("0.5", "0.6"))
print(*(f"{found.unit} {found.kind}" for found in translations.status(root)), sep=", ")
"""


def test_what_was_written_in_three_languages_is_kept_in_step(in_french):
    said = run(in_french, "-c", IN_STEP)
    assert said == "theory/00-one#one parity, theory/00-one#one french changed\n"


def test_the_commands_know_the_new_language(in_french):
    assert "en or es or fr" in run(in_french, "-m", "tempkit.cli", "lab", "--help")


def test_no_module_lists_the_languages_again():
    """The verb language has its own; everything else asks tempkit.language."""
    listing = re.compile(r"[(\[{]\s*\"en\",\s*\"es\"\s*[)\]}]|\(en\|es\)")
    modules = sorted((root() / "tempkit").rglob("*.py"))
    found = [
        p.relative_to(root()).as_posix() for p in modules if listing.search(p.read_text("utf-8"))
    ]
    assert found == ["tempkit/verbs/text.py"]
