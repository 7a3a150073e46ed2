"""What a machine needs, as a page; and the pages of a room on one."""

from __future__ import annotations

import re

import pytest
from typer.testing import CliRunner

from tempkit import cli
from tempkit.course import doctor, room
from tempkit.course.doctor import Finding
from tempkit.course.room import Machine
from tempkit.language import LANGUAGES

FINE = Finding("Python", "3.12.4")
BROKEN = Finding("JupyterLab", "not installed", 'pip install "<lab>"')
OPTIONAL = Finding("sandbox", "only on Linux", "use Linux", is_needed=False)


def machine(name: str = "ana", *findings: Finding) -> Machine:
    return Machine(name, "2026-05-01 09:00", findings or (FINE,))


def text(html: str) -> str:
    """What a reader sees of a page."""
    return re.sub(r"<pre hidden.*?</pre>|<style>.*?</style>", "", html, flags=re.DOTALL)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_has_green_and_red_in_words_and_a_remedy_beside_each_red(lang):
    html = text(room.page(machine("ana", FINE, BROKEN, OPTIONAL), lang))
    good, bad = {"en": ("works", "broken"), "es": ("funciona", "falla")}[lang]
    assert f'<span class="good">{good}</span>' in html
    row = next(line for line in html.splitlines() if "JupyterLab" in line)
    assert f'<span class="bad">{bad}</span>' in row
    assert "pip install &quot;&lt;lab&gt;&quot;" in row


@pytest.mark.parametrize(
    ("findings", "verdict"),
    [((FINE, OPTIONAL), "is ready"), ((FINE, BROKEN), "is not ready")],
)
def test_a_page_says_whether_the_machine_is_ready(findings, verdict):
    assert f"This machine {verdict}" in room.page(machine("ana", *findings), "en")


def test_a_page_needs_no_network_and_runs_nothing():
    html = room.page(machine("ana", FINE, BROKEN), "en")
    assert "default-src &#x27;none&#x27;" in html
    assert "<script" not in html
    assert "http" not in html.replace("http-equiv", "")


def test_a_page_that_was_sent_is_read_again(tmp_path):
    sent = machine("</pre><b>ñ</b>", FINE, BROKEN, OPTIONAL)
    (tmp_path / "ana.html").write_text(room.page(sent, "es"), encoding="utf-8")
    assert room.gathered(tmp_path, "en") == [sent]


def test_those_that_need_help_come_first(tmp_path):
    for sent in (machine("ana"), machine("zoe", BROKEN), machine("eva", OPTIONAL)):
        (tmp_path / f"{sent.name}.html").write_text(room.page(sent, "en"), encoding="utf-8")
    assert [found.name for found in room.gathered(tmp_path, "en")] == ["zoe", "ana", "eva"]


@pytest.mark.parametrize("content", ["<p>A page of something else</p>", '<pre hidden id="x">'])
def test_other_pages_are_left_out(tmp_path, content):
    (tmp_path / "other.html").write_text(content)
    (tmp_path / "cut.html").write_text('<pre hidden id="tempkit-doctor">{"name": 1}</pre>')
    (tmp_path / "ana.html").write_text(room.page(machine(), "en"), encoding="utf-8")
    assert [found.name for found in room.gathered(tmp_path, "en")] == ["ana"]


def test_a_folder_without_pages_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=re.escape(str(tmp_path))):
        room.gathered(tmp_path, "es")


@pytest.mark.parametrize(("lang", "said"), [("en", "1 of 2 machines"), ("es", "1 de 2 máquinas")])
def test_the_page_of_a_room_counts_and_says_what_to_do(lang, said):
    html = text(room.page_of_a_room([machine("zoe", BROKEN), machine("ana")], lang))
    assert said in html
    row = next(line for line in html.splitlines() if "zoe" in line)
    assert "<b>JupyterLab</b>: not installed. pip install" in row


def tempkit(*arguments):
    return CliRunner().invoke(cli.app, arguments)


def test_the_command_writes_the_page_and_the_page_of_the_room(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor, "examine", lambda _: [FINE, BROKEN])
    one = tempkit("doctor", "--lang", "es", "--html", str(tmp_path / "ana.html"))
    assert one.exit_code == 1
    assert "no está lista" in one.stdout
    both = tempkit("doctor", "--lang", "en", "--room", str(tmp_path))
    assert both.exit_code == 1
    assert "0 of 1 machines" in (tmp_path / "room.html").read_text("utf-8")


def test_an_empty_room_is_one_line(tmp_path):
    result = tempkit("doctor", "--lang", "en", "--room", str(tmp_path))
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert "tempkit doctor --html" in line


# What is looked at.


def finding(look, lang="en") -> Finding:
    return look(lang)


def test_a_kernel_is_started_and_asked(monkeypatch):
    assert finding(doctor._kernel).seen == "starts and answers"
    monkeypatch.setattr(doctor, "_silence_of_a_kernel", lambda: "timed out")
    assert finding(doctor._kernel).is_broken
    assert "firewall" in finding(doctor._kernel).remedy


def test_a_full_disk_is_broken(monkeypatch):
    usage = doctor.shutil.disk_usage("/")._replace(free=5_000_000)
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: usage)
    assert finding(doctor._disk, "es") == Finding("disco libre", "5 MB", "libera al menos 200 MB")


def test_a_machine_without_a_browser_is_told_what_to_do_and_is_not_broken(monkeypatch):
    def nothing():
        import webbrowser

        raise webbrowser.Error

    monkeypatch.setattr("webbrowser.get", nothing)
    assert not finding(doctor._browser).is_broken
    assert "any browser" in finding(doctor._browser).remedy


def test_files_of_a_copy_that_was_handed_out_are_unpacked_again(tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.setattr(doctor, "root", lambda: tmp_path)
    monkeypatch.setattr("tempkit.course.chapters.root", lambda: tmp_path)
    assert "unpack" in finding(doctor._course_files).remedy
    (tmp_path / ".git").mkdir()
    assert "git restore" in finding(doctor._course_files).remedy


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_verdict_stands_below_the_table(lang, capsys):
    doctor.show([FINE, BROKEN], lang)
    last = capsys.readouterr().out.strip().splitlines()[-1]
    assert last.startswith({"en": "This machine is not ready", "es": "Esta máquina no está"}[lang])
