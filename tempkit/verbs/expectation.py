r"""Exact means over the process: how often a state is visited, how long a sentence is.

Within a sentence no state comes twice, so that visits solve a linear system,

.. math::  v = e_{\text{first}} + v P_{\text{within}},

and a document is a chain of independent sentences: after each one it ends with probability q.
Visits are weighted by 1 for the sentences after the first and by q for the first, which stays
finite where a document never ends (q = 0).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from tempkit.scaling import validated_temperature
from tempkit.verbs.text import END, LANGUAGES, TAGS

if TYPE_CHECKING:
    from tempkit.verbs.automaton import Automaton

__all__ = [
    "document_length",
    "entropy_rate",
    "sentence_length",
    "with_the_rest",
]


def entropy_rate(process: Automaton) -> float:
    """Mean entropy of the next word, nats a token, ``</s>`` counted and ``<s>`` not."""
    entropy = torch.special.entr(process.probability).sum(-1)
    visits = _visits_of_a_document(process)
    return float(visits @ entropy / visits.sum())


def document_length(process: Automaton) -> float:
    """Mean tokens of a document; ``inf`` where some document never ends."""
    visits = _visits_of_a_document(process)
    return float(visits.sum() / visits[0]) if visits[0] > 0 else float("inf")


def sentence_length(process: Automaton, lang: str) -> float:
    """Mean tokens of a sentence."""
    return float(_visits_of_a_sentence(process, process.start(lang)).sum())


def _visits_of_a_document(process: Automaton) -> Tensor:
    """Mean visits of each state, shape ``[S]``, times a factor that keeps them finite."""
    end = process.id(END)
    p_end = {lang: float(process.probability[process.between(lang), end]) for lang in LANGUAGES}
    rarest = min(p_end.values())
    visits = torch.zeros(process.states, dtype=torch.float64, device="cpu")
    visits[0] = rarest
    for lang in LANGUAGES:
        between = process.between(lang)
        times = rarest / p_end[lang] if p_end[lang] > 0 else 1.0
        document = rarest * _visits_of_a_sentence(process, process.start(lang))
        document = document + times * _visits_of_a_sentence(process, between)
        visits += process.probability[0, process.id(TAGS[lang])] * document
    return visits


def _visits_of_a_sentence(process: Automaton, first: int) -> Tensor:
    """Mean visits of each state from ``first`` to the end of the sentence, shape ``[S]``."""
    size = process.states
    onward = torch.zeros(size, size + 1, dtype=torch.float64, device="cpu")
    # Impossible words, of successor -1, fall into a column that is thrown away.
    onward.scatter_add_(1, process.successor % (size + 1), process.probability)
    onward = onward[:, :size]
    live = process.probability.sum(-1) > 0
    onward[:, ~live] = 0
    onward[:, _between(process)] = 0
    at_first = torch.zeros(size, dtype=torch.float64, device="cpu")
    at_first[first] = 1
    identity = torch.eye(size, dtype=torch.float64, device="cpu")
    return torch.linalg.solve(identity - onward.T, at_first)


def _between(process: Automaton) -> list[int]:
    """The states in which a sentence has ended."""
    return [process.between(lang) for lang in LANGUAGES]


def with_the_rest(process: Automaton, temperature: float) -> Tensor:
    r"""Logits that count what a word leads to, up to the end of its sentence.

    :math:`\log P(w|s) / T + \log Z(s')`, shape ``[S, V]``; at ``T = 0``, where that is infinite,
    log P(w|s) plus the logarithm of the most probable ending.
    """
    validated_temperature(temperature, process.probability)
    possible = process.probability > 0
    own = process.probability.log()
    if temperature > 0:
        own = torch.where(possible, own / temperature, own)
    own = own.masked_fill(~possible, -torch.inf)
    ends = _between(process)
    rest = torch.full((process.states,), -torch.inf, dtype=torch.float64, device="cpu")
    rest[ends] = 0.0
    while True:
        logits = own + rest[process.successor]
        above = logits.amax(-1) if temperature == 0 else logits.logsumexp(-1)
        above[ends] = 0.0
        if torch.equal(above, rest):
            return logits
        rest = above
