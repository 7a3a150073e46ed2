"""tempkit.verbs.lexicon: one line a word, and Spanish spelled right."""

import pytest

from tempkit.verbs.lexicon import LEXICON, PERSONS, VERBS, Lexicon, Noun, Verb


def forms(verb: Verb, tense: str) -> str:
    return " ".join(verb.in_spanish(tense, person) for person in PERSONS)


@pytest.mark.parametrize(
    ("infinitive", "present", "past"),
    [
        (
            "cantar",
            "canto cantas canta cantamos cantan",
            "canté cantaste cantó cantamos cantaron",
        ),
        ("beber", "bebo bebes bebe bebemos beben", "bebí bebiste bebió bebimos bebieron"),
        (
            "escribir",
            "escribo escribes escribe escribimos escriben",
            "escribí escribiste escribió escribimos escribieron",
        ),
        ("leer", "leo lees lee leemos leen", "leí leíste leyó leímos leyeron"),
        ("tocar", "toco tocas toca tocamos tocan", "toqué tocaste tocó tocamos tocaron"),
        ("pagar", "pago pagas paga pagamos pagan", "pagué pagaste pagó pagamos pagaron"),
        ("cazar", "cazo cazas caza cazamos cazan", "cacé cazaste cazó cazamos cazaron"),
    ],
)
def test_a_regular_verb_needs_its_infinitive_alone(infinitive, present, past):
    verb = Verb("a b c", infinitive)
    assert forms(verb, "present") == present
    assert forms(verb, "past") == past


def test_an_irregular_verb_gives_its_own_forms():
    sleep = next(verb for verb in VERBS if verb.spanish == "dormir")
    assert forms(sleep, "present") == "duermo duermes duerme dormimos duermen"
    assert forms(sleep, "past") == "dormí dormiste durmió dormimos durmieron"


def test_english_forms_are_as_written():
    verb = Verb("eat eats ate", "comer")
    assert [verb.in_english(form) for form in ("plain", "3s", "past")] == ["eat", "eats", "ate"]


def test_a_noun_has_two_numbers_in_each_language():
    noun = Noun("cat cats", "gato gatos", "m")
    assert [noun.form(lang, n) for lang in ("en", "es") for n in "sp"] == [
        "cat",
        "cats",
        "gato",
        "gatos",
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (("go goes", "ir"), "'go goes' needs three English forms"),
        (("go goes went", "vamos"), "'vamos' must end in -ar, -er or -ir"),
        (("go goes went", "ir", "", "voy vas va"), "'voy vas va' of 'ir' must hold five forms"),
    ],
)
def test_a_line_that_lacks_something_says_what(line, said):
    with pytest.raises(ValueError, match=said):
        Verb(*line)


def test_an_object_without_a_spanish_word_is_named():
    with pytest.raises(ValueError, match="'cheese' of 'eat' has no Spanish word: add it to OBJ"):
        Lexicon(verbs=(Verb("eat eats ate", "comer", "cheese"),))


def test_no_verb_is_listed_twice():
    assert len({verb.spanish for verb in LEXICON.verbs}) == len(LEXICON.verbs)
    assert len({verb.english for verb in LEXICON.verbs}) == len(LEXICON.verbs)
