"""Every claim of note 06: recomputed, and tested where a counterexample would hide.

What the trained network gives is measured for seed 0; the bounds that the note prints for three
trainings hold for the seeds 0, 1 and 2, and were chosen after five.
"""

from __future__ import annotations

import math
import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_digits

from tempkit.course.digit_decisions import (
    COPIES,
    ROW_A,
    ROW_B,
    cheapest_threshold,
    confidence,
    costs,
    crossing,
    decided,
    log_odds,
    ranked,
    rate,
    retried,
)
from tempkit.decisions import accept, monitor, risk_coverage
from tempkit.information import entropy, entropy_sweep
from tempkit.scaling import softmax

Z = torch.tensor([2, 1, 0.5, 0.2, 0.1], dtype=torch.float64)
SEEDS = (0, 1, 2)
same_every_run = settings(derandomize=True, deadline=None, max_examples=50)

temperatures = st.floats(0.3, 8)
fractions = st.floats(0.02, 0.98)
#: Quarters, so that ties are common and every difference is exact.
finite_logits = st.integers(-24, 24).map(lambda n: n / 4)
rows = st.lists(finite_logits, min_size=2, max_size=8).map(
    lambda z: torch.tensor(z, dtype=torch.float64)
)
batches = st.integers(2, 6).flatmap(
    lambda classes: st.lists(
        st.lists(finite_logits, min_size=classes, max_size=classes), min_size=1, max_size=8
    ).map(lambda z: torch.tensor(z, dtype=torch.float64))
)


def plus_minus(mean, error, digits):
    """A cell with a standard error, as the note prints it."""
    return f"${mean:.{digits}f} \\pm {error:.{digits}f}$"


def binary_entropy(c):
    return -torch.xlogy(c, c) - torch.xlogy(1 - c, 1 - c)


def odds(c):
    return c / (1 - c)


@pytest.mark.claim("C06.1")
def test_the_network_is_wrong_one_time_in_seven(claim):
    test = decided()
    wrong = rate(test.wrong, test.image)
    claim.shows(test.temperature, wrong.value, wrong.standard_error)


@pytest.mark.claim("C06.2")
def test_the_monitor_of_the_five_words(claim):
    table = monitor(Z, [0.5, 1, 2, 5])
    places = ["max_probability", "second_probability", "third_probability", "entropy"]
    lines = table[["temperature", "prediction", *places]].to_numpy().tolist()
    assert set(table["prediction"]) == {0}
    claim.shows(Z)
    claim.table([[None] * 6, *lines])


@pytest.mark.claim("C06.3")
@same_every_run
@given(rows, temperatures)
def test_confidence_falls_and_entropy_rises_with_the_temperature(logits, temperature):
    if (logits == logits[0]).all():
        return
    heat = torch.tensor(temperature, dtype=torch.float64, requires_grad=True)
    c = softmax(logits, heat).amax()
    (slope,) = torch.autograd.grad(c.log(), heat)
    q = softmax(logits, temperature)
    predicted = ((q * logits).sum() - logits.max()) / temperature**2
    assert predicted < 0
    assert slope.item() == pytest.approx(predicted.item(), rel=1e-6, abs=1e-12)
    assert entropy_sweep(logits, [temperature]).slope.item() > 0


@pytest.mark.claim("C06.4")
@same_every_run
@given(rows, temperatures)
def test_no_temperature_changes_the_order_within_a_row(logits, temperature):
    q = softmax(logits, temperature)
    assert torch.equal(logits[:, None] > logits, q[:, None] > q)


@pytest.mark.claim("C06.4")
@same_every_run
@given(rows, temperatures)
def test_the_odds_of_a_doubt_are_a_sum_over_the_gaps(logits, temperature):
    gaps = logits.max() - logits.sort(descending=True).values[1:]
    doubt = 1 / odds(softmax(logits, temperature).amax())
    torch.testing.assert_close(torch.exp(-gaps / temperature).sum(), doubt)


@pytest.mark.claim("C06.4")
@same_every_run
@given(finite_logits, finite_logits, temperatures)
def test_with_two_classes_the_surer_row_is_the_surer_one_at_any_temperature(
    gap, other, temperature
):
    two = torch.tensor([[gap, 0.0], [0.0, other]], dtype=torch.float64)
    scores = log_odds(two, temperature)
    assert (scores[0] > scores[1]).item() == (abs(gap) > abs(other))


