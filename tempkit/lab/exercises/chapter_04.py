"""Exercises of lab 04, language models."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import tensor
from tempkit.scaling import log_softmax, softmax

__all__ = ["EXERCISES"]


def on_the_cpu(generator: torch.Generator, *shape: int) -> Tensor:
    """Normal numbers of a hidden probe, in double precision."""
    return torch.randn(*shape, generator=generator, device="cpu").double()


def whole_number(generator: torch.Generator, low: int, high: int) -> int:
    """A random whole number from low to high, high included."""
    return torch.randint(low, high + 1, (1,), generator=generator, device="cpu").item()


# --- next_token_table (spot the bug) ------------------------------------------------------------

Table = dict[str, Tensor]


def next_token_table(logits: Tensor, temperature: float, k: int) -> Table:
    """The k likeliest next tokens: ids, logits, probabilities over the whole vocabulary."""
    last = logits[-1]
    top = last.topk(k)
    probability = softmax(last, temperature)[top.indices]
    return {"id": top.indices, "logit": top.values, "probability": probability}


def shares_of_ten(logits: Tensor, temperature: float, k: int) -> Table:
    """The code as it is shown: a softmax over the k largest logits."""
    table = next_token_table(logits, temperature, k)
    return table | {"probability": softmax(table["logit"], temperature)}


def first_position(logits: Tensor, temperature: float, k: int) -> Table:
    """What follows the first token of the prompt."""
    return next_token_table(logits[:1], temperature, k)


def as_found(logits: Tensor, temperature: float, k: int) -> Table:
    """The code as it is shown, both bugs in it: row 0, and a softmax over the k largest."""
    return shares_of_ten(logits[:1], temperature, k)


def two_rows(logits: Tensor, temperature: float, k: int) -> Table:
    """Row 0's ids and logits, beside what the last row gives these ids."""
    table = next_token_table(logits[:1], temperature, k)
    return table | {"probability": softmax(logits[-1], temperature)[table["id"]]}


def two_rows_sorted(logits: Tensor, temperature: float, k: int) -> Table:
    """Row 0's ids and logits, beside the k largest probabilities of the last row."""
    largest = next_token_table(logits, temperature, k)["probability"]
    return next_token_table(logits[:1], temperature, k) | {"probability": largest}


def two_rows_exchanged(logits: Tensor, temperature: float, k: int) -> Table:
    """The last row's ids and logits, beside what row 0 gives these ids."""
    table = next_token_table(logits, temperature, k)
    return table | {"probability": softmax(logits[0], temperature)[table["id"]]}


def row_before_last(logits: Tensor, temperature: float, k: int) -> Table:
    """logits[-2]."""
    return next_token_table(logits[:-1], temperature, k)


def divided_probabilities(logits: Tensor, temperature: float, k: int) -> Table:
    """p / T."""
    table = next_token_table(logits, 1.0, k)
    return table | {"probability": table["probability"] / temperature}


def divided_shares(logits: Tensor, temperature: float, k: int) -> Table:
    """p / T, then divided by the sum: T cancels among the k that are shown."""
    table = divided_probabilities(logits, temperature, k)
    return table | {"probability": table["probability"] / table["probability"].sum()}


def logarithm_as_logit(logits: Tensor, temperature: float, k: int) -> Table:
    """log p at T in the column of the logits."""
    table = next_token_table(logits, temperature, k)
    return table | {"logit": table["probability"].log()}


def logarithm_at_one_as_logit(logits: Tensor, temperature: float, k: int) -> Table:
    """log p at T = 1 in the column of the logits."""
    table = next_token_table(logits, temperature, k)
    return table | {"logit": log_softmax(logits[-1])[table["id"]]}


def averaged_positions(logits: Tensor, temperature: float, k: int) -> Table:
    """The mean of the logits over the positions."""
    return next_token_table(logits.mean(0, keepdim=True), temperature, k)


def softmax_over_positions(logits: Tensor, temperature: float, k: int) -> Table:
    """Probabilities that sum to 1 down a column: over the prompt's positions."""
    table = next_token_table(logits, temperature, k)
    return table | {"probability": softmax(logits, temperature, dim=0)[-1][table["id"]]}


def largest_over_positions(logits: Tensor, temperature: float, k: int) -> Table:
    """A softmax down the columns, and the k largest of its last row."""
    top = softmax(logits, temperature, dim=0)[-1].topk(k)
    return {"id": top.indices, "logit": logits[-1][top.indices], "probability": top.values}


