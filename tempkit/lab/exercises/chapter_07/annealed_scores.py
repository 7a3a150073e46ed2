"""Lab 07, ``annealed_scores``: a logits processor whose temperature falls with the step."""

from __future__ import annotations

import torch
from torch import Tensor

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import between, normal, tensor, whole_number
from tempkit.scaling import log_softmax, softmax

__all__ = ["ANNEALED_SCORES"]


def share_done(input_ids: Tensor, prompt_length: int, steps: int) -> float:
    """From 0 at the first new token to 1 at the step ``steps``, and 1 after."""
    return min((input_ids.shape[1] - prompt_length) / steps, 1.0)


def annealed_scores(
    input_ids: Tensor, scores: Tensor, prompt_length: int, start: float, end: float, steps: int
) -> Tensor:
    """The scores divided by a T on the line from start to end."""
    done = share_done(input_ids, prompt_length, steps)
    return scores / (start + (end - start) * done)


def with_share(share: Answer) -> Answer:
    """The line at another place: ``share(input_ids, prompt_length, steps)``."""

    def answer(
        input_ids: Tensor, scores: Tensor, prompt_length: int, start: float, end: float, steps: int
    ) -> Tensor:
        done = share(input_ids, prompt_length, steps)
        return scores / (start + (end - start) * done)

    return answer


def after(change: Answer) -> Answer:
    """Something else done with the scores: ``change(scores, T)``."""

    def answer(
        input_ids: Tensor, scores: Tensor, prompt_length: int, start: float, end: float, steps: int
    ) -> Tensor:
        done = share_done(input_ids, prompt_length, steps)
        return change(scores, start + (end - start) * done)

    return answer


def held(length: int, prompt_length: int, steps: int) -> float:
    """The share at a number of tokens, not below 0 and not above 1."""
    return max(0.0, min((length - prompt_length) / steps, 1.0))


def prompt_counted(input_ids: Tensor, prompt_length: int, steps: int) -> float:
    """Steps counted from the start of the text."""
    del prompt_length
    return held(input_ids.shape[1], 0, steps)


def rows_counted(input_ids: Tensor, prompt_length: int, steps: int) -> float:
    """len(input_ids) - prompt_length: the rows of the batch."""
    return held(len(input_ids), prompt_length, steps)


def rows_counted_and_not_held(input_ids: Tensor, prompt_length: int, steps: int) -> float:
    """The same, which may be negative."""
    return min((len(input_ids) - prompt_length) / steps, 1.0)


def not_held(input_ids: Tensor, prompt_length: int, steps: int) -> float:
    """The line goes on below the end."""
    return (input_ids.shape[1] - prompt_length) / steps


def one_late(input_ids: Tensor, prompt_length: int, steps: int) -> float:
    """The first new token is step 1."""
    return held(input_ids.shape[1] + 1, prompt_length, steps)


def one_early(input_ids: Tensor, prompt_length: int, steps: int) -> float:
    """The first two new tokens are step 0."""
    return held(input_ids.shape[1] - 1, prompt_length, steps)


def one_fewer(input_ids: Tensor, prompt_length: int, steps: int) -> float:
    """step / (steps - 1)."""
    return held(input_ids.shape[1], prompt_length, steps - 1)


def of_the_text(input_ids: Tensor, prompt_length: int, steps: int) -> float:
    """Divided by the length of the text so far."""
    del steps
    return (input_ids.shape[1] - prompt_length) / input_ids.shape[1]


