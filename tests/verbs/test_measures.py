"""tempkit.verbs.measures and .estimate: rates with errors that can be trusted.

Where a test draws, its seed is fixed; with a fresh seed it would fail as often as it says.
"""

import math

import pytest
import torch

from tempkit.verbs import (
    Estimate,
    agreement_errors,
    corpus,
    distinct_n,
    grammatical_rate,
    novelty,
    repetition,
)
from tempkit.verbs.estimate import ratio

GOOD, BAD = "I work.", "she work."


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_the_grammatical_rate_is_the_share_of_sentences():
    found = grammatical_rate([f"<en> {GOOD} {BAD}", f"<es> {GOOD}", GOOD])
    assert found.value == 3 / 4
    assert found.n == 4


def test_a_sentence_that_was_cut_short_does_not_count():
    assert grammatical_rate([f"{GOOD} she work", BAD]).n == 2


def test_texts_may_be_ids(language):
    ids = [language.ids(f"<en> {text}") for text in (GOOD, BAD)]
    assert grammatical_rate(ids).value == grammatical_rate([torch.tensor(i) for i in ids]).value
    assert grammatical_rate(ids).value == 1 / 2


def test_the_true_process_is_grammatical_at_every_temperature(language):
    for temperature in (0.1, 1, 10):
        documents = language.sample(100, temperature=temperature, max_tokens=50, generator=seeded())
        assert grammatical_rate(documents).value == 1


def test_agreement_errors_count_agreements_alone():
    texts = [GOOD, BAD, "la gato canta.", "she bread eats."]
    assert agreement_errors(texts).value == 2 / 4
    assert agreement_errors(texts, "article-noun").value == 1 / 4
    assert agreement_errors(texts, "word-order").value == 1 / 4


def test_a_rule_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(ValueError, match=r"rule must be one of subject-verb, .*, not 'comma'"):
        agreement_errors([GOOD], "comma")


def test_novelty_is_over_grammatical_sentences():
    known = {("I", "work", ".")}
    found = novelty([f"{GOOD} she works. {BAD}", GOOD], known)
    assert (found.value, found.n) == (1 / 3, 3)


def test_novelty_takes_a_corpus():
    text = corpus(5000, seed=3)
    assert novelty(text.documents, text).value == 0
    assert 0 < novelty(corpus(5000, seed=4).documents, text).value < 1


def test_repetition_counts_sentences_that_were_just_said():
    found = repetition([f"{GOOD} {GOOD} {BAD} {GOOD}", f"{GOOD} {GOOD}", GOOD])
    assert (found.value, found.n) == (2 / 4, 4)


def test_distinct_n_counts_within_documents():
    found = distinct_n(["<en> I work.", "I work."], 2)
    assert (found.value, found.n) == (2 / 4, 4)


def test_distinct_n_of_the_first_tokens():
    assert distinct_n(["I work.", "she sings."], 1, tokens=4).value == 1
    assert distinct_n(["I work.", "she sings."], 1, tokens=4).n == 4


def test_distinct_n_needs_the_tokens_that_it_is_asked_to_compare():
    with pytest.raises(ValueError, match="tokens must be between 1 and the 3 of the texts, not 4"):
        distinct_n(["I work."], 2, tokens=4)


def test_n_of_zero_is_refused():
    with pytest.raises(ValueError, match="n must be at least 1, not 0"):
        distinct_n(["I work."], 0)


def test_one_text_alone_is_not_a_list_of_texts():
    with pytest.raises(TypeError, match="texts must be a list of texts"):
        grammatical_rate("I work.")


@pytest.mark.parametrize("measure", [grammatical_rate, agreement_errors, distinct_n])
def test_nothing_said_is_nothing_measured(measure):
    found = measure(["", "<en>"])
    assert math.isnan(found.value)
    assert found.n == 0


@pytest.mark.parametrize("measure", [grammatical_rate, distinct_n])
def test_one_document_says_nothing_about_the_next(measure):
    found = measure([f"{GOOD} {BAD} I sleep well."])
    assert 0 < found.value < 1
    assert math.isnan(found.standard_error)


def test_the_error_of_a_ratio_is_that_of_its_documents():
    """Three documents with 1 of 2, 2 of 2 and 0 of 4: by hand."""
    found = ratio([1, 2, 0], [2, 2, 4])
    rest = [1 - 2 * 3 / 8, 2 - 2 * 3 / 8, -4 * 3 / 8]
    assert found.value == 3 / 8
    assert found.standard_error == pytest.approx(math.sqrt(3 / 2 * sum(r**2 for r in rest)) / 8)


def test_the_error_of_a_mean_of_one_a_document_is_the_usual_one():
    values = torch.randn(50, generator=seeded(), dtype=torch.float64)
    found = ratio(values, torch.ones(50))
    assert found.standard_error == pytest.approx(float(values.std()) / math.sqrt(50))


def test_observations_of_one_document_are_not_independent():
    """Saying everything twice within the documents tells nothing new; twice the documents do."""
    once = ratio([1, 2, 0], [2, 2, 4]).standard_error
    assert ratio([2, 4, 0], [4, 4, 8]).standard_error == pytest.approx(once)
    twice = ratio([1, 2, 0] * 2, [2, 2, 4] * 2).standard_error
    assert twice == pytest.approx(once * math.sqrt((2 / 5) / (2 / 2)))


def test_the_jackknife_leaves_out_each_document_in_turn():
    texts = ["I work. she works.", "I sleep well today.", "she works. I work. I work."]
    left_out = [distinct_n(texts[:i] + texts[i + 1 :], 2).value for i in range(3)]
    mean = sum(left_out) / 3
    expected = math.sqrt(2 / 3 * sum((value - mean) ** 2 for value in left_out))
    assert distinct_n(texts, 2).standard_error == pytest.approx(expected)


@pytest.mark.slow
@pytest.mark.parametrize(
    "measure",
    [lambda texts: novelty(texts, corpus(20_000)), lambda texts: distinct_n(texts, 2)],
    ids=["novelty", "distinct-2"],
)
def test_the_error_is_the_scatter_of_repeated_measurements(language, measure):
    """200 measurements of 30 documents: the scatter is known to 5 %, so that a correct error lies
    within 20 % of it but for one run in ten thousand; the jackknife may be larger, by Efron and
    Stein, and is allowed 40 %."""
    found = [measure(language.sample(30, generator=seeded(seed))) for seed in range(200)]
    scatter = torch.tensor([estimate.value for estimate in found]).std()
    claimed = torch.tensor([estimate.standard_error for estimate in found]).mean()
    assert 0.8 < claimed / scatter < 1.4


def test_an_estimate_shows_the_second_digit_of_its_error():
    assert repr(Estimate(0.97012, 0.00413, 2130)) == "0.9701 ± 0.0041 (n = 2130)"
    assert repr(Estimate(12.3, 25.0, 4)) == "12 ± 25 (n = 4)"
    assert repr(Estimate(1.0, 0.0, 12)) == "1.0000 ± 0.0000 (n = 12)"
    assert repr(Estimate(0.5, math.nan, 2)) == "0.5000 ± nan (n = 2)"
