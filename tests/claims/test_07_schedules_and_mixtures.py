"""Every claim of note 07: theorems by examples and search, the verb language by measurement.

True text and texts are drawn from CPU generators with fixed seeds. Another processor rounds the
logits otherwise, by about 1e-6, which tips a draw in some thousands: of what is counted in texts
the note prints fewer digits than one other text moves.
"""

from __future__ import annotations

import itertools
import math
from functools import cache

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tempkit import generation, verbs
from tempkit.course import schedules_measured as measured
from tempkit.filters import top_k
from tempkit.information import entropy
from tempkit.scaling import log_softmax, softmax
from tempkit.schedules import entropy_driven, equivalent_constant, linear, mixture

same_every_run = settings(derandomize=True, deadline=None, max_examples=40)
temperatures = st.floats(0.1, 10)
rows = st.lists(st.floats(-10, 10), min_size=2, max_size=8)
FIVE = torch.tensor([2, 1, 0.5, 0.2, 0.1], dtype=torch.float64)


def row_of(values):
    return torch.tensor(values, dtype=torch.float64)


@cache
def model():
    return verbs.load("main")


def shares(count):
    """Weights that sum to 1."""
    return st.lists(st.floats(0.05, 1), min_size=count, max_size=count).map(
        lambda raw: [value / sum(raw) for value in raw]
    )


members = st.lists(temperatures, min_size=2, max_size=4, unique=True)
mixtures = members.flatmap(lambda heats: st.tuples(st.just(heats), shares(len(heats))))


# --- one pass, in place -------------------------------------------------------------------------


@pytest.mark.claim("C07.1")
def test_a_temperature_is_few_operations_beside_the_matrices(claim):
    net = model().model
    layers = [part for part in net.modules() if isinstance(part, torch.nn.Linear)]
    multiplications = sum(layer.weight.numel() for layer in layers)
    vocabulary, width = net.get_output_embeddings().weight.shape
    share = vocabulary / multiplications
    assert share < 1 / width
    claim.shows(
        1, vocabulary, width, multiplications, vocabulary, 100 * share, 50257, 768, 50257 * 768
    )


@pytest.mark.claim("C07.2")
def test_dividing_in_place_multiplies_the_temperatures(claim):
    logits, reached, found = FIVE.clone(), [], []
    for temperature in (0.5, 1.0, 2.0):
        logits /= temperature
        reached.append((FIVE[0] / logits[0]).item())
        found.append(softmax(logits))
    torch.testing.assert_close(found[2], softmax(FIVE, 1))
    claim.shows([0.5, 1, 2], reached, found[2][0], 2, softmax(FIVE, 2)[0])


@pytest.mark.claim("C07.3")
def test_a_slice_divided_in_place_changes_the_models_output():
    ids = torch.tensor(model().tokenizer("<en> the teacher")["input_ids"])[None]
    with torch.no_grad():
        output = model().model(ids)
    before = output.logits.clone()
    last = output.logits[:, -1]
    last /= 2
    torch.testing.assert_close(output.logits[:, -1], before[:, -1] / 2)
    torch.testing.assert_close(output.logits[:, :-1], before[:, :-1])


# --- rules of the entropy -----------------------------------------------------------------------


def possible(row):
    return math.log(row.isfinite().sum().item())


@pytest.mark.claim("C07.4")
@same_every_run
@given(rows, st.floats(0.1, 3), st.floats(0.01, 3))
def test_one_formula_only_raises_and_the_other_only_lowers(values, base, slope):
    row = row_of(values)
    surprise = entropy(row).item()
    raised = base * (1 + slope * surprise / possible(row))
    assert base <= raised <= base * (1 + slope) * (1 + 1e-12)
    assume(surprise > 0)
    assert 0 <= base * 0.8 ** (slope / surprise) <= base


@pytest.mark.claim("C07.4")
def test_the_published_factor_is_as_printed(claim):
    claim.shows(0.8)


@pytest.mark.claim("C07.5")
@same_every_run
@given(rows, temperatures, temperatures)
def test_the_rule_stays_between_its_ends(values, certain, uniform):
    low, high = sorted((certain, uniform))
    found = entropy_driven(certain, uniform)(row_of(values)).item()
    assert low * (1 - 1e-12) <= found <= high * (1 + 1e-12)


