"""Every claim of note 00: recomputed, and tested where a counterexample would hide."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tempkit import pitfalls, softmax
from tempkit.information import entropy

Z = torch.tensor([2, 1, 0.5, 0.2, 0.1], dtype=torch.float64)
TOLERANCE = 1e-12
same_every_run = settings(derandomize=True, deadline=None)


def renormalised(weights):
    return weights / weights.sum(-1, keepdim=True)


def total_variation(one, other):
    return (one - other).abs().sum(-1).item() / 2


def random_logits(rows, classes, spread, *, seed=0, impossible=0.0):
    """Uniform logits over ``spread`` nats, one class in ``1/impossible`` of them at -inf."""
    generator = torch.Generator().manual_seed(seed)
    logits = spread * torch.rand(rows, classes, generator=generator, dtype=torch.float64)
    holes = torch.rand(rows, classes, generator=generator) < impossible
    holes[:, 0] = False
    return logits.masked_fill(holes, -math.inf)


def normal_quantiles(count=50257, sd=3.0):
    """One logit at each of ``count`` evenly spaced quantiles of a normal, the largest first."""
    ranks = torch.arange(count, 0, -1, dtype=torch.float64)
    return sd * torch.special.ndtri((ranks - 0.5) / count)


temperatures = st.floats(0.05, 20)
logit_vectors = st.lists(st.floats(-20, 20), min_size=1, max_size=30).map(
    lambda values: torch.tensor(values, dtype=torch.float64)
)


@pytest.mark.claim("C00.1")
def test_three_temperatures_keep_the_order_of_the_five_words(claim):
    table = torch.stack([softmax(Z, T) for T in (0.5, 1, 2)])
    assert (table.argsort(-1, descending=True) == torch.arange(5)).all()
    assert table[0, 0] == pytest.approx(4 / 5, abs=0.02)
    assert table[2, 4] > 1 / 8
    claim.shows(Z, 0.5, table)


@pytest.mark.claim("C00.2")
@same_every_run
@given(logit_vectors, st.floats(-50, 50))
def test_a_softmax_forgets_a_common_shift_and_nothing_else(logits, shift):
    p = softmax(logits)
    assert p.sum().item() == pytest.approx(1)
    assert (p > 0).all()
    torch.testing.assert_close(softmax(logits + shift), p, rtol=0, atol=TOLERANCE)
    # The differences of the logits can be read back from p, so only a constant is lost.
    read_back = p.log() - p.log()[0]
    torch.testing.assert_close(read_back, logits - logits[0], rtol=0, atol=1e-10)
    torch.testing.assert_close(p.log(), logits - logits.logsumexp(0), rtol=0, atol=1e-10)


@pytest.mark.claim("C00.2")
def test_an_impossible_class_gets_exactly_zero():
    assert softmax(torch.tensor([0.0, -math.inf])).tolist() == [1.0, 0.0]


@pytest.mark.claim("C00.3")
@same_every_run
@given(logit_vectors)
def test_entropy_lies_between_zero_and_log_of_the_count(logits):
    assert -TOLERANCE <= entropy(logits).item() <= math.log(len(logits)) + TOLERANCE


@pytest.mark.claim("C00.3")
@pytest.mark.parametrize("count", [1, 2, 7, 1000])
def test_entropy_reaches_its_bounds_at_one_hot_and_uniform_only(count):
    uniform = torch.zeros(count, dtype=torch.float64)
    assert entropy(uniform).item() == pytest.approx(math.log(count), abs=TOLERANCE)
    one_hot = torch.full((count,), -math.inf, dtype=torch.float64)
    one_hot[0] = 0.0
    assert entropy(one_hot).item() == 0.0
    if count > 1:
        uniform[0] += 0.01
        one_hot[1] = -20.0
        assert entropy(uniform).item() < math.log(count) - 1e-9
        assert entropy(one_hot).item() > 1e-9


@pytest.mark.claim("C00.4")
def test_entropies_of_the_five_words(claim):
    nats = [entropy(Z, T).item() for T in (0.5, 1, 2)]
    claim.shows(0.5, nats, math.log(5), [math.exp(h) for h in nats])


@pytest.mark.claim("C00.5")
@same_every_run
@given(logit_vectors, temperatures)
def test_temperature_belongs_on_logits_or_log_probabilities(logits, temperature):
    truth = softmax(logits, temperature)
    on_logits = torch.softmax(logits / temperature, 0)
    on_log_probabilities = torch.softmax(torch.log_softmax(logits, 0) / temperature, 0)
    torch.testing.assert_close(on_logits, truth, rtol=0, atol=TOLERANCE)
    torch.testing.assert_close(on_log_probabilities, truth, rtol=0, atol=TOLERANCE)


@pytest.mark.claim("C00.5")
def test_on_probabilities_only_the_power_is_right():
    p, truth = softmax(Z), softmax(Z, 2)
    assert total_variation(renormalised(p / 2), truth) > 0.1
    assert total_variation(torch.softmax(p / 2, 0), truth) > 0.1
    assert total_variation(renormalised(p**0.5), truth) < TOLERANCE


@pytest.mark.claim("C00.6")
def test_temperature_one_exposes_only_the_second_softmax_and_the_rejection():
    truth = softmax(Z)
    wrong = [form for form in pitfalls.FORMS if not form.correct]
    exposed = {f.id for f in wrong if total_variation(f.apply(Z, 1.0), truth) > TOLERANCE}
    assert exposed == {"double-softmax", "rejection"}
    truth = softmax(Z, 2)
    assert all(total_variation(form.apply(Z, 2.0), truth) > 0.05 for form in wrong)


@pytest.mark.claim("C00.7")
def test_the_table_of_forms(claim):
    table = pitfalls.compare(Z, 2.0)
    assert len(table) == 9
    rejection = table["form"] == "rejection"
    assert table.loc[rejection, "sum"].item() == 0
    assert table.loc[rejection, ["entropy", "total_variation"]].isna().all(axis=None)
    assert set(table.loc[table["correct"], "form"]) == {"inside", "power", "log"}
    kept = table[~rejection]
    claim.shows(*(kept[column].tolist() for column in ("sum", "entropy", "total_variation")), 0.0)


@pytest.mark.claim("C00.7")
def test_total_variation_is_the_largest_error_on_a_set_of_words():
    difference = softmax(Z) - softmax(Z, 2)
    subsets = torch.tensor([[n >> i & 1 for i in range(5)] for n in range(32)]).double()
    worst = (subsets @ difference).abs().max().item()
    assert worst == pytest.approx(total_variation(softmax(Z), softmax(Z, 2)))


@pytest.mark.claim("C00.8")
@same_every_run
@given(logit_vectors, temperatures)
def test_divided_probabilities_sum_to_one_over_t_and_renormalise_to_p(logits, temperature):
    p = softmax(logits)
    divided = p / temperature
    assert divided.sum().item() == pytest.approx(1 / temperature)
    torch.testing.assert_close(renormalised(divided), p, rtol=0, atol=TOLERANCE)


@pytest.mark.claim("C00.9")
@same_every_run
@given(logit_vectors, temperatures)
def test_a_second_softmax_bounds_every_ratio_and_the_largest_probability(logits, temperature):
    r = torch.softmax(softmax(logits) / temperature, 0)
    assert (r.max().log() - r.min().log()).item() <= 1 / temperature + 1e-9
    ceiling = 1 / (1 + (len(logits) - 1) * math.exp(-1 / temperature))
    assert r.max().item() <= ceiling + TOLERANCE


@pytest.mark.claim("C00.9")
def test_the_ceiling_of_a_second_softmax_at_a_real_vocabulary(claim):
    certain = torch.zeros(50257, dtype=torch.float64)
    certain[0] = 1.0
    reached = [torch.softmax(certain / T, 0)[0].item() for T in (1, 0.2)]
    ceilings = [1 / (1 + 50256 * math.exp(-1 / T)) for T in (1, 0.2)]
    assert reached == pytest.approx(ceilings, rel=1e-9)
    assert ceilings[0] * 50257 < 3
    claim.shows(0.2, ceilings)


@pytest.mark.claim("C00.10")
@same_every_run
@given(logit_vectors, temperatures)
def test_an_unnormalised_power_has_the_right_ratios_and_the_wrong_sum(logits, temperature):
    weights = softmax(logits) ** (1 / temperature)
    torch.testing.assert_close(
        renormalised(weights), softmax(logits, temperature), rtol=0, atol=TOLERANCE
    )
    # The sum of q_i^b over classes falls with b, from their number to the mass of certainty.
    if temperature >= 1:
        assert weights.sum().item() >= 1 - TOLERANCE
    else:
        assert weights.sum().item() <= 1 + TOLERANCE


@pytest.mark.claim("C00.10")
def test_an_unnormalised_power_misses_one_on_both_sides():
    p = softmax(Z)
    assert (p ** (1 / 1.01)).sum().item() > 1.001
    assert (p ** (1 / 0.99)).sum().item() < 0.999


@pytest.mark.claim("C00.11")
@same_every_run
@given(logit_vectors, temperatures)
def test_multiplying_is_one_over_t_and_dividing_twice_is_t_squared(logits, temperature):
    multiplied = torch.softmax(logits * temperature, 0)
    torch.testing.assert_close(multiplied, softmax(logits, 1 / temperature), rtol=0, atol=TOLERANCE)
    twice = torch.softmax(logits / temperature / temperature, 0)
    torch.testing.assert_close(twice, softmax(logits, temperature**2), rtol=0, atol=1e-11)


@pytest.mark.claim("C00.12")
@same_every_run
@given(logit_vectors, temperatures)
def test_divided_log_probabilities_give_the_truth_once_renormalised(logits, temperature):
    weights = (torch.log_softmax(logits, 0) / temperature).exp()
    truth = softmax(logits, temperature)
    torch.testing.assert_close(renormalised(weights), truth, rtol=0, atol=TOLERANCE)
    power = softmax(logits) ** (1 / temperature)
    torch.testing.assert_close(weights, power, rtol=1e-9, atol=TOLERANCE)


@pytest.mark.claim("C00.13")
def test_rejecting_blindly_returns_p_in_twice_the_tries(claim):
    """Counts of 200000 tries; each bound is 5 standard errors (false failures under 1e-5)."""
    generator = torch.Generator().manual_seed(0)
    p, tries = softmax(Z), 200_000
    drawn = torch.multinomial(p, tries, replacement=True, generator=generator)
    accepted = drawn[torch.rand(tries, generator=generator, dtype=torch.float64) >= 0.5]
    share = len(accepted) / tries
    assert 1 / share == pytest.approx(2, rel=5 / math.sqrt(tries))
    frequency = torch.bincount(accepted, minlength=5) / len(accepted)
    assert ((frequency - p).abs() < 5 * (p * (1 - p) / len(accepted)).sqrt()).all()
    assert pitfalls.find("rejection").apply(Z, 1.0).sum() == 0
    claim.shows(0.5)


@pytest.mark.claim("C00.13")
@same_every_run
@given(logit_vectors, st.floats(0.05, 0.99))
def test_rejecting_by_the_word_tempers(logits, temperature):
    p = softmax(logits)
    accept = (p / p.max()) ** (1 / temperature - 1)
    assert (accept <= 1).all()
    torch.testing.assert_close(
        renormalised(p * accept), softmax(logits, temperature), rtol=0, atol=TOLERANCE
    )


@pytest.mark.claim("C00.14")
@pytest.mark.parametrize("temperature", [0.2, 0.7, 1.0, 2.0, 10.0])
def test_the_power_form_is_the_same_distribution(temperature):
    logits = random_logits(200, 64, spread=40, impossible=0.1)
    power = renormalised(softmax(logits) ** (1 / temperature))
    assert (power - softmax(logits, temperature)).abs().max().item() < 1e-14


@pytest.mark.claim("C00.14")
def test_the_power_form_prints_the_same_digits_and_the_same_entropy(claim):
    inside, power = softmax(Z, 2), renormalised(softmax(Z) ** 0.5)
    nats = [torch.special.entr(q).sum().item() for q in (inside, power)]
    claim.shows(inside, power, nats)


@pytest.mark.claim("C00.15")
def test_a_probability_becomes_zero_at_half_the_smallest_number(claim):
    exponents = {torch.float16: 24, torch.bfloat16: 133, torch.float32: 149, torch.float64: 1074}
    for dtype, k in exponents.items():
        info = torch.finfo(dtype)
        assert Fraction(info.smallest_normal) * Fraction(info.eps) == Fraction(1, 2**k)
        if dtype is not torch.float64:
            half = torch.tensor([1.0, 1.0 + 1e-3], dtype=torch.float64) * 2.0 ** -(k + 1)
            assert (half.to(dtype) > 0).tolist() == [False, True]
    assert float(Fraction(1, 2**1075)) == 0.0
    assert float(Fraction(2**30 + 1, 2**1105)) > 0.0
    claim.shows([(k + 1) * math.log(2) for k in exponents.values()])


@pytest.mark.claim("C00.15")
@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
def test_the_softmax_itself_underflows_there(dtype):
    gone = -math.log(torch.finfo(dtype).smallest_normal * torch.finfo(dtype).eps) + math.log(2)
    pairs = torch.tensor([[0.0, -gone - 0.1], [0.0, -gone + 0.1]], dtype=dtype)
    assert (torch.softmax(pairs, -1)[:, 1] > 0).tolist() == [False, True]


@pytest.mark.claim("C00.16")
def test_a_word_owed_a_tenth_of_the_draws_is_lost_in_float16(claim):
    logits = torch.tensor([[0, -10, -20], [0, -20, -40]], dtype=torch.float64)
    truth = softmax(logits, 10)
    p = torch.softmax(logits.half(), -1)
    power = renormalised(p ** (1 / 10))
    assert power[1].tolist() == [1, 0, 0]
    assert p[0, 2] == power[0, 2] == 0
    claim.shows(truth[0], truth[1, 0], p[0], power[0])


@pytest.mark.claim("C00.17")
def test_float16_loses_a_quarter_of_a_vocabulary(claim):
    logits = normal_quantiles()
    p = softmax(logits)
    gone = p.half() == 0
    assert ((p.bfloat16() > 0) & (p.float() > 0)).all()
    claim.shows(100 * gone.double().mean(), 100 * softmax(logits, 10)[gone].sum())


@pytest.mark.claim("C00.18")
def test_multinomial_draws_the_same_words_from_p_and_from_half_of_p():
    p = softmax(Z)
    one, other = (
        torch.multinomial(
            weights, 10000, replacement=True, generator=torch.Generator().manual_seed(0)
        )
        for weights in (p, p / 2)
    )
    assert torch.equal(one, other)


@pytest.mark.claim("C00.18")
def test_multinomial_makes_the_unnormalised_power_right():
    """Shares of 200000 draws within 5 standard errors (false failures under 1e-5)."""
    draws, truth = 200_000, softmax(Z, 2)
    generator = torch.Generator().manual_seed(0)
    drawn = torch.multinomial(softmax(Z) ** 0.5, draws, replacement=True, generator=generator)
    share = torch.bincount(drawn, minlength=5) / draws
    assert ((share - truth).abs() < 5 * (truth * (1 - truth) / draws).sqrt()).all()


@pytest.mark.claim("C00.19")
def test_a_thousand_draws_tell_the_forms_apart_and_ten_do_not(claim):
    q, p = softmax(Z, 2)[0].item(), softmax(Z)[0].item()

    def error(draws):
        return math.sqrt(draws * q * (1 - q))

    away = 1000 * (p - q) / error(1000)
    claim.shows(1000 * q, error(1000), 1000 * p, away, 10 * q, 10 * p, error(10))


@pytest.mark.claim("C00.20")
def test_subtracting_the_maximum_first_keeps_the_digits(claim):
    shifted, temperature = (Z + 10000).float(), 0.7
    truth = softmax(shifted.double(), temperature)
    divided_first = softmax((shifted / temperature).double())
    subtracted_first = softmax(((shifted - shifted.max()) / temperature).double())
    assert total_variation(subtracted_first, truth) < 1e-6
    assert torch.equal((shifted - shifted.max()).double(), shifted.double() - shifted.max())
    claim.shows(temperature, total_variation(divided_first, truth))


@pytest.mark.claim("C00.21")
def test_dividing_first_overflows_in_half_precision(claim):
    logits, temperature = torch.tensor([20, 10], dtype=torch.float16), 0.0001
    assert torch.softmax(logits / temperature, 0).isnan().all()
    assert torch.softmax((logits - logits.max()) / temperature, 0).tolist() == [1, 0]
    assert softmax(logits, temperature).tolist() == [1, 0]
    claim.shows(temperature)


@pytest.mark.claim("C00.22")
def test_dividing_in_bfloat16_costs_more_than_storing_in_it(claim):
    logits, temperature = (Z - 100).bfloat16(), 0.7
    truth = softmax(logits.double(), temperature)
    in_half = softmax((logits / temperature).double())
    raised = torch.softmax(logits.float() / temperature, 0).double()
    assert total_variation(raised, truth) < 1e-5
    claim.shows(logits, temperature, total_variation(in_half, truth), truth[1], in_half[1])
