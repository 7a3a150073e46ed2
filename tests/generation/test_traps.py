"""What plain transformers does unasked, and tempkit does not: one pair of tests a trap.

The first of a pair shows that the trap is really there: when transformers mends it, that test fails
and both can go.
"""

import pytest
import torch

from tempkit.generation import generate, load, predict

PROMPT = "w4 w9 w20"
IDS = torch.tensor([[4, 9, 20]])


def plainly(model, rows=1, **options):
    """New tokens of transformers' own generate."""
    ids = IDS.expand(rows, -1)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        written = model.generate(
            ids, attention_mask=torch.ones_like(ids), max_new_tokens=5, pad_token_id=0, **options
        )
    return written[:, ids.shape[1] :]


@pytest.fixture
def opinionated(toy, tmp_path, monkeypatch):
    """The toy as a hub might give it, with settings of its own, loaded as a learner would."""
    toy.model.save_pretrained(tmp_path)
    toy.tokenizer.save_pretrained(tmp_path)
    (tmp_path / "generation_config.json").write_text(
        '{"do_sample": true, "temperature": 0.01, "top_p": 0.3, "top_k": 2, "eos_token_id": 2,'
        ' "repetition_penalty": 5.0, "no_repeat_ngram_size": 1, "suppress_tokens": [7, 8],'
        ' "num_beams": 2, "max_length": 4, "forced_eos_token_id": 2, "pad_token_id": 0}'
    )
    monkeypatch.setenv("TEMPKIT_DEVICE", "cpu")
    return load(str(tmp_path))


def test_transformers_refuses_a_temperature_that_is_an_integer(toy):
    with pytest.raises(ValueError, match="has to be a strictly positive float"):
        plainly(toy.model, do_sample=True, temperature=2)


def test_an_integer_is_a_temperature(toy):
    assert generate(toy, PROMPT, temperature=2).ids == generate(toy, PROMPT, temperature=2.0).ids


def test_transformers_refuses_the_temperature_zero(toy):
    with pytest.raises(ValueError, match="has to be a strictly positive float"):
        plainly(toy.model, do_sample=True, temperature=0.0)


def test_the_temperature_zero_is_the_most_probable_token(toy):
    written = generate(toy, PROMPT, temperature=0, max_new_tokens=5, samples=3, allow_end=False)
    greedy = plainly(toy.model, do_sample=False, suppress_tokens=[2])[0].tolist()
    assert [list(ids) for ids in written.ids] == [greedy] * 3


def test_transformers_draws_from_50_candidates_unasked(toy):
    first = plainly(toy.model, 3000, do_sample=True, temperature=100.0)[:, 0]
    assert len(first.unique()) == 50


def test_every_token_can_be_drawn(toy):
    """At T = 100 hardly one of the 350 is missing: (1 - 1/350)^3000 = 0.0002 each."""
    written = generate(toy, PROMPT, temperature=100.0, max_new_tokens=1, samples=3000)
    assert len(set(written.ids)) > 340


def test_transformers_ignores_a_temperature_without_do_sample(toy):
    cold, hot = (plainly(toy.model, temperature=t).tolist() for t in (0.1, 50.0))
    assert cold == hot


def test_a_temperature_needs_no_other_switch(toy):
    cold, hot = (generate(toy, PROMPT, temperature=t).ids for t in (0.1, 50.0))
    assert cold != hot


def test_transformers_takes_what_the_models_own_configuration_says(opinionated):
    # Not 1.0, and not a law at all: the end is forced, and beams search for it.
    assert opinionated.model.generation_config.temperature == 0.01
    assert plainly(opinionated.model)[0, -1].item() == 2


def test_the_models_own_configuration_has_no_influence(toy, opinionated):
    options = {"max_new_tokens": 12, "samples": 40, "temperature": 1.5}
    assert generate(opinionated, PROMPT, **options).ids == generate(toy, PROMPT, **options).ids


def test_the_models_own_configuration_is_still_there_afterwards(opinionated):
    generate(opinionated, PROMPT)
    assert opinionated.model.generation_config.temperature == 0.01
    assert plainly(opinionated.model)[0, -1].item() == 2


def test_transformers_speaks_about_settings_that_it_ignores(toy, caplog):
    plainly(toy.model, do_sample=False, temperature=0.5, top_p=0.9)
    assert "may be ignored" in caplog.text


def test_nothing_is_said(opinionated, capfd, caplog):
    generate(opinionated, [PROMPT, "w7"], samples=2)
    predict(opinionated, [PROMPT, "w7"])
    assert capfd.readouterr() == ("", "")
    assert caplog.text == ""
