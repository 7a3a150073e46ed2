import re

import pytest

from tempkit.course import figures
from tempkit.course.chapters import CHAPTERS, root
from tempkit.language import LANGUAGES


def test_every_stored_drawing_is_what_the_code_draws():
    assert figures.stale_figures() == []


def test_every_figure_belongs_to_a_chapter():
    numbers = {chapter.number for chapter in CHAPTERS}
    assert {figure.name.split("-")[0] for figure in figures.FIGURES} <= numbers


@pytest.mark.parametrize("lang", LANGUAGES)
def test_alt_is_that_of_the_picture(lang):
    bars = next(figure for figure in figures.FIGURES if figure.name == "01-bars")
    assert figures.alt("01-bars", lang) == bars.draw(lang).alt


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("figure", figures.FIGURES, ids=lambda figure: figure.name)
def test_every_note_gives_its_figure_the_alt_text_of_the_picture(figure, lang):
    notes = sorted((root() / "theory" / lang).glob(f"{figure.name[:2]}-*.md"))
    shown = [
        alt
        for note in notes
        for alt in re.findall(
            rf"!\[([^\]]*)\]\(figures/{figure.name}\.svg\)", note.read_text("utf-8")
        )
    ]
    assert shown == [figures.alt(figure.name, lang)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_figure_in_a_note_is_one_of_the_course(lang):
    for note in (root() / "theory" / lang).glob("*.md"):
        shown = re.findall(r"\]\(figures/([^)]*)\.svg\)", note.read_text("utf-8"))
        assert set(shown) <= {figure.name for figure in figures.FIGURES}


def test_an_unknown_figure_is_refused_with_the_names_there_are():
    with pytest.raises(ValueError, match="no note has a figure '07-x': choose one of 00-three"):
        figures.alt("07-x", "en")


class TestStale:
    @pytest.fixture
    def checkout(self, tmp_path, monkeypatch):
        """A checkout with one figure, drawn."""
        monkeypatch.setattr(figures, "root", lambda: tmp_path)
        one = [figure for figure in figures.FIGURES if figure.name == "01-bars"]
        monkeypatch.setattr(figures, "FIGURES", one)
        figures.build_figures()
        return tmp_path

    def test_nothing_after_building(self, checkout):
        assert (checkout / "theory/es/figures/01-bars.svg").is_file()
        assert figures.stale_figures() == []

    def test_a_missing_drawing_is_named(self, checkout):
        (checkout / "theory/es/figures/01-bars.svg").unlink()
        assert figures.stale_figures() == ["theory/es/figures/01-bars.svg"]

    def test_a_drawing_that_nothing_makes_is_named(self, checkout):
        (checkout / "theory/en/figures/99-old.svg").write_text("<svg/>")
        assert figures.stale_figures() == ["theory/en/figures/99-old.svg"]

    def test_a_drawing_in_the_wrong_language_is_named(self, checkout):
        spanish = (checkout / "theory/es/figures/01-bars.svg").read_bytes()
        (checkout / "theory/en/figures/01-bars.svg").write_bytes(spanish)
        assert figures.stale_figures() == ["theory/en/figures/01-bars.svg"]


class TestSameDrawing:
    SVG = '<path id="p0123456789" d="M 10.123456 -20" style="fill: #0072b2"/><use href="#Sans-12"/>'

    @pytest.mark.parametrize(
        ("old", "new"),
        [("10.123456", "10.123457"), ("p0123456789", "pabcdef0123"), ("#0072b2", "#0072b1")],
    )
    def test_what_another_processor_changes_is_forgiven(self, old, new):
        assert figures.same_drawing(self.SVG, self.SVG.replace(old, new))

    @pytest.mark.parametrize(
        ("old", "new"),
        [("10.123456", "13.123456"), ("#0072b2", "#d55e00"), ("Sans-12", "Sans-13"), ("-20", "20")],
    )
    def test_what_an_eye_sees_is_not(self, old, new):
        assert not figures.same_drawing(self.SVG, self.SVG.replace(old, new))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_stored_drawings_stay_small(lang):
    for path in (root() / "theory" / lang / "figures").glob("*.svg"):
        assert path.stat().st_size < 200_000, path.name
