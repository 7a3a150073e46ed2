"""What a figure may be asked to show: one row of logits, some temperatures, a label a class."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from tempkit import language
from tempkit.scaling import validated_logits, validated_temperature


def one_row(logits: Tensor, *, most: int | None = None) -> Tensor:
    """The logits as a float64 row on the CPU.

    Raises
    ------
    TypeError
        If they are not a floating tensor.
    ValueError
        If they are not one row, not usable by a softmax, or more than ``most``.
    """
    if isinstance(logits, Tensor) and logits.ndim != 1:
        raise ValueError(
            f"a figure shows one distribution: logits must have shape [V], not "
            f"{list(logits.shape)}; choose a row, such as logits[0]"
        )
    row = validated_logits(logits).detach().cpu().double()
    if most is not None and len(row) > most:
        raise ValueError(
            f"{len(row)} classes do not fit: this figure has room for {most}; "
            "rank_curves shows a whole vocabulary"
        )
    return row


def several(temperatures: Iterable[float] | Tensor, *, most: int | None = None) -> list[float]:
    """The temperatures as a list of numbers from 0 to infinity.

    Raises
    ------
    ValueError
        If there is none, one is negative or NaN, or there are more than ``most``.
    """
    values = temperatures.flatten().tolist() if isinstance(temperatures, Tensor) else temperatures
    values = [single(temperature) for temperature in values]
    if not values:
        raise ValueError("temperatures is empty: give at least one, such as [0.5, 1, 2]")
    if most is not None and len(values) > most:
        raise ValueError(
            f"{len(values)} temperatures do not fit: this figure has room for {most}; "
            "heat_map shows a whole range"
        )
    return values


def single(temperature: float) -> float:
    """One temperature as a number, after the checks of :func:`tempkit.softmax`."""
    return validated_temperature(temperature, torch.zeros(1, dtype=torch.float64)).item()


def positive_and_finite(temperatures: Sequence[float]) -> None:
    """Refuse a temperature that an axis of temperatures cannot hold.

    Raises
    ------
    ValueError
        If one is 0 or infinite.
    """
    for temperature in temperatures:
        if temperature == 0 or math.isinf(temperature):
            raise ValueError(
                f"temperature must be positive and finite here, not {temperature:g}: "
                "this figure has it on an axis or divides by it"
            )


def geometric(low: float, high: float, count: int) -> list[float]:
    """``count`` temperatures from ``low`` to ``high``, each the same factor above the last."""
    return torch.logspace(math.log10(low), math.log10(high), count, dtype=torch.float64).tolist()


def class_labels(labels: Sequence[str] | None, row: Tensor) -> list[str]:
    """A label a class, the value of its logit (``z = 2``) where none is given.

    Raises
    ------
    ValueError
        If there is not one a class.
    """
    if labels is None:
        return [f"z = {value:.3g}".replace("-", "−") for value in row.tolist()]
    if len(labels) != len(row):
        raise ValueError(
            f"{len(labels)} labels for {len(row)} logits: give one label for each class"
        )
    return [str(label).replace("\n", "↵") for label in labels]


def language_of(lang: str | None) -> str:
    """The language asked for, else the one in use."""
    return language.current() if lang is None else language.validated(lang)
