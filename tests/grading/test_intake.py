"""What of a submission is graded, and what is refused: nothing here runs any of it."""

from __future__ import annotations

import json
import os
import stat
import zipfile
from pathlib import Path

import pytest
from handed_in import as_bytes, cell_of, label, notebook, own_cell, unlabelled, with_answer

from tempkit.course.chapters import CHAPTERS, find
from tempkit.grading import archives, intake, layouts
from tempkit.grading.archives import ArchiveError
from tempkit.grading.intake import Expected, read_notebook
from tempkit.grading.layouts import submissions
from tempkit.grading.plan import defined_names, plan
from tempkit.language import LANGUAGES

NAME = find("01").name


def read(handed_in, lab=None, lang="en"):
    content = handed_in if isinstance(handed_in, bytes) else as_bytes(handed_in)
    return read_notebook("ana", content, Expected(lab, lang))


def answers(submission):
    return {cell.grade_id: cell.source for cell in submission.cells if cell.kind == "solution"}


def own(submission):
    return [cell for cell in submission.cells if cell.kind == "extra"]


SOLVED = answers(read(notebook()))


# --- an ordinary notebook ---------------------------------------------------------------------


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.number)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_answer_of_a_solved_lab_is_found_in_order(chapter, lang):
    submission = read(notebook(lang=lang, number=chapter.number))
    asked = [c.name for c in plan(chapter.number, lang).cells if c.role == "solution"]
    assert [cell.grade_id for cell in submission.cells] == asked
    assert submission.warnings == ()
    assert (submission.lab, submission.lang) == (chapter.number, lang)


def test_no_test_and_no_cell_of_the_course_comes_from_the_file():
    assert not any("check(" in cell.source for cell in read(notebook()).cells)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.number)
def test_a_plan_has_at_most_seven_exercises_worth_ten_points(chapter):
    laid_out = plan(chapter.number, "en")
    assert 4 <= len(laid_out.exercises) <= 7
    assert laid_out.max_points == 10


def test_own_cells_run_after_the_cell_of_the_course_that_they_follow():
    handed_in = notebook()
    place = handed_in["cells"].index(cell_of(handed_in, "entropy_curve")) + 1
    handed_in["cells"].insert(place, own_cell("helper = 2"))
    handed_in["cells"].insert(0, own_cell("import math"))
    first, second = own(read(handed_in))
    assert (first.source, first.after) == ("import math", None)
    course = {c.id: c.name for c in plan("01", "en").cells}
    assert (second.source, course[second.after]) == ("helper = 2", "entropy_curve")


def test_markdown_and_empty_cells_of_ones_own_are_not_run():
    handed_in = notebook()
    handed_in["cells"] += [own_cell("print(1)", "markdown"), own_cell("  \n")]
    assert own(read(handed_in)) == []


def test_an_import_added_to_the_setup_cell_is_run():
    handed_in = notebook()
    setup = next(cell for cell in handed_in["cells"] if cell["cell_type"] == "code")
    setup["source"] += "\nimport numpy as np"
    (extra,) = own(read(handed_in))
    assert "import numpy as np" in extra.source


# --- lab and language --------------------------------------------------------------------------


def test_lab_and_language_come_from_the_notebook_before_the_command_line():
    submission = read(notebook(lang="es"), lab="00", lang="en")
    assert (submission.lab, submission.lang) == ("01", "es")
    assert "00" in submission.warnings[0]


def test_without_metadata_they_come_from_the_command_line():
    submission = read(unlabelled(notebook(lang="es")), lab="01", lang="es")
    assert (submission.lab, submission.lang, submission.refused) == ("01", "es", None)


@pytest.mark.parametrize("metadata", [{"chapter": "77", "lang": "fr"}, {"chapter": ["01"]}, "01"])
def test_nonsense_in_the_metadata_counts_as_none(metadata):
    handed_in = notebook()
    handed_in["metadata"]["tempkit"] = metadata
    submission = read(handed_in, lab="00", lang="es")
    assert (submission.lab, submission.lang) == ("00", "es")