@pytest.mark.claim("C07.5")
def test_the_rule_reaches_the_uniform_end_nears_the_certain_one_and_one_token_is_certain():
    rule, turned = entropy_driven(0.5, 1.5), entropy_driven(1.5, 0.5)
    assert rule(torch.zeros(7)).item() == pytest.approx(1.5)
    assert 0.5 < rule(row_of([12, 0, 0])) < 0.51
    assert rule(row_of([0, -math.inf])).item() == 0.5
    sharp, flat = row_of([9, 0, 0]), row_of([0.1, 0, 0])
    assert rule(sharp) < 1 < rule(flat)
    assert turned(sharp) > 1 > turned(flat)


@pytest.mark.claim("C07.6")
def test_most_rows_of_true_text_are_cooled_by_a_rule_around_one(claim):
    logits = measured.text().logits
    given_to = entropy_driven(0.5, 1.5)(logits)
    below = (given_to < 1).double().mean().item()
    ends = (0.5, 1.5, given_to.min(), given_to.max())
    claim.shows(*ends, 100 * below, 1, logits.shape[-1])


# --- the self-reference -------------------------------------------------------------------------


def gives(row, certain, uniform, temperature):
    return certain + (uniform - certain) * entropy(row, temperature).item() / possible(row)


def agreeing(row, certain, uniform, *, steps=2000):
    """Temperatures at which the rule gives what it measured at, by bisection from a grid."""
    low, high = sorted((certain, uniform))
    grid = [low + (high - low) * k / steps for k in range(steps + 1)]
    excess = [gives(row, certain, uniform, here) - here for here in grid]
    found = []
    for k in range(steps):
        if excess[k] * excess[k + 1] <= 0:
            a, b = grid[k], grid[k + 1]
            for _ in range(40):
                middle = (a + b) / 2
                same = (gives(row, certain, uniform, middle) - middle) * excess[k] > 0
                a, b = (middle, b) if same else (a, middle)
            found.append(a)
    return found


@pytest.mark.claim("C07.7")
def test_one_row_makes_a_rule_agree_with_itself_three_times(claim):
    row = row_of([10.0] + [0.0] * 349)
    at_one = entropy_driven(0.5, 3)(row).item()
    thrice, once = agreeing(row, 0.5, 3), agreeing(row, 3, 0.5)
    assert (len(thrice), len(once)) == (3, 1)
    claim.shows(10, 349, 0.5, 3, 1, at_one, thrice, once)


@pytest.mark.claim("C07.7")
@settings(same_every_run, max_examples=10)
@given(rows, st.floats(0.2, 1), st.floats(1.1, 3))
def test_turned_round_there_is_exactly_one_answer(values, low, high):
    row = row_of(values)
    assume(row.max() - row.min() > 0.01)
    assert len(agreeing(row, high, low, steps=60)) == 1
    assert agreeing(row, low, high, steps=60)


# --- the constant -------------------------------------------------------------------------------


@pytest.mark.claim("C07.8")
@same_every_run
@given(st.lists(st.tuples(rows, temperatures), min_size=2, max_size=5))
def test_no_schedule_has_a_larger_mean_logit_than_its_constant(given_rows):
    width = max(len(values) for values, _ in given_rows)
    filled = [values + [-math.inf] * (width - len(values)) for values, _ in given_rows]
    logits, heats = row_of(filled), row_of([heat for _, heat in given_rows])
    constant = equivalent_constant(logits, heats)
    finite = logits.masked_fill(logits == -math.inf, 0)
    scheduled = (softmax(logits, heats) * finite).sum(-1).mean()
    alike = (softmax(logits, constant) * finite).sum(-1).mean()
    assert scheduled <= alike + 1e-7


@pytest.mark.claim("C07.8")
@same_every_run
@given(rows, temperatures, st.lists(st.floats(0.01, 1), min_size=8, max_size=8))
def test_any_distribution_obeys_the_inequality_of_the_proof(values, heat, raw):
    row = row_of(values)
    q = row_of(raw[: len(row)])
    q = q / q.sum()
    divergence = (q * (q.log() - log_softmax(row, heat))).sum()
    mean_logit, own = (q * row).sum(), torch.special.entr(q).sum()
    by_the_formula = -own - mean_logit / heat + (row / heat).logsumexp(0)
    torch.testing.assert_close(divergence, by_the_formula)
    assert divergence >= -1e-12


