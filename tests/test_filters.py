"""Filters: what is kept, by definition, at ties and at the edges, and beside transformers."""

from __future__ import annotations

import math
from functools import partial

import mpmath
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import Tensor

from tempkit import filters, softmax
from tempkit.filters import (
    compose,
    min_p,
    repetition_penalty,
    temper,
    top_k,
    top_p,
    typical,
)

INF = math.inf
DTYPES = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
TRUNCATIONS = {
    "top_k": partial(top_k, k=2),
    "top_p": partial(top_p, p=0.7),
    "min_p": partial(min_p, p=0.3),
    "typical": partial(typical, mass=0.7),
}
EVERY_FILTER = TRUNCATIONS | {
    "repetition_penalty": partial(
        repetition_penalty, previous_tokens=torch.tensor([0, 2]), penalty=1.3
    ),
    "temper": partial(temper, temperature=2.0),
    "compose": compose(partial(temper, temperature=2.0), partial(top_p, p=0.7)),
}
#: Halves from -8 to 8: exact in every dtype, with many ties.
LOGITS = st.lists(st.one_of(st.integers(-16, 16).map(lambda n: n / 2), st.just(-INF)), min_size=1)
FRACTIONS = st.floats(0.01, 0.99)


def kept(logits: Tensor) -> list[int]:
    return logits.isfinite().nonzero()[:, -1].tolist()


def probabilities(row: list[float]) -> list[mpmath.mpf]:
    weights = [mpmath.exp(z) for z in row]
    return [w / mpmath.fsum(weights) for w in weights]


def fewest(order: list[int], p: list[mpmath.mpf], mass: float) -> list[int]:
    """The leading tokens of ``order`` up to the one with which ``mass`` is reached."""
    total, chosen = mpmath.mpf(0), []
    for i in order:
        # Sums that equal the mass up to rounding are tested by examples with an exact answer.
        assume(abs(total - mass) > 1e-9)
        if total > mass:
            break
        chosen.append(i)
        total += p[i]
    return sorted(chosen)


# Definitions, against plain Python


@given(LOGITS, st.integers(1, 60), st.sampled_from(DTYPES))
def test_top_k_keeps_the_k_largest_and_of_tied_ones_the_first(row, k, dtype):
    assume(max(row) > -INF)
    order = sorted(range(len(row)), key=lambda i: (-row[i], i))
    expected = sorted(i for i in order[:k] if row[i] > -INF)
    assert kept(top_k(torch.tensor(row, dtype=dtype), k)) == expected


@given(LOGITS, FRACTIONS, st.sampled_from(DTYPES))
def test_top_p_keeps_the_smallest_set_that_reaches_p(row, p, dtype):
    assume(max(row) > -INF)
    order = sorted((i for i in range(len(row)) if row[i] > -INF), key=lambda i: (-row[i], i))
    expected = fewest(order, probabilities(row), p)
    assert kept(top_p(torch.tensor(row, dtype=dtype), p)) == expected


@given(LOGITS, FRACTIONS, st.sampled_from(DTYPES))
def test_min_p_keeps_what_is_p_times_as_probable_as_the_top(row, p, dtype):
    assume(max(row) > -INF)
    expected = [i for i in range(len(row)) if mpmath.exp(row[i] - max(row)) >= p]
    assert kept(min_p(torch.tensor(row, dtype=dtype), p)) == expected


@given(LOGITS, FRACTIONS, st.sampled_from(DTYPES))
def test_typical_keeps_the_smallest_set_nearest_to_the_entropy(row, mass, dtype):
    assume(max(row) > -INF)
    p = probabilities(row)
    entropy = -mpmath.fsum(x * mpmath.log(x) for x in p if x > 0)
    distance = {i: abs(mpmath.log(x) + entropy) for i, x in enumerate(p) if x > 0}
    # Different logits at the same distance are told apart by rounding alone.
    assume(
        all(
            row[i] == row[j] or abs(distance[i] - distance[j]) > 1e-9
            for i in distance
            for j in distance
        )
    )
    order = sorted(distance, key=lambda i: (round(float(distance[i]), 10), i))
    expected = fewest(order, p, mass)
    assert kept(typical(torch.tensor(row, dtype=dtype), mass)) == expected


