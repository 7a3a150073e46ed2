"""Lab 07, ``positions_computed``: what a text costs with the cache, and one call a token."""

from __future__ import annotations

import torch

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import whole_number

__all__ = ["POSITIONS_COMPUTED"]

Costs = dict[str, int]


def positions_computed(prompt: int, new: int) -> Costs:
    """The prompt once and each new token but the last; or all tokens so far, for each new one."""
    return {
        "with_cache": prompt + new - 1,
        "one_call_a_token": sum(prompt + written for written in range(new)),
    }


def costs(with_cache: Answer, one_call_a_token: Answer) -> Answer:
    """Two formulas of the length of the prompt and the number of new tokens."""

    def answer(prompt: int, new: int) -> Costs:
        return {
            "with_cache": with_cache(prompt, new),
            "one_call_a_token": one_call_a_token(prompt, new),
        }

    return answer


def cached(prompt: int, new: int) -> int:
    """The right number with the cache."""
    return positions_computed(prompt, new)["with_cache"]


def called(prompt: int, new: int) -> int:
    """The right number with a call for each token."""
    return positions_computed(prompt, new)["one_call_a_token"]


def whole_text(prompt: int, new: int) -> int:
    """Every token of the text, the last one too."""
    return prompt + new


def last_read_too(prompt: int, new: int) -> int:
    """Each call reads the token that it writes."""
    return sum(prompt + written for written in range(1, new + 1))


def finished_text_each_time(prompt: int, new: int) -> int:
    """new calls, each of the text's final length."""
    return new * (prompt + new)


def square(prompt: int, new: int) -> int:
    """(prompt + new) squared."""
    return (prompt + new) ** 2


def prompt_each_time(prompt: int, new: int) -> int:
    """The prompt and one more token in each call."""
    return new * (prompt + 1)


def prompt_alone_each_time(prompt: int, new: int) -> int:
    """new calls of the prompt."""
    return new * prompt


def prompt_once(prompt: int, new: int) -> int:
    """prompt + 0 + 1 + ... + (new - 1): the prompt read by the first call alone."""
    return prompt + without_prompt(prompt, new)


def prompt_once_from_one(prompt: int, new: int) -> int:
    """prompt + 1 + ... + new."""
    return prompt + without_prompt_from_one(prompt, new)


def without_prompt(_: int, new: int) -> int:
    """0 + 1 + ... + (new - 1)."""
    return new * (new - 1) // 2


def without_prompt_from_one(_: int, new: int) -> int:
    """1 + ... + new."""
    return new * (new + 1) // 2


def whole_text_from_one(prompt: int, new: int) -> int:
    """1 + ... + (prompt + new): the prompt read token by token."""
    return (prompt + new) * (prompt + new + 1) // 2


def new_alone(_: int, new: int) -> int:
    """The new tokens."""
    return new


def new_alone_but_one(_: int, new: int) -> int:
    """The new tokens without the last."""
    return new - 1


def other_lengths(generator: torch.Generator) -> tuple[Probe, ...]:
    """Short and long prompts, and one new token."""
    lengths = [
        (whole_number(generator, 3, 9), whole_number(generator, 20, 40)),
        (whole_number(generator, 30, 60), whole_number(generator, 4, 9)),
        (whole_number(generator, 3, 9), 1),
    ]
    return tuple(Probe(pair, "...") for pair in lengths)


POSITIONS_COMPUTED = Exercise(
    name="positions_computed",
    section="cache",
    reference=positions_computed,
    probes=(
        Probe((4, 3), "4, 3"),
        Probe((1, 1000), "1, 1000"),
        Probe((50, 20), "50, 20"),
        Probe((7, 1), "7, 1"),
    ),
    hidden=other_lengths,
    misconceptions=(
        Misconception(
            "last-read-too",
            costs(whole_text, last_read_too),
            "cache",
            also=(costs(whole_text, called), costs(cached, last_read_too)),
        ),
        Misconception(
            "final-length-each-time",
            costs(cached, finished_text_each_time),
            "cache",
            also=(
                costs(whole_text, finished_text_each_time),
                costs(cached, square),
                costs(whole_text, square),
            ),
        ),
        Misconception(
            "prompt-forgotten",
            costs(new_alone, without_prompt_from_one),
            "cache",
            also=(
                costs(new_alone, without_prompt),
                costs(new_alone_but_one, without_prompt),
                costs(cached, without_prompt),
                costs(cached, without_prompt_from_one),
                costs(whole_text, without_prompt_from_one),
                costs(new_alone, called),
                costs(new_alone, last_read_too),
            ),
        ),
        Misconception(
            "prompt-token-by-token",
            costs(cached, whole_text_from_one),
            "cache",
            also=(costs(whole_text, whole_text_from_one),),
        ),
        Misconception(
            "text-not-growing",
            costs(cached, prompt_alone_each_time),
            "cache",
            also=(
                costs(whole_text, prompt_alone_each_time),
                costs(cached, prompt_each_time),
                costs(whole_text, prompt_each_time),
            ),
        ),
        Misconception(
            "prompt-read-again",
            costs(prompt_each_time, called),
            "cache",
            also=(costs(prompt_alone_each_time, called), costs(prompt_each_time, last_read_too)),
        ),
        Misconception(
            "prompt-once",
            costs(cached, prompt_once),
            "cache",
            also=(
                costs(whole_text, prompt_once),
                costs(cached, prompt_once_from_one),
                costs(whole_text, prompt_once_from_one),
            ),
        ),
        Misconception("exchanged", costs(called, cached), "cache"),
        Misconception(
            "no-difference", costs(cached, cached), "cache", also=(costs(called, called),)
        ),
        Misconception("calls-counted", costs(new_alone, new_alone), "cache"),
    ),
)