@pytest.mark.claim("C06.4")
@same_every_run
@given(st.data())
def test_the_limits_rank_by_the_gap_and_by_the_distance_to_the_mean(data):
    classes = data.draw(st.integers(3, 6))
    row = st.lists(finite_logits, min_size=classes, max_size=classes)
    two = torch.tensor([data.draw(row), data.draw(row)], dtype=torch.float64)
    top = two.sort(-1, descending=True).values
    for by, temperature in ((top[:, 0] - top[:, 1], 0.1), (top[:, 0] - top.mean(-1), 3e3)):
        if (by[0] - by[1]).abs() > 1e-9:
            scores = log_odds(two, temperature)
            assert (scores[0] > scores[1]) == (by[0] > by[1])


@pytest.mark.claim("C06.5")
def test_two_rows_change_places(claim):
    at = {T: [confidence(row, T).item() for row in (ROW_A, ROW_B)] for T in (0.5, 2.0)}
    assert at[0.5][0] > at[0.5][1]
    assert at[2.0][0] < at[2.0][1]
    where = crossing()
    assert 0 < where - 1 / math.log(3) < 1e-3
    claim.shows(ROW_A, ROW_B, 0.5, at[0.5], at[2.0], where, 1, 3, 2, 3)


@pytest.mark.claim("C06.6")
def test_few_pairs_change_their_order(claim):
    test = decided()
    one, best = (log_odds(test.logits, T) for T in (1.0, test.temperature))
    exchanged = ((one[:, None] > one) & (best[:, None] < best)).sum().item()
    claim.shows(100 * exchanged / math.comb(len(one), 2))


@pytest.mark.claim("C06.7")
def test_a_row_an_image_and_copies_that_agree_are_the_two_ends(claim):
    (writers,) = re.findall(r"different (\d+)\s+to the test set", load_digits().DESCR)
    claim.shows(len(decided().image.unique()), COPIES, int(writers))
    generator = torch.Generator("cpu").manual_seed(0)
    wrong = torch.rand(200, generator=generator) < 0.3
    alone = rate(wrong, torch.arange(200))
    r = wrong.double().mean().item()
    assert alone.standard_error == pytest.approx(math.sqrt(r * (1 - r) / 200))
    copied = rate(wrong.repeat_interleave(8), torch.arange(200).repeat_interleave(8))
    assert copied.standard_error == pytest.approx(math.sqrt(8) * copied.independent)


@pytest.mark.claim("C06.7")
def test_the_formula_finds_the_true_spread_of_rates_over_images():
    """A thousand samples of 150 images, 1 to 8 rows each: the mean estimate is within 8 %.

    The spread of 1000 rates is known to 2.2 %, so that a right formula, whose own bias here is
    near 1 %, fails with a probability below 1 in 500; the seed is fixed. The formula for
    independent rows is 30 % too small.
    """
    generator = torch.Generator("cpu").manual_seed(1)
    rates, errors, independent = [], [], []
    for _ in range(1000):
        sizes = torch.randint(1, 9, (150,), generator=generator)
        image = torch.arange(150).repeat_interleave(sizes)
        hard = torch.rand(150, generator=generator).square().repeat_interleave(sizes)
        found = rate(torch.rand(len(image), generator=generator) < hard, image)
        rates.append(found.value)
        errors.append(found.standard_error)
        independent.append(found.independent)
    spread = torch.tensor(rates, dtype=torch.float64).std().item()
    assert sum(errors) / len(errors) == pytest.approx(spread, rel=0.08)
    assert sum(independent) / len(independent) < 0.75 * spread


@pytest.mark.claim("C06.8")
def test_copies_are_worth_less_than_half(claim):
    test = decided()
    found = rate(test.wrong, test.image)
    rows_worth = len(test.wrong) * (found.independent / found.standard_error) ** 2
    assert rows_worth < len(test.wrong) / 2
    claim.shows(len(test.wrong), found.standard_error, found.independent, round(rows_worth, -2))


@pytest.mark.claim("C06.9")
def test_a_calibrated_threshold_keeps_its_promise():
    """Labels drawn from the softmax itself. 50,000 rows: fails by chance once in 10,000."""
    generator = torch.Generator("cpu").manual_seed(2)
    logits = 2 * torch.randn(50_000, 5, generator=generator, dtype=torch.float64)
    labels = torch.multinomial(softmax(logits), 1, generator=generator)[:, 0]
    wrong = logits.argmax(-1) != labels
    c = confidence(logits, 1.0)
    for threshold in (0.5, 0.7, 0.9):
        accepted = accept(logits, threshold)
        promised = 1 - c[accepted].mean().item()
        error = math.sqrt(promised * (1 - promised) / int(accepted.sum()))
        assert promised <= 1 - threshold
        assert abs(wrong[accepted].double().mean().item() - promised) < 4 * error


