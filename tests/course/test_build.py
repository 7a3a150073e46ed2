"""The notebooks that the one source of a lab is built into."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from tempkit.course import build
from tempkit.course.chapters import CHAPTERS, Chapter
from tempkit.course.source import SourceError, localised, read
from tempkit.lab.exercises import exercises_of
from tempkit.language import LANGUAGES

CHAPTER = Chapter("99", "sample", {"en": "Sample", "es": "Muestra"})
SOURCE = '''# %% [markdown] name="title" lang="en"
# # Lab

# %% [markdown] name="title" lang="es"
# # Laboratorio

# %% name="double" exercise=true
def double(x):
    # en: """Twice x."""
    # es: """El doble de x."""
    ### BEGIN SOLUTION
    # en: # Add it to itself.
    # es: # Súmalo a sí mismo.
    return x + x
    ### END SOLUTION

# %% name="check-double" check="double" points=2
assert double(1) == 2
### BEGIN HIDDEN TESTS
assert double(21) == 42
### END HIDDEN TESTS

# %% name="guess" prediction=true
prediction = None
### BEGIN SOLUTION
prediction = "a"
### END SOLUTION
'''


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "99-sample.py"
    path.write_text(SOURCE, encoding="utf-8")
    return path


def cell(notebook, grade_id):
    return next(
        c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    )


def test_a_stub_keeps_docstring_and_steps_and_raises_in_its_language(source: Path) -> None:
    lab = build.assemble(read(source), CHAPTER, "es", "lab")
    assert cell(lab, "double").source == (
        "def double(x):\n"
        '    """El doble de x."""\n'
        "    # Súmalo a sí mismo.\n"
        '    raise NotImplementedError("escribe aquí tu solución y borra esta línea")'
    )


def test_steps_stand_at_the_depth_at_which_the_learner_types(source: Path) -> None:
    deep = SOURCE.replace(
        "    return x + x", "    if x:\n        # en: # Deep.\n        return x + x"
    )
    source.write_text(deep, encoding="utf-8")
    lab = build.assemble(read(source), CHAPTER, "en", "lab")
    assert "\n    # Deep.\n    raise" in cell(lab, "double").source


def test_a_prediction_is_left_open_without_an_error(source: Path) -> None:
    lab = build.assemble(read(source), CHAPTER, "en", "lab")
    assert cell(lab, "guess").source == "prediction = None"


def test_a_lab_has_no_hidden_tests(source: Path) -> None:
    lab = build.assemble(read(source), CHAPTER, "en", "lab")
    assert cell(lab, "check-double").source == "assert double(1) == 2"


def test_a_solution_keeps_nbgraders_markers(source: Path) -> None:
    solution = build.assemble(read(source), CHAPTER, "en", "solution")
    assert "### BEGIN SOLUTION" in cell(solution, "double").source
    assert "### BEGIN HIDDEN TESTS" in cell(solution, "check-double").source


def test_grading_metadata_is_nbgraders_schema_3(source: Path) -> None:
    lab = build.assemble(read(source), CHAPTER, "en", "lab")
    assert cell(lab, "check-double").metadata == {
        "editable": False,
        "deletable": False,
        "nbgrader": {
            "schema_version": 3,
            "grade_id": "check-double",
            "grade": True,
            "solution": False,
            "task": False,
            "locked": True,
            "points": 2,
        },
    }
    assert cell(lab, "double").metadata["nbgrader"]["solution"] is True


def its(cell) -> bool:
    """Whether the cell is in the source: the one that installs in Colab is in the labs alone."""
    return "tempkit" not in cell.metadata


def test_cell_ids_are_the_same_in_every_language_and_kind(source: Path) -> None:
    ids = {
        tuple(c["id"] for c in build.assemble(read(source), CHAPTER, lang, kind).cells if its(c))
        for lang in LANGUAGES
        for kind in ("lab", "solution")
    }
    assert len(ids) == 1


def test_language_lines_become_code_in_their_language_only() -> None:
    code = 'x = 1\n    # en: y = "one"\n    # es: y = "uno"'
    assert localised(code, "en") == 'x = 1\n    y = "one"'
    assert localised(code, "es") == 'x = 1\n    y = "uno"'


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('name="title" lang="es"', 'lang="es"', "has no name"),
        ('name="guess"', 'name="double"', "two cells are named 'double'"),
        ('# %% [markdown] name="title" lang="es"\n# # Laboratorio\n', "", "has no text in 'es'"),
        ('lang="es"', 'lang="fr"', "has the language 'fr'"),
    ],
)
def test_a_source_that_breaks_the_format_is_refused(source, old, new, problem) -> None:
    source.write_text(SOURCE.replace(old, new), encoding="utf-8")
    with pytest.raises(SourceError, match=problem):
        read(source)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("    ### BEGIN SOLUTION\n", "", "has no ### BEGIN SOLUTION"),
        ("### END HIDDEN TESTS", "", "stray '### BEGIN HIDDEN'"),
    ],
)
def test_a_lab_that_would_show_an_answer_is_refused(source, old, new, problem) -> None:
    source.write_text(SOURCE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SourceError, match=problem):
        build.assemble(read(source), CHAPTER, "en", "lab")


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_a_chapter_is_worth_ten_points_and_checks_each_exercise_once(chapter: Chapter) -> None:
    cells = read(chapter.source)
    checks = [c.metadata["check"] for c in cells if "check" in c.metadata]
    assert sum(c.metadata["points"] for c in cells if "check" in c.metadata) == 10
    assert checks == [c.name for c in cells if c.metadata.get("exercise")]
    assert checks == [exercise.name for exercise in exercises_of(chapter.name)]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_a_built_lab_holds_no_answer_and_no_output(chapter: Chapter, lang: str) -> None:
    lab = nbformat.read(chapter.lab(lang), as_version=4)
    solution = nbformat.read(chapter.solution(lang), as_version=4)
    text = "\n".join(c.source for c in lab.cells)
    for c in solution.cells:
        for region in build._SOLUTION.findall(c.source + "\n") if c.cell_type == "code" else []:
            code = [line for line in region.splitlines() if not line.lstrip().startswith("#")]
            assert "\n".join(code) not in text
    assert ".hidden(" not in text
    assert all(not c.get("outputs") for c in lab.cells)


def test_no_built_notebook_is_stale() -> None:
    assert build.stale() == []


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course of one small chapter, built."""
    (tmp_path / "theory").mkdir()
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "99-sample.py").write_text(SOURCE, encoding="utf-8")
    # Colab's cell installs what the labs need.
    (tmp_path / "pyproject.toml").write_text("[project.optional-dependencies]\nlab = []\n")
    monkeypatch.setattr("tempkit.course.chapters.root", lambda: tmp_path)
    monkeypatch.setattr(build, "root", lambda: tmp_path)
    monkeypatch.setattr(build, "CHAPTERS", (CHAPTER,))
    monkeypatch.setattr(build, "build_figures", lambda: None)
    monkeypatch.setattr(build, "build_pages", lambda: None)
    monkeypatch.setattr("tempkit.course.pages.build_pages", lambda: None)
    build.build_all()
    return tmp_path


