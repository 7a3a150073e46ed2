"""The compiled loops give what torch's calls give, and nothing depends on them."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tempkit import _compiled, _inverse_cdf, entropy_sweep, sample, temperature_for_entropy

kernels = _compiled.kernels()
LANGUAGE_MODEL = 50257


def by_torch(function, *arguments, **named):
    """The same call without the compiled loops."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_compiled, "kernels", lambda: None)
        return function(*arguments, **named)


@given(
    seed=st.integers(0, 2**32 - 1),
    spread=st.sampled_from([0.0, 0.1, 1.0, 5.0, 30.0]),
    offset=st.sampled_from([0.0, -1e4, 1e6]),
    temperature=st.sampled_from([0.05, 0.7, 1.0, 6.0, 1e3]),
    classes=st.sampled_from([1025, 1536, 5000, LANGUAGE_MODEL]),
)
def test_a_draw_is_the_same_by_either_way(seed, spread, offset, temperature, classes) -> None:
    """A uniform within 1e-6 of the edge of a block may fall to either side: 1 in 10^5 of these."""
    generator = torch.Generator().manual_seed(seed)
    logits = spread * torch.randn(3, classes, generator=generator) + offset
    logits[:, 700:900] = -math.inf
    uniforms = torch.rand(3, generator=generator, dtype=torch.float64)
    one = sample(logits, temperature, uniforms=uniforms)
    assert one.tolist() == by_torch(sample, logits, temperature, uniforms=uniforms).tolist()


@given(
    seed=st.integers(0, 2**32 - 1),
    spread=st.sampled_from([0.0, 1.0, 30.0]),
    classes=st.sampled_from([1025, 1300, 5000]),
)
def test_many_draws_are_the_same_by_either_way(seed, spread, classes) -> None:
    """To the last one, for the running sums are the same: also at 0, at every edge, below 1."""
    generator = torch.Generator().manual_seed(seed)
    logits = spread * torch.randn(classes, generator=generator)
    logits[classes // 2 :: 3] = -math.inf
    edges = torch.arange(classes, dtype=torch.float64) / classes
    shares = [edges, edges + 2**-53, torch.rand(5000, generator=generator, dtype=torch.float64)]
    shares = torch.cat([*shares, torch.tensor([math.nextafter(1.0, 0.0)], dtype=torch.float64)])
    one = _inverse_cdf.invert_many(logits[None], [1.0], shares[None])
    other = by_torch(_inverse_cdf.invert_many, logits[None], [1.0], shares[None])
    assert one.tolist() == other.tolist()


@pytest.mark.parametrize("uniform", [0.0, math.nextafter(1.0, 0.0)])
def test_the_extreme_uniforms_never_reach_an_impossible_class(uniform: float) -> None:
    logits = torch.full((1, 3000), -math.inf)
    logits[0, 1000:1003] = torch.tensor([0.0, -50.0, -90.0])
    token = sample(logits, uniforms=torch.tensor([uniform], dtype=torch.float64))
    assert 1000 <= token.item() <= 1002


@pytest.mark.parametrize("value", [math.nan, math.inf])
@pytest.mark.parametrize("place", [0, 3, 600, 2999])
def test_an_invalid_row_is_named_wherever_the_fault_lies(value: float, place: int) -> None:
    logits = torch.zeros(4, 3000)
    logits[2, place] = value
    with pytest.raises(ValueError, match="row 2"):
        sample(logits)


def test_a_row_without_a_possible_class_is_named() -> None:
    logits = torch.zeros(4, 3000)
    logits[1] = -math.inf
    with pytest.raises(ValueError, match="row 1"):
        sample(logits)


def test_a_sweep_is_the_same_by_either_way() -> None:
    logits = 3 * torch.randn(2, 20_000, generator=torch.Generator().manual_seed(5))
    logits[0, :50] = -math.inf
    heats = torch.linspace(0.1, 5, 200)
    one, other = entropy_sweep(logits, heats), by_torch(entropy_sweep, logits, heats)
    torch.testing.assert_close(one.entropy, other.entropy, rtol=0, atol=1e-12)


def test_a_temperature_for_an_entropy_is_the_same_by_either_way() -> None:
    logits = 3 * torch.randn(4, 20_000, generator=torch.Generator().manual_seed(6))
    wanted = torch.tensor([0.5, 2.0, 5.0, 9.0], dtype=torch.float64)
    one = temperature_for_entropy(logits, wanted)
    other = by_torch(temperature_for_entropy, logits, wanted)
    torch.testing.assert_close(one, other, rtol=1e-10, atol=0)


def test_powers_of_two_are_as_near_as_is_said() -> None:
    """2e-8 in float32, beside its own rounding, and 2e-15 in float64 with it."""
    x = np.concatenate([np.linspace(-125, 0, 100_001), -np.logspace(-30, 2, 1001)])
    single = x.astype(np.float32)
    found = np.array([kernels._exp2(v) for v in single], dtype=np.float64)
    assert np.abs(found / 2.0 ** single.astype(np.float64) - 1).max() < 2e-8 + 2**-23
    found = np.array([kernels._exp2_double(v) for v in x])
    assert np.abs(found / 2.0**x - 1).max() < 2e-15


def test_what_lies_too_deep_adds_nothing_that_counts() -> None:
    row = np.array([0.0, -1e6, -math.inf] * 50, dtype=np.float32)
    lanes = np.empty((4, kernels.LANES), np.float32)
    sums = kernels.power_sums(row, np.float32(0), np.float32(1), lanes)
    np.testing.assert_allclose(sums, [50, 0, 0, 0], atol=1e-28)


@pytest.mark.parametrize("temperature", [0.0, 1e-30, 1e30, math.inf])
def test_the_limits_are_left_to_the_general_way(temperature: float) -> None:
    logits = torch.zeros(2, 3000)
    logits[:, 5] = 1
    uniforms = torch.tensor([0.2, 0.9], dtype=torch.float64)
    one = sample(logits, temperature, uniforms=uniforms)
    assert one.tolist() == by_torch(sample, logits, temperature, uniforms=uniforms).tolist()
    assert not _inverse_cdf._is_usual(temperature)


def compiler_is_loaded(classes: int) -> bool:
    """Whether Numba is imported by a draw from so many classes."""
    draw = f"tempkit.sample(torch.zeros({classes}))"
    code = f"import sys, torch, tempkit; {draw}; print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout == "True\n"


def test_the_compiler_is_not_even_imported_where_it_is_switched_off(monkeypatch) -> None:
    monkeypatch.delenv("TEMPKIT_COMPILED", raising=False)
    assert compiler_is_loaded(5000)
    monkeypatch.setenv("TEMPKIT_COMPILED", "off")
    assert not compiler_is_loaded(5000)


def test_short_rows_do_not_wait_for_a_compiler() -> None:
    assert not compiler_is_loaded(5)
