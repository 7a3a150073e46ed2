r"""A draw from ``softmax(logits / T)`` as logits processors of transformers.

The token is the largest of the scores plus Gumbel noise,

.. math::  j = \arg\max_i \Bigl( \frac{z_i}{T} + G_i \Bigr), \qquad G_i = -\log(-\log u_i)

which has the law ``softmax(z / T)``. So the search for the largest score that transformers calls
greedy, ``do_sample=False``, becomes sampling, and the noise may come from a CPU generator whatever
the device. Each row has a generator of its own: its tokens do not depend on the rows beside it.

They are what ``generate`` of transformers takes as ``logits_processor``, in this order: filters,
:class:`TemperatureSchedule`, :class:`GumbelNoise`. The key/value cache stays in use.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from numbers import Real

import torch
from torch import Tensor

from tempkit.filters import Composition
from tempkit.scaling import log_softmax, validated_logits

__all__ = ["EndForbidden", "Filters", "GumbelNoise", "InTurn", "Schedule", "TemperatureSchedule"]

#: A temperature, or a function of the parameters ``step`` or ``logits`` (or both) that gives one.
Schedule = float | Callable[..., float | Tensor]

#: Within these bounds a quotient of float32 gaps neither overflows nor loses a token that matters.
_ORDINARY = (1e-4, 1e4)

#: Uniforms are at least this: -log(-log u) stays finite.
_LEAST_UNIFORM = 2.0**-54

#: Noise is made for up to so many steps at a time, which spares calls to the generators.
_STEPS_AHEAD = 32


class TemperatureSchedule:
    """Divide the logits by a temperature that may change from step to step and from row to row.

    Parameters
    ----------
    temperature : number, or callable with the parameters ``step``, ``logits`` or both
        ``0 <= T <= inf``. ``step`` is 0 for the first new token; ``logits`` are those of the step,
        ``[rows, V]``, after any filters. The callable gives a number, or a tensor with one
        temperature a row. The schedules of :mod:`tempkit.schedules` are such callables.
    prompt_length : int
        Columns of ids, padding included, before the first new token.

    Attributes
    ----------
    used : list of float or Tensor ``[rows]``
        The temperature of each step so far.

    Raises
    ------
    TypeError, ValueError
        For a temperature that is no number, negative or NaN, whether given or scheduled; for a
        callable with other parameters.
    """

    def __init__(self, temperature: Schedule, prompt_length: int) -> None:
        if callable(temperature):
            self._at = temperature
            self._asks = _asked_for(temperature)
        else:
            number = _validated_number(temperature)
            self._at, self._asks = lambda: number, ()
        self._prompt_length = prompt_length
        self.used: list[float | Tensor] = []

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        """Scores whose softmax is ``softmax(scores / T)``; the given ones stay as they are."""
        given = {"step": input_ids.shape[1] - self._prompt_length, "logits": scores}
        temperature = self._at(**{name: given[name] for name in self._asks})
        if not isinstance(temperature, Tensor) or temperature.ndim == 0:
            temperature = _validated_number(temperature)
        self.used.append(temperature)
        if isinstance(temperature, float) and _ORDINARY[0] <= temperature <= _ORDINARY[1]:
            top = scores.amax(-1, keepdim=True)
            # NaN, inf or a row of -inf; a sum that overflows passes the second look.
            if not math.isfinite(top.sum()):
                validated_logits(scores)
            return (scores - top).div_(temperature)
        return log_softmax(scores, temperature)


def _asked_for(schedule: Callable[..., float | Tensor]) -> tuple[str, ...]:
    """Which of ``step`` and ``logits`` a schedule wants."""
    names = tuple(
        name
        for name, parameter in inspect.signature(schedule).parameters.items()
        if parameter.default is parameter.empty
    )
    if not names or not {"step", "logits"}.issuperset(names):
        raise TypeError(
            f"a schedule takes step, logits or both, not {', '.join(names) or 'nothing'}: "
            "name its parameter, as in `lambda step: 1.5 - 0.01 * step`"
        )
    return names


def _validated_number(temperature: float | Tensor) -> float:
    if isinstance(temperature, Tensor):
        temperature = temperature.item()
    if not isinstance(temperature, Real) or isinstance(temperature, bool):
        raise TypeError(
            f"temperature must be a number or a schedule, not {temperature!r}: "
            "for several temperatures use styles(), or one call for each"
        )
    if not temperature >= 0:
        raise ValueError(f"temperature must be at least 0, not {temperature:g}")
    return float(temperature)


class GumbelNoise:
    """Add Gumbel noise, so that the largest score is a draw from the softmax of the scores.

    For transformers' ``generate`` with ``do_sample=False``. An object serves one generation.

    Parameters
    ----------
    seeds : sequence of int, one a row
        Each row draws ``V`` uniforms a step, in float64, from a CPU generator with its seed (of
        which torch takes 32 bits). So one seed gives the same noise on every device, in every batch
        and however many steps are made.

    Raises
    ------
    ValueError
        If the scores have another number of rows.

    References
    ----------
    Gumbel (1954), "Statistical theory of extreme values and some practical applications"; Maddison,
    Tarlow and Minka (2014), "A* sampling", NIPS. Proof in note 02.
    """

    def __init__(self, seeds: Sequence[int]) -> None:
        self._generators = [torch.Generator("cpu").manual_seed(seed) for seed in seeds]
        self._ahead = 0
        self._block = torch.empty(len(seeds), 0, 0, device="cpu")
        self._next = 0

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:  # noqa: ARG002
        """The scores plus noise; an impossible token stays at ``-inf``."""
        if len(scores) != len(self._generators):
            raise ValueError(
                f"{len(scores)} rows of scores, but {len(self._generators)} seeds: give one a row"
            )
        if self._next == self._block.shape[1]:
            self._draw(scores)
        noise = self._block[:, self._next]
        self._next += 1
        return scores + noise

    def _draw(self, scores: Tensor) -> None:
        """The noise of the steps to come: few at first, since a generation may be short."""
        self._ahead = min(2 * self._ahead or 1, _STEPS_AHEAD)
        vocabulary = scores.shape[1]
        # Row by row: short enough for torch to leave it on one thread.
        rows = [_gumbel(self._ahead * vocabulary, generator) for generator in self._generators]
        block = torch.stack(rows).reshape(len(rows), self._ahead, vocabulary)
        self._block, self._next = block.to(scores.device, scores.dtype), 0


def _gumbel(count: int, generator: torch.Generator) -> Tensor:
    uniforms = torch.rand(count, dtype=torch.float64, generator=generator, device="cpu")
    exponentials = uniforms.clamp_min_(_LEAST_UNIFORM).log_().neg_()
    # The first logarithm needs float64, close to 1; for the second float32 has digits enough.
    return exponentials.float().log_().neg_()


class Filters:
    """Filters of :mod:`tempkit.filters`, applied in the order in which they are written.

    A filter with a parameter ``previous_tokens``, such as ``partial(repetition_penalty,
    penalty=1.2)``, is given the row's tokens so far, those of the prompt included.
    """

    def __init__(
        self,
        filters: Callable[..., Tensor] | Sequence[Callable[..., Tensor]],
        padding: Sequence[int],
    ) -> None:
        steps = [filters] if callable(filters) else list(filters)
        self._steps = [
            (part, _wants_tokens(part))
            for step in steps
            for part in (step.filters if isinstance(step, Composition) else (step,))
        ]
        self._padding = torch.tensor(padding, device="cpu")

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        """The scores after every filter."""
        for step, wants_tokens in self._steps:
            more = {"previous_tokens": self._without_padding(input_ids)} if wants_tokens else {}
            filtered = step(scores, **more)
            if not isinstance(filtered, Tensor) or filtered.shape != scores.shape:
                raise ValueError(
                    f"the filter {step!r} must give logits of the shape {list(scores.shape)}"
                )
            scores = filtered
        return scores

    def _without_padding(self, input_ids: Tensor) -> Tensor:
        """Padding replaced by a token of the row itself, which counts once anyway."""
        column = torch.arange(input_ids.shape[1], device=input_ids.device)
        is_padding = column < self._padding.to(input_ids.device)[:, None]
        return torch.where(is_padding, input_ids[:, -1:], input_ids)


def _wants_tokens(step: Callable[..., Tensor]) -> bool:
    if not callable(step):
        raise TypeError(
            f"a filter must be a callable from logits to logits, not {step!r}: "
            "write functools.partial(top_k, k=40), say"
        )
    parameter = inspect.signature(step).parameters.get("previous_tokens")
    return parameter is not None and parameter.default is parameter.empty


class EndForbidden:
    """Make the end of the text impossible: every text has the same length."""

    def __init__(self, ends: Sequence[int]) -> None:
        self._ends = list(ends)

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:  # noqa: ARG002
        """The scores with ``-inf`` for the tokens that end a text."""
        scores = scores.clone()
        scores[:, self._ends] = -math.inf
        return scores


class InTurn:
    """Several processors as one: transformers inspects the signature of each at every step."""

    def __init__(self, processors: Sequence[Callable[[Tensor, Tensor], Tensor]]) -> None:
        self._processors = processors

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        """The scores after the first processor, then the second, ..."""
        for processor in self._processors:
            scores = processor(input_ids, scores)
        return scores
