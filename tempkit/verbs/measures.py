"""What texts are like: how grammatical, how varied, how new. Each measure comes with its error.

Texts are a list of strings (or of ids), independent documents each. A sentence counts when its mark
has been written: one that was cut short by the end of the text does not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import pairwise

from torch import Tensor

from tempkit.verbs.automaton import grammar
from tempkit.verbs.corpora import Corpus
from tempkit.verbs.corpora import corpus as training_text
from tempkit.verbs.estimate import Estimate, jackknife_error, ratio
from tempkit.verbs.parser import AGREEMENTS, RULES, Parse
from tempkit.verbs.text import SPECIAL, sentences, split

__all__ = ["agreement_errors", "distinct_n", "grammatical_rate", "novelty", "repetition"]

#: Strings, or ids; independent of each other.
Texts = Sequence[str | Sequence[int] | Tensor]
#: The special tokens that are no words of a sentence.
_NOT_WORDS = frozenset(SPECIAL) - {"<unk>"}


def grammatical_rate(texts: Texts) -> Estimate:
    """Share of the sentences that are grammatical, in either language.

    Parameters
    ----------
    texts : list of str or of ids

    Returns
    -------
    Estimate
        ``n`` is the number of sentences.
    """
    return _share_of_sentences(texts, lambda sentence: _parsed(sentence).grammatical)


def agreement_errors(texts: Texts, rule: str | None = None) -> Estimate:
    """Share of the sentences whose first mistake is a broken agreement.

    Parameters
    ----------
    texts : list of str or of ids
    rule : str, optional
        Count this one of :data:`tempkit.verbs.RULES` alone, instead of all of ``AGREEMENTS``.

    Returns
    -------
    Estimate
        ``n`` is the number of sentences.
    """
    if rule is not None and rule not in RULES:
        raise ValueError(f"rule must be one of {', '.join(RULES)}, not {rule!r}")
    wanted = AGREEMENTS if rule is None else (rule,)
    return _share_of_sentences(texts, lambda sentence: _parsed(sentence).broken in wanted)


def novelty(texts: Texts, corpus: Corpus | Collection[tuple[str, ...]] | None = None) -> Estimate:
    """Share of the *grammatical* sentences that a corpus does not contain.

    Parameters
    ----------
    texts : list of str or of ids
    corpus : Corpus or set of sentences (tuples of words), optional
        Without it the 400000 words that the model "main" has read.

    Returns
    -------
    Estimate
        ``n`` is the number of grammatical sentences.
    """
    if corpus is None:
        corpus = training_text()
    known = corpus.sentences if isinstance(corpus, Corpus) else frozenset(corpus)
    grammatical = [[s for s in said if _parsed(s)] for said in _sentences_of(texts)]
    new = [sum(s not in known for s in said) for said in grammatical]
    return ratio(new, [len(said) for said in grammatical])


def repetition(texts: Texts) -> Estimate:
    """Share of the sentences that say again what the one before them said.

    Parameters
    ----------
    texts : list of str or of ids

    Returns
    -------
    Estimate
        ``n`` is the number of sentences that have one before them.
    """
    said = _sentences_of(texts)
    again = [sum(a == b for a, b in pairwise(s)) for s in said]
    return ratio(again, [max(len(s) - 1, 0) for s in said])


def distinct_n(texts: Texts, n: int = 2, *, tokens: int | None = None) -> Estimate:
    """Number of different n-grams divided by the number of n-grams, within documents.

    The longer the texts, the smaller it gets: compare equal amounts, with ``tokens``.

    Parameters
    ----------
    texts : list of str or of ids
    n : int
        Length of the n-grams, in words and marks.
    tokens : int, optional
        Use the first ``tokens`` words alone, in the order of the texts.

    Returns
    -------
    Estimate
        The error is that of the jackknife over documents; ``n`` is the number of n-grams.

    References
    ----------
    Li et al. (2016), "A diversity-promoting objective function for neural conversation models",
    NAACL.
    """
    if n < 1:
        raise ValueError(f"n must be at least 1, not {n}")
    said = [[word for word in words if word not in _NOT_WORDS] for words in _words_of(texts)]
    if tokens is not None:
        said = _first(said, tokens)
    counts = [Counter(zip(*(words[i:] for i in range(n)), strict=False)) for words in said]
    counts = [count for count in counts if count]
    if not counts:
        return ratio([], [])
    whole = sum(counts, Counter())
    total, distinct = whole.total(), len(whole)
    left_out = []
    for count in counts if len(counts) > 1 else ():
        only_here = sum(whole[gram] == here for gram, here in count.items())
        left_out.append((distinct - only_here) / (total - count.total()))
    return Estimate(distinct / total, jackknife_error(left_out), total)


def _first(said: list[list[str]], tokens: int) -> list[list[str]]:
    """The documents up to a number of words."""
    total = sum(map(len, said))
    if not 0 < tokens <= total:
        raise ValueError(f"tokens must be between 1 and the {total} of the texts, not {tokens}")
    kept = []
    for words in said:
        kept.append(words[:tokens])
        tokens -= len(kept[-1])
    return kept


def _share_of_sentences(texts: Texts, holds) -> Estimate:
    said = _sentences_of(texts)
    return ratio([sum(map(holds, s)) for s in said], [len(s) for s in said])


def _sentences_of(texts: Texts) -> list[list[tuple[str, ...]]]:
    return [sentences(words) for words in _words_of(texts)]


def _words_of(texts: Texts) -> list[list[str]]:
    if isinstance(texts, str):
        raise TypeError("texts must be a list of texts: put a single one in brackets")
    vocabulary = grammar().vocabulary
    return [
        split(text) if isinstance(text, str) else [vocabulary[int(i)] for i in text]
        for text in texts
    ]


@lru_cache(maxsize=100_000)
def _parsed(sentence: tuple[str, ...]) -> Parse:
    return grammar().parse(" ".join(sentence))
