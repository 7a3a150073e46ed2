"""Every claim of note 03: recomputed, and tested where a counterexample would hide."""

from __future__ import annotations

import itertools
import math
from functools import partial

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tempkit.filters import min_p, repetition_penalty, temper, top_k, top_p, typical
from tempkit.information import entropy
from tempkit.scaling import log_softmax, softmax

Z = torch.tensor([2, 1, 0.5, 0.2, 0.1], dtype=torch.float64)
INF = math.inf
TOLERANCE = 1e-12
same_every_run = settings(derandomize=True, deadline=None)

temperatures = st.floats(0.2, 10)
fractions = st.floats(0.01, 0.99)
#: Quarters, so that ties are common and every difference is exact.
finite_logits = st.integers(-40, 40).map(lambda n: n / 4)
logit_vectors = st.tuples(st.lists(finite_logits | st.just(-INF), max_size=20), finite_logits).map(
    lambda pair: torch.tensor([*pair[0], pair[1]], dtype=torch.float64)
)


def normal_quantiles(count=50257, sd=3.0):
    """One logit at each of ``count`` evenly spaced quantiles of a normal, the largest first."""
    ranks = torch.arange(count, 0, -1, dtype=torch.float64)
    return sd * torch.special.ndtri((ranks - 0.5) / count)


def kept(logits):
    return logits.isfinite()


def size(logits):
    return int(kept(logits).sum())


def total_variation(one, other):
    return (one - other).abs().sum(-1).item() / 2


def every_filter(k=3, p=0.7):
    return (partial(top_k, k=k), partial(top_p, p=p), partial(min_p, p=p), partial(typical, mass=p))


def far_from_a_tie_of_sums(logits, temperature, p):
    """Rounding decides where a running sum is p itself."""
    sums = softmax(logits, temperature).sort(descending=True).values.cumsum(-1)
    assume((sums - p).abs().min() > 1e-9)


def first(logits, temperature, keep):
    """The sampler that divides by T and then filters."""
    return softmax(keep(temper(logits, temperature)))


def last(logits, temperature, keep):
    """The sampler that filters and then divides by T."""
    return softmax(keep(logits), temperature)


@pytest.mark.claim("C03.1")
def test_the_tail_of_a_vocabulary_is_no_rarity(claim):
    q = softmax(normal_quantiles())
    head = 1000
    tail = q[head:].sum().item()
    claim.shows(len(q), head, q[head:].max(), tail, (1 - tail) ** 20)


@pytest.mark.claim("C03.1")
@same_every_run
@given(logit_vectors, temperatures)
def test_no_finite_logit_has_probability_zero(logits, temperature):
    assert torch.equal(softmax(logits, temperature) > 0, logits > -INF)


@pytest.mark.claim("C03.2")
@same_every_run
@given(logit_vectors, temperatures, fractions)
def test_min_p_is_one_comparison_of_logits(logits, temperature, p):
    q = softmax(logits, temperature)
    by_logits = logits >= logits.max() + temperature * math.log(p)
    assume((q / q.max() - p).abs().min() > 1e-9)
    assert torch.equal(q >= p * q.max(), by_logits)
    assert torch.equal(kept(min_p(temper(logits, temperature), p)), by_logits)


@pytest.mark.claim("C03.3")
def test_four_filters_on_the_five_words(claim):
    q, shown = softmax(Z), []
    for setting, keep in (
        (3, partial(top_k, k=3)),
        (0.9, partial(top_p, p=0.9)),
        (0.25, partial(min_p, p=0.25)),
        (0.6, partial(typical, mass=0.6)),
    ):
        stays = kept(keep(Z))
        shown.append([setting, int(stays.sum()), q[stays].sum().item()])
    assert torch.equal(kept(min_p(Z, 0.25)), kept(typical(Z, 0.6)))
    claim.shows(Z, shown[:3], shown[3][:2])


@pytest.mark.claim("C03.4")
@same_every_run
@given(logit_vectors, temperatures, st.integers(1, 8), fractions)
def test_the_mass_that_stays_says_how_much_was_changed(logits, temperature, k, p):
    q = softmax(logits, temperature)
    for keep in every_filter(k, p):
        stays = kept(keep(temper(logits, temperature)))
        mass = q[stays].sum().item()
        r = first(logits, temperature, keep)
        torch.testing.assert_close(r[stays], q[stays] / mass)
        assert (r[~stays] == 0).all()
        assert total_variation(q, r) == pytest.approx(1 - mass, abs=1e-9)
        divergence = (r[stays] * (r[stays] / q[stays]).log()).sum().item()
        assert divergence == pytest.approx(-math.log(mass), abs=1e-9)
        if mass < 1 - 1e-9:  # a logarithm of q over 0
            assert ((q > 0) & (r == 0)).any()


