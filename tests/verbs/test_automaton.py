"""tempkit.verbs.automaton: the exact process, tempered and sampled.

Statistical tests fix their seeds, so that they cannot fail by chance; the limits are such that with
a fresh seed each would fail one run in a thousand.
"""

import math

import pytest
import torch

from tempkit.scaling import softmax
from tempkit.verbs import grammar
from tempkit.verbs.automaton import Automaton
from tempkit.verbs.text import ENDS, TAGS

#: Two-sided, one run in a thousand.
FALSE_FAILURE = 3.29
TEMPERATURES = [0.0, 0.1, 0.5, 1.0, 2.0, 50.0, math.inf]


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def sentences_of(automaton: Automaton, lang: str) -> dict[tuple[str, ...], float]:
    """Every sentence and its probability, by walking all paths."""
    found = {}
    waiting = [((), automaton.start(lang), 1.0)]
    while waiting:
        words, state, p = waiting.pop()
        for word, after in automaton.steps[state].items():
            q = p * float(automaton.probability[state, automaton.id(word)])
            if word in ENDS:
                found[*words, word] = q
            else:
                waiting.append(((*words, word), after, q))
    return found


# Reading ------------------------------------------------------------------------------------------


def test_the_first_token_is_a_language(language):
    assert language.legal() == ("<en>", "<es>")
    assert language.next_token()[[4, 5]].tolist() == [0.5, 0.5]


def test_next_token_takes_text_ids_or_a_tensor(language):
    ids = language.ids("<en> the teacher")
    rows = [language.next_token(p) for p in ("<en> the teacher", ids, torch.tensor(ids), [1, *ids])]
    assert all(torch.equal(row, rows[0]) for row in rows)


def test_next_token_is_a_copy(language):
    language.next_token().zero_()
    assert language.next_token().sum() == 1


def test_an_open_tense_is_weighed_by_bayes_rule(language):
    """After "I read", present (.50) and past (.21) are both open; "today" needs the present.

    A time word comes with .35, "today" first of three by Zipf's law: .35 / (11/6). The verb takes
    an object with .85.
    """
    expected = 0.15 * 0.35 / (11 / 6) * 0.50 / (0.50 + 0.21)
    assert language.next_token("<en> I read")[language.id("today")] == pytest.approx(expected)


def test_an_impossible_prefix_is_named_with_what_could_stand_there(language):
    with pytest.raises(ValueError, match="'work' cannot follow '<en> she': the language has works"):
        language.next_token("<en> she work")


def test_a_prefix_without_its_language_is_refused(language):
    with pytest.raises(
        ValueError, match=r"'the' cannot follow 'the beginning': .* <en>, <es> there"
    ):
        language.next_token("the teacher")


def test_nothing_follows_the_end(language):
    with pytest.raises(ValueError, match="the language has nothing there"):
        language.next_token("<en> I work. </s> I")


def test_an_unknown_word_is_named(language):
    with pytest.raises(ValueError, match="'hard' is not one of the 350 words"):
        language.next_token("<en> she works hard")


def test_an_id_out_of_range_is_named(language):
    with pytest.raises(ValueError, match="350 is no id: they go from 0 to 349"):
        language.next_token([4, 350])


def test_a_language_that_is_not_there_is_named(language):
    with pytest.raises(ValueError, match=r"lang must be one of .*, not 'fr'"):
        language.most_probable_sentence("fr")


def test_text_and_ids_go_both_ways(language):
    text = "<es> ¿ella canta? no comes pan."
    assert language.text(language.ids(text)) == text


# Probability --------------------------------------------------------------------------------------


def test_log_probability_adds_over_the_words(language):
    whole = language.log_probability("<en> I work. she sings.")
    parts = language.log_probability("<en> I work.") + language.log_probability(
        "she sings.", given="<en> I work."
    )
    assert whole == pytest.approx(parts, abs=1e-12)


def test_an_impossible_text_has_probability_zero(language):
    assert language.log_probability("<en> she work.") == -math.inf


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_sentences_of_a_language_sum_to_1(tiny, lang):
    assert math.fsum(sentences_of(tiny, lang).values()) == pytest.approx(1, abs=1e-12)


