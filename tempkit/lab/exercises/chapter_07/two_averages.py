"""Lab 07, ``two_averages``: probabilities averaged over T, and logits averaged over T."""

from __future__ import annotations

import itertools
import math
import operator

import torch
from torch import Tensor

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import WORDS, between, normal, tensor
from tempkit.scaling import log_softmax, softmax

__all__ = ["TWO_AVERAGES"]

Averages = dict[str, Tensor | float]


def two_averages(logits: Tensor, temperatures: list[float], weights: list[float]) -> Averages:
    """The mixture, the softmax of the mean of z/T, and the one temperature of the latter."""
    single = harmonic(temperatures, weights)
    return {
        "mixture": mixed(logits, temperatures, weights),
        "mean_logits": softmax(logits.double(), single),
        "temperature": single,
    }


def mixed(logits: Tensor, temperatures: list[float], weights: list[float]) -> Tensor:
    """The weighted sum of the probabilities."""
    z = logits.double()
    return sum(w * softmax(z, t) for w, t in zip(weights, temperatures, strict=True))


def harmonic(temperatures: list[float], weights: list[float]) -> float:
    """The weighted harmonic mean."""
    return 1 / sum(w / t for w, t in zip(weights, temperatures, strict=True))


def arithmetic(temperatures: list[float], weights: list[float]) -> float:
    """The weighted arithmetic mean."""
    return sum(w * t for w, t in zip(weights, temperatures, strict=True))


def geometric(temperatures: list[float], weights: list[float]) -> float:
    """The weighted geometric mean."""
    return math.exp(sum(w * math.log(t) for w, t in zip(weights, temperatures, strict=True)))


def alike(temperatures: list[float]) -> list[float]:
    """Equal weights."""
    return [1 / len(temperatures)] * len(temperatures)


def with_single(mean: Answer) -> tuple[Answer, Answer]:
    """Another mean of the temperatures: in the temperature alone, and in the softmax as well."""

    def named(logits: Tensor, temperatures: list[float], weights: list[float]) -> Averages:
        right = two_averages(logits, temperatures, weights)
        return right | {"temperature": mean(temperatures, weights)}

    def used(logits: Tensor, temperatures: list[float], weights: list[float]) -> Averages:
        single = mean(temperatures, weights)
        right = two_averages(logits, temperatures, weights)
        return right | {"mean_logits": softmax(logits.double(), single), "temperature": single}

    return used, named


def with_part(key: str, part: Answer) -> Answer:
    """One entry of the dictionary computed in another way."""

    def answer(logits: Tensor, temperatures: list[float], weights: list[float]) -> Averages:
        return two_averages(logits, temperatures, weights) | {
            key: part(logits.double(), temperatures, weights)
        }

    return answer


def of_mean_logits(logits: Tensor, temperatures: list[float], weights: list[float]) -> Tensor:
    """The softmax of the averaged logits."""
    return softmax(logits, harmonic(temperatures, weights))


def weights_forgotten(logits: Tensor, temperatures: list[float], _: list[float]) -> Averages:
    """Every member counts the same."""
    return two_averages(logits, temperatures, alike(temperatures))


def mixture_weights_forgotten(logits: Tensor, temperatures: list[float], _: list[float]) -> Tensor:
    """The plain mean of the members."""
    return mixed(logits, temperatures, alike(temperatures))


def logits_weights_forgotten(
    logits: Tensor, temperatures: list[float], weights: list[float]
) -> Averages:
    """The plain mean of the divided logits, beside the right mixture."""
    right = two_averages(logits, temperatures, weights)
    return two_averages(logits, temperatures, alike(temperatures)) | {"mixture": right["mixture"]}


def added_up(logits: Tensor, temperatures: list[float], _: list[float]) -> Tensor:
    """The sum of the members: it sums to their number."""
    return sum(softmax(logits, t) for t in temperatures)


def exchanged(logits: Tensor, temperatures: list[float], weights: list[float]) -> Averages:
    """The two under each other's names."""
    right = two_averages(logits, temperatures, weights)
    return right | {"mixture": right["mean_logits"], "mean_logits": right["mixture"]}


def mean_of_logarithms(logits: Tensor, temperatures: list[float], weights: list[float]) -> Tensor:
    """exp of the mean log-probability: its sum is less than 1."""
    pairs = zip(weights, temperatures, strict=True)
    return sum(w * log_softmax(logits, t) for w, t in pairs).exp()


def logits_added(logits: Tensor, temperatures: list[float], _: list[float]) -> Tensor:
    """The softmax of the sum of z/T: colder than each member."""
    return softmax(logits, 1 / sum(1 / t for t in temperatures))


def logits_added_and_named(
    logits: Tensor, temperatures: list[float], weights: list[float]
) -> Averages:
    """The same, with the temperature that belongs to it."""
    single = 1 / sum(1 / t for t in temperatures)
    right = two_averages(logits, temperatures, weights)
    return right | {"mean_logits": softmax(logits.double(), single), "temperature": single}


def logits_undivided(logits: Tensor, temperatures: list[float], weights: list[float]) -> Tensor:
    """The mean of K times the same row, which is that row."""
    del temperatures, weights
    return softmax(logits)


def logits_undivided_and_named(
    logits: Tensor, temperatures: list[float], weights: list[float]
) -> Averages:
    """The same with its temperature, 1."""
    right = two_averages(logits, temperatures, weights)
    return right | {"mean_logits": softmax(logits.double()), "temperature": 1.0}


def logits_left(logits: Tensor, temperatures: list[float], weights: list[float]) -> Tensor:
    """The averaged logits, without a softmax."""
    return logits / harmonic(temperatures, weights)