@given(LOGITS, st.lists(st.integers(0, 200)), st.floats(0.5, 2), st.sampled_from(DTYPES))
def test_repetition_penalty_divides_positive_and_multiplies_negative_logits(row, ids, rho, dtype):
    assume(max(row) > -INF)
    ids = [i % len(row) for i in ids]
    expected = [(z / rho if z > 0 else z * rho) if i in ids else z for i, z in enumerate(row)]
    found = repetition_penalty(
        torch.tensor(row, dtype=dtype), torch.tensor(ids, dtype=torch.int64), rho
    )
    torch.testing.assert_close(found.double(), torch.tensor(expected).double(), rtol=1e-6, atol=0)


@given(
    LOGITS,
    st.one_of(st.floats(0.01, 100), st.sampled_from([0, 1e-40, 1e-6, 1, 10**6, INF])),
    st.sampled_from(DTYPES),
)
def test_softmax_of_tempered_logits_is_softmax_at_that_temperature(row, temperature, dtype):
    assume(max(row) > -INF)
    logits = torch.tensor(row, dtype=dtype)
    torch.testing.assert_close(
        softmax(temper(logits, temperature)), softmax(logits, temperature), rtol=2e-5, atol=1e-30
    )


# Rules for all filters


@pytest.mark.parametrize("name", EVERY_FILTER)
@pytest.mark.parametrize("dtype", DTYPES)
def test_half_precision_is_raised_and_the_others_stay(name, dtype):
    found = EVERY_FILTER[name](torch.tensor([2.0, 1.0, 0.5], dtype=dtype))
    assert found.dtype == (torch.float64 if dtype == torch.float64 else torch.float32)


@pytest.mark.parametrize("name", EVERY_FILTER)
def test_the_input_is_never_changed(name):
    logits = torch.tensor([2.0, 1.0, 0.5, 0.2])
    found = EVERY_FILTER[name](logits)
    found += 1.0
    assert logits.tolist() == pytest.approx([2.0, 1.0, 0.5, 0.2])


@pytest.mark.parametrize("name", EVERY_FILTER)
def test_an_empty_batch_works(name):
    assert EVERY_FILTER[name](torch.zeros(0, 3, 5)).shape == (0, 3, 5)


@pytest.mark.parametrize("name", EVERY_FILTER)
def test_any_leading_shape_is_a_batch_of_rows(name):
    logits = torch.randn(2, 3, 7, generator=torch.Generator().manual_seed(0))
    rows = torch.stack([EVERY_FILTER[name](row) for row in logits.reshape(6, 7)])
    assert torch.equal(EVERY_FILTER[name](logits), rows.reshape(2, 3, 7))


@pytest.mark.parametrize("name", EVERY_FILTER)
def test_a_row_with_one_possible_token_keeps_it(name):
    assert kept(EVERY_FILTER[name](torch.tensor([-INF, 0.5, -INF]))) == [1]


@pytest.mark.parametrize("name", EVERY_FILTER)
@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ([0.0, math.nan, 1.0], "a logit of nan"),
        ([0.0, INF, 1.0], "a logit of inf"),
        ([-INF, -INF, -INF], "no finite logit"),
    ],
)
def test_an_unusable_row_is_an_error_that_names_it(name, bad, reason):
    with pytest.raises(ValueError, match=rf"row 1 .*{reason}"):
        EVERY_FILTER[name](torch.tensor([[1.0, 2.0, 3.0], bad]))


@pytest.mark.parametrize("name", TRUNCATIONS)
def test_kept_logits_are_bit_for_bit_what_they_were(name):
    logits = torch.randn(50, generator=torch.Generator().manual_seed(1))
    found = TRUNCATIONS[name](logits)
    assert torch.equal(found[found.isfinite()], logits[found.isfinite()])


@pytest.mark.parametrize("name", TRUNCATIONS)
def test_a_common_offset_changes_nothing(name):
    logits = torch.tensor([2.0, 1.0, 0.5, 0.25, -3.0])
    assert kept(TRUNCATIONS[name](logits + 64.0)) == kept(TRUNCATIONS[name](logits))


