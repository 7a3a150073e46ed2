"""tempkit.generation.writing: texts that follow the law of the model, one seed, one text.

The chi-square test fixes its seed, so that it cannot fail by chance; with a fresh seed it would
fail one run in a thousand (P_LIMIT).
"""

import copy
import hashlib
from functools import partial
from types import SimpleNamespace

import pytest
import torch

from tempkit import schedules, softmax
from tempkit.filters import compose, repetition_penalty, temper, top_k, top_p
from tempkit.generation import Generation, generate, predict

P_LIMIT = 1e-3
PROMPT = "w4 w9 w20"


def slowly(model, prompt, number, *, temperature, steps, seed=0, filters=()):
    """One text by a plain loop: no cache, no padding, no transformers' generate, float64.

    The n-th text of a prompt takes its noise from a generator seeded with the first four bytes of
    the SHA-256 of (seed, n, ids).
    """
    ids = model.tokenizer(prompt).input_ids
    digest = hashlib.sha256(repr((seed, number, ids)).encode()).digest()
    generator = torch.Generator().manual_seed(int.from_bytes(digest[:4], "big"))
    written = []
    for step in range(steps):
        with torch.no_grad():
            logits = model.model(torch.tensor([ids + written])).logits[0, -1].double()
        for keep in filters:
            logits = keep(logits)
        uniforms = torch.rand(len(logits), dtype=torch.float64, generator=generator)
        exponentials = -uniforms.log()
        token = (softmax(logits, temperature(step)) / exponentials).argmax().item()
        if token == 2:
            break
        written.append(token)
    return tuple(written)


# The law


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_next_tokens_follow_the_softmax_at_the_temperature(toy, temperature):
    """6000 draws; a temperature off by 10 % would be found with a power above 0.99."""
    count = 6000
    written = generate(toy, PROMPT, temperature=temperature, max_new_tokens=1, samples=count)
    tokens = torch.tensor([ids[0] if ids else 2 for ids in written.ids])
    expected = predict(toy, PROMPT, temperature).double() * count
    counts = torch.bincount(tokens, minlength=350).double()
    rare = expected < 5
    if rare.any():
        counts = torch.cat([counts[~rare], counts[rare].sum()[None]])
        expected = torch.cat([expected[~rare], expected[rare].sum()[None]])
    statistic = ((counts - expected) ** 2 / expected).sum()
    halves = torch.tensor([(len(counts) - 1) / 2, statistic / 2], dtype=torch.float64)
    assert torch.special.gammaincc(*halves) > P_LIMIT


@pytest.mark.parametrize("cache", [True, False])
def test_the_texts_are_those_of_a_slow_loop(toy, cache):
    prompts = [PROMPT, "w7"]
    written = generate(toy, prompts, temperature=0.8, max_new_tokens=20, samples=2, cache=cache)
    expected = [
        slowly(toy, prompt, n, temperature=lambda step: 0.8, steps=20)
        for prompt in prompts
        for n in range(2)
    ]
    assert list(written.ids) == expected


def test_a_schedule_is_applied_step_by_step(toy):
    anneal = schedules.cosine(3.0, 0.1, 12)
    written = generate(toy, PROMPT, temperature=anneal, max_new_tokens=15, allow_end=False)
    no_end = lambda z: z.index_fill(-1, torch.tensor([2]), -torch.inf)  # noqa: E731
    expected = slowly(toy, PROMPT, 0, temperature=anneal, steps=15, filters=[no_end])
    assert written.ids == (expected,)
    assert written.temperatures == (tuple(anneal(step) for step in range(15)),)


def test_a_schedule_of_logits_is_applied_row_by_row(toy):
    adapt = schedules.entropy_driven(0.5, 1.5)
    written = generate(toy, [PROMPT, "w7"], temperature=adapt, max_new_tokens=3, allow_end=False)
    used = torch.tensor(written.temperatures)
    assert used.shape == (2, 3)
    first = [predict(toy, prompt).log() for prompt in (PROMPT, "w7")]
    # The end is impossible here, which is what the schedule sees.
    for logits, temperature in zip(first, used[:, 0], strict=True):
        logits[2] = -torch.inf
        torch.testing.assert_close(adapt(logits), temperature)


