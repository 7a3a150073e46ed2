"""A page is cut into prose, formulas, code and links, and its numbers are those a reader sees."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tempkit.course import notes


def values(text: str) -> list[str]:
    return [str(number.value) for number in notes.numbers(text)]


def kinds(text: str) -> list[str]:
    return [piece.kind for piece in notes.pieces(text)]


def test_pieces_leave_nothing_out():
    text = "a `b` $c$ [d](e.md) ![f](g.svg)\n\n```\nh\n```\n"
    covered = [(piece.start, piece.end) for piece in notes.pieces(text) if piece.kind != "label"]
    assert covered[0][0] == 0
    assert covered[-1][1] == len(text)


def test_dollars_in_code_open_no_formula():
    assert kinds("`$x` and `$y`") == ["code", "prose", "code"]


def test_brackets_in_a_formula_make_no_link():
    assert kinds("$[a](b)$") == ["formula"]


def test_formula_ends_with_its_paragraph():
    assert "formula" not in kinds("costs $5\n\nand $6")


def test_sections_begin_at_their_markers():
    text = '# T\n\n<a id="one"></a>\n\n## One\n\n<a id="two"></a>\n\n## Two\n'
    assert [(section.id, section.line) for section in notes.sections(text)] == [
        ("top", 1),
        ("one", 3),
        ("two", 7),
    ]


def test_tags_know_their_test_file():
    (tag,) = notes.tags("x <sup>[C00.1](../t.py)</sup>")
    assert (tag.id, tag.target) == ("C00.1", "../t.py")


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("0.81 of 1.5", ["0.81", "1.5"]),
        ("| 0.7 | -0.8 |", ["0.7", "-0.8"]),
        ("−0.25", ["-0.25"]),
        ("$\\approx-0.57$", ["-0.57"]),
        ("1e-4", ["0.0001"]),
        ("$2.5 \\cdot 10^{-4}$", ["0.00025"]),
        ("$3\\times10^{-2}$", ["0.03"]),
        ("3·10⁻²", ["0.03"]),
        ("$0.5x$", ["0.5"]),
        ("12.5%", ["12.5"]),
        ("1,234.5 of 10,000", ["1234.5", "10000"]),
        ("`softmax(z, 0.5)`", ["0.5"]),
        ("```\n[0.25, 0.75]\n```\n", ["0.25", "0.75"]),
    ],
)
def test_number_is_read_in_every_form(text, printed):
    assert values(text) == printed


@pytest.mark.parametrize("text", ["1.2 - 0.5", "1.2-0.5", "$x-0.5$", "0.1–0.5"])
def test_difference_is_no_negative_number(text):
    assert values(text)[-1] == "0.5"


@pytest.mark.parametrize(
    "text",
    [
        "C00.3",
        "[section 2.1](x.md)",
        "[x](http://a.b/1.2)",
        "![a bar at 0.9](figures/0.1.svg)",
        '<a id="s-1.2"></a>',
        "`torch 2.6`",
        "`torch>=2.6`",
        "Python 3.11",
        "version 1.2.3",
        "arXiv:1503.02531",
        "doi 10.1234/abc.5",
        "float16",
        "the 2nd",
        "la 2.ª",
        "1. first",
        "## 2. Heading",
    ],
)
def test_name_is_no_number(text):
    assert values(text) == []


def test_last_digit_carries_its_weight():
    (number,) = notes.numbers("$2.5 \\cdot 10^{-4}$")
    assert number.unit == Decimal("0.00001")


def test_power_of_ten_is_no_plain_integer():
    (number,) = notes.numbers("2e-3")
    assert not number.whole


def test_words_leave_out_code_formulas_and_targets():
    assert notes.words("Say `a` to $b$, [see\nthis](c.md).") == "Say to , see this ."


def test_the_number_of_a_note_in_its_title_is_no_number_of_its_text():
    assert notes.numbers("# 10 · Audit\n\nTen of 11.") == notes.numbers("Ten of 11.")
