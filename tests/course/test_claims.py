"""The claim index finds each way in which notes and tests can come apart."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tempkit.course import claims
from tempkit.course.claims import Claim, NumbersDiffer

FILE = "../../tests/claims/test_00_one.py"
TAG = f"<sup>[C00.1]({FILE})</sup>"
TEXT = f'# T\n\n<a id="one"></a>\n\n## One\n\nIt is 0.81. {TAG}\n'
PROOF = '@pytest.mark.claim("C00.1")\ndef test_one(claim):\n    claim.shows(0.8104)\n'


@pytest.fixture
def course(tmp_path: Path):
    """Write a course of one note and its tests, and return its problems as one text."""

    def write(en: str = TEXT, es: str | None = TEXT, tests: str = PROOF) -> str:
        for lang, text in (("en", en), ("es", es)):
            if text is not None:
                note = tmp_path / "theory" / lang / "00-one.md"
                note.parent.mkdir(parents=True)
                note.write_text(text, "utf-8")
        path = tmp_path / "tests" / "claims" / "test_00_one.py"
        path.parent.mkdir(parents=True)
        path.write_text(tests, "utf-8")
        return "\n".join(claims.problems(tmp_path))

    return write


def test_sound_course_has_no_problem(course):
    assert course() == ""


def test_claim_without_a_test_is_found(course):
    assert "C00.1: no test is marked" in course(tests="def test_one(): pass\n")


def test_test_without_a_claim_is_found(course):
    extra = PROOF + '@pytest.mark.claim("C00.2")\ndef test_two(): pass\n'
    assert "test_two: no note makes the claim 'C00.2'" in course(tests=extra)


def test_mark_of_a_parameter_counts(course):
    mark = 'pytest.param(1, marks=pytest.mark.claim("C00.2"))'
    extra = PROOF + f'@pytest.mark.parametrize("x", [{mark}])\ndef test_two(x): pass\n'
    assert "no note makes the claim 'C00.2'" in course(tests=extra)


def test_claim_in_one_language_only_is_found(course):
    untagged = TEXT.replace(TAG, "").replace("0.81", "so")
    assert "the languages make different claims" in course(es=untagged)


def test_missing_note_is_found(course):
    assert "theory/es/00-one.md: the note is missing" in course(es=None)


def test_claims_out_of_order_are_found(course):
    wrong = TEXT.replace("C00.1", "C00.2")
    found = course(en=wrong, es=wrong, tests=PROOF.replace("C00.1", "C00.2"))
    assert "C00.2 stands where C00.1 should" in found


def test_claim_of_another_chapter_is_found(course):
    wrong = TEXT.replace("C00.1", "C01.1")
    assert "C01.1 stands where C00.1 should" in course(en=wrong, es=wrong)


def test_claim_made_twice_is_found(course):
    twice = TEXT + f"\nAgain. {TAG}\n"
    assert "C00.1 stands where C00.2 should" in course(en=twice, es=twice)


def test_link_to_no_file_is_found(course):
    wrong = TEXT.replace("test_00_one", "test_00_two")
    assert "test_00_two.py, which does not exist" in course(en=wrong, es=wrong)


def test_link_to_a_file_without_the_test_is_found(course, tmp_path):
    (tmp_path / "elsewhere.py").write_text("")
    wrong = TEXT.replace(FILE, "../../elsewhere.py")
    assert "which holds no test of it" in course(en=wrong, es=wrong)


def test_decimal_after_the_last_tag_is_found(course):
    loose = TEXT + "\nAnd 0.19 is left.\n"
    assert "theory/en/00-one.md:9: 0.19 (section one) stands outside" in course(en=loose, es=loose)


def test_decimal_in_the_abstract_is_found(course):
    loose = TEXT.replace("# T\n", "# T\n\n**In short**: 0.19.\n")
    assert "0.19 (section top) stands outside" in course(en=loose, es=loose)


def test_small_integer_outside_a_claim_is_free(course):
    free = TEXT + "\nAnd 5 words are left.\n"
    assert course(en=free, es=free) == ""


@pytest.mark.parametrize("printed", ["4488", "-64", "$10^{-14}$"])
def test_large_integer_or_power_of_ten_outside_a_claim_is_found(course, printed):
    loose = TEXT + f"\nAnd {printed} is left.\n"
    assert "(section one) stands outside" in course(en=loose, es=loose)


@pytest.mark.parametrize(
    "free", ["(Jaynes, 1957)", "(1985)", "(Sutton, 1998, chapter 2)", "[issue 81](http://a.b)"]
)
def test_year_of_a_citation_and_label_of_a_link_are_free(course, free):
    text = TEXT + f"\nAs said {free}.\n"
    assert course(en=text, es=text) == ""


def test_references_have_volumes_and_pages(course):
    text = TEXT + '\n<a id="references"></a>\n\n## References\n\n- Journal 27, 379.\n'
    assert course(en=text, es=text) == ""


def test_section_end_closes_no_claim(course):
    text = TEXT.replace(TAG, "").replace("0.81", "so")
    text = text.replace("## One", "## One\n\nIt is 0.81.") + f'\n<a id="two"></a>\n\n0.81 {TAG}\n'
    assert "0.81 (section one) stands outside" in course(en=text, es=text)


def test_decimals_that_no_test_accounts_for_are_found(course):
    silent = '@pytest.mark.claim("C00.1")\ndef test_one(): assert 1\n'
    assert "no test of it calls claim.shows" in course(tests=silent)


def test_table_that_no_test_accounts_for_is_found(course):
    text = TEXT.replace("It is", "| a |\n|---|\n| 3 |\n\nIt is")
    assert "a table of numbers, and no test of it calls claim.table" in course(en=text, es=text)


def test_claim_without_numbers_needs_no_shows(course):
    text = TEXT.replace("0.81", "so")
    silent = '@pytest.mark.claim("C00.1")\ndef test_one(): assert 1\n'
    assert course(en=text, es=text, tests=silent) == ""


def test_unknown_claim_lists_those_there_are(course, tmp_path):
    course()
    with pytest.raises(ValueError, match=r"no note makes the claim 'C00.9': the claims are C00.1"):
        claims.resolve(tmp_path, "C00.9")


def claim(text: str, es: str | None = None) -> Claim:
    return Claim("C00.1", {"en": text, "es": text if es is None else es})


def test_number_may_be_printed_to_any_digit():
    claim("0.8, 0.81 and 0.810").shows([0.8104] * 3)


def test_wrong_last_digit_is_found():
    with pytest.raises(NumbersDiffer, match=r"en: the text prints 0\.82 where 0\.8104 is due"):
        claim("0.82").shows(0.8104)


def test_wrong_sign_is_found():
    with pytest.raises(NumbersDiffer, match=r"prints -0\.81"):
        claim("-0.81").shows(0.8104)


def test_wrong_power_of_ten_is_found():
    with pytest.raises(NumbersDiffer):
        claim("$2.5 \\cdot 10^{-4}$").shows(2.5e-3)


def test_power_of_ten_alone_is_one_number():
    claim("less than $10^{-14}$").shows(1e-14)
    with pytest.raises(NumbersDiffer):
        claim("less than $10^{-19}$").shows(1e-14)


def test_number_in_one_language_only_is_found():
    with pytest.raises(NumbersDiffer, match=r"es: the text prints 0\.19 and no value is left"):
        claim("0.81", "0.81, 0.19").shows(0.8104)


def test_value_that_is_not_printed_is_found():
    with pytest.raises(NumbersDiffer, match=r"the value 0\.3 is printed nowhere"):
        claim("0.81").shows(0.8104, 0.3)


def test_numbers_in_another_order_are_found():
    with pytest.raises(NumbersDiffer, match=r"prints 0\.19 where 0\.81 is due"):
        claim("0.19 and 0.81").shows(0.81, 0.19)


def test_number_printed_twice_is_given_twice():
    claim("0.81, once more 0.81").shows(0.81, 0.81)
    with pytest.raises(NumbersDiffer, match="no value is left"):
        claim("0.81, once more 0.81").shows(0.81)


def test_wrong_large_integer_is_found():
    with pytest.raises(NumbersDiffer, match="prints 4588 where 4488"):
        claim("4588 times").shows(4488.2)


def test_small_integer_may_show_a_value_and_need_not():
    claim("0.81 of 5, and 7").shows(0.8104, 5)
    claim("0.81 of 5, and 7").shows(0.8104, 7)
    claim("1 and 1.0").shows(1)


@pytest.mark.parametrize("year", ["(Jaynes, 1957)", "(1985)", "(Sutton, 1998, capítulo 2)"])
def test_year_of_a_citation_is_no_number(year):
    claim(f"0.81 {year}").shows(0.8104)


TABLE = """
| form | $T = 0.5$ | right? |
|---|---|---|
| `p / T` | 0.810 | no |
| float16 | 24 | {yes} |

