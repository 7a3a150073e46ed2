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


def wrong_forms():
    return [form for form in pitfalls.FORMS if not form.correct]


def divided_first(stored, temperature):
    """The error made by dividing logits in the format they are stored in."""
    truth = softmax(stored.double(), temperature)
    return total_variation(softmax((stored / temperature).double()), truth)


def subtracted_first(stored, temperature):
    """The error made by subtracting the maximum, then dividing, in the format of the logits."""
    truth = softmax(stored.double(), temperature)
    return total_variation(softmax(((stored - stored.max()) / temperature).double()), truth)


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
finite_vectors = st.lists(st.floats(-20, 20), min_size=1, max_size=30).map(
    lambda values: torch.tensor(values, dtype=torch.float64)
)
logit_vectors = st.tuples(
    st.lists(st.floats(-20, 20) | st.just(-math.inf), max_size=29), st.floats(-20, 20)
).map(lambda pair: torch.tensor([*pair[0], pair[1]], dtype=torch.float64))


@pytest.mark.claim("C00.1")
def test_three_temperatures_keep_the_order_of_the_five_words(claim):
    table = torch.stack([softmax(Z, T) for T in (0.5, 1, 2)])
    assert (table.argsort(-1, descending=True) == torch.arange(5)).all()
    assert table[0, 0] == pytest.approx(4 / 5, abs=0.02)
    assert table[2, 4] > 1 / 8
    words = {
        "en": ["mat", "sofa", "floor", "roof", "moon"],
        "es": ["alfombra", "silla", "mesa", "cama", "luna"],
    }
    rows = [
        [{lang: words[lang][i] for lang in words}, Z[i], *table[:, i].tolist()] for i in range(5)
    ]
    claim.table([[None, None, 0.5, 1, 2], *rows])


@pytest.mark.claim("C00.2")
@same_every_run
@given(finite_vectors, st.floats(-50, 50))
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
def test_entropy_reaches_zero_and_log_of_the_count_at_certainty_and_uniformity_only(logits):
    p, count, nats = softmax(logits), len(logits), entropy(logits).item()
    # log x <= x - 1 below, Pinsker above: either end forces the distribution.
    assert nats >= 1 - p.max().item() - TOLERANCE
    uniform = torch.full((count,), 1 / count, dtype=torch.float64)
    assert math.log(count) - nats >= 2 * total_variation(p, uniform) ** 2 - TOLERANCE


@pytest.mark.claim("C00.3")
@pytest.mark.parametrize("count", [1, 2, 7, 1000])
def test_entropy_reaches_its_bounds_at_one_hot_and_uniform(count):
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
    claim.shows(nats[0], 0.5, nats[1:], math.log(5), [math.exp(h) for h in nats])


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


@pytest.mark.claim("C00.5")
def test_on_the_draw_a_rule_must_look_at_the_word():
    p, blind = softmax(Z), pitfalls.find("rejection").apply(Z, 0.5)
    assert total_variation(renormalised(blind), p) < TOLERANCE
    looking = p * (p / p.max()) ** (1 / 0.5 - 1)
    assert total_variation(renormalised(looking), softmax(Z, 0.5)) < TOLERANCE


@pytest.mark.claim("C00.6")
def test_temperature_one_exposes_only_the_second_softmax_and_the_rejection():
    truth = softmax(Z)
    wrong = wrong_forms()
    exposed = {f.id for f in wrong if total_variation(f.apply(Z, 1.0), truth) > TOLERANCE}
    assert exposed == {"double-softmax", "rejection"}
    truth = softmax(Z, 2)
    assert all(total_variation(form.apply(Z, 2.0), truth) > 0.05 for form in wrong)


@pytest.mark.claim("C00.6")
def test_a_power_of_two_hides_the_rounding_and_seven_tenths_shows_it(claim):
    for stored in ((Z + 10000).float(), (Z - 100).bfloat16()):
        for temperature in (0.5, 2.0, 4.0):
            assert divided_first(stored, temperature) == 0
        assert divided_first(stored, 0.7) > 1e-4
    claim.shows(0.7, 0.7)