def test_a_notebook_of_no_known_lab_is_refused_with_the_remedy():
    assert "--lab" in read(unlabelled(notebook())).refused


# --- cells that were moved, copied, renamed, retyped --------------------------------------------


def test_stripped_metadata_is_matched_by_the_functions_names_and_reported():
    submission = read(unlabelled(notebook()), lab="01")
    graded = {exercise.name for exercise in plan("01", "en").exercises}
    assert {name: SOLVED[name] for name in graded} == answers(submission)
    assert any("label" in warning for warning in submission.warnings)


def test_swapped_labels_cost_nothing():
    handed_in = notebook()
    one, other = cell_of(handed_in, "entropy_curve"), cell_of(handed_in, "entropy_slope")
    one["metadata"], other["metadata"] = other["metadata"], one["metadata"]
    one["id"], other["id"] = other["id"], one["id"]
    assert answers(read(handed_in)) == SOLVED


def test_a_reordered_notebook_is_run_in_the_labs_order_and_reported():
    handed_in = notebook()
    handed_in["cells"].reverse()
    submission = read(handed_in)
    assert answers(submission) == SOLVED
    assert list(answers(submission)) == list(SOLVED)
    assert any("order" in warning for warning in submission.warnings)


def test_a_missing_cell_is_reported_and_costs_the_others_nothing():
    handed_in = notebook()
    handed_in["cells"].remove(cell_of(handed_in, "entropy_slope"))
    submission = read(handed_in)
    assert answers(submission) == {k: v for k, v in SOLVED.items() if k != "entropy_slope"}
    assert submission.warnings == ("Missing cells: entropy_slope.",)


def test_of_two_cells_with_one_label_the_first_answer_counts_and_the_other_runs_in_its_place():
    handed_in = notebook()
    copy = dict(
        cell_of(handed_in, "entropy_slope"), source="def entropy_slope(z, T):\n    return 1"
    )
    handed_in["cells"].append(copy)
    submission = read(handed_in)
    assert answers(submission) == SOLVED
    assert [cell.source for cell in own(submission)] == [copy["source"]]
    assert any("more than once" in warning for warning in submission.warnings)


def test_an_untouched_stub_beside_the_answer_is_not_run():
    handed_in = notebook()
    stub = cell_of(notebook("untouched"), "entropy_slope")
    handed_in["cells"].insert(0, stub)
    submission = read(handed_in)
    assert answers(submission) == SOLVED
    assert own(submission) == []


def test_an_answer_in_a_cell_of_ones_own_below_the_untouched_stub_counts():
    handed_in = notebook("untouched")
    answer = "def entropy_slope(logits, temperature):\n    return 1.0"
    handed_in["cells"].append(own_cell(answer))
    assert answers(read(handed_in))["entropy_slope"] == answer


def test_one_cell_that_answers_two_exercises_is_not_undone_by_a_stub():
    handed_in = notebook("untouched")
    both = "def entropy_slope(z, T):\n    return 1\ndef temperature_for(z, h):\n    return 2"
    handed_in["cells"].append(own_cell(both))
    found = answers(read(handed_in))
    assert found["entropy_slope"] == both
    assert "temperature_for" not in found


@pytest.mark.parametrize("kind", ["markdown", "raw", "heading", 7])
def test_an_answer_that_was_turned_into_text_is_read_as_code_and_reported(kind):
    handed_in = notebook()
    cell_of(handed_in, "entropy_slope")["cell_type"] = kind
    submission = read(handed_in)
    assert answers(submission) == SOLVED
    assert any("text" in warning for warning in submission.warnings)


def test_a_changed_test_cell_is_ignored_and_reported():
    handed_in = with_answer("check-entropy_slope", "print('full marks')")
    submission = read(handed_in)
    assert own(submission) == []
    assert answers(submission) == SOLVED
    assert "check-entropy_slope" in submission.warnings[0]


