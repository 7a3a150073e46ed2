"""The learner's copies and the layout that JupyterLab opens with."""

import json
import os
import socket
from dataclasses import replace
from datetime import date

import pytest

from tempkit.course import workspace
from tempkit.course.chapters import CHAPTERS

FIRST, SECOND = CHAPTERS[:2]
TODAY = date(2026, 5, 1)


@pytest.fixture
def course(tmp_path):
    """A course whose labs say which they are."""
    for lang in ("en", "es"):
        (tmp_path / "labs" / lang).mkdir(parents=True)
        for chapter in CHAPTERS:
            (tmp_path / "labs" / lang / f"{chapter.name}.ipynb").write_text(
                f"{lang} {chapter.name}"
            )
    return tmp_path


def test_the_first_time_the_lab_is_copied(course):
    copy = workspace.learner_copy(FIRST, "es", course=course)
    assert copy.path == course / "work" / "es" / f"{FIRST.name}.ipynb"
    assert copy.path.read_text() == f"es {FIRST.name}"
    assert copy.is_new


def test_a_copy_is_never_overwritten(course):
    workspace.learner_copy(FIRST, "en", course=course).path.write_text("my answers")
    copy = workspace.learner_copy(FIRST, "en", course=course)
    assert copy.path.read_text() == "my answers"
    assert not copy.is_new


def test_a_fresh_start_keeps_the_old_copy_under_the_days_name(course):
    workspace.learner_copy(FIRST, "en", course=course).path.write_text("my answers")
    copy = workspace.learner_copy(FIRST, "en", course=course, fresh=True, today=TODAY)
    assert copy.path.read_text() == f"en {FIRST.name}"
    assert copy.kept_as.name == f"{FIRST.name}.2026-05-01.ipynb"
    assert copy.kept_as.read_text() == "my answers"


def test_two_fresh_starts_in_a_day_keep_both(course):
    kept = []
    for answers in ("first", "second", "third"):
        workspace.learner_copy(FIRST, "en", course=course).path.write_text(answers)
        copy = workspace.learner_copy(FIRST, "en", course=course, fresh=True, today=TODAY)
        kept.append(copy.kept_as)
    assert [path.read_text() for path in kept] == ["first", "second", "third"]


def test_a_copy_of_an_earlier_version_is_said_to_be_one(course):
    first = workspace.learner_copy(FIRST, "en", course=course)
    (course / "labs" / "en" / f"{FIRST.name}.ipynb").write_text("a new version")
    again = workspace.learner_copy(FIRST, "en", course=course)
    assert (first.is_outdated, again.is_outdated) == (False, True)


def test_a_fresh_copy_is_not_outdated(course):
    workspace.learner_copy(FIRST, "en", course=course)
    (course / "labs" / "en" / f"{FIRST.name}.ipynb").write_text("a new version")
    workspace.learner_copy(FIRST, "en", course=course, fresh=True)
    assert not workspace.learner_copy(FIRST, "en", course=course).is_outdated


def test_a_copy_of_unknown_origin_is_not_called_outdated(course):
    copy = course / "work" / "en" / f"{FIRST.name}.ipynb"
    copy.parent.mkdir(parents=True)
    copy.write_text("brought from another machine")
    assert not workspace.learner_copy(FIRST, "en", course=course).is_outdated


def test_a_missing_lab_is_named(course):
    absent = replace(FIRST, slug="absent")
    with pytest.raises(FileNotFoundError, match=r"00-absent\.ipynb is missing"):
        workspace.learner_copy(absent, "en", course=course)


def test_a_learner_who_begins_begins_at_the_first_chapter(course):
    assert workspace.chapter_in_hand("en", course=course) is FIRST


def test_a_learner_who_returns_finds_the_lab_saved_last(course):
    for chapter, saved in ((SECOND, 200), (FIRST, 100)):
        copy = workspace.learner_copy(chapter, "en", course=course).path
        os.utime(copy, (saved, saved))
    assert workspace.chapter_in_hand("en", course=course) is SECOND


def test_the_languages_are_taken_up_separately(course):
    workspace.learner_copy(SECOND, "en", course=course)
    assert workspace.chapter_in_hand("es", course=course) is FIRST


