"""One token from each row: what happens at every step of generating text."""

from __future__ import annotations

import torch
from torch import Tensor

from benchmarks import without_numba
from benchmarks.logits import like_a_language_model
from benchmarks.race import Call, Contender
from benchmarks.task import Reach, Task
from tempkit.sampling import sample

TEMPERATURE = 0.7
#: Rows and vocabulary: GPT-2's and Llama 3's.
SHAPES = ((1, 50257), (1, 128256), (8, 128256), (64, 50257), (64, 128256))

_TRANSFORMERS = "transformers: warper, softmax, multinomial"
_CATEGORICAL = "torch Categorical"
_EXPONENTIAL = "exponential trick"
_GUMBEL = "Gumbel-max"
_TWO = "multinomial(2)[:1]"


def task(rows: int, vocabulary: int, *, quick: bool = False, device: str = "cpu") -> Task:
    """The task for one shape; a quick one has a vocabulary a hundred times smaller."""
    size = vocabulary // 100 if quick else vocabulary
    logits = like_a_language_model(rows, size, device)
    at_least = 25 if rows >= 8 else 15
    reaches = [Reach(name, at_least=at_least) for name in (_TRANSFORMERS, _CATEGORICAL)]
    reaches += [Reach(_EXPONENTIAL, at_least=at_least), Reach(_TWO, at_least=1.3)]
    reaches += [Reach("softmax(z / T)", at_most=1.8)]
    reaches += [Reach("copy", at_most=4.5)] if rows == 64 else []
    return Task(
        f"next-token-{rows}x{vocabulary}",
        f"Next token, {rows} x {size}, T = {TEMPERATURE}",
        _contenders(logits),
        reaches if device == "cpu" else [],
    )


def _contenders(logits: Tensor) -> list[Contender]:
    scaled = (logits - logits.amax(-1, keepdim=True)) / TEMPERATURE
    out = torch.empty_like(logits)

    def ours() -> Tensor:
        return sample(logits, TEMPERATURE)

    return [
        Contender("tempkit.sample", lambda: ours, "ours"),
        Contender(without_numba.NAME, lambda: without_numba.call(ours)),
        Contender(_TRANSFORMERS, lambda: transformers_call(logits)),
        Contender(_CATEGORICAL, lambda: lambda: _categorical(logits)),
        Contender(_EXPONENTIAL, lambda: lambda: _exponential(logits)),
        Contender(_GUMBEL, lambda: lambda: _gumbel(logits)),
        Contender(_TWO, lambda: lambda: _first_of_two(logits)),
        Contender("copy", lambda: lambda: out.copy_(logits), "limit"),
        Contender("exp2 pass", lambda: lambda: torch.exp2(scaled, out=out), "limit"),
        Contender(
            "softmax(z / T)", lambda: lambda: torch.softmax(logits / TEMPERATURE, -1), "limit"
        ),
    ]


def transformers_call(logits: Tensor) -> Call:
    """What ``generate(do_sample=True)`` does with the logits of a step."""
    from transformers.generation.logits_process import TemperatureLogitsWarper

    warper = TemperatureLogitsWarper(TEMPERATURE)
    return lambda: torch.multinomial(torch.softmax(warper(None, logits), -1), 1)


def _categorical(logits: Tensor) -> Tensor:
    return torch.distributions.Categorical(logits=logits / TEMPERATURE).sample()


def _exponential(logits: Tensor) -> Tensor:
    """The race of exponential clocks, as inference servers do it."""
    probabilities = torch.softmax(logits / TEMPERATURE, -1)
    return (probabilities / torch.empty_like(probabilities).exponential_()).argmax(-1)


def _gumbel(logits: Tensor) -> Tensor:
    noise = torch.rand_like(logits).clamp_min_(1e-20).log_().neg_().log_().neg_()
    return noise.add_(logits, alpha=1 / TEMPERATURE).argmax(-1)


def _first_of_two(logits: Tensor) -> Tensor:
    """Asking for two draws makes torch take another way, by a cumulative sum."""
    return torch.multinomial(torch.softmax(logits / TEMPERATURE, -1), 2, replacement=True)[:, :1]