@pytest.mark.parametrize("name", EVERY_FILTER)
def test_gradients_reach_the_logits_that_stay(name):
    logits = torch.tensor([2.0, 1.0, 0.5, -1.0], dtype=torch.float64, requires_grad=True)

    def finite_part(z: Tensor) -> Tensor:
        found = EVERY_FILTER[name](z)
        return found.masked_fill(found == -INF, 0.0)

    assert torch.autograd.gradcheck(finite_part, logits)


def test_a_token_that_appeared_twice_has_the_gradient_of_one_that_appeared_once():
    logits = torch.tensor([2.0, 1.0], requires_grad=True)
    repetition_penalty(logits, torch.tensor([0, 0, 0]), 2.0).sum().backward()
    assert logits.grad.tolist() == [0.5, 1.0]


# Edges of the parameters


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("penalty", [1.1, 1.3, 3.0, 0.7])
def test_a_gradient_changes_no_penalised_logit(dtype, penalty):
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(2000, generator=generator, dtype=dtype)
    tokens = torch.randint(2000, (700,), generator=generator)
    plain = repetition_penalty(logits, tokens, penalty)
    assert torch.equal(repetition_penalty(logits.requires_grad_(), tokens, penalty), plain)


@pytest.mark.parametrize("penalty", [1e-320, 1e-50, 1e-30, 1e30, 1e39, 1e308])
@pytest.mark.parametrize("tracked", [False, True])
def test_an_impossible_token_stays_so_under_any_penalty(penalty, tracked):
    logits = torch.tensor([-INF, 0.0, 1.0], requires_grad=tracked)
    assert repetition_penalty(logits, torch.tensor([0, 1]), penalty).tolist() == [-INF, 0.0, 1.0]


@pytest.mark.parametrize("tracked", [False, True])
def test_a_penalty_beyond_float32_may_leave_a_logit_within(tracked):
    logits = torch.tensor([1e20, -1e-20, 1.0], requires_grad=tracked)
    penalised = repetition_penalty(logits, torch.tensor([0, 1]), 1e40)
    assert penalised.tolist() == pytest.approx([1e-20, -1e20, 1.0], rel=1e-6, abs=0)


@pytest.mark.parametrize(("penalty", "token"), [(1e-50, 1), (1e39, 0), (1e30, 0), (1e-30, 1)])
@pytest.mark.parametrize("tracked", [False, True])
def test_a_penalised_logit_beyond_the_largest_float_is_an_error(penalty, token, tracked):
    logits = torch.tensor([-1e10, 1e10, 0.0], requires_grad=tracked)
    with pytest.raises(ValueError, match=f"takes the logit of token {token} beyond the"):
        repetition_penalty(logits, torch.tensor([2, token]), penalty)


@pytest.mark.parametrize("p", [0.1, 0.05, 0.3, 0.9])
@pytest.mark.parametrize("offset", [0.0, 3.0, -1e4, 1e7])
def test_min_p_compares_with_the_exact_threshold(p, offset):
    """Logits within a unit of the last place of ``log p`` below the maximum, on both sides."""
    near = torch.tensor(offset + math.log(p))
    around = [torch.nextafter(near, torch.tensor(side)) for side in (-INF, INF)]
    logits = torch.stack([torch.tensor(offset), near, *around])
    expected = [
        i for i, z in enumerate(logits.tolist()) if mpmath.exp(z - max(logits.tolist())) >= p
    ]
    assert kept(min_p(logits, p)) == kept(min_p(logits.double(), p)) == expected


@pytest.mark.parametrize("count", [10, 1000, 100_000, 1_000_000])
@pytest.mark.parametrize("p", [0.1, 0.3, 0.7, 0.8])
def test_equal_tokens_are_kept_in_the_number_that_reaches_the_mass(count, p):
    for cut in (top_p, typical):
        assert len(kept(cut(torch.zeros(count), p))) == round(count * p)