The first is 0.81.
"""
HEADER = [None, 0.5, None]
ROWS = [["p / T", 0.8104, "no"], ["float16", 24, {"en": "yes", "es": "sí"}]]


def table(old: str = "", new: str = "") -> Claim:
    texts = [TABLE.format(yes=yes).replace(old, new) for yes in ("yes", "sí")]
    return claim(*texts)


def test_table_says_its_rows_and_the_text_the_rest():
    table().table([HEADER, *ROWS])
    table().shows(0.81)


@pytest.mark.parametrize(
    ("old", "new"),
    [("0.810", "0.811"), ("24", "25"), ("0.5", "0.7"), ("p / T", "p * T"), ("| no", "| yes")],
)
def test_wrong_cell_is_found(old, new):
    with pytest.raises(NumbersDiffer, match="of the table says"):
        table(old, new).table([HEADER, *ROWS])


def test_rows_in_another_order_are_found():
    with pytest.raises(NumbersDiffer, match="row 1 of the table says"):
        table().table([HEADER, *reversed(ROWS)])


def test_missing_row_is_found():
    with pytest.raises(NumbersDiffer, match=r"rows of .* cells"):
        table().table([HEADER, ROWS[0]])


def test_number_in_a_cell_of_words_is_found():
    with pytest.raises(NumbersDiffer, match="of the table says"):
        table().table([HEADER, ["p / T", None, "no"], ROWS[1]])


def test_tie_may_round_either_way():
    claim("0.12 or 0.13").shows(0.125, 0.125)


def test_tensor_and_nested_lists_are_read():
    claim("0.25 0.75 0.50").shows(torch.tensor([0.25, 0.75]), [[0.5]])


def test_nan_is_refused_by_name():
    with pytest.raises(ValueError, match=r"got nan: give it finite numbers only"):
        claim("0.5").shows(float("nan"))


@pytest.mark.parametrize(
    "test",
    [
        "@pytest.mark.claim('C00.1')\ndef tst_it(claim): claim.shows(0.5)",
        "@pytest.mark.xfail\n@pytest.mark.claim('C00.1')\ndef test_it(claim): claim.shows(0.5)",
        "@pytest.mark.cuda\n@pytest.mark.claim('C00.1')\ndef test_it(claim): claim.shows(0.5)",
    ],
    ids=["never collected", "may fail", "runs nowhere in CI"],
)
def test_a_test_that_cannot_fail_proves_nothing(tmp_path, test: str) -> None:
    folder = tmp_path / "tests" / "claims"
    folder.mkdir(parents=True)
    (folder / "test_00_x.py").write_text(f"import pytest\n{test}\n", encoding="utf-8")
    assert claims.proofs(tmp_path) == []