def softmax_over_everything(logits: Tensor, temperature: float, k: int) -> Table:
    """One softmax over all positions and tokens."""
    table = next_token_table(logits, temperature, k)
    flat = softmax(logits.flatten(), temperature).view_as(logits)
    return table | {"probability": flat[-1][table["id"]]}


def scaled_logits(logits: Tensor, temperature: float, k: int) -> Table:
    """z / T in the column of the logits."""
    table = next_token_table(logits, temperature, k)
    return table | {"logit": table["logit"] / temperature}


def temperature_left_out(logits: Tensor, temperature: float, k: int) -> Table:
    """softmax(z) at every T."""
    del temperature
    return next_token_table(logits, 1.0, k)


def temperature_upside_down(logits: Tensor, temperature: float, k: int) -> Table:
    """z * T."""
    return next_token_table(logits, 1 / temperature, k)


def in_per_cent(logits: Tensor, temperature: float, k: int) -> Table:
    """Times 100."""
    table = next_token_table(logits, temperature, k)
    return table | {"probability": 100 * table["probability"]}


def logs_in_the_table(logits: Tensor, temperature: float, k: int) -> Table:
    """Log-probabilities where probabilities were asked for."""
    table = next_token_table(logits, temperature, k)
    return table | {"probability": table["probability"].log()}


def least_likely_first(logits: Tensor, temperature: float, k: int) -> Table:
    """The same rows in rising order."""
    table = next_token_table(logits, temperature, k)
    return {name: column.flip(0) for name, column in table.items()}


def prompts(generator: torch.Generator) -> tuple[Probe, ...]:
    """Two prompts over a wider vocabulary."""
    return tuple(
        Probe((2 * on_the_cpu(generator, length, 60), temperature, k), "...")
        for length, temperature, k in ((4, 0.7, 6), (5, 2.5, 9))
    )


def table_probe(rows: list, temperature: float, k: int) -> Probe:
    """A prompt of as many tokens as there are rows."""
    return Probe((tensor(rows), temperature, k), f"{rows}, {temperature}, {k}")


NEXT_TOKEN_TABLE = Exercise(
    name="next_token_table",
    section="next-token",
    reference=next_token_table,
    probes=(
        table_probe([[0.5, 1.0, 3.0, 2.0], [4.0, 1.5, -0.5, 2.0], [3.0, 0.0, 1.0, 2.5]], 1.0, 2),
        table_probe([[0.5, 1.0, 3.0, 2.0], [4.0, 1.5, -0.5, 2.0], [3.0, 0.0, 1.0, 2.5]], 2.0, 3),
        table_probe([[0.0, 4.0, 1.0, 3.0], [2.0, -1.0, 0.0, 0.5], [1.0, 5.0, 0.0, 4.5]], 0.5, 3),
    ),
    hidden=prompts,
    misconceptions=(
        Misconception("as-found", as_found, "next-token"),
        Misconception("shares-of-ten", shares_of_ten, "next-token"),
        Misconception("first-position", first_position, "next-token"),
        Misconception(
            "two-rows", two_rows, "next-token", also=(two_rows_sorted, two_rows_exchanged)
        ),
        Misconception("row-before-last", row_before_last, "next-token"),
        Misconception("averaged-positions", averaged_positions, "next-token"),
        Misconception(
            "over-positions",
            softmax_over_positions,
            "next-token",
            also=(largest_over_positions, softmax_over_everything),
        ),
        Misconception("scaled-logits", scaled_logits, "next-token"),
        Misconception(
            "logarithm-as-logit",
            logarithm_as_logit,
            "next-token",
            also=(logarithm_at_one_as_logit,),
        ),
        Misconception("temperature-left-out", temperature_left_out, "next-token"),
        Misconception(
            "divided-probabilities",
            divided_probabilities,
            "00:outside-forms",
            also=(divided_shares,),
        ),
        Misconception("upside-down", temperature_upside_down, "01:only-differences"),
        Misconception("in-per-cent", in_per_cent, "next-token"),
        Misconception("logs", logs_in_the_table, "next-token"),
        Misconception("least-likely-first", least_likely_first, "next-token"),
    ),
)


# --- sequence_log_probability -------------------------------------------------------------------


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
        logits = 1.5 * on_the_cpu(generator, length, vocabulary)
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


