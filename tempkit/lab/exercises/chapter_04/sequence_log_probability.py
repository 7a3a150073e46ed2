"""Lab 04, ``sequence_log_probability``: the log-probability of a text."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import normal, tensor
from tempkit.scaling import log_softmax, softmax

__all__ = ["SEQUENCE_LOG_PROBABILITY", "SMALL_NUMBERS", "softmax_in_float32"]


def sequence_log_probability(logits: Tensor, ids: Tensor) -> Tensor:
    """Row i predicts token i + 1: the sum of the logarithms of what came."""
    return scored(logits[:-1], ids[1:]).sum()


def scored(logits: Tensor, ids: Tensor) -> Tensor:
    """The log-probability that each row of logits gives the id beside it."""
    rows = log_softmax(logits.double())
    return rows.gather(1, ids.long()[:, None])[:, 0]


def unshifted(logits: Tensor, ids: Tensor) -> Tensor:
    """Each row scores the token that it has just read."""
    return scored(logits, ids).sum()


def unshifted_from_the_second(logits: Tensor, ids: Tensor) -> Tensor:
    """The same without the first token."""
    return scored(logits[1:], ids[1:]).sum()


def unshifted_without_the_last(logits: Tensor, ids: Tensor) -> Tensor:
    """sum(log_p[t, ids[t]] for t in range(len(ids) - 1))."""
    return scored(logits[:-1], ids[:-1]).sum()


def looking_back(logits: Tensor, ids: Tensor) -> Tensor:
    """Each row scores the token before the one that it read."""
    return scored(logits[1:], ids[:-1]).sum()


def per_token(logits: Tensor, ids: Tensor) -> Tensor:
    """The mean in the place of the sum."""
    return scored(logits[:-1], ids[1:]).mean()


def per_token_of_the_text(logits: Tensor, ids: Tensor) -> Tensor:
    """The sum divided by the number of all tokens, the first included."""
    return sequence_log_probability(logits, ids) / len(ids)


def surprise(logits: Tensor, ids: Tensor) -> Tensor:
    """What a loss returns: the negative."""
    return -sequence_log_probability(logits, ids)


def mean_surprise(logits: Tensor, ids: Tensor) -> Tensor:
    """torch.nn.functional.cross_entropy as it comes."""
    return -per_token(logits, ids)


def probability_itself(logits: Tensor, ids: Tensor) -> Tensor:
    """The product, without the logarithm."""
    return sequence_log_probability(logits, ids).exp()


def log_of_the_product(logits: Tensor, ids: Tensor) -> Tensor:
    """The logarithm of a product that is 0 in floating point."""
    return scored(logits[:-1], ids[1:]).exp().float().prod().log()


def log_of_the_wide_product(logits: Tensor, ids: Tensor) -> Tensor:
    """The same in float64, which lasts a little longer."""
    return scored(logits[:-1], ids[1:]).exp().prod().log()


def math_log_of_the_product(logits: Tensor, ids: Tensor) -> float:
    """math.log of 0, which is an error."""
    return math.log(scored(logits[:-1], ids[1:]).exp().float().prod().item())


def math_log_of_the_wide_product(logits: Tensor, ids: Tensor) -> float:
    """The same in float64."""
    return math.log(scored(logits[:-1], ids[1:]).exp().prod().item())


def log_of_softmax(logits: Tensor, ids: Tensor) -> Tensor:
    """log(softmax(z)): an improbable token is rounded to 0 before the logarithm."""
    return said_by(softmax_in_float32(logits).log(), ids)


def softmax_in_float32(logits: Tensor) -> Tensor:
    """The probabilities as torch.softmax gives them to a learner."""
    return softmax(logits.float())


def said_by(log_p: Tensor, ids: Tensor) -> Tensor:
    """The right entries of a table of logarithms, added."""
    return log_p[:-1].gather(1, ids.long()[1:, None]).sum()


def plus_a_small_number(size: float) -> Answer:
    """log(p + size)."""

    def answer(logits: Tensor, ids: Tensor) -> Tensor:
        return said_by((softmax_in_float32(logits) + size).log(), ids)

    return answer


def not_below(size: float) -> Answer:
    """log(p.clamp(min=size))."""

    def answer(logits: Tensor, ids: Tensor) -> Tensor:
        return said_by(softmax_in_float32(logits).clamp(min=size).log(), ids)

    return answer


#: What people add to a probability, or let it not fall below, to be safe from log 0.
SMALL_NUMBERS = (1e-3, 1e-6, 1e-8, 1e-9, 1e-10, 1e-12)


def logs_of_logits(logits: Tensor, ids: Tensor) -> Tensor:
    """log z in the place of log p."""
    return logits[:-1].gather(1, ids.long()[1:, None]).log().sum()


def logs_of_logits_by_math(logits: Tensor, ids: Tensor) -> float:
    """The same, with an error where the logit is 0 or less."""
    picked = logits[:-1].gather(1, ids.long()[1:, None])[:, 0]
    return sum(math.log(z) for z in picked.tolist())


def over_the_positions(logits: Tensor, ids: Tensor) -> Tensor:
    """log_softmax(dim=0)."""
    return said_by(log_softmax(logits.double(), dim=0), ids)


def over_the_positions_that_count(logits: Tensor, ids: Tensor) -> Tensor:
    """The same without the last row."""
    rows = log_softmax(logits[:-1].double(), dim=0)
    return rows.gather(1, ids.long()[1:, None]).sum()


def without_the_last_term(logits: Tensor, ids: Tensor) -> Tensor:
    """range(len(ids) - 2)."""
    return scored(logits[:-2], ids[1:-1]).sum()


def without_the_first_term(logits: Tensor, ids: Tensor) -> Tensor:
    """range(2, len(ids))."""
    return scored(logits[1:-1], ids[2:]).sum()


def all_pairs(logits: Tensor, ids: Tensor) -> Tensor:
    """log_p[:-1, ids[1:]]: every row beside every token."""
    return log_softmax(logits.double())[:-1, ids.long()[1:]].sum()


def product_of_logarithms(logits: Tensor, ids: Tensor) -> Tensor:
    """Logarithms multiplied."""
    return scored(logits[:-1], ids[1:]).prod()


def perplexity(logits: Tensor, ids: Tensor) -> Tensor:
    """exp of the mean surprise."""
    return mean_surprise(logits, ids).exp()


def inverse_probability(logits: Tensor, ids: Tensor) -> Tensor:
    """exp of the surprise."""
    return surprise(logits, ids).exp()


def sum_of_probabilities(logits: Tensor, ids: Tensor) -> Tensor:
    """Probabilities added."""
    return scored(logits[:-1], ids[1:]).exp().sum()


def log_of_the_sum(logits: Tensor, ids: Tensor) -> Tensor:
    """The logarithm of the added probabilities."""
    return sum_of_probabilities(logits, ids).log()


def raw_logits(logits: Tensor, ids: Tensor) -> Tensor:
    """Logits added as if they were log-probabilities."""
    return logits[:-1].gather(1, ids.long()[1:, None]).sum()


def in_bits(logits: Tensor, ids: Tensor) -> Tensor:
    """Base 2."""
    return sequence_log_probability(logits, ids) / math.log(2)


def texts_read(generator: torch.Generator) -> tuple[Probe, ...]:
    """A short text, one whose probability underflows, and one with a very improbable token."""
    probes = []
    for length, vocabulary in ((6, 9), (500, 12)):
        logits = 1.5 * normal(generator, length, vocabulary)
        ids = torch.randint(vocabulary, (length,), generator=generator, device="cpu")
        probes.append(Probe((logits, ids), "..."))
    logits, ids = (argument.clone() for argument in probes[0].arguments)
    logits[2, ids[3]] -= 180
    return (*probes, Probe((logits, ids), "..."))


SEQUENCE_LOG_PROBABILITY = Exercise(
    name="sequence_log_probability",
    section="chain-rule",
    reference=sequence_log_probability,
    probes=(
        Probe(
            (
                tensor([[2.0, 0.0, 1.0], [0.0, 1.5, 0.5], [1.0, 1.0, -1.0], [0.5, 0.0, 3.0]]),
                torch.tensor([1, 2, 0, 2], device="cpu"),
            ),
            "[[2, 0, 1], [0, 1.5, 0.5], [1, 1, -1], [0.5, 0, 3]], [1, 2, 0, 2]",
        ),
        Probe(
            (
                tensor([[7.0, 6.0], [4.0, 6.0], [5.0, 5.5]]),
                torch.tensor([1, 1, 0], device="cpu"),
            ),
            "[[7, 6], [4, 6], [5, 5.5]], [1, 1, 0]",
        ),
        Probe(
            (
                tensor([[1.0, 3.0, 2.0], [0.0, -200.0, -1.0], [1.0, 0.0, 2.0]]),
                torch.tensor([2, 0, 1], device="cpu"),
            ),
            "[[1, 3, 2], [0, -200, -1], [1, 0, 2]], [2, 0, 1]",
        ),
        Probe(
            (
                torch.zeros(401, 8, dtype=torch.float32, device="cpu"),
                torch.zeros(401, dtype=torch.int64, device="cpu"),
            ),
            "torch.zeros(401, 8), torch.zeros(401, dtype=int)",
        ),
    ),
    hidden=texts_read,
    misconceptions=(
        Misconception(
            "unshifted",
            unshifted,
            "chain-rule",
            also=(unshifted_from_the_second, unshifted_without_the_last, looking_back),
        ),
        Misconception("per-token", per_token, "chain-rule", also=(per_token_of_the_text,)),
        Misconception("surprise", surprise, "chain-rule", also=(mean_surprise,)),
        Misconception("probability-itself", probability_itself, "chain-rule"),
        Misconception("log-of-softmax", log_of_softmax, "chain-rule"),
        Misconception(
            "underflowed",
            log_of_the_product,
            "chain-rule",
            also=(
                log_of_the_wide_product,
                math_log_of_the_product,
                math_log_of_the_wide_product,
            ),
        ),
        Misconception(
            "small-number",
            plus_a_small_number(1e-9),
            "chain-rule",
            also=(
                *(plus_a_small_number(size) for size in SMALL_NUMBERS),
                *(not_below(size) for size in SMALL_NUMBERS),
            ),
        ),
        Misconception(
            "added-probabilities", sum_of_probabilities, "chain-rule", also=(log_of_the_sum,)
        ),
        Misconception("raw-logits", raw_logits, "chain-rule"),
        Misconception(
            "logs-of-logits", logs_of_logits, "chain-rule", also=(logs_of_logits_by_math,)
        ),
        Misconception(
            "over-the-positions",
            over_the_positions,
            "next-token",
            also=(over_the_positions_that_count,),
        ),
        Misconception(
            "term-missing", without_the_last_term, "chain-rule", also=(without_the_first_term,)
        ),
        Misconception("all-pairs", all_pairs, "chain-rule"),
        Misconception("product-of-logarithms", product_of_logarithms, "chain-rule"),
        Misconception("perplexity", perplexity, "chain-rule", also=(inverse_probability,)),
        Misconception("in-bits", in_bits, "00:entropy"),
    ),
)
