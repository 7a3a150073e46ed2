r"""Every place where people put the temperature, and what each does to the distribution.

With ``p = softmax(z)`` and the truth ``q = softmax(z / T)``, some forms outside the softmax are
wrong, and two are right: ``p ** (1/T)`` renormalised and ``softmax(log p / T)`` both equal ``q``,
because the constant ``log Z`` that separates ``log p`` from ``z`` cancels on normalising. Derived
in note 00, sections "outside-forms" and "power-form".
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from tempkit import language
from tempkit.scaling import softmax, validated_logits

if TYPE_CHECKING:
    import pandas

__all__ = ["FORMS", "Form", "compare", "find"]


@dataclass(frozen=True)
class Form:
    """One way of applying a temperature, as it is written in the wild.

    ``apply(logits, temperature)`` returns the weights ``[..., V]`` in the dtype of the logits, not
    renormalised and with no guard: what comes out is what that line of code computes.
    """

    id: str
    formula: str
    correct: bool
    apply: Callable[[Tensor, float], Tensor]
    note: dict[str, str]


def inside(logits: Tensor, temperature: float) -> Tensor:
    """``softmax(z / T)``: the definition."""
    return torch.softmax(logits / temperature, -1)


def power(logits: Tensor, temperature: float) -> Tensor:
    """``p ** (1/T)``, renormalised: the same distribution, until ``p`` underflows."""
    weights = torch.softmax(logits, -1) ** (1 / temperature)
    return weights / weights.sum(-1, keepdim=True)


def log(logits: Tensor, temperature: float) -> Tensor:
    """``softmax(log p / T)``: the same distribution, because a softmax ignores a common shift."""
    return torch.softmax(torch.log_softmax(logits, -1) / temperature, -1)


def divided(logits: Tensor, temperature: float) -> Tensor:
    """``p / T``: sums to 1/T, and is ``p`` again as soon as anything renormalises it."""
    return torch.softmax(logits, -1) / temperature


def double_softmax(logits: Tensor, temperature: float) -> Tensor:
    """``softmax(p / T)``: no two of its probabilities differ by more than a factor e^(1/T)."""
    return torch.softmax(torch.softmax(logits, -1) / temperature, -1)


def unnormalised_power(logits: Tensor, temperature: float) -> Tensor:
    """``p ** (1/T)`` left as it is: no distribution, though a sampler makes it one."""
    return torch.softmax(logits, -1) ** (1 / temperature)


def inverted(logits: Tensor, temperature: float) -> Tensor:
    """``softmax(z * T)``: the knob turned backwards, the truth at temperature 1/T."""
    return torch.softmax(logits * temperature, -1)


def twice(logits: Tensor, temperature: float) -> Tensor:
    """``softmax((z / T) / T)``: two layers of code each divide, the truth at temperature T^2."""
    return torch.softmax(logits / temperature / temperature, -1)


def rejection(logits: Tensor, temperature: float) -> Tensor:
    """Draw from ``p``, reject with probability T: the chance of each class to come out of one try.

    Below T = 1 that is ``(1 - T) p``, a slower ``p``; from T = 1 on nothing is ever accepted.
    """
    return max(1 - temperature, 0.0) * torch.softmax(logits, -1)


FORMS: tuple[Form, ...] = (
    Form(
        "inside",
        "softmax(z / T)",
        True,
        inside,
        {
            "en": "the definition",
            "es": "la definición",
        },
    ),
    Form(
        "power",
        "p^(1/T) / sum",
        True,
        power,
        {
            "en": "the same distribution, numerical losses apart",
            "es": "la misma distribución, salvo pérdidas numéricas",
        },
    ),
    Form(
        "log",
        "softmax(log p / T)",
        True,
        log,
        {
            "en": "the same distribution: log p = z - constant",
            "es": "la misma distribución: log p = z - constante",
        },
    ),
    Form(
        "divided",
        "p / T",
        False,
        divided,
        {
            "en": "sums to 1/T; renormalised it is p: no effect",
            "es": "suma 1/T; renormalizada, es p: sin efecto",
        },
    ),
    Form(
        "double-softmax",
        "softmax(p / T)",
        False,
        double_softmax,
        {
            "en": "no ratio above e^(1/T), however sure the model",
            "es": "ninguna razón supera e^(1/T), pase lo que pase",
        },
    ),
    Form(
        "unnormalised-power",
        "p^(1/T)",
        False,
        unnormalised_power,
        {
            "en": "right only once someone renormalises it",
            "es": "correcta solo cuando alguien la renormaliza",
        },
    ),
    Form(
        "inverted",
        "softmax(z * T)",
        False,
        inverted,
        {
            "en": "backwards: this is temperature 1/T",
            "es": "al revés: es la temperatura 1/T",
        },
    ),
    Form(
        "twice",
        "softmax(z / T / T)",
        False,
        twice,
        {
            "en": "applied twice: this is temperature T^2",
            "es": "aplicada dos veces: es la temperatura T^2",
        },
    ),
    Form(
        "rejection",
        "p, rejected with probability T",
        False,
        rejection,
        {
            "en": "a slower p for T < 1; nothing from T = 1 on",
            "es": "una p más lenta si T < 1; nada desde T = 1",
        },
    ),
)


def find(form_id: str) -> Form:
    """The form of that id.

    Raises
    ------
    ValueError
        If there is none; the message lists the ids.
    """
    for form in FORMS:
        if form.id == form_id:
            return form
    raise ValueError(
        f"there is no form {form_id!r}: choose one of {', '.join(form.id for form in FORMS)}"
    )


def compare(logits: Tensor, temperature: float, *, lang: str | None = None) -> pandas.DataFrame:
    """What each form does to one distribution, a row a form, computed in float64.

    Parameters
    ----------
    logits : Tensor, shape ``[V]``
    temperature : float
        Finite and positive: the forms divide by it.
    lang : "en" or "es", optional
        Language of the notes; the current one by default.

    Returns
    -------
    pandas.DataFrame
        Columns ``form`` (id), ``correct``, ``sum`` of the weights as computed, ``entropy`` (nats)
        and ``total_variation`` to the true distribution, both after renormalising, which is what
        ``torch.multinomial`` silently does, and ``note``. Entropy and distance are NaN where no
        weight is left to renormalise.

    Raises
    ------
    ValueError
        If the logits are not one row, or the temperature is not positive and finite.
    """
    import pandas

    lang = language.current() if lang is None else language.validated(lang)
    if not (temperature > 0 and math.isfinite(temperature)):
        raise ValueError(
            f"temperature must be positive and finite here, not {temperature:g}: "
            "the forms divide by it"
        )
    logits = validated_logits(logits).detach().double().cpu()
    if logits.ndim != 1:
        raise ValueError(f"compare takes one row of logits, not shape {list(logits.shape)}")
    truth = softmax(logits, temperature)
    rows = []
    for form in FORMS:
        weights = form.apply(logits, temperature)
        seen = weights / weights.sum()
        rows.append(
            {
                "form": form.id,
                "correct": form.correct,
                "sum": weights.sum().item(),
                "entropy": torch.special.entr(seen).sum().item(),
                "total_variation": (seen - truth).abs().sum().item() / 2,
                "note": form.note[lang],
            }
        )
    return pandas.DataFrame(rows)