def test_filters_come_before_the_temperature_in_the_order_written(toy):
    filters = [partial(top_k, k=40), partial(top_p, p=0.5)]
    written = generate(toy, PROMPT, temperature=2.0, max_new_tokens=20, filters=filters)
    expected = slowly(toy, PROMPT, 0, temperature=lambda step: 2.0, steps=20, filters=filters)
    assert written.ids == (expected,)


def test_the_order_of_transformers_is_temper_first(toy):
    """F19."""
    filters = compose(partial(temper, temperature=2.0), partial(top_p, p=0.5))
    written = generate(toy, PROMPT, max_new_tokens=20, filters=filters)
    expected = slowly(toy, PROMPT, 0, temperature=lambda step: 1.0, steps=20, filters=[filters])
    assert written.ids == (expected,)
    other = generate(toy, PROMPT, temperature=2.0, max_new_tokens=20, filters=partial(top_p, p=0.5))
    assert written.ids != other.ids


def test_a_repetition_penalty_sees_the_prompt_and_what_was_written(toy):
    forbid = partial(repetition_penalty, penalty=1e6)
    shifted = lambda z: z - z.max() - 1  # noqa: E731  all negative: the penalty is a prohibition
    prompts = [PROMPT, "w7"]
    written = generate(toy, prompts, filters=[shifted, forbid], max_new_tokens=40, allow_end=False)
    for prompt, ids in zip(prompts, written.ids, strict=True):
        seen = [*toy.tokenizer(prompt).input_ids, *ids]
        assert len(set(seen)) == len(seen)


# One seed, one text


def test_a_seed_gives_its_texts_again_and_another_seed_others(toy):
    first, again = (generate(toy, PROMPT, samples=3, seed=5).ids for _ in range(2))
    assert first == again
    assert first != generate(toy, PROMPT, samples=3, seed=6).ids


def test_a_text_does_not_depend_on_the_prompts_beside_it(toy):
    prompts = ["w7", PROMPT, "w5 " * 15]
    together = generate(toy, prompts, max_new_tokens=20)
    alone = [generate(toy, prompt, max_new_tokens=20).ids[0] for prompt in prompts]
    assert list(together.ids) == alone


def test_a_text_does_not_depend_on_how_many_are_written(toy):
    many = generate(toy, PROMPT, samples=600, max_new_tokens=5)  # more than one batch
    assert many.ids[:3] == generate(toy, PROMPT, samples=3, max_new_tokens=5).ids
    assert len(set(many.ids)) > 500


def test_a_text_goes_on_where_a_shorter_one_stopped(toy):
    long = generate(toy, PROMPT, max_new_tokens=40, allow_end=False).ids[0]
    assert generate(toy, PROMPT, max_new_tokens=9, allow_end=False).ids[0] == long[:9]


def test_a_prompt_that_comes_twice_is_continued_twice(toy):
    twice = generate(toy, [PROMPT, "w7", PROMPT], max_new_tokens=10).ids
    assert (twice[0], twice[2]) == generate(toy, PROMPT, samples=2, max_new_tokens=10).ids
    assert twice[0] != twice[2]


def test_other_rounding_gives_the_same_texts(toy):
    """As another device would: the model in float64 has logits about 1e-6 away."""
    wide = SimpleNamespace(**{**vars(toy), "model": copy.deepcopy(toy.model).double()})
    options = {"samples": 32, "max_new_tokens": 30, "allow_end": False}
    assert generate(wide, PROMPT, **options).ids == generate(toy, PROMPT, **options).ids


@pytest.mark.cuda
def test_a_gpu_writes_the_same_texts(toy):
    there = SimpleNamespace(**{**vars(toy), "model": copy.deepcopy(toy.model).cuda()})
    for temperature in (0.5, schedules.entropy_driven(0.5, 1.5)):
        options = {"samples": 32, "max_new_tokens": 20, "temperature": temperature}
        prompts = [PROMPT, "w7"]
        assert generate(there, prompts, **options).ids == generate(toy, prompts, **options).ids