@pytest.mark.claim("C03.5")
@same_every_run
@given(logit_vectors, st.integers(1, 8), fractions)
def test_each_filter_keeps_its_promise(logits, k, p):
    far_from_a_tie_of_sums(logits, 1.0, p)
    q, possible = softmax(logits), int(kept(logits).sum())
    assert size(top_k(logits, k)) == min(k, possible)
    nucleus = kept(top_p(logits, p))
    assert q[nucleus].sum().item() >= p
    fewer = int(nucleus.sum()) - 1
    # The heaviest set of a size is the top of that size.
    assert q.topk(fewer).values.sum().item() < p
    among = q[kept(min_p(logits, p))]
    assert (among.max() / among.min()).item() <= 1 / p + 1e-9
    near = kept(typical(logits, p))
    assert q[near].sum().item() >= p - 1e-9
    assert int(near.sum()) >= int(nucleus.sum())


@pytest.mark.claim("C03.5")
def test_top_k_promises_nothing_about_the_mass():
    flat = softmax(torch.zeros(1000, dtype=torch.float64))
    assert flat[kept(top_k(torch.zeros(1000), 1))].sum().item() == pytest.approx(0.001)


@pytest.mark.claim("C03.6")
@same_every_run
@given(logit_vectors, st.integers(1, 30), st.floats(0, 1))
def test_at_least_one_token_stays_and_the_ends_are_defined(logits, k, p):
    for keep in every_filter(k, p):
        assert size(keep(logits)) >= 1
    for all_stay in (top_k(logits, len(logits)), top_p(logits, 1), typical(logits, 1)):
        assert torch.equal(all_stay, logits)
    assert torch.equal(min_p(logits, 0), logits)
    assert torch.equal(kept(min_p(logits, 1)), logits == logits.max())
    with pytest.raises(ValueError, match="k must be at least 1"):
        top_k(logits, 0)


@pytest.mark.claim("C03.7")
def test_ties_for_the_last_places_go_to_the_lower_index():
    from transformers.generation.logits_process import TopKLogitsWarper

    tied = torch.tensor([1.0, 1.0, 1.0, 0.0])
    assert kept(top_k(tied, 2)).tolist() == [True, True, False, False]
    theirs = TopKLogitsWarper(2)(torch.zeros(1, 0, dtype=torch.int64), tied[None])[0]
    assert kept(theirs).tolist() == [True, True, True, False]


@pytest.mark.claim("C03.7")
@same_every_run
@given(logit_vectors, fractions)
def test_min_p_keeps_or_removes_equal_tokens_together(logits, p):
    stays = kept(min_p(logits, p))
    for logit in logits[kept(logits)].unique():
        assert stays[logits == logit].unique().numel() == 1


@pytest.mark.claim("C03.8")
def test_sums_of_probabilities_are_rounded(claim):
    ten = torch.zeros(10, dtype=torch.float64)
    sums = softmax(ten).cumsum(0)
    bare = int((sums < 0.8).sum()) + 1
    assert bare == 9
    assert size(top_p(ten, 0.8)) == 8
    pair = torch.tensor([0, -50], dtype=torch.float64)
    q = softmax(pair)
    assert q.cumsum(0)[0].item() == 1
    assert size(top_p(pair, 1)) == 2
    claim.shows(sums[7], 0.8, pair, q[1], 1, 1)


@pytest.mark.claim("C03.9")
@same_every_run
@given(logit_vectors, temperatures, st.floats(1.01, 5), st.integers(1, 8), fractions)
def test_heat_keeps_the_top_k_and_grows_the_nucleus(logits, cold, factor, k, p):
    hot = cold * factor
    for temperature in (cold, hot):
        assert torch.equal(kept(top_k(temper(logits, temperature), k)), kept(top_k(logits, k)))
        far_from_a_tie_of_sums(logits, temperature, p)
    grown = kept(top_p(temper(logits, hot), p)) | ~kept(top_p(temper(logits, cold), p))
    assert grown.all()
    at_cold, at_hot = (softmax(logits, T).sort(descending=True).values for T in (cold, hot))
    assert (at_hot.cumsum(0) <= at_cold.cumsum(0) + TOLERANCE).all()


