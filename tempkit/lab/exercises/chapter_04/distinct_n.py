"""Lab 04, ``distinct_n``: the share of n-grams that are new."""

from __future__ import annotations

import torch

from tempkit.lab.exercise import Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import whole_number

__all__ = ["DISTINCT_N"]

Text = list[str] | list[int]
Texts = list[Text]
Gram = tuple[str | int, ...]


def grams(text: Text, n: int) -> list[Gram]:
    """Every run of n tokens in a row."""
    return [tuple(text[i : i + n]) for i in range(len(text) - n + 1)]


def distinct_n(texts: Texts, n: int) -> float:
    """Different runs of n tokens, divided by all of them; no run crosses from text to text."""
    runs = [gram for text in texts for gram in grams(text, n)]
    return len(set(runs)) / len(runs)


def across_texts(texts: Texts, n: int) -> float:
    """The texts glued together first."""
    return distinct_n([[word for text in texts for word in text]], n)


def divided_by_words(texts: Texts, n: int) -> float:
    """Divided by the number of words."""
    runs = {gram for text in texts for gram in grams(text, n)}
    return len(runs) / sum(len(text) for text in texts)


def without_order(texts: Texts, n: int) -> float:
    """The words of a run as a bag."""
    runs = [tuple(sorted(gram)) for text in texts for gram in grams(text, n)]
    return len(set(runs)) / len(runs)


def without_overlap(texts: Texts, n: int) -> float:
    """Runs that start where the last one ended."""
    runs = [gram for text in texts for gram in grams(text, n)[::n]]
    return len(set(runs)) / len(runs)


def only_once(texts: Texts, n: int) -> float:
    """Runs that occur exactly once."""
    runs = [gram for text in texts for gram in grams(text, n)]
    return sum(runs.count(gram) == 1 for gram in set(runs)) / len(runs)


def averaged_over_texts(texts: Texts, n: int) -> float:
    """The mean of one ratio a text."""
    return sum(distinct_n([text], n) for text in texts) / len(texts)


def repeated_share(texts: Texts, n: int) -> float:
    """The complement."""
    return 1 - distinct_n(texts, n)


def single_words(texts: Texts, n: int) -> float:
    """n left out."""
    del n
    return distinct_n(texts, 1)


def counted(texts: Texts, n: int) -> float:
    """How many, not which share."""
    return float(len({gram for text in texts for gram in grams(text, n)}))


def one_run_short(texts: Texts, n: int) -> float:
    """range(len(text) - n): the last run is lost."""
    runs = [gram for text in texts for gram in grams(text, n)[:-1]]
    return len(set(runs)) / len(runs)


def sets_added_up(texts: Texts, n: int) -> float:
    """A set for every text: what two texts share counts twice."""
    different = sum(len(set(grams(text, n))) for text in texts)
    return different / sum(len(grams(text, n)) for text in texts)


def first_text_only(texts: Texts, n: int) -> float:
    """A return inside the loop over the texts."""
    return distinct_n(texts[:1], n)


def last_text_only(texts: Texts, n: int) -> float:
    """A list of runs that every text begins anew."""
    return distinct_n(texts[-1:], n)


def texts_once(texts: Texts, n: int) -> float:
    """A text that occurs twice taken once."""
    return distinct_n([list(text) for text in {tuple(text) for text in texts}], n)


def glued(texts: Texts, n: int) -> float:
    """ "".join: 1, 23 and 12, 3 become the same."""
    runs = ["".join(map(str, gram)) for text in texts for gram in grams(text, n)]
    return len(set(runs)) / len(runs)


def joined_words(texts: Texts, n: int) -> float:
    """ " ".join, which takes words only."""
    runs = [" ".join(gram) for text in texts for gram in grams(text, n)]
    return len(set(runs)) / len(runs)


def with_stumps(texts: Texts, n: int) -> float:
    """range(len(text)): the last runs are shorter than n."""
    runs = [tuple(text[i : i + n]) for text in texts for i in range(len(text))]
    return len(set(runs)) / len(runs)


def without_a_set(texts: Texts, n: int) -> float:
    """All runs over all runs."""
    runs = [gram for text in texts for gram in grams(text, n)]
    return len(runs) / len(runs)


def inverse(texts: Texts, n: int) -> float:
    """All runs over the different ones."""
    return 1 / distinct_n(texts, n)


def variety_in_per_cent(texts: Texts, n: int) -> float:
    """Times 100."""
    return 100 * distinct_n(texts, n)


def pairs_only(texts: Texts, n: int) -> float:
    """n = 2 whatever was asked."""
    del n
    return distinct_n(texts, 2)


def triples_only(texts: Texts, n: int) -> float:
    """n = 3 whatever was asked."""
    del n
    return distinct_n(texts, 3)


def stories(generator: torch.Generator) -> tuple[Probe, ...]:
    """Random texts over four words, one of them twice; and ids that must not be glued."""
    probes = []
    for n in (2, 3):
        texts = [
            ["abcd"[whole_number(generator, 0, 3)] for _ in range(length)]
            for length in (9, 14, 7, 12)
        ]
        probes.append(Probe(([*texts, list(texts[1])], n), "..."))
    a, b, c = (whole_number(generator, 1, 9) for _ in range(3))
    ids = [[a, 10 * b + c, 0], [10 * a + b, c, 0]]
    return (*probes, Probe((ids, 2), "..."))


def text_probe(texts: list[str], n: int) -> Probe:
    """Texts written as strings, given as lists of words."""
    words = [text.split() for text in texts]
    return Probe((words, n), f"{words}, {n}")


DISTINCT_N = Exercise(
    name="distinct_n",
    section="four-measures",
    reference=distinct_n,
    probes=(
        text_probe(["a b a b a c", "b a b a d", "c c b a"], 2),
        text_probe(["a b c a b c d", "c a b a c", "d d d d d", "c a b a c"], 3),
        text_probe(["a b a b a c", "b a b a a"], 1),
        Probe(([[1, 23, 4], [12, 3, 5]], 2), "[[1, 23, 4], [12, 3, 5]], 2"),
    ),
    hidden=stories,
    misconceptions=(
        Misconception("across-texts", across_texts, "four-measures"),
        Misconception("divided-by-words", divided_by_words, "four-measures"),
        Misconception("without-order", without_order, "four-measures"),
        Misconception("without-overlap", without_overlap, "four-measures"),
        Misconception("only-once", only_once, "four-measures"),
        Misconception("averaged-over-texts", averaged_over_texts, "four-measures"),
        Misconception("repeated-share", repeated_share, "four-measures"),
        Misconception("single-words", single_words, "four-measures"),
        Misconception("counted", counted, "four-measures"),
        Misconception("one-run-short", one_run_short, "four-measures"),
        Misconception("sets-added-up", sets_added_up, "four-measures"),
        Misconception("one-text-only", first_text_only, "four-measures", also=(last_text_only,)),
        Misconception("texts-once", texts_once, "four-measures"),
        Misconception("glued", glued, "four-measures"),
        Misconception("joined-words", joined_words, "four-measures"),
        Misconception("with-stumps", with_stumps, "four-measures"),
        Misconception("without-a-set", without_a_set, "four-measures"),
        Misconception("inverse", inverse, "four-measures"),
        Misconception("variety-in-per-cent", variety_in_per_cent, "four-measures"),
        Misconception("fixed-n", pairs_only, "four-measures", also=(triples_only,)),
    ),
)