# --- temper_both --------------------------------------------------------------------------------

Both = dict[str, Tensor]


def powered(p: Tensor, temperature: float) -> Tensor:
    """p^(1/T), not normalised."""
    return p.double() ** (1 / temperature)


def temper_both(first: Tensor, second: Tensor, temperature: float) -> Both:
    """Every step tempered, and the sentences tempered as wholes."""
    return {
        "tokens": tempered_steps(first, second, temperature),
        "sequences": shared(powered(first.double()[:, None] * second, temperature)),
    }


def shared(weights: Tensor) -> Tensor:
    """Divided by their sum."""
    return weights / weights.sum()


def tempered_steps(first: Tensor, second: Tensor, temperature: float) -> Tensor:
    """The product of two tempered steps."""
    rows = powered(second, temperature)
    start = shared(powered(first, temperature))
    return start[:, None] * rows / rows.sum(-1, keepdim=True)


def exchanged(first: Tensor, second: Tensor, temperature: float) -> Both:
    """The two under each other's key."""
    both = temper_both(first, second, temperature)
    return {"tokens": both["sequences"], "sequences": both["tokens"]}


def tokens_twice(first: Tensor, second: Tensor, temperature: float) -> Both:
    """As if tempering every token tempered the sentence."""
    tokens = tempered_steps(first, second, temperature)
    return {"tokens": tokens, "sequences": tokens}


def sequences_twice(first: Tensor, second: Tensor, temperature: float) -> Both:
    """The steps' powers multiplied and normalised once, at the end."""
    sequences = temper_both(first, second, temperature)["sequences"]
    return {"tokens": sequences, "sequences": sequences}


def sentences_row_by_row(first: Tensor, second: Tensor, temperature: float) -> Both:
    """Each row of sentences divided by its own sum."""
    both = temper_both(first, second, temperature)
    sequences = both["sequences"]
    return both | {"sequences": sequences / sequences.sum(-1, keepdim=True)}


def sentences_column_by_column(first: Tensor, second: Tensor, temperature: float) -> Both:
    """Each column of sentences divided by its own sum."""
    both = temper_both(first, second, temperature)
    sequences = both["sequences"]
    return both | {"sequences": sequences / sequences.sum(0, keepdim=True)}


def sentences_left_as_powers(first: Tensor, second: Tensor, temperature: float) -> Both:
    """The powers of the sentences, not divided by their sum."""
    sequences = powered(first.double()[:, None] * second, temperature)
    return temper_both(first, second, temperature) | {"sequences": sequences}


def nothing_normalised(first: Tensor, second: Tensor, temperature: float) -> Both:
    """No division by a sum anywhere."""
    sequences = powered(first.double()[:, None] * second, temperature)
    return {"tokens": sequences, "sequences": sequences}


def first_step_only(first: Tensor, second: Tensor, temperature: float) -> Both:
    """The second step left at T = 1."""
    tokens = shared(powered(first, temperature))[:, None] * second
    return temper_both(first, second, temperature) | {"tokens": tokens}


def second_step_only(first: Tensor, second: Tensor, temperature: float) -> Both:
    """The first step left at T = 1."""
    rows = powered(second, temperature)
    tokens = first[:, None] * rows / rows.sum(-1, keepdim=True)
    return temper_both(first, second, temperature) | {"tokens": tokens}


def one_sum_for_all_rows(first: Tensor, second: Tensor, temperature: float) -> Both:
    """The second step divided by the sum of the whole table."""
    tokens = shared(powered(first, temperature))[:, None] * shared(powered(second, temperature))
    return temper_both(first, second, temperature) | {"tokens": tokens}


def columns_in_tokens(first: Tensor, second: Tensor, temperature: float) -> Both:
    """first * second without [:, None] under `tokens`."""
    rows = powered(second, temperature)
    tokens = shared(powered(first, temperature)) * (rows / rows.sum(-1, keepdim=True))
    return temper_both(first, second, temperature) | {"tokens": tokens}


def columns_in_sequences(first: Tensor, second: Tensor, temperature: float) -> Both:
    """The same under `sequences`."""
    sequences = shared(powered(first.double() * second, temperature))
    return temper_both(first, second, temperature) | {"sequences": sequences}


