"""From rules to a table: for every prefix of the language, the exact next-word probabilities.

The grammar leaves open what it has chosen until a word shows it: after "I read" the tense is not
known yet. A state of the automaton is therefore a *belief*: what may still follow (a stack of
symbols) with its probability given the words so far. One word maps a belief to exactly one belief,

    P(word | belief) = sum_stack belief(stack) P(word | stack),    belief' by Bayes' rule,

and there are finitely many, so that the language is a table of states and words.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache

from tempkit.verbs.rules import START, Grammar, Symbols

__all__ = ["Row", "states"]

#: Word to probability and next state.
Row = dict[str, tuple[float, int]]
#: Possible continuations and their probabilities.
Belief = dict[Symbols, float]
#: Beliefs that agree to this many digits are one state: they differ by rounding alone.
_DIGITS = 10


def states(grammar: Grammar) -> list[Row]:
    """The rows of the automaton, the start first; the end of a document has an empty row."""

    @cache
    def first_words(stack: Symbols) -> tuple[tuple[float, str, Symbols], ...]:
        """Each word that can come first, with its probability and what is left."""
        if not stack:
            return ()
        head, rest = stack[0], stack[1:]
        if isinstance(head, str):
            return ((1.0, head, rest),)
        total: dict[tuple[str, Symbols], float] = defaultdict(float)
        for p, symbols in grammar.expand(head):
            for q, word, left in first_words(symbols + rest):
                total[word, left] += p * q
        return tuple((p, word, left) for (word, left), p in total.items())

    beliefs: list[Belief] = [{START: 1.0}]
    numbers = {_key(beliefs[0]): 0}
    rows: list[Row] = []
    for belief in beliefs:  # the list grows while it is read
        following: dict[str, Belief] = defaultdict(lambda: defaultdict(float))
        for stack, p in belief.items():
            for q, word, left in first_words(stack):
                following[word][left] += p * q
        row: Row = {}
        for word, joint in following.items():
            probability = sum(joint.values())
            belief_after = {stack: p / probability for stack, p in joint.items()}
            number = numbers.setdefault(_key(belief_after), len(beliefs))
            if number == len(beliefs):
                beliefs.append(belief_after)
            row[word] = (probability, number)
        rows.append(row)
    return rows


def _key(belief: Belief) -> frozenset:
    """What two beliefs share when they differ by rounding alone."""
    return frozenset((stack, round(p, _DIGITS)) for stack, p in belief.items())
