"""The instructor's guide names what is there, and its minutes add up, in every language alike."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tempkit.course.chapters import CHAPTERS, find, root
from tempkit.lab.exercises import exercises_of
from tempkit.lab.messages import exists
from tempkit.language import LANGUAGES

EXERCISES = {e.name: e for c in CHAPTERS for e in exercises_of(c.name)}
by_language = pytest.mark.parametrize("lang", LANGUAGES)


def guide(lang: str) -> str:
    return (root() / "docs" / f"instructor.{lang}.md").read_text("utf-8")


def in_code(text: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", text)


def exercises_named(text: str) -> list[str]:
    """Names with an underscore and no dot, as only exercises have them."""
    return [name for name in in_code(text) if re.fullmatch(r"[a-z]+(_[a-z0-9]+)+", name)]


def misconceptions_named(text: str) -> list[tuple[str, str]]:
    found = (re.fullmatch(r"([a-z_0-9]+)\.([a-z-]+)", name) for name in in_code(text))
    return [match.groups() for match in found if match and match[1] != "start"]


def run_sheets(text: str) -> dict[str, tuple[int, str]]:
    """The sections whose heading ends with so many minutes, with these and their text."""
    pieces = re.split(r"^(#{2,3} .+)$", text, flags=re.MULTILINE)
    found = {}
    for heading, body in zip(pieces[1::2], pieces[2::2], strict=True):
        if minutes := re.search(r"\((\d+) minut[eo]s\)$", heading):
            found[heading] = (int(minutes[1]), body)
    return found


def test_there_are_ninety_minutes_half_a_day_and_six_sessions():
    for lang in LANGUAGES:
        lengths = [minutes for minutes, _ in run_sheets(guide(lang)).values()]
        assert lengths == [90, 240, *[120] * 6]


@by_language
def test_the_minutes_of_a_run_sheet_add_up(lang):
    for heading, (minutes, body) in run_sheets(guide(lang)).items():
        assert sum(map(int, re.findall(r"^\| (\d+) \|", body, re.MULTILINE))) == minutes, heading


@by_language
def test_every_run_sheet_says_what_to_skip_when_late(lang):
    late = {"en": "When late", "es": "Si vas tarde"}[lang]
    assert all(late in body for _, body in run_sheets(guide(lang)).values())


@by_language
def test_every_exercise_named_is_there(lang):
    named = exercises_named(guide(lang))
    assert set(named) <= EXERCISES.keys()


@by_language
def test_the_semester_uses_exercises_of_every_chapter(lang):
    sessions = "".join(body for _, body in list(run_sheets(guide(lang)).values())[2:])
    used = set(exercises_named(sessions))
    for chapter in CHAPTERS:
        assert used & {exercise.name for exercise in exercises_of(chapter.name)}, chapter.name


@by_language
def test_every_misconception_named_is_one_that_its_check_knows(lang):
    named = misconceptions_named(guide(lang))
    assert len(named) >= 4 * len(CHAPTERS)
    for exercise, reason in named:
        assert reason in {m.id for m in EXERCISES[exercise].misconceptions}
        assert exists(f"{exercise}.{reason}", lang)


@by_language
def test_misconceptions_stand_under_their_own_lab(lang):
    for number, body in re.findall(
        r"^### Lab\w* (\d\d)\n(.*?)(?=^#)", guide(lang), re.MULTILINE | re.DOTALL
    ):
        names = {exercise.name for exercise in exercises_of(find(number).name)}
        assert {exercise for exercise, _ in misconceptions_named(body)} <= names


@by_language
def test_every_chapter_has_misconceptions_to_expect(lang):
    numbers = re.findall(r"^### Lab\w* (\d\d)$", guide(lang), re.MULTILINE)
    assert numbers == [chapter.number for chapter in CHAPTERS]


@by_language
def test_every_section_that_is_linked_is_there(lang):
    for target in re.findall(r"\]\(([^()\s]+)\)", guide(lang)):
        file, _, section = target.partition("#")
        path = (root() / "docs" / file).resolve()
        assert path.is_file(), target
        assert Path(file).name.startswith(("instructor", "grading")) or f"/{lang}/" in file
        if section and "theory" in file:
            assert f'<a id="{section}"></a>' in path.read_text("utf-8"), target


def test_all_languages_name_the_same():
    named = {
        (tuple(in_code_of_the_course(guide(lang))), tuple(sections_linked(guide(lang))))
        for lang in LANGUAGES
    }
    assert len(named) == 1


def in_code_of_the_course(text: str) -> list[str]:
    return [*exercises_named(text), *map(".".join, misconceptions_named(text))]


def sections_linked(text: str) -> list[str]:
    return re.findall(r"/([\w-]+\.md(?:#[\w-]+)?)\)", text)