def columns_in_both(first: Tensor, second: Tensor, temperature: float) -> Both:
    """The same in both."""
    tokens = columns_in_tokens(first, second, temperature)
    return tokens | columns_in_sequences(first, second, temperature) | {"tokens": tokens["tokens"]}


def rows_without_keepdim(first: Tensor, second: Tensor, temperature: float) -> Both:
    """rows / rows.sum(dim=1): the sum of row j divides column j."""
    rows = powered(second, temperature)
    tokens = shared(powered(first, temperature))[:, None] * (rows / rows.sum(-1))
    return temper_both(first, second, temperature) | {"tokens": tokens}


def sums_of_columns(first: Tensor, second: Tensor, temperature: float) -> Both:
    """The second token normalised along dim 0."""
    rows = powered(second, temperature)
    tokens = shared(powered(first, temperature))[:, None] * rows / rows.sum(0, keepdim=True)
    return temper_both(first, second, temperature) | {"tokens": tokens}


def tokens_not_tempered(first: Tensor, second: Tensor, temperature: float) -> Both:
    """The exponent under `sequences` alone."""
    product = first.double()[:, None] * second
    return temper_both(first, second, temperature) | {"tokens": product}


def sequences_not_tempered(first: Tensor, second: Tensor, temperature: float) -> Both:
    """The exponent under `tokens` alone."""
    product = first.double()[:, None] * second
    return temper_both(first, second, temperature) | {"sequences": product}


def divided_by_t(first: Tensor, second: Tensor, temperature: float) -> Both:
    """p / T."""
    product = first.double()[:, None] * second
    return {"tokens": product / temperature**2, "sequences": product / temperature}


def divided_and_normalised(first: Tensor, second: Tensor, temperature: float) -> Both:
    """p / T, divided by the sum: T cancels."""
    del temperature
    product = first.double()[:, None] * second
    return {"tokens": product, "sequences": product}


def tokens_left_as_powers(first: Tensor, second: Tensor, temperature: float) -> Both:
    """The powers of the steps, not divided by their sums."""
    tokens = powered(first, temperature)[:, None] * powered(second, temperature)
    return temper_both(first, second, temperature) | {"tokens": tokens}


def first_step_left_as_powers(first: Tensor, second: Tensor, temperature: float) -> Both:
    """The second step normalised, the first not."""
    rows = powered(second, temperature)
    tokens = powered(first, temperature)[:, None] * rows / rows.sum(-1, keepdim=True)
    return temper_both(first, second, temperature) | {"tokens": tokens}


def second_step_left_as_powers(first: Tensor, second: Tensor, temperature: float) -> Both:
    """The first step normalised, the second not."""
    tokens = shared(powered(first, temperature))[:, None] * powered(second, temperature)
    return temper_both(first, second, temperature) | {"tokens": tokens}


def lifted_both(size: float, lift: Callable[[Tensor, float], Tensor]) -> tuple[Answer, Answer]:
    """A small number added to all probabilities: before the product, or in the products too."""

    def steps(first: Tensor, second: Tensor, temperature: float) -> Both:
        return temper_both(lift(first.double(), size), lift(second.double(), size), temperature)

    def everywhere(first: Tensor, second: Tensor, temperature: float) -> Both:
        tokens = steps(first, second, temperature)["tokens"]
        product = lift(first.double()[:, None] * second, size)
        return {"tokens": tokens, "sequences": shared(powered(product, temperature))}

    return steps, everywhere


LIFTED_BOTH = tuple(
    answer
    for lift in (torch.add, torch.clamp_min)
    for size in SMALL_NUMBERS
    for answer in lifted_both(size, lift)
)


def power_of_t(first: Tensor, second: Tensor, temperature: float) -> Both:
    """p^T."""
    return temper_both(first, second, 1 / temperature)


def softmax_of_probabilities(first: Tensor, second: Tensor, temperature: float) -> Both:
    """softmax(p / T): probabilities taken for logits."""
    tokens = softmax(first.double(), temperature)[:, None] * softmax(second.double(), temperature)
    joint = first.double()[:, None] * second
    return {
        "tokens": tokens,
        "sequences": softmax(joint.flatten(), temperature).view_as(joint),
    }