def test_the_gradient_in_the_temperature_of_temper_survives_an_overflow():
    logits = torch.tensor([[1e30, 0.0, -1e30], [2.0, 1.0, -INF]], requires_grad=True)
    heat = torch.tensor([1e-20, 2.0], requires_grad=True)
    tempered = temper(logits, heat)
    assert tempered.tolist() == [[0.0, -INF, -INF], [1.0, 0.5, -INF]]
    gradient = torch.autograd.grad(tempered[tempered.isfinite()].sum(), (logits, heat))
    assert gradient[0].tolist() == [[0.0, 0.0, 0.0], [0.5, 0.5, 0.0]]
    assert gradient[1].tolist() == [0.0, -0.75]


def test_top_k_of_more_than_the_vocabulary_keeps_everything():
    assert kept(top_k(torch.tensor([1.0, 0.0]), 50)) == [0, 1]


def test_top_p_of_zero_keeps_the_first_maximum_alone():
    assert kept(top_p(torch.tensor([0.0, 1.0, 1.0]), 0.0)) == [1]


@pytest.mark.parametrize("keep_all", [partial(top_p, p=1.0), partial(typical, mass=1.0)])
def test_a_mass_of_one_keeps_every_possible_token(keep_all):
    assert kept(keep_all(torch.tensor([0.0, -500.0, -INF]))) == [0, 1]


def test_typical_of_zero_mass_keeps_the_most_typical_token_alone():
    # p = [.8, .1, .1], H = .64: the surprise of the first, .22, is nearer than that of the others.
    assert kept(typical(torch.tensor([0.8, 0.1, 0.1]).log(), 0.0)) == [0]


def test_min_p_of_zero_keeps_every_possible_token():
    assert kept(min_p(torch.tensor([0.0, -500.0, -INF]), 0.0)) == [0, 1]


def test_min_p_of_one_keeps_the_tied_maxima_together():
    assert kept(min_p(torch.tensor([3.0, 1.0, 3.0]), 1.0)) == [0, 2]


def test_typical_may_remove_the_most_probable_token():
    # H = 2.01: the surprise of the first token is 0.80, of the others 3.00, which is nearer.
    p = torch.tensor([0.45] + [0.55 / 11] * 11)
    assert 0 not in kept(typical(p.log(), 0.5))


def test_a_nucleus_wider_than_the_first_candidates_is_found():
    # All 5000 equal: 0.9 needs 4500 of them, many more than are sorted at first.
    assert kept(top_p(torch.zeros(5000), 0.9)) == list(range(4500))


def long_rows() -> Tensor:
    """Rows that are not sorted as a whole: plain, with ties, masked, hot, cold, all alike."""
    logits = 3.0 * torch.randn(7, 6001, generator=torch.Generator().manual_seed(7)).double()
    logits[1] = logits[1].round()
    logits[2, ::3] = -INF
    logits[3] *= 1e-3
    logits[4] *= 1e3
    logits[5] = 1.0
    logits[6, 100:] = -1e30
    return logits


@pytest.mark.parametrize("k", [1, 2, 50, 333, 1500, 6000])
def test_top_k_of_a_long_row_keeps_the_k_largest_and_of_tied_ones_the_first(k):
    logits = long_rows()
    order = logits.sort(descending=True, stable=True).indices[:, :k]
    expected = torch.full_like(logits, -INF).scatter(-1, order, logits.gather(-1, order))
    assert torch.equal(top_k(logits, k), expected)


@pytest.mark.parametrize("mass", [0.0, 0.01, 0.5, 0.9, 0.999999])
@pytest.mark.parametrize("cut", [top_p, typical])
def test_a_mass_of_a_long_row_is_what_a_sort_of_it_keeps(cut, mass):
    logits = long_rows()
    log_p = torch.log_softmax(logits, -1)
    p = log_p.exp()
    surprise = (-log_p - torch.special.entr(p).sum(-1, keepdim=True)).abs()
    order = (surprise if cut is typical else -logits).sort(stable=True).indices
    reached = p.gather(-1, order).cumsum(-1)
    # Equal ones differ in the last digits of their distance: only their number can be compared.
    needed = (reached < mass - 1e-12).sum(-1) + 1
    found = cut(logits, mass)
    assert found.isfinite().sum(-1).tolist() == needed.tolist()
    assert torch.equal(found[0].isfinite().nonzero()[:, 0], order[0, : needed[0]].sort().values)