def tempered_alike(logits, entropies):
    """The constant temperature of that mean entropy, by bisection of its logarithm."""
    low, high = math.log(0.02), math.log(50)
    for _ in range(60):
        middle = (low + high) / 2
        cold = entropy(logits, math.exp(middle)).mean() < entropies.mean()
        low, high = (middle, high) if cold else (low, middle)
    return math.exp(low)


CUT = {
    "mixed": lambda logits: mixture(logits, [0.5, 2]),
    "cut to three tokens": lambda logits: softmax(top_k(logits, 3)),
    "the first row cold": lambda logits: softmax(logits, row_of([0.3] + [1] * (len(logits) - 1))),
}


@pytest.mark.claim("C07.8")
@pytest.mark.parametrize("cut", CUT.values(), ids=CUT.keys())
def test_what_is_lost_beside_the_constant_is_t_times_the_mean_divergence(cut):
    """So nothing is lost exactly where all the divergences are 0."""
    generator = torch.Generator("cpu").manual_seed(7)
    logits = 2 * torch.randn(6, 9, generator=generator, dtype=torch.float64)
    q = cut(logits)
    heat = tempered_alike(logits, torch.special.entr(q).sum(-1))
    log_s = log_softmax(logits, heat)
    lost = ((log_s.exp() - q) * logits).sum(-1).mean()
    divergence = ((q * -log_s).sum(-1) - torch.special.entr(q).sum(-1)).mean()
    assert lost > 1e-3
    torch.testing.assert_close(lost, heat * divergence)


# --- measured -----------------------------------------------------------------------------------


def beside_its_constant(ends):
    logits = measured.text().logits
    heats = measured.RULES[ends](logits)
    constant = equivalent_constant(logits, heats)
    return constant, measured.on_true_text(heats), measured.on_true_text(constant)


@pytest.fixture(scope="module")
def compared():
    return {ends: beside_its_constant(ends) for ends in measured.RULES}


@pytest.mark.claim("C07.9")
def test_a_gentle_rule_saves_a_tenth_and_a_steep_one_nothing(claim, compared):
    lines, errors = [], []
    seen = measured.text()
    for ends, (constant, rule, beside) in compared.items():
        likelier = log_softmax(seen.logits, constant) - log_softmax(
            seen.logits, measured.RULES[ends](seen.logits)
        )
        further = seen.mean((seen.truth * likelier).sum(-1))
        assert further.value > 4 * further.standard_error
        gap = seen.mean(rule.leaks - beside.leaks)
        errors.append(1000 * gap.standard_error)
        lines.append(
            [
                None,
                constant,
                rule.leak,
                beside.leak,
                1000 * gap.value,
                rule.divergence,
                beside.divergence,
            ]
        )
        assert further.value == pytest.approx(rule.divergence - beside.divergence)
        assert rule.likelihood < beside.likelihood
        assert rule.entropy == pytest.approx(beside.entropy, abs=1e-9)
    gentle, steep, turned, raising = lines
    assert 0.85 < gentle[2] / gentle[3] < 0.95
    assert abs(steep[4]) < 2 * errors[1]
    assert raising[4] < -5 * errors[3]
    table = [
        [{"en": "0.78 to 1.28", "es": "de 0.78 a 1.28"}, *gentle[1:]],
        [{"en": "0.5 to 1.5", "es": "de 0.5 a 1.5"}, *steep[1:]],
        [{"en": "1.5 to 0.5", "es": "de 1.5 a 0.5"}, *turned[1:]],
        [{"en": "1 to 1.5, only raises", "es": "de 1 a 1.5, solo sube"}, *raising[1:]],
    ]
    head = [None] * 4 + [{"en": "difference times 1000", "es": "diferencia por 1000"}]
    claim.table([[*head, None, None], *table])
    claim.shows(100, errors, turned[2] / turned[3])


@pytest.mark.claim("C07.10")
def test_a_slightly_colder_constant_has_the_leak_of_the_gentle_rule(claim, compared):
    _, rule, _ = compared[0.78, 1.28]
    low, high = 0.9, 1.0
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (
            (middle, high) if measured.on_true_text(middle).leak < rule.leak else (low, middle)
        )
    claim.shows(low, rule.entropy - measured.on_true_text(low).entropy, rule.entropy)