@pytest.mark.parametrize("changes", [{"points": 1000}, {"locked": False}, {"solution": True}])
def test_points_and_locks_in_the_file_mean_nothing(changes):
    handed_in = notebook()
    cell_of(handed_in, "check-entropy_slope")["metadata"]["nbgrader"] |= changes
    submission = read(handed_in)
    assert answers(submission) == SOLVED
    assert own(submission) == []


def test_tags_in_the_file_mean_nothing():
    handed_in = notebook()
    for cell in handed_in["cells"]:
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception"]
    assert answers(read(handed_in)) == SOLVED


@pytest.mark.parametrize(
    "mangled",
    [
        {"cell_type": "code"},
        {"cell_type": "code", "source": {"x": 1}, "metadata": []},
        {"source": ["a", 1]},
        {"cell_type": "code", "source": "", "metadata": {"nbgrader": "x"}, "id": 4},
        17,
        None,
        ["code"],
    ],
)
def test_a_mangled_cell_costs_the_others_nothing(mangled):
    handed_in = notebook()
    handed_in["cells"].insert(3, mangled)
    assert answers(read(handed_in)) == SOLVED


def test_half_a_surrogate_pair_in_the_code_can_be_written_down():
    submission = read(with_answer("entropy_slope", "entropy_slope = '\ud800'"))
    assert answers(submission)["entropy_slope"].encode() == b"entropy_slope = '?'"


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("def f(x):\n    return 1", {"f"}),
        ("async def f(): pass", {"f"}),
        ("f = lambda x: x", {"f"}),
        ("f: int = 3", {"f"}),
        ("%time x\ndef f(:\n", {"f"}),
        ("f == 2\n  g = 1\n# h = 1", set()),
    ],
)
def test_the_names_that_a_cell_defines_are_found_without_parsing(code, names):
    assert defined_names(code) == names


# --- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b" \n\0", "empty"),
        (as_bytes(notebook())[:5000], "cut short"),
        (b"%PDF-1.7 ...", "no JSON"),
        (b"\xff\xfe\xfa\x80", "no JSON"),
        (b'{"cells": ' + b"1" * 5000 + b"}", "no JSON"),
        (b"[" * 200_000, "nested"),
        (b"[]", "no list of cells"),
        (b'"cells"', "no list of cells"),
        (b'{"cells": {}}', "no list of cells"),
        (b'{"worksheets": [], "nbformat": 3}', "version 3"),
    ],
)
def test_a_file_that_is_no_notebook_is_refused_with_its_reason(content, said):
    submission = read(content, lab="01")
    assert said in submission.refused
    assert "\n" not in submission.refused
    assert submission.cells == ()


@pytest.mark.parametrize(
    ("name", "cap"), [("MAX_BYTES", 1000), ("MAX_CELLS", 5), ("MAX_SOURCE", 100)]
)
def test_a_file_past_a_cap_is_refused(monkeypatch, name, cap):
    monkeypatch.setattr(intake, name, cap)
    assert read(notebook()).refused


def test_a_label_is_no_way_round_the_cap_on_code(monkeypatch):
    monkeypatch.setattr(intake, "MAX_SOURCE", 20_000)
    handed_in = with_answer("entropy_slope", "x" * 30_000)
    cell_of(handed_in, "entropy_slope")["cell_type"] = "markdown"
    assert read(handed_in).refused


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_any_unicode_encoding_is_read(encoding):
    content = json.dumps(notebook(), ensure_ascii=False).encode(encoding)
    assert answers(read(content)) == SOLVED


# --- layouts -----------------------------------------------------------------------------------


def place(root: Path, *names: str, content: bytes = b"{}") -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


def pack(path: Path, *names: str, content: bytes = b"{}") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, content)
    return path


def students(found):
    return [(one.student, one.lab, one.reason) for one in found]


