"""Texts drawn from the verb language: what a model was trained on, and what it is tested on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import torch
from torch import Tensor

from tempkit.verbs.automaton import Automaton, grammar
from tempkit.verbs.text import BEGIN, sentences

__all__ = ["SEED_OF_TRAINING", "Corpus", "corpus"]

#: A corpus with this seed is what the shipped models have seen.
SEED_OF_TRAINING = 1000
#: Documents drawn at a time.
_BATCH = 256


@dataclass(frozen=True, eq=False)
class Corpus:
    """Independent documents of the verb language.

    Attributes
    ----------
    documents : tuple of tuple of int
        Ids, from the language tag to ``</s>``.
    automaton : Automaton
        The process that they were drawn from.
    """

    documents: tuple[tuple[int, ...], ...]
    automaton: Automaton

    @property
    def tokens(self) -> int:
        """Number of tokens, the ``<s>`` of each document included."""
        return sum(map(len, self.documents)) + len(self.documents)

    @cached_property
    def sentences(self) -> frozenset[tuple[str, ...]]:
        """Every sentence that occurs, as its words."""
        vocabulary = self.automaton.vocabulary
        texts = ([vocabulary[i] for i in document] for document in self.documents)
        return frozenset(sentence for text in texts for sentence in sentences(text))

    def texts(self) -> list[str]:
        """The documents as a reader sees them."""
        return [self.automaton.text(document) for document in self.documents]

    def stream(self) -> Tensor:
        """All documents in a row, ``<s>`` before each: int64, shape ``[tokens]``."""
        begin = self.automaton.id(BEGIN)
        ids = [i for document in self.documents for i in (begin, *document)]
        return torch.tensor(ids, device="cpu")


@lru_cache(maxsize=4)
def corpus(tokens: int = 400_000, *, seed: int = SEED_OF_TRAINING) -> Corpus:
    """Documents with at least so many tokens in all.

    Parameters
    ----------
    tokens : int
        At least 1. The models "main" and "under" were trained on 400000, the over-fitted ones on
        the first 20000 of the same.
    seed : int
        Of the draw; 1000 is the training text of the shipped models.

    Returns
    -------
    Corpus
        A longer corpus of the same seed begins with the same documents.
    """
    if tokens < 1:
        raise ValueError(f"tokens must be at least 1, not {tokens}")
    automaton = grammar()
    generator = torch.Generator("cpu").manual_seed(seed)
    documents: list[Sequence[int]] = []
    total = 0
    while total < tokens:
        for document in automaton.sample(_BATCH, generator=generator):
            documents.append(tuple(document))
            total += len(document) + 1
            if total >= tokens:
                break
    return Corpus(tuple(documents), automaton)
