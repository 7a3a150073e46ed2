r"""The repetition penalty and a common shift of the logits.

.. math::  p_i(c) = \mathrm{softmax}(R_\rho(z + c))_i

A softmax forgets :math:`c`; the penalty :math:`R_\rho`, which divides positive logits and
multiplies negative ones, does not.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from tempkit.filters import repetition_penalty
from tempkit.plots.arguments import class_labels, language_of, one_row
from tempkit.plots.look import BLACK, COLOURS, MARKERS, drawing, new_figure
from tempkit.plots.picture import Picture
from tempkit.plots.wording import listed, quoted, say, spoken_probability
from tempkit.scaling import softmax

_FURTHEST = 12


def penalty_shift(
    logits: Tensor,
    token: int = 0,
    penalties: Sequence[float] = (1.1, 1.3),
    *,
    labels: Sequence[str] | None = None,
    lang: str | None = None,
) -> Picture:
    """Probability of a penalised token when all logits are shifted, from 12 down to 12 up.

    Parameters
    ----------
    logits : Tensor, shape ``[V]``
    token : int
        The one token that has appeared before; a possible one.
    penalties : at most 7 numbers above 0
    labels : V strings, optional
    lang : "en" or "es", optional

    Raises
    ------
    ValueError
        If the logits are not one row, the token is impossible or none of theirs, or a penalty is
        not positive.
    """
    row = one_row(logits)
    labels, lang = class_labels(labels, row), language_of(lang)
    if not (0 <= token < len(row) and row[token].isfinite()):
        raise ValueError(f"token {token} is none of the {len(row)}, or impossible: choose another")
    plain = softmax(row)[token].item()
    shifts = torch.linspace(-_FURTHEST, _FURTHEST, 241, dtype=torch.float64)
    previous, findings = torch.tensor([token], device="cpu"), []

    def probability(shift: float, penalty: float) -> float:
        return softmax(repetition_penalty(row + shift, previous, penalty))[token].item()

    with drawing():
        name = quoted(labels[token], lang)
        figure = new_figure(4.3, say("penalty_shift.title", lang))
        axes = figure.subplots()
        axes.axhline(
            plain, color=BLACK, linestyle="--", linewidth=1.6, label=say("penalty_shift.none", lang)
        )
        for penalty, colour, marker in zip(penalties, COLOURS, MARKERS, strict=False):
            axes.plot(
                shifts.tolist(),
                [probability(shift, penalty) for shift in shifts.tolist()],
                color=colour,
                linewidth=2.2,
                marker=marker,
                markevery=30,
                markersize=6,
                label=f"ρ = {penalty:g}",
            )
            findings.append(
                say(
                    "penalty_shift.finding",
                    lang,
                    penalty=f"{penalty:g}",
                    here=spoken_probability(probability(0, penalty), lang),
                    furthest=_FURTHEST,
                    far=spoken_probability(probability(_FURTHEST, penalty), lang),
                )
            )
        top = min(1, plain * 1.15)
        axes.set_xlim(-_FURTHEST, _FURTHEST)
        axes.set_xticks(range(-_FURTHEST, _FURTHEST + 1, 4))
        axes.set_ylim(0, top)
        axes.set_yticks([tick for tick in axes.get_yticks() if 0 <= tick <= top])
        axes.grid(True)
        axes.set(
            xlabel=say("penalty_shift.shift", lang),
            ylabel=say("penalty_shift.probability", lang, token=name),
        )
        figure.legend(loc="outside lower left", ncols=4, frameon=False, fontsize=11)
    alt = say(
        "penalty_shift.alt",
        lang,
        token=name,
        plain=spoken_probability(plain, lang),
        peak=f"{-row[token].item():.3g}".replace("-", "−"),
        findings=listed(findings, lang),
    )
    return Picture(figure, alt, lang)