@pytest.mark.claim("C06.10")
def test_a_threshold_of_nine_tenths(claim):
    lines = []
    for name, heat in (("$T = 1$", lambda _: 1.0), (r"$T^{\ast}$", lambda rows: rows.temperature)):
        for seed in SEEDS:
            test = decided(seed)
            c = confidence(test.logits, heat(test))
            accepted = c >= 0.9
            errors = rate(test.wrong[accepted], test.image[accepted])
            low, high = (0.06, 0.08) if name == "$T = 1$" else (0.015, 0.030)
            assert low <= errors.value <= high
            promised = 1 - c[accepted].mean().item()
            if name == "$T = 1$":
                assert 7.5 <= errors.value / promised <= 8.5
            if seed == 0:
                cell = plus_minus(errors.value, errors.standard_error, 3)
                lines.append([name, accepted.double().mean(), promised, cell])
                within = abs(errors.value - promised) / errors.standard_error
    assert within < 2
    claim.shows(0.9, 0.06, 0.08, 0.015, 0.030)
    claim.table([[None] * 4, *lines])


@pytest.mark.claim("C06.11")
@same_every_run
@given(st.lists(finite_logits, min_size=1, max_size=9), st.floats(0.5, 4), st.floats(0.51, 0.99))
def test_with_two_classes_a_temperature_is_another_threshold(gaps, temperature, threshold):
    logits = torch.tensor([[gap, 0.0] for gap in gaps], dtype=torch.float64)
    needed = temperature * math.log(threshold / (1 - threshold))
    scores = log_odds(logits, 1.0)
    clear = (scores - needed).abs() > 1e-9
    moved = scores >= needed
    assert torch.equal(accept(logits, threshold, temperature)[clear], moved[clear])


@pytest.mark.claim("C06.11")
def test_with_more_classes_no_threshold_need_accept_the_same_rows(claim):
    claim.shows(0.9)
    test = decided()
    accepted = confidence(test.logits, test.temperature) >= 0.9
    one = confidence(test.logits, 1.0)
    assert one[accepted].min() < one[~accepted].max()


@pytest.mark.claim("C06.12")
@same_every_run
@given(rows, temperatures)
def test_the_entropy_lies_between_two_functions_of_the_confidence(logits, temperature):
    c, h = softmax(logits, temperature).amax(), entropy(logits, temperature)
    least = binary_entropy(c)
    assert least - 1e-12 <= h <= least + (1 - c) * math.log(len(logits) - 1) + 1e-12


@pytest.mark.claim("C06.13")
@same_every_run
@given(finite_logits, temperatures)
def test_with_two_classes_the_entropy_is_that_of_the_confidence(gap, temperature):
    two = torch.tensor([gap, 0.0], dtype=torch.float64)
    c = softmax(two, temperature).amax()
    torch.testing.assert_close(entropy(two, temperature), binary_entropy(c))


@pytest.mark.claim("C06.13")
def test_an_entropy_limit_is_another_rule_at_another_temperature(claim):
    test, lines = decided(), []
    assert (entropy(test.logits, test.temperature) > entropy(test.logits, 1.0)).all()
    for name, heat in (("1", 1.0), (r"$T^{\ast}$", test.temperature)):
        h = entropy(test.logits, heat)
        by_entropy, by_confidence = (
            ranked(score, test.wrong).aurc for score in (-h, log_odds(test.logits, heat))
        )
        assert abs(by_entropy - by_confidence) < 0.001
        for limit in (0.3, 1.0):
            sent = h > limit
            kept, given_on = (rate(test.wrong[m], test.image[m]) for m in (~sent, sent))
            lines.append(
                [
                    name,
                    limit,
                    sent.double().mean(),
                    plus_minus(kept.value, kept.standard_error, 3),
                    plus_minus(given_on.value, given_on.standard_error, 2),
                ]
            )
    claim.shows(7, 1, 0.3)
    claim.table([[None] * 5, *lines])


