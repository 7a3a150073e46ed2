"""Hand the course out: notes and labs for students, or an nbgrader course's ``source/``.

A student's folder is a small checkout that installs and runs by itself: notes, labs, the library,
and the checks. It has no solution, no hidden test and no reference: in the place of the exercises
stand their recorded results (:mod:`tempkit.lab.recorded`), which judge an answer all the same. It
is written file by file into a new folder, so that no history, lock or cache comes along, and links
to what is not handed out become plain text.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from posixpath import normpath

from tempkit.course.chapters import CHAPTERS, Chapter
from tempkit.language import LANGUAGES

__all__ = ["described", "for_nbgrader", "for_students"]

#: Where a link leads in what is handed out; None if nowhere.
TargetOf = Callable[[str], str | None]

#: What a student's folder has besides notes, labs and the package, where the course has it.
_FILES = (
    "start.py",
    "pyproject.toml",
    "constraints.txt",
    "LICENSE",
    "LICENSE-content",
    "CITATION.cff",
)
#: Pages beside the notes, and the folders of what they show, where the course has them.
_PAGES = ("start", "folklore", "glossary")
_FOLDERS = ("docs/explorer", "docs/images")
_PACKAGE = "tempkit"
_EXERCISES = "tempkit/lab/exercises"
_RECORDED = "tempkit/lab/recorded"
_IGNORED = "work/\n.venv/\n__pycache__/\n*.egg-info/\n"
#: A link whose text has no brackets, and its target; pictures begin with "!".
_LINK = re.compile(r"(!?)\[([^\[\]]*)\]\(([^()\s]+)\)")
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+(?=\S)")


def for_students(course: Path, out: Path, languages: Sequence[str] = LANGUAGES) -> list[Path]:
    """Write what students get into the new folder ``out`` and return its files.

    Parameters
    ----------
    course : Path
        The checkout.
    languages : sequence of str
        The languages of notes and labs; the first is that of ``README.md``.

    Raises
    ------
    FileExistsError
        If ``out`` is there and not empty.
    FileNotFoundError
        If a lab or note is missing.
    tempkit.lab.recorded.RecordingError
        If a probe of an exercise cannot be written as data.
    """
    _begin(out)
    content = dict(_of_students(course, languages))
    for target, text in content.items():
        _write(out / target, text if text is not None else course / target)
    _record_exercises(out)
    written = sorted(path for path in out.rglob("*") if path.is_file())
    there = {path.relative_to(out).as_posix() for path in written}
    for path in written:
        if path.suffix in (".md", ".ipynb"):
            _link_only_to(there, path, path.relative_to(out))
    return written


def _begin(out: Path) -> None:
    """A new folder: an old one may hold, or its history may, what nobody should get."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FileExistsError(f"{out} is there and not empty: give the name of a new folder")
    out.mkdir(parents=True, exist_ok=True)