def whole_division(input_ids: Tensor, prompt_length: int, steps: int) -> float:
    """step // steps."""
    return min((input_ids.shape[1] - prompt_length) // steps, 1)


def prompt_in_the_steps(input_ids: Tensor, prompt_length: int, steps: int) -> float:
    """Divided by prompt_length + steps: the end comes too late."""
    return held(input_ids.shape[1], prompt_length, prompt_length + steps)


def share_of_the_whole_text(input_ids: Tensor, prompt_length: int, steps: int) -> float:
    """How much of prompt and new tokens together is there."""
    return held(input_ids.shape[1], 0, prompt_length + steps)


def backwards(input_ids: Tensor, prompt_length: int, steps: int) -> float:
    """From the end to the start."""
    return 1 - share_done(input_ids, prompt_length, steps)


def by_factors(
    input_ids: Tensor, scores: Tensor, prompt_length: int, start: float, end: float, steps: int
) -> Tensor:
    """The same factor at each step in the place of the same difference."""
    return scores / (start * (end / start) ** share_done(input_ids, prompt_length, steps))


def by_inverses(
    input_ids: Tensor, scores: Tensor, prompt_length: int, start: float, end: float, steps: int
) -> Tensor:
    """A line in 1/T."""
    done = share_done(input_ids, prompt_length, steps)
    return scores * ((1 - done) / start + done / end)


def unheld(input_ids: Tensor, prompt_length: int, start: float, end: float, steps: int) -> float:
    """The line before anything stops it."""
    return start + (end - start) * not_held(input_ids, prompt_length, steps)


def held_from_below(
    input_ids: Tensor, scores: Tensor, prompt_length: int, start: float, end: float, steps: int
) -> Tensor:
    """max(end, T): right for a line that falls, and a line that rises begins at its end."""
    return scores / max(end, unheld(input_ids, prompt_length, start, end, steps))


def held_as_if_falling(
    input_ids: Tensor, scores: Tensor, prompt_length: int, start: float, end: float, steps: int
) -> Tensor:
    """min(start, max(end, T)): a line that rises stays at its start."""
    return scores / min(start, max(end, unheld(input_ids, prompt_length, start, end, steps)))


def difference_forgotten(
    input_ids: Tensor, scores: Tensor, prompt_length: int, start: float, end: float, steps: int
) -> Tensor:
    """start + end * share."""
    return scores / (start + end * share_done(input_ids, prompt_length, steps))


def jumps_to_the_end(
    input_ids: Tensor, scores: Tensor, prompt_length: int, start: float, end: float, steps: int
) -> Tensor:
    """start * (1 - share), down to 0, the end only from then on."""
    done = share_done(input_ids, prompt_length, steps)
    return scores / (end if done >= 1 else start * (1 - done))


def other_steps(generator: torch.Generator) -> tuple[Probe, ...]:
    """Steps in the middle, at the end and past it, of a batch of another size than the prompt."""
    probes = []
    for new, steps, ends in (
        (3, 7, (1.6, 0.4)),
        (6, 6, (0.5, 2.0)),
        (9, 4, (1.5, 0.6)),
        (5, 20, (0.6, 1.7)),
    ):
        prompt = whole_number(generator, 4, 6)
        ids = torch.arange(2 * (prompt + new), device="cpu").reshape(2, -1)
        start, end = (between(low, 1.1 * low, generator).item() for low in ends)
        scores = 2 * normal(generator, 2, 5)
        probes.append(Probe((ids, scores, prompt, start, end, steps), "..."))
    return tuple(probes)


_SCORES = [[2.0, 1.0, -1.0], [0.5, 0.0, 3.0]]


def _probe(length: int, prompt_length: int, start: float, end: float, steps: int) -> Probe:
    ids = torch.arange(2 * length, device="cpu").reshape(2, length)
    shown = f"{ids.tolist()}, {_SCORES}, {prompt_length}, {start}, {end}, {steps}"
    return Probe((ids, tensor(_SCORES), prompt_length, start, end, steps), shown)


ANNEALED_SCORES = Exercise(
    name="annealed_scores",
    section="processor",
    reference=annealed_scores,
    probes=(
        _probe(4, 3, 1.5, 0.5, 5),
        _probe(3, 3, 1.5, 0.5, 5),
        _probe(6, 3, 2.0, 0.4, 5),
        _probe(7, 3, 0.5, 2.0, 4),
        _probe(10, 3, 1.5, 0.5, 4),
        _probe(5, 2, 0.5, 1.4, 9),
    ),
    hidden=other_steps,
    misconceptions=(
        Misconception(
            "held-as-if-falling", held_from_below, "processor", also=(held_as_if_falling,)
        ),
        Misconception("prompt-counted", with_share(prompt_counted), "processor"),
        Misconception("whole-division", with_share(whole_division), "processor"),
        Misconception(
            "rows-counted",
            with_share(rows_counted),
            "processor",
            also=(with_share(rows_counted_and_not_held),),
        ),
        Misconception("not-held", with_share(not_held), "processor"),
        Misconception("one-late", with_share(one_late), "processor"),
        Misconception("one-early", with_share(one_early), "processor"),
        Misconception("one-fewer", with_share(one_fewer), "processor"),
        Misconception("of-the-text", with_share(of_the_text), "processor"),
        Misconception(
            "prompt-in-the-steps",
            with_share(prompt_in_the_steps),
            "processor",
            also=(with_share(share_of_the_whole_text),),
        ),
        Misconception("by-inverses", by_inverses, "processor"),
        Misconception("backwards", with_share(backwards), "processor"),
        Misconception("by-factors", by_factors, "processor"),
        Misconception(
            "difference-forgotten", difference_forgotten, "processor", also=(jumps_to_the_end,)
        ),
        Misconception(
            "multiplied", after(lambda scores, heat: scores * heat), "01:only-differences"
        ),
        Misconception("probabilities", after(softmax), "processor"),
        Misconception("log-probabilities", after(log_softmax), "processor"),
    ),
)
