"""tempkit.generation.prediction: a model's probabilities at a temperature, from one pass."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from tempkit import softmax
from tempkit.generation import predict

X = torch.randn(6, 4, generator=torch.Generator().manual_seed(0))


class Counting(nn.Module):
    """A classifier that counts its passes, and keeps the logits that it gave."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 3)
        self.dropout = nn.Dropout(0.5)
        self.passes = 0

    def forward(self, x):
        self.passes += 1
        self.given = self.layer(self.dropout(x))
        return self.given


@pytest.fixture
def classifier():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return Counting().eval()


@pytest.mark.parametrize("temperature", [0, 0.5, 1, 3.0])
def test_a_classifier_predicts_the_softmax_of_its_logits(classifier, temperature):
    with torch.no_grad():
        expected = softmax(classifier(X), temperature)
    assert torch.equal(predict(classifier, X, temperature), expected)


def test_many_temperatures_cost_one_forward_pass(classifier):
    """F28."""
    found = predict(classifier, X, [0.5, 1, 2.0])
    assert classifier.passes == 1
    assert torch.equal(found[2], predict(classifier, X, 2.0))


def test_temperatures_may_come_as_an_array(classifier):
    assert predict(classifier, X, np.linspace(0.5, 2, 5)).shape == (5, 6, 3)


def test_a_tensor_gives_one_temperature_a_row(classifier):
    heat = torch.arange(1.0, 7.0)
    found = predict(classifier, X, heat)
    assert found.shape == (6, 3)
    torch.testing.assert_close(found[3], predict(classifier, X[3], 4.0))


def test_the_logits_of_the_model_are_not_changed(classifier):
    """F15."""
    predict(classifier, X, 5.0)
    given = classifier.given.clone()
    predict(classifier, X, [0.1, 5.0])
    assert torch.equal(classifier.given, given)


def test_the_model_predicts_without_dropout_and_keeps_its_mode(classifier):
    classifier.train()
    classifier.layer.eval()
    assert torch.equal(predict(classifier, X), predict(classifier, X))
    assert classifier.training
    assert classifier.dropout.training
    assert not classifier.layer.training


def test_the_mode_is_put_back_after_an_error(classifier):
    classifier.train()
    with pytest.raises(RuntimeError):
        predict(classifier, torch.zeros(2, 7))
    assert classifier.training


def test_no_gradient_is_kept(classifier):
    assert not predict(classifier, X).requires_grad


def test_a_classifier_of_transformers_is_read_by_its_logits(classifier):
    class Wrapped(nn.Module):
        def forward(self, pixels):
            return SimpleNamespace(logits=classifier(pixels))

    assert torch.equal(predict(Wrapped(), {"pixels": X}), predict(classifier, X))


@pytest.mark.parametrize("prompt", ["w4", "w4 w9 w20 w300"])
def test_a_text_gives_the_law_of_its_next_token(toy, prompt):
    ids = torch.tensor([toy.tokenizer(prompt).input_ids])
    with torch.no_grad():
        logits = toy.model(ids).logits[0, -1]
    torch.testing.assert_close(predict(toy, prompt, 0.7), softmax(logits, 0.7))


def test_texts_of_different_lengths_do_not_influence_one_another(toy):
    prompts = ["w4 w9 w20 w300", "w7", "w5 w6"]
    together = predict(toy, prompts)
    for prompt, found in zip(prompts, together, strict=True):
        torch.testing.assert_close(found, predict(toy, prompt))


def test_many_temperatures_of_many_texts(toy):
    assert predict(toy, ["w4", "w5 w6"], [0.5, 1.0, 2.0]).shape == (3, 2, 350)


def test_ids_say_the_same_as_their_text(toy):
    expected = predict(toy, "w5 w6")
    assert torch.equal(predict(toy, torch.tensor([5, 6])), expected)
    assert torch.equal(predict(toy.model, torch.tensor([5, 6])), expected)
    assert torch.equal(predict(toy.model, torch.tensor([[5, 6]])), expected[None])


def test_a_model_that_gives_all_positions_is_read_at_the_last_of_each_row(toy, monkeypatch):
    """An older model has no ``logits_to_keep``."""
    prompts = ["w4 w9 w20", "w7"]
    expected = predict(toy, prompts)
    forward = toy.model.forward

    def without_choice(input_ids, attention_mask):
        return forward(input_ids=input_ids, attention_mask=attention_mask)

    monkeypatch.setattr(toy.model, "forward", without_choice)
    torch.testing.assert_close(predict(toy, prompts), expected)


@pytest.mark.parametrize("temperature", [-1, float("nan"), [1.0, -1]])
def test_a_bad_temperature_is_named(classifier, temperature):
    with pytest.raises(ValueError, match=r"temperature must be at least 0, not (-1|nan)"):
        predict(classifier, X, temperature)


@pytest.mark.parametrize(
    ("inputs", "error", "message"),
    [
        ("", ValueError, "prompt '' is empty: write at least one word"),
        (" \n", ValueError, "is empty"),
        ([], ValueError, "no prompt"),
        (["w4", 7], TypeError, "a prompt must be a text, not 7"),
        ("w4 xylophone", ValueError, "the model toy does not know 'xylophone'"),
        (torch.tensor([4, 350]), ValueError, "token id 350 is outside the vocabulary of 350"),
        (torch.tensor([4, -1]), ValueError, "token id -1 is outside"),
        (torch.tensor([4.0]), TypeError, "must be integers, not torch.float32"),
        (torch.zeros(0, dtype=torch.int64), ValueError, r"shape \[0\]"),
        (torch.zeros(1, 1, 1, dtype=torch.int64), ValueError, r"shape \[1, 1, 1\]"),
    ],
)
def test_a_bad_prompt_is_an_error_that_names_it(toy, inputs, error, message):
    with pytest.raises(error, match=message):
        predict(toy, inputs)


def test_the_unknown_token_may_be_written(toy):
    assert predict(toy, "w4 <unk>").shape == (350,)


def test_a_start_token_that_the_tokenizer_adds_is_not_doubled(toy):
    def adding(text, **more):
        encoded = toy.tokenizer(text, **more)
        return {**encoded, "input_ids": [1, *encoded["input_ids"]]}

    adding.unk_token_id, adding.bos_token_id = 3, 1
    starting = SimpleNamespace(name="toy", model=toy.model, tokenizer=adding)
    expected = predict(toy, "<s> w4")
    assert torch.equal(predict(starting, "w4"), expected)
    assert torch.equal(predict(starting, "<s> w4"), expected)


def test_a_text_needs_a_language_model(classifier):
    with pytest.raises(TypeError, match="texts need a LanguageModel"):
        predict(classifier, "w4")


def test_what_is_no_model_is_named():
    with pytest.raises(TypeError, match=r"must be a torch.nn.Module or a LanguageModel, not 7"):
        predict(7, X)


def test_a_model_without_logits_is_an_error():
    class Silent(nn.Module):
        def forward(self, x):
            return (x, x)

    with pytest.raises(TypeError, match="gives a tuple, not logits"):
        predict(Silent(), X)


def test_no_temperature_at_all_is_an_error(classifier):
    with pytest.raises(ValueError, match="no temperature"):
        predict(classifier, X, [])


@pytest.mark.cuda
def test_a_model_on_a_gpu_answers_where_its_inputs_are(classifier):
    expected = predict(classifier, X)
    on_gpu = classifier.cuda()
    torch.testing.assert_close(predict(on_gpu, X), expected)
    assert predict(on_gpu, X.cuda()).is_cuda
