"""Let a language model write on: prompts, a temperature that may change, a seed.

Each step draws one token from ``softmax(filter(logits) / T)`` and appends it; the key/value cache
of transformers spares it from reading the text again. What a model's own ``generation_config``
asks for (a temperature, a nucleus, 50 candidates by default) has no influence here, except for the
tokens that end a text.
"""

from __future__ import annotations

import copy
import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from tempkit.generation.devices import threads_for
from tempkit.generation.loading import quietly
from tempkit.generation.prediction import at_rest
from tempkit.generation.processors import (
    EndForbidden,
    Filters,
    GumbelNoise,
    InTurn,
    Schedule,
    TemperatureSchedule,
)
from tempkit.generation.prompts import Prompts, encode, padded

if TYPE_CHECKING:
    from tqdm import tqdm
    from transformers import PreTrainedModel

    from tempkit.generation.tables import TextTable
    from tempkit.verbs import LanguageModel

__all__ = ["Generation", "generate", "seeded_rows", "validate_counts", "validate_length"]

#: Rows that are written together: at most so many, and so many scores a step.
_ROWS, _SCORES = 256, 4_000_000

#: Seconds until a run counts as long.
_PATIENCE = 4.0

#: Takes one prompt to its row's seed apart from another's; torch's generators take 32 bits.
_BYTES_OF_SEED = 4


