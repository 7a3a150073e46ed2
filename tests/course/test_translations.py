"""The translation gate finds each way in which the two languages can fall out of step."""

from __future__ import annotations

from pathlib import Path

import pytest

from tempkit.course import chapters, translations
from tempkit.course.translations import Unit

NOTE = {
    "en": '# T\n\n<a id="one"></a>\n\n## One\n\nThe value $x_1$ is 0.81.\n\n'
    '<a id="two"></a>\n\n## Two\n\nMore.\n',
    "es": '# T\n\n<a id="one"></a>\n\n## Uno\n\nEl valor $x_1$ es 0.81.\n\n'
    '<a id="two"></a>\n\n## Dos\n\nMás.\n',
}
LAB = """# %% [markdown] name="task" lang="en"
# Compute it.
# %% [markdown] name="task" lang="es"
# Calcúlalo.
# %% name="answer"
# en: # first step
# es: # primer paso
x = 1
# %% name="same"
y = 2
"""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A small course in two languages, reviewed."""
    for lang in ("en", "es"):
        write(tmp_path / "theory" / lang / "00-one.md", NOTE[lang])
    write(tmp_path / "solutions" / "00-one.py", LAB)
    write(tmp_path / "tempkit/lab/words/en/sums.toml", '[sum]\nwrong = "it sums to {total}"\n')
    write(tmp_path / "tempkit/lab/words/es/sums.toml", '[sum]\nwrong = "suma {total}"\n')
    write(tmp_path / "README.md", "# tempkit\n\nOne.\n\n## Start\n\nTwo.\n")
    write(tmp_path / "README.es.md", "# tempkit\n\nUno.\n\n## Empieza\n\nDos.\n")
    write(tmp_path / "docs/guide.md", "# Guide\n\nRun `do --fast FILE` 12 times.\n")
    write(tmp_path / "docs/guide.es.md", "# Guía\n\nEjecuta `do --fast ARCHIVO` 12 veces.\n")
    write(tmp_path / "docs/for-developers.md", "# In one language\n")
    translations.record(tmp_path)
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def found(root: Path) -> list[tuple[str, str]]:
    return [(finding.unit, finding.kind) for finding in translations.status(root)]


def test_reviewed_course_is_in_step(course):
    assert found(course) == []


def test_units_are_sections_cells_messages_and_readme_sections(course):
    assert [unit.id for unit in translations.units(course)] == [
        "theory/00-one#top",
        "theory/00-one#one",
        "theory/00-one#two",
        "solutions/00-one#task",
        "solutions/00-one#answer",
        "messages#sum.wrong",
        "README#00",
        "README#01",
        "docs/guide#00",
    ]


@pytest.mark.parametrize(
    ("old", "new"), [("12", "13"), ("--fast", "--slow"), ("# Guía", "## Guía")]
)
def test_guide_that_says_something_else_is_found(course, old, new):
    replace(course / "docs" / "guide.es.md", old, new)
    assert ("docs/guide#00", "parity") in found(course)


def test_comment_in_a_code_block_begins_no_readme_section(course):
    for name in ("README.md", "README.es.md"):
        replace(course / name, "# tempkit\n", "# tempkit\n\n```\n# run\n```\n")
    units = [unit.id for unit in translations.units(course) if unit.kind == "readme"]
    assert units == ["README#00", "README#01"]


def test_unreviewed_unit_is_new(course):
    (course / translations.LOCK).unlink()
    assert found(course)[0] == ("theory/00-one#top", "new")


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("theory/en/00-one.md", "More.", "Much more.", ("theory/00-one#two", "english changed")),
        ("theory/es/00-one.md", "Más.", "Y más.", ("theory/00-one#two", "spanish changed")),
        (
            "solutions/00-one.py",
            "# en: # first step",
            "# en: # step one",
            ("solutions/00-one#answer", "english changed"),
        ),
        ("solutions/00-one.py", "Calcúlalo", "Hazlo", ("solutions/00-one#task", "spanish changed")),
        ("tempkit/lab/words/es/sums.toml", "suma", "da", ("messages#sum.wrong", "spanish changed")),
        ("README.md", "Two.", "Second.", ("README#01", "english changed")),
    ],
)
def test_change_of_one_language_is_found(course, file, old, new, expected):
    replace(course / file, old, new)
    assert found(course) == [expected]


def test_change_of_both_languages_is_found(course):
    replace(course / "theory/en/00-one.md", "More.", "Much more.")
    replace(course / "theory/es/00-one.md", "Más.", "Y más.")
    assert found(course) == [("theory/00-one#two", "both changed")]


def test_change_of_shared_code_needs_no_new_review(course):
    replace(course / "solutions/00-one.py", "y = 2", "y = 3")
    assert found(course) == []


def test_section_in_one_language_only_is_missing(course):
    replace(course / "theory/es/00-one.md", '<a id="two"></a>\n\n## Dos\n\nMás.\n', "")
    assert ("theory/00-one#two", "missing") in found(course)


def test_message_in_one_language_only_is_missing(course):
    write(course / "tempkit/lab/words/es/sums.toml", "")
    assert ("messages#sum.wrong", "missing") in found(course)


def test_cell_in_one_language_only_is_missing(course):
    alone = LAB.replace('# %% [markdown] name="task" lang="es"\n# Calcúlalo.\n', "")
    write(course / "solutions/00-one.py", alone)
    assert ("solutions/00-one#task", "missing") in found(course)


def test_phrases_of_the_code_in_one_language_only_are_missing(course, monkeypatch):
    code = 'TITLE = {"en": "Bars", "es": "Barras"}\nOTHER = {"en": 1}\n'
    write(course / "tempkit/plots/title.py", code)
    assert found(course) == []
    monkeypatch.setattr(translations, "LANGUAGES", ("en", "es", "fr"))
    monkeypatch.setattr(translations, "NAMES", {"en": "English", "es": "Spanish", "fr": "French"})
    (finding,) = translations._phrases(course)
    assert finding.unit == "tempkit/plots/title.py:1"
    assert finding.message == "there is no French text"


def test_note_in_one_language_only_is_missing(course):
    (course / "theory/es/00-one.md").unlink()
    assert ("theory/00-one#top", "missing") in found(course)


def test_reviewed_unit_that_left_is_gone(course):
    for lang in ("en", "es"):
        (course / "theory" / lang / "00-one.md").unlink()
    assert ("theory/00-one#two", "gone") in found(course)


def test_sections_in_another_order_are_found(course):
    parts = NOTE["es"].split('<a id="')
    write(course / "theory/es/00-one.md", '<a id="'.join([parts[0], parts[2] + "\n", parts[1]]))
    assert ("theory/00-one", "parity") in found(course)


def differences(kind: str, en: str, es: str) -> str:
    unit = Unit("x", kind, {"en": en, "es": es})
    return "\n".join(finding.message for finding in translations.parity(unit))


@pytest.mark.parametrize(
    ("aspect", "en", "es"),
    [
        ("formulas", "See $a+b$.", "Mira $a-b$."),
        ("formulas", "See\n\n$$\na\n$$\n", "Mira\n\n$$\nb\n$$\n"),
        ("numbers", "It is 0.81.", "Es 0.82."),
        ("numbers", "It is 0.81.", "Es 0,81."),
        ("numbers", "In 4 of 5.", "En 4 de 6."),
        ("inline code", "Call `softmax`.", "Llama a `logsoftmax`."),
        ("code blocks", "So:\n\n```\na = 1\n```\n", "Así:\n\n```\na = 2\n```\n"),
        ("links", "[a](../en/00.md#one)", "[a](../es/00.md#two)"),
        ("links", "[a](../../theory/en/00.md#one)", "[a](../../theory/es/00.md#two)"),
        ("links", "![a](figures/a.svg)", "![a](figures/b.svg)"),
        ("claims", "A <sup>[C00.1](t.py)</sup>", "A <sup>[C00.2](t.py)</sup>"),
        ("headings", "## One", "### Uno"),
    ],
)
def test_page_parity_is_broken_by(aspect, en, es):
    assert f"{aspect} differ" in differences("markdown", en, es)


def test_difference_is_shown_with_its_language():
    message = differences("note", "0.81", "0.82")
    assert message == "numbers differ; only in English: '0.81'; only in Spanish: '0.82'"


@pytest.mark.parametrize(
    ("en", "es"),
    [
        ("$a \\text{ if } b$.", "$a\\text{ si }b.$"),
        ("1. Two words.", "- Dos palabras."),
        ("The 2nd.", "El 2.º"),
        ("The first four digits.", "Las primeras 4 cifras."),
        ("In 4 of 5.", "En cuatro de 5."),
        ("[a](../es/00-one.md#one)", "[a](../en/00-one.md#one)"),
        ("[b](README.es.md)", "[b](README.md)"),
        ("![a](docs/images/lab-en.png)", "![a](docs/images/lab-es.png)"),
        ("[c](#start)", "[c](#empieza)"),
        ("`start.py lab --lang en`", "`start.py lab --lang es`"),
        ("```python\na = 1  # one\n```\n", "```python\na = 1  # uno\n```\n"),
    ],
)
def test_page_parity_allows(en, es):
    assert differences("readme", en, es) == ""


@pytest.mark.parametrize(
    ("aspect", "en", "es"),
    [
        ("placeholders", "sums to {total}", "suma {suma}"),
        ("placeholders", "sums to {total:.2f}", "suma mal"),
        ("numbers", "at T = 2", "en T = 3"),
    ],
)
def test_message_parity_is_broken_by(aspect, en, es):
    assert f"{aspect} differ" in differences("message", en, es)


def test_message_parity_allows_another_order():
    assert differences("message", "{a} then {b}", "{b} tras {a}") == ""


@pytest.mark.parametrize(
    ("aspect", "en", "es"),
    [
        ("code", "x = 1", "x = 2"),
        ("exercise ids", 'check("entropies", f)', 'check("entropias", f)'),
    ],
)
def test_code_parity_is_broken_by(aspect, en, es):
    assert f"{aspect} differ" in differences("code", en, es)


def test_code_parity_allows_other_comments_and_strings():
    en = 'def f(x):\n    """Say it."""\n    # one\n    return f"sum {x}"\n'
    es = 'def f(x):\n    """Dilo.\n\n    Bien.\n    """\n    # uno\n    return f"suma {x}"\n'
    assert differences("code", en, es) == ""


def test_record_takes_the_units_that_begin_so(course):
    replace(course / "theory/en/00-one.md", "More.", "Much more.")
    replace(course / "README.md", "Two.", "Second.")
    assert translations.record(course, ["theory/00-one#two"]) == ["theory/00-one#two"]
    assert found(course) == [("README#01", "english changed")]


def test_record_of_everything_forgets_what_is_gone(course):
    for lang in ("en", "es"):
        (course / "theory" / lang / "00-one.md").unlink()
    translations.record(course)
    assert found(course) == []


def test_record_refuses_an_unknown_unit(course):
    with pytest.raises(ValueError, match="no unit begins with 'theory/77'"):
        translations.record(course, ["theory/77"])


def test_record_refuses_a_broken_pair(course):
    replace(course / "theory/es/00-one.md", "0.81", "0.82")
    with pytest.raises(ValueError, match=r"theory/00-one#one: numbers differ"):
        translations.record(course)


def test_lock_has_a_sorted_line_per_unit(course):
    lines = (course / translations.LOCK).read_text("utf-8").splitlines()[1:]
    assert lines == sorted(lines)
    assert len(lines) == len(translations.units(course))


def test_show_fails_when_something_is_stale(course, capsys):
    replace(course / "theory/en/00-one.md", "More.", "Much more.")
    assert translations.show(course) == 1
    assert "english changed" in capsys.readouterr().out


def test_show_passes_when_all_is_in_step(course, capsys):
    assert translations.show(course) == 0
    assert capsys.readouterr().out == "English and Spanish are in step.\n"


def test_the_course_is_in_step():
    assert translations.status(chapters.root()) == []
