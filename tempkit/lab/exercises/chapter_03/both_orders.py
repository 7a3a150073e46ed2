"""Lab 03, ``both_orders``: filter and temperature in either order."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from tempkit.filters import min_p, top_k, top_p
from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.chapter_03.any_filter import only
from tempkit.lab.exercises.chapter_03.values import random_row
from tempkit.lab.exercises.probes import INF, WORDS, tensor

__all__ = ["BOTH_ORDERS"]

Filter = Callable[[Tensor], Tensor]
Orders = dict[str, Tensor]


def orders(first_way: Tensor, last_way: Tensor) -> Orders:
    """The two results under their names."""
    return {"temperature_first": first_way, "temperature_last": last_way}


def both_orders(logits: Tensor, temperature: float, keep: Filter) -> Orders:
    """Probabilities after tempering and filtering, in either order."""
    return orders(
        torch.softmax(keep(logits / temperature), -1),
        torch.softmax(keep(logits) / temperature, -1),
    )


def orders_exchanged(logits: Tensor, temperature: float, keep: Filter) -> Orders:
    """Each under the other's name."""
    made = both_orders(logits, temperature, keep)
    return orders(made["temperature_last"], made["temperature_first"])


def one_order_twice(logits: Tensor, temperature: float, keep: Filter) -> Orders:
    """Temperature first, both times."""
    made = both_orders(logits, temperature, keep)["temperature_first"]
    return orders(made, made)


def the_other_order_twice(logits: Tensor, temperature: float, keep: Filter) -> Orders:
    """Temperature last, both times."""
    made = both_orders(logits, temperature, keep)["temperature_last"]
    return orders(made, made)


def never_tempered_last(logits: Tensor, temperature: float, keep: Filter) -> Orders:
    """The second without any temperature."""
    made = both_orders(logits, temperature, keep)["temperature_first"]
    return orders(made, torch.softmax(keep(logits), -1))


def multiplied(logits: Tensor, temperature: float, keep: Filter) -> Orders:
    """The knob turned backwards."""
    return both_orders(logits, 1 / temperature, keep)


def tempered_twice(logits: Tensor, temperature: float, keep: Filter) -> Orders:
    """Before and after the filter."""
    first_way = torch.softmax(keep(logits / temperature) / temperature, -1)
    return orders(first_way, both_orders(logits, temperature, keep)["temperature_last"])


def in_probabilities(
    logits: Tensor, temperature: float, keep: Filter
) -> tuple[list[Tensor], list[Tensor]]:
    """What a filter of logits makes of probabilities, in either place; all that people go on to."""
    hot, plain = torch.softmax(logits / temperature, -1), torch.softmax(logits, -1)
    first_way = keep(hot)
    last_way = keep(plain)

    def renormalised(filtered: Tensor) -> Tensor:
        return torch.softmax(only(logits / temperature, torch.isfinite(filtered)), -1)

    return (
        [renormalised(first_way), first_way, torch.softmax(first_way, -1)],
        [
            renormalised(last_way),
            last_way,
            last_way / temperature,
            torch.softmax(last_way, -1),
            torch.softmax(last_way / temperature, -1),
            torch.softmax(keep(logits) / temperature, -1),
            keep(plain / temperature),
        ],
    )


def filtered_probabilities(first_way: int, last_way: int) -> Answer:
    """A filter of logits given probabilities, in one of the ways to go on from there."""

    def answer(logits: Tensor, temperature: float, keep: Filter) -> Orders:
        firsts, lasts = in_probabilities(logits, temperature, keep)
        return orders(firsts[first_way], lasts[last_way])

    return answer


FILTERED_PROBABILITIES = tuple(
    filtered_probabilities(first_way, last_way) for first_way in range(3) for last_way in range(7)
)