def test_the_state_of_torch_is_neither_used_nor_changed(toy):
    before = torch.get_rng_state()
    first = generate(toy, PROMPT).ids
    assert torch.equal(torch.get_rng_state(), before)
    with torch.random.fork_rng():
        torch.manual_seed(99)
        assert generate(toy, PROMPT).ids == first


@pytest.mark.parametrize("temperature", [0.5, 0.0, schedules.entropy_driven(0.5, 1.5)])
def test_the_default_device_of_torch_does_not_matter(toy, temperature):
    options = {"temperature": temperature, "max_new_tokens": 5, "filters": partial(top_k, k=9)}
    expected = generate(toy, [PROMPT, "w7"], **options).ids
    with torch.device("meta"):
        assert generate(toy, [PROMPT, "w7"], **options).ids == expected


# What comes back


def test_the_prompt_is_left_as_it_was_written(toy):
    written = generate(toy, ["w4  w9", "w7"], samples=2, max_new_tokens=4)
    assert written.prompts == ("w4  w9", "w4  w9", "w7", "w7")
    assert all(map(str.startswith, written.texts, written.prompts))
    assert len(written) == 4


def test_a_continuation_reads_as_its_ids(toy):
    written = generate(toy, PROMPT, max_new_tokens=6, allow_end=False)
    words = [f"w{token}" for token in written.ids[0]]
    assert written.continuations == (" " + " ".join(words),)
    assert written.texts == (" ".join([PROMPT, *words]),)


def test_ids_may_be_given_for_a_prompt(toy):
    ids = torch.tensor(toy.tokenizer(PROMPT).input_ids)
    written = generate(toy, ids, max_new_tokens=6)
    assert written.ids == generate(toy, PROMPT, max_new_tokens=6).ids
    assert written.prompts == (PROMPT,)


def test_a_text_stops_before_the_token_that_ends_it(toy):
    written = generate(toy, PROMPT, samples=300, max_new_tokens=30)
    lengths = [len(ids) for ids in written.ids]
    assert 0 < sum(written.ended) < 300
    for ended, ids, used, length in zip(
        written.ended, written.ids, written.temperatures, lengths, strict=True
    ):
        assert 2 not in ids
        assert len(used) == length
        assert ended or length == 30


def test_any_of_several_ends_stops_a_text(toy, monkeypatch):
    monkeypatch.setattr(toy.model.generation_config, "eos_token_id", list(range(2, 350, 2)))
    written = generate(toy, PROMPT, samples=20)
    assert all(written.ended)
    assert all(token % 2 for ids in written.ids for token in ids)


def test_the_tokenizer_says_what_ends_a_text_if_the_model_does_not(toy, monkeypatch):
    written = generate(toy, PROMPT, samples=100, max_new_tokens=30)
    monkeypatch.setattr(toy.model.generation_config, "eos_token_id", None)
    assert generate(toy, PROMPT, samples=100, max_new_tokens=30).ids == written.ids


def test_without_an_end_every_text_has_its_full_length(toy):
    written = generate(toy, PROMPT, samples=300, max_new_tokens=30, allow_end=False)
    assert {len(ids) for ids in written.ids} == {30}
    assert not any(2 in ids for ids in written.ids)
    assert not any(written.ended)


def test_it_shows_as_a_table_with_whole_texts(toy):
    written = generate(toy, PROMPT, samples=2, max_new_tokens=40, allow_end=False)
    table = written.table()
    assert list(table.columns) == ["prompt", "continuation", "tokens", "ended"]
    assert table["tokens"].tolist() == [40, 40]
    assert written.continuations[1].strip() in written._repr_html_()
    assert written.continuations[1].strip() in repr(written)


def test_it_is_frozen():
    with pytest.raises(AttributeError):
        Generation((), (), (), (), ()).prompts = ("w4",)


# The model is left alone


