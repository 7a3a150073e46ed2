"""tempkit.generation.processors: temperature, noise and filters as transformers applies them.

The chi-square test fixes its seeds, so that it cannot fail by chance; with fresh seeds it would
fail one run in a thousand (P_LIMIT). At 20,000 draws a temperature that is off by 3 % is found with
a power above 0.99 (noncentrality 42 at T = 1, 4 degrees of freedom).
"""

import math
from functools import partial

import pytest
import torch

from tempkit import schedules, softmax
from tempkit.filters import compose, repetition_penalty, top_k
from tempkit.generation import GumbelNoise, TemperatureSchedule
from tempkit.generation.processors import EndForbidden, Filters

P_LIMIT = 1e-3
Z = torch.tensor([2.0, 1.0, 0.5, 0.2, 0.1])
IDS = torch.zeros(1, 3, dtype=torch.int64)
INF = math.inf


def drawn(logits, temperature, count):
    """Tokens of ``count`` rows with the same logits, one step."""
    scores = TemperatureSchedule(temperature, 1)(IDS[:, :1], logits.expand(count, -1))
    return GumbelNoise(range(count))(IDS, scores).argmax(-1)


def chance(tokens, probability):
    expected = probability.double() * len(tokens)
    possible = expected > 0
    counts = torch.bincount(tokens, minlength=len(expected)).double()
    assert (counts[~possible] == 0).all()
    statistic = ((counts - expected)[possible] ** 2 / expected[possible]).sum()
    freedom = int(possible.sum()) - 1
    if freedom == 0:
        return 1.0
    halves = torch.tensor([freedom / 2, statistic / 2], dtype=torch.float64)
    return torch.special.gammaincc(*halves).item()


# The law


@pytest.mark.parametrize("temperature", [0.0, 1e-300, 0.3, 1, 1.0, 3.0, 1e6, 1e300, INF])
def test_draws_follow_the_softmax_at_the_temperature(temperature):
    tokens = drawn(Z, temperature, 20_000)
    assert chance(tokens, softmax(Z, temperature)) > P_LIMIT


@pytest.mark.parametrize("temperature", [0.0, 1e-6, INF])
def test_ties_are_drawn_alike(temperature):
    """F14, F25: greedy search would give the first."""
    logits = torch.tensor([1.0, 3.0, -INF, 3.0, 3.0])
    tokens = drawn(logits, temperature, 20_000)
    assert chance(tokens, softmax(logits, temperature)) > P_LIMIT


@pytest.mark.parametrize("temperature", [0.0, 1.0, 1e6, INF])
def test_an_impossible_token_is_never_drawn(temperature):
    logits = torch.tensor([-INF, 0.0, -INF, 2.0])
    assert set(drawn(logits, temperature, 2000).tolist()) <= {1, 3}


def test_a_large_offset_costs_no_digits():
    near, far = Z, Z + 4096  # exact in float32
    shifted = TemperatureSchedule(0.7, 1)(IDS[:, :1], (far.round(decimals=1))[None])
    plain = TemperatureSchedule(0.7, 1)(IDS[:, :1], (far.round(decimals=1) - 4096)[None])
    assert torch.equal(shifted, plain)
    assert near.dtype == torch.float32


# Temperatures


def test_the_scores_are_not_changed_in_place():
    """F15."""
    scores = Z[None].clone()
    for temperature in (0.0, 0.5, INF):
        TemperatureSchedule(temperature, 1)(IDS, scores)
    GumbelNoise([0])(IDS, scores)
    EndForbidden([2])(IDS, scores)
    assert torch.equal(scores, Z[None])


def test_a_schedule_of_steps_starts_at_the_first_new_token():
    processor = TemperatureSchedule(schedules.linear(1.5, 0.5, 4), prompt_length=3)
    for length in range(3, 9):
        processor(torch.zeros(1, length, dtype=torch.int64), Z[None])
    assert processor.used == [1.5, 1.25, 1.0, 0.75, 0.5, 0.5]


