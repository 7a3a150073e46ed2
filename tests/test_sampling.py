"""tempkit.sampling: the right law, whatever the uniform, the temperature and the size.

The chi-square tests fix their seeds, so that they cannot fail by chance; with a fresh seed each
would fail one run in a thousand (P_LIMIT). At 100,000 draws a distribution off by 2 % in one class
of probability 0.2 is found with a power above 0.9.
"""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tempkit import _inverse_cdf, _inverse_cdf_gpu
from tempkit.sampling import DrawCounts, count_draws, draw, sample
from tempkit.scaling import softmax

pytestmark = pytest.mark.usefixtures("_innermost_loops")

P_LIMIT = 1e-3
Z = torch.tensor([2.0, 1.0, 0.5, 0.2, 0.1])
BELOW_ONE = math.nextafter(1.0, 0.0)

#: On both sides of every change of method: one block, a few, one tile of blocks and more.
SIZES = [1, 5, 256, 1024, 1025, 1280, 3000, 32_512, 32_513, 33_000, 70_001]


def normal(*shape: int, seed: int = 0, sd: float = 3.0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed)) * sd


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def cdf(logits: torch.Tensor, temperature: float) -> torch.Tensor:
    return softmax(logits.double(), temperature).cumsum(-1)


# The law -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("temperature", [0.0, 1e-40, 0.05, 0.7, 1.0, 6.0, 1e6, math.inf])
@pytest.mark.parametrize("classes", SIZES)
def test_the_token_is_where_the_cdf_passes_the_uniform(classes, temperature):
    logits = normal(classes, seed=classes).round(decimals=1)  # with ties
    logits[1::7] = -math.inf
    uniforms = torch.rand(60, dtype=torch.float64, generator=seeded(1))
    tokens = sample(logits.expand(60, classes), temperature, uniforms=uniforms)
    exact = cdf(logits, temperature)
    upper = exact[tokens]
    lower = torch.where(tokens > 0, exact[tokens - 1], 0.0)
    # The edges of blocks are sums in float32.
    rounding = 2e-6
    assert (uniforms <= upper + rounding).all()
    assert (uniforms >= lower - rounding).all()


@pytest.mark.parametrize("temperature", [0.3, 1.0, 6.0])
def test_short_rows_agree_with_the_cdf_to_the_last_digits(temperature):
    uniforms = torch.rand(2000, dtype=torch.float64, generator=seeded(2))
    tokens = sample(Z.expand(2000, 5), temperature, uniforms=uniforms)
    expected = torch.searchsorted(cdf(Z, temperature), uniforms, right=True)
    assert torch.equal(tokens, expected)


@pytest.mark.parametrize("temperature", [0.0, 0.5, 1.0, 3.0, math.inf])
@pytest.mark.parametrize("classes", [5, 2000])
def test_single_draws_pass_a_chi_square_test(classes, temperature):
    logits = normal(classes, seed=3, sd=1.5).round(decimals=1)
    draws = 96_000 if classes == 5 else 8_000
    tokens = sample(logits.expand(draws, classes), temperature, generator=seeded(4))
    assert chance(tokens, logits, temperature) > P_LIMIT


@pytest.mark.parametrize("temperature", [0.0, 0.5, 1.0, 3.0, math.inf])
@pytest.mark.parametrize("classes", [5, 2000, 40_000])
def test_many_draws_pass_a_chi_square_test(classes, temperature):
    logits = normal(classes, seed=5, sd=1.5).round(decimals=1)
    counted = count_draws(logits, temperature, 100_000, generator=seeded(6))
    assert counted.p_value > P_LIMIT


