r"""Probabilities of a model at a temperature, for any torch classifier or causal language model.

.. math::  q(T) = \mathrm{softmax}(f(x) / T)

One forward pass gives the logits ``f(x)``; every temperature is a cheap function of them.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from tempkit.generation.devices import threads_for
from tempkit.generation.prompts import encode, padded, validated_ids
from tempkit.scaling import softmax

if TYPE_CHECKING:
    import numpy as np

    from tempkit.verbs import LanguageModel

__all__ = ["at_rest", "predict"]


def predict(
    model: nn.Module | LanguageModel,
    inputs: str | Sequence[str] | Tensor | Mapping[str, Tensor],
    temperature: float | Sequence[float] | np.ndarray | Tensor = 1.0,
) -> Tensor:
    """Probabilities ``softmax(logits / T)`` of a model for its inputs.

    Parameters
    ----------
    model : torch.nn.Module or LanguageModel
        A classifier whose output is the logits ``[..., V]``, or has them as ``.logits``; or a
        causal language model, of which the last position counts: the next token.
    inputs : str, sequence of str, Tensor or mapping
        Texts, for a :class:`LanguageModel`; token ids ``[n]`` or ``[B, n]``, for a language model;
        what the classifier takes, a mapping being given as keyword arguments.
    temperature : number, sequence of K numbers, or Tensor
        ``0 <= T <= inf``. A list (or an array) asks for the probabilities at each of its
        temperatures; a tensor gives one temperature a row, as everywhere in tempkit.

    Returns
    -------
    Tensor, float32 or float64, shape ``[..., V]``, or ``[K, ..., V]`` for a list of temperatures
        One text, or one row of ids, gives ``[V]``. On the device of the inputs; on the CPU for
        texts. At ``T = 0`` uniform over the tied maxima. Without a gradient.

    Raises
    ------
    TypeError, ValueError
        As :func:`tempkit.softmax`; for a prompt that is empty or holds an unknown word or id; if
        the model gives no logits.

    Notes
    -----
    The model predicts in evaluation mode and is left in the mode in which it was. Neither its
    logits nor the inputs are changed. Where there are several texts, each is predicted as if alone.
    """
    rows = _logits(model, inputs)
    if isinstance(temperature, Iterable) and not isinstance(temperature, Tensor):
        members = [softmax(rows, t) for t in temperature]
        if not members:
            raise ValueError("no temperature: give at least one")
        probabilities = torch.stack(members)
    else:
        probabilities = softmax(rows, temperature)
    return probabilities.to(inputs.device if isinstance(inputs, Tensor) else "cpu")


def _logits(model: Any, inputs: Any) -> Tensor:
    net = getattr(model, "model", None) if hasattr(model, "tokenizer") else model
    if not isinstance(net, nn.Module):
        raise TypeError(f"model must be a torch.nn.Module or a LanguageModel, not {model!r}")
    with torch.no_grad(), at_rest(net), threads_for(net):
        if net is not model:
            logits = _next_token_logits(net, encode(model, inputs))
            one = isinstance(inputs, str) or (isinstance(inputs, Tensor) and inputs.ndim == 1)
            return logits[0] if one else logits
        if _is_causal(net) and isinstance(inputs, Tensor):
            ids = validated_ids(inputs, net.config.vocab_size)
            logits = _next_token_logits(net, ids.reshape(-1, ids.shape[-1]).tolist())
            return logits[0] if ids.ndim == 1 else logits
        return _classifier_logits(net, inputs)


def _is_causal(net: nn.Module) -> bool:
    return hasattr(net, "can_generate") and net.can_generate()


def _next_token_logits(net: nn.Module, rows: list[list[int]]) -> Tensor:
    """Logits ``[B, V]`` behind the last token of each row."""
    from tempkit.generation.loading import quietly

    # No token sees those to its right: padding there influences nothing.
    ids, mask = padded(rows, side="right")
    where = _device_of(net)
    lengths = mask.sum(1)
    # Only the positions in which a row ends: a whole prompt of logits can be large.
    kept = int(lengths.max() - lengths.min()) + 1
    fewer = {"logits_to_keep": kept} if "logits_to_keep" in _parameters(net) else {}
    with quietly():
        output = net(input_ids=ids.to(where), attention_mask=mask.to(where), **fewer)
    logits = output.logits[:, -kept:]
    last = lengths - lengths.max() + kept - 1
    return logits[range(len(rows)), last.tolist()]


def _parameters(net: nn.Module) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(net.forward).parameters


def _classifier_logits(net: nn.Module, inputs: Any) -> Tensor:
    where = _device_of(net)
    if isinstance(inputs, Mapping):
        output = net(**{name: value.to(where) for name, value in inputs.items()})
    elif isinstance(inputs, Tensor):
        output = net(inputs.to(where))
    else:
        raise TypeError(
            f"inputs must be a tensor or a mapping of tensors, not {type(inputs).__name__}: "
            "texts need a LanguageModel, tempkit.generation.load()"
        )
    logits = getattr(output, "logits", output)
    if not isinstance(logits, Tensor):
        raise TypeError(
            f"the model gives a {type(output).__name__}, not logits: "
            "its output must be a tensor, or have one as .logits"
        )
    return logits


def _device_of(net: nn.Module) -> torch.device:
    return next((p.device for p in net.parameters()), torch.device("cpu"))


@contextmanager
def at_rest(net: nn.Module) -> Iterator[None]:
    """Evaluation mode inside, for dropout and the like; after it every part is as it was."""
    training = [part for part in net.modules() if part.training]
    net.eval()
    try:
        yield
    finally:
        for part in training:
            part.training = True
