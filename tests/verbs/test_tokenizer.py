"""tempkit.verbs.tokenizer: one token a word, text in and text out."""

import pytest
import torch

from tempkit.verbs.text import sentences, split, written
from tempkit.verbs.tokenizer import tokenizer_of


@pytest.fixture(scope="module")
def tokenizer(language):
    return tokenizer_of(language.vocabulary)


def test_the_id_of_a_word_is_its_place_in_the_vocabulary(tokenizer, language):
    ids = tokenizer.get_vocab()
    assert tuple(sorted(ids, key=ids.get)) == language.vocabulary


def test_every_text_begins_with_its_token(tokenizer, language):
    assert tokenizer("<en> I work.").input_ids == [1, *language.ids("<en> I work.")]


def test_marks_are_parted_and_joined(tokenizer):
    text = "<es> ¿ella canta? no comes pan."
    ids = tokenizer(text).input_ids
    assert tokenizer.decode(ids) == "<s> " + text
    assert tokenizer.decode(ids, skip_special_tokens=True) == "¿ella canta? no comes pan."
    assert tokenizer("<es> ¿ ella canta ? no comes pan .").input_ids == ids


def test_documents_come_back_as_they_were(tokenizer, language):
    for document in language.sample(50, generator=torch.Generator().manual_seed(0)):
        text = tokenizer.decode(document, skip_special_tokens=True)
        assert tokenizer(text).input_ids[1:] == document[1:-1]
        assert tokenizer.decode(document[:-1]) == language.text(document)


def test_an_unknown_word_is_unknown(tokenizer):
    assert tokenizer("xylophone").input_ids == [1, 3]


def test_short_prompts_are_padded_on_the_left(tokenizer):
    batch = tokenizer(["<en> I", "<es>"], padding=True)
    assert batch.input_ids == [[1, 4, tokenizer.get_vocab()["I"]], [0, 1, 5]]
    assert batch.attention_mask == [[1, 1, 1], [0, 1, 1]]


def test_split_and_written_are_inverse():
    text = "¿ella canta? I work."
    assert split(text) == ["¿", "ella", "canta", "?", "I", "work", "."]
    assert written(split(text)) == text


def test_sentences_leave_out_what_was_cut_short():
    words = split("<s> <en> I work. she sings? the teacher")
    assert sentences(words) == [("I", "work", "."), ("she", "sings", "?")]


def test_a_tag_within_a_sentence_stays_as_a_mistake():
    assert sentences(split("<en> I <es> work.")) == [("I", "<es>", "work", ".")]
