r"""The verb model in plain torch: a whole language model on one page, which speaks at once.

Loading transformers takes most of the time until a first text; the opening of chapter 00 should not
wait for it. So here is what transformers computes, for the architecture of the verb models (Llama):
for each of the layers, with ``n`` a root-mean-square norm and ``R`` a rotation by position,

.. math::
    x &\leftarrow x + W_o \, \mathrm{attention}(R W_q n(x), R W_k n(x), W_v n(x)) \\
    x &\leftarrow x + W_d \, (\mathrm{silu}(W_g n(x)) \odot W_u n(x))

and the logits are ``E n(x)``, with ``E`` the embedding. Tests compare it with transformers, logits
and texts.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

from tempkit import language
from tempkit.generation.devices import on_one_thread
from tempkit.generation.processors import GumbelNoise, InTurn, TemperatureSchedule
from tempkit.generation.writing import seeded_rows, validate_counts, validate_length

if TYPE_CHECKING:
    from tempkit.generation.tables import TextTable

__all__ = ["PlainModel", "speak"]


def speak(
    temperatures: Sequence[float] = (0.2, 1.0, 3.0),
    *,
    lang: str | None = None,
    max_new_tokens: int = 30,
    samples: int = 1,
    seed: int = 0,
) -> TextTable:
    """What the verb model says at a few temperatures, within a second.

    Parameters
    ----------
    temperatures : sequence of numbers
        ``0 <= T <= inf``.
    lang : "en" or "es", optional
        The language in which it begins; that of the session without it.
    max_new_tokens, samples, seed
        As in :func:`tempkit.generation.generate`, which writes the same texts.

    Returns
    -------
    pandas.DataFrame
        A line a temperature, a column a sample.

    Raises
    ------
    TypeError, ValueError
        As :func:`tempkit.generation.generate`.
    OSError
        If a file of the verb model is missing or damaged.
    """
    import pandas as pd

    from tempkit.generation.tables import TextTable
    from tempkit.verbs.loading import folder, verify

    validate_counts(max_new_tokens=max_new_tokens, samples=samples, seed=seed)
    lang = language.current() if lang is None else language.validated(lang)
    verify(folder("main"))
    with on_one_thread():
        model = PlainModel(folder("main"))
        lines = [model.write(f"<{lang}>", t, max_new_tokens, samples, seed) for t in temperatures]
    return TextTable(
        lines,
        index=pd.Index(list(temperatures), name="T"),
        columns=pd.RangeIndex(1, samples + 1, name="text"),
    )


class PlainModel:
    """A verb model in a folder: its weights, its words and its forward pass, on the CPU."""

    def __init__(self, folder: Path) -> None:
        from safetensors.torch import load_file
        from tokenizers import Tokenizer

        self.config = json.loads((folder / "config.json").read_text("utf-8"))
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._weights = load_file(folder / "model.safetensors")

    def write(
        self, prompt: str, temperature: float, max_new_tokens: int, samples: int, seed: int
    ) -> list[str]:
        """Continuations of a prompt, drawn as :func:`tempkit.generation.generate` draws them."""
        head = self.tokenizer.encode(prompt).ids
        places = self.config["max_position_embeddings"]
        validate_length("the verb model", places, len(head), max_new_tokens)
        rows, seeds = zip(*seeded_rows([head], samples, seed), strict=True)
        draw = InTurn([TemperatureSchedule(temperature, len(head)), GumbelNoise(seeds)])
        ids, cache = torch.tensor(rows, device="cpu"), {}
        for _ in range(max_new_tokens):
            unread = ids if not cache else ids[:, -1:]
            token = draw(ids, self.logits(unread, cache)).argmax(-1, keepdim=True)
            ids = torch.cat([ids, token], 1)
        return [self._text_after(head, row) for row in ids.tolist()]

    def _text_after(self, head: list[int], row: list[int]) -> str:
        end = self.config["eos_token_id"]
        stop = row.index(end) if end in row else len(row)
        texts = (
            self.tokenizer.decode(ids, skip_special_tokens=False) for ids in (row[:stop], head)
        )
        return str.removeprefix(*texts)

    @torch.no_grad()
    def logits(self, ids: Tensor, cache: dict[str, tuple[Tensor, Tensor]]) -> Tensor:
        """Logits ``[B, V]`` behind the last of the ids ``[B, n]``.

        The cache, at first an empty dictionary, keeps the keys and values of every layer: the next
        call needs the new token alone.
        """
        embedding = self._weights["model.embed_tokens.weight"]
        x = embedding[ids]
        for layer in range(self.config["num_hidden_layers"]):
            name = f"model.layers.{layer}."
            x = x + self._attention(name, self._norm(name + "input_layernorm", x), cache)
            x = x + self._gated(name, self._norm(name + "post_attention_layernorm", x))
        return self._norm("model.norm", x[:, -1]) @ embedding.T

    def _attention(self, name: str, x: Tensor, cache: dict[str, tuple[Tensor, Tensor]]) -> Tensor:
        heads = self.config["num_attention_heads"]
        query, key, value = (
            self._linear(f"{name}self_attn.{part}_proj", x)
            .unflatten(-1, (heads, -1))
            .transpose(1, 2)
            for part in "qkv"
        )
        past = cache.get(name)
        first = 0 if past is None else past[0].shape[2]
        query, key = self._rotated(query, first), self._rotated(key, first)
        if past is not None:
            key, value = torch.cat([past[0], key], 2), torch.cat([past[1], value], 2)
        cache[name] = key, value
        # A single new token sees all that was before it; a prompt is read with a mask.
        seen = functional.scaled_dot_product_attention(query, key, value, is_causal=past is None)
        return self._linear(f"{name}self_attn.o_proj", seen.transpose(1, 2).flatten(2))

    def _gated(self, name: str, x: Tensor) -> Tensor:
        gate, up = (self._linear(f"{name}mlp.{part}_proj", x) for part in ("gate", "up"))
        return self._linear(f"{name}mlp.down_proj", functional.silu(gate) * up)

    def _norm(self, name: str, x: Tensor) -> Tensor:
        weight = self._weights[f"{name}.weight"]
        return functional.rms_norm(x, weight.shape, weight, self.config["rms_norm_eps"])

    def _linear(self, name: str, x: Tensor) -> Tensor:
        return x @ self._weights[f"{name}.weight"].T

    def _rotated(self, x: Tensor, first: int) -> Tensor:
        """Queries or keys ``[B, heads, n, d]``, each pair turned by an angle per position."""
        base, half = self.config["rope_parameters"]["rope_theta"], x.shape[-1] // 2
        frequency = base ** -(torch.arange(half, device="cpu") / half)
        position = torch.arange(first, first + x.shape[2], device="cpu")
        angle = position[:, None] * frequency
        left, right = x.split(half, -1)
        cos, sin = angle.cos(), angle.sin()
        return torch.cat([left * cos - right * sin, right * cos + left * sin], -1)
