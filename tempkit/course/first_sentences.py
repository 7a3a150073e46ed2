r"""How often the first sentence that a verb model writes is grammatical: counted and predicted.

Note 04 compares three numbers for one event, "the first sentence after the tag is grammatical in
the tag's language": the share counted; :math:`(1 - \varepsilon)^n` with the mean leak; and the mean
of :math:`\prod_t (1 - \varepsilon_t)` over sentences drawn with the illegal words forbidden. The
note's figure and its claims both read them here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from tempkit import generation, verbs
from tempkit.scaling import softmax
from tempkit.verbs.text import ENDS, TAGS

__all__ = ["LONGEST", "FirstSentences", "first_sentences"]

#: Tokens of the longest grammatical sentence, its mark included.
LONGEST = 13
_COUNTED, _PATHS = 1000, 500


@dataclass(frozen=True)
class FirstSentences:
    """Shares of grammatical first sentences at a temperature, and two standard errors."""

    one_leak: float
    along_the_path: float
    path_error: float
    counted: float
    counted_error: float


@cache
def first_sentences(temperature: float) -> FirstSentences:
    """Count and predict for the model "main", half of the sentences in each language."""
    model, automaton = verbs.load("main"), verbs.grammar()
    texts = _written(temperature, _COUNTED, seed=7)
    lengths = [_length(ids) for ids in texts.ids]
    good = [
        bool(automaton.parse([automaton.id(prompt), *ids[:length]]))
        for prompt, ids, length in zip(texts.prompts, texts.ids, lengths, strict=True)
    ]
    leak = verbs.illegal_mass(_probe(model), temperature).value
    kept = _kept_along_the_path(temperature)
    share = sum(good) / len(good)
    return FirstSentences(
        one_leak=sum((1 - leak) ** n for n in lengths) / len(lengths),
        along_the_path=kept.mean().item(),
        path_error=kept.std().item() / math.sqrt(len(kept)),
        counted=share,
        counted_error=math.sqrt(share * (1 - share) / len(good)),
    )


@cache
def _probe(model: verbs.LanguageModel) -> verbs.Probe:
    return verbs.probe(model)


def _written(temperature: float, samples: int, *, seed: int, filters=None) -> generation.Generation:
    return generation.generate(
        verbs.load("main"),
        list(TAGS.values()),
        temperature=temperature,
        max_new_tokens=LONGEST,
        samples=samples,
        seed=seed,
        filters=filters,
        allow_end=False,
        progress=False,
    )


def _length(ids: tuple[int, ...]) -> int:
    """Tokens up to the first mark; a sentence without one is cut where no legal one goes on."""
    words = verbs.grammar().vocabulary
    return next((n for n, i in enumerate(ids, 1) if words[i] in ENDS), LONGEST)


def _kept_along_the_path(temperature: float) -> Tensor:
    """Product of (1 - leak) over each of some sentences drawn with illegal words forbidden."""
    automaton, steps = verbs.grammar(), []

    def forbid(logits: Tensor, previous_tokens: Tensor) -> Tensor:
        states = [automaton.state(row) for row in previous_tokens.tolist()]
        legal = automaton.successor[states] >= 0
        steps.append((softmax(logits.double(), temperature) * ~legal).sum(-1))
        return logits.masked_fill(~legal, -math.inf)

    texts = _written(temperature, _PATHS, seed=5, filters=forbid)
    # The rows are written in batches, each of LONGEST steps.
    batches = [torch.stack(steps[i : i + LONGEST], 1) for i in range(0, len(steps), LONGEST)]
    leaks = torch.cat(batches)
    return torch.stack(
        [(1 - row[: _length(ids)]).prod() for row, ids in zip(leaks, texts.ids, strict=True)]
    )