def test_each_step_is_divided_by_its_own_temperature():
    processor = TemperatureSchedule(lambda step: 1.0 + step, prompt_length=1)
    for step in range(3):
        found = processor(torch.zeros(1, 1 + step, dtype=torch.int64), Z[None])
        torch.testing.assert_close(torch.softmax(found, -1), softmax(Z[None], 1.0 + step))


def test_a_schedule_of_logits_gives_one_temperature_a_row():
    adapt = schedules.entropy_driven(0.5, 1.5)
    logits = torch.stack([Z, 10 * Z])
    processor = TemperatureSchedule(adapt, prompt_length=1)
    found = processor(IDS, logits)
    torch.testing.assert_close(torch.softmax(found, -1), softmax(logits, adapt(logits)))
    assert torch.equal(processor.used[0], adapt(logits))


def test_a_schedule_may_ask_for_both():
    processor = TemperatureSchedule(lambda logits, step: logits.amax(-1) + step, prompt_length=1)
    processor(IDS, Z[None])
    assert processor.used[0].tolist() == [4.0]


@pytest.mark.parametrize("schedule", [lambda t: 1.0, lambda: 1.0, lambda step, prompt: 1.0])
def test_a_schedule_must_name_what_it_wants(schedule):
    with pytest.raises(TypeError, match="a schedule takes step, logits or both, not"):
        TemperatureSchedule(schedule, 1)


@pytest.mark.parametrize("value", [-1, -0.001, math.nan, torch.tensor(-1.0)])
def test_a_negative_temperature_is_named(value):
    with pytest.raises(ValueError, match=r"temperature must be at least 0, not (-1|-0.001|nan)"):
        TemperatureSchedule(value, 1)


@pytest.mark.parametrize("value", ["1", None, True, [0.5, 1.0]])
def test_what_is_no_temperature_is_named(value):
    with pytest.raises(TypeError, match="temperature must be a number or a schedule, not"):
        TemperatureSchedule(value, 1)


@pytest.mark.parametrize("given", [-1.0, torch.tensor([-1.0]), torch.tensor(-1.0)])
def test_a_scheduled_temperature_is_checked_at_its_step(given):
    processor = TemperatureSchedule(lambda step: given, 1)
    with pytest.raises(ValueError, match="temperature must be at least 0, not -1"):
        processor(IDS, Z[None])


@pytest.mark.parametrize("temperature", [0.0, 1.0, lambda step: 1.0])
def test_logits_that_are_no_numbers_are_an_error(temperature):
    with pytest.raises(ValueError, match="row 1 of the logits has a logit of nan"):
        TemperatureSchedule(temperature, 1)(IDS, torch.tensor([[0.0, 1.0], [math.nan, 0.0]]))


# Noise


def test_the_noise_of_a_row_depends_on_its_seed_alone():
    scores = torch.zeros(3, 7)
    together = GumbelNoise([11, 12, 13])
    alone = GumbelNoise([12])
    for _ in range(80):  # several blocks
        assert torch.equal(together(IDS, scores)[1], alone(IDS, scores[:1])[0])


def test_the_noise_is_that_of_a_plain_loop():
    """However many steps are drawn ahead."""
    generator = torch.Generator().manual_seed(12)
    noise = GumbelNoise([12])
    for _ in range(80):
        uniforms = torch.rand(7, dtype=torch.float64, generator=generator)
        expected = -(-uniforms.log()).log()
        torch.testing.assert_close(noise(IDS, torch.zeros(1, 7))[0], expected.float())


def test_steps_are_independent_of_each_other():
    """Not the noise of the first step again: 4000 pairs of draws, chi-square as above."""
    noise = GumbelNoise(range(4000))
    scores = Z[:2].expand(4000, 2)
    first, second = (noise(IDS, scores).argmax(-1) for _ in range(2))
    p = softmax(Z[:2])
    assert chance(2 * first + second, torch.outer(p, p).flatten()) > P_LIMIT