def test_rows_of_one_batch_may_need_few_and_many_candidates():
    logits = torch.zeros(2, 5000)
    logits[0, 17] = 50.0
    assert top_p(logits, 0.9).isfinite().sum(-1).tolist() == [1, 4500]


def test_repetition_penalty_without_previous_tokens_changes_nothing():
    logits = torch.tensor([1.0, -1.0])
    empty = torch.zeros(0, dtype=torch.int64)
    assert torch.equal(repetition_penalty(logits, empty, 1.3), logits)


def test_repetition_penalty_takes_one_list_a_row():
    found = repetition_penalty(torch.ones(2, 2), torch.tensor([[0], [1]]), 2.0)
    assert found.tolist() == [[0.5, 1.0], [1.0, 0.5]]


def test_temper_takes_one_temperature_a_row():
    found = temper(torch.tensor([[1.0, 0.0], [1.0, 0.0]]), torch.tensor([0.5, 2.0]))
    assert found.tolist() == [[2.0, 0.0], [0.5, 0.0]]


def test_temper_at_zero_keeps_the_tied_maxima():
    assert temper(torch.tensor([1.0, 3.0, 3.0]), 0).tolist() == [-INF, 0.0, 0.0]


def test_temper_at_infinity_levels_the_possible_tokens():
    assert temper(torch.tensor([1.0, 3.0, -INF]), INF).tolist() == [0.0, 0.0, -INF]


def test_temper_shifts_a_row_whose_quotients_overflow_and_only_that():
    found = temper(torch.tensor([[1e38, 0.0], [1.0, 0.5]]), 0.25)
    assert found.tolist() == [[0.0, -INF], [4.0, 2.0]]


# What the folklore gets wrong


def test_the_repetition_penalty_is_not_shift_invariant():
    """F18: the same probabilities, written with another zero, are penalised differently."""
    logits, seen = torch.tensor([2.0, 1.0, 0.5]), torch.tensor([0])
    here = softmax(repetition_penalty(logits, seen, 1.3))[0]
    shifted = softmax(repetition_penalty(logits - 3.0, seen, 1.3))[0]
    assert abs(here - shifted) > 0.01


def test_the_repetition_penalty_commutes_with_a_temperature():
    """F18: both multiply."""
    logits, seen = torch.tensor([2.0, 1.0, -0.5, -3.0]), torch.tensor([0, 3])
    torch.testing.assert_close(
        repetition_penalty(temper(logits, 0.7), seen, 1.3),
        temper(repetition_penalty(logits, seen, 1.3), 0.7),
    )


def test_dividing_a_negative_logit_would_reward_the_repeated_token():
    """F18: hence the multiplication."""
    logits, seen = torch.tensor([-2.0, -1.0]), torch.tensor([0])
    before = softmax(logits)[0]
    assert softmax(torch.tensor([-2.0 / 1.3, -1.0]))[0] > before
    assert softmax(repetition_penalty(logits, seen, 1.3))[0] < before


def test_the_top_fifty_say_little_of_a_hot_distribution():
    """F24, F10: probabilities over 50 of 50,257 tokens overstate them, most of all at high T."""
    logits = 3.0 * torch.randn(50_257, generator=torch.Generator().manual_seed(0)).double()
    top = top_k(logits, 50).isfinite()
    held = [softmax(logits, heat)[top].sum().item() for heat in (1.0, 10.0)]
    assert held[0] == pytest.approx(0.5, abs=0.05)
    assert held[1] == pytest.approx(0.003, abs=5e-4)
    assert softmax(top_k(logits, 50), 10.0).sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("name", "cut", "same"),
    [
        ("top_k", partial(top_k, k=2), True),
        ("top_p", partial(top_p, p=0.7), False),
        ("min_p", partial(min_p, p=0.2), False),
        ("typical", partial(typical, mass=0.6), False),
    ],
)
def test_the_order_of_temperature_and_truncation_matters_except_for_top_k(name, cut, same):
    """F19: here at T = 2, whose flatter distribution has another nucleus."""
    logits = torch.tensor([2.0, 1.0, 0.5, 0.2, 0.1])
    warm = partial(temper, temperature=2.0)
    first, last = kept(compose(warm, cut)(logits)), kept(compose(cut, warm)(logits))
    assert (first == last) is same


