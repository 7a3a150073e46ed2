"""tempkit.verbs.parser: right or wrong, where, and which rule."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tempkit.verbs import AGREEMENTS, RULES, grammar
from tempkit.verbs.parser import Parse
from tempkit.verbs.text import split

VOCABULARY = grammar().vocabulary
DOCUMENTS = grammar().sample(200, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(
    ("text", "rule", "word"),
    [
        ("she work.", "subject-verb", "work"),
        ("they works.", "subject-verb", "works"),
        ("the friend of my teachers work.", "subject-verb", "work"),
        ("she do not work.", "subject-verb", "do"),
        ("do she work?", "subject-verb", "she"),
        ("do the teacher work?", "subject-verb", "teacher"),
        ("ella canto.", "subject-verb", "canto"),
        ("yo vas a cantar.", "subject-verb", "vas"),
        ("la niña de los gatos cantan.", "subject-verb", "cantan"),
        ("la gato canta.", "article-noun", "gato"),
        ("mi amigos cantan.", "article-noun", "amigos"),
        ("canto en la parque.", "article-noun", "parque"),
        ("la niña del amigos canta.", "article-noun", "amigos"),
        ("I worked tomorrow.", "tense-time", "tomorrow"),
        ("she works yesterday.", "tense-time", "yesterday"),
        ("yo canto ayer.", "tense-time", "ayer"),
        ("does she works?", "verb-form", "works"),
        ("I will worked.", "verb-form", "worked"),
        ("she does not sang.", "verb-form", "sang"),
        ("yo voy a canto.", "verb-form", "canto"),
        ("yo cantar.", "verb-form", "cantar"),
        ("she drinks books.", "verb-object", "books"),
        ("she sings bread.", "verb-object", "bread"),
        ("el amigo de el gato canta.", "contraction", "el"),
        ("does she work.", "end-mark", "."),
        ("she works?", "end-mark", "?"),
        ("¿ella canta.", "end-mark", "."),
        ("she bread eats.", "word-order", "bread"),
        ("she works <en>.", "word-order", "<en>"),
        ("will she work?", "word-order", "will"),
        ("she canta.", "language", "canta"),
        ("<en> ella canta.", "language", "ella"),
        ("she works hard.", "unknown", "hard"),
    ],
)
def test_a_broken_rule_is_named_with_its_word(text, rule, word):
    found = grammar().parse(text)
    assert not found
    assert found.broken == rule
    assert split(text)[found.position] == word


@pytest.mark.parametrize("text", ["", "the teacher", "<en>", "<s>", "I work. she"])
def test_a_text_that_stops_early_is_unfinished(text):
    assert grammar().parse(text) == Parse(False, "unfinished", len(split(text)))


def test_an_end_of_document_within_a_sentence_leaves_it_unfinished():
    assert grammar().parse("she </s>") == Parse(False, "unfinished", 1)


def test_nothing_but_padding_follows_the_end_of_a_document():
    assert grammar().parse("<s> <en> I work. </s> <pad> <pad>")
    assert grammar().parse("<en> I work. </s> she") == Parse(False, "word-order", 5)


def test_without_a_tag_each_sentence_may_be_of_either_language():
    assert grammar().parse("I work. ella canta.")
    assert grammar().parse("<en> I work. ella canta.").broken == "language"


def test_ids_are_parsed_like_their_text():
    language = grammar()
    assert language.parse(language.ids("she work.")) == language.parse("she work.")


def test_marks_may_touch_their_words():
    assert grammar().parse("¿ella canta?") == grammar().parse("¿ ella canta ?") == Parse(True)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(VOCABULARY[4:]), max_size=8))
def test_a_tagged_text_parses_exactly_when_it_has_a_probability(words):
    """The parser and the probabilities are one language."""
    text = " ".join(["<en>", *words])
    possible = grammar().log_probability(text) > -math.inf
    found = grammar().parse(text)
    assert possible == (found.grammatical or found == Parse(False, "unfinished", len(words) + 1))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(DOCUMENTS), st.sampled_from(VOCABULARY[6:]), st.integers(1, 12))
def test_a_changed_word_leaves_a_possible_text_or_a_broken_rule(document, word, position):
    language = grammar()
    ids = list(document)
    ids[min(position, len(ids) - 2)] = language.id(word)
    found = language.parse(ids)
    assert found.grammatical == (language.log_probability(ids) > -math.inf)
    assert found.grammatical or found.broken in RULES


def test_agreements_are_rules():
    assert set(AGREEMENTS) < set(RULES)
