"""Every claim of note 01: recomputed, and tested where a counterexample would hide."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tempkit.information import entropy, entropy_sweep, perplexity, temperature_for_entropy
from tempkit.scaling import log_softmax, softmax

Z = torch.tensor([2, 1, 0.5, 0.2, 0.1], dtype=torch.float64)
VOCABULARY = 50257
TOLERANCE = 1e-12
same_every_run = settings(derandomize=True, deadline=None)

temperatures = st.floats(0.05, 20)
finite_logits = st.floats(-10, 10) | st.sampled_from([0.0, 1.0, 1.5])
logit_vectors = (
    st.tuples(st.lists(finite_logits | st.just(-math.inf), max_size=20), finite_logits)
    .map(lambda pair: torch.tensor([*pair[0], pair[1]], dtype=torch.float64))
    .filter(lambda logits: len(logits) > 0)
)


def normal_quantiles(sd=3.0):
    """One logit at each of 50257 evenly spaced quantiles of a normal, the largest first."""
    ranks = torch.arange(VOCABULARY, 0, -1, dtype=torch.float64)
    return sd * torch.special.ndtri((ranks - 0.5) / VOCABULARY)


def possible(logits):
    return logits[logits > -math.inf]


def all_equal(logits):
    return (possible(logits) == possible(logits)[0]).all().item()


def moments(logits, temperature):
    """Mean and variance of the finite logits under softmax(z/T), computed directly."""
    finite = possible(logits)
    q = softmax(finite, temperature)
    mean = (q * finite).sum()
    return mean.item(), (q * (finite - mean) ** 2).sum().item()


def mean_logit(logits, temperature):
    return moments(logits, temperature)[0]


@pytest.mark.claim("C01.1")
@same_every_run
@given(logit_vectors, temperatures)
def test_only_differences_set_the_ratios_and_the_order(logits, temperature):
    finite = possible(logits)
    log_q = log_softmax(finite, temperature)
    torch.testing.assert_close(
        log_q[:, None] - log_q, (finite[:, None] - finite) / temperature, rtol=1e-9, atol=1e-9
    )
    order = finite.argsort()
    rise, log_rise = finite[order].diff(), log_q[order].diff()
    assert (log_rise >= 0).all()
    assert (log_rise[rise == 0] == 0).all()
    assert (log_rise[rise > 1e-9] > 0).all()


@pytest.mark.claim("C01.1")
def test_halving_the_temperature_squares_the_ratio_of_mat_to_moon(claim):
    ratios = [(q[0] / q[4]).item() for q in (softmax(Z, T) for T in (2, 1, 0.5))]
    assert ratios[2] == pytest.approx(ratios[1] ** 2)
    assert (Z / 0.5 > Z).all()
    claim.shows(Z, 0.5, Z[0] - Z[4], ratios)


@pytest.mark.claim("C01.2")
@same_every_run
@given(logit_vectors, temperatures, st.floats(0.1, 10))
def test_gaps_and_temperature_scale_together(logits, temperature, factor):
    gaps = logits.max() - logits
    numerators = (-gaps / temperature).exp()
    total = numerators.sum().item()
    assert (gaps == 0).sum() - TOLERANCE <= total <= len(possible(logits)) + TOLERANCE
    q = softmax(logits, temperature)
    torch.testing.assert_close(q, numerators / total, rtol=0, atol=TOLERANCE)
    torch.testing.assert_close(
        softmax(factor * logits, factor * temperature), q, rtol=0, atol=TOLERANCE
    )


@pytest.mark.claim("C01.3")
@same_every_run
@given(logit_vectors)
def test_the_limits_are_uniform_over_the_ties_and_over_everything_possible(logits):
    tied = (logits == logits.max()).double()
    allowed = (logits > -math.inf).double()
    torch.testing.assert_close(softmax(logits, 0.0), tied / tied.sum())
    torch.testing.assert_close(softmax(logits, math.inf), allowed / allowed.sum())
    torch.testing.assert_close(softmax(logits, 1.0), torch.softmax(logits, 0))
    # The limits are limits: temperatures far enough out come as near as one likes.
    gaps = (logits.max() - possible(logits)).unique()
    if len(gaps) > 1:
        cold = gaps[1].item() / 60
        assume(cold > 1e-300)
        torch.testing.assert_close(softmax(logits, cold), tied / tied.sum(), rtol=0, atol=1e-12)
    hot = 1e12
    torch.testing.assert_close(softmax(logits, hot), allowed / allowed.sum(), rtol=0, atol=1e-9)


@pytest.mark.claim("C01.4")
@same_every_run
@given(logit_vectors, temperatures)
def test_how_fast_the_limits_are_approached(logits, temperature):
    finite = possible(logits)
    gaps = finite.max() - finite
    tied, count = (gaps == 0).sum().item(), len(finite)
    q = softmax(finite, temperature)
    if tied < count:
        cold_bound = (count - tied) / tied * math.exp(-gaps[gaps > 0].min().item() / temperature)
        assert q[gaps > 0].sum().item() <= cold_bound + TOLERANCE
    spread = gaps.max().item() / temperature
    assert (q.log() + math.log(count)).abs().max().item() <= spread + 1e-9


@pytest.mark.claim("C01.4")
def test_the_cold_limit_is_near_and_the_hot_one_is_far(claim):
    below = softmax(Z, 0.1)[1:].sum().item()
    bound = 4 * math.exp(-1 / 0.1)
    above = (5 * softmax(Z, 100)[0] - 1).item()
    assert above <= math.exp(1.9 / 100) - 1
    claim.shows(0.1, below, bound, 100 * above)


@pytest.mark.claim("C01.5")
@same_every_run
@given(logit_vectors)
def test_the_entropy_starts_at_log_k_and_ends_at_log_n_without_a_jump(logits):
    finite = possible(logits)
    tied = (finite == finite.max()).sum().item()
    gaps = (finite.max() - finite).unique()
    assume(len(gaps) == 1 or gaps[1] > 1e-9)
    for temperature, wanted in ((0.0, tied), (math.inf, len(finite))):
        assert entropy(logits, temperature).item() == pytest.approx(math.log(wanted), abs=1e-12)
    near_zero = gaps[1].item() / 60 if len(gaps) > 1 else 1.0
    assert entropy(logits, near_zero).item() == pytest.approx(math.log(tied), abs=1e-12)
    assert entropy(logits, 1e9).item() == pytest.approx(math.log(len(finite)), abs=1e-9)


@pytest.mark.claim("C01.6")
def test_argmax_breaks_the_limit_at_a_tie(claim):
    tied = torch.tensor([1, 1, 0], dtype=torch.float64)
    q = softmax(tied, 0.01)
    assert 0 < q[2] < 5e-44
    assert softmax(tied, 0.0).tolist() == [0.5, 0.5, 0]
    greedy = torch.nn.functional.one_hot(tied.argmax(), 3).double()
    assert greedy.tolist() == [1, 0, 0]
    assert torch.special.entr(greedy).sum() == 0
    claim.shows(q, 0.01, entropy(tied, 0.0))


def tie_probability(sd, offset, rows_of=VOCABULARY):
    """P(the two largest of ``rows_of`` normals round to the same bfloat16), over all cells.

    A cell (a, b] holds the maximum with probability F(b)^V - F(a)^V, and holds it alone with
    probability V (F(b) - F(a)) F(a)^(V-1); the difference is a tied maximum in that cell.
    """
    numbers = torch.arange(-(2**15), 2**15).to(torch.int16).view(torch.bfloat16).double()
    near = (numbers - offset).abs() < 10 * sd
    numbers = numbers[numbers.isfinite() & near].unique()
    edges = (numbers[1:] + numbers[:-1]) / 2
    log_f = torch.special.log_ndtr((edges - offset) / sd)
    below, upto = log_f[:-1], log_f[1:]
    alone = rows_of * (upto.exp() - below.exp()) * ((rows_of - 1) * below).exp()
    return ((rows_of * upto).exp() - (rows_of * below).exp() - alone).sum().item()


@pytest.mark.claim("C01.7")
def test_bfloat16_ties_are_an_everyday_case(claim):
    apart = 3 / math.sqrt(2 * math.log(VOCABULARY))
    cells = [torch.finfo(torch.bfloat16).eps * lower for lower in (8, 32)]
    exact, shifted, narrow = (
        tie_probability(sd, offset) for sd, offset in ((3, 0), (3, -64), (2, -64))
    )
    assert 1 / 7 < shifted < 1 / 6
    errors = [math.sqrt(1000 * p * (1 - p)) for p in (exact, shifted)]
    assert [round(1000 * exact), round(1000 * shifted)] == [43, 158]
    assert [round(error) for error in errors] == [6, 12]
    percents = [100 * p for p in (exact, shifted, narrow)]
    claim.shows(cells, apart, 100 * cells[0] / (2 * apart), percents)


@pytest.mark.claim("C01.7")
@pytest.mark.parametrize("offset", [0, -64])
def test_drawn_rows_show_the_predicted_share_of_ties(offset):
    """400 rows, 5 standard errors: false failures under 1e-5.

    It tells the two shares of this claim, 4 % and 16 %, apart in over 98 % of runs.
    """
    rows, generator = 400, torch.Generator().manual_seed(0)
    tied = 0
    for _ in range(rows // 50):
        logits = 3 * torch.randn(50, VOCABULARY, generator=generator) + offset
        stored = logits.bfloat16()
        tied += ((stored == stored.amax(-1, keepdim=True)).sum(-1) > 1).sum().item()
    share = tie_probability(3, offset)
    assert abs(tied - rows * share) < 5 * math.sqrt(rows * share * (1 - share))


@pytest.mark.claim("C01.8")
def test_the_table_of_three_logits_and_the_ratio_that_refuses_a_wrong_one(claim):
    logits = torch.tensor([2, 1, 0.5], dtype=torch.float64)
    table = torch.stack([softmax(logits, T) for T in (0.5, 1, 2)])
    refused = torch.tensor([0.76, 0.19, 0.05], dtype=torch.float64)
    ratio = (table[0, 0] / table[0, 1]).item()
    assert ratio == pytest.approx(math.exp(2))
    assert (refused[0] / refused[1]).item() == pytest.approx(4)
    claim.shows(0.5, table, refused, ratio)


@pytest.mark.claim("C01.9")
def test_a_softmax_over_the_top_ten_is_no_probability(claim):
    logits = normal_quantiles()
    columns = []
    for temperature in (1, 2, 10, 100):
        q, short = softmax(logits, temperature), softmax(logits[:10], temperature)
        columns.append([q[0].item(), short[0].item(), q[:10].sum().item(), q[:50].sum().item()])
        torch.testing.assert_close(short, q[:10] / q[:10].sum())
    overstated = [short / true for true, short, _, _ in columns]
    assert round(overstated[-1]) == 4488
    assert columns[-1][0] == pytest.approx(1 / VOCABULARY, rel=0.2)
    claim.shows(columns, overstated[0])


@pytest.mark.claim("C01.10")
@same_every_run
@given(logit_vectors, temperatures)
def test_the_ratio_of_the_extremes_depends_on_range_over_temperature(logits, temperature):
    finite = possible(logits)
    log_q = log_softmax(finite, temperature)
    spread = (finite.max() - finite.min()).item()
    assert (log_q.max() - log_q.min()).item() == pytest.approx(spread / temperature, abs=1e-9)


@pytest.mark.claim("C01.10")
def test_temperature_two_is_flat_for_five_words_and_not_for_a_vocabulary(claim):
    ranges = [(logits.max() - logits.min()).item() for logits in (Z, normal_quantiles())]
    ratios = [math.exp(spread / 2) for spread in ranges]
    assert ratios[1] == pytest.approx(361500, abs=50)
    needed = [spread / math.log(1.1) for spread in ranges]
    assert round(needed[1]) == 269
    for logits, temperature in zip((Z, normal_quantiles()), needed, strict=True):
        q = softmax(logits, temperature)
        assert (q.max() / q.min()).item() == pytest.approx(1.1)
    claim.shows(ranges, ratios[0], 1.1, needed[0])


@pytest.mark.claim("C01.11")
def test_what_common_temperatures_do_to_two_sets_of_logits(claim):
    starts = [0.2, 0.7, 1.0, 1.2, 1.5]
    words = [perplexity(Z, T).item() for T in starts]
    tokens = [perplexity(normal_quantiles(), T).item() for T in starts]
    assert tokens[4] / tokens[2] == pytest.approx(9, abs=0.5)
    claim.shows(starts, words, tokens)


@pytest.mark.claim("C01.12")
@same_every_run
@given(st.integers(1, 12), st.integers(0, 10**6), temperatures)
def test_no_distribution_beats_the_bound_of_gibbs(count, seed, temperature):
    generator = torch.Generator().manual_seed(seed)
    logits = 5 * torch.randn(count, generator=generator, dtype=torch.float64)
    p = softmax(5 * torch.randn(count, generator=generator, dtype=torch.float64))
    r = softmax(logits, temperature)
    surprise = -(p * log_softmax(logits, temperature)).sum().item()
    excess = surprise - torch.special.entr(p).sum().item()
    assert excess >= -TOLERANCE
    # Pinsker: the excess vanishes only where the distributions agree.
    assert excess >= (p - r).abs().sum().item() ** 2 / 2 - TOLERANCE
    bound = (logits / temperature).logsumexp(0) - (p * logits).sum() / temperature
    assert bound.item() == pytest.approx(surprise, abs=1e-9)


@pytest.mark.claim("C01.13")
@same_every_run
@given(logit_vectors, temperatures, st.floats(1.01, 3))
def test_entropy_never_falls_and_the_mean_logit_never_rises(logits, cold, factor):
    points = [0.0, cold, cold * factor, math.inf]
    nats = [entropy(logits, T).item() for T in points]
    means = [mean_logit(logits, T) for T in points]
    for (h, next_h), (mean, next_mean) in zip(
        itertools.pairwise(nats), itertools.pairwise(means), strict=True
    ):
        assert next_h >= h - TOLERANCE
        assert next_mean <= mean + TOLERANCE
    if all_equal(logits):
        assert max(nats) - min(nats) < TOLERANCE
        assert max(means) - min(means) < TOLERANCE


@pytest.mark.claim("C01.13")
@same_every_run
@given(logit_vectors, st.floats(0.5, 5), st.floats(1.1, 3))
def test_entropy_rises_strictly_where_logits_differ(logits, cold, factor):
    finite = possible(logits)
    assume((finite.max() - finite.min()).item() > 0.1)
    assert entropy(logits, cold * factor) > entropy(logits, cold)
    assert mean_logit(logits, cold * factor) < mean_logit(logits, cold)


@pytest.mark.claim("C01.14")
@same_every_run
@given(st.integers(2, 12), st.integers(0, 10**6), temperatures)
def test_a_softmax_has_the_greatest_entropy_at_its_mean(count, seed, temperature):
    generator = torch.Generator().manual_seed(seed)
    logits = 3 * torch.randn(count, generator=generator, dtype=torch.float64)
    q = softmax(logits, temperature)
    other = softmax(3 * torch.randn(count, generator=generator, dtype=torch.float64))
    # Mix a rival with the point mass on the maximum until its mean logit is at least that of q.
    wanted, top = (q * logits).sum(), logits.max()
    rival_mean = (other * logits).sum()
    share = ((wanted - rival_mean) / (top - rival_mean)).clamp(0, 1)
    rival = (1 - share) * other
    rival[logits.argmax()] += share
    assert (rival * logits).sum() >= wanted - 1e-9
    # The slack in the mean above is worth at most slack/T in entropy.
    assert torch.special.entr(rival).sum() <= entropy(logits, temperature) + 1e-9 / temperature


@pytest.mark.claim("C01.15")
@same_every_run
@given(logit_vectors, st.floats(0.2, 20))
def test_a_class_gains_from_heat_below_the_mean_logit(logits, temperature):
    finite = possible(logits)
    at = torch.tensor(temperature, dtype=torch.float64, requires_grad=True)
    jacobian = torch.autograd.functional.jacobian(lambda T: softmax(finite, T), at)
    q, mean = softmax(finite, temperature), mean_logit(finite, temperature)
    formula = q * (mean - finite) / temperature**2
    torch.testing.assert_close(jacobian, formula, rtol=1e-7, atol=1e-9)


@pytest.mark.claim("C01.15")
def test_the_share_of_sofa_rises_and_then_falls(claim):
    low, high = 1.0, 10.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if mean_logit(Z, middle) > 1 else (low, middle)
    share = [softmax(Z, T)[1].item() for T in (low / 1.01, low, low * 1.01)]
    assert share[0] < share[1] > share[2] > 0.2
    everywhere = torch.stack([softmax(Z, T)[1] for T in torch.logspace(-2, 3, 400).tolist()])
    assert everywhere.max().item() <= share[1] + TOLERANCE
    turning = everywhere.argmax()
    assert (everywhere[:turning].diff() > 0).all()
    assert (everywhere[turning:].diff() < 0).all()
    claim.shows(share[1], low)


@pytest.mark.claim("C01.16")
@same_every_run
@given(logit_vectors, st.floats(0.2, 20))
def test_the_slope_is_variance_over_t_cubed(logits, temperature):
    _, variance = moments(logits, temperature)
    formula = variance / temperature**3
    at = torch.tensor(temperature, dtype=torch.float64, requires_grad=True)
    (by_autograd,) = torch.autograd.grad(entropy(possible(logits), at), at)
    assert by_autograd.item() == pytest.approx(formula, rel=1e-7, abs=1e-9)
    step = 1e-4 * temperature
    difference = entropy(logits, temperature + step) - entropy(logits, temperature - step)
    assert (difference / (2 * step)).item() == pytest.approx(formula, rel=1e-4, abs=1e-6)
    assert formula >= 0
    if all_equal(logits):
        assert formula < TOLERANCE
    elif (possible(logits).max() - possible(logits).min()) > 0.1:
        assert variance > 0


@pytest.mark.claim("C01.17")
def test_variances_and_slopes_of_the_five_words(claim):
    sweep = entropy_sweep(Z, [0.5, 1, 2])
    assert sweep.variance.tolist() == pytest.approx([moments(Z, T)[1] for T in (0.5, 1, 2)])
    fine = entropy_sweep(Z, torch.linspace(0.1, 1, 90001, dtype=torch.float64))
    steepest = fine.slope.argmax()
    claim.shows(0.5, sweep.variance, sweep.slope, fine.slope[steepest], fine.temperature[steepest])


@pytest.mark.claim("C01.18")
@same_every_run
@given(logit_vectors, st.floats(0.01, 5))
def test_the_slope_is_bounded_by_something_that_vanishes_at_zero(logits, temperature):
    gaps = logits.max() - possible(logits)
    tied = (gaps == 0).sum()
    bound = (gaps**2 * (-gaps / temperature).exp()).sum().item() / tied.item()
    assert moments(logits, temperature)[1] <= bound * (1 + 1e-9) + TOLERANCE


@pytest.mark.claim("C01.18")
def test_the_curve_is_flat_at_both_ends():
    cold = [1 / n for n in (20, 40, 80, 160)]
    difference_quotients = [entropy(Z, T).item() / T for T in cold]
    bounds = [((2 - Z) ** 2 * ((Z - 2) / T).exp()).sum().item() / T**3 for T in cold]
    assert all(later < earlier / 1000 for earlier, later in itertools.pairwise(bounds))
    assert all(
        later < earlier / 1000 for earlier, later in itertools.pairwise(difference_quotients)
    )
    hot = torch.tensor([1e3, 1e4, 1e5], dtype=torch.float64)
    fading = entropy_sweep(Z, hot).slope * hot**3
    torch.testing.assert_close(fading, Z.var(correction=0).expand(3), rtol=1e-2, atol=0)


@pytest.mark.claim("C01.19")
@same_every_run
@given(logit_vectors, st.floats(0.2, 20))
def test_the_variance_of_the_surprise_is_t_times_the_slope(logits, temperature):
    finite = possible(logits)
    q, surprise = softmax(finite, temperature), -log_softmax(finite, temperature)
    mean = (q * surprise).sum()
    assert mean.item() == pytest.approx(entropy(logits, temperature).item(), abs=1e-9)
    variance = (q * (surprise - mean) ** 2).sum().item()
    _, of_logits = moments(logits, temperature)
    assert variance == pytest.approx(of_logits / temperature**2, abs=1e-9)
    slope = entropy_sweep(logits, [temperature]).slope.item()
    assert variance == pytest.approx(temperature * slope, rel=1e-6, abs=1e-9)


@pytest.mark.claim("C01.19")
def test_the_error_bar_of_a_thousand_draws(claim):
    """The scatter of 2000 estimates has a relative error of 1.6 %: 5 of those (under 1e-5)."""
    generator, shown = torch.Generator().manual_seed(0), []
    for temperature in (1, 2):
        q = softmax(Z, temperature)
        error = math.sqrt(moments(Z, temperature)[1]) / (temperature * math.sqrt(1000))
        drawn = torch.multinomial(q, 2_000_000, replacement=True, generator=generator)
        estimates = -q.log()[drawn].view(2000, 1000).mean(-1)
        assert estimates.std().item() == pytest.approx(error, rel=5 * 0.016)
        shown += [entropy(Z, temperature), error]
    claim.shows(shown)


@pytest.mark.claim("C01.20")
@same_every_run
@given(logit_vectors, st.floats(0.05, 0.95))
def test_every_entropy_between_the_ends_has_exactly_one_temperature(logits, share):
    finite = possible(logits)
    gaps = (finite.max() - finite).unique()
    tied = (finite == finite.max()).sum().item()
    assume(len(gaps) == 1 or gaps[1] > 1e-3)
    lowest, highest = math.log(tied), math.log(len(finite))
    if len(gaps) == 1:
        assert entropy(logits, 0.0).item() == pytest.approx(highest, abs=TOLERANCE)
        with pytest.raises(ValueError, match="no temperature gives"):
            temperature_for_entropy(logits, highest + 0.1)
        return
    wanted = lowest + share * (highest - lowest)
    temperature = temperature_for_entropy(logits, wanted).item()
    assert 0 < temperature < math.inf
    assert entropy(logits, temperature).item() == pytest.approx(wanted, abs=1e-9)
    # One only: anything colder has less, anything hotter more.
    assert entropy(logits, temperature / 1.05).item() < wanted < entropy(logits, temperature * 1.05)
    assert temperature_for_entropy(logits, lowest).item() == 0
    assert temperature_for_entropy(logits, highest).item() == math.inf
    for out_of_reach in (lowest - 0.1, highest + 0.1):
        with pytest.raises(ValueError, match="no temperature gives"):
            temperature_for_entropy(logits, out_of_reach)


@pytest.mark.claim("C01.21")
def test_temperatures_for_two_and_for_four_words_in_play(claim):
    found = [temperature_for_entropy(Z, math.log(words)).item() for words in (2, 4)]
    tied = torch.tensor([1, 1, 0], dtype=torch.float64)
    with pytest.raises(ValueError, match="it can reach"):
        temperature_for_entropy(tied, 0.5)
    claim.shows(found, entropy(tied, 0.0))


@pytest.mark.claim("C01.22")
def test_near_the_ceiling_a_thousandth_of_a_nat_moves_the_answer_far(claim):
    nats = entropy(Z, 10).item()
    moved = temperature_for_entropy(Z, nats + 0.001).item()
    claim.shows(nats, math.log(5), moved)


@pytest.mark.claim("C01.23")
@same_every_run
@given(st.floats(-30, 30), temperatures)
def test_a_boltzmann_unit_is_a_softmax_over_two_states(gap, temperature):
    on = softmax(torch.tensor([gap, 0.0], dtype=torch.float64), temperature)[0].item()
    logistic = torch.tensor(gap / temperature, dtype=torch.float64).sigmoid().item()
    assert on == pytest.approx(logistic, abs=TOLERANCE)