@pytest.mark.claim("C03.9")
def test_rounding_may_make_ties_and_never_turns_an_order_round():
    logits = 1.75 + torch.arange(1000, dtype=torch.float32) * 2**-23
    assert (logits.diff() > 0).all()
    steps = (logits / 3).diff()
    assert (steps >= 0).all()
    assert (steps == 0).any()


@pytest.mark.claim("C03.10")
@pytest.mark.claim("C03.13")
@same_every_run
@given(logit_vectors, temperatures, st.floats(0.05, 0.95))
def test_min_p_after_a_temperature_is_min_p_of_a_power_before_it(logits, temperature, p):
    gaps = (logits - logits.max()) / temperature
    assume((gaps - math.log(p)).abs().min() > 1e-9)
    after = kept(min_p(temper(logits, temperature), p))
    assert torch.equal(after, kept(min_p(logits, p**temperature)))
    hotter = kept(min_p(temper(logits, 1.5 * temperature), p))
    assert (hotter | ~after).all()


@pytest.mark.claim("C03.11")
@same_every_run
@given(logit_vectors, temperatures)
def test_typical_looks_at_the_distance_from_the_mean_logit(logits, temperature):
    finite = logits[kept(logits)]
    q = softmax(finite, temperature)
    mean = (q * finite).sum()
    excess = -log_softmax(finite, temperature) - entropy(finite, temperature)
    torch.testing.assert_close(excess, (mean - finite) / temperature, rtol=0, atol=1e-9)


@pytest.mark.claim("C03.11")
def test_a_hot_typical_filter_removes_the_most_probable_word(claim):
    q = softmax(Z, 2)
    mean = (q * Z).sum()
    stays = kept(typical(temper(Z, 2), 0.6))
    assert stays.tolist() == [False, True, True, True, True]
    claim.shows(2, mean, Z[0] - mean, mean - Z[4], q[stays].sum(), 0.6, q[0])


@pytest.mark.claim("C03.12")
def test_sizes_in_a_large_vocabulary(claim):
    z = normal_quantiles()
    settings_ = {"top-k": 50, "top-p": 0.9, "min-p": 0.05, "typical": 0.9}
    filters = (
        partial(top_k, k=50),
        partial(top_p, p=0.9),
        partial(min_p, p=0.05),
        partial(typical, mass=0.9),
    )
    rows = [[T, *(size(keep(temper(z, T))) for keep in filters)] for T in (0.5, 1, 2, 5)]
    claim.table([[None, *settings_.values()], *rows])
    hot = kept(typical(temper(z, 2), 0.9))
    removed = int(hot.nonzero()[0])
    assert hot[removed : removed + 1000].all()
    claim.shows(2, removed)


@pytest.mark.claim("C03.13")
@same_every_run
@given(logit_vectors, temperatures, st.integers(1, 8), fractions)
def test_the_order_matters_to_top_p_and_not_to_top_k(logits, temperature, k, p):
    keep = partial(top_k, k=k)
    torch.testing.assert_close(first(logits, temperature, keep), last(logits, temperature, keep))
    for T in (1, temperature):
        far_from_a_tie_of_sums(logits, T, p)
    early = kept(top_p(temper(logits, temperature), p))
    late = kept(top_p(logits, p))
    larger, smaller = (early, late) if temperature > 1 else (late, early)
    assert (larger | ~smaller).all()
    q = softmax(logits, temperature)
    nested = 1 - (q[smaller].sum() / q[larger].sum()).item()
    keep = partial(top_p, p=p)
    apart = total_variation(first(logits, temperature, keep), last(logits, temperature, keep))
    assert apart == pytest.approx(nested, abs=1e-9)


@pytest.mark.claim("C03.14")
def test_both_orders_on_the_five_words(claim):
    nucleus, ratio, near = partial(top_p, p=0.6), partial(min_p, p=0.25), partial(typical, mass=0.6)

    def sizes(keep, temperature):
        return [size(keep(temper(Z, temperature))), size(keep(Z))]

    rows = [
        [setting, T, *sizes(keep, T), total_variation(first(Z, T, keep), last(Z, T, keep))]
        for setting, keep, T in (
            (0.6, nucleus, 2),
            (0.25, ratio, 2),
            (0.6, near, 2),
            (0.6, nucleus, 0.5),
            (0.25, ratio, 0.5),
        )
    ]
    claim.table([[None] * 5, *rows])
    assert kept(near(temper(Z, 2))).tolist() == [False, True, True, True, True]
    assert kept(near(Z)).tolist() == [True, True, False, False, False]
    power, largest = 0.25**2, 0.1495
    assert size(min_p(Z, power)) == size(min_p(Z, largest)) == 5
    assert size(min_p(Z, largest + 0.0001)) == 4
    claim.shows(0.25, power, 5, largest)