@dataclass(frozen=True, eq=False, repr=False)
class Generation:
    """Texts that a model has written; shows as a table in a notebook.

    One entry a text: the samples of the first prompt, then those of the second, ...

    Attributes
    ----------
    prompts : tuple of str
        The prompt of each text.
    continuations : tuple of str
        What was written after it, without the token that ends a text.
    ids : tuple of tuples of int
        Its token ids.
    temperatures : tuple of tuples of float
        The temperature at which each of these tokens was drawn.
    ended : tuple of bool
        Whether the model ended the text itself.
    """

    prompts: tuple[str, ...]
    continuations: tuple[str, ...]
    ids: tuple[tuple[int, ...], ...]
    temperatures: tuple[tuple[float, ...], ...]
    ended: tuple[bool, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """Each prompt with its continuation, as one reads it."""
        pairs = zip(self.prompts, self.continuations, strict=True)
        return tuple(prompt + continuation for prompt, continuation in pairs)

    def __len__(self) -> int:
        """How many texts there are."""
        return len(self.prompts)

    def table(self) -> TextTable:
        """A pandas table, one line a text."""
        from tempkit.generation.tables import TextTable

        columns = {
            "prompt": self.prompts,
            "continuation": self.continuations,
            "tokens": [len(ids) for ids in self.ids],
            "ended": self.ended,
        }
        return TextTable(columns).rename_axis("text")

    def __repr__(self) -> str:
        """The table, in plain text."""
        return repr(self.table())

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def generate(
    model: LanguageModel,
    prompts: Prompts,
    *,
    temperature: Schedule = 1.0,
    max_new_tokens: int = 60,
    samples: int = 1,
    seed: int = 0,
    filters: Callable[..., Tensor] | Sequence[Callable[..., Tensor]] | None = None,
    allow_end: bool = True,
    cache: bool = True,
    progress: bool | None = None,
) -> Generation:
    """Continue one prompt or many, drawing each token from ``softmax(logits / T)``.

    Parameters
    ----------
    model : LanguageModel
        From :func:`tempkit.generation.load` or ``tempkit.verbs.load``.
    prompts : str, sequence of str, or Tensor of ids ``[n]`` or ``[B, n]``
        Shorter prompts are padded on the left; the padding is masked and influences nothing.
    temperature : number, or callable with the parameters ``step``, ``logits`` or both
        ``0 <= T <= inf``, constant or scheduled: see :mod:`tempkit.schedules` and
        :class:`TemperatureSchedule`. At ``T = 0`` the draw is uniform over the tied maxima.
    max_new_tokens : int, at least 1
    samples : int, at least 1
        Texts for each prompt.
    seed : int, at least 0
        The n-th text of a prompt depends on the seed, the prompt and n alone: not on the other
        prompts, nor on ``samples`` and ``max_new_tokens``, which only say where to stop, nor on the
        device, unless rounding of the logits (about 1e-6) tips a choice. Giving a prompt twice
        gives its first and its second text. At other temperatures the same noise is used, so that
        texts of one seed differ by the temperature alone.
    filters : callable or sequence of callables, optional
        From logits to logits, such as ``functools.partial(top_p, p=0.9)``. Applied to the model's
        logits in the order written, **before** the temperature. To truncate after it, as
        transformers does, make :func:`tempkit.filters.temper` the first filter and leave
        ``temperature`` at 1. A filter with a parameter ``previous_tokens`` is given them.
    allow_end : bool
        False makes the end of a text impossible, so that each has ``max_new_tokens``.
    cache : bool
        False reads the whole text again for every token: slower, the same law.
    progress : bool, optional
        Whether to show a bar. Without it, on runs of more than a few seconds, unless the
        environment says ``TEMPKIT_PROGRESS=off``.

    Returns
    -------
    Generation

    Raises
    ------
    TypeError, ValueError
        For a prompt that is empty, holds an unknown word or id, or is too long for the model; for
        a temperature, scheduled or not, that is negative or NaN; for numbers that are no positive
        integers.

    Notes
    -----
    The model itself, its mode and its ``generation_config`` are left as they were.
    """
    validate_counts(max_new_tokens=max_new_tokens, samples=samples, seed=seed)
    net, encoded = model.model, encode(model, prompts)
    places = getattr(net.config, "max_position_embeddings", None)
    validate_length(model.name, places, max(map(len, encoded)), max_new_tokens)
    ends = _ends_of(model)
    forbidden, stopping = ([], ends) if allow_end else ([EndForbidden(ends)], [])
    rows = list(seeded_rows(encoded, samples, seed))
    width = max(1, min(_ROWS, _SCORES // net.config.vocab_size))
    written: list[tuple[list[int], Sequence[float]]] = []
    tokens = len(rows) * max_new_tokens
    with quietly(), at_rest(net), threads_for(net), _bar(tokens, progress) as bar:
        for start in range(0, len(rows), width):
            ids, seeds = zip(*rows[start : start + width], strict=True)
            padding = [max(map(len, ids)) - len(row) for row in ids]
            filtering = [] if filters is None else [Filters(filters, padding)]
            schedule = TemperatureSchedule(temperature, prompt_length=max(map(len, ids)))
            processor = InTurn([*forbidden, *filtering, schedule, GumbelNoise(seeds)])
            new = _write(net, ids, processor, max_new_tokens, stopping, cache, bar)
            written += zip(new, _by_row(schedule.used, len(ids)), strict=True)
    shown = [prompts] if isinstance(prompts, str) else prompts
    if isinstance(prompts, Tensor):
        shown = [model.tokenizer.decode(ids) for ids in encoded]
    heads = [text for text in shown for _ in range(samples)]
    return _read(model, heads, [ids for ids, _ in rows], written, set(stopping))


def seeded_rows(
    encoded: list[list[int]], samples: int, seed: int
) -> Iterator[tuple[list[int], int]]:
    """Ids and a seed for each text; a prompt that comes again goes on where it left off."""
    texts_so_far: Counter[tuple[int, ...]] = Counter()
    for ids in encoded:
        for _ in range(samples):
            number = texts_so_far[tuple(ids)]
            texts_so_far[tuple(ids)] += 1
            digest = hashlib.sha256(repr((seed, number, ids)).encode()).digest()
            yield ids, int.from_bytes(digest[:_BYTES_OF_SEED], "big")


def _write(
    net: PreTrainedModel,
    rows: Sequence[list[int]],
    processor: InTurn,
    max_new_tokens: int,
    ends: list[int],
    cache: bool,
    bar: tqdm | None,
) -> list[list[int]]:
    """New ids of each row, up to the longest text of them."""
    from transformers import GenerationConfig, StoppingCriteriaList

    config = GenerationConfig(
        max_new_tokens=max_new_tokens,
        do_sample=False,  # the noise is in the scores
        use_cache=cache,
        pad_token_id=0,
        eos_token_id=ends or None,
    )
    # transformers fills what a configuration leaves open from the model's own, so the model gets
    # ours: a shallow copy of it does, whose parameters are the same.
    speaker = copy.copy(net)
    speaker.generation_config = config
    ids, mask = padded(rows, side="left")
    written = speaker.generate(
        ids.to(net.device),
        attention_mask=mask.to(net.device),
        generation_config=config,
        logits_processor=[processor],
        stopping_criteria=StoppingCriteriaList([_Tick(bar)] if bar is not None else []),
    )
    return written[:, ids.shape[1] :].tolist()


def _by_row(used: list[float | Tensor], rows: int) -> list[Sequence[float]]:
    """The temperatures of the steps, one list a row."""
    steps = [t.tolist() if isinstance(t, Tensor) else [t] * rows for t in used]
    return list(zip(*steps, strict=True))


def _read(
    model: LanguageModel,
    heads: list[str],
    prompts: list[list[int]],
    written: list[tuple[list[int], Sequence[float]]],
    ends: set[int],
) -> Generation:
    """Texts out of ids, each cut where it ends."""
    continuations, kept, temperatures, ended = [], [], [], []
    for prompt, (ids, used) in zip(prompts, written, strict=True):
        stop = next((i for i, token in enumerate(ids) if token in ends), None)
        # Decoded with its prompt: a tokenizer may join words otherwise at the start of a text.
        whole = model.tokenizer.decode([*prompt, *ids[:stop]])
        continuations.append(whole.removeprefix(model.tokenizer.decode(prompt)))
        kept.append(tuple(ids[:stop]))
        temperatures.append(tuple(used[:stop]))
        ended.append(stop is not None)
    return Generation(*map(tuple, (heads, continuations, kept, temperatures, ended)))


def _ends_of(model: LanguageModel) -> list[int]:
    """Tokens that end a text: the model says which, or else its tokenizer."""
    ends = model.model.generation_config.eos_token_id
    if ends is None:
        ends = model.tokenizer.eos_token_id
    if ends is None:
        return []
    return [ends] if isinstance(ends, int) else list(ends)


def validate_counts(*, max_new_tokens: int, samples: int, seed: int) -> None:
    """TypeError or ValueError for what is no integer, or too small; names it."""
    counts = {"max_new_tokens": (max_new_tokens, 1), "samples": (samples, 1), "seed": (seed, 0)}
    for name, (value, least) in counts.items():
        if not isinstance(value, Integral) or isinstance(value, bool):
            raise TypeError(f"{name} must be an integer, not {value!r}")
        if value < least:
            raise ValueError(f"{name} must be at least {least}, not {value}")


def validate_length(name: str, places: int | None, prompt: int, new: int) -> None:
    """ValueError if a prompt and its new tokens are more than the model has positions for."""
    if places is None or prompt + new <= places:
        return
    remedy = "shorten the prompt"
    if prompt < places:
        remedy += f", or set max_new_tokens to at most {places - prompt}"
    raise ValueError(
        f"a prompt of {prompt} tokens and {new} new ones do not fit the {places} positions of "
        f"{name}: {remedy}"
    )


class _Tick:
    """A stopping criterion that never stops anything: transformers calls it once a step."""

    def __init__(self, bar: tqdm) -> None:
        self._bar = bar

    def __call__(self, input_ids: Tensor, scores: Any, **_: Any) -> Tensor:  # noqa: ARG002
        self._bar.update(len(input_ids))
        return input_ids.new_zeros(len(input_ids), dtype=torch.bool)


@contextmanager
def _bar(tokens: int, progress: bool | None) -> Iterator[tqdm | None]:
    """A bar that counts tokens, appears late and leaves nothing behind; or None."""
    if progress is None:
        wanted, delay = os.environ.get("TEMPKIT_PROGRESS") != "off", _PATIENCE
    else:
        wanted, delay = progress, 0.0
    if not wanted:
        yield None
        return
    from tqdm import tqdm

    with tqdm(total=tokens, unit=" tokens", delay=delay, leave=False) as bar:
        yield bar
