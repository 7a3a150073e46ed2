"""Is the language still sound? Run this after a change of the lexicon or the rules.

Every property holds for the language as it is and with a verb added in one line.
"""

import math
from collections import deque

import pytest
import torch

from tempkit.verbs.lexicon import LEXICON
from tempkit.verbs.rules import START, Grammar
from tempkit.verbs.text import END, SPECIAL, TAGS


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_the_choices_of_every_rule_sum_to_1():
    rules = Grammar(LEXICON)
    seen, waiting = set(), deque(START)
    while waiting:
        symbol = waiting.popleft()
        choices = rules.expand(symbol)
        assert math.fsum(p for p, _ in choices) == pytest.approx(1, abs=1e-12), symbol
        assert all(p > 0 for p, _ in choices), symbol
        new = {s for _, symbols in choices for s in symbols if isinstance(s, tuple)} - seen
        seen |= new
        waiting.extend(new)


def test_the_next_word_probabilities_of_every_state_sum_to_1(any_language):
    sums = any_language.probability.sum(-1)
    final = int(sums.argmin())
    assert sums[final] == 0
    others = torch.cat([sums[:final], sums[final + 1 :]])
    assert torch.allclose(others, torch.ones_like(others), rtol=0, atol=1e-12)


def test_a_word_leads_somewhere_exactly_where_it_is_possible(any_language):
    assert torch.equal(any_language.probability > 0, any_language.successor >= 0)


def test_every_state_is_reached(any_language):
    reached, frontier = set(), {0}
    while frontier:
        reached |= frontier
        frontier = {n for s in frontier for n in any_language.steps[s].values()} - reached
    assert len(reached) == any_language.states


def test_every_path_ends(any_language):
    """From every state the end of the document can be reached."""
    ends = {s for s, row in enumerate(any_language.steps) if not row}
    assert len(ends) == 1
    while True:
        more = {s for s, row in enumerate(any_language.steps) if ends & set(row.values())}
        if more <= ends:
            break
        ends |= more
    assert len(ends) == any_language.states


def test_within_a_sentence_no_state_comes_twice(any_language):
    """So that a sentence has a longest length, and the sums over sentences are finite."""
    between = {any_language.between(lang) for lang in TAGS}
    frontier = {any_language.start(lang) for lang in TAGS}
    for _ in range(20):
        frontier = {n for s in frontier for n in any_language.steps[s].values()} - between
    assert frontier == set()


def test_every_sampled_document_is_grammatical(any_language):
    documents = any_language.sample(2000, generator=seeded())
    assert all(any_language.parse(document) for document in documents)


def test_every_document_closes_with_its_end(any_language):
    documents = any_language.sample(300, generator=seeded(1))
    end = any_language.id(END)
    assert all(document.index(end) == len(document) - 1 for document in documents)


def test_every_word_of_the_vocabulary_can_be_said(any_language):
    sayable = {word for row in any_language.steps for word in row}
    assert sayable | {"<pad>", "<s>", "<unk>"} == set(any_language.vocabulary)


def test_the_special_tokens_come_first(any_language):
    assert any_language.vocabulary[: len(SPECIAL)] == SPECIAL


def test_an_added_verb_is_conjugated_and_takes_its_objects(longer):
    for sentence in (
        "she plays music today.",
        "yo toqué música ayer.",
        "¿mi profesora toca música?",
        "we will play music soon.",
    ):
        assert longer.parse(sentence).grammatical, sentence
    assert longer.parse("she play music.").broken == "subject-verb"
    assert longer.parse("she plays bread.").broken == "verb-object"


def test_the_language_has_the_size_that_the_notes_give(language):
    assert len(language.vocabulary) == 350
    assert language.states == 345


@pytest.mark.parametrize(
    "sentence",
    [
        "the friend of my teachers works at home today.",
        "did the cats of the girl sleep?",
        "they do not run in the park.",
        "I read books yesterday.",
        "I read books today.",
        "nosotros cantamos ayer.",
        "nosotros cantamos hoy.",
        "el perro del hermano va a dormir en la ciudad mañana.",
        "¿la profesora de mis amigos escribió cartas antes?",
        "no leí libros.",
    ],
)
def test_sentences_that_belong_to_the_language(language, sentence):
    assert language.parse(sentence).grammatical
