"""The pages: in the right language, with the right words, and nothing of a student's is markup."""

from __future__ import annotations

import itertools
import re
from html.parser import HTMLParser

import pytest
from handed_in import SANDBOXED, as_bytes, notebook, own_cell

from tempkit.grading import feedback
from tempkit.grading.feedback import page, refusal_page
from tempkit.grading.intake import Expected, read_notebook
from tempkit.grading.plan import plan
from tempkit.grading.records import CellResult, Execution, Layer, Output, Submission
from tempkit.grading.results import Record
from tempkit.grading.safe_text import capped, csv_cell, in_html, one_line, plain
from tempkit.grading.summary import Summary
from tempkit.grading.wording import table
from tempkit.language import LANGUAGES

ATTACK = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&"
VOID = {"meta", "img", "br"}


class Page(HTMLParser):
    """The elements of a page, and whether every one that opens is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    def headings(self):
        return [int(name[1]) for name, _ in self.elements if re.fullmatch(r"h\d", name)]


def submission(lang="en", *sources, **changes) -> Submission:
    handed_in = notebook("untouched", lang=lang)
    handed_in["cells"][1:1] = [own_cell(source) for source in sources]
    read = read_notebook("ana", as_bytes(handed_in), Expected(None, lang))
    return Submission(**(vars(read) | changes))


def execution(*outputs, lang="en", layers=SANDBOXED, **changes) -> Execution:
    results = [CellResult(e.name, e.points, e.points) for e in plan("01", lang).exercises]
    lost = {"points": 0, "reason": "Var, not `sd`.", "misconception": "deviation"}
    lost |= {"finding": "deviation", "section": "01-temperature-and-entropy#slope"}
    results[3] = CellResult(**(vars(results[3]) | lost | changes.pop("lost", {})))
    return Execution(tuple(results), tuple(outputs), layers=layers, **changes)


def made(lang="en", *outputs, sources=(), **changes) -> Page:
    handed_in = submission(lang, *sources, **changes.pop("submission", {}))
    return Page(page(handed_in, execution(*outputs, lang=lang, **changes), plan("01", lang)))


# --- content ------------------------------------------------------------------------------------


def test_a_page_says_points_the_reason_and_where_to_read():
    shown = made()
    assert "8 of 10 points" in shown.text
    assert "Var, not sd." in shown.text
    assert "Read: note 01, section" in shown.text


def test_a_page_is_in_the_language_of_the_submission():
    shown = made("es")
    assert "8 de 10 puntos" in shown.text
    assert "Ejercicio 4" in shown.text
    assert shown.all("html") == [{"lang": "es"}]


@pytest.mark.parametrize("limit", ["cell-time", "call-time", "total-time", "output", "figures"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_limit_has_its_words(limit, lang):
    shown = made(lang, limits_hit=(limit,), status="partial")
    assert table(lang)[f"limit.{limit}"] in shown.text


def test_warnings_about_the_file_are_said_to_cost_nothing():
    shown = made(submission={"warnings": ("Missing cells: x.",)})
    assert "Missing cells: x." in shown.text
    assert "None of this costs points." in shown.text


def test_a_page_says_when_it_was_not_isolated():
    assert "Not isolated" in made(layers=(*SANDBOXED[1:], Layer("uid", True))).text
    assert "Not isolated" not in made(layers=(*SANDBOXED, Layer("uid", False, "not root"))).text


def test_what_the_students_own_cells_printed_raised_and_drew_is_shown():
    shown = made(
        "en",
        Output(0, "text", "hello"),
        Output(0, "image", data=b"\x89PNG"),
        Output(0, "error", "ZeroDivisionError: division by zero"),
        sources=["print('hello')\n1/0"],
    )
    assert "hello" in shown.text
    assert "ZeroDivisionError" in shown.text
    assert "Your own cell: print('hello')" in shown.text
    (picture,) = shown.all("img")
    assert picture["src"].startswith("data:image/png;base64,")
    assert picture["alt"]


def test_a_refusal_page_says_why_and_what_to_do():
    refused = Submission("ana", "", "es", refused="El archivo está vacío.")
    shown = Page(refusal_page(refused))
    assert "El archivo está vacío." in shown.text
    assert "vuelve a" in shown.text or "entrega ese archivo" in shown.text


# --- nothing of a student's is markup -----------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_that_a_student_wrote_becomes_markup(lang):
    shown = made(
        lang,
        Output(0, "text", ATTACK),
        Output(0, "error", ATTACK),
        sources=[ATTACK],
        lost={"reason": ATTACK + f" `{ATTACK}`"},
        submission={"student": ATTACK, "warnings": (ATTACK,)},
        limits_hit=(ATTACK,),
    )
    assert not shown.all("script")
    assert not shown.all("img")
    assert shown.text.count("<script>") >= 6


def test_nothing_that_a_student_is_called_becomes_markup_in_the_summary():
    summary = Summary("en")
    summary.add(Record(ATTACK, "", "en", "refused", where=ATTACK, reason=ATTACK))
    cells = (CellResult(ATTACK, 0, 2, ATTACK, ATTACK),)
    summary.add(Record(ATTACK, "01", "en", "timeout", cells=cells, limits_hit=(ATTACK,)))
    shown = Page(summary.page())
    assert not shown.all("script")
    assert not shown.all("img")


def test_a_page_needs_no_network_and_its_policy_forbids_it():
    text = page(submission(), execution(), plan("01", "en"))
    assert "http" not in text.replace("http-equiv", "")
    policy = next(a["content"] for a in Page(text).all("meta") if "http-equiv" in a)
    assert policy.startswith("default-src 'none'")


def test_output_is_capped_and_says_how_much_is_left_out():
    shown = made("en", Output(0, "text", "x" * 1_000_000), sources=["pass"])
    assert len(shown.text) < 10_000
    assert "996000 more characters are left out." in shown.text


def test_no_page_grows_with_the_number_of_outputs():
    outputs = [Output(0, "text", "y" * 4_000 + "\n") for _ in range(500)]
    pictures = [Output(0, "image", data=bytes(400_000)) for _ in range(50)]
    text = page(submission("en", "pass"), execution(*outputs, *pictures), plan("01", "en"))
    assert len(text) < 2_500_000


def test_many_lines_are_capped():
    shown = made("en", Output(0, "text", "\n" * 3_000 + "end"), sources=["pass"])
    assert "\n" * 100 not in shown.text


# --- accessible ---------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_headings_descend_without_gaps_and_tables_have_captions_and_heads(lang):
    shown = made(lang, Output(0, "text", "x"), sources=["pass"])
    levels = shown.headings()
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    assert len(shown.all("caption")) == len(shown.all("table"))
    assert all(head.get("scope") in ("row", "col") for head in shown.all("th"))


def _colours(scheme: str) -> dict[str, str]:
    from tempkit.grading.page import _STYLE

    light, dark = _STYLE.split("@media (prefers-color-scheme: dark)")[:2]
    return dict(re.findall(r"--(\w+): (#\w{6})", light if scheme == "light" else dark))


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("name", "least"), [("ink", 7), ("soft", 4.5), ("good", 4.5), ("bad", 4.5), ("bar", 3)]
)
def test_colours_have_the_contrast_of_wcag_aa_on_paper_and_panels(scheme, name, least):
    colours = _colours(scheme)
    for ground in ("paper", "panel"):
        one, other = sorted([_luminance(colours[name]), _luminance(colours[ground])])
        assert (other + 0.05) / (one + 0.05) >= least


# --- the summary --------------------------------------------------------------------------------


def records(count):
    for i in range(count):
        lost = CellResult("entropy_slope", i % 2 * 2, 2, "", None if i % 2 else "unweighted")
        yield Record(f"s{i}", "01", "en", "graded", cells=(lost,), seconds=i / 10)


def test_the_summary_counts_points_and_misconceptions():
    summary = Summary("en")
    for record in records(10):
        summary.add(record)
    text = Page(summary.page()).text
    assert "Submissions: 10" in text
    assert "50 %" in text
    assert "unweighted" in text
    assert "s9" in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_summary_of_nothing_but_refusals_is_a_page(lang):
    summary = Summary(lang)
    summary.add(Record("ana", "", lang, "refused", reason="x"))
    assert Page(summary.page()).all("html") == [{"lang": lang}]


def test_the_summary_keeps_no_more_of_a_large_class_than_of_a_small_one():
    sizes = []
    for count in (300, 3000):
        summary = Summary("en")
        for i in range(count):
            summary.add(Record(f"s{i}", "", "en", "refused", reason="x"))
            summary.add(next(records(1)))
        sizes.append(len(summary.page()))
    assert sizes[1] - sizes[0] < 500


def test_the_summary_tells_a_missing_sandbox_from_a_missing_layer():
    cells = (CellResult("entropy_slope", 2, 2),)
    for layers, said in (
        ((*SANDBOXED, Layer("uid", False, "not root")), "without these of its layers"),
        ((Layer("seccomp", False, "no kernel"),), "Not isolated"),
    ):
        summary = Summary("en")
        summary.add(Record("ana", "01", "en", "graded", cells=cells, layers=layers))
        text = Page(summary.page()).text
        assert said in text
        assert layers[-1].note in text


# --- words --------------------------------------------------------------------------------------


def test_both_languages_have_the_same_phrases_with_the_same_placeholders():
    one, other = (table(lang) for lang in LANGUAGES)
    assert one.keys() == other.keys()
    placeholders = re.compile(r"{\w+")
    for key, text in one.items():
        assert set(placeholders.findall(text)) == set(placeholders.findall(other[key])), key


# --- text of others -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07x", "x"),
        ("10%\r20%\r100%\n", "100%\n"),
        ("a\r\nb", "a\nb"),
        ("bell\x07", "bell\ufffd"),
        ("ab\u202ecd", "ab\ufffdcd"),
        ("\ud800", "\ufffd"),
        ("año ∞ 字", "año ∞ 字"),
    ],
)
def test_text_is_made_printable(text, shown):
    assert plain(text) == shown


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", " =", "＝", "|", "%"])
def test_a_cell_never_begins_as_a_formula(start):
    assert csv_cell(f"{start}1+1")[0] == "'"


def test_a_cell_is_one_short_line():
    assert csv_cell("a\nb") == "a b"
    assert len(one_line("x" * 10_000)) == 300


def test_backticks_are_shown_as_code_and_the_rest_is_escaped():
    assert in_html("`a<b` & c") == "<code>a&lt;b</code> &amp; c"


def test_the_beginning_of_a_text_and_what_is_left_out():
    assert capped("ab\ncd\nef", 100, 2) == ("ab\ncd", 3)
    assert capped("abcdef", 4, 9) == ("abcd", 2)
    assert feedback.number(1.50) == "1.5"
    assert feedback.number(10) == "10"