@pytest.mark.parametrize("above", ["", "submitted/"])
def test_nbgraders_folders(tmp_path, above):
    place(tmp_path, f"{above}ana/{NAME}/{NAME}.ipynb", f"{above}ana/{NAME}/timestamp.txt")
    place(tmp_path, f"{above}berta/lab1/work.ipynb", f"{above}carlos/lab1/timestamp.txt")
    expected = [("ana", "01", None), ("berta", None, None), ("carlos", None, "no-notebook")]
    assert students(submissions(tmp_path)) == expected


def test_a_folder_of_notebooks_named_after_students(tmp_path):
    place(tmp_path, "ana.ipynb", "01.ipynb", "notes.txt", ".ipynb_checkpoints/ana.ipynb")
    assert students(submissions(tmp_path)) == [("01", None, None), ("ana", None, None)]


def test_canvas_archive(tmp_path):
    names = (
        f"garciaana_4321_998_{NAME}.ipynb",
        f"perezluis_LATE_77_12_{NAME}-2.ipynb",
        "anon_x7Yz_5_lab.ipynb",
        "lopezeva_8_9_lab.pdf",
    )
    found = submissions(pack(tmp_path / "submissions.zip", *names))
    assert students(found) == [
        ("anon_x7Yz", None, None),
        ("garciaana_4321", "01", None),
        ("lopezeva_8", None, "no-notebook"),
        ("perezluis_77", "01", None),
    ]
    assert {one.source for one in found} == {"canvas"}


@pytest.mark.parametrize("end", ["", "_"])
def test_moodle_archive(tmp_path, end):
    names = (
        f"Ana García_1234_assignsubmission_file{end}/{NAME}.ipynb",
        f"Luis Pérez_77_assignsubmission_file{end}/my work/lab_01_02_x.ipynb",
        f"Eva López_8_assignsubmission_file{end}/lab.pdf",
    )
    found = submissions(pack(tmp_path / "course.zip", *names))
    assert students(found) == [
        ("Ana García_1234", "01", None),
        ("Eva López_8", None, "no-notebook"),
        ("Luis Pérez_77", None, None),
    ]
    assert {one.source for one in found} == {"moodle"}


def test_moodles_older_archive_without_folders(tmp_path):
    pack(tmp_path / "old.zip", f"Ana García_1234_assignsubmission_file_{NAME}.ipynb")
    assert students(submissions(tmp_path)) == [("Ana García_1234", "01", None)]


def test_an_unpacked_archive_is_read_like_the_archive(tmp_path):
    place(tmp_path, f"Ana García_1234_assignsubmission_file/{NAME}.ipynb")
    assert students(submissions(tmp_path)) == [("Ana García_1234", "01", None)]


def test_a_name_in_another_unicode_form_is_the_same_student(tmp_path):
    place(tmp_path, "Garci\u0301a.ipynb")
    assert students(submissions(tmp_path)) == [("García", None, None)]


def test_the_folder_of_grades_is_no_student(tmp_path):
    place(tmp_path, "ana.ipynb", "grades/grades.csv")
    assert students(submissions(tmp_path, tmp_path / "grades")) == [("ana", None, None)]


@pytest.mark.parametrize(
    "student", ["=1+1", "-ana", "+ana", "@ana", "a\nb", "a\u202eb", "CON", "x" * 121, "ana ", "a|b"]
)
def test_a_name_that_is_no_valid_id_is_refused(student):
    assert not layouts.is_valid_name(student)


@pytest.mark.parametrize("student", ["ana", "2024-001", "Ana García_12", "o'brien", "a.b@c.org"])
def test_ordinary_names_are_valid(student):
    assert layouts.is_valid_name(student)