@pytest.mark.claim("C06.14")
@same_every_run
@given(batches, temperatures, fractions)
def test_the_recipe_is_one_pass_at_half_the_temperature(logits, temperature, threshold):
    first = accept(logits, threshold, temperature)
    second = accept(logits, threshold, temperature / 2)
    assert torch.equal(first | second, second)
    q = softmax(logits, temperature)
    again = q.square() / q.square().sum(-1, keepdim=True)
    torch.testing.assert_close(again, softmax(logits, temperature / 2))


@pytest.mark.claim("C06.14")
@same_every_run
@given(batches, temperatures)
def test_the_odds_are_squared_or_more(logits, temperature):
    once, again = log_odds(logits, temperature), log_odds(logits, temperature / 2)
    assert (2 * once <= again + 1e-9).all()
    assert (again <= 2 * once + math.log(logits.shape[-1] - 1) + 1e-9).all()


@pytest.mark.claim("C06.15")
def test_the_recipe_accepts_from_three_quarters_and_nothing_below_a_half(claim):
    test = decided()
    once = confidence(test.logits, test.temperature)
    again = confidence(test.logits, test.temperature / 2) >= 0.9
    assert again[once >= 0.75].all()
    assert not again[once < 0.5].any()
    surely, hardly = math.sqrt(9), math.sqrt(9 / 9)
    claim.shows(0.9, odds(0.9), surely, surely / (1 + surely), hardly, hardly / (1 + hardly))


@pytest.mark.claim("C06.15")
def test_a_spread_doubt_is_preferred():
    """The same confidence: one rival, or nine."""
    narrow = torch.tensor([[0.7, 0.3]], dtype=torch.float64).log()
    wide = torch.tensor([[0.7, *[0.3 / 9] * 9]], dtype=torch.float64).log()
    assert confidence(narrow, 1.0) == pytest.approx(confidence(wide, 1.0))
    assert not accept(narrow, 0.9, 0.5).item()
    assert accept(wide, 0.9, 0.5).item()


@pytest.mark.claim("C06.16")
def test_the_rescued_claim_more_than_they_know(claim):
    lines, said = [], []
    for name, band in (("$T = 1$", (0.54, 0.64)), (r"$T^{\ast}$", (0.77, 0.84))):
        for seed in SEEDS:
            test = decided(seed)
            heat = 1.0 if name == "$T = 1$" else test.temperature
            group = retried(test, heat)["rescued"]
            assert band[0] <= group.right.value <= band[1]
            assert group.claimed > 0.95
            # At T* the first pass had said the truth, at T = 1 it had not.
            away = abs(group.at_first - group.right.value) / group.right.standard_error
            assert (away < 2) == (name != "$T = 1$")
            if seed == 0:
                cell = plus_minus(group.right.value, group.right.standard_error, 2)
                lines.append([name, group.share, group.claimed, group.at_first, cell])
                said.append(group)
    claim.shows(
        0.9, said[0].claimed, 0.54, 0.64, said[1].at_first, said[1].claimed, 0.77, 0.84, 0.75
    )
    claim.table([[None] * 5, *lines])


@pytest.mark.claim("C06.17")
def test_between_a_random_and_a_perfect_ranking(claim):
    test = decided()
    r = test.wrong.double().mean().item()
    perfect = r + (1 - r) * math.log(1 - r)
    by_truth = risk_coverage((~test.wrong).double(), ~test.wrong).aurc
    at_random = risk_coverage(torch.ones_like(test.wrong, dtype=torch.float64), ~test.wrong).aurc
    assert by_truth == pytest.approx(perfect, abs=1e-3)
    assert at_random == pytest.approx(r)
    claim.shows(r, perfect, ranked(log_odds(test.logits, test.temperature), test.wrong).aurc)


@pytest.mark.claim("C06.18")
def test_the_temperature_hardly_matters_to_a_ranking(claim):
    area = {}
    for seed in SEEDS:
        test = decided(seed)
        area[seed] = [
            ranked(log_odds(test.logits, T), test.wrong).aurc
            for T in (0.1, 1.0, test.temperature, 10.0)
        ]
        assert area[seed][2] < area[seed][1]
    test = decided()
    scores = [log_odds(test.logits, T) for T in (0.1, 1.0, test.temperature, 10.0)]
    generator, drawn = torch.Generator("cpu").manual_seed(0), []
    images = len(test.image) // COPIES
    for _ in range(200):
        chosen = torch.randint(images, (images,), generator=generator)[:, None] * COPIES
        rows_drawn = (chosen + torch.arange(COPIES)).flatten()
        wrong = test.wrong[rows_drawn]
        drawn.append([ranked(score[rows_drawn], wrong).aurc for score in scores])
    drawn = torch.tensor(drawn, dtype=torch.float64)
    own, paired = drawn.std(0), (drawn[:, 1] - drawn[:, 2]).std().item()
    assert (own.round(decimals=3) == own[0].round(decimals=3)).all()
    gain = area[0][1] - area[0][2]
    r = test.wrong.double().mean().item()
    assert gain < 0.01 * (r - (r + (1 - r) * math.log(1 - r)))
    temperature = [0.1, 1, 10]
    claim.shows(
        *(area[0][0], temperature[0], area[0][1], temperature[1], area[0][2]),
        *(area[0][3], temperature[2], own[0], 1, gain, paired, 200),
    )