@pytest.mark.slow
class TestStaleness:
    """The check itself, on a course that is made stale on purpose."""

    def test_a_fresh_build_is_not_stale(self, course: Path) -> None:
        assert build.stale() == []

    def test_building_twice_changes_nothing(self, course: Path) -> None:
        before = {path: path.read_bytes() for path in course.rglob("*.ipynb")}
        build.build_all()
        assert {path: path.read_bytes() for path in course.rglob("*.ipynb")} == before

    def test_a_changed_source_makes_all_four_stale(self, course: Path) -> None:
        source = course / "solutions" / "99-sample.py"
        source.write_text(SOURCE.replace("double(1) == 2", "double(2) == 4"), encoding="utf-8")
        assert len(build.stale()) == 4

    def test_a_missing_notebook_is_reported(self, course: Path) -> None:
        CHAPTER.lab("es").unlink()
        assert build.stale() == ["labs/es/99-sample.ipynb: was never built; run 'make notebooks'"]

    def test_a_cell_that_was_never_executed_is_reported(self, course: Path) -> None:
        notebook = nbformat.read(CHAPTER.solution("en"), as_version=4)
        cell(notebook, "double").execution_count = None
        nbformat.write(notebook, CHAPTER.solution("en"))
        (reason,) = build.stale()
        assert "was not executed" in reason

    def test_an_output_that_depends_on_the_processor_is_refused(self, course: Path) -> None:
        source = course / "solutions" / "99-sample.py"
        unstable = (
            "\n# %% name='unstable'\nimport os\nprint(os.environ.get('ATEN_CPU_CAPABILITY'))\n"
        )
        source.write_text(SOURCE + unstable.replace("'", '"'), encoding="utf-8")
        with pytest.raises(build.UnstableOutputError, match="print fewer digits"):
            build.build(CHAPTER)
