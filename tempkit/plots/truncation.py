"""What filters keep: one distribution after each of several, and how many tokens at each T.

A filter is anything that takes logits and returns logits with ``-inf`` where it removed a token.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import torch
from torch import Tensor

from tempkit.filters import temper
from tempkit.plots.arguments import (
    class_labels,
    geometric,
    language_of,
    one_row,
    positive_and_finite,
    several,
    single,
)
from tempkit.plots.look import (
    BLACK,
    BLUE,
    COLOURS,
    MARKERS,
    drawing,
    horizontal_bars,
    log_axis,
    new_figure,
    probability_axis,
)
from tempkit.plots.picture import Picture
from tempkit.plots.wording import (
    listed,
    plain_temperature,
    quoted,
    say,
    short_probability,
    spoken_probability,
)
from tempkit.scaling import softmax

Filter = Callable[[Tensor], Tensor]

#: A share is longer than its mark, which would cross a value inside a shorter bar.
_INSIDE_FROM = 0.84


def truncated(
    logits: Tensor,
    filters: Mapping[str, Filter],
    *,
    temperature: float = 1.0,
    labels: Sequence[str] | None = None,
    title: str | None = None,
    lang: str | None = None,
) -> Picture:
    """Bars of the softmax after each filter, with marks at the model's own probabilities.

    Parameters
    ----------
    logits : Tensor, shape ``[V]``, ``V <= 12``
    filters : at most 6 callables from logits to logits, by name
        Each gets ``logits`` as they are: one that should see another temperature divides by it.
    temperature : number from 0 to infinity
        Of the marks, ``softmax(logits / T)``, and of the mass that each filter is said to keep.
    labels : V strings, optional
    title : str, optional
    lang : "en" or "es", optional

    Raises
    ------
    ValueError
        If the logits are not one row, or there are no filters or too many.
    """
    row, temperature = one_row(logits, most=12), single(temperature)
    labels, lang = class_labels(labels, row), language_of(lang)
    _few(filters, 6)
    title = title or say("truncated.title", lang)
    plain = (
        "softmax(z)" if temperature == 1 else f"softmax(z / {plain_temperature(temperature, lang)})"
    )
    model, findings = softmax(row, temperature), []
    columns = 1 if len(filters) == 1 else 2
    lines = -(-len(filters) // columns)
    with drawing():
        figure = new_figure(lines * (0.75 + 0.27 * len(row)) + 0.8, title)
        panels = figure.subplots(lines, columns, sharex=True, sharey=True, squeeze=False)
        for axes, (name, keep) in zip(panels.flatten(), filters.items(), strict=False):
            filtered = _after(keep, logits)
            kept, shares = filtered.isfinite(), softmax(filtered)
            count, mass = int(kept.sum()), model[kept].sum().item()
            texts = [
                short_probability(share) if stays else say("truncated.removed", lang)
                for share, stays in zip(shares.tolist(), kept.tolist(), strict=True)
            ]
            horizontal_bars(
                axes, shares.tolist(), texts, BLUE, beyond=model.tolist(), inside_from=_INSIDE_FROM
            )
            places = torch.arange(len(row))
            axes.vlines(model.tolist(), places - 0.45, places + 0.45, color=BLACK, linewidth=2.2)
            probability_axis(axes.xaxis)
            said = say("truncated.keeps", lang, count=count, mass=short_probability(mass))
            axes.set_title(f"{name}\n{said}", fontsize=11, linespacing=1.3)
            top = shares.argmax().item()
            findings.append(
                say(
                    "truncated.finding",
                    lang,
                    filter=name,
                    count=count,
                    mass=spoken_probability(mass, lang),
                    top=quoted(labels[top], lang),
                    share=spoken_probability(shares[top].item(), lang),
                )
            )
        for axes in panels.flatten()[len(filters) :]:
            axes.remove()
        panels[0, 0].set_yticks(range(len(row)), labels)
        figure.supxlabel(say("truncated.key", lang, model=plain), fontsize=11)
    alt = say(
        "truncated.alt",
        lang,
        title=title.rstrip("."),
        count=len(row),
        model=plain,
        findings="; ".join(findings),
    )
    return Picture(figure, alt, lang)


def kept_sizes(
    logits: Tensor,
    filters: Mapping[str, Filter],
    temperatures: Iterable[float] | Tensor | None = None,
    *,
    lang: str | None = None,
) -> Picture:
    """How many tokens each filter keeps of ``logits / T``, a curve a filter.

    Parameters
    ----------
    logits : Tensor, shape ``[V]``
    filters : at most 7 callables from logits to logits, by name
    temperatures : positive finite numbers in rising order, at least 2, optional
        By default from 0.3 to 10.
    lang : "en" or "es", optional

    Raises
    ------
    ValueError
        If the logits are not one row, the temperatures do not fit a logarithmic axis, or there are
        no filters or too many.
    """
    vocabulary, lang = len(one_row(logits)), language_of(lang)
    _few(filters, len(COLOURS))
    temperatures = geometric(0.3, 10, 17) if temperatures is None else several(temperatures)
    positive_and_finite(temperatures)
    if len(temperatures) < 2 or sorted(set(temperatures)) != temperatures:
        raise ValueError("curves over T need at least two temperatures, in rising order")
    low, high, findings = temperatures[0], temperatures[-1], []
    with drawing():
        figure = new_figure(4.6, say("kept_sizes.title", lang))
        axes = figure.subplots()
        for (name, keep), colour, marker in zip(filters.items(), COLOURS, MARKERS, strict=False):
            counts = [int(_after(keep, temper(logits, t)).isfinite().sum()) for t in temperatures]
            axes.plot(
                temperatures,
                counts,
                color=colour,
                marker=marker,
                markersize=5,
                linewidth=1.8,
                label=name,
            )
            findings.append(
                say(
                    "kept_sizes.finding",
                    lang,
                    filter=name,
                    first=counts[0],
                    last=counts[-1],
                )
            )
        log_axis(axes.xaxis, low, high)
        log_axis(axes.yaxis, 0.8, vocabulary * 1.4)
        axes.axvline(1, color=BLACK, linestyle=":", linewidth=1.4)
        axes.grid(True)
        axes.set(xlabel=say("temperature", lang), ylabel=say("kept_sizes.count", lang))
        figure.legend(loc="outside lower left", ncols=4, frameon=False, fontsize=11)
    alt = say(
        "kept_sizes.alt",
        lang,
        count=vocabulary,
        first=plain_temperature(low, lang),
        last=plain_temperature(high, lang),
        findings=listed(findings, lang),
    )
    return Picture(figure, alt, lang)


def _after(keep: Filter, logits: Tensor) -> Tensor:
    """What a filter makes of the logits, on the CPU; it may also return a list."""
    return torch.as_tensor(keep(logits)).detach().cpu().double()


def _few(filters: Mapping[str, Filter], most: int) -> None:
    if not 0 < len(filters) <= most:
        raise ValueError(
            f"{len(filters)} filters do not fit: this figure has room for 1 to {most}, "
            'such as {"top-k 2": functools.partial(top_k, k=2)}'
        )