@pytest.mark.claim("C00.7")
def test_the_table_of_forms(claim):
    table = pitfalls.compare(Z, 2.0)
    assert len(table) == 9
    rejection = table["form"] == "rejection"
    assert table.loc[rejection, "sum"].item() == 0
    assert table.loc[rejection, ["entropy", "total_variation"]].isna().all(axis=None)
    assert set(table.loc[table["correct"], "form"]) == {"inside", "power", "log"}
    yes = {"en": "yes", "es": "sí"}
    verdicts = [yes] * 3 + ["no"] * 6
    verdicts[5] = {"en": "not by itself", "es": "por sí sola, no"}
    numbers = table[["sum", "entropy", "total_variation"]].to_numpy().tolist()
    rows = [
        [form.formula, *row, verdict]
        for form, row, verdict in zip(pitfalls.FORMS, numbers, verdicts, strict=True)
    ]
    rows[-1] = [None, 0, None, None, "no"]
    claim.table([[None] * 5, *rows])


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
    hottest = 1 / math.log(50257 - 1)
    assert 1 / (1 + 50256 * math.exp(-1 / hottest)) == pytest.approx(1 / 2)
    claim.shows(50257, ceilings[0], 0.2, ceilings[1], hottest)


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
@same_every_run
@given(st.lists(st.floats(-5, 5), min_size=2, max_size=20), st.floats(0.01, 3))
def test_an_unnormalised_power_misses_one_as_soon_as_two_classes_are_possible(values, exponent):
    p = softmax(torch.tensor([*values, -math.inf], dtype=torch.float64))
    assert (p ** math.exp(-exponent)).sum().item() > 1 + 1e-9
    assert (p ** math.exp(exponent)).sum().item() < 1 - 1e-9


@pytest.mark.claim("C00.10")
@pytest.mark.parametrize("temperature", [0.5, 2.0])
def test_an_unnormalised_power_sums_to_one_if_only_one_class_is_possible(temperature):
    p = softmax(torch.tensor([3.0, -math.inf, -math.inf]))
    assert (p ** (1 / temperature)).sum() == 1


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
@pytest.mark.parametrize("temperature", [0.5, 0.8])
def test_rejecting_blindly_returns_p_after_more_tries(temperature):
    """Counts of 200000 tries; each bound is 5 standard errors (false failures under 1e-5)."""
    generator = torch.Generator().manual_seed(0)
    p, tries = softmax(Z), 200_000
    drawn = torch.multinomial(p, tries, replacement=True, generator=generator)
    coin = torch.rand(tries, generator=generator, dtype=torch.float64)
    accepted = drawn[coin >= temperature]
    kept = 1 - temperature
    assert abs(len(accepted) / tries - kept) < 5 * math.sqrt(temperature * kept / tries)
    frequency = torch.bincount(accepted, minlength=5) / len(accepted)
    assert ((frequency - p).abs() < 5 * (p * (1 - p) / len(accepted)).sqrt()).all()
    one_try = pitfalls.find("rejection").apply(Z, temperature)
    torch.testing.assert_close(one_try, kept * p, rtol=0, atol=TOLERANCE)
    assert 1 / one_try.sum().item() == pytest.approx(1 / (1 - temperature))


@pytest.mark.claim("C00.13")
def test_from_temperature_one_on_nothing_is_accepted(claim):
    rejection = pitfalls.find("rejection")
    assert all(rejection.apply(Z, T).sum() == 0 for T in (1.0, 2.0))
    assert 1 / rejection.apply(Z, 0.5).sum().item() == pytest.approx(2)
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
def test_the_power_form_is_the_same_distribution(claim):
    bound = 1e-14
    logits = random_logits(200, 64, spread=40, impossible=0.1)
    for temperature in (0.2, 0.7, 1.0, 2.0, 10.0):
        power = renormalised(softmax(logits) ** (1 / temperature))
        assert (power - softmax(logits, temperature)).abs().max().item() < bound
    claim.shows(bound)


@pytest.mark.claim("C00.14")
@same_every_run
@given(logit_vectors, temperatures)
def test_the_power_form_has_the_same_entropy(logits, temperature):
    power = renormalised(softmax(logits) ** (1 / temperature))
    wanted = entropy(logits, temperature).item()
    assert torch.special.entr(power).sum().item() == pytest.approx(wanted, abs=1e-11)


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
    rows = [
        [
            str(dtype).removeprefix("torch."),
            k,
            (k + 1) * math.log(2),
            -math.log(torch.finfo(dtype).smallest_normal),
        ]
        for dtype, k in exponents.items()
    ]
    claim.table([[None] * 4, *rows])