def test_a_sentence_has_the_product_of_its_choices(language):
    """I work.: affirmative present, pronoun, first of six, first verb, nothing, no time, no end."""
    first_of_six = 1 / sum(r**-0.6 for r in range(1, 7))
    first_verb = 1 / sum(r**-0.9 for r in range(1, 17))
    expected = 0.50 * 0.75 * first_of_six * first_verb * 0.55 * 0.65
    assert language.log_probability("I work.", given="<en>") == pytest.approx(math.log(expected))


# Temperature --------------------------------------------------------------------------------------


def test_tempering_at_1_changes_nothing(language):
    assert torch.allclose(language.tempered(1).probability, language.probability, atol=1e-15)


@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_every_row_is_the_softmax_of_its_log_probabilities(language, temperature):
    process = language.tempered(temperature)
    for state in (0, 7, 100, language.between("es")):
        row = softmax(language.probability[state].log(), temperature)
        assert torch.equal(process.probability[state], row)


@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_the_tempered_process_never_leaves_the_language(language, temperature):
    documents = language.sample(200, temperature=temperature, max_tokens=60, generator=seeded())
    assert all(language.log_probability(document) > -math.inf for document in documents)


def test_at_zero_the_best_words_share_the_probability(language):
    row = language.tempered(0).probability[0]
    assert row[[4, 5]].tolist() == [0.5, 0.5]
    row = language.tempered(0).probability[language.state("<en> I")]
    assert row.max() == 1


def test_at_infinity_all_possible_words_are_alike(language):
    prefix = "<es> la"
    row = language.tempered(math.inf).next_token(prefix)
    assert row[row > 0].tolist() == pytest.approx([1 / len(language.legal(prefix))] * 3)


@pytest.mark.parametrize("method", ["tempered", "tempered_sentences"])
@pytest.mark.parametrize("temperature", [-1.0, math.nan])
def test_a_temperature_below_zero_is_refused(language, method, temperature):
    with pytest.raises(ValueError, match="temperature must be at least 0, not"):
        getattr(language, method)(temperature)


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("temperature", [0.25, 0.5, 1.0, 2.0, math.inf])
def test_tempered_sentences_have_the_powers_of_their_probabilities(tiny, lang, temperature):
    truth = sentences_of(tiny, lang)
    powers = {s: p ** (1 / temperature) for s, p in truth.items()}
    total = math.fsum(powers.values())
    tempered = sentences_of(tiny.tempered_sentences(temperature), lang)
    assert tempered == pytest.approx({s: p / total for s, p in powers.items()}, rel=1e-9)


def test_sentences_tempered_at_zero_are_the_most_probable_one(tiny):
    truth = sentences_of(tiny, "es")
    cold = sentences_of(tiny.tempered_sentences(0), "es")
    assert max(cold, key=cold.get) == max(truth, key=truth.get)
    assert max(cold.values()) == 1


@pytest.mark.parametrize("temperature", [0.0, 0.5, 2.0, math.inf])
def test_documents_of_tempered_sentences_end_as_often_as_before(language, temperature):
    process = language.tempered_sentences(temperature)
    for lang in TAGS:
        row = process.probability[process.between(lang)]
        assert float(row[2]) == pytest.approx(0.12)
        assert float(row.sum()) == pytest.approx(1, abs=1e-12)


def test_tempering_words_is_not_tempering_sentences(language):
    """Sentences that are short cost nothing extra when each word is divided anew."""
    by_word = language.tempered(2).sentence_length("en")
    by_sentence = language.tempered_sentences(2).sentence_length("en")
    assert by_word == pytest.approx(5.006, abs=5e-4)
    assert by_sentence == pytest.approx(7.087, abs=5e-4)


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_most_probable_sentence_is_that_of_the_whole_list(tiny, lang):
    truth = sentences_of(tiny, lang)
    best = max(truth, key=truth.get)
    text, log_probability = tiny.most_probable_sentence(lang)
    assert tiny.ids(text) == tiny.ids(" ".join(best))
    assert log_probability == pytest.approx(math.log(truth[best]))


def test_greedy_is_not_the_mode_in_spanish(language):
    mode, of_mode = language.most_probable_sentence("es")
    greedy, of_greedy = language.greedy_sentence("es")
    assert (mode, greedy) == ("yo trabajo.", "mi profesora trabaja.")
    assert of_mode > of_greedy


# Means --------------------------------------------------------------------------------------------