# Composition


def test_compose_applies_filters_from_left_to_right():
    double, add = (lambda z: 2 * z), (lambda z: z + 1)
    assert compose(double, add)(torch.tensor([1.0])).item() == 3.0
    assert compose(add, double)(torch.tensor([1.0])).item() == 4.0


def test_compose_of_nothing_is_a_copy():
    logits = torch.tensor([1.0])
    found = compose()(logits)
    assert torch.equal(found, logits)
    assert found is not logits


def test_compose_refuses_what_it_cannot_call():
    with pytest.raises(TypeError, match=r"not 0\.9: write functools\.partial"):
        compose(0.9)


# Errors


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda z: top_k(z, 0), ValueError, "k must be at least 1, not 0"),
        (lambda z: top_k(z, 2.0), TypeError, "k must be an integer, not 2.0"),
        (lambda z: top_k(z, True), TypeError, "k must be an integer, not True"),
        (lambda z: top_p(z, 1.5), ValueError, "p must lie between 0 and 1, not 1.5"),
        (lambda z: top_p(z, math.nan), ValueError, "p must lie between 0 and 1, not nan"),
        (lambda z: min_p(z, -0.1), ValueError, "p must lie between 0 and 1, not -0.1"),
        (lambda z: min_p(z, "half"), TypeError, "p must be a number, not 'half'"),
        (lambda z: typical(z, 2), ValueError, "mass must lie between 0 and 1, not 2"),
        (lambda z: top_p(z, 10**400), ValueError, "p must lie between 0 and 1, not about 1e400"),
        (
            lambda z: repetition_penalty(z, torch.tensor([0]), 0.0),
            ValueError,
            "penalty must be above 0 and finite, not 0",
        ),
        (
            lambda z: repetition_penalty(z, torch.tensor([7]), 1.3),
            ValueError,
            "token id 7 is outside the vocabulary of 3",
        ),
        (
            lambda z: repetition_penalty(z, torch.tensor([-100]), 1.3),
            ValueError,
            "token id -100 is outside",
        ),
        (
            lambda z: repetition_penalty(z, [0], 1.3),
            TypeError,
            "tensor of integer token ids, not list",
        ),
        (
            lambda z: repetition_penalty(z, torch.tensor([0.0]), 1.3),
            TypeError,
            "integer token ids, not torch.float32",
        ),
        (
            lambda z: repetition_penalty(z, torch.tensor([True, False, True]), 1.3),
            TypeError,
            "not a mask",
        ),
        (
            lambda z: repetition_penalty(z, torch.tensor([[0], [1]]), 1.3),
            ValueError,
            r"shape \[2, 1\] do not fit the \[\] rows",
        ),
        (lambda z: temper(z, -1.0), ValueError, "temperature must be at least 0, not -1"),
    ],
)
def test_a_bad_parameter_is_an_error_that_names_it(call, error, message):
    with pytest.raises(error, match=message):
        call(torch.tensor([2.0, 1.0, 0.5]))


# Beside transformers: agreement where it is right


@pytest.fixture(scope="module")
def processors():
    return pytest.importorskip(
        "transformers.generation.logits_process", reason="peers come with the extra 'bench'"
    )


NO_TOKENS = torch.zeros(4, 0, dtype=torch.int64)


def some_logits() -> Tensor:
    return 3.0 * torch.randn(4, 1000, generator=torch.Generator().manual_seed(5))


