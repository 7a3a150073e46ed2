"""Exercises of lab 04, language models."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from tempkit.lab.exercise import Exercise, Misconception, Probe
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


def averaged_positions(logits: Tensor, temperature: float, k: int) -> Table:
    """The mean of the logits over the positions."""
    return next_token_table(logits.mean(0, keepdim=True), temperature, k)


def softmax_over_positions(logits: Tensor, temperature: float, k: int) -> Table:
    """Probabilities that sum to 1 down a column: over the prompt's positions."""
    table = next_token_table(logits, temperature, k)
    return table | {"probability": softmax(logits, temperature, dim=0)[-1][table["id"]]}


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
        for length, temperature, k in ((4, 0.7, 6), (3, 2.5, 9))
    )


def table_probe(rows: list, temperature: float, k: int) -> Probe:
    """A prompt of as many tokens as there are rows."""
    return Probe((tensor(rows), temperature, k), f"{rows}, {temperature}, {k}")


NEXT_TOKEN_TABLE = Exercise(
    name="next_token_table",
    section="next-token",
    reference=next_token_table,
    probes=(
        table_probe([[0.5, 1.0, 3.0, 0.0, 2.0], [3.0, 0.0, 1.0, 2.5, -1.0]], 1.0, 2),
        table_probe([[0.5, 1.0, 3.0, 0.0, 2.0], [3.0, 0.0, 1.0, 2.5, -1.0]], 2.0, 3),
        table_probe([[0.0, 4.0, 1.0, 3.0], [2.0, -1.0, 0.0, 0.5], [1.0, 5.0, 0.0, 4.5]], 0.5, 3),
    ),
    hidden=prompts,
    misconceptions=(
        Misconception("shares-of-ten", shares_of_ten, "next-token"),
        Misconception("first-position", first_position, "next-token"),
        Misconception("averaged-positions", averaged_positions, "next-token"),
        Misconception(
            "over-positions",
            softmax_over_positions,
            "next-token",
            also=(softmax_over_everything,),
        ),
        Misconception("scaled-logits", scaled_logits, "next-token"),
        Misconception("temperature-left-out", temperature_left_out, "next-token"),
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
    """A short text and one whose probability underflows."""
    probes = []
    for length, vocabulary in ((6, 9), (500, 12)):
        logits = 1.5 * on_the_cpu(generator, length, vocabulary)
        ids = torch.randint(vocabulary, (length,), generator=generator, device="cpu")
        probes.append(Probe((logits, ids), "..."))
    return tuple(probes)


SEQUENCE_LOG_PROBABILITY = Exercise(
    name="sequence_log_probability",
    section="chain-rule",
    reference=sequence_log_probability,
    probes=(
        Probe(
            (
                tensor([[2.0, 0.0, 1.0], [0.0, 1.5, 0.5], [1.0, 1.0, -1.0], [0.5, 0.0, 3.0]]),
                torch.tensor([0, 2, 1, 0], device="cpu"),
            ),
            "[[2, 0, 1], [0, 1.5, 0.5], [1, 1, -1], [0.5, 0, 3]], [0, 2, 1, 0]",
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
                torch.zeros(401, 8, dtype=torch.float32, device="cpu"),
                torch.zeros(401, dtype=torch.int64, device="cpu"),
            ),
            "torch.zeros(401, 8), torch.zeros(401, dtype=int)",
        ),
    ),
    hidden=texts_read,
    misconceptions=(
        Misconception(
            "unshifted", unshifted, "chain-rule", also=(unshifted_from_the_second, looking_back)
        ),
        Misconception("per-token", per_token, "chain-rule", also=(per_token_of_the_text,)),
        Misconception("surprise", surprise, "chain-rule", also=(mean_surprise,)),
        Misconception("probability-itself", probability_itself, "chain-rule"),
        Misconception(
            "underflowed", log_of_the_product, "chain-rule", also=(log_of_the_wide_product,)
        ),
        Misconception(
            "added-probabilities", sum_of_probabilities, "chain-rule", also=(log_of_the_sum,)
        ),
        Misconception("raw-logits", raw_logits, "chain-rule"),
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
    """Random trees of two steps, cold and hot."""
    probes = []
    for temperature in (0.4, 1.7):
        first = softmax(on_the_cpu(generator, 3))
        second = softmax(1.5 * on_the_cpu(generator, 3, 4))
        probes.append(Probe((first, second, temperature), "..."))
    return tuple(probes)


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
    ),
    hidden=trees,
    misconceptions=(
        Misconception("exchanged", exchanged, "two-temperings"),
        Misconception("tokens-twice", tokens_twice, "two-temperings"),
        Misconception("sequences-twice", sequences_twice, "two-temperings"),
        Misconception("row-by-row", sentences_row_by_row, "two-temperings"),
        Misconception(
            "left-as-powers",
            sentences_left_as_powers,
            "two-temperings",
            also=(nothing_normalised,),
        ),
        Misconception("first-step-only", first_step_only, "two-temperings"),
        Misconception("second-step-only", second_step_only, "two-temperings"),
        Misconception("one-sum-for-all-rows", one_sum_for_all_rows, "two-temperings"),
        Misconception("power-of-t", power_of_t, "00:power-form"),
        Misconception("softmax-of-probabilities", softmax_of_probabilities, "00:outside-forms"),
    ),
)


# --- distinct_n ---------------------------------------------------------------------------------

Texts = list[list[str]]
Gram = tuple[str, ...]


def grams(text: list[str], n: int) -> list[Gram]:
    """Every run of n words in a row."""
    return [tuple(text[i : i + n]) for i in range(len(text) - n + 1)]


def distinct_n(texts: Texts, n: int) -> float:
    """Different runs of n words, divided by all of them; no run crosses from text to text."""
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


def stories(generator: torch.Generator) -> tuple[Probe, ...]:
    """Random texts over four words."""
    probes = []
    for n in (2, 3):
        texts = [
            ["abcd"[whole_number(generator, 0, 3)] for _ in range(length)]
            for length in (9, 14, 7, 12)
        ]
        probes.append(Probe((texts, n), "..."))
    return tuple(probes)


def text_probe(texts: list[str], n: int) -> Probe:
    """Texts written as strings, given as lists of words."""
    words = [text.split() for text in texts]
    return Probe((words, n), f"{words}, {n}")


DISTINCT_N = Exercise(
    name="distinct_n",
    section="four-measures",
    reference=distinct_n,
    probes=(
        text_probe(["a b a b a c", "b a b a"], 2),
        text_probe(["a b c a b c d", "c a b a", "d d d d d"], 3),
        text_probe(["a b a b a c", "b a b a a"], 1),
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


def leaks(generator: torch.Generator) -> tuple[Probe, ...]:
    """Two leaks, and lengths of sentences."""
    probes = []
    for leak in (0.07, 0.4):
        lengths = [whole_number(generator, 2, 9) for _ in range(6)] + [1, 12]
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
        leak_probe(0.5, [1, 9]),
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


def models(generator: torch.Generator) -> tuple[Probe, ...]:
    """Truths with and without impossible tokens, and models that are off."""
    probes = []
    for possible in (7, 4):
        scores = 1.5 * on_the_cpu(generator, 5, 7)
        truth = torch.zeros_like(scores)
        truth[:, :possible] = softmax(scores[:, :possible])
        logits = 2 * scores + on_the_cpu(generator, 5, 7)
        probes.append(Probe((truth, logits, [0.4, 1.0, 2.0, 6.0]), "..."))
    return tuple(probes)


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