def test_the_entropy_rate_is_that_of_the_samples(language):
    """-log P a token over documents; the error is that of a ratio over independent documents."""
    documents = language.sample(3000, generator=seeded(5))
    surprise = torch.tensor([-language.log_probability(d) for d in documents])
    length = torch.tensor([float(len(d)) for d in documents])
    rate = surprise.sum() / length.sum()
    error = (surprise - rate * length).square().sum().sqrt() / length.sum()
    assert abs(rate - language.entropy_rate()) < FALSE_FAILURE * error
    assert error < 0.005  # an entropy rate wrong by 0.02 would be found with a power above 0.9


def test_the_entropy_rate_of_the_language(language):
    assert language.entropy_rate() == pytest.approx(1.9546, abs=5e-5)


def test_the_entropy_rate_rises_from_zero_with_the_temperature(language):
    rates = [language.entropy_rate(t) for t in (0, 0.1, 0.5, 1, 2, 20)]
    assert rates[0] == 0
    assert rates == sorted(rates)


def test_the_entropy_rate_can_fall_although_that_of_no_row_does(language):
    """Hotter, the process goes elsewhere: to states with fewer words that are possible."""
    assert language.entropy_rate(20) == pytest.approx(2.3307, abs=5e-5)
    assert language.entropy_rate(math.inf) == pytest.approx(2.3297, abs=5e-5)


def test_the_entropy_rate_goes_on_to_its_limits(language):
    assert language.entropy_rate(1e6) == pytest.approx(language.entropy_rate(math.inf), rel=1e-5)
    assert language.entropy_rate(0.01) == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.0])
def test_documents_are_as_long_as_computed(language, temperature):
    process = language.tempered(temperature)
    lengths = torch.tensor([float(len(d)) for d in process.sample(3000, generator=seeded(6))])
    error = lengths.std() / math.sqrt(len(lengths))
    assert abs(lengths.mean() - process.document_length()) < FALSE_FAILURE * error


@pytest.mark.parametrize("lang", ["en", "es"])
def test_sentences_are_as_long_as_their_list_says(tiny, lang):
    expected = math.fsum(p * len(s) for s, p in sentences_of(tiny, lang).items())
    assert tiny.sentence_length(lang) == pytest.approx(expected, rel=1e-12)


def test_a_greedy_document_never_ends(language):
    assert language.tempered(0).document_length() == math.inf


# Samples ------------------------------------------------------------------------------------------


def test_a_seed_gives_the_same_documents(language):
    once, again = (language.sample(20, generator=seeded(3)) for _ in range(2))
    assert once == again


def test_max_tokens_cuts_documents(language):
    cut = language.sample(200, max_tokens=10, generator=seeded())
    whole = language.sample(200, generator=seeded())
    assert max(map(len, cut)) == 10
    assert cut[0] == whole[0][:10]


def test_documents_that_never_end_need_a_limit(language):
    with pytest.raises(
        ValueError, match=r"at temperature 0 a document has inf tokens .*max_tokens"
    ):
        language.sample(1, temperature=0)


def test_no_documents_are_an_empty_list(language):
    assert language.sample(0) == []


@pytest.mark.parametrize("prefix", ["<en>", "<es> la profesora", "<en> I work."])
def test_words_come_as_often_as_their_probability(language, prefix):
    """Chi-square over the words after a prefix, those expected fewer than five times together."""
    ids = language.ids(prefix)
    documents = language.sample(20_000, max_tokens=len(ids) + 1, generator=seeded(11))
    words = [d[len(ids)] for d in documents if d[: len(ids)] == ids]
    expected = len(words) * language.next_token(prefix)
    count = torch.bincount(torch.tensor(words), minlength=len(expected)).double()
    rare = expected < 5
    cells = torch.stack([count, expected])
    pooled = torch.cat([cells[:, ~rare], cells[:, rare].sum(-1, keepdim=True)], -1)
    pooled = pooled[:, pooled[1] > 0]
    statistic = ((pooled[0] - pooled[1]).square() / pooled[1]).sum()
    freedom = torch.tensor((pooled.shape[1] - 1) / 2, dtype=torch.float64)
    assert torch.special.gammaincc(freedom, statistic / 2) > 1e-3


def test_the_door_makes_the_language_once():
    assert grammar() is grammar()