def softmax_of_the_mixture(
    logits: Tensor, temperatures: list[float], weights: list[float]
) -> Tensor:
    """A softmax of what is a distribution already."""
    return softmax(mixed(logits, temperatures, weights))


def piled_up(temperatures: list[float]) -> list[float]:
    """What `z /= t` in a loop divides by: the products of the temperatures so far."""
    return list(itertools.accumulate(temperatures, operator.mul))


def mixture_piled_up(logits: Tensor, temperatures: list[float], weights: list[float]) -> Tensor:
    """The mixture of a loop that divides in place."""
    return mixed(logits, piled_up(temperatures), weights)


def both_piled_up(logits: Tensor, temperatures: list[float], weights: list[float]) -> Averages:
    """Both averages in one loop that divides in place."""
    wrong = two_averages(logits, piled_up(temperatures), weights)
    return wrong | {"temperature": harmonic(temperatures, weights)}


def left_over(logits: Tensor, temperatures: list[float], weights: list[float]) -> Averages:
    """The mixture in place, and the other average of what that has left of the logits."""
    rest = logits.double() / math.prod(temperatures)
    right = two_averages(rest, temperatures, weights)
    return right | {"mixture": mixture_piled_up(logits, temperatures, weights)}


def rate(logits: Tensor, temperatures: list[float], weights: list[float]) -> float:
    """The mean of 1/T, without turning it round."""
    del logits
    return 1 / harmonic(temperatures, weights)


def multiplied(logits: Tensor, temperatures: list[float], weights: list[float]) -> Averages:
    """z T in the place of z / T throughout."""
    turned = [1 / t for t in temperatures]
    right = two_averages(logits, turned, weights)
    return right | {"temperature": harmonic(temperatures, weights)}


def multiplied_and_named(
    logits: Tensor, temperatures: list[float], weights: list[float]
) -> Averages:
    """The same with the temperature that belongs to it."""
    return two_averages(logits, [1 / t for t in temperatures], weights)


def other_mixtures(generator: torch.Generator) -> tuple[Probe, ...]:
    """Two and three temperatures, with weights that are not equal."""
    probes = []
    for size, lows, weights in ((6, (0.4, 2.5), (0.7, 0.3)), (8, (1.5, 0.5, 4.0), (0.2, 0.5, 0.3))):
        temperatures = [between(low, 1.3 * low, generator).item() for low in lows]
        probes.append(Probe((2 * normal(generator, size), temperatures, list(weights)), "..."))
    return tuple(probes)


_ARITHMETIC, _GEOMETRIC = with_single(arithmetic), with_single(geometric)
_PLAIN_HARMONIC = with_single(lambda temperatures, _: harmonic(temperatures, alike(temperatures)))
_HOTTEST = with_single(lambda temperatures, _: max(temperatures))
_COLDEST = with_single(lambda temperatures, _: min(temperatures))

TWO_AVERAGES = Exercise(
    name="two_averages",
    section="two-averages",
    reference=two_averages,
    probes=(
        Probe((tensor(WORDS), [0.5, 2.0], [0.75, 0.25]), f"{WORDS}, [0.5, 2.0], [0.75, 0.25]"),
        Probe(
            (tensor([3.0, 0.0, -2.0, 1.0]), [1.0, 4.0, 0.25], [0.5, 0.375, 0.125]),
            "[3.0, 0.0, -2.0, 1.0], [1.0, 4.0, 0.25], [0.5, 0.375, 0.125]",
        ),
    ),
    hidden=other_mixtures,
    misconceptions=(
        Misconception("arithmetic-mean", _ARITHMETIC[0], "two-averages", also=(_ARITHMETIC[1],)),
        Misconception("geometric-mean", _GEOMETRIC[0], "two-averages", also=(_GEOMETRIC[1],)),
        Misconception(
            "weights-forgotten",
            weights_forgotten,
            "two-averages",
            also=(
                with_part("mixture", mixture_weights_forgotten),
                logits_weights_forgotten,
                *_PLAIN_HARMONIC,
            ),
        ),
        Misconception("exchanged", exchanged, "two-averages"),
        Misconception(
            "one-for-both",
            with_part("mixture", of_mean_logits),
            "no-softmax",
            also=(with_part("mean_logits", mixed),),
        ),
        Misconception(
            "logarithms-averaged",
            with_part("mean_logits", mean_of_logarithms),
            "two-averages",
            also=(with_part("mixture", mean_of_logarithms),),
        ),
        Misconception(
            "logits-added",
            logits_added_and_named,
            "two-averages",
            also=(with_part("mean_logits", logits_added),),
        ),
        Misconception(
            "logits-undivided",
            with_part("mean_logits", logits_undivided),
            "two-averages",
            also=(logits_undivided_and_named,),
        ),
        Misconception(
            "divided-again",
            both_piled_up,
            "in-place",
            also=(with_part("mixture", mixture_piled_up), left_over),
        ),
        Misconception("added-up", with_part("mixture", added_up), "two-averages"),
        Misconception(
            "softmax-of-mixture", with_part("mixture", softmax_of_the_mixture), "no-softmax"
        ),
        Misconception("still-logits", with_part("mean_logits", logits_left), "two-averages"),
        Misconception("rate", with_part("temperature", rate), "two-averages"),
        Misconception(
            "multiplied", multiplied, "01:only-differences", also=(multiplied_and_named,)
        ),
        Misconception("extreme", _HOTTEST[0], "two-averages", also=(_HOTTEST[1], *_COLDEST)),
    ),
)