# --- files that are not read --------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_links_to_files_and_folders_are_refused(tmp_path):
    secret = place(tmp_path / "elsewhere", "secret.ipynb") / "secret.ipynb"
    (tmp_path / "in" / "ana").mkdir(parents=True)
    (tmp_path / "in" / "berta.ipynb").symlink_to(secret)
    (tmp_path / "in" / "carlos").symlink_to(secret.parent)
    (tmp_path / "in" / "ana" / "lab.ipynb").symlink_to(secret)
    found = submissions(tmp_path / "in")
    assert students(found) == [(name, None, "link") for name in ("ana", "berta", "carlos")]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_a_pipe_is_refused_and_blocks_nobody(tmp_path):
    os.mkfifo(tmp_path / "ana.ipynb")
    (found,) = submissions(tmp_path)
    with pytest.raises(ArchiveError, match="not-a-file"):
        found.read()


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_a_file_that_becomes_a_link_after_it_was_found_is_refused(tmp_path):
    place(tmp_path, "ana.ipynb")
    (found,) = submissions(tmp_path)
    (tmp_path / "ana.ipynb").unlink()
    (tmp_path / "ana.ipynb").symlink_to("/etc/hostname")
    with pytest.raises(ArchiveError, match="link"):
        found.read()


@pytest.mark.parametrize(
    "name",
    ["../ana.ipynb", "/etc/ana.ipynb", "x/../../ana.ipynb", "..\\ana.ipynb", "C:\\ana.ipynb"],
)
def test_a_name_in_an_archive_that_leaves_the_folder_is_refused(tmp_path, name):
    (found,) = submissions(pack(tmp_path / "a.zip", name))
    assert found.student == "ana"
    with pytest.raises(ArchiveError, match="path"):
        found.read()
    assert list(tmp_path.iterdir()) == [tmp_path / "a.zip"]


def test_a_link_in_an_archive_is_refused(tmp_path):
    info = zipfile.ZipInfo("ana.ipynb")
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    (found,) = submissions(tmp_path / "a.zip")
    with pytest.raises(ArchiveError, match="link"):
        found.read()


def test_a_member_that_expands_past_the_cap_is_refused_and_the_others_are_read(tmp_path):
    path = pack(tmp_path / "a.zip", "ana.ipynb", content=b" " * (intake.MAX_BYTES + 1))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("berta.ipynb", "{}")
    bomb, fine = submissions(path)
    with pytest.raises(ArchiveError, match="expands"):
        bomb.read()
    assert fine.read() == b"{}"


def test_an_archive_that_lies_about_sizes_expands_no_further_than_it_says(tmp_path):
    path = pack(tmp_path / "a.zip", "ana.ipynb", content=b" " * 100_000)
    content = path.read_bytes().replace((100_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    path.write_bytes(content)
    (found,) = submissions(path)
    with pytest.raises(ArchiveError, match="damaged"):
        found.read()


def test_an_archive_of_too_many_or_too_large_files_is_refused_as_one(tmp_path, monkeypatch):
    pack(tmp_path / "a.zip", "ana.ipynb", "berta.ipynb")
    monkeypatch.setattr(archives, "MAX_MEMBERS", 1)
    assert students(submissions(tmp_path)) == [("a", None, "archive-too-large")]


def test_a_damaged_archive_is_refused_and_the_files_beside_it_are_read(tmp_path):
    place(tmp_path, "ana.ipynb", "b.zip")
    assert students(submissions(tmp_path)) == [("ana", None, None), ("b", None, "bad-archive")]


def test_where_there_is_nothing_it_says_so(tmp_path):
    with pytest.raises(FileNotFoundError):
        submissions(tmp_path / "nowhere")


def test_every_label_of_the_built_labs_is_known_to_the_plan():
    names = {cell.name for cell in plan("01", "en").cells if cell.name}
    assert names == {label(cell) for cell in notebook()["cells"] if label(cell)}


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_cell_that_installs_in_colab_is_nobodys(lang: str) -> None:
    """An untouched lab has no cell of the student's own, and one of theirs keeps its place."""
    handed_in = notebook("untouched", lang=lang)
    assert [cell for cell in read(handed_in).cells if cell.kind == "extra"] == []
    handed_in["cells"].insert(2, own_cell("x = 1"))
    (extra,) = (cell for cell in read(handed_in).cells if cell.kind == "extra")
    assert (extra.source, extra.after) == ("x = 1", None)