def divided_at_the_end(logits: Tensor, temperature: float, keep: Filter) -> Orders:
    """``softmax(...) / T``."""
    made = both_orders(logits, temperature, keep)["temperature_first"]
    return orders(made, torch.softmax(keep(logits), -1) / temperature)


def divided_at_both_ends(logits: Tensor, temperature: float, keep: Filter) -> Orders:
    """Probabilities divided in the first order too."""
    divided = torch.softmax(logits, -1) / temperature
    filtered = divided.masked_fill(keep(logits) == -INF, 0.0)
    return orders(filtered, torch.softmax(keep(logits), -1) / temperature)


def with_a_filter_of_its_own(own: Filter) -> Answer:
    """The argument is not used."""

    def answer(logits: Tensor, temperature: float, keep: Filter) -> Orders:
        del keep
        return both_orders(logits, temperature, own)

    return answer


OWN_FILTERS = tuple(
    with_a_filter_of_its_own(own)
    for own in (
        *(partial(top_p, p=p) for p in (0.9, 0.5, 0.6, 0.7, 0.8, 0.95)),
        *(partial(top_k, k=k) for k in (2, 3, 4)),
        torch.clone,
    )
)


def still_logits(logits: Tensor, temperature: float, keep: Filter) -> Orders:
    """No softmax."""
    return orders(keep(logits / temperature), keep(logits) / temperature)


def not_renormalised(logits: Tensor, temperature: float, keep: Filter) -> Orders:
    """The tempered probabilities of the kept tokens, summing to less than 1."""
    q = torch.softmax(logits / temperature, -1)
    return orders(
        q.masked_fill(keep(logits / temperature) == -INF, 0.0),
        q.masked_fill(keep(logits) == -INF, 0.0),
    )


def filter_settings(generator: torch.Generator) -> tuple[Probe, ...]:
    """A nucleus and a threshold far from any rounding, hot and cold."""
    logits = random_row(generator)
    logits[:3] = logits[torch.isfinite(logits)].max() + torch.tensor([1.2, 0.5, 0.0], device="cpu")
    return (
        Probe((logits, 2.0, partial(min_p, p=0.35)), "..."),
        Probe((logits, 0.5, partial(min_p, p=0.35)), "..."),
        Probe((logits, 2.0, partial(top_k, k=3)), "..."),
    )


BOTH_ORDERS = Exercise(
    name="both_orders",
    section="order",
    reference=both_orders,
    probes=(
        Probe((tensor(WORDS), 2.0, partial(top_p, p=0.6)), f"{WORDS}, 2.0, top_p(p=0.6)"),
        Probe((tensor(WORDS), 2.0, partial(min_p, p=0.25)), f"{WORDS}, 2.0, min_p(p=0.25)"),
        Probe((tensor(WORDS), 0.5, partial(top_p, p=0.8)), f"{WORDS}, 0.5, top_p(p=0.8)"),
        Probe((tensor(WORDS), 2.0, partial(top_k, k=3)), f"{WORDS}, 2.0, top_k(k=3)"),
    ),
    hidden=filter_settings,
    misconceptions=(
        Misconception("exchanged", orders_exchanged, "order"),
        Misconception("one-order-twice", one_order_twice, "order", also=(the_other_order_twice,)),
        Misconception("never-tempered", never_tempered_last, "order"),
        Misconception("inverted", multiplied, "00:where-t-goes"),
        Misconception("twice", tempered_twice, "order"),
        Misconception(
            "filtered-probabilities",
            FILTERED_PROBABILITIES[0],
            "four-filters",
            also=FILTERED_PROBABILITIES[1:],
        ),
        Misconception(
            "divided-probabilities",
            divided_at_the_end,
            "00:outside-forms",
            also=(divided_at_both_ends,),
        ),
        Misconception("still-logits", still_logits, "order"),
        Misconception("not-renormalised", not_renormalised, "shares"),
        Misconception("own-filter", OWN_FILTERS[0], "order", also=OWN_FILTERS[1:]),
    ),
)