def _of_students(course: Path, languages: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    """Every file of a student's folder, with its text, or None for a copy of the course's own."""
    for chapter in CHAPTERS:
        for lang in languages:
            yield f"theory/{lang}/{chapter.name}.md", None
            yield f"labs/{lang}/{chapter.name}.ipynb", None
            for figure in _figures(course, chapter, lang):
                yield f"theory/{lang}/figures/{figure.name}", None
    for name in _FILES:
        yield name, None
    for path in _files_under(course / _PACKAGE):
        name = path.relative_to(course).as_posix()
        if not name.startswith(f"{_EXERCISES}/") or name == f"{_EXERCISES}/__init__.py":
            yield name, None
    for folder in _FOLDERS:
        for path in _files_under(course / folder):
            yield path.relative_to(course).as_posix(), None
    for lang in languages:
        for page in _PAGES:
            if (course / f"docs/{page}.{lang}.md").is_file():
                yield f"docs/{page}.{lang}.md", None
        name = "README.md" if lang == languages[0] else f"README.{lang}.md"
        yield name, (course / "docs" / f"handout.{lang}.md").read_text("utf-8")
    yield ".gitignore", _IGNORED


def _figures(course: Path, chapter: Chapter, lang: str) -> list[Path]:
    return sorted((course / "theory" / lang / "figures").glob(f"{chapter.number}-*"))


def _files_under(folder: Path) -> Iterator[Path]:
    """Files that somebody wrote; an interpreter's caches hold the code of what is left out."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and "recorded" not in path.parts:
            yield path


def _write(target: Path, content: str | Path) -> None:
    """A text, or the bytes of a file: never a link to it, nor its times."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, str):
        target.write_text(content, encoding="utf-8")
    else:
        shutil.copyfile(content, target)


def _record_exercises(out: Path) -> None:
    from tempkit.lab.exercises import exercises_of
    from tempkit.lab.recorded import record

    for chapter in CHAPTERS:
        path = out / _RECORDED / f"chapter_{chapter.number}.json.gz"
        record(exercises_of(chapter.name), path)


# Links.


def _link_only_to(there: set[str], path: Path, name: Path) -> None:
    """Turn the links of a page or notebook that lead nowhere into their text."""
    here = PurePosixPath(name.as_posix()).parent

    def leads_somewhere(target: str) -> str | None:
        file = target.partition("#")[0]
        if not file or "://" in target:
            return target
        found = normpath(str(here / file))
        return target if found in there or any(t.startswith(f"{found}/") for t in there) else None

    _rewrite(path, leads_somewhere)


def _rewrite(path: Path, target_of: TargetOf) -> None:
    """Rewrite the Markdown of a page, or of a notebook's cells."""
    if path.suffix == ".md":
        path.write_text(_with_links(path.read_text("utf-8"), target_of), encoding="utf-8")
        return
    notebook = json.loads(path.read_text("utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            text = _with_links("".join(cell["source"]), target_of)
            cell["source"] = text.splitlines(keepends=True)
    # As nbformat writes it.
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")


def _with_links(text: str, target_of: TargetOf) -> str:
    """The text with other targets; where one is None, what the link said, or no such sentence."""
    without = "\n\n".join(_without_solutions(part, target_of) for part in text.split("\n\n"))

    def link(found: re.Match[str]) -> str:
        picture, said, target = found.groups()
        new = target_of(target)
        return f"{picture}[{said}]({new})" if new is not None else said

    return _LINK.sub(link, without.rstrip() + ("\n" if text.endswith("\n") else ""))


def _without_solutions(paragraph: str, target_of: TargetOf) -> str:
    """A paragraph without the sentences that send the reader to a solution that is not there."""
    if not any("solutions/" in t and target_of(t) is None for _, _, t in _LINK.findall(paragraph)):
        return paragraph
    kept: list[str] = []
    for sentence in _SENTENCE_END.split(paragraph):
        if not any("solutions/" in target for _, _, target in _LINK.findall(sentence)):
            kept.append(sentence)
        elif kept and kept[-1].endswith("?"):  # "Stuck, or curious how we did it?"
            kept.pop()
    return " ".join(kept)


# nbgrader.

_CONFIG = """# Written by "tempkit release --nbgrader". The folder of this file is the course's.
c = get_config()
c.CourseDirectory.course_id = "tempkit"
c.ClearSolutions.code_stub = {{"python": "raise NotImplementedError({stub!r})"}}
# Students' code runs in tempkit's sandbox and the tests outside it; needs 'tempkit[grade]'.
c.Autograde.autograde_preprocessors = [
    "tempkit.grading.nbgrader_execution.TempkitExecute",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
"""


def for_nbgrader(course: Path, out: Path, lang: str) -> list[Path]:
    """Write ``source/`` and ``nbgrader_config.py`` of an nbgrader course into a new folder.

    Every chapter is an assignment of its own name: the notebook with solutions and hidden tests
    between nbgrader's markers, without outputs, and beside it the note that it links to. This
    folder is the instructor's; students get what ``nbgrader generate_assignment`` makes of it.

    Raises
    ------
    FileExistsError
        If ``out`` is there and not empty.
    FileNotFoundError
        If a solution was never built.
    """
    from tempkit.course.build import STUB_MESSAGE

    _begin(out)
    for chapter in CHAPTERS:
        folder = out / "source" / chapter.name
        for figure in _figures(course, chapter, lang):
            _write(folder / "figures" / figure.name, figure)
        _write(folder / f"{chapter.name}.md", course / "theory" / lang / f"{chapter.name}.md")
        solution = course / "solutions" / lang / f"{chapter.name}.ipynb"
        _write(folder / f"{chapter.name}.ipynb", _without_outputs(solution))
        for page in (folder / f"{chapter.name}.md", folder / f"{chapter.name}.ipynb"):
            _rewrite(page, lambda target, chapter=chapter: _beside(target, chapter, lang))
    _write(out / "nbgrader_config.py", _CONFIG.format(stub=STUB_MESSAGE[lang]))
    return sorted(path for path in out.rglob("*") if path.is_file())


def _beside(target: str, chapter: Chapter, lang: str) -> str | None:
    """Where a link of a note or lab leads when every assignment has a folder; None for nowhere."""
    file, mark, section = target.partition("#")
    if not file or "://" in file or file.startswith("figures/"):
        return target
    known = {other.name: other for other in CHAPTERS}
    page = PurePosixPath(file)
    other_language = any(f"/{code}/" in file for code in LANGUAGES if code != lang)
    if page.stem not in known or other_language or "solutions" in page.parts:
        return None
    folder = "" if page.stem == chapter.name else f"../{page.stem}/"
    return f"{folder}{page.name}{mark}{section}"


def _without_outputs(path: Path) -> str:
    notebook = json.loads(path.read_text("utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def described(written: Iterable[Path]) -> str:
    """How much was written."""
    sizes = [path.stat().st_size for path in written]
    return f"{len(sizes)} files, {sum(sizes) / 1e6:.1f} MB"