@pytest.mark.claim("C03.15")
def test_both_orders_in_a_large_vocabulary(claim):
    z, shown = normal_quantiles(), []
    for setting, keep in ((0.9, partial(top_p, p=0.9)), (0.05, partial(min_p, p=0.05))):
        apart = total_variation(first(z, 2, keep), last(z, 2, keep))
        shown.append([setting, size(keep(temper(z, 2))), size(keep(z)), apart])
    assert shown[0][-1] > 1 / 2
    left = kept(top_p(z, 0.9))
    assert softmax(z)[~left].sum() <= 0.1
    claim.shows(2, shown, 0.1, softmax(z, 2)[~left].sum())


@pytest.mark.claim("C03.16")
@same_every_run
@given(logit_vectors, st.integers(1, 12), fractions)
def test_top_k_and_then_top_p_keeps_a_subset_of_the_other_order(logits, k, p):
    far_from_a_tie_of_sums(logits, 1.0, p)
    assert (kept(top_k(top_p(logits, p), k)) | ~kept(top_p(top_k(logits, k), p))).all()


@pytest.mark.claim("C03.16")
def test_a_nucleus_of_shares_falls_short_of_its_mass(claim):
    z = normal_quantiles()
    short = kept(top_p(top_k(z, 50), 0.9))
    other = size(top_k(top_p(z, 0.9), 50))
    claim.shows(1, 50, 0.9, short.sum(), softmax(z)[short].sum(), 0.9, other)


@pytest.mark.claim("C03.17")
def test_shares_of_the_top_overstate_the_model(claim):
    z = normal_quantiles()
    q = softmax(z, 10)
    shares = softmax(z[:50], 10)
    factors = shares / q[:50]
    torch.testing.assert_close(factors, torch.full_like(factors, 1 / q[:50].sum().item()))
    claim.shows(10, 50, len(z), q[:50].sum(), shares[0], q[0], factors[0])


@pytest.mark.claim("C03.18")
def test_running_sums_of_shares_pass_nine_tenths_long_before_the_nucleus_does(claim):
    z = normal_quantiles()
    rank = int((softmax(z[:10]).cumsum(0) < 0.9).sum()) + 1
    claim.shows(10, 1, 0.9, rank, 0.9, size(top_p(z, 0.9)))


@pytest.mark.claim("C03.19")
def test_shares_overstate_the_likelihood_of_a_text(claim):
    mass = softmax(normal_quantiles())[:50].sum().item()
    nats = -math.log(mass)
    claim.shows(50, 1, nats, 100 * nats)


@pytest.mark.claim("C03.20")
@same_every_run
@given(logit_vectors, st.floats(1.01, 3))
def test_the_penalty_takes_an_amount_in_proportion_to_the_logit(logits, rho):
    everyone = torch.arange(len(logits))
    finite = kept(logits)
    fall = (logits - repetition_penalty(logits, everyone, rho))[finite]
    z = logits[finite]
    expected = torch.where(z > 0, (1 - 1 / rho) * z, (rho - 1) * z.abs())
    torch.testing.assert_close(fall, expected, rtol=0, atol=1e-9)
    assert (fall >= 0).all()


@pytest.mark.claim("C03.20")
def test_dividing_a_negative_logit_raises_it(claim):
    assert -2 / 1.2 > -2
    claim.shows(1.1, 1.3, 1.2, -2, -2 / 1.2)


def penalised(logits, rho=1.3):
    """The first word's probability after the penalty on it."""
    return softmax(repetition_penalty(logits, torch.tensor([0]), rho))[0].item()


@pytest.mark.claim("C03.21")
@same_every_run
@given(st.floats(-20, 20), st.floats(-20, 20), st.floats(1.01, 3), st.floats(0, 30))
def test_log_odds_are_highest_where_the_penalised_logit_is_zero(z_i, z_j, rho, shift):
    def log_odds(c):
        pair = torch.tensor([z_i, z_j], dtype=torch.float64) + c
        after = repetition_penalty(pair, torch.tensor([0]), rho)
        return (after[0] - after[1]).item()

    assert log_odds(-z_i) == pytest.approx(z_i - z_j, abs=1e-9)
    below = z_i - z_j - (rho - 1) * shift
    above = z_i - z_j - (1 - 1 / rho) * shift
    assert log_odds(-z_i - shift) == pytest.approx(below, abs=1e-9)
    assert log_odds(-z_i + shift) == pytest.approx(above, abs=1e-9)


