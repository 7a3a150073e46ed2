r"""What schedules buy on the verb language: entropy, leak and likelihood, beside a constant T.

Two measurements. :func:`on_true_text` reads text of the language once and tempers every row, so
that rows, and their errors, are the same for all schedules. :func:`written` lets the model write
with a schedule and looks at the text. The figure and the claims of note 07 read them here.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from tempkit import generation, verbs
from tempkit.information import entropy
from tempkit.scaling import log_softmax
from tempkit.schedules import entropy_driven, linear
from tempkit.verbs.estimate import Estimate
from tempkit.verbs.text import TAGS

__all__ = ["ANNEALED", "RULES", "Spent", "Written", "annealed", "on_true_text", "text", "written"]

#: New tokens of each text, and texts of each language.
_TOKENS, _TEXTS = 60, 64

#: From 1.5 at the first new token to 0.5 at the last.
ANNEALED = linear(1.5, 0.5, _TOKENS - 1)


def only_raises(logits: Tensor) -> Tensor:
    """1 (1 + H / (2 log n)): the rule that never goes below its base."""
    return 1.0 + 0.5 * entropy(logits) / math.log(logits.shape[-1])


#: Rules of the row by the ends that they go between.
RULES: dict[tuple[float, float], Callable[[Tensor], Tensor]] = {
    (0.78, 1.28): entropy_driven(0.78, 1.28),
    (0.5, 1.5): entropy_driven(0.5, 1.5),
    (1.5, 0.5): entropy_driven(1.5, 0.5),
    (1.0, 1.5): only_raises,
}


@dataclass(frozen=True, eq=False)
class Spent:
    """Means over the words of true text, at the temperatures given.

    ``likelihood`` is the mean log-probability, by the model at T = 1, of what would be drawn.
    ``leaks`` holds the leak of every word.
    """

    entropy: float
    leak: float
    likelihood: float
    divergence: float
    leaks: Tensor


@cache
def text() -> verbs.Probe:
    """What the model "main" says at every word of 100 documents of the language."""
    return verbs.probe(verbs.load("main"), documents=100)


def on_true_text(temperature: float | Tensor) -> Spent:
    """Each row of :func:`text` at its temperature."""
    seen = text()
    log_q = log_softmax(seen.logits, temperature)
    q = log_q.exp()
    leaks = q.masked_fill(seen.truth > 0, 0.0).sum(-1)
    divergence = (seen.truth * log_q).sum(-1).neg() - torch.special.entr(seen.truth).sum(-1)
    return Spent(
        entropy=(q * log_q).sum(-1).neg().mean().item(),
        leak=leaks.mean().item(),
        likelihood=(q * _at_one()).sum(-1).mean().item(),
        divergence=divergence.mean().item(),
        leaks=leaks,
    )


@cache
def _at_one() -> Tensor:
    return log_softmax(text().logits)


@cache
def annealed() -> Spent:
    """Means of true text over temperatures spread evenly from 1.5 to 0.5."""
    # Simpson's rule: the curves are so smooth that seven points give every digit printed.
    steps = torch.linspace(1.5, 0.5, 7, dtype=torch.float64, device="cpu").tolist()
    spent = [on_true_text(temperature) for temperature in steps]
    weights = [w / 18 for w in (1, 4, 2, 4, 2, 4, 1)]

    def mean(name: str) -> float:
        pairs = zip(weights, spent, strict=True)
        return sum(w * getattr(one, name) for w, one in pairs)

    return Spent(
        *map(mean, ("entropy", "leak", "likelihood", "divergence")),
        leaks=sum(w * one.leaks for w, one in zip(weights, spent, strict=True)),
    )


@dataclass(frozen=True)
class Written:
    """Texts that the model wrote with a schedule: mean entropy of the draws, grammar, variety."""

    entropy: float
    entropy_error: float
    grammatical: Estimate
    distinct: Estimate


@cache
def written(schedule: float | Callable[..., float | Tensor]) -> Written:
    """Write 64 texts of 60 tokens in each language, noting the entropy of every draw."""
    asks = inspect.signature(schedule).parameters if callable(schedule) else {}
    drawn_from: list[Tensor] = []

    def noting(step: int, logits: Tensor) -> float | Tensor:
        given = {"step": step, "logits": logits}
        temperature = schedule
        if callable(schedule):
            temperature = schedule(**{name: given[name] for name in asks})
        drawn_from.append(entropy(logits.double(), temperature))
        return temperature

    made = generation.generate(
        verbs.load("main"),
        list(TAGS.values()),
        temperature=noting,
        max_new_tokens=_TOKENS,
        samples=_TEXTS,
        seed=1,
        allow_end=False,
        progress=False,
    )
    of_each_text = torch.stack(drawn_from).mean(0)
    return Written(
        entropy=of_each_text.mean().item(),
        entropy_error=of_each_text.std().item() / math.sqrt(len(of_each_text)),
        grammatical=verbs.grammatical_rate(made.texts),
        distinct=verbs.distinct_n(made.texts),
    )
