"""tempkit.information against oracles of 400 digits and of float64, by both sweep methods."""

import math
from contextlib import contextmanager

import mpmath
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tempkit import _binned_moments, _entropy_root_of_row, _moments
from tempkit.information import (
    EntropySweep,
    entropy,
    entropy_sweep,
    perplexity,
    temperature_for_entropy,
)
from tempkit.scaling import softmax

pytestmark = pytest.mark.usefixtures("_innermost_loops")

Z = torch.tensor([2.0, 1.0, 0.5, 0.2, 0.1], dtype=torch.float64)


def normal(*shape: int, seed: int = 0, sd: float = 3.0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed)) * sd


@contextmanager
def threads_set_to(number: int):
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def oracle(logits: list[float], temperature: float) -> tuple[mpmath.mpf, mpmath.mpf, mpmath.mpf]:
    """Entropy, mean logit and variance in 400 digits."""
    with mpmath.workdps(400):  # 1 - q takes many digits at low T
        possible = [mpmath.mpf(z) for z in logits if z > -math.inf]
        top = max(possible)
        if temperature == 0:
            return mpmath.log(sum(z == top for z in possible)), top, mpmath.mpf(0)
        heat = mpmath.mpf(temperature)
        weights = [mpmath.exp((z - top) / heat) for z in possible]
        total = mpmath.fsum(weights)
        q = [w / total for w in weights]
        entropy = -mpmath.fsum(p * mpmath.log(p) for p in q if p)
        mean = mpmath.fsum(p * z for p, z in zip(q, possible, strict=True))
        variance = mpmath.fsum(p * (z - mean) ** 2 for p, z in zip(q, possible, strict=True))
        return entropy, mean, variance


def rows():
    anything = st.floats(-50, 50, width=32) | st.sampled_from([-math.inf, 0.0, 1.0, 1.0])
    row = st.lists(anything, min_size=1, max_size=6)
    return row.filter(lambda z: max(z) > -math.inf)


def temperatures():
    limits = st.sampled_from([0.0, 1e-320, 1e-46, 1e-6, 1.0, 1e6, 1e300, math.inf])
    return st.floats(1e-2, 1e3) | limits


@settings(max_examples=150)
@given(rows(), temperatures(), st.sampled_from([torch.float32, torch.float64]))
def test_entropy_is_that_of_the_oracle_relative_to_its_size(row, temperature, dtype):
    exact = float(oracle(row, temperature)[0])
    found = entropy(torch.tensor(row, dtype=dtype), temperature)
    rounding = {torch.float32: 3e-5, torch.float64: 3e-14}[dtype]
    assert found.dtype == dtype
    assert found >= 0
    # Float32 loses what lies below its smallest normal number.
    floor = {torch.float32: 1e-36, torch.float64: 1e-305}[dtype]
    assert found.item() == pytest.approx(exact, rel=rounding, abs=floor)


def test_a_bit_is_log_2_nats():
    assert entropy(torch.zeros(8), unit="bits").item() == pytest.approx(3)


def test_an_unknown_unit_is_named():
    with pytest.raises(ValueError, match="unit must be 'nats' or 'bits', not 'bans'"):
        entropy(Z, unit="bans")


def test_zero_temperature_has_the_entropy_of_the_ties():
    assert entropy(torch.tensor([1.0, 1.0, 0.0, 1.0]), 0).item() == pytest.approx(math.log(3))


def test_infinite_temperature_has_the_entropy_of_the_finite_logits():
    logits = torch.tensor([1.0, -math.inf, 0.0, -1e30])
    assert entropy(logits, math.inf).item() == pytest.approx(math.log(3))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_raised_before_the_division(dtype):
    logits = normal(1000).to(dtype)
    exact = entropy(logits.double(), 0.7)
    assert entropy(logits, 0.7).item() == pytest.approx(exact.item(), rel=1e-5)
    assert entropy(logits, 0.7).dtype == torch.float32


def test_one_temperature_a_row():
    batch, heat = normal(2, 3, 7).double(), torch.tensor([[0.0, 0.5, 1], [2, 9, math.inf]])
    found = entropy(batch, heat)
    for i in range(2):
        for j in range(3):
            alone = entropy(batch[i, j], heat[i, j].item())
            assert found[i, j].item() == pytest.approx(alone.item(), rel=1e-13)