@pytest.mark.claim("C00.15")
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_the_softmax_itself_underflows_there(dtype):
    gone = -math.log(torch.finfo(dtype).smallest_normal * torch.finfo(dtype).eps) + math.log(2)
    pairs = torch.tensor([[0.0, -gone - 0.3], [0.0, -gone + 0.3]], dtype=dtype)
    assert (torch.softmax(pairs, -1)[:, 1] > 0).tolist() == [False, True]


@pytest.mark.claim("C00.16")
def test_a_word_owed_a_tenth_of_the_draws_is_lost_in_float16(claim):
    logits = torch.tensor([0, -10, -20], dtype=torch.float64)
    truth = softmax(logits, 10)
    assert truth[2].item() == pytest.approx(1 / 11, rel=0.02)
    p = torch.softmax(logits.half(), -1)
    power = renormalised(p ** (1 / 10))
    assert p[2] == power[2] == 0
    claim.shows(logits, 10, truth, p, power)


@pytest.mark.claim("C00.17")
def test_float16_loses_a_quarter_of_a_vocabulary(claim):
    logits = normal_quantiles()
    p = softmax(logits)
    gone = p.half() == 0
    assert ((p.bfloat16() > 0) & (p.float() > 0)).all()
    owed = softmax(logits, 10)[gone].sum()
    claim.shows(len(logits), 3, 100 * gone.double().mean(), 10, 100 * owed)


@pytest.mark.claim("C00.18")
def test_multinomial_draws_the_same_words_from_p_and_from_half_of_p(claim):
    p, draws = softmax(Z), 10000
    one, other = (
        torch.multinomial(
            weights, draws, replacement=True, generator=torch.Generator().manual_seed(0)
        )
        for weights in (p, p / 2)
    )
    assert torch.equal(one, other)
    claim.shows(draws, draws)


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
    assert all(total_variation(f.apply(Z, 0.7), softmax(Z, 0.7)) > 0.05 for f in wrong_forms())
    claim.shows(1000, 1000 * q, error(1000), 1000 * p, away, 10 * q, 10 * p, error(10), 0.7)


@pytest.mark.claim("C00.20")
def test_subtracting_the_maximum_first_keeps_the_digits(claim):
    offset, temperature, bound = 10000, 0.7, 1e-6
    stored = (Z + offset).float()
    assert subtracted_first(stored, temperature) < bound
    assert torch.equal((stored - stored.max()).double(), stored.double() - stored.max())
    # Storing moved 0.2 and 0.1, and only these, to a neighbouring multiple of 1/1024.
    assert torch.equal((stored.double() - offset) * 1024 % 1, torch.zeros_like(Z))
    assert (stored.double() - offset != Z).tolist() == [False, False, False, True, True]
    error = divided_first(stored, temperature)
    claim.shows(offset, temperature, offset / temperature, error, Z[3:], 1024, bound)


@pytest.mark.claim("C00.21")
def test_dividing_first_overflows_in_half_precision(claim):
    logits, temperature = torch.tensor([20, 10], dtype=torch.float16), 0.0001
    assert torch.softmax(logits / temperature, 0).isnan().all()
    assert torch.softmax((logits - logits.max()) / temperature, 0).tolist() == [1, 0]
    assert softmax(logits, temperature).tolist() == [1, 0]
    claim.shows(logits[0], temperature, logits, temperature)


@pytest.mark.claim("C00.22")
def test_dividing_in_bfloat16_costs_more_than_storing_in_it(claim):
    temperature, bound = 0.7, 1e-5
    stored = [normal_quantiles().bfloat16(), (Z - 100).bfloat16()]
    assert all(subtracted_first(logits.float(), temperature) < bound for logits in stored)
    errors = [divided_first(logits, temperature) for logits in stored]
    subtracted = [subtracted_first(logits, temperature) for logits in stored]
    claim.shows(50257, temperature, errors[0], 100, stored[1], errors[1], subtracted, bound)