def trees(generator: torch.Generator) -> tuple[Probe, ...]:
    """Random trees of two steps, cold and hot, the last with a token that cannot follow."""
    probes = []
    for temperature in (0.4, 1.7):
        first = softmax(on_the_cpu(generator, 3))
        second = softmax(1.5 * on_the_cpu(generator, 3, 4))
        probes.append(Probe((first, second, temperature), "..."))
    impossible = softmax(on_the_cpu(generator, 3, 3))  # as many columns as rows
    impossible[0, 1] = 0
    return (*probes, Probe((first, impossible / impossible.sum(-1, keepdim=True), 4.0), "..."))


def tree_probe(first: list, second: list, temperature: float) -> Probe:
    """A tree of two steps."""
    return Probe((tensor(first), tensor(second), temperature), f"{first}, {second}, {temperature}")


TEMPER_BOTH = Exercise(
    name="temper_both",
    section="two-temperings",
    reference=temper_both,
    probes=(
        tree_probe([0.6, 0.4], [[0.5, 0.5], [0.9, 0.1]], 0.5),
        tree_probe([0.6, 0.4], [[0.5, 0.5], [0.9, 0.1]], 2.0),
        tree_probe([0.2, 0.5, 0.3], [[0.7, 0.3], [0.4, 0.6], [1.0, 0.0]], 0.25),
        tree_probe([0.2, 0.5, 0.3], [[0.7, 0.3], [0.4, 0.6], [1.0, 0.0]], 5.0),
    ),
    hidden=trees,
    misconceptions=(
        Misconception("exchanged", exchanged, "two-temperings"),
        Misconception("tokens-twice", tokens_twice, "two-temperings"),
        Misconception("sequences-twice", sequences_twice, "two-temperings"),
        Misconception("row-by-row", sentences_row_by_row, "two-temperings"),
        Misconception("column-by-column", sentences_column_by_column, "two-temperings"),
        Misconception(
            "left-as-powers",
            sentences_left_as_powers,
            "two-temperings",
            also=(
                nothing_normalised,
                tokens_left_as_powers,
                first_step_left_as_powers,
                second_step_left_as_powers,
            ),
        ),
        Misconception(
            "columns",
            columns_in_both,
            "two-temperings",
            also=(columns_in_tokens, columns_in_sequences),
        ),
        Misconception("rows-without-keepdim", rows_without_keepdim, "two-temperings"),
        Misconception("sums-of-columns", sums_of_columns, "two-temperings"),
        Misconception(
            "one-table-only",
            tokens_not_tempered,
            "two-temperings",
            also=(sequences_not_tempered,),
        ),
        Misconception(
            "divided-by-t", divided_by_t, "00:outside-forms", also=(divided_and_normalised,)
        ),
        Misconception("small-number", LIFTED_BOTH[0], "two-temperings", also=LIFTED_BOTH[1:]),
        Misconception("first-step-only", first_step_only, "two-temperings"),
        Misconception("second-step-only", second_step_only, "two-temperings"),
        Misconception("one-sum-for-all-rows", one_sum_for_all_rows, "two-temperings"),
        Misconception("power-of-t", power_of_t, "00:power-form"),
        Misconception("softmax-of-probabilities", softmax_of_probabilities, "00:outside-forms"),
    ),
)


# --- distinct_n ---------------------------------------------------------------------------------

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


# --- predicted_grammatical ----------------------------------------------------------------------


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


# --- kl_curve -----------------------------------------------------------------------------------


def kl_curve(truth: Tensor, logits: Tensor, temperatures: list[float]) -> Tensor:
    """KL(truth, softmax(logits / T)) in nats, averaged over the rows, at each T."""
    return cross_entropies(truth, logits, temperatures) - own_entropy(truth)


def cross_entropies(truth: Tensor, logits: Tensor, temperatures: list[float]) -> Tensor:
    """-sum p log q, averaged over the rows."""
    p, z = truth.double(), logits.double()
    return torch.stack([-(p * log_softmax(z, t)).sum(-1).mean() for t in temperatures])


def own_entropy(truth: Tensor) -> Tensor:
    """-sum p log p, averaged over the rows."""
    return torch.special.entr(truth.double()).sum(-1).mean()


def cross_entropy_left(truth: Tensor, logits: Tensor, temperatures: list[float]) -> Tensor:
    """The truth's own entropy not taken away."""
    return cross_entropies(truth, logits, temperatures)


def with_zero_times_log_zero(truth: Tensor, logits: Tensor, temperatures: list[float]) -> Tensor:
    """sum p log(p / q) with p = 0: NaN."""
    p, z = truth.double(), logits.double()
    rows = [(p * (p.log() - log_softmax(z, t))).sum(-1).mean() for t in temperatures]
    return torch.stack(rows)