@pytest.mark.claim("C07.11")
def test_pairing_shows_what_two_unrelated_groups_would_hide(claim, compared):
    _, rule, beside = compared[0.78, 1.28]
    seen = measured.text()
    paired = seen.mean(rule.leaks - beside.leaks).standard_error
    apart = math.hypot(*(seen.mean(one.leaks).standard_error for one in (rule, beside)))
    claim.shows(1000 * apart, 1000 * paired)


# --- annealing ----------------------------------------------------------------------------------


@pytest.mark.claim("C07.12")
def test_a_line_that_goes_on_turns_the_order_round(claim):
    gone_on = 1.5 - 1.0 * 120 / 59
    assert gone_on < 0
    assert (FIVE / gone_on).argmax() == FIVE.argmin()
    assert linear(1.5, 0.5, 59)(120) == 0.5
    claim.shows(1.5, 0.5)


#: Temperatures of the curve.
CURVE = (0.25, 0.4, 0.55, 0.7, 0.85, 1.0, 1.15, 1.3, 1.45, 1.6, 1.8, 2.0)


@pytest.mark.claim("C07.13")
def test_annealing_over_given_rows_leaks_more_than_twice_its_constant(claim):
    spread = measured.annealed()
    low, high = 0.9, 1.1
    for _ in range(12):
        middle = (low + high) / 2
        cold = measured.on_true_text(middle).entropy < spread.entropy
        low, high = (middle, high) if cold else (low, middle)
    beside = measured.on_true_text(low)
    assert spread.leak > 2 * beside.leak
    claim.shows(spread.entropy, spread.leak, low, beside.leak)


@pytest.mark.claim("C07.13")
def test_the_leak_is_convex_in_the_mean_entropy():
    spent = [measured.on_true_text(heat) for heat in CURVE]
    slopes = [(b.leak - a.leak) / (b.entropy - a.entropy) for a, b in itertools.pairwise(spent)]
    assert slopes == sorted(slopes)


PLANS = (
    1.0,
    measured.ANNEALED,
    linear(0.5, 1.5, 59),
    measured.RULES[0.78, 1.28],
    measured.RULES[1.5, 0.5],
)


@pytest.mark.claim("C07.14")
def test_annealing_breaks_more_sentences_at_the_same_variety(claim):
    """False failures: none, as seeds are fixed.

    Seeds 1 to 5 gave gaps of 0.022 to 0.039, 3.4 to 6 standard errors, and 1.9 to 4.0 times as
    many broken sentences, together 2.4 times.
    """
    made = [measured.written(plan) for plan in PLANS]
    words = (
        {"en": "1", "es": "1"},
        {"en": "1.5 to 0.5, step by step", "es": "de 1.5 a 0.5, paso a paso"},
        {"en": "0.5 to 1.5, step by step", "es": "de 0.5 a 1.5, paso a paso"},
        {"en": "0.78 to 1.28, by the row", "es": "de 0.78 a 1.28, según la fila"},
        {"en": "1.5 to 0.5, by the row", "es": "de 1.5 a 0.5, según la fila"},
    )
    head = [None, None, {"en": "distinct-2", "es": "distinct-2"}, None]
    lines = [
        [name, one.entropy, one.distinct.value, one.grammatical.value]
        for name, one in zip(words, made, strict=True)
    ]
    claim.table([head, *lines])
    constant, annealed = made[0], made[1]
    assert abs(constant.entropy - annealed.entropy) < 0.02
    assert 1.5 < (1 - annealed.grammatical.value) / (1 - constant.grammatical.value) < 4
    gap = constant.grammatical.value - annealed.grammatical.value
    error = math.hypot(*(o.grammatical.standard_error for o in (constant, annealed)))
    assert gap > 3 * error
    largest = (
        max(one.entropy_error for one in made),
        max(one.distinct.standard_error for one in made),
        max(one.grammatical.standard_error for one in made),
    )
    claim.shows(64, 60, *largest, gap, error)