def test_the_extreme_uniforms_give_finite_noise(monkeypatch):
    ends = torch.tensor([0.0, 1 - 2.0**-53], dtype=torch.float64)
    monkeypatch.setattr(torch, "rand", lambda *size, **more: ends.clone())
    assert GumbelNoise([0])(IDS, torch.zeros(1, 2)).isfinite().all()


def test_rows_without_a_seed_are_an_error():
    with pytest.raises(ValueError, match="2 rows of scores, but 1 seeds"):
        GumbelNoise([0])(IDS, torch.zeros(2, 5))


# Filters


def test_filters_are_applied_in_the_order_written():
    double = lambda z: 2 * z  # noqa: E731
    plus_one = lambda z: z + 1  # noqa: E731
    assert torch.equal(Filters([double, plus_one], [0])(IDS, Z[None]), 2 * Z[None] + 1)
    assert torch.equal(Filters([plus_one, double], [0])(IDS, Z[None]), 2 * (Z[None] + 1))


def test_a_single_filter_and_a_composition_do_as_well():
    keep_two = partial(top_k, k=2)
    expected = keep_two(Z[None])
    assert torch.equal(Filters(keep_two, [0])(IDS, Z[None]), expected)
    assert torch.equal(Filters(compose(partial(top_k, k=3), keep_two), [0])(IDS, Z[None]), expected)


def test_a_filter_that_asks_for_the_tokens_before_gets_those_of_its_row_without_padding():
    ids = torch.tensor([[0, 0, 3, 1], [2, 3, 1, 4]])
    penalise = partial(repetition_penalty, penalty=2.0)
    found = Filters([penalise], padding=[2, 0])(ids, Z.expand(2, 5))
    assert torch.equal(found[0], repetition_penalty(Z, torch.tensor([3, 1]), 2.0))
    assert torch.equal(found[1], repetition_penalty(Z, torch.tensor([2, 3, 1, 4]), 2.0))


def test_tokens_that_a_filter_already_has_are_left_to_it():
    fixed = partial(repetition_penalty, previous_tokens=torch.tensor([4]), penalty=2.0)
    found = Filters([fixed], [0])(IDS, Z[None])
    assert torch.equal(found, fixed(Z[None]))


def test_a_penalty_inside_a_composition_gets_its_tokens():
    composed = compose(partial(repetition_penalty, penalty=2.0), partial(top_k, k=3))
    ids = torch.tensor([[0, 1]])
    expected = top_k(repetition_penalty(Z[None], ids, 2.0), 3)
    assert torch.equal(Filters(composed, [0])(ids, Z[None]), expected)


def test_what_is_no_filter_is_named():
    with pytest.raises(TypeError, match="a filter must be a callable from logits to logits, not 4"):
        Filters([4], [0])


@pytest.mark.parametrize("wrong", [lambda z: z[:, :2], lambda z: None])
def test_a_filter_that_gives_no_logits_is_an_error(wrong):
    with pytest.raises(ValueError, match=r"must give logits of the shape \[1, 5\]"):
        Filters(wrong, [0])(IDS, Z[None])


def test_a_filter_that_leaves_nothing_is_an_error():
    nothing = Filters(lambda z: z.masked_fill(z < 99, -INF), [0])(IDS, Z[None])
    with pytest.raises(ValueError, match="row 0 of the logits has no finite logit"):
        TemperatureSchedule(1.0, 1)(IDS, nothing)


# In transformers' own hands


def test_plain_transformers_samples_with_them(toy):
    """As chapter 07 uses them: an annealing schedule, with the cache."""
    ids = torch.tensor([[4, 9, 20]]).expand(2, -1)
    schedule = TemperatureSchedule(schedules.linear(1.5, 0.5, 5), prompt_length=3)
    written = toy.model.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        do_sample=False,
        max_new_tokens=8,
        suppress_tokens=[2],
        pad_token_id=0,
        logits_processor=[schedule, GumbelNoise([0, 1])],
    )
    assert written.shape == (2, 11)
    assert not torch.equal(written[0], written[1])
    assert schedule.used == pytest.approx([1.5, 1.3, 1.1, 0.9, 0.7, 0.5, 0.5, 0.5])