def the_other_way(truth: Tensor, logits: Tensor, temperatures: list[float]) -> Tensor:
    """KL(model, truth): infinite where the truth is 0."""
    p, z = truth.double(), logits.double()
    rows = []
    for t in temperatures:
        q = softmax(z, t)
        rows.append((q * (q.log() - p.log())).sum(-1).mean())
    return torch.stack(rows)


def truth_tempered_too(truth: Tensor, logits: Tensor, temperatures: list[float]) -> Tensor:
    """Both distributions at T."""
    curve = [kl_curve(softmax(truth.double().log(), t), logits, [t]) for t in temperatures]
    return torch.cat(curve)


def summed_rows(truth: Tensor, logits: Tensor, temperatures: list[float]) -> Tensor:
    """The sum over the rows."""
    return kl_curve(truth, logits, temperatures) * len(truth)


def averaged_over_everything(truth: Tensor, logits: Tensor, temperatures: list[float]) -> Tensor:
    """The mean over rows and vocabulary: F.kl_div with reduction="mean"."""
    return kl_curve(truth, logits, temperatures) / truth.shape[-1]


def curve_in_bits(truth: Tensor, logits: Tensor, temperatures: list[float]) -> Tensor:
    """Base 2."""
    return kl_curve(truth, logits, temperatures) / math.log(2)


def curve_upside_down(truth: Tensor, logits: Tensor, temperatures: list[float]) -> Tensor:
    """The temperature multiplied instead of divided."""
    return kl_curve(truth, logits, [1 / t for t in temperatures])


def curve_without_temperature(truth: Tensor, logits: Tensor, temperatures: list[float]) -> Tensor:
    """The model at T = 1 everywhere."""
    return kl_curve(truth, logits, [1.0] * len(temperatures))


def half_the_gap(truth: Tensor, logits: Tensor, temperatures: list[float]) -> Tensor:
    """Total variation, another distance."""
    p, z = truth.double(), logits.double()
    rows = [(p - softmax(z, t)).abs().sum(-1).mean() / 2 for t in temperatures]
    return torch.stack(rows)


def averaged_over_rows(curve: Callable[[Tensor, Tensor], Tensor]) -> Answer:
    """An answer from what it adds up in each row: ``curve(p, z / T)``, [N, V] or [N]."""

    def answer(truth: Tensor, logits: Tensor, temperatures: list[float]) -> Tensor:
        rows = [curve(truth.double(), logits.double() / t) for t in temperatures]
        return torch.stack([row.sum() / len(truth) for row in rows])

    return answer


def divergence_of(p: Tensor, log_q: Tensor) -> Tensor:
    """p log(p / q), token by token."""
    return torch.xlogy(p, p) - p * log_q


def lifted_curve(size: float, lift: Callable[[Tensor, float], Tensor]) -> tuple[Answer, Answer]:
    """A small number added to both distributions, or to the model's alone."""
    both = averaged_over_rows(
        lambda p, z: p * (lift(p, size).log() - lift(softmax_in_float32(z), size).log())
    )
    model = averaged_over_rows(
        lambda p, z: divergence_of(p, lift(softmax_in_float32(z), size).log())
    )
    return both, model


LIFTED_CURVES = tuple(
    answer
    for lift in (torch.add, torch.clamp_min)
    for size in SMALL_NUMBERS
    for answer in lifted_curve(size, lift)
)

#: log(softmax(z / T)), with -inf where the probability was rounded to 0.
log_of_softmax_curve = averaged_over_rows(
    lambda p, z: torch.xlogy(p, p) - torch.xlogy(p, softmax_in_float32(z))
)

#: F.kl_div(q, p) without the logarithm of q: summed, and with its three kinds of mean.
kl_div_without_log = averaged_over_rows(lambda p, z: divergence_of(p, softmax(z)))
kl_div_without_log_summed = averaged_over_rows(lambda p, z: divergence_of(p, softmax(z)) * len(p))
kl_div_without_log_averaged = averaged_over_rows(
    lambda p, z: divergence_of(p, softmax(z)) / p.shape[-1]
)

#: log_softmax and softmax along dim 0.
over_places = averaged_over_rows(lambda p, z: divergence_of(p, log_softmax(z, dim=0)))