def test_entropy_gradients_agree_with_finite_differences():
    logits = normal(3, 5, seed=3).double().requires_grad_()
    heat = torch.tensor([0.8, 1.0, 4.0], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(entropy, (logits, heat))


def test_the_gradient_at_ties_is_symmetric():
    logits = torch.tensor([1.0, 1.0, 0.0], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda z: entropy(z, 0.5), (logits,))
    entropy(logits, 0.5).backward()
    assert logits.grad[0].item() == pytest.approx(logits.grad[1].item(), rel=1e-14)


def test_an_impossible_class_leaves_no_nan_in_the_gradients():
    logits = torch.tensor([1.0, 0.0, -math.inf], requires_grad=True)
    heat = torch.tensor(0.5, requires_grad=True)
    entropy(logits, heat).backward()
    assert logits.grad.isfinite().all()
    assert logits.grad[2] == 0
    assert heat.grad.isfinite()


def test_the_slope_of_the_sweep_is_the_gradient_of_the_entropy():
    heat = torch.tensor([0.2, 1.0, 3.0], dtype=torch.float64, requires_grad=True)
    entropy(Z.expand(3, 5), heat).sum().backward()
    slopes = entropy_sweep(Z, heat.detach()).slope
    assert torch.allclose(heat.grad, slopes, rtol=1e-12)


def test_perplexity_counts_equally_likely_classes():
    assert perplexity(torch.zeros(7), 0.3).item() == pytest.approx(7)
    assert perplexity(torch.tensor([0.0, 0.0, -9.0]), 0).item() == pytest.approx(2)


def test_the_entropy_never_changes_its_input():
    logits = Z.clone()
    entropy(logits, 0.5)
    entropy_sweep(logits, [0.5])
    temperature_for_entropy(logits, 1.0)
    assert torch.equal(logits, Z)


# The sweep -------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [2.0**-1062, 2.0**-700, 2.0**-300, 2.0**300, 2.0**700, 2.0**1020])
def test_the_sweep_depends_on_the_ratio_of_logits_and_temperature_alone(scale):
    """Powers of two from 1e-320 to 1e307: the same logits but for their unit."""
    heats = torch.tensor([0.0, 0.25, 1.0, 5.0, 10.0, math.inf], dtype=torch.float64)
    logits = torch.tensor([[3.0, 2.0, 0.5, -7.5], [0.0, 0.0, -math.inf, -1.0]]).double()
    plain, moved = entropy_sweep(logits, heats), entropy_sweep(logits * scale, heats * scale)
    assert torch.allclose(moved.entropy, plain.entropy, rtol=1e-13, atol=0)
    assert torch.allclose(moved.mean_logit / scale, plain.mean_logit, rtol=1e-3, atol=1e-3)
    assert torch.allclose(moved.slope * scale, plain.slope, rtol=1e-12, atol=0) or scale < 1e-300
    squared = plain.variance * scale * scale  # 0 or inf where float64 ends
    assert torch.allclose(moved.variance, squared, rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_rows_and_temperatures_of_many_scales_do_not_disturb_each_other(scale):
    logits = torch.stack([Z, Z * scale, Z.where(Z > 0.1, -math.inf)])
    heats = [0.5, 0.5 * scale]
    swept = entropy_sweep(logits, heats)
    for i, row in enumerate(logits):
        for k, heat in enumerate(heats):
            exact, mean, variance = map(float, oracle(row.tolist(), heat))
            assert swept.entropy[i, k].item() == pytest.approx(exact, rel=1e-13, abs=1e-300)
            assert swept.mean_logit[i, k].item() == pytest.approx(mean, rel=1e-13)
            assert swept.variance[i, k].item() == pytest.approx(variance, rel=1e-12, abs=1e-300)


def test_logits_further_apart_than_the_largest_float_have_their_sweep():
    largest = torch.finfo(torch.float64).max
    logits = torch.tensor([0.9 * largest, -0.9 * largest, 0.0], dtype=torch.float64)
    swept = entropy_sweep(logits, [0.0, 1.0, largest / 3, math.inf])
    exact, mean, _ = map(float, oracle([2.7, -2.7, 0.0], 1.0))
    assert swept.entropy.tolist() == pytest.approx([0.0, 0.0, exact, math.log(3)], rel=1e-12)
    heights = (swept.mean_logit / (0.9 * largest)).tolist()
    assert heights == pytest.approx([1.0, 1.0, mean / 2.7, 0.0], rel=1e-12, abs=1e-15)


def test_the_smallest_temperature_of_the_widest_logits_is_like_zero():
    """Rows whose gaps overflow are halved, and half of 5e-324 is 0."""
    logits = torch.tensor([1e308, -1e308, 1e308], dtype=torch.float64)
    swept = entropy_sweep(logits, [5e-324])
    assert swept.entropy.item() == pytest.approx(math.log(2))
    assert (swept.mean_logit.item(), swept.variance.item(), swept.slope.item()) == (1e308, 0, 0)


def test_the_entropy_of_a_row_does_not_depend_on_one_beside_it_whose_gaps_overflow():
    narrow, wide = torch.tensor([[0.0, -5e-324], [1e308, -1e308]], dtype=torch.float64)
    both = entropy(torch.stack([narrow, wide]), 5e-324)
    assert both.tolist() == [entropy(narrow, 5e-324).item(), 0.0]


@settings(max_examples=100)
@given(rows(), st.lists(temperatures(), min_size=1, max_size=5))
def test_the_sweep_is_that_of_the_oracle(row, heats):
    swept = entropy_sweep(torch.tensor(row, dtype=torch.float64), heats)
    spread = max(row) - min(z for z in row if z > -math.inf)
    for k, heat in enumerate(heats):
        if heat == math.inf:
            heat = 1e40
        exact, mean, variance = map(float, oracle(row, heat))
        assert swept.entropy[k].item() == pytest.approx(exact, rel=1e-13, abs=1e-300)
        assert swept.mean_logit[k].item() == pytest.approx(mean, rel=1e-13, abs=1e-12)
        assert swept.variance[k].item() == pytest.approx(variance, rel=1e-9, abs=1e-13 * spread**2)
        slope = variance / heat / heat / heat if heat and variance else 0.0
        error = 1e-13 * spread**2 / heat / heat / heat if heat else 0.0
        assert swept.slope[k].item() == pytest.approx(slope, rel=1e-9, abs=max(error, 1e-100))


@pytest.mark.parametrize(
    "logits",
    [
        normal(30_000),
        normal(30_000, sd=0.01),
        normal(30_000) - 64.0,
        torch.cat([normal(20_000), torch.full((300,), -math.inf)]),
        torch.cat([normal(20_000), torch.full((300,), -1e30)]),
        normal(20_000).bfloat16().float(),
        torch.linspace(0, -200, 10_000),
        torch.cat([torch.zeros(1), torch.full((9_999,), -30.0)]),
    ],
    ids=["normal", "narrow", "offset", "masked", "masked-1e30", "ties", "wide", "gap"],
)
@pytest.mark.parametrize("span", [(0.1, 5.0), (0.5, 0.6), (1e-3, 1e3), (3.0, 3e6)])
def test_both_methods_of_the_sweep_agree_within_the_proved_bound(logits, span):
    heats = torch.logspace(*map(math.log10, span), 40, dtype=torch.float64)
    block = next(_moments.blocks(logits[None], logits.numel()))
    direct = _moments.moments(block, _moments.direct_sums(block, heats), heats)
    parts = heats.split(10)  # as wide a range as a plan would bin
    sums = torch.cat([_moments.binned_sums(block, part) for part in parts], 1)
    binned = _moments.moments(block, sums, heats)
    assert (direct[0] - binned[0]).abs().max() <= 1e-8
    # Mean and variance: in the same proportion, but for the rounding of a variance as a difference
    # of squares, and for classes so deep that they count as e^-32 of 1.
    spare = 1e-13 * direct[1].square() + 1e-10 * heats.square()
    close = 1e-13 * direct[1].abs() + 1e-12 * heats
    assert ((direct[1] - binned[1]).abs() <= 1e-8 * direct[2].sqrt() + close).all()
    assert ((direct[2] - binned[2]).abs() <= 1e-8 * direct[2] + spare).all()


def test_the_weights_of_the_bins_are_within_their_bound():
    """The series, cut after order P, at the widest bin that any temperature sees."""
    x = _binned_moments.WIDTH / 2
    t = torch.linspace(-1, 1, 1001, dtype=torch.float64).numpy()
    powers = t[:, None] ** range(_binned_moments.ORDER + 1)
    import numpy as np

    series = powers @ _binned_moments.coefficients(np.array([x]))[0]
    error = np.abs(series / np.exp(x * t) - 1).max()
    assert error <= _binned_moments.WEIGHT_ERROR
    assert error >= _binned_moments.WEIGHT_ERROR / 3  # the bound is not idle


def test_a_large_sweep_bins_and_a_small_one_does_not():
    heats = torch.logspace(-1, 0.7, 200, dtype=torch.float64)
    plan = _binned_moments.plan(heats, 50_000, 30.0, direct_per_temperature=2.5 * 50_000)
    assert all(binned for _, binned in plan)
    plan = _binned_moments.plan(heats, 5, 2.0, direct_per_temperature=2.5 * 5)
    assert [(len(part), binned) for part, binned in plan] == [(200, False)]


def test_a_wide_range_of_temperatures_is_cut_into_parts():
    heats = torch.logspace(-3, 3, 500, dtype=torch.float64)
    plan = _binned_moments.plan(heats, 50_000, 30.0, direct_per_temperature=2.5 * 50_000)
    assert len(plan) > 1
    assert torch.equal(torch.cat([part for part, _ in plan]), heats)


def test_a_large_batch_is_that_of_its_rows_one_by_one():
    logits = normal(3, 40_000, seed=5)
    logits[1, ::3] = -math.inf
    heats = [5.0, 0.0, 0.3, math.inf, 1.0] + [0.5 + 0.01 * k for k in range(60)]
    together = entropy_sweep(logits, heats)
    for i, row in enumerate(logits):
        exact = [entropy(row.double(), heat).item() for heat in heats]
        assert together.entropy[i].tolist() == pytest.approx(exact, abs=1e-8)
    assert together.temperature.tolist() == heats


def test_the_sweep_takes_batches_of_any_shape():
    logits = normal(2, 3, 9)
    swept = entropy_sweep(logits, [0.5, 1.0])
    assert swept.entropy.shape == swept.slope.shape == (2, 3, 2)
    assert swept.entropy.dtype == torch.float64
    assert torch.equal(swept.entropy[1, 2], entropy_sweep(logits[1, 2], [0.5, 1.0]).entropy)


def test_an_empty_batch_or_no_temperature_gives_an_empty_sweep():
    assert entropy_sweep(torch.zeros(0, 5), [1.0, 2.0]).entropy.shape == (0, 2)
    assert entropy_sweep(torch.zeros(3, 5), []).entropy.shape == (3, 0)


def test_the_entropy_of_a_sweep_never_falls_with_temperature():
    heats = torch.logspace(-2, 3, 400, dtype=torch.float64)
    for logits in (normal(50), normal(20_000, seed=2)):
        swept = entropy_sweep(logits, heats)
        assert (swept.entropy.diff() >= -2e-9).all()
        assert (swept.slope >= 0).all()


def test_the_sweep_shows_as_a_table():
    table = entropy_sweep(Z, [0.0, 1.0]).table()
    assert list(table) == ["temperature", "entropy", "mean_logit", "variance", "slope"]
    assert table["entropy"].tolist() == pytest.approx([0, 1.3188020])
    assert "<table" in entropy_sweep(Z, [1.0])._repr_html_()


def test_the_table_of_a_batch_names_the_rows():
    assert entropy_sweep(normal(2, 5), [0.5, 1.0]).table()["row"].tolist() == [0, 0, 1, 1]
    rows = entropy_sweep(normal(1, 2, 5), [1.0]).table()["row"].tolist()
    assert rows == [(0, 0), (0, 1)]


def test_a_sweep_is_frozen():
    swept = entropy_sweep(Z, [1.0])
    assert isinstance(swept, EntropySweep)
    with pytest.raises(AttributeError):
        swept.entropy = None


@pytest.mark.parametrize(
    ("heats", "message"),
    [
        ([1.0, -2.0], "temperature must be at least 0, not -2"),
        ([math.nan], "temperature must be at least 0, not nan"),
        (1.0, r"temperatures must be a list of shape \[K\], not the number 1"),
        (torch.ones(2, 2), r"temperatures must be a list of shape \[K\], not of shape \[2, 2\]"),
    ],
)
def test_bad_temperatures_of_a_sweep_are_named(heats, message):
    with pytest.raises(ValueError, match=message):
        entropy_sweep(Z, heats)


def test_temperatures_of_a_sweep_must_be_real():
    with pytest.raises(TypeError, match="temperatures must be real"):
        entropy_sweep(Z, torch.tensor([True]))


# The inverse problem -----------------------------------------------------------------------------


@settings(max_examples=150)
@given(rows(), st.floats(1e-12, 1 - 1e-9))
def test_the_temperature_found_has_the_entropy_wanted(row, share):
    logits = torch.tensor(row, dtype=torch.float64)
    tied = row.count(max(row))
    possible = sum(z > -math.inf for z in row)
    wanted = math.log(tied) + share * math.log(possible / tied)
    heat = temperature_for_entropy(logits, wanted).item()
    assert heat > 0
    if tied < possible and math.log(tied) < wanted < math.log(possible):
        exact = float(oracle(row, heat)[0])
        assert abs(exact - wanted) <= 1e-11 * wanted + 4e-15


@settings(max_examples=50)
@given(st.integers(0, 2**31), st.floats(0.01, 100), st.integers(2, 3000))
def test_a_temperature_comes_back_from_its_entropy(seed, heat, classes):
    logits = normal(classes, seed=seed).double()
    wanted = entropy_sweep(logits, [heat]).entropy[0].item()
    if not 1e-100 < wanted < math.log(classes) * (1 - 1e-6):
        return  # so flat there that many temperatures share the entropy to the last bit
    assert temperature_for_entropy(logits, wanted).item() == pytest.approx(heat, rel=1e-6)


def test_a_whole_vocabulary_in_a_batch():
    logits = normal(6, 50_257, seed=1) - 64.0
    wanted = torch.tensor([1e-4, 0.5, 3.0, 7.0, 10.0, 10.8249], dtype=torch.float64)
    heat = temperature_for_entropy(logits, wanted)
    found = torch.stack([entropy(z.double(), t) for z, t in zip(logits, heat, strict=True)])
    assert ((found - wanted).abs() <= 1e-11 * wanted).all()


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("offset", [0.0, 1e4])
@pytest.mark.parametrize("tied", [1, 3])
def test_long_rows_have_the_entropy_wanted_however_unlike_they_are(tied, offset, threads):
    scales = torch.tensor([1.0, 1e-3, 40.0, 1e5, 0.2])[:, None]
    logits = normal(5, 70_000, seed=6) * scales + offset * scales
    logits[:, :tied] = logits.amax(1, keepdim=True) + scales
    wanted = torch.tensor([0.01, 5.0, 2.0, 9.0, 11.0], dtype=torch.float64) + math.log(tied)
    wanted[4] = 11.0  # log n is 11.16
    assert (_entropy_root_of_row.temperatures(logits, wanted.numpy()) > 0).all()
    with threads_set_to(threads):
        heat = temperature_for_entropy(logits, wanted)
    found = torch.stack([entropy(z.double(), t) for z, t in zip(logits, heat, strict=True)])
    assert ((found - wanted).abs() <= 1e-11 * wanted).all()


def test_the_search_in_a_long_row_is_the_general_one():
    logits = normal(4, 20_000, seed=7)
    wanted = torch.tensor([0.5, 3.0, 6.0, 9.0], dtype=torch.float64)
    by_row = _entropy_root_of_row.temperatures(logits, wanted.numpy())
    together = temperature_for_entropy(logits.double(), wanted)  # float64 is searched together
    assert by_row.tolist() == pytest.approx(together.tolist(), rel=1e-11)


def test_without_a_fused_operation_a_long_row_is_searched_as_well(monkeypatch):
    monkeypatch.setattr(_entropy_root_of_row, "adds_fused", lambda: False)
    test_the_search_in_a_long_row_is_the_general_one()


def test_what_is_unusual_in_long_rows_is_left_to_the_general_search():
    logits = normal(5, 20_000, seed=8)
    logits[1, ::2] = -math.inf
    logits[4] = 7.0
    n = math.log(20_000)
    wanted = torch.tensor([4.0, 4.0, 1e-6, n * (1 - 1e-9), n], dtype=torch.float64)
    by_row = _entropy_root_of_row.temperatures(logits, wanted.numpy())
    assert torch.from_numpy(by_row).isnan().tolist() == [False, True, True, True, True]
    heat = temperature_for_entropy(logits, wanted)
    found = torch.stack([entropy(z.double(), t) for z, t in zip(logits, heat, strict=True)])
    assert ((found - wanted).abs() <= 1e-11 * wanted).all()
    assert heat[4] == 1.0


def test_an_entropy_out_of_reach_is_named_by_its_row_among_long_ones():
    wanted = torch.tensor([[4.0, 4.0], [4.0, 12.0]], dtype=torch.float64)
    with pytest.raises(ValueError, match=r"gives row \(1, 1\) an entropy of 12 nats"):
        temperature_for_entropy(normal(2, 2, 20_000), wanted)


@pytest.mark.parametrize("wanted", [1e-300, 1e-100, 1e-20])
def test_an_entropy_however_small_is_reached(wanted):
    heat = temperature_for_entropy(Z, wanted).item()
    assert float(oracle(Z.tolist(), heat)[0]) == pytest.approx(wanted, rel=1e-9)


def test_the_coldest_answer_is_near_the_gap_over_745():
    heat = temperature_for_entropy(torch.tensor([1.0, 0.0], dtype=torch.float64), 5e-321)
    assert heat.item() == pytest.approx(1 / 745, rel=0.02)


def test_the_entropy_just_below_its_maximum_is_reached():
    wanted = math.nextafter(math.log(5), 0)
    heat = temperature_for_entropy(Z, wanted).item()
    assert heat > 1e6
    assert abs(entropy(Z, heat).item() - wanted) < 1e-14


def test_the_two_ends_are_zero_and_infinity():
    logits = torch.tensor([1.0, 1.0, 0.0, -math.inf])
    ends = torch.tensor([math.log(2), math.log(3)], dtype=torch.float64)
    assert temperature_for_entropy(logits.expand(2, 4), ends).tolist() == [0.0, math.inf]


def test_an_end_rounded_to_float32_is_still_the_end():
    logits = torch.zeros(5)
    logits[0] = 1.0
    assert temperature_for_entropy(logits, entropy(logits, math.inf)).item() > 1e3


def test_a_constant_row_has_one_entropy_and_gives_one():
    logits = torch.tensor([[2.0, 2.0, -math.inf], [2.0, -math.inf, -math.inf]])
    wanted = torch.tensor([math.log(2), 0.0], dtype=torch.float64)
    assert temperature_for_entropy(logits, wanted).tolist() == [1.0, 1.0]


def test_a_single_row_gives_a_single_number():
    assert temperature_for_entropy(Z, 1.0).shape == ()
    assert temperature_for_entropy(Z, 1.0).dtype == torch.float64


def test_scaling_the_logits_scales_the_temperature():
    heat = temperature_for_entropy(Z, 1.0).item()
    for scale in (1e-305, 1e-200, 1e-30, 1e30, 1e140, 1e200, 1e307):
        found = temperature_for_entropy(Z * scale, 1.0).item()
        assert found == pytest.approx(heat * scale, rel=1e-12)


def test_subnormal_logits_have_a_temperature_to_their_last_digit():
    heat = temperature_for_entropy(Z * 1e-310, 1.0).item()  # of about 13 digits
    assert entropy(Z * 1e-310, heat).item() == pytest.approx(1.0, rel=1e-12)


def test_one_row_may_hold_gaps_of_every_scale():
    logits = torch.tensor([0.0, -1e-300, -1e300, -math.inf], dtype=torch.float64)
    wanted = torch.tensor([0.3, math.log(2) + 0.2], dtype=torch.float64)
    heats = temperature_for_entropy(logits.expand(2, 4), wanted).tolist()
    for heat, nats in zip(heats, wanted.tolist(), strict=True):
        assert float(oracle(logits.tolist(), heat)[0]) == pytest.approx(nats, rel=1e-11)
    assert heats[0] < 1e-299
    assert heats[1] > 1e299


def test_logits_further_apart_than_the_largest_float_have_a_temperature():
    largest = torch.finfo(torch.float64).max
    logits = torch.tensor([0.9 * largest, -0.9 * largest, 0.0], dtype=torch.float64)
    plain = temperature_for_entropy(torch.tensor([0.9, -0.9, 0.0], dtype=torch.float64), 0.5)
    assert temperature_for_entropy(logits, 0.5).item() / largest == pytest.approx(plain.item())


def test_a_mask_of_huge_negative_logits_does_no_harm():
    logits = torch.cat([Z.float(), torch.full((3,), torch.finfo(torch.float32).min)])
    found = temperature_for_entropy(logits, 1.0).item()
    assert found == pytest.approx(temperature_for_entropy(Z.float(), 1.0).item(), rel=1e-12)


def test_an_empty_batch_has_no_temperatures():
    assert temperature_for_entropy(torch.zeros(0, 5), 1.0).shape == (0,)


@pytest.mark.parametrize(
    ("logits", "wanted", "message"),
    [
        (
            Z,
            2.0,
            r"gives the row an entropy of 2 nats: .* 0 \(T = 0\) to 1.60943791243 \(T = inf\)",
        ),
        (Z.expand(2, 5), torch.tensor([1.0, -0.5]), r"gives row 1 an entropy of -0.5 nats"),
        (Z.expand(2, 3, 5), 9.0, r"gives row \(0, 0\) an entropy of 9 nats"),
        (torch.zeros(4), 1.0, r"it can reach 1.38629436112 \(T = 0\) to 1.38629436112"),
        (Z, math.nan, "an entropy of nan nats"),
        (Z.expand(2, 5), torch.ones(3), r"entropy of shape \[3\] does not broadcast against"),
    ],
)
def test_an_entropy_that_no_temperature_gives_is_named(logits, wanted, message):
    with pytest.raises(ValueError, match=message):
        temperature_for_entropy(logits, wanted)


@pytest.mark.parametrize("wanted", ["1", None, True, torch.tensor(1)])
def test_a_wanted_entropy_must_be_a_number_of_nats(wanted):
    with pytest.raises(TypeError, match="entropy must be a number or a floating tensor"):
        temperature_for_entropy(Z, wanted)


@pytest.mark.parametrize(
    "function",
    [
        entropy,
        perplexity,
        lambda z: entropy_sweep(z, [1.0]),
        lambda z: temperature_for_entropy(z, 0.5),
    ],
)
def test_a_row_of_logits_that_is_not_valid_is_named(function):
    with pytest.raises(ValueError, match="row 1 of the logits has a logit of nan"):
        function(torch.tensor([[0.0, 1.0], [math.nan, 0.0]]))


# Peers -------------------------------------------------------------------------------------------


def test_it_agrees_with_torch_distributions_where_that_is_right():
    logits = normal(20, 100)
    for heat in (0.3, 1.0, 5.0):
        peer = torch.distributions.Categorical(logits=logits / heat).entropy()
        assert torch.allclose(entropy(logits, heat), peer, rtol=1e-5, atol=1e-5)


def test_the_textbook_formula_gives_nan_at_a_masked_logit():
    masked = torch.tensor([1.0, 0.0, -math.inf])
    q = torch.softmax(masked, -1)
    assert (-(q * q.log()).sum()).isnan()
    peer = torch.distributions.Categorical(logits=masked).entropy()
    assert entropy(masked).item() == pytest.approx(peer.item())


def test_categorical_refuses_zero_temperature():
    with pytest.raises(ValueError, match="constraint"):
        torch.distributions.Categorical(logits=Z / 0.0)
    assert entropy(Z, 0.0) == 0


def test_categorical_loses_a_small_entropy_to_rounding():
    logits = torch.tensor([0.0, -20.0])
    exact = float(oracle([0.0, -20.0], 1.0)[0])
    peer = torch.distributions.Categorical(logits=logits).entropy().item()
    assert abs(peer / exact - 1) > 0.01
    assert entropy(logits).item() == pytest.approx(exact, rel=1e-6)


def test_the_entropy_is_that_of_the_softmax():
    logits = normal(10, 30).double()
    q = softmax(logits, 0.8)
    assert torch.allclose(entropy(logits, 0.8), torch.special.entr(q).sum(-1), rtol=1e-13)


def test_the_default_device_is_not_where_logits_on_a_cpu_are_worked_on():
    heats = [0.5 + 0.01 * k for k in range(200)]
    rows = normal(2, 20_000), normal(2, 50).double()
    expected = [(entropy_sweep(z, heats).entropy, temperature_for_entropy(z, 3.0)) for z in rows]
    with torch.device("meta"):  # stands for a GPU: what is made there cannot be read here
        for z, (nats, heat) in zip(rows, expected, strict=True):
            assert torch.equal(entropy_sweep(z, heats).entropy, nats)
            assert torch.equal(temperature_for_entropy(z, 3.0), heat)
