"""tempkit.verbs.corpora: the text that a model was trained on can be had again."""

import pytest

from tempkit.verbs import corpus


def test_a_corpus_has_the_tokens_asked_for_and_ends_with_a_whole_document():
    text = corpus(5000, seed=3)
    assert text.tokens >= 5000
    assert text.tokens - len(text.documents[-1]) - 1 < 5000
    assert len(text.stream()) == text.tokens


def test_every_document_of_the_stream_begins_with_its_token():
    text = corpus(5000, seed=3)
    stream = text.stream().tolist()
    assert stream.count(1) == stream.count(2) == len(text.documents)
    assert stream[0] == 1
    assert stream[-1] == 2


def test_a_longer_corpus_begins_with_the_same_documents():
    short, long = corpus(2000, seed=3), corpus(5000, seed=3)
    assert long.documents[: len(short.documents)] == short.documents


def test_another_seed_is_another_text():
    assert corpus(2000, seed=3).documents[0] != corpus(2000, seed=4).documents[0]


def test_its_sentences_are_grammatical(language):
    assert all(language.parse(" ".join(sentence)) for sentence in corpus(5000, seed=3).sentences)


def test_its_texts_read_as_text(language):
    text = corpus(2000, seed=3)
    assert text.texts()[0].startswith(("<en> ", "<es> "))
    assert all(language.parse(written) for written in text.texts())


def test_no_tokens_are_refused():
    with pytest.raises(ValueError, match="tokens must be at least 1, not 0"):
        corpus(0)
