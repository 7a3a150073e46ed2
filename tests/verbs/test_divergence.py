"""tempkit.verbs.divergence: a model against the truth, at any temperature."""

import math
from types import SimpleNamespace

import pytest
import torch

from tempkit.verbs import (
    MODELS,
    Probe,
    grammar,
    illegal_mass,
    kl_to_truth,
    optimal_temperature,
    predicted_grammatical_rate,
    probe,
)


class KnowsTheTruth(torch.nn.Module):
    """A model whose logits are those of the language, heated by a factor."""

    def __init__(self, language, heat=1.0):
        super().__init__()
        self.anchor = torch.nn.Parameter(torch.zeros(()))
        self.language, self.heat = language, heat
        self.modes = []

    def forward(self, ids):
        self.modes.append(self.training)
        rows = torch.zeros(*ids.shape, 350, dtype=torch.float64)
        for i, text in enumerate(ids.tolist()):
            state = 0
            for j, word in enumerate(text):
                state = state if j == 0 else int(self.language.successor[state, word])
                if state < 0 or not self.language.steps[state]:
                    break
                rows[i, j] = self.language.probability[state].log().clamp(min=-60)
        return SimpleNamespace(logits=rows * self.heat)


@pytest.fixture(scope="module")
def knowing(language):
    return KnowsTheTruth(language)


@pytest.fixture(scope="module")
def probes(shipped):
    return {name: probe(shipped(name), documents=100) for name in MODELS}


def test_a_model_that_knows_the_truth_is_at_distance_zero(knowing):
    found = kl_to_truth(probe(knowing, documents=20))
    assert found.value == pytest.approx(0, abs=1e-12)


def test_a_model_that_knows_the_truth_leaks_nothing(knowing):
    assert illegal_mass(probe(knowing, documents=20)).value == pytest.approx(0, abs=1e-20)


@pytest.mark.parametrize("heat", [0.25, 1.0, 3.0])
def test_the_best_temperature_undoes_the_heat(language, heat):
    found = optimal_temperature(probe(KnowsTheTruth(language, heat), documents=40))
    assert found.value == pytest.approx(heat, rel=1e-4)


def test_a_model_that_leaks_nothing_is_always_grammatical(knowing):
    assert predicted_grammatical_rate(probe(knowing, documents=20)).value == pytest.approx(1)


def test_the_chance_of_a_sentence_is_the_product_over_its_words():
    """Two sentences of two and three words, a tenth leaked at each; the tag and the end aside."""
    words = torch.tensor([grammar().id(w) for w in ["<en>", "I", ".", "I", "work", ".", "</s>"]])
    truth = torch.zeros(len(words), 350, dtype=torch.float64)
    truth[:, 0] = 1
    logits = torch.full_like(truth, -math.inf)
    logits[:, 0], logits[:, 1] = math.log(0.9), math.log(0.1)
    found = predicted_grammatical_rate(Probe(logits, truth, words, torch.tensor([len(words)])))
    assert found.value == pytest.approx((0.9**2 + 0.9**3) / 2)
    assert found.n == 2


def test_a_probe_can_walk_where_a_hot_model_walks(shipped, language):
    seen = probe(shipped("main"), documents=20, temperature=2.0)
    (first, *_) = language.sample(
        20, temperature=2.0, max_tokens=255, generator=torch.Generator().manual_seed(99)
    )
    assert seen.tokens[: len(first)].tolist() == first
    assert torch.equal(seen.truth[1], language.next_token(first[:1]))


def test_a_model_without_an_opinion_has_no_best_temperature():
    row = torch.zeros(4, 350, dtype=torch.float64)
    truth = row.clone()
    truth[:, 7] = 1
    flat = Probe(row, truth, torch.full((4,), 7), torch.tensor([2, 2]))
    with pytest.raises(ValueError, match="no finite temperature is the best"):
        optimal_temperature(flat)


def test_kl_is_the_cross_entropy_less_the_entropy(probes):
    seen = probes["main"]
    q = torch.softmax(seen.logits / 1.5, -1)
    expected = (torch.special.xlogy(seen.truth, seen.truth) - seen.truth * q.log()).sum(-1).mean()
    assert kl_to_truth(seen, 1.5).value == pytest.approx(float(expected), rel=1e-10)