@pytest.mark.claim("C06.19")
def test_a_confidence_is_one_from_a_certain_gap_on(claim):
    """c rounds to 1 once the doubt is at most half the spacing above 1, which is eps."""
    shown = []
    for dtype in (torch.float64, torch.float32):
        from_here = -math.log(torch.finfo(dtype).eps / 2)
        below, above = (
            softmax(torch.tensor([gap, 0.0], dtype=dtype)).max().item()
            for gap in (from_here - 0.5, from_here + 0.5)
        )
        assert below < 1
        assert above == 1
        shown.append(from_here)
    claim.shows(1, 1, shown, 0.1, [0.1 * gap for gap in shown])


@pytest.mark.claim("C06.20")
def test_rounding_ruins_the_ranking(claim):
    test = decided()
    wide, narrow = (confidence(z, 0.1) for z in (test.logits, test.logits.float()))
    shares = [100 * (c == 1).double().mean().item() for c in (wide, narrow)]
    areas = [risk_coverage(c, ~test.wrong).aurc for c in (wide, narrow)]
    exact = ranked(log_odds(test.logits, 0.1), test.wrong).aurc
    claim.shows(0.1, shares[0], 1, shares[1], areas, exact)


@pytest.mark.claim("C06.21")
@same_every_run
@given(batches, temperatures)
def test_log_odds_from_logits_are_those_of_the_confidence(logits, temperature):
    """Compared where 1 - c has digits left."""
    scores = log_odds(logits, temperature)
    near = scores < 12
    by_confidence = odds(confidence(logits, temperature)).log()
    torch.testing.assert_close(scores[near], by_confidence[near], rtol=1e-8, atol=1e-9)


@pytest.mark.claim("C06.21")
def test_a_doubt_beyond_rounding_is_a_difference_of_two_sums():
    z = torch.tensor([100.0, 0.0, 1.0], dtype=torch.float64)
    doubt = (z[1:].logsumexp(0) - z.logsumexp(0)).exp().item()
    assert 1 - softmax(z).max().item() == 0
    assert doubt == pytest.approx((1 + math.e) * math.exp(-100))


@pytest.mark.claim("C06.22")
@same_every_run
@given(
    st.lists(st.integers(1, 20).map(lambda n: n / 20), min_size=1, max_size=8),
    st.integers(0, 20).map(lambda n: n / 20),
    st.lists(st.booleans(), min_size=8, max_size=8),
)
def test_no_rule_beats_chows(confidences, review, anyhow):
    """Mean costs of rows that are right with the probability of their confidence."""
    c = torch.tensor(confidences, dtype=torch.float64)
    other = torch.tensor(anyhow[: len(c)])

    def cost(accepted):
        return torch.where(accepted, 1 - c, torch.tensor(review, dtype=torch.float64)).sum()

    assert cost(c >= 1 - review) <= cost(other) + 1e-12


@pytest.mark.claim("C06.23")
def test_the_threshold_follows_from_the_price(claim):
    test, held_out = decided(), decided(held_out=True)
    lines, errors = [], []
    for review in (0.05, 0.1, 0.2):
        line = [review]
        for heat in (1.0, test.temperature):
            chosen = cheapest_threshold(held_out, heat, review)
            for threshold in (1 - review, chosen):
                found = rate(costs(test, heat, threshold, review), test.image)
                line.append(found.value)
                errors.append(found.standard_error)
        least = cheapest_threshold(test, test.temperature, review)
        for other in (line[4], costs(test, test.temperature, least, review).mean().item()):
            assert line[3] - other < 0.001
        lines.append(line)
    claim.shows(1, min(errors), max(errors))
    claim.table([[None] * 5, *lines])
