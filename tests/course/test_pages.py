"""The pages about the course as a whole say what the course says, in both languages."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tempkit.course import claims, definitions, folklore, glossary, overview, pages, sections
from tempkit.course.chapters import CHAPTERS, Chapter, root
from tempkit.course.folklore import Item
from tempkit.language import LANGUAGES

every_language = pytest.mark.parametrize("lang", LANGUAGES)


def test_no_page_and_no_map_is_stale() -> None:
    assert pages.stale_pages() == []


def test_every_term_has_a_definition_and_every_definition_a_term() -> None:
    assert definitions.problems() == []


def test_every_item_of_folklore_has_a_verdict_and_claims_that_stand_in_its_section() -> None:
    assert folklore.problems() == []


def test_the_items_are_numbered_from_1_to_29() -> None:
    assert [item.id for item in folklore.items()] == [f"F{n:02}" for n in range(1, 30)]


def test_every_item_says_everything_in_every_language() -> None:
    for item in folklore.items():
        for text in (item.said, item.truth):
            assert set(text) == set(LANGUAGES)
            assert all(said.strip() for said in text.values())


@every_language
def test_the_folklore_page_leads_to_tests_that_exist(lang: str) -> None:
    page = folklore.page(lang)
    tests = {proof.test for proof in claims.proofs(root())}
    targets = set(re.findall(r"\]\((\.\./tests/claims/[^)]+)\)", page))
    assert all((root() / "docs" / target).is_file() for target in targets)
    assert set(re.findall(r"`(test_\w+)`", page)) <= tests


@every_language
def test_every_term_of_the_glossary_is_linked(lang: str) -> None:
    rows = [row for row in definitions.page(lang).splitlines() if row.startswith("| **")]
    assert len(rows) == len(glossary.read(root()))
    for row in rows:
        (target,) = re.findall(r"\]\(([^)#]+)(?:#[\w-]+)?\)", row)
        assert (root() / "docs" / target).is_file()


@every_language
def test_the_glossary_is_in_the_order_of_its_alphabet(lang: str) -> None:
    words = re.findall(r"^\| \*\*(.+?)\*\*", definitions.page(lang), re.MULTILINE)
    assert words[0] < words[-1]
    assert [w for w in words if w.startswith("á")] == []


def test_the_map_has_every_chapter_and_leads_only_backwards() -> None:
    found = overview.entries()
    assert [entry.chapter for entry in found] == list(CHAPTERS)
    rows = {entry.chapter.number: entry.place[1] for entry in found}
    for entry in found:
        assert all(needed < entry.chapter.number for needed in entry.needs)
        assert all(rows[needed] < rows[entry.chapter.number] for needed in entry.needs)
    assert len({entry.place for entry in found}) == len(found)


def test_every_chapter_is_worth_ten_points_on_the_map() -> None:
    assert {entry.points for entry in overview.entries()} == {10}


@every_language
def test_both_labs_say_the_minutes_of_the_map(lang: str) -> None:
    for entry in overview.entries():
        text = entry.chapter.lab(lang).read_text("utf-8")
        assert f" {entry.lab_minutes} min" in text
        assert re.search(rf"\b{entry.note_minutes}\b", text)


@every_language
def test_the_alt_text_of_the_map_says_every_arrow(lang: str) -> None:
    alt = overview.picture(lang).alt
    for entry in overview.entries():
        assert entry.chapter.number in alt


def test_a_section_that_is_not_there_is_a_clear_error() -> None:
    with pytest.raises(ValueError, match=r"00-inside-or-outside\.md has no section 'softmaxx'"):
        sections.link("00:softmaxx", "en")
    with pytest.raises(ValueError, match="there is no page docs/nowhere"):
        sections.link("docs/nowhere", "en")


def test_a_page_beside_is_linked_by_its_title_in_its_language() -> None:
    assert sections.link("docs/start", "es") == "[Empieza aquí](start.es.md)"


def item(**changed) -> Item:
    fields = {
        "id": "F99",
        "verdict": "false",
        "section": "00:power-form",
        "claims": ("C00.14",),
        "said": dict.fromkeys(LANGUAGES, "It is."),
        "truth": dict.fromkeys(LANGUAGES, "It is not."),
    }
    return Item(**fields | changed)


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"verdict": "maybe"}, "its verdict 'maybe' is none of"),
        ({"claims": ("C00.1",)}, "C00.1 is no claim of note 00, section power-form"),
        ({"claims": ("C00.99",)}, "no test proves C00.99"),
        ({"claims": ()}, "it names no claim"),
        ({"section": "00:nowhere"}, "C00.14 is no claim of note 00, section nowhere: none"),
    ],
)
def test_what_an_item_promises_and_the_course_does_not_hold_is_found(
    monkeypatch: pytest.MonkeyPatch, changed: dict, wrong: str
) -> None:
    monkeypatch.setattr(folklore, "items", lambda: [item(**changed)])
    assert any(wrong in line for line in folklore.problems())


def test_a_sound_item_has_no_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folklore, "items", lambda: [item()])
    assert folklore.problems() == []


@pytest.mark.parametrize(
    ("meanings", "wrong"),
    [
        ({}, "'entropy' is in glossary.toml and not in definitions.toml"),
        ({"entropy": {}, "entropie": {}}, "'entropie' is in definitions.toml and not in"),
    ],
)
def test_a_term_without_a_meaning_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, meanings: dict, wrong: str
) -> None:
    monkeypatch.setattr(definitions, "_definitions", lambda: meanings)
    monkeypatch.setattr(glossary, "read", lambda _: [glossary.Term("entropy", "entropía")])
    assert any(line.startswith(wrong) for line in definitions.problems())
    with pytest.raises(ValueError, match=wrong.split(" is ")[0]):
        definitions.page("en")


def test_a_changed_source_makes_its_page_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folklore, "items", lambda: [item()])
    assert set(pages.stale_pages()) == {"docs/folklore.en.md", "docs/folklore.es.md"}


def test_the_sources_of_the_pages_can_be_read() -> None:
    for name in ("course", "definitions", "folklore", "glossary"):
        assert tomllib.loads((root() / "docs" / f"{name}.toml").read_text("utf-8"))


@every_language
@pytest.mark.parametrize("place", range(len(CHAPTERS)), ids=lambda place: CHAPTERS[place].number)
def test_every_note_ends_with_links_to_its_neighbours_and_its_lab(place: int, lang: str) -> None:
    chapter = CHAPTERS[place]
    last = chapter.note(lang).read_text("utf-8").rstrip().splitlines()[-1]
    neighbours = [CHAPTERS[i] for i in (place - 1, place + 1) if 0 <= i < len(CHAPTERS)]
    expected = [(_title(other, lang), f"{other.name}.md") for other in neighbours]
    *found, (_, lab) = re.findall(r"\[([^\]]+)\]\(([^)]+)\)", last)
    assert found == expected
    assert lab == f"../../labs/{lang}/{chapter.name}.ipynb"


def _title(chapter: Chapter, lang: str) -> str:
    return chapter.note(lang).read_text("utf-8").splitlines()[0].removeprefix("# ")
