"""The glossary gate finds a term said otherwise, and lets good Spanish pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from tempkit.course import chapters, glossary
from tempkit.course.glossary import Term
from tempkit.course.translations import Unit

TERMS = [
    Term("sampling", "muestreo", never={"sampleo": "muestreo", "sampling": "muestreo"}),
    Term("entropy", "entropía"),
    Term("half precision", "media precisión"),
    Term("renormalise", "renormalizar"),
    Term("tie", "empate", also=("desempatar",)),
    Term("softmax", "softmax", never={"la softmax": "masculine: el softmax"}),
    Term("check", "comprobación", loose=True, never={"chequear": "comprobar"}),
]


def broken(en: str, es: str, kind: str = "note", name: str = "theory/00#one") -> list[str]:
    return list(glossary.check(Unit(name, kind, {"en": en, "es": es}), TERMS))


@pytest.mark.parametrize(
    ("en", "es"),
    [
        ("The entropy falls.", "El desorden baja."),
        ("Entropies fall.", "Los desórdenes bajan."),
        ("In half precision.", "En precisión reducida."),
        ("Renormalising helps.", "Escalar ayuda."),
        ("Two ties.", "Dos iguales."),
    ],
)
def test_term_said_otherwise_is_found(en, es):
    (line,) = broken(en, es)
    assert "has none of" in line


@pytest.mark.parametrize(
    ("en", "es"),
    [
        ("The entropy falls.", "Las ENTROPÍAS bajan."),
        ("In half\nprecision.", "En media\nprecisión."),
        ("They renormalised.", "Renormalizando."),
        ("Two ties.", "Al desempatar."),
        ("Check it.", "Verifica."),
        ("`entropy` and $entropy$", "nada"),
        ("Untied.", "Suelto."),
    ],
)
def test_good_spanish_passes(en, es):
    assert broken(en, es) == []


def test_forbidden_form_is_found_with_its_reason():
    assert broken("It.", "El sampleo.") == [
        "theory/00#one: the Spanish text says 'sampleo': muestreo"
    ]


def test_forbidden_article_is_found():
    assert "masculine" in broken("The softmax.", "La softmax.")[0]


def test_forbidden_form_of_a_loose_term_is_found():
    assert "comprobar" in broken("It.", "Hay que chequear.")[0]


def test_foreign_word_in_italics_is_a_quotation():
    assert broken("It.", "El muestreo (*sampling*).") == []


def test_forbidden_form_in_a_comment_of_a_cell_is_found():
    assert broken("x = 1  # draw", "x = 1  # sampleo", "code")


def test_identifier_in_a_cell_is_no_word():
    assert broken("sampling = 1  # a", "sampling = 1  # b", "code") == []


def test_forbidden_form_in_a_message_is_found():
    assert broken("{entropy} it", "{entropy} sampleo", "message")


def test_placeholder_is_no_word():
    assert broken("{entropy} it", "{entropy} eso", "message") == []


def test_abstract_in_the_other_language_is_left_alone():
    abstract = '<div lang="en">\n\n**In short**: sampling.\n\n</div>\n'
    assert broken("It.", "Eso.\n\n" + abstract) == []


def test_titles_of_references_are_left_alone():
    assert broken("Entropy.", "Sampling.", name="theory/00#references") == []


def test_glossary_refuses_a_term_twice(tmp_path: Path):
    (tmp_path / "docs").mkdir()
    entry = '[[term]]\nen = "tie"\nes = "empate"\n'
    (tmp_path / glossary.GLOSSARY).write_text(entry * 2, "utf-8")
    with pytest.raises(ValueError, match="has 'tie' twice"):
        glossary.read(tmp_path)


def test_the_course_keeps_its_glossary():
    assert glossary.problems(chapters.root()) == []