def layout(course, chapter, lang):
    workspace.server(chapter, lang, course=course)
    (written,) = (course / "work" / "jupyter" / lang / "workspaces").iterdir()
    return json.loads(written.read_text("utf-8"))["data"]


def test_the_layout_has_the_note_at_the_left_and_the_copy_at_the_right(course):
    dock = layout(course, SECOND, "es")["layout-restorer:data"]["main"]["dock"]
    assert [pane["widgets"] for pane in dock["children"]] == [
        [f"markdownviewer-widget:theory/es/{SECOND.name}.md"],
        [f"notebook:work/es/{SECOND.name}.ipynb"],
    ]


def test_the_note_is_shown_rendered(course):
    tab = layout(course, FIRST, "en")[f"markdownviewer-widget:theory/en/{FIRST.name}.md"]
    assert tab["data"]["factory"] == "Markdown Preview"


@pytest.mark.parametrize(("lang", "locale"), [("en", "en"), ("es", "es_ES")])
def test_the_interface_speaks_the_labs_language(course, lang, locale):
    workspace.server(FIRST, lang, course=course)
    config = course / "work" / "jupyter" / lang / "labconfig" / "default_setting_overrides.json"
    settings = json.loads(config.read_text("utf-8"))
    assert settings["@jupyterlab/translation-extension:plugin"] == {"locale": locale}


def test_everything_jupyter_writes_stays_under_work(course, monkeypatch):
    variables = ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR", "JUPYTER_CONFIG_DIR")
    for variable in variables:
        monkeypatch.setenv(variable, "/the/users/own")
    environment = workspace.server(FIRST, "en", course=course).environment
    jupyter = [key for key in environment if key.startswith("JUPYTER") and key.endswith("_DIR")]
    assert set(variables) <= set(jupyter)
    for key in [*jupyter, "IPYTHONDIR"]:
        assert environment[key].startswith(str(course / "work"))


def test_a_port_asked_for_is_the_only_one_tried(course):
    command = workspace.server(FIRST, "en", course=course, port=9000).command
    assert {"--ServerApp.port=9000", "--ServerApp.port_retries=0"} <= set(command)


def test_a_port_in_use_is_not_free():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert not workspace.port_is_free(taken.getsockname()[1])


def test_a_port_nobody_uses_is_free():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert workspace.port_is_free(port)


LOCALES = {
    "es_MX.UTF-8": "es",
    "es": "es",
    "en_US.UTF-8": "en",
    "C.UTF-8": "en",
    "est_EE": "en",
    "Spanish_Spain": "es",
}


@pytest.mark.parametrize(("system", "lang"), LOCALES.items())
def test_spanish_is_preferred_where_the_system_speaks_it(monkeypatch, system, lang):
    monkeypatch.delenv("TEMPKIT_LANG", raising=False)
    monkeypatch.setenv("LC_ALL", system)
    assert workspace.preferred_language() == lang


def test_tempkit_lang_outweighs_the_system(monkeypatch):
    monkeypatch.setenv("LC_ALL", "es_ES.UTF-8")
    monkeypatch.setenv("TEMPKIT_LANG", "en")
    assert workspace.preferred_language() == "en"


def test_an_unknown_tempkit_lang_is_named(monkeypatch):
    monkeypatch.setenv("TEMPKIT_LANG", "fr")
    with pytest.raises(ValueError, match="TEMPKIT_LANG: no language 'fr'"):
        workspace.preferred_language()


def test_a_missing_package_is_named_as_pip_knows_it(monkeypatch):
    def find_spec(module):
        return None if "language_pack" in module else module

    monkeypatch.setattr("importlib.util.find_spec", find_spec)
    assert workspace.missing_packages("en") == []
    assert workspace.missing_packages("es") == ["jupyterlab-language-pack-es-ES"]


@pytest.mark.parametrize(
    ("path", "writable"),
    [("labs/en/lab.ipynb", False), ("solutions/en/lab.ipynb", False), ("work/en/lab.ipynb", True)],
)
def test_built_notebooks_are_read_only_in_jupyterlab(tmp_path, path, writable):
    from tempkit.course.contents import CourseContents

    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).touch()
    assert CourseContents(root_dir=str(tmp_path)).is_writable(path) is writable
