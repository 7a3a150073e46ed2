"""Lab 04, ``predicted_grammatical``: grammatical rate from the leaked mass."""

from __future__ import annotations

import math

import torch

from tempkit.lab.exercise import Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import whole_number

__all__ = ["PREDICTED_GRAMMATICAL"]


def predicted_grammatical(leak: float, lengths: list[int]) -> float:
    """No step leaks: (1 - leak)^n, averaged over the sentences."""
    return sum((1 - leak) ** n for n in lengths) / len(lengths)


def at_the_mean_length(leak: float, lengths: list[int]) -> float:
    """The power at the mean length."""
    return (1 - leak) ** (sum(lengths) / len(lengths))


def leaks_added(leak: float, lengths: list[int]) -> float:
    """1 - n leak, which can be negative."""
    return 1 - leak * sum(lengths) / len(lengths)


def leaks_added_down_to_zero(leak: float, lengths: list[int]) -> float:
    """1 - n leak, not below 0."""
    return sum(max(0.0, 1 - leak * n) for n in lengths) / len(lengths)


def one_word(leak: float, lengths: list[int]) -> float:
    """The share of words that are right."""
    del lengths
    return 1 - leak


def share_with_an_error(leak: float, lengths: list[int]) -> float:
    """The complement."""
    return 1 - predicted_grammatical(leak, lengths)


def not_all_wrong(leak: float, lengths: list[int]) -> float:
    """1 - leak^n: some word is right."""
    return sum(1 - leak**n for n in lengths) / len(lengths)


def whole_corpus(leak: float, lengths: list[int]) -> float:
    """No error in any sentence."""
    return (1 - leak) ** sum(lengths)


def summed_over_sentences(leak: float, lengths: list[int]) -> float:
    """The expected number of sentences, not their share."""
    return predicted_grammatical(leak, lengths) * len(lengths)


def exponential(leak: float, lengths: list[int]) -> float:
    """exp(-n leak), good for small leaks only."""
    return sum(math.exp(-leak * n) for n in lengths) / len(lengths)


def one_token_fewer(leak: float, lengths: list[int]) -> float:
    """(1 - leak)^(n - 1)."""
    return predicted_grammatical(leak, [n - 1 for n in lengths])


def one_token_more(leak: float, lengths: list[int]) -> float:
    """(1 - leak)^(n + 1)."""
    return predicted_grammatical(leak, [n + 1 for n in lengths])


def every_token_leaks(leak: float, lengths: list[int]) -> float:
    """leak^n."""
    return predicted_grammatical(1 - leak, lengths)


def survivors_in_per_cent(leak: float, lengths: list[int]) -> float:
    """Times 100."""
    return 100 * predicted_grammatical(leak, lengths)


def each_length_once(leak: float, lengths: list[int]) -> float:
    """set(lengths)."""
    return predicted_grammatical(leak, list(set(lengths)))


def divided_by_the_tokens(leak: float, lengths: list[int]) -> float:
    """The sum of the chances over the number of tokens."""
    return summed_over_sentences(leak, lengths) / sum(lengths)


def leaks(generator: torch.Generator) -> tuple[Probe, ...]:
    """Two leaks, and lengths of sentences."""
    probes = []
    for leak in (0.07, 0.4):
        lengths = [whole_number(generator, 2, 9) for _ in range(6)] + [1, 12, 5, 5]
        probes.append(Probe((leak, lengths), "..."))
    return tuple(probes)


def leak_probe(leak: float, lengths: list[int]) -> Probe:
    """A leak and some lengths."""
    return Probe((leak, lengths), f"{leak}, {lengths}")


PREDICTED_GRAMMATICAL = Exercise(
    name="predicted_grammatical",
    section="leak",
    reference=predicted_grammatical,
    probes=(
        leak_probe(0.1, [3, 5, 8]),
        leak_probe(0.6, [1, 9, 2]),
        leak_probe(0.02, [4, 4, 12]),
    ),
    hidden=leaks,
    misconceptions=(
        Misconception("at-the-mean-length", at_the_mean_length, "leak"),
        Misconception("leaks-added", leaks_added, "leak", also=(leaks_added_down_to_zero,)),
        Misconception("exponential", exponential, "leak"),
        Misconception("one-word", one_word, "leak"),
        Misconception("share-with-an-error", share_with_an_error, "leak"),
        Misconception("not-all-wrong", not_all_wrong, "leak"),
        Misconception("whole-corpus", whole_corpus, "leak"),
        Misconception("summed-over-sentences", summed_over_sentences, "leak"),
        Misconception("one-token-fewer", one_token_fewer, "leak"),
        Misconception("one-token-more", one_token_more, "leak"),
        Misconception("every-token-leaks", every_token_leaks, "leak"),
        Misconception("survivors-in-per-cent", survivors_in_per_cent, "leak"),
        Misconception("each-length-once", each_length_once, "leak"),
        Misconception("divided-by-the-tokens", divided_by_the_tokens, "leak"),
    ),
)