def test_at_zero_the_divergence_is_infinite(probes):
    assert kl_to_truth(probes["main"], 0).value == math.inf


def test_at_infinity_all_words_are_alike(probes):
    seen = probes["main"]
    expected = math.log(350) - torch.special.entr(seen.truth).sum(-1).mean()
    assert kl_to_truth(seen, math.inf).value == pytest.approx(float(expected))
    possible = (seen.truth > 0).sum(-1).double().mean() / 350
    assert illegal_mass(seen, math.inf).value == pytest.approx(1 - float(possible))


def test_a_probe_pairs_the_logits_with_the_truth_after_the_same_prefix(language, shipped):
    seen = probe(shipped("main"), documents=3)
    lengths = seen.lengths.tolist()
    second = seen.tokens[lengths[0] : lengths[0] + lengths[1]].tolist()
    at = lengths[0] + 5
    assert torch.equal(seen.truth[at], language.next_token(second[:5]))
    with torch.no_grad():
        logits = shipped("main").model(torch.tensor([[1, *second[:5]]])).logits[0, -1]
    assert torch.allclose(seen.logits[at].float(), logits, atol=1e-4)


def test_the_error_comes_from_the_means_of_documents():
    """Two documents of two words, all of one say 0 and all of the other 1: four words, but two
    independent ones."""
    empty = torch.zeros(4, 350, dtype=torch.float64)
    seen = Probe(empty, empty, torch.zeros(4, dtype=torch.int64), torch.tensor([2, 2]))
    found = seen.mean(torch.tensor([0.0, 0.0, 1.0, 1.0]))
    assert (found.value, found.standard_error, found.n) == (0.5, 0.5, 4)


def test_a_model_is_probed_when_no_probe_is_given(shipped):
    model = shipped("main")
    assert kl_to_truth(model, 1.0).value == kl_to_truth(probe(model), 1.0).value


def test_the_mode_of_a_model_is_put_back(language):
    model = KnowsTheTruth(language).train()
    probe(model, documents=2)
    assert model.training
    assert model.modes == [False]


def test_a_model_of_another_size_has_no_truth():
    class Small(torch.nn.Linear):
        def forward(self, ids):
            return SimpleNamespace(logits=torch.zeros(*ids.shape, 7))

    with pytest.raises(ValueError, match="the model has 7 words and the language 350"):
        probe(Small(1, 1), documents=2)


def test_a_model_of_other_words_has_no_truth(shipped):
    other = SimpleNamespace(get_vocab=lambda: {"a": 0, "b": 1})
    model = SimpleNamespace(name="mine", model=shipped("main").model, tokenizer=other)
    with pytest.raises(ValueError, match="'mine' was not trained on the words of the language"):
        probe(model, documents=2)


def test_no_documents_are_refused(shipped):
    with pytest.raises(ValueError, match="documents must be at least 1, not 0"):
        probe(shipped("main"), documents=0)


# What the chapters tell of the shipped models -----------------------------------------------------


@pytest.mark.parametrize(
    ("name", "best"), [("main", 0.982), ("under", 0.887), ("over", 1.378), ("over-more", 1.92)]
)
def test_each_model_has_its_best_temperature(probes, name, best):
    assert optimal_temperature(probes[name]).value == pytest.approx(best, abs=0.03)


def test_the_main_model_is_near_the_truth(probes):
    assert kl_to_truth(probes["main"]).value == pytest.approx(0.014, abs=0.002)
    assert illegal_mass(probes["main"]).value == pytest.approx(0.005, abs=0.001)


@pytest.mark.parametrize("name", MODELS)
def test_the_best_temperature_is_better_than_its_neighbours(probes, name):
    seen = probes[name]
    best = optimal_temperature(seen).value
    lowest = kl_to_truth(seen, best).value
    assert lowest < kl_to_truth(seen, best * 1.01).value
    assert lowest < kl_to_truth(seen, best / 1.01).value


def test_heat_leaks_ever_more_onto_impossible_words(probes):
    leaks = [
        illegal_mass(probes["main"], t).value for t in (0.5, 0.7, 1.0, 1.5, 2.0, 3.0, math.inf)
    ]
    assert leaks == sorted(leaks)