@pytest.mark.claim("C07.15")
def test_positions_are_counted_inside_the_model(claim):
    net, read = model().model, []

    def count(part, arguments, named, result):
        del part, arguments, result
        read.append(named["input_ids"].numel())

    handle = net.register_forward_hook(count, with_kwargs=True)
    try:
        totals = []
        for cache in (False, True):
            read.clear()
            generation.generate(
                model(),
                "<en>",
                temperature=linear(1.5, 0.5, 199),
                max_new_tokens=200,
                allow_end=False,
                cache=cache,
                progress=False,
            )
            totals.append(sum(read))
    finally:
        handle.remove()
    prompt, new = len(model().tokenizer("<en>")["input_ids"]), 200
    assert totals == [new * prompt + new * (new - 1) // 2, prompt + new - 1]
    claim.shows(prompt, new, totals)


# --- two averages -------------------------------------------------------------------------------


@pytest.mark.claim("C07.16")
@same_every_run
@given(rows, mixtures)
def test_averaged_logits_are_the_harmonic_mean_temperature(values, mixed):
    row, (heats, weights) = row_of(values), mixed
    single = 1 / sum(w / t for w, t in zip(weights, heats, strict=True))
    averaged = sum(w * row / t for w, t in zip(weights, heats, strict=True))
    torch.testing.assert_close(torch.softmax(averaged, -1), softmax(row, single))
    logs = sum(w * log_softmax(row, t) for w, t in zip(weights, heats, strict=True))
    product = logs.exp()
    torch.testing.assert_close(product / product.sum(), softmax(row, single))


@pytest.mark.claim("C07.16")
def test_of_a_half_and_two_the_harmonic_mean_is_nearer_the_cold_one(claim):
    claim.shows(0.5, 2, 2 / (1 / 0.5 + 1 / 2), (0.5 + 2) / 2)


@pytest.mark.claim("C07.17")
@same_every_run
@given(rows, mixtures)
def test_the_entropy_of_a_mixture_lies_between_its_bounds(values, mixed):
    row, (heats, weights) = row_of(values), mixed
    own = torch.special.entr(mixture(row, heats, weights)).sum()
    mean = sum(w * entropy(row, t) for w, t in zip(weights, heats, strict=True))
    assert mean - 1e-9 <= own <= mean + torch.special.entr(row_of(weights)).sum() + 1e-9


@pytest.mark.claim("C07.18")
@same_every_run
@given(rows, mixtures)
def test_a_mixture_keeps_the_order(values, mixed):
    row, (heats, weights) = row_of(values), mixed
    order = row.argsort(stable=True)
    ranked = mixture(row, heats, weights)[order]
    assert (ranked.diff() >= -1e-15).all()
    rising = (row[order].diff() > 1e-3) & (ranked[1:] > 1e-9)
    assert (ranked.diff()[rising] > 0).all()


# --- no softmax ---------------------------------------------------------------------------------

THREE = torch.tensor([2, 1, 0], dtype=torch.float64)


@pytest.mark.claim("C07.19")
def test_equal_gaps_get_different_ratios(claim):
    ratios = -mixture(THREE, [0.5, 5]).log().diff()
    claim.shows(THREE, 0.5, 5, ratios)


def heats_that_fit(row, m):
    """T from each pair of different logits: all the same exactly if m is softmax(z / T)."""
    logs = m.log()
    pairs = [(i, j) for i in range(len(row)) for j in range(i) if row[i] != row[j]]
    return row_of([((row[i] - row[j]) / (logs[i] - logs[j])).item() for i, j in pairs])


@pytest.mark.claim("C07.20")
@same_every_run
@given(mixtures, st.floats(0.5, 5), st.floats(0.5, 5))
def test_two_values_are_a_temperature_and_three_are_none(mixed, gap, next_gap):
    heats, weights = mixed
    assume(max(heats) > 1.2 * min(heats))
    two = row_of([gap, 0, gap, 0])
    fitting = heats_that_fit(two, mixture(two, heats, weights))
    torch.testing.assert_close(fitting, fitting[:1].expand_as(fitting))
    torch.testing.assert_close(softmax(two, fitting[0].item()), mixture(two, heats, weights))
    three = row_of([gap + next_gap, next_gap, 0])
    fitting = heats_that_fit(three, mixture(three, heats, weights))
    upper, lower = fitting[2], fitting[0]
    # Pairs (1, 0), (2, 0), (2, 1): the lower gap is seen hotter than the upper one.
    assert fitting[2] > fitting[0], (upper, lower)


def local_temperature(row, i, heats):
    """1 / (d log m / d z) from the responsibilities of the members."""
    parts = torch.stack([softmax(row, t)[i] / len(heats) for t in heats])
    r = parts / parts.sum()
    return 1 / (r / row_of(heats)).sum().item()


@pytest.mark.claim("C07.21")
def test_the_local_temperature_is_cold_at_the_top_and_hot_at_the_bottom(claim):
    heats = [0.5, 5.0]
    constants = [softmax(THREE, t)[0].item() / math.exp(2 / t) / 2 for t in heats]

    def log_g(x):
        return math.log(sum(c * math.exp(x / t) for c, t in zip(constants, heats, strict=True)))

    for i, x in enumerate(THREE.tolist()):
        slope = (log_g(x + 1e-5) - log_g(x - 1e-5)) / 2e-5
        assert 1 / slope == pytest.approx(local_temperature(THREE, i, heats), rel=1e-5)
    claim.shows(local_temperature(THREE, 0, heats), local_temperature(THREE, 2, heats))


# --- the tail -----------------------------------------------------------------------------------


@pytest.mark.claim("C07.22")
@same_every_run
@given(rows, mixtures)
def test_far_down_only_the_hottest_member_counts(values, mixed):
    heats, weights = mixed
    assume(max(heats) > 1.2 * sorted(heats)[-2])
    hottest = max(range(len(heats)), key=heats.__getitem__)
    quotients = []
    # Deep enough for the next hottest to count e^30 times less.
    deep = 30 / (1 / sorted(heats)[-2] - 1 / max(heats))
    for depth in sorted((20, 40, deep)):
        row = row_of([*values, min(values) - depth])
        alone = weights[hottest] * softmax(row, heats[hottest])
        m = mixture(row, heats, weights)
        assert (m >= alone * (1 - 1e-12)).all()
        quotients.append((m[-1] / alone[-1]).item())
    assert quotients == sorted(quotients, reverse=True) or max(quotients) < 1 + 1e-9
    assert quotients[-1] == pytest.approx(1, abs=1e-6)


@pytest.mark.claim("C07.23")
def test_a_token_twelve_nats_down_is_seen_through_the_hot_member(claim):
    ladder = -torch.arange(13, dtype=torch.float64)
    m = mixture(ladder, [0.5, 2])[-1]
    claim.shows(12, m / softmax(ladder, 2)[-1], 2, m / softmax(ladder, 0.8)[-1])


@pytest.mark.claim("C07.24")
def test_a_mixture_leaks_more_than_the_constant_of_its_entropy(claim):
    seen = measured.text()
    m = mixture(seen.logits, [0.5, 1.5])
    own = torch.special.entr(m).sum(-1).mean().item()
    leak = m.masked_fill(seen.truth > 0, 0.0).sum(-1).mean().item()
    likelihood = (m * log_softmax(seen.logits)).sum(-1).mean().item()
    low, high = 0.9, 1.5
    for _ in range(14):
        middle = (low + high) / 2
        cold = measured.on_true_text(middle).entropy < own
        low, high = (middle, high) if cold else (low, middle)
    beside = measured.on_true_text(low)
    assert likelihood < beside.likelihood
    claim.shows(0.5, 1.5, own, leak, beside.leak)


# --- overhead -----------------------------------------------------------------------------------


@pytest.mark.claim("C07.25")
def test_at_no_temperature_are_most_exponentials_subnormal(claim):
    count = 50257
    places = (torch.arange(count, dtype=torch.float64) + 0.5) / count
    logits = 3 * torch.special.ndtri(places)
    least_normal, least = torch.finfo(torch.float32).tiny, 2.0**-149

    def of(temperature):
        weights = ((logits - logits.max()) / temperature).exp()
        nothing = weights < least / 2
        return ((weights < least_normal) & ~nothing).double().mean(), nothing.double().mean()

    grid = [k / 100 for k in range(5, 31)]
    worst = max(grid, key=lambda t: of(t)[0])
    subnormal, zero = of(0.1)
    assert of(worst)[0] < 0.5
    claim.shows(
        least_normal,
        math.log(least_normal),
        math.log(least / 2),
        0,
        count,
        3,
        100 * of(worst)[0],
        worst,
        0.1,
        100 * subnormal,
        100 * zero,
        0,
    )
