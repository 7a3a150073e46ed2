r"""How far a model's next-word distribution is from the truth, at any temperature.

.. math::  \mathrm{KL}(P \,\|\, Q_T) = \sum_w P(w) \log \frac{P(w)}{Q_T(w)},
           \qquad Q_T = \mathrm{softmax}(z / T)

averaged over prefixes that the language itself produces. One forward pass gives the logits z; every
temperature after that is arithmetic.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from tempkit.scaling import log_softmax, softmax
from tempkit.verbs.automaton import grammar
from tempkit.verbs.estimate import Estimate, ratio
from tempkit.verbs.text import BEGIN, ENDS, PAD, WINDOW

if TYPE_CHECKING:
    from torch.nn import Module

    from tempkit.verbs.loading import LanguageModel

__all__ = [
    "Probe",
    "illegal_mass",
    "kl_to_truth",
    "optimal_temperature",
    "predicted_grammatical_rate",
    "probe",
]

#: Documents read at a time.
_BATCH = 64


@dataclass(frozen=True, eq=False)
class Probe:
    """A model's logits beside the truth, at every word of some documents.

    Attributes
    ----------
    logits : Tensor, float64, shape ``[N, V]``, on the CPU
    truth : Tensor, float64, shape ``[N, V]``
        The next-word probabilities of the language after the same prefix.
    tokens : Tensor, int64, shape ``[N]``
        The word that came.
    lengths : Tensor, int64, shape ``[D]``
        How many of the N words each document has; the documents follow each other.
    """

    logits: Tensor
    truth: Tensor
    tokens: Tensor
    lengths: Tensor

    def mean(self, values: Tensor) -> Estimate:
        """The mean of a value per word, shape ``[N]``, its error from document to document."""
        sums = torch.stack([part.sum() for part in values.split(self.lengths.tolist())])
        return ratio(sums, self.lengths)


def probe(
    model: LanguageModel | Module,
    *,
    documents: int = 200,
    temperature: float = 1.0,
    seed: int = 99,
) -> Probe:
    """Let a model read documents of the language that it has not seen, in one forward pass each.

    Parameters
    ----------
    model : LanguageModel or torch.nn.Module
        A module must return an object with ``logits`` over the words of the language.
    documents : int
        Drawn from the language; 200 are about 8500 words.
    temperature : float
        Of the process that the documents are drawn from: 1 is the language itself, another one
        leads to the prefixes that a model meets when it writes at that temperature. The truth that
        logits are paired with stays at 1.
    seed : int
        Of the draw.

    Raises
    ------
    ValueError
        If the model was made for another vocabulary, or ``documents`` is not positive.
    """
    if documents < 1:
        raise ValueError(f"documents must be at least 1, not {documents}")
    automaton = grammar()
    generator = torch.Generator("cpu").manual_seed(seed)
    drawn = automaton.sample(
        documents, temperature=temperature, max_tokens=WINDOW - 1, generator=generator
    )
    states = []
    for document in drawn:
        state = 0
        for i in document:
            states.append(state)
            state = int(automaton.successor[state, i])
    lengths = torch.tensor([len(document) for document in drawn], device="cpu")
    tokens = torch.tensor([i for document in drawn for i in document], device="cpu")
    return Probe(_logits(model, drawn), automaton.probability[states], tokens, lengths)


def _logits(model: LanguageModel | Module, documents: list[list[int]]) -> Tensor:
    """Logits before each word of the documents, float64 on the CPU, shape ``[N, V]``."""
    net = _network(model)
    automaton = grammar()
    begin, pad = automaton.id(BEGIN), automaton.id(PAD)
    device = next(net.parameters()).device
    rows = []
    training = net.training
    net.eval()
    try:
        for first in range(0, len(documents), _BATCH):
            batch = documents[first : first + _BATCH]
            width = max(map(len, batch))
            # Padding on the right: what stands there is after every word that is scored.
            ids = [[begin, *d[:-1]] + [pad] * (width - len(d)) for d in batch]
            with torch.no_grad():
                logits = net(torch.tensor(ids, device=device)).logits.cpu().double()
            if logits.shape[-1] != len(automaton.vocabulary):
                raise ValueError(
                    f"the model has {logits.shape[-1]} words and the language "
                    f"{len(automaton.vocabulary)}: only a model of the verb language has a truth"
                )
            rows += [logits[i, : len(document)] for i, document in enumerate(batch)]
    finally:
        net.train(training)
    return torch.cat(rows)


def _network(model: LanguageModel | Module) -> Module:
    """The module of a language model, if its words are those of the language."""
    if not hasattr(model, "tokenizer"):
        return model
    ids = model.tokenizer.get_vocab()
    if tuple(sorted(ids, key=ids.get)) != grammar().vocabulary:
        raise ValueError(
            f"the model {model.name!r} was not trained on the words of the language as it is now: "
            "only a model of the verb language has a truth, and a changed lexicon needs a new model"
        )
    return model.model


def kl_to_truth(model: Probe | LanguageModel | Module, temperature: float = 1.0) -> Estimate:
    """KL(truth, model at T) in nats a word, over prefixes that the language produces.

    Parameters
    ----------
    model : Probe, LanguageModel or torch.nn.Module
        A Probe answers at once; a model reads 200 documents first.
    temperature : float
        Of the model; the truth stays at 1. At ``T = 0`` the divergence is infinite.

    Returns
    -------
    Estimate
        ``n`` is the number of words; its error treats documents as the independent units.
    """
    seen = _seen(model)
    surprise = -log_softmax(seen.logits, temperature)
    cross = torch.where(seen.truth > 0, seen.truth * surprise, 0.0).sum(-1)
    return seen.mean(cross - torch.special.entr(seen.truth).sum(-1))


def illegal_mass(model: Probe | LanguageModel | Module, temperature: float = 1.0) -> Estimate:
    """Probability a model gives to words that cannot come next, mean over prefixes.

    Parameters and result are those of :func:`kl_to_truth`.
    """
    seen = _seen(model)
    return seen.mean(_leaks(seen, temperature))


def _leaks(seen: Probe, temperature: float) -> Tensor:
    """The probability of all impossible words, shape ``[N]``."""
    return softmax(seen.logits, temperature).masked_fill(seen.truth > 0, 0.0).sum(-1)


def predicted_grammatical_rate(
    model: Probe | LanguageModel | Module, temperature: float = 1.0
) -> Estimate:
    r"""Share of grammatical sentences at T that the leaked probability lets expect.

    A sentence is grammatical if no word of it is impossible: :math:`\prod_t (1 - \ell_t)` over its
    words, with the illegal mass :math:`\ell_t` at each, averaged over sentences. The product is
    taken along the path: a mean mass to the power of a mean length says too little where sentences
    differ.

    Parameters
    ----------
    model : Probe, LanguageModel or torch.nn.Module
        A model reads 200 documents of the language tempered to T, where it meets the prefixes that
        it would write itself; of a Probe, the prefixes are taken as they are.
    temperature : float

    Returns
    -------
    Estimate
        ``n`` is the number of sentences.
    """
    seen = model if isinstance(model, Probe) else probe(model, temperature=temperature)
    kept = 1 - _leaks(seen, temperature)
    vocabulary = grammar().vocabulary
    sums, counts = [], []
    for words, chances in zip(
        *(x.split(seen.lengths.tolist()) for x in (seen.tokens, kept)), strict=True
    ):
        whole = []
        chance = 1.0
        for i, p in zip(words.tolist()[1:], chances.tolist()[1:], strict=True):
            chance *= p
            if vocabulary[i] in ENDS:
                whole.append(chance)
                chance = 1.0
        sums.append(sum(whole))
        counts.append(len(whole))
    return ratio(sums, counts)


def optimal_temperature(model: Probe | LanguageModel | Module) -> Estimate:
    r"""The temperature at which a model is nearest to the truth: the T of the smallest KL.

    With b = 1/T the divergence is convex; Newton's method finds the zero of its slope, the mean of
    :math:`E_Q[z] - E_P[z]`, in the variable b.

    Parameters
    ----------
    model : Probe, LanguageModel or torch.nn.Module

    Returns
    -------
    Estimate
        Its error is :math:`T^2` times that of b: the scatter of the slope between documents,
        divided by the mean variance of the logits.

    Raises
    ------
    ValueError
        If no temperature above 0 and below infinity is the best.
    """
    seen = _seen(model)
    wanted = (seen.truth * seen.logits).sum(-1)
    b = 1.0
    for _ in range(50):
        q = softmax(seen.logits, 1 / b)
        mean = (q * seen.logits).sum(-1)
        slope = seen.mean(mean - wanted)
        curvature = float(((q * seen.logits.square()).sum(-1) - mean.square()).mean())
        step = slope.value / curvature if curvature > 0 else math.inf
        if abs(step) < 1e-9 * b:
            return Estimate(1 / b, slope.standard_error / curvature / b**2, slope.n)
        b = min(max(b - step, b / 2), 2 * b)
    raise ValueError("no finite temperature is the best: the logits say nothing about the words")


def _seen(model: Probe | LanguageModel | Module) -> Probe:
    return model if isinstance(model, Probe) else probe(model)
