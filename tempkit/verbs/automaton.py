r"""The verb language as a table: the truth that a model can be compared with.

.. math::  P(w_1 \dots w_n) = \prod_t P(w_t \mid s_{t-1}), \qquad s_t = \mathrm{next}(s_{t-1}, w_t)

The state after a prefix decides everything that can follow it, so that the next-word distribution
of any prefix is one row of a matrix. All tables are float64 on the CPU.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property, lru_cache

import torch
from torch import Tensor

from tempkit.scaling import softmax
from tempkit.verbs import expectation
from tempkit.verbs.determinise import states
from tempkit.verbs.drawing import draw
from tempkit.verbs.kinds import Kinds
from tempkit.verbs.lexicon import LEXICON, Lexicon
from tempkit.verbs.parser import Parse, parse
from tempkit.verbs.rules import Grammar
from tempkit.verbs.text import BEGIN, END, ENDS, LANGUAGES, PAD, SPECIAL, TAGS, split, written

__all__ = ["Automaton", "grammar"]

#: A document longer than this on average is not sampled to its end.
_LONGEST_MEAN = 100_000


@lru_cache(maxsize=1)
def grammar() -> Automaton:
    """The automaton of the verb language, made once (about 0.1 s)."""
    return Automaton.of(LEXICON)


class Automaton:
    """Words, states, and for each state the probability of every word and the state after it.

    Attributes
    ----------
    vocabulary : tuple of str, length V
        Word of each id; the special tokens come first.
    probability : Tensor, float64, shape ``[S, V]``
        Rows sum to 1, but for the row of the state after ``</s>``, which is 0.
    successor : Tensor, int64, shape ``[S, V]``
        State after each word, -1 where the word is impossible.
    kinds : Kinds
        What each word is (a verb, a noun, ...), for the parser.
    """

    def __init__(
        self, vocabulary: tuple[str, ...], probability: Tensor, successor: Tensor, kinds: Kinds
    ) -> None:
        self.vocabulary = vocabulary
        self.probability = probability
        self.successor = successor
        self.kinds = kinds
        self._ids = {word: i for i, word in enumerate(vocabulary)}

    @classmethod
    def of(cls, lexicon: Lexicon) -> Automaton:
        """The automaton of the language with the words of a lexicon."""
        rows = states(Grammar(lexicon))
        words = sorted({word for row in rows for word in row}.difference(SPECIAL))
        vocabulary = (*SPECIAL, *words)
        ids = {word: i for i, word in enumerate(vocabulary)}
        shape = (len(rows), len(vocabulary))
        probability = torch.zeros(shape, dtype=torch.float64, device="cpu")
        successor = torch.full(shape, -1, dtype=torch.int64, device="cpu")
        for state, row in enumerate(rows):
            for word, (p, after) in row.items():
                probability[state, ids[word]] = p
                successor[state, ids[word]] = after
        return cls(vocabulary, probability, successor, Kinds.of(lexicon))

    @property
    def states(self) -> int:
        """How many states there are, S."""
        return len(self.probability)

    def id(self, word: str) -> int:
        """The id of a word; ValueError for a word that the language does not have."""
        if word not in self._ids:
            raise ValueError(f"{word!r} is not one of the {len(self.vocabulary)} words")
        return self._ids[word]

    def ids(self, text: str | Sequence[int] | Tensor) -> list[int]:
        """The ids of a text; ids pass through. An opening ``<s>`` is dropped."""
        if isinstance(text, str):
            ids = [self.id(word) for word in split(text)]
        else:
            ids = [int(i) for i in text]
            for i in ids:
                if not 0 <= i < len(self.vocabulary):
                    raise ValueError(f"{i} is no id: they go from 0 to {len(self.vocabulary) - 1}")
        return ids[1:] if ids[:1] == [self._ids[BEGIN]] else ids

    def text(self, ids: Sequence[int] | Tensor) -> str:
        """The text of ids, without ``<pad>``, ``<s>`` and ``</s>``."""
        words = (self.vocabulary[int(i)] for i in ids)
        return written([word for word in words if word not in (PAD, BEGIN, END)])

    def state(self, prefix: str | Sequence[int] | Tensor) -> int:
        """The state after a prefix of a document.

        Raises
        ------
        ValueError
            If the language has no such prefix; the message names the first word that cannot stand
            where it does, and words that can.
        """
        state = 0
        ids = self.ids(prefix)
        for position, i in enumerate(ids):
            after = int(self.successor[state, i])
            if after < 0:
                before = self.text(ids[:position]) or "the beginning"
                raise ValueError(
                    f"{self.vocabulary[i]!r} cannot follow {before!r}: "
                    f"the language has {self._some_words(state)} there"
                )
            state = after
        return state

    def _some_words(self, state: int) -> str:
        legal = self.probability[state].sort(descending=True, stable=True).indices
        legal = [self.vocabulary[i] for i in legal.tolist() if self.probability[state, i] > 0]
        some = ", ".join(legal[:5]) or "nothing"
        return some + (f" and {len(legal) - 5} more" if len(legal) > 5 else "")

    def next_token(self, prefix: str | Sequence[int] | Tensor = "") -> Tensor:
        """The true next-word probabilities after a prefix.

        Parameters
        ----------
        prefix : str or ids
            Beginning of a document, its language tag first: ``"<en> the teacher"``.

        Returns
        -------
        Tensor, float64, shape ``[V]``, on the CPU
            Exactly 0 for a word that cannot come next.

        Raises
        ------
        ValueError
            If the language has no such prefix; the message names the word.
        """
        return self.probability[self.state(prefix)].clone()

    @cached_property
    def steps(self) -> list[dict[str, int]]:
        """For each state, the words that can come next and the state after each."""
        steps: list[dict[str, int]] = [{} for _ in range(self.states)]
        for state, i in (self.successor >= 0).nonzero().tolist():
            steps[state][self.vocabulary[i]] = int(self.successor[state, i])
        return steps

    def words_of(self, lang: str) -> frozenset[str]:
        """The words that occur in sentences of a language."""
        return self._words[lang]

    @cached_property
    def _words(self) -> dict[str, frozenset[str]]:
        words = {}
        for lang in LANGUAGES:
            reached, frontier = set(), {self.start(lang)}
            while frontier:
                reached |= frontier
                frontier = {n for s in frontier for n in self.steps[s].values()} - reached
            words[lang] = frozenset(w for s in reached for w in self.steps[s]) - {END}
        return words

    def legal(self, prefix: str | Sequence[int] | Tensor = "") -> tuple[str, ...]:
        """The words that can come after a prefix, in the order of the vocabulary."""
        return tuple(self.vocabulary[i] for i in self.next_token(prefix).nonzero().flatten())

    def parse(self, text: str | Sequence[int] | Tensor) -> Parse:
        """Whether a text is grammatical and, if not, which rule broke at which word.

        See :func:`tempkit.verbs.parser.parse`.
        """
        return parse(self, text)

    def log_probability(
        self, text: str | Sequence[int] | Tensor, *, given: str | Sequence[int] | Tensor = ""
    ) -> float:
        """Natural logarithm of P(text | given), ``-inf`` for a text that the language lacks.

        Parameters
        ----------
        text : str or ids
        given : str or ids
            What stands before it in the document: ``log_probability("I work.", given="<en>")`` is
            that of an English sentence.

        Raises
        ------
        ValueError
            If ``given`` is impossible, or a word is not of the vocabulary.
        """
        state, total = self.state(given), 0.0
        for i in self.ids(text):
            p = float(self.probability[state, i])
            if p == 0:
                return -math.inf
            total += math.log(p)
            state = int(self.successor[state, i])
        return total

    def tempered(self, temperature: float) -> Automaton:
        """The process whose every next-word distribution is tempered.

        Each row becomes ``softmax(log P / T)``: at ``T = 0`` uniform over tied maxima, at
        ``T = inf`` uniform over the words that are possible. What is impossible stays so.
        """
        return self._with_rows(self.probability.log(), temperature)

    def tempered_sentences(self, temperature: float) -> Automaton:
        r"""The process whose *sentences* are tempered: probability proportional to P(s)^(1/T).

        Not :meth:`tempered`, which tempers word by word and never sees what a word leads to. With
        the sum over all endings, :math:`Z(s) = \sum_w P(w|s)^{1/T} Z(s')` and Z = 1 after a
        sentence, its rows are :math:`P(w|s)^{1/T} Z(s') / Z(s)`. How many sentences a document
        has, and in which language, is left as it was.

        References
        ----------
        The recursion is the backward pass of Baum et al. (1970), Annals of Mathematical Statistics
        41, with every weight raised to 1/T; at T = 0 it is Viterbi's (1967).
        """
        logits = expectation.with_the_rest(self, temperature)
        process = self._with_rows(logits, 0.0 if temperature == 0 else 1.0)
        for lang in LANGUAGES:
            between, end = self.between(lang), self._ids[END]
            p_end = self.probability[between, end]
            first = process.probability[self.start(lang)]
            process.probability[between] = first * (1 - p_end)
            process.probability[between, end] = p_end
        process.probability[0] = self.probability[0]
        return process

    def _with_rows(self, logits: Tensor, temperature: float) -> Automaton:
        """The same states, with ``softmax(logits / temperature)`` as probabilities."""
        live = (self.successor >= 0).any(-1)
        rows = torch.zeros_like(self.probability)
        rows[live] = softmax(logits[live], float(temperature))
        return Automaton(self.vocabulary, rows, self.successor, self.kinds)

    def start(self, lang: str) -> int:
        """The state after the tag of a language."""
        if lang not in TAGS:
            raise ValueError(f"lang must be one of {LANGUAGES}, not {lang!r}")
        return int(self.successor[0, self._ids[TAGS[lang]]])

    def between(self, lang: str) -> int:
        """The state between two sentences of a document: the one that ``</s>`` can follow."""
        reached = {self.start(lang)}
        while True:
            for state in reached:
                if END in self.steps[state]:
                    return state
            reached = {after for state in reached for after in self.steps[state].values()}

    def sample(
        self,
        documents: int,
        *,
        temperature: float = 1.0,
        max_tokens: int | None = None,
        generator: torch.Generator | None = None,
    ) -> list[list[int]]:
        """Independent documents drawn from the exact process.

        Parameters
        ----------
        documents : int
        temperature : float
            Every next-word distribution is tempered, as by :meth:`tempered`.
        max_tokens : int, optional
            Cut a document after so many tokens. Without it each runs to its ``</s>``.
        generator : torch.Generator, optional
            On the CPU; without it torch's global one.

        Returns
        -------
        list of list of int
            Ids, from the language tag to ``</s>``; ``<s>`` is not among them.

        Raises
        ------
        ValueError
            If documents would never, or hardly ever, end and ``max_tokens`` is not given.
        """
        process = self if temperature == 1 else self.tempered(temperature)
        if max_tokens is None and process.document_length() > _LONGEST_MEAN:
            raise ValueError(
                f"at temperature {temperature:g} a document has "
                f"{process.document_length():.3g} tokens on average: give max_tokens"
            )
        return draw(process, documents, max_tokens, generator)

    def entropy_rate(self, temperature: float = 1.0) -> float:
        """Mean entropy of the next word, in nats a token, over the documents of the process.

        ``</s>`` counts as a token, ``<s>`` does not. At ``temperature`` the process itself is
        tempered, so that other prefixes are reached too.
        """
        process = self if temperature == 1 else self.tempered(temperature)
        return expectation.entropy_rate(process)

    def document_length(self) -> float:
        """Mean number of tokens of a document, tag and ``</s>`` included; inf if it cannot end."""
        return expectation.document_length(self)

    def sentence_length(self, lang: str) -> float:
        """Mean number of tokens of a sentence, its mark included."""
        return expectation.sentence_length(self, lang)

    def most_probable_sentence(self, lang: str) -> tuple[str, float]:
        """The sentence of the highest probability and its logarithm, given the language.

        It is not the greedy one: :meth:`greedy_sentence` takes the best word at every step and can
        end on a less probable sentence.
        """
        return self._best_path(lang, expectation.with_the_rest(self, 0.0))

    def greedy_sentence(self, lang: str) -> tuple[str, float]:
        """The sentence of the most probable word at every step, and its log-probability."""
        return self._best_path(lang, self.probability)

    def _best_path(self, lang: str, score: Tensor) -> tuple[str, float]:
        state, path = self.start(lang), []
        while not path or self.vocabulary[path[-1]] not in ENDS:
            path.append(int(score[state].argmax()))
            state = int(self.successor[state, path[-1]])
        return self.text(path), self.log_probability(path, given=TAGS[lang])
