r"""Two ways to temper a process of two steps: every token, or the sentences as wholes.

.. math::
    \text{tokens:}\;    & \frac{p(a)^{1/T}}{\sum_{a'} p(a')^{1/T}}
                          \frac{p(b \mid a)^{1/T}}{\sum_{b'} p(b' \mid a)^{1/T}} \\
    \text{sentences:}\; & \frac{p(ab)^{1/T}}{\sum_{a'b'} p(a'b')^{1/T}}
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from tempkit.plots.arguments import geometric, language_of, positive_and_finite, several
from tempkit.plots.look import COLOURS, GREY, MARKERS, drawing, log_axis, new_figure
from tempkit.plots.picture import Picture
from tempkit.plots.wording import plain_temperature, quoted, say, spoken_probability
from tempkit.scaling import softmax


def two_temperings(
    first: Tensor,
    second: Tensor,
    temperatures: Iterable[float] | Tensor | None = None,
    *,
    labels: Sequence[str],
    lang: str | None = None,
) -> Picture:
    """Probability of each sentence of two tokens against T, tempered in either way.

    Parameters
    ----------
    first : Tensor, shape ``[A]``
        Probabilities of the first token.
    second : Tensor, shape ``[A, B]``, ``A B <= 7``
        Probabilities of the second, a row for each first token.
    temperatures : positive finite numbers in rising order, at least 2, optional
        By default from 0.05 to 10.
    labels : A B strings
        The sentences, those of the first row first.
    lang : "en" or "es", optional

    Raises
    ------
    ValueError
        If the shapes or the labels do not fit, or the temperatures do not fit the axis.
    """
    lang = language_of(lang)
    temperatures = geometric(0.05, 10, 93) if temperatures is None else several(temperatures)
    positive_and_finite(temperatures)
    if second.ndim != 2 or first.shape != second.shape[:1] or second.numel() > len(COLOURS):
        raise ValueError(
            f"probabilities of shape {list(first.shape)} and {list(second.shape)}: give [A] and "
            f"[A, B] with at most {len(COLOURS)} sentences"
        )
    if len(labels) != second.numel():
        raise ValueError(f"{len(labels)} labels for {second.numel()} sentences: give one each")
    start, rows = first.detach().cpu().double().log(), second.detach().cpu().double().log()
    whole = (start[:, None] + rows).flatten()
    tokens = torch.stack(
        [(softmax(start, t)[:, None] * softmax(rows, t)).flatten() for t in temperatures], 1
    )
    sentences = torch.stack([softmax(whole, t) for t in temperatures], 1)
    with drawing():
        figure = new_figure(4.2, say("two_temperings.title", lang))
        panels = figure.subplots(1, 2, sharey=True)
        for axes, values, key in zip(
            panels, (tokens, sentences), ("tokens", "sentences"), strict=True
        ):
            for place, label in enumerate(labels):
                axes.plot(
                    temperatures,
                    values[place].tolist(),
                    color=COLOURS[place],
                    marker=MARKERS[place],
                    markevery=(2 + 3 * place, 18),
                    markersize=6,
                    linewidth=2,
                    label=label if key == "tokens" else None,
                )
            axes.axvline(1, color=GREY, linestyle=(0, (4, 3)), linewidth=1.2)
            axes.set_title(say(f"two_temperings.{key}", lang))
            log_axis(axes.xaxis, temperatures[0], temperatures[-1])
            axes.set_ylim(-0.03, 1.03)
            axes.set_xlabel(say("temperature", lang), fontsize=11)
            axes.grid(True)
        panels[0].set_ylabel(say("two_temperings.axis", lang))
        figure.legend(loc="outside lower left", ncols=4, frameon=False, fontsize=11)
    greedy, mode = tokens[:, 0].argmax().item(), sentences[:, 0].argmax().item()
    alt = say(
        "two_temperings.alt",
        lang,
        count=len(labels),
        first=plain_temperature(temperatures[0], lang),
        last=plain_temperature(temperatures[-1], lang),
        greedy=quoted(labels[greedy], lang),
        token_share=spoken_probability(tokens[greedy, 0].item(), lang),
        mode=quoted(labels[mode], lang),
        sentence_share=spoken_probability(sentences[mode, 0].item(), lang),
        at_one_greedy=spoken_probability(whole[greedy].exp().item(), lang),
        at_one_mode=spoken_probability(whole[mode].exp().item(), lang),
    )
    return Picture(figure, alt, lang)
