"""Lab 09, ``cooled``: a temperature that is halved after so many steps, and goes on falling."""

from __future__ import annotations

import math

import torch

from tempkit.lab.exercise import Exercise, Misconception, Probe

__all__ = ["COOLED"]


def cooled(start: float, half: float, step: int) -> float:
    """start / (1 + step / half)."""
    return start / (1 + step / half)


def random_schedules(generator: torch.Generator) -> tuple[Probe, ...]:
    """Several steps of one schedule, the first and the half among them."""
    start = 0.5 + torch.rand(1, generator=generator, device="cpu", dtype=torch.float64).item()
    half = 10 + int(torch.randint(0, 40, (1,), generator=generator, device="cpu").item())
    return tuple(Probe((start, half, step), "...") for step in (0, 1, half, 2 * half + 3, 700))


COOLED = Exercise(
    name="cooled",
    section="cooling",
    reference=cooled,
    probes=tuple(
        Probe((start, half, step), f"{start:g}, {half}, {step}")
        for start, half, step in (
            (2.0, 30, 0),
            (2.0, 30, 30),
            (0.6, 20, 40),
            (0.6, 20, 5),
            (1.0, 50, 999),
        )
    ),
    hidden=random_schedules,
    misconceptions=(
        Misconception(
            "exponential",
            lambda start, half, step: start * 0.5 ** (step / half),
            "cooling",
            also=(
                lambda start, half, step: start * math.exp(-step / half),
                lambda start, half, step: start * 0.5 ** (step // half),
            ),
        ),
        Misconception(
            "linear",
            lambda start, half, step: start * max(0.0, 1 - step / (2 * half)),
            "cooling",
            also=(
                lambda start, half, step: start * (1 - step / (2 * half)),
                lambda start, half, step: start - start * step / half,
            ),
        ),
        Misconception("times-half", lambda start, half, step: start / (1 + step * half), "cooling"),
        Misconception("half-lost", lambda start, _half, step: start / (1 + step), "cooling"),
        Misconception("start-lost", lambda _start, half, step: 1 / (1 + step / half), "cooling"),
        Misconception(
            "upside-down", lambda start, half, step: start / (1 + half / step), "cooling"
        ),
        Misconception(
            "without-one",
            lambda start, half, step: start / (step / half),
            "cooling",
            also=(lambda start, half, step: start * half / max(step, 1),),
        ),
        Misconception(
            "a-step-late",
            lambda start, half, step: start / (1 + (step + 1) / half),
            "cooling",
            also=(lambda start, half, step: start / (1 + max(step - 1, 0) / half),),
        ),
        Misconception("rising", lambda start, half, step: start * (1 + step / half), "cooling"),
        Misconception("in-jumps", lambda start, half, step: start / (1 + step // half), "cooling"),
        Misconception(
            "root",
            lambda start, half, step: start / math.sqrt(1 + step / half),
            "cooling",
            also=(lambda start, half, step: start / (1 + step / half) ** 2,),
        ),
        Misconception("precedence", lambda start, half, step: start / 1 + step / half, "cooling"),
        Misconception(
            "all-divided",
            lambda start, half, step: start / ((1 + step) / half),
            "cooling",
            also=(lambda start, half, step: start / (1 + step) / half,),
        ),
    ),
)