def chance(tokens: torch.Tensor, logits: torch.Tensor, temperature: float) -> float:
    """Chance of a chi-square as large, classes of small expectation pooled: an independent form."""
    expected = softmax(logits.double(), temperature) * len(tokens)
    count = torch.bincount(tokens, minlength=len(logits)).double()
    large = expected >= 5
    cells = [
        torch.cat([x[large], x[~large].sum()[None]] if (~large).any() else [x])
        for x in (count, expected)
    ]
    if cells[1][-1] < 1e-9:
        assert cells[0][-1] == 0
        cells = [x[:-1] for x in cells]
    if len(cells[0]) == 1:
        return 1.0
    statistic = ((cells[0] - cells[1]) ** 2 / cells[1]).sum()
    freedom = torch.tensor((len(cells[0]) - 1) / 2, dtype=torch.float64)
    return torch.special.gammaincc(freedom, statistic / 2).item()


# Every uniform -----------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize("classes", SIZES)
def test_no_uniform_draws_a_token_of_probability_zero(classes, dtype):
    logits = normal(classes, seed=7, sd=8.0).to(dtype)
    logits[: classes // 3] = -math.inf
    logits[-(classes // 3) or classes :] = -math.inf
    edges = cdf(logits[None], 0.7)[0]
    near = edges[torch.randint(classes, (10,), generator=seeded(8))]
    adversarial = torch.cat(
        [
            torch.tensor([0.0, 5e-324, 2**-53, 0.5, BELOW_ONE], dtype=torch.float64),
            near.clamp(0, BELOW_ONE),
            torch.nextafter(near, torch.zeros(())).clamp(0, BELOW_ONE),
            torch.nextafter(near, torch.ones(())).clamp(0, BELOW_ONE),
        ]
    )
    rows = logits.expand(len(adversarial), classes)
    for temperature in (0.0, 1e-46, 0.01, 0.7, 50.0, math.inf):
        tokens = sample(rows, temperature, uniforms=adversarial)
        assert (softmax(logits.double(), temperature)[tokens] > 0).all()


@pytest.mark.parametrize("where", ["first", "last", "alone"])
def test_the_extreme_uniforms_find_the_only_possible_class(where):
    logits = torch.full((5000,), -math.inf)
    place = {"first": 0, "last": 4999, "alone": 2600}[where]
    logits[place] = -7.0
    for uniform in (0.0, 0.5, BELOW_ONE):
        u = torch.tensor(uniform, dtype=torch.float64)
        assert sample(logits, 1.0, uniforms=u) == place


def test_blocks_that_underflow_in_float32_do_not_trap_the_first_uniform():
    logits = torch.full((5000,), -500.0)
    logits[4000] = 0.0
    least = torch.tensor([0.0, 2.0**-53], dtype=torch.float64)
    first, second = sample(logits.expand(2, 5000), 1.0, uniforms=least).tolist()
    assert first // 256 == 4000 // 256  # the first block that counts
    assert second == 4000


@settings(max_examples=40)
@given(
    st.sampled_from([5, 1500, 33_000]),
    st.integers(0, 2**31),
    st.sampled_from([0.0, 0.1, 1.0, 10.0, math.inf]),
)
def test_the_token_never_falls_when_the_uniform_rises(classes, seed, temperature):
    logits = normal(classes, seed=seed)
    uniforms = torch.rand(200, dtype=torch.float64, generator=seeded(seed)).sort().values
    uniforms[100:150] = uniforms[100] + torch.arange(50) * 2.0**-53
    uniforms = uniforms.sort().values.clamp_max(BELOW_ONE)
    tokens = sample(logits.expand(200, classes), temperature, uniforms=uniforms)
    assert (tokens.diff() >= 0).all()


# Temperatures, dtypes, shapes --------------------------------------------------------------------


@pytest.mark.parametrize("classes", [6, 3000])
def test_zero_temperature_draws_among_the_ties_alone(classes):
    logits = normal(classes, seed=9).clamp_max(4.0)
    logits[[1, classes // 2, classes - 1]] = 9.0
    tokens = sample(logits.expand(3000, classes), 0, generator=seeded(10))
    assert tokens.unique().tolist() == [1, classes // 2, classes - 1]
    assert torch.bincount(tokens).max() < 1150  # 1000 expected, standard error 26


@pytest.mark.parametrize("temperature", [1e-320, 1e-46, 1e-40, 1e-6])
def test_a_tiny_temperature_draws_the_maximum(temperature):
    logits = torch.linspace(0, 1, 3000)
    assert (sample(logits.expand(50, 3000), temperature) == 2999).all()


def test_the_smallest_gap_is_still_a_gap_at_zero_temperature():
    logits = torch.zeros(3000)
    logits[5] = 1e-45
    assert (sample(logits.expand(50, 3000), 0.0) == 5).all()


@pytest.mark.parametrize("temperature", [1e40, 1e300, math.inf])
def test_a_huge_temperature_draws_any_finite_logit(temperature):
    logits = torch.full((3000,), -math.inf)
    logits[[3, 1700]] = torch.tensor([-1e30, 1e30])
    tokens = sample(logits.expand(200, 3000), temperature, generator=seeded(11))
    assert tokens.unique().tolist() == [3, 1700]


@pytest.mark.parametrize("classes", [7, 3000])
def test_one_temperature_a_row(classes):
    logits = normal(2, 3, classes, seed=12)
    heat = torch.tensor([[0.0, 0.5, 1.0], [2.0, 1e6, math.inf]])
    uniforms = torch.rand(2, 3, dtype=torch.float64, generator=seeded(13))
    together = sample(logits, heat, uniforms=uniforms)
    for i in range(2):
        for j in range(3):
            alone = sample(logits[i, j], heat[i, j].item(), uniforms=uniforms[i, j])
            assert together[i, j] == alone


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("classes", [50, 3000])
def test_half_precision_draws_as_if_raised_first(classes, dtype):
    logits = normal(classes, seed=14).to(dtype).expand(200, classes)
    uniforms = torch.rand(200, dtype=torch.float64, generator=seeded(15))
    halves = sample(logits, 0.7, uniforms=uniforms)
    assert torch.equal(halves, sample(logits.float(), 0.7, uniforms=uniforms))


def test_a_common_offset_changes_no_token():
    # In multiples of 1/512 the offset logits are exact; a careless division moves 1 draw in 1000.
    logits = (normal(20_000, seed=16) * 512).round() / 512
    uniforms = torch.rand(2000, dtype=torch.float64, generator=seeded(17))
    plain = sample(logits.expand(2000, -1), 0.7, uniforms=uniforms)
    moved = sample((logits + 8192).expand(2000, -1), 0.7, uniforms=uniforms)
    assert (plain != moved).sum() <= 1


@pytest.mark.parametrize("offset", [0.0, -64.0, 1e4, -1e6])
def test_the_blocks_have_their_mass_at_any_offset(offset):
    logits = normal(20_000, seed=18) + offset
    _, sums, _ = _inverse_cdf._masses_of_rows(logits[None], [0.7], logits)
    mass = torch.from_numpy(sums[0]).double()
    exact = softmax(logits.double(), 0.7)
    exact = torch.nn.functional.pad(exact, (0, -20_000 % 256)).view(-1, 256).sum(1)
    assert ((mass / mass.sum() - exact).abs().sum() / 2) < 1e-7


def test_without_a_fused_operation_the_maximum_goes_first(monkeypatch):
    monkeypatch.setattr(_inverse_cdf, "adds_fused", lambda: False)
    test_the_blocks_have_their_mass_at_any_offset(1e4)


def test_a_row_that_is_not_contiguous_is_read_as_it_is():
    logits = normal(3000, 4, seed=19).T
    uniforms = torch.rand(4, dtype=torch.float64, generator=seeded(20))
    copied = sample(logits.contiguous(), uniforms=uniforms)
    assert torch.equal(sample(logits, uniforms=uniforms), copied)


@pytest.mark.parametrize("classes", [5, 3000])
@pytest.mark.parametrize("shape", [(), (1,), (0,), (2, 3), (2, 0, 3)])
def test_a_token_for_each_row_of_any_shape(shape, classes):
    tokens = sample(torch.zeros(*shape, classes), 0.5)
    assert tokens.shape == shape
    assert tokens.dtype == torch.int64
    assert draw(torch.zeros(*shape, classes), 0.5, 7).shape == (*shape, 7)


def test_sampling_never_changes_its_input():
    logits = normal(2, 3000, seed=21)
    before = logits.clone()
    sample(logits, 0.5)
    draw(logits, 0.5, 10)
    assert torch.equal(logits, before)


def test_logits_that_require_a_gradient_can_be_drawn_from():
    assert sample(torch.zeros(3, 2000, requires_grad=True)).shape == (3,)


@pytest.mark.parametrize("classes", [5, 3000])
@pytest.mark.parametrize("scale", [2.0**-1060, 2.0**-500, 2.0**500, 2.0**1018])
def test_the_tokens_depend_on_the_ratio_of_logits_and_temperature_alone(classes, scale):
    """Powers of two from 1e-319 to 1e306, and logits that they leave exact."""
    logits = normal(classes, seed=48).mul(16).round().div(16).double().expand(300, -1)
    uniforms = torch.rand(300, dtype=torch.float64, generator=seeded(49))
    for temperature in (0.0, 0.5, 3.0, math.inf):
        plain = sample(logits, temperature, uniforms=uniforms)
        assert torch.equal(sample(logits * scale, temperature * scale, uniforms=uniforms), plain)
        heat = torch.full((300,), temperature, dtype=torch.float64)
        method_of_a_gpu = _inverse_cdf_gpu.invert(logits * scale, heat * scale, uniforms)
        assert torch.equal(method_of_a_gpu, plain)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("classes", [3, 3000])
def test_logits_further_apart_than_the_largest_float_can_all_be_drawn(classes, dtype):
    largest = torch.finfo(dtype).max
    logits = torch.full((classes,), -math.inf, dtype=dtype)
    logits[[0, classes // 2, -1]] = torch.tensor([-largest, largest, 0.0], dtype=dtype)
    for temperature in (largest, math.inf):
        tokens = sample(logits.expand(200, -1), temperature, generator=seeded(50))
        assert tokens.unique().tolist() == [0, classes // 2, classes - 1]


def negated(values: torch.Tensor) -> torch.Tensor:
    """The same values, as a tensor that is only marked as negative."""
    view = torch.complex(torch.zeros_like(values), -values).conj().imag
    assert view.is_neg()
    assert torch.equal(view, values)
    return view


@pytest.mark.parametrize("classes", [5, 3000])
def test_logits_and_uniforms_marked_as_negative_are_read_as_they_are(classes):
    logits = normal(3, classes, seed=51).double()
    uniforms = torch.rand(3, dtype=torch.float64, generator=seeded(52))
    plain = sample(logits, uniforms=uniforms)
    assert torch.equal(sample(negated(logits), uniforms=uniforms), plain)
    assert torch.equal(sample(logits, uniforms=negated(uniforms)), plain)
    one = sample(logits[0], generator=seeded(53))
    assert sample(negated(logits)[0], generator=seeded(53)) == one
    assert draw(negated(logits), 1.0, 4).shape == (3, 4)


@pytest.mark.parametrize("classes", [5, 3000])
def test_what_is_kept_from_inference_serves_outside_of_it(classes):
    logits = normal(2, classes, seed=54)
    _inverse_cdf._KEPT.key = None  # as in a new thread
    with torch.inference_mode():
        inside = sample(logits, generator=seeded(55)), sample(logits[0], generator=seeded(55))
        many = draw(logits, 1.0, 9, generator=seeded(55))
    assert torch.equal(sample(logits, generator=seeded(55)), inside[0])
    assert torch.equal(sample(logits[0], generator=seeded(55)), inside[1])
    assert torch.equal(draw(logits, 1.0, 9, generator=seeded(55)), many)


@pytest.mark.parametrize("classes", [5, 3000])
def test_the_default_device_is_not_where_logits_on_a_cpu_are_drawn_from(classes):
    logits = normal(2, classes, seed=56)
    together, alone = (sample(z, generator=seeded(57)) for z in (logits, logits[0]))
    _inverse_cdf._KEPT.key = None
    with torch.device("meta"):  # stands for a GPU: what is made there cannot be read here
        assert torch.equal(sample(logits, generator=seeded(57)), together)
        assert torch.equal(sample(logits[0], generator=seeded(57)), alone)
        assert draw(logits, 0.5, 3).device.type == "cpu"


# Seeds -------------------------------------------------------------------------------------------


def test_a_seed_gives_the_same_tokens_again():
    logits = normal(20, 3000, seed=22)
    first = sample(logits, 0.9, generator=seeded(23))
    assert torch.equal(sample(logits, 0.9, generator=seeded(23)), first)


def test_without_a_generator_the_global_seed_counts():
    logits = normal(20, 3000, seed=24)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        first = sample(logits)
        torch.manual_seed(1)
        assert torch.equal(sample(logits), first)


def test_each_row_takes_one_uniform_whatever_the_temperature():
    generator, peer = seeded(25), seeded(25)
    sample(normal(9, 3000), torch.linspace(0, 2, 9), generator=generator)
    torch.rand(9, dtype=torch.float64, generator=peer)
    assert torch.equal(generator.get_state(), peer.get_state())


@pytest.mark.parametrize("shape", [(3000,), (1, 3000), (1, 1, 7)])
def test_a_row_alone_takes_the_uniform_that_torch_rand_would_give(shape):
    logits = normal(*shape, seed=58)
    uniform = torch.rand(shape[:-1], dtype=torch.float64, generator=seeded(59))
    alone, generator = sample(logits, 0.9, uniforms=uniform), seeded(59)
    assert torch.equal(sample(logits, 0.9, generator=generator), alone)
    torch.rand(1, dtype=torch.float64, generator=(peer := seeded(59)))
    assert torch.equal(generator.get_state(), peer.get_state())


def test_the_tokens_do_not_depend_on_the_rows_beside_them():
    logits = normal(40, 2000, seed=26)
    uniforms = torch.rand(40, dtype=torch.float64, generator=seeded(27))
    together = sample(logits, uniforms=uniforms)
    alone = [sample(z, uniforms=u).item() for z, u in zip(logits, uniforms, strict=True)]
    assert together.tolist() == alone


@pytest.mark.parametrize("classes", [3000, 70_001])
def test_the_tokens_do_not_depend_on_the_number_of_threads(classes):
    logits = normal(9, classes, seed=46)
    before, tokens = torch.get_num_threads(), []
    for threads in (1, 2):  # which decides how a row is cut
        torch.set_num_threads(threads)
        alone = sample(logits[0], 0.8, generator=seeded(47)).tolist()
        together = sample(logits, 0.8, generator=seeded(47)).tolist()
        tokens.append([alone, together, draw(logits, 0.8, 50, generator=seeded(47)).tolist()])
    torch.set_num_threads(before)
    assert tokens[0] == tokens[1]


def test_the_method_of_a_gpu_draws_the_same_tokens():
    logits = normal(300, 5000, seed=28)
    logits[:, 100:900] = -math.inf
    heat = torch.cat([torch.tensor([0.0, 1e-320, math.inf]), torch.rand(297) * 3])
    heat = heat.double()
    uniforms = torch.rand(300, dtype=torch.float64, generator=seeded(29))
    here = sample(logits, heat, uniforms=uniforms)
    assert torch.equal(here, _inverse_cdf_gpu.invert(logits, heat, uniforms))


def test_the_running_sum_of_a_gpu_stands_still_at_a_zero():
    weights = torch.tensor([[0.0, 0.3, 0.0, 0.7, 0.0]], dtype=torch.float64)
    assert _inverse_cdf_gpu._rising_sum(weights).tolist() == [[0.0, 0.3, 0.3, 1.0, 1.0]]


# Many draws --------------------------------------------------------------------------------------


@pytest.mark.parametrize("classes", [5, 3000])
def test_many_draws_are_the_tokens_of_their_uniforms(classes):
    logits = normal(2, classes, seed=30)
    uniforms = torch.rand(2, 500, dtype=torch.float64, generator=seeded(31))
    tokens = draw(logits, torch.tensor([0.5, 2.0]), 500, generator=seeded(31))
    expected = torch.stack(
        [
            torch.searchsorted(cdf(z, t), u)
            for z, t, u in zip(logits, (0.5, 2.0), uniforms, strict=True)
        ]
    )
    assert (tokens != expected).sum() <= 1  # a uniform may lie within rounding of an edge


def test_no_draws_are_an_empty_tensor():
    assert draw(Z, 1.0, 0).shape == (0,)


def test_counts_stand_beside_their_expectation():
    counted = count_draws(Z, 2.0, 1000, generator=seeded(32))
    p = softmax(Z.double(), 2.0)
    assert isinstance(counted, DrawCounts)
    assert counted.count.sum() == 1000
    assert counted.expected.tolist() == pytest.approx((1000 * p).tolist())
    assert counted.standard_error.tolist() == pytest.approx((1000 * p * (1 - p)).sqrt().tolist())
    assert counted.degrees_of_freedom == 4


def test_counts_of_a_wrong_distribution_are_found_out():
    """1000 draws at T = 1, held against T = 2: the chance of such a chi-square is below 1e-9."""
    tokens = draw(Z, 1.0, 1000, generator=seeded(33))
    assert chance(tokens, Z, 2.0) < 1e-9


def test_the_p_value_is_that_of_the_chi_square_distribution():
    stats = pytest.importorskip("scipy.stats", reason="scipy belongs to the extra bench")
    counted = count_draws(Z, 2.0, 1000, generator=seeded(34))
    peer = stats.chisquare(counted.count.numpy(), counted.expected.numpy())
    assert counted.chi_square == pytest.approx(peer.statistic)
    assert counted.p_value == pytest.approx(peer.pvalue)


def test_classes_of_small_expectation_share_a_cell():
    logits = torch.tensor([0.0, 0.0, -6.0, -7.0, -9.0])
    assert count_draws(logits, 1.0, 1000).degrees_of_freedom == 1  # 2.5 expected: with a large one
    assert count_draws(logits, 1.0, 10_000).degrees_of_freedom == 3


def test_p_values_are_uniform_when_the_law_is_right():
    """Of 100 tests at 5 %, 5 fail by chance, with a standard error of 2.2."""
    generator = seeded(35)
    p_values = [count_draws(Z, 1.0, 500, generator=generator).p_value for _ in range(100)]
    assert sum(p < 0.05 for p in p_values) <= 13
    assert 33 <= sum(p < 0.5 for p in p_values) <= 67


def test_a_single_cell_has_nothing_to_disagree_about():
    counted = count_draws(Z, 0.0, 100)
    assert counted.count.tolist() == [100, 0, 0, 0, 0]
    assert (counted.chi_square, counted.degrees_of_freedom, counted.p_value) == (0.0, 0, 1.0)


def test_counts_show_as_a_table():
    counted = count_draws(Z, 1.0, 1000, generator=seeded(36))
    table = counted.table()
    assert list(table) == ["count", "expected", "standard_error", "probability"]
    assert table.index.name == "class"
    assert table["count"].sum() == 1000
    assert "degrees of freedom" in counted._repr_html_()


# Refusals ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("classes", [3, 3000])
@pytest.mark.parametrize(
    ("value", "message"),
    [
        (math.nan, "row 1 of the logits has a logit of nan"),
        (math.inf, "row 1 of the logits has a logit of inf"),
        (-math.inf, "row 1 of the logits has no finite logit"),
    ],
)
def test_a_row_that_is_not_valid_is_named(classes, value, message):
    logits = torch.zeros(3, classes)
    logits[1, slice(None) if value == -math.inf else -1] = value
    for function in (sample, lambda z: draw(z, 1.0, 5)):
        with pytest.raises(ValueError, match=message):
            function(logits)


@pytest.mark.parametrize("temperature", [0.0, 1e-3, 0.7, math.inf])
@pytest.mark.parametrize("value", [math.nan, math.inf])
@pytest.mark.parametrize("place", [0, 700, 40_000])
def test_a_bad_logit_is_found_wherever_it_stands(place, value, temperature):
    logits = normal(50_000, seed=43, sd=30.0)
    logits[place] = value
    with pytest.raises(ValueError, match=f"the row of the logits has a logit of {value}"):
        sample(logits, temperature)


@pytest.mark.parametrize("classes", [3, 3000])
def test_a_bad_row_of_a_larger_batch_is_named_by_its_index(classes):
    logits = torch.zeros(2, 3, classes)
    logits[1, 2, 0] = math.nan
    with pytest.raises(ValueError, match=r"row \(1, 2\) of the logits has a logit of nan"):
        sample(logits)


def test_a_maximum_far_above_the_first_logits_is_found():
    logits = torch.full((50_000,), -1e4)
    logits[[41_000, 45_000]] = torch.tensor([3.0, 3.0])
    tokens = sample(logits.expand(300, -1), 1.0, generator=seeded(44))
    assert tokens.unique().tolist() == [41_000, 45_000]


def test_impossible_first_logits_are_no_reference():
    logits = torch.full((5000,), -math.inf)
    logits[3000:] = 0.0
    assert (sample(logits.expand(50, -1), 1.0, generator=seeded(45)) >= 3000).all()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"temperature": -1.0}, ValueError, "temperature must be at least 0, not -1"),
        ({"temperature": math.nan}, ValueError, "temperature must be at least 0, not nan"),
        ({"temperature": torch.ones(3)}, ValueError, r"temperature of shape \[3\] does not broad"),
        ({"temperature": "1"}, TypeError, "temperature must be a number or a tensor, not str"),
        ({"temperature": True}, TypeError, "temperature must be a number or a tensor, not bool"),
        (
            {"uniforms": torch.rand(3)},
            ValueError,
            r"uniforms of shape \[3\] do not match the \[2\]",
        ),
        (
            {"uniforms": torch.tensor([0.5, 1.0])},
            ValueError,
            r"uniforms must be in \[0, 1\), not 1",
        ),
        ({"uniforms": torch.tensor([0.5, -0.1])}, ValueError, r"in \[0, 1\), not -0.1"),
        ({"uniforms": torch.tensor([math.nan, 0.1])}, ValueError, r"in \[0, 1\), not nan"),
        ({"uniforms": torch.tensor([0, 0])}, TypeError, "uniforms must be a floating tensor"),
        ({"uniforms": [0.5, 0.5]}, TypeError, "uniforms must be a floating tensor"),
        (
            {"uniforms": torch.rand(2), "generator": torch.Generator()},
            ValueError,
            "give either a generator or uniforms, not both",
        ),
    ],
)
def test_a_bad_argument_is_named(arguments, error, message):
    with pytest.raises(error, match=message):
        sample(torch.zeros(2, 5), **arguments)


@pytest.mark.parametrize(
    ("logits", "error", "message"),
    [
        ([1.0], TypeError, "logits must be a torch.Tensor, not list"),
        (torch.tensor([1]), TypeError, "logits must have a floating dtype, not torch.int64"),
        (torch.zeros(2, 0), ValueError, "hold no class along dim -1"),
        (torch.tensor(1.0), ValueError, "hold no class"),
        (torch.zeros(3).to_sparse(), TypeError, "must be dense, not torch.sparse_coo: .*to_dense"),
        (torch.zeros(2, 3).to_sparse(), TypeError, "must be dense, not torch.sparse_coo"),
        (torch.zeros(3, device="meta"), TypeError, "logits on the device meta have no values"),
    ],
)
def test_logits_that_cannot_be_drawn_from_are_named(logits, error, message):
    with pytest.raises(error, match=message):
        sample(logits)


@pytest.mark.parametrize(
    ("number", "error", "message"),
    [
        (-1, ValueError, "num_samples must be at least 0, not -1"),
        (1.5, TypeError, "an integer, not 1.5"),
    ],
)
def test_a_bad_number_of_samples_is_named(number, error, message):
    with pytest.raises(error, match=message):
        draw(Z, 1.0, number)


def test_a_number_of_samples_may_be_an_integer_of_numpy():
    assert draw(Z, 1.0, np.int64(3)).shape == (3,)
    with pytest.raises(TypeError, match="an integer, not True"):
        draw(Z, 1.0, True)


@pytest.mark.parametrize("shape", [(5,), (2, 5)])
def test_a_seed_in_place_of_a_generator_is_named(shape):
    with pytest.raises(TypeError, match=r"must be a torch.Generator, not 3: .*manual_seed\(seed"):
        sample(torch.zeros(shape), generator=3)


def test_counting_takes_one_row_and_a_sample():
    with pytest.raises(ValueError, match=r"one row of logits, not shape \[2, 5\]"):
        count_draws(Z.expand(2, 5), 1.0, 10)
    with pytest.raises(ValueError, match="num_samples must be at least 1"):
        count_draws(Z, 1.0, 0)


# Peers -------------------------------------------------------------------------------------------


def test_multinomial_refuses_zero_temperature_where_a_limit_exists():
    with pytest.raises(RuntimeError, match="inf"):
        torch.multinomial(torch.softmax(Z / 0.0, -1), 1)
    assert sample(Z, 0.0) == 0


def test_multinomial_agrees_where_it_is_right():
    """Two samples of 20,000 from one distribution: their chi-square has 4 degrees of freedom."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        peer = torch.multinomial(softmax(Z, 0.8), 20_000, replacement=True)
    ours = draw(Z, 0.8, 20_000, generator=seeded(37))
    a, b = (torch.bincount(x, minlength=5).double() for x in (peer, ours))
    statistic = ((a - b) ** 2 / (a + b)).sum() / 2
    chance_of = torch.special.gammaincc(torch.tensor(2.0, dtype=torch.float64), statistic)
    assert chance_of > P_LIMIT


# A GPU -------------------------------------------------------------------------------------------


@pytest.mark.cuda
@pytest.mark.parametrize("classes", SIZES)
def test_a_seed_gives_the_same_tokens_on_a_gpu(classes):
    logits = normal(64, classes, seed=38)
    for temperature in (0.0, 0.3, 1.0, math.inf):
        here = sample(logits, temperature, generator=seeded(39))
        there = sample(logits.cuda(), temperature, generator=seeded(39))
        assert there.is_cuda
        # A uniform lies within 1e-7 of the edge of a block in one run of a thousand.
        assert (here != there.cpu()).sum() <= 1


@pytest.mark.cuda
@pytest.mark.parametrize("classes", [5, 50_000])
def test_the_host_does_not_wait_for_a_gpu(classes):
    logits, heat = normal(8, classes, seed=40).cuda(), torch.full((8,), 0.7).cuda()
    sample(logits, 0.7)
    torch.cuda.set_sync_debug_mode("error")
    try:
        sample(logits, 0.7)
        sample(logits, heat)
    finally:
        torch.cuda.set_sync_debug_mode("default")


@pytest.mark.cuda
def test_no_uniform_draws_a_token_of_probability_zero_on_a_gpu():
    logits = normal(50_000, seed=41).cuda()
    logits[::3] = -math.inf
    uniforms = torch.rand(500, dtype=torch.float64, generator=seeded(42))
    uniforms[:2] = torch.tensor([0.0, BELOW_ONE])
    tokens = sample(logits.expand(500, -1), 0.7, uniforms=uniforms)
    assert (softmax(logits.double(), 0.7)[tokens] > 0).all()