@pytest.mark.claim("C03.21")
def test_one_penalty_at_four_shifts(claim):
    plain = softmax(Z)[0].item()
    assert penalised(Z - 2) == pytest.approx(plain)
    shown = [plain, 1.3, penalised(Z), plain, -2, penalised(Z + 10), 10, penalised(Z - 64), -64]
    claim.shows(shown)


@pytest.mark.claim("C03.22")
@same_every_run
@given(logit_vectors, st.floats(1.01, 3), st.floats(-50, 50))
def test_a_penalty_on_log_probabilities_is_a_power_and_forgets_a_shift(logits, rho, shift):
    token = torch.tensor([len(logits) - 1])
    q = softmax(logits)
    weights = q.clone()
    weights[token] = weights[token] ** rho
    for shifted in (logits, logits + shift):
        after = softmax(repetition_penalty(log_softmax(shifted), token, rho))
        torch.testing.assert_close(after, weights / weights.sum(), rtol=0, atol=1e-9)


@pytest.mark.claim("C03.22")
def test_mat_penalised_by_its_log_probability(claim):
    token = torch.tensor([0])
    before = softmax(repetition_penalty(log_softmax(Z), token, 1.3), 2)[0]
    after = penalised(log_softmax(Z, 2))
    sure = torch.tensor([10, 0, 0], dtype=torch.float64)
    shown = [penalised(log_softmax(Z)), before, 2, after]
    claim.shows(shown, sure, penalised(log_softmax(sure)), 1.3)


@pytest.mark.claim("C03.23")
@same_every_run
@given(logit_vectors, temperatures, st.floats(1.01, 3), st.floats(0.1, 2))
def test_the_penalty_commutes_with_a_temperature_and_additive_ones_do_not(
    logits, temperature, rho, alpha
):
    token = torch.tensor([len(logits) - 1])
    torch.testing.assert_close(
        repetition_penalty(logits / temperature, token, rho),
        repetition_penalty(logits, token, rho) / temperature,
    )
    presence = torch.zeros_like(logits)
    presence[token] = alpha
    before = softmax(logits - presence, temperature)
    torch.testing.assert_close(before, softmax(logits / temperature - presence / temperature))
    torch.testing.assert_close(softmax(logits + 3 - presence, temperature), before)


@pytest.mark.claim("C03.23")
def test_a_presence_penalty_before_and_after_a_temperature(claim):
    presence = torch.tensor([1, 0, 0, 0, 0], dtype=torch.float64)
    before, after = softmax(Z - presence, 2)[0], softmax(Z / 2 - presence)[0]
    claim.shows(2, softmax(Z, 2)[0], 1, before, after)


@pytest.mark.claim("C03.24")
@same_every_run
@given(logit_vectors, st.floats(1.01, 3))
def test_among_tokens_that_have_all_appeared_nothing_changes_but_the_temperature(logits, rho):
    everyone = torch.arange(len(logits))
    after = repetition_penalty(logits, everyone, rho)
    order = logits.argsort(stable=True)
    assert (
        after[order].diff()[logits[order][1:].isfinite() & logits[order][:-1].isfinite()] >= 0
    ).all()
    up, down = logits + 11, logits - 11
    torch.testing.assert_close(softmax(repetition_penalty(up, everyone, rho)), softmax(up, rho))
    torch.testing.assert_close(
        softmax(repetition_penalty(down, everyone, rho)), softmax(down, 1 / rho)
    )


def greedy(change, steps):
    said = []
    for _ in range(steps):
        said.append(int(change(torch.tensor(said, dtype=torch.int64)).argmax()))
    return said


@pytest.mark.claim("C03.24")
def test_a_loop_and_what_breaks_it(claim):
    mat, sofa = 0, 1
    runs = {rho: greedy(partial(repetition_penalty, Z, penalty=rho), 40) for rho in (1.3, 2.5)}
    assert runs[1.3] == [mat] * 40
    assert runs[2.5] == [mat, sofa, *[mat] * 38]
    frequency = greedy(lambda said: Z - 0.4 * torch.bincount(said, minlength=5), 4)
    assert frequency == [mat, mat, mat, sofa]
    assert len(set(itertools.chain(*runs.values()))) == 2
    claim.shows(1.3, 1.3, 2.5, 0.4)