@pytest.mark.parametrize(
    ("ours", "name", "value"),
    [
        (top_k, "TopKLogitsWarper", 40),
        (top_p, "TopPLogitsWarper", 0.9),
        (min_p, "MinPLogitsWarper", 0.05),
        (typical, "TypicalLogitsWarper", 0.9),
    ],
)
def test_a_filter_agrees_with_transformers(processors, ours, name, value):
    theirs = getattr(processors, name)(value)
    assert torch.equal(ours(some_logits(), value), theirs(NO_TOKENS, some_logits()))


def test_the_repetition_penalty_agrees_with_transformers(processors):
    tokens = torch.randint(0, 1000, (4, 50), generator=torch.Generator().manual_seed(6))
    theirs = processors.RepetitionPenaltyLogitsProcessor(1.3)(tokens, some_logits())
    torch.testing.assert_close(repetition_penalty(some_logits(), tokens, 1.3), theirs)


def test_a_composition_agrees_with_transformers_in_its_order(processors):
    tokens = torch.randint(0, 1000, (4, 50), generator=torch.Generator().manual_seed(6))
    ours = compose(
        partial(repetition_penalty, previous_tokens=tokens, penalty=1.2),
        partial(temper, temperature=0.7),
        partial(top_k, k=50),
        partial(top_p, p=0.95),
        partial(min_p, p=0.02),
        partial(typical, mass=0.9),
    )
    theirs = some_logits()
    for step in (
        processors.RepetitionPenaltyLogitsProcessor(1.2),
        processors.TemperatureLogitsWarper(0.7),
        processors.TopKLogitsWarper(50),
        processors.TopPLogitsWarper(0.95),
        processors.MinPLogitsWarper(0.02),
        processors.TypicalLogitsWarper(0.9),
    ):
        theirs = step(tokens, theirs)
    torch.testing.assert_close(ours(some_logits()), theirs)


# Beside transformers: where it goes wrong (5.23)


def test_tied_top_k_keeps_two_where_transformers_keeps_three(processors):
    logits = torch.tensor([[1.0, 1.0, 1.0, 0.0]])
    assert kept(processors.TopKLogitsWarper(2)(NO_TOKENS, logits)) == [0, 1, 2]
    assert kept(top_k(logits, 2)) == [0, 1]


def test_tied_typical_keeps_two_where_transformers_keeps_all(processors):
    logits = torch.zeros(1, 4)
    assert kept(processors.TypicalLogitsWarper(0.5)(NO_TOKENS, logits)) == [0, 1, 2, 3]
    assert kept(typical(logits, 0.5)) == [0, 1]


def test_top_p_of_one_keeps_the_tail_that_transformers_drops(processors):
    logits = torch.tensor([[0.0, -200.0]])
    assert kept(processors.TopPLogitsWarper(1.0)(NO_TOKENS, logits)) == [0]
    assert kept(top_p(logits, 1.0)) == [0, 1]


def test_top_p_in_half_precision_keeps_the_tokens_that_transformers_loses(processors):
    logits = torch.randn(1, 50_000, generator=torch.Generator().manual_seed(0)).bfloat16()
    exact = len(kept(top_p(logits.double(), 0.9)))
    assert len(kept(top_p(logits, 0.9))) == exact
    assert len(kept(processors.TopPLogitsWarper(0.9)(NO_TOKENS, logits))) < exact


def test_nan_is_an_error_where_transformers_passes_it_on(processors):
    logits = torch.tensor([[math.nan, 1.0, 0.0]])
    assert processors.TopPLogitsWarper(0.9)(NO_TOKENS, logits).isnan().any()
    with pytest.raises(ValueError, match="nan"):
        top_p(logits, 0.9)


def test_a_token_outside_the_vocabulary_is_an_error_where_transformers_ignores_it(processors):
    logits, tokens = torch.ones(1, 5), torch.tensor([[7]])
    theirs = processors.RepetitionPenaltyLogitsProcessor(1.3)(tokens, logits)
    assert torch.equal(theirs, logits)
    with pytest.raises(ValueError, match="token id 7"):
        repetition_penalty(logits, tokens, 1.3)


def test_the_example_in_the_docstring_of_compose_holds():
    import doctest

    assert doctest.testmod(filters).failed == 0