#: -p log q - p log p: the entropy has the wrong sign.
entropy_added = averaged_over_rows(lambda p, z: -p * log_softmax(z) - torch.xlogy(p, p))

#: -p log q + q log q: the entropy subtracted is the model's.
models_entropy = averaged_over_rows(lambda p, z: -p * log_softmax(z) + softmax(z) * log_softmax(z))


def accumulated(truth: Tensor, logits: Tensor, temperatures: list[float]) -> Tensor:
    """z = z / T inside the loop."""
    reached = torch.tensor(temperatures, dtype=torch.float64, device="cpu").cumprod(0).tolist()
    return kl_curve(truth, logits, reached)


def divided_outside(truth: Tensor, logits: Tensor, temperatures: list[float]) -> Tensor:
    """log_softmax(z) / T."""
    p, log_q = truth.double(), log_softmax(logits.double())
    return torch.stack([divergence_of(p, log_q / t).sum(-1).mean() for t in temperatures])


def models(generator: torch.Generator) -> tuple[Probe, ...]:
    """Truths with and without impossible tokens, and models that are off, the last one far."""
    probes = []
    for possible in (7, 4):
        scores = 1.5 * on_the_cpu(generator, 5, 7)
        truth = torch.zeros_like(scores)
        truth[:, :possible] = softmax(scores[:, :possible])
        logits = 2 * scores + on_the_cpu(generator, 5, 7)
        probes.append(Probe((truth, logits, [0.4, 1.0, 2.0, 6.0]), "..."))
    truth, logits, _ = probes[0].arguments
    improbable = logits.clone()
    improbable[1, 0] -= 180
    return (*probes, Probe((truth, improbable, [0.7, 1.5]), "..."))


def curve_probe(truth: list, logits: list, temperatures: list[float]) -> Probe:
    """A truth and a model."""
    return Probe(
        (tensor(truth), tensor(logits), temperatures), f"{truth}, {logits}, {temperatures}"
    )


KL_CURVE = Exercise(
    name="kl_curve",
    section="best-temperature",
    reference=kl_curve,
    probes=(
        curve_probe(
            [[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]], [[3.0, 1.0, 0.0], [0.0, 1.0, 3.0]], [0.5, 1.0, 2.0]
        ),
        curve_probe([[0.75, 0.25, 0.0], [0.5, 0.0, 0.5]], [[2.0, 1.0, -1.0], [1.0, 0.0, 2.0]], [2]),
        curve_probe([[0.9, 0.1], [0.5, 0.5]], [[0.0, -200.0], [1.0, 0.0]], [1.0]),
    ),
    hidden=models,
    misconceptions=(
        Misconception("cross-entropy-left", cross_entropy_left, "best-temperature"),
        Misconception("the-other-way", the_other_way, "best-temperature"),
        Misconception("truth-tempered-too", truth_tempered_too, "best-temperature"),
        Misconception("summed-rows", summed_rows, "best-temperature"),
        Misconception("averaged-over-everything", averaged_over_everything, "best-temperature"),
        Misconception("curve-in-bits", curve_in_bits, "00:entropy"),
        Misconception("curve-upside-down", curve_upside_down, "01:only-differences"),
        Misconception("curve-without-temperature", curve_without_temperature, "best-temperature"),
        Misconception("accumulated", accumulated, "best-temperature"),
        Misconception("divided-outside", divided_outside, "00:outside-forms"),
        Misconception("over-places", over_places, "best-temperature"),
        Misconception("entropy-added", entropy_added, "best-temperature"),
        Misconception("models-entropy", models_entropy, "best-temperature"),
        Misconception(
            "kl-div-without-log",
            kl_div_without_log,
            "best-temperature",
            also=(kl_div_without_log_summed, kl_div_without_log_averaged),
        ),
        Misconception("log-of-softmax", log_of_softmax_curve, "best-temperature"),
        Misconception("small-number", LIFTED_CURVES[0], "best-temperature", also=LIFTED_CURVES[1:]),
        Misconception("total-variation", half_the_gap, "best-temperature"),
        Misconception("with-zero-times-log-zero", with_zero_times_log_zero, "00:entropy"),
    ),
)


EXERCISES = (
    NEXT_TOKEN_TABLE,
    SEQUENCE_LOG_PROBABILITY,
    TEMPER_BOTH,
    DISTINCT_N,
    PREDICTED_GRAMMATICAL,
    KL_CURVE,
)
