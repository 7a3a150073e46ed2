"""The tempkit command as its users meet it: what it opens, and what it says when it cannot."""

import socket

import pytest
from typer.testing import CliRunner

from tempkit import cli
from tempkit.course import chapters, doctor, workspace
from tempkit.course.chapters import CHAPTERS

NAME = CHAPTERS[0].name


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course with one lab, and JupyterLab never really started."""
    for lang in ("en", "es"):
        (tmp_path / "labs" / lang).mkdir(parents=True)
        (tmp_path / "labs" / lang / f"{NAME}.ipynb").write_text("{}")
    monkeypatch.setattr(chapters, "root", lambda: tmp_path)
    monkeypatch.setattr(workspace, "missing_packages", lambda _: [])
    monkeypatch.setattr(cli, "_until_it_ends", lambda *_: 0)
    monkeypatch.setenv("TEMPKIT_LANG", "en")
    return tmp_path


def tempkit(*arguments):
    return CliRunner().invoke(cli.app, arguments)


def one_line_of_complaint(*arguments):
    result = tempkit(*arguments)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)  # no traceback
    (line,) = result.stderr.splitlines()
    return line


def test_lab_says_where_the_learners_copy_is(course):
    result = tempkit("lab", "00")
    assert result.exit_code == 0
    assert str(course / "work" / "en" / f"{NAME}.ipynb") in result.stdout


def test_lab_speaks_spanish(course):
    assert "Tu copia" in tempkit("lab", "00", "--lang", "es").stdout
    assert (course / "work" / "es" / f"{NAME}.ipynb").exists()


@pytest.mark.usefixtures("course")
def test_fresh_says_under_which_name_the_answers_are_kept():
    tempkit("lab", "00")
    assert "kept as" in tempkit("lab", "00", "--fresh").stdout


def test_an_earlier_version_is_said_in_one_line(course):
    tempkit("lab", "00")
    (course / "labs" / "en" / f"{NAME}.ipynb").write_text("{} ")
    assert "earlier version" in tempkit("lab", "00").stdout.splitlines()[0]


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "there is no chapter '77'"), ("es", "no existe el capítulo '77'")]
)
@pytest.mark.usefixtures("course")
def test_an_unknown_chapter_is_answered_with_those_there_are(lang, said):
    line = one_line_of_complaint("lab", "77", "--lang", lang)
    assert said in line
    assert all(chapter.titles[lang] in line for chapter in CHAPTERS)


@pytest.mark.usefixtures("course")
def test_a_taken_port_is_named_with_the_remedy():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        line = one_line_of_complaint("lab", "00", "--port", port)
    assert f"port {port} is taken" in line
    assert "--port" in line


@pytest.mark.usefixtures("course")
def test_a_missing_package_is_named_with_the_command(monkeypatch):
    monkeypatch.setattr(workspace, "missing_packages", lambda _: ["jupyterlab"])
    line = one_line_of_complaint("lab", "00")
    assert "jupyterlab" in line
    assert 'pip install -e ".[lab]"' in line


def test_a_missing_lab_is_named_with_the_remedy(course):
    (course / "labs" / "en" / f"{NAME}.ipynb").unlink()
    assert "git restore" in one_line_of_complaint("lab", "00")


def test_a_missing_course_is_one_line(monkeypatch):
    def nowhere():
        raise FileNotFoundError("the course's notes and labs are not here")

    monkeypatch.setattr(chapters, "root", nowhere)
    assert "are not here" in one_line_of_complaint("lab", "00", "--lang", "en")


@pytest.mark.usefixtures("course")
def test_an_unknown_language_is_one_line():
    assert "'fr'" in one_line_of_complaint("lab", "--lang", "fr")


def test_the_servers_exit_status_is_passed_on(course, monkeypatch):
    monkeypatch.setattr(cli, "_until_it_ends", lambda *_: 3)
    assert course.exists()
    assert tempkit("lab", "00").exit_code == 3


FINE = doctor.Finding("Python", "3.11.7")
BROKEN = doctor.Finding("JupyterLab", "not installed", "pip install")
OPTIONAL = doctor.Finding("sandbox", "none", "use Linux", is_needed=False)


@pytest.mark.parametrize(
    ("findings", "status"), [([FINE], 0), ([FINE, OPTIONAL], 0), ([FINE, BROKEN, OPTIONAL], 1)]
)
def test_doctor_fails_only_for_what_a_lab_needs(monkeypatch, findings, status):
    monkeypatch.setattr(doctor, "examine", lambda _: findings)
    assert tempkit("doctor", "--lang", "en").exit_code == status


@pytest.mark.parametrize("lang", ["en", "es"])
def test_doctor_finds_this_machine_fit_for_the_labs(lang):
    assert [finding for finding in doctor.examine(lang) if finding.is_broken] == []


def test_doctor_gives_a_remedy_for_a_missing_package(monkeypatch):
    def version(name):
        raise doctor.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(doctor.metadata, "version", version)
    (jupyterlab,) = (f for f in doctor.examine("en") if f.name == "JupyterLab")
    assert jupyterlab.is_broken
    assert "pip install" in jupyterlab.remedy


def test_doctor_names_the_lab_that_is_missing(course, monkeypatch):
    monkeypatch.setattr(doctor, "root", lambda: course)
    (files,) = (f for f in doctor.examine("en") if f.name == "course files")
    assert files.is_broken
    assert f"git restore theory/en/{NAME}.md" in files.remedy


def test_doctor_finds_damaged_weights(tmp_path, monkeypatch):
    monkeypatch.setattr("tempkit.verbs.loading.WEIGHTS", tmp_path)
    (models,) = (f for f in doctor.examine("en") if f.name == "verb models")
    assert models.is_broken
    assert "SHA256SUMS is missing" in models.seen
    assert models.remedy == "git restore tempkit/verbs/weights"


def test_notebooks_check_lists_what_is_stale(monkeypatch):
    monkeypatch.setattr("tempkit.course.build.stale", lambda: ["labs/en/00.ipynb: was never built"])
    monkeypatch.setattr("tempkit.course.figures.stale_figures", lambda: ["theory/en/figures/a.svg"])
    result = tempkit("notebooks", "--check")
    assert result.exit_code == 1
    assert "labs/en/00.ipynb: was never built\ntheory/en/figures/a.svg\n" in result.stderr


def test_notebooks_builds_every_chapter_and_every_figure(monkeypatch):
    built = []
    monkeypatch.setattr("tempkit.course.build.build_all", lambda: built.append("chapters"))
    monkeypatch.setattr("tempkit.course.figures.build_figures", lambda: built.append("figures"))
    assert tempkit("notebooks").exit_code == 0
    assert built == ["chapters", "figures"]


@pytest.mark.parametrize(("asked", "passed_on"), [("theory/00", ["theory/00"]), ("all", None)])
def test_translations_records_what_was_read(monkeypatch, asked, passed_on):
    def record(_, wanted):
        return [f"wanted {wanted}"]

    monkeypatch.setattr("tempkit.course.translations.record", record)
    assert f"recorded wanted {passed_on}" in tempkit("translations", "--record", asked).stdout


def test_translations_show_decides_the_exit_status(monkeypatch):
    monkeypatch.setattr("tempkit.course.translations.show", lambda _: 1)
    assert tempkit("translations").exit_code == 1
