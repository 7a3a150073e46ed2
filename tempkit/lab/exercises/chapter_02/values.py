"""What the probes of lab 02 are made of."""

from __future__ import annotations

import torch
from torch import Tensor

from tempkit.lab.exercises.probes import WORDS

__all__ = ["BELOW_ONE", "FIVE_WORDS", "WORDS_BACKWARDS", "uniforms"]

#: torch.manual_seed(42); torch.rand(5) on a CPU: I, am, learning, continuously, for.
FIVE_WORDS = [0.8823, 0.9150, 0.3829, 0.9593, 0.3904]
#: Of words whose likeliest is token 0, an argmax of NaN cannot be told from one without noise.
WORDS_BACKWARDS = WORDS[::-1]
BELOW_ONE = 1 - 2.0**-53


def uniforms(generator: torch.Generator, *shape: int) -> Tensor:
    """Float64 numbers in (0, 1), none of them so near an end that its logarithm is extreme."""
    drawn = torch.rand(shape, generator=generator, dtype=torch.float64, device="cpu")
    return 0.001 + 0.998 * drawn