def test_the_model_writes_without_dropout_and_keeps_its_mode(toy):
    expected = generate(toy, PROMPT).ids
    toy.model.train()
    toy.model.model.layers[0].eval()
    try:
        assert generate(toy, PROMPT).ids == expected
        assert toy.model.training
        assert toy.model.model.layers[1].training
        assert not toy.model.model.layers[0].training
    finally:
        toy.model.eval()


def test_the_configuration_of_the_model_is_not_touched(toy):
    before = toy.model.generation_config.to_dict()
    generate(toy, PROMPT, temperature=0.3, max_new_tokens=7)
    assert toy.model.generation_config.to_dict() == before


# Progress


def test_a_bar_shows_when_asked_for(toy, capsys):
    generate(toy, PROMPT, samples=2, max_new_tokens=10, allow_end=False, progress=True)
    assert "/20" in capsys.readouterr().err


@pytest.mark.parametrize("progress", [None, False])
def test_a_short_run_says_nothing(toy, capfd, progress):
    generate(toy, [PROMPT, "w7"], samples=2, max_new_tokens=10, progress=progress)
    assert capfd.readouterr() == ("", "")


def test_a_long_run_shows_a_bar_by_itself(toy, capsys, monkeypatch):
    monkeypatch.delenv("TEMPKIT_PROGRESS", raising=False)
    monkeypatch.setattr("tempkit.generation.writing._PATIENCE", 0.0)
    generate(toy, PROMPT, max_new_tokens=10, allow_end=False)
    assert "/10" in capsys.readouterr().err


def test_the_environment_silences_it(toy, capfd, monkeypatch):
    monkeypatch.setattr("tempkit.generation.writing._PATIENCE", 0.0)
    monkeypatch.setenv("TEMPKIT_PROGRESS", "off")
    generate(toy, PROMPT, max_new_tokens=10, allow_end=False)
    assert capfd.readouterr() == ("", "")


# Errors


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"prompts": ""}, ValueError, "the prompt '' is empty"),
        ({"prompts": [PROMPT, " "]}, ValueError, "the prompt ' ' is empty"),
        ({"prompts": []}, ValueError, "no prompt"),
        ({"prompts": "w4 xylophone"}, ValueError, "does not know 'xylophone'"),
        ({"prompts": torch.tensor([4, 400])}, ValueError, "token id 400"),
        ({"temperature": -1}, ValueError, "temperature must be at least 0, not -1"),
        ({"temperature": float("nan")}, ValueError, "temperature must be at least 0, not nan"),
        ({"temperature": "hot"}, TypeError, "temperature must be a number or a schedule"),
        ({"temperature": [0.5, 1.0]}, TypeError, r"use styles\(\), or one call for each"),
        ({"temperature": lambda step: -1.0}, ValueError, "must be at least 0, not -1"),
        ({"max_new_tokens": 0}, ValueError, "max_new_tokens must be at least 1, not 0"),
        ({"max_new_tokens": -3}, ValueError, "max_new_tokens must be at least 1, not -3"),
        ({"max_new_tokens": 2.5}, TypeError, "max_new_tokens must be an integer, not 2.5"),
        ({"samples": 0}, ValueError, "samples must be at least 1, not 0"),
        ({"seed": -1}, ValueError, "seed must be at least 0, not -1"),
        ({"seed": None}, TypeError, "seed must be an integer, not None"),
        ({"filters": [0.9]}, TypeError, "a filter must be a callable"),
        ({"max_new_tokens": 62}, ValueError, "set max_new_tokens to at most 61"),
        (
            {"prompts": "w4 " * 64},
            ValueError,
            "64 tokens .* the 64 positions of toy: shorten the prompt$",
        ),
    ],
)
def test_bad_input_is_an_error_that_names_it(toy, options, error, message):
    with pytest.raises(error, match=message):
        generate(toy, **{"prompts": PROMPT, **options})


def test_the_positions_of_the_model_can_be_used_up(toy):
    written = generate(toy, PROMPT, max_new_tokens=61, allow_end=False)
    assert len(written.ids[0]) == 61
