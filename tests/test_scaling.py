"""tempkit.scaling against an oracle of 50 digits, its limits, its gradients and its refusals."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import tempkit
from tempkit.scaling import log_softmax, softmax, validated_temperatures

Z = torch.tensor([2.0, 1.0, 0.5, 0.2, 0.1], dtype=torch.float64)

#: Units of the last place that the exponential, the sum and the quotient may add up to.
ROUNDING = {torch.float32: 4e-7, torch.float64: 1e-15}


def oracle(logits: list[float], temperature: float) -> list[mpmath.mpf]:
    with mpmath.workdps(50):
        top = max(logits)
        if temperature == 0:
            weights = [mpmath.mpf(z == top) for z in logits]
        elif temperature == math.inf:
            weights = [mpmath.mpf(z > -math.inf) for z in logits]
        else:
            weights = [
                mpmath.exp((mpmath.mpf(z) - mpmath.mpf(top)) / mpmath.mpf(temperature))
                if z > -math.inf
                else mpmath.mpf(0)
                for z in logits
            ]
        total = mpmath.fsum(weights)
        return [w / total for w in weights]


def temperatures():
    usual = st.floats(1e-3, 1e3)
    return usual | st.sampled_from([0.0, 1e-320, 1e-46, 1e-40, 1e-6, 1.0, 1e6, 1e300, math.inf])


def rows(width: int = 32):
    finite = st.floats(-50, 50, width=width)
    anything = finite | st.sampled_from([-math.inf, 0.0, 1.0, 1.0])
    row = st.lists(anything, min_size=1, max_size=6)
    return row.filter(lambda z: max(z) > -math.inf)


@settings(max_examples=150)
@given(
    rows(), temperatures(), st.sampled_from([torch.float32, torch.float64]), st.floats(-1e4, 1e4)
)
def test_probabilities_are_those_of_the_oracle(row, temperature, dtype, offset):
    logits = torch.tensor(row, dtype=torch.float64).add(offset).to(dtype)
    found = softmax(logits, temperature)
    exact = oracle(logits.tolist(), temperature)
    for p, q in zip(found.tolist(), exact, strict=True):
        # An exponent of -x costs x units of rounding, and what underflows is lost.
        depth = 0 if q == 0 else float(-mpmath.log(q))
        assert abs(p - q) <= ROUNDING[dtype] * (1 + depth) * q + 2e-45
    assert found.dtype == dtype
    assert abs(found.double().sum().item() - 1) < 1e-6


@settings(max_examples=100)
@given(rows(), temperatures())
def test_log_probabilities_are_those_of_the_oracle(row, temperature):
    logits = torch.tensor(row, dtype=torch.float64)
    found = log_softmax(logits, temperature).tolist()
    for log_p, q in zip(found, oracle(row, temperature), strict=True):
        if log_p == -math.inf:
            # Impossible, or further down than the largest float64 can say.
            assert q == 0 or mpmath.log(q) < -1e307
        else:
            exact = mpmath.log(q)
            assert abs(log_p - exact) <= 1e-15 * (1 + abs(exact))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_raised_before_the_division(dtype):
    logits = (torch.randn(1000, generator=torch.Generator().manual_seed(0)) * 5).to(dtype)
    found = softmax(logits, 0.7)
    assert found.dtype == torch.float32
    exact = torch.softmax(logits.double() / 0.7, -1)
    assert ((found - exact).abs() / exact).max() < 2e-5


def test_a_common_offset_changes_nothing():
    # Dividing before the maximum is subtracted would cost 1e-4 here.
    shifted = softmax(Z.float() + 2**13, 0.7)
    plain = softmax((Z.float() + 2**13) - 2**13, 0.7)
    assert torch.equal(shifted, plain)


def test_zero_temperature_is_uniform_over_ties():
    logits = torch.tensor([1.0, 3.0, 3.0, -math.inf, 3.0])
    third = 1 / 3
    assert softmax(logits, 0).tolist() == pytest.approx([0, third, third, 0, third])


def test_infinite_temperature_is_uniform_over_finite_logits():
    logits = torch.tensor([1.0, 3.0, -math.inf, 1e30])
    third = 1 / 3
    assert softmax(logits, math.inf).tolist() == pytest.approx([third, third, 0, third])


def test_an_impossible_class_has_probability_exactly_zero_at_every_temperature():
    logits = torch.tensor([0.0, -math.inf, 1.0])
    for temperature in (0, 1e-46, 1e-6, 1, 1e6, 1e300, math.inf):
        assert softmax(logits, temperature)[1] == 0
        assert log_softmax(logits, temperature)[1] == -math.inf


@pytest.mark.parametrize("temperature", [1e-320, 1e-46, 1e-40])
def test_a_temperature_below_the_floats_of_the_logits_is_still_greedy(temperature):
    assert softmax(torch.tensor([0.5, 1.0, 1.0]), temperature).tolist() == [0.0, 0.5, 0.5]


@pytest.mark.parametrize("scale", [2.0**-1065, 2.0**-500, 2.0**500, 2.0**1020])
def test_probabilities_depend_on_the_ratio_of_logits_and_temperature_alone(scale):
    """Powers of two from 1e-321 to 1e307, and logits that they leave exact."""
    logits = torch.tensor([2.0, 1.0, 0.5, -3.0], dtype=torch.float64)
    for temperature in (0.0, 0.25, 2.0, math.inf):
        found = softmax(logits * scale, temperature * scale)
        assert torch.allclose(found, softmax(logits, temperature), rtol=1e-15, atol=0)


@pytest.mark.parametrize("name", ["float8_e4m3fn", "float8_e5m2"])
def test_the_smallest_floats_are_raised_like_half_precision(name):
    logits = torch.tensor([2.0, 1.0, 0.5]).to(getattr(torch, name))
    assert torch.equal(softmax(logits, 0.7), softmax(logits.float(), 0.7))
    heat = torch.tensor(0.5).to(getattr(torch, name))
    assert torch.equal(softmax(logits, heat), softmax(logits.float(), 0.5))


def test_logits_further_apart_than_the_largest_float_do_not_overflow():
    logits = torch.tensor([3e38, -3e38])
    assert softmax(logits, 1.0).tolist() == [1.0, 0.0]
    assert softmax(logits, math.inf).tolist() == [0.5, 0.5]


@pytest.mark.parametrize("function", [softmax, log_softmax])
@pytest.mark.parametrize("dim", [-1, 0])
def test_a_row_does_not_depend_on_one_beside_it_whose_gaps_overflow(function, dim):
    narrow, wide = torch.tensor([[0.0, -5e-324], [1e308, -1e308]], dtype=torch.float64)
    both = function(torch.stack([narrow, wide], -1 - dim), 5e-324, dim=dim)
    expected = torch.stack([function(narrow, 5e-324), function(wide, 0.0)])
    assert torch.allclose(both.movedim(dim, -1), expected, rtol=1e-14, atol=0)


def test_integers_and_floats_are_the_same_temperature():
    assert torch.equal(softmax(Z, 2), softmax(Z, 2.0))
    assert torch.equal(softmax(Z, torch.tensor(2)), softmax(Z, 2.0))


def test_one_temperature_a_row():
    batch = Z.repeat(2, 3, 1)
    temperature = torch.tensor([[0.0, 0.5, 1.0], [2.0, 1e6, math.inf]], dtype=torch.float64)
    found = softmax(batch, temperature)
    for i in range(2):
        for j in range(3):
            alone = softmax(Z, temperature[i, j].item())
            assert torch.allclose(found[i, j], alone, rtol=1e-14, atol=0)


def test_classes_may_lie_along_any_dimension():
    batch = torch.randn(4, 5, 6, generator=torch.Generator().manual_seed(1))
    temperature = torch.rand(4, 6, generator=torch.Generator().manual_seed(2)) + 0.1
    expected = softmax(batch.movedim(1, -1), temperature).movedim(-1, 1)
    assert torch.allclose(softmax(batch, temperature, dim=1), expected, rtol=1e-6)
    expected = log_softmax(batch.movedim(1, -1), temperature).movedim(-1, 1)
    assert torch.allclose(log_softmax(batch, temperature, dim=1), expected, rtol=1e-6)


@pytest.mark.parametrize("shape", [(0, 5), (2, 0, 5)])
def test_an_empty_batch_gives_an_empty_batch(shape):
    assert softmax(torch.zeros(shape), 0.5).shape == shape


@pytest.mark.parametrize("function", [softmax, log_softmax])
def test_the_input_is_never_changed(function):
    logits, temperature = Z.clone(), torch.tensor(0.5, dtype=torch.float64)
    function(logits, temperature)
    assert torch.equal(logits, Z)
    assert temperature == 0.5


@pytest.mark.parametrize("function", [softmax, log_softmax])
def test_gradients_in_logits_and_temperature_agree_with_finite_differences(function):
    logits = torch.randn(3, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    temperature = torch.tensor([0.3, 1.0, 4.0], dtype=torch.float64)
    inputs = (logits.requires_grad_(), temperature.requires_grad_())
    assert torch.autograd.gradcheck(lambda z, t: function(z, t), inputs)


def test_the_gradient_at_a_tie_is_that_of_the_softmax():
    logits = torch.tensor([1.0, 1.0, 0.0], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda z: softmax(z, 0.5), (logits,))


def test_an_impossible_class_leaves_no_nan_in_the_gradients():
    logits = torch.tensor([1.0, -math.inf, 0.0], dtype=torch.float64, requires_grad=True)
    temperature = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
    softmax(logits, temperature)[0].backward()
    assert logits.grad.isfinite().all()
    assert temperature.grad.isfinite()
    assert logits.grad[1] == 0


def test_the_gradient_in_the_temperature_survives_underflow():
    logits = torch.tensor([0.0, -1000.0], dtype=torch.float64)
    temperature = torch.tensor(1e-3, dtype=torch.float64, requires_grad=True)
    softmax(logits, temperature)[1].backward()
    assert temperature.grad == 0


def test_it_agrees_with_torch_where_torch_is_right():
    logits = torch.randn(20, 100, generator=torch.Generator().manual_seed(4))
    for temperature in (0.3, 1.0, 5.0):
        assert torch.allclose(
            softmax(logits, temperature), torch.softmax(logits / temperature, -1), atol=1e-6
        )


def test_torch_gives_nan_where_zero_temperature_has_a_limit():
    assert torch.softmax(Z / 0.0, -1).isnan().any()
    assert softmax(Z, 0.0).tolist() == [1, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("temperature", "message"),
    [
        (-1.0, "temperature must be at least 0, not -1"),
        (math.nan, "temperature must be at least 0, not nan"),
        (-math.inf, "temperature must be at least 0, not -inf"),
        (torch.tensor([1.0, -0.5]), "temperature must be at least 0, not -0.5"),
        (torch.ones(3), r"temperature of shape \[3\] does not broadcast against the \[2\] rows"),
        (torch.ones(2, 1), r"temperature of shape \[2, 1\] does not broadcast"),
        (10**400, "temperature of about 1e400 is beyond the largest float, .*: .* math.inf"),
        (-(10**400), "temperature must be at least 0, not about -1e400"),
    ],
)
def test_a_bad_temperature_is_named(temperature, message):
    with pytest.raises(ValueError, match=message):
        softmax(torch.zeros(2, 5), temperature)


@pytest.mark.parametrize(
    "temperature", ["1", None, True, 1j, torch.tensor(True), torch.tensor(1j), [1.0]]
)
def test_a_temperature_must_be_a_real_number_or_tensor(temperature):
    with pytest.raises(TypeError, match="temperature must be"):
        softmax(Z, temperature)


@pytest.mark.parametrize(
    ("logits", "message"),
    [
        (torch.tensor([1.0, math.nan]), "the row of the logits has a logit of nan"),
        (torch.tensor([[1.0, 0.0], [math.inf, 0.0]]), "row 1 of the logits has a logit of inf"),
        (torch.full((3, 2), -math.inf), "row 0 of the logits has no finite logit"),
        (
            torch.tensor([[[0.0], [0.0]], [[0.0], [math.nan]]]),
            r"row \(1, 1\) of the logits has a logit of nan",
        ),
        (torch.zeros(3, 0), r"logits of shape \[3, 0\] hold no class along dim -1"),
        (torch.tensor(1.0), r"logits of shape \[\] hold no class"),
    ],
)
def test_a_bad_row_of_logits_is_named(logits, message):
    with pytest.raises(ValueError, match=message):
        softmax(logits)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(
    ("shape", "dim", "where", "name"),
    [
        ((70_000,), -1, (), "the row"),
        ((3, 40_000), 1, (2,), "row 2"),
        ((90_000, 2), -1, (80_000,), "row 80000"),
        ((300, 9, 40), 0, (8, 7), r"row \(8, 7\)"),
    ],
)
def test_a_bad_row_is_found_in_logits_of_any_size(shape, dim, where, name, threads):
    logits = torch.zeros(shape)
    logits.movedim(dim, -1)[where][-1] = math.nan
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with pytest.raises(ValueError, match=f"{name} of the logits has a logit of nan"):
            softmax(logits, dim=dim)
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize(
    ("logits", "message"),
    [
        ([1.0, 2.0], "logits must be a torch.Tensor, not list"),
        (torch.tensor([1, 2]), "logits must have a floating dtype, not torch.int64"),
        (torch.zeros(2).to_sparse(), "logits must be dense, not torch.sparse_coo: .*to_dense"),
        (torch.zeros(2, device="meta"), "logits on the device meta have no values"),
    ],
)
def test_logits_must_be_a_floating_tensor(logits, message):
    with pytest.raises(TypeError, match=message):
        softmax(logits)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_logits_further_apart_than_the_largest_float_keep_their_probabilities(dtype) -> None:
    largest = torch.finfo(dtype).max
    logits = torch.tensor([0.9 * largest, -0.9 * largest, 0.0], dtype=dtype)
    exact = torch.softmax(torch.tensor([2.7, -2.7, 0.0], dtype=torch.float64), -1)
    found = tempkit.softmax(logits, largest / 3).double()
    assert torch.allclose(found, exact, atol=1e-6)
    assert torch.allclose(tempkit.log_softmax(logits, largest / 3).double(), exact.log(), atol=1e-5)
    entropy = tempkit.entropy(logits, largest / 3).double()
    assert torch.allclose(entropy, torch.special.entr(exact).sum(), atol=1e-6)


@pytest.mark.parametrize(
    ("dim", "error", "message"),
    [
        (9, ValueError, r"there is no dim 9 in logits of shape \[2, 5\]: give -2 to 1"),
        (-3, ValueError, "there is no dim -3"),
        ("a", TypeError, "dim must be an integer, not 'a'"),
        (1.0, TypeError, "dim must be an integer, not 1.0"),
        (True, TypeError, "dim must be an integer, not True"),
    ],
)
@pytest.mark.parametrize("function", [softmax, log_softmax])
def test_a_dim_that_is_not_there_is_named(function, dim, error, message):
    with pytest.raises(error, match=message):
        function(torch.zeros(2, 5), dim=dim)


@pytest.mark.parametrize(
    ("temperatures", "error", "message"),
    [
        ([1.0, 10**400], ValueError, "temperature of about 1e400 is beyond the largest float"),
        ([1.0, "2"], TypeError, "must be a list of real numbers, but one is '2'"),
        ([[1.0, 2.0]], TypeError, r"but one is \[1.0, 2.0\]"),
        ([True], TypeError, "but one is True"),
        (2, ValueError, r"must be a list of shape \[K\], not the number 2"),
        (10**400, ValueError, r"a list of shape \[K\], not the number about 1e400"),
        (None, TypeError, "must be a list of real numbers, not None"),
        (np.array(1.0), TypeError, r"must be a list of real numbers, not array\(1.\)"),
    ],
)
def test_a_list_of_temperatures_that_is_none_is_named(temperatures, error, message):
    with pytest.raises(error, match=message):
        validated_temperatures(temperatures)


def test_a_list_of_temperatures_may_hold_any_real_numbers():
    mixed = [1, 2.5, 10**20, np.float32(0.5), Fraction(1, 4), torch.tensor(3.0)]
    assert validated_temperatures(mixed).tolist() == [1.0, 2.5, 1e20, 0.5, 0.25, 3.0]
    assert validated_temperatures(0.1 * np.arange(3)).tolist() == [0.0, 0.1, 0.2]
