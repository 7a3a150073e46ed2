"""Prompts become rows of token ids, checked before a model sees them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from tempkit.verbs import LanguageModel

__all__ = ["Prompts", "encode", "padded", "validated_ids"]

#: What a prompt may be: a text, texts, or token ids ``[n]`` or ``[B, n]``.
Prompts = str | Sequence[str] | Tensor


def encode(model: LanguageModel, prompts: Prompts) -> list[list[int]]:
    """Token ids of each prompt, as long as each is.

    Raises
    ------
    TypeError
        If a prompt is neither text nor a tensor of integer ids.
    ValueError
        If there is no prompt, one is empty, or it holds a word or an id that the model does not
        know. The message names it.
    """
    if isinstance(prompts, Tensor):
        return (
            validated_ids(prompts, model.model.config.vocab_size)
            .reshape(-1, prompts.shape[-1])
            .tolist()
        )
    texts = [prompts] if isinstance(prompts, str) else list(prompts)
    if not texts:
        raise ValueError("no prompt: give at least one text to continue")
    return [_ids_of(model, text) for text in texts]


def _ids_of(model: LanguageModel, text: str) -> list[int]:
    if not isinstance(text, str):
        raise TypeError(
            f"a prompt must be a text, not {text!r}: token ids go in a tensor, torch.tensor(ids)"
        )
    if not text.strip():
        raise ValueError(f"the prompt {text!r} is empty: write at least one word to continue")
    tokenizer = model.tokenizer
    ids = tokenizer(text)["input_ids"]
    if not ids:
        raise ValueError(f"the prompt {text!r} holds no token of {model.name}: write other words")
    if tokenizer.unk_token_id in ids:
        _refuse_unknown_words(model, text, ids)
    # Who writes the start token that the tokenizer adds means it once.
    doubled = len(ids) > 1 and ids[0] == ids[1] == tokenizer.bos_token_id
    return ids[1:] if doubled else ids


def _refuse_unknown_words(model: LanguageModel, text: str, ids: list[int]) -> None:
    """Raise for words that became the unknown token; its own name may stand in a prompt."""
    tokenizer = model.tokenizer
    spans = tokenizer(text, return_offsets_mapping=True)["offset_mapping"]
    words = [text[a:b] for i, (a, b) in zip(ids, spans, strict=True) if i == tokenizer.unk_token_id]
    unknown = [word for word in words if word and word != tokenizer.unk_token]
    if unknown:
        raise ValueError(
            f"the model {model.name} does not know {unknown[0]!r} in the prompt {text!r}: "
            "use words of its vocabulary, tokenizer.get_vocab()"
        )


def validated_ids(ids: Tensor, vocabulary: int) -> Tensor:
    """The ids, if they are integers from 0 to ``vocabulary - 1``, one row or several, none empty.

    Raises
    ------
    TypeError, ValueError
        With the dtype, the shape or the id that is wrong.
    """
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError(f"token ids must be integers, not {ids.dtype}")
    if ids.ndim not in (1, 2) or ids.numel() == 0:
        raise ValueError(
            f"token ids of shape {list(ids.shape)}: give one row [n] or several [B, n], not empty"
        )
    outside = (ids < 0) | (ids >= vocabulary)
    if outside.any():
        raise ValueError(
            f"token id {ids[outside][0].item()} is outside the vocabulary of {vocabulary}"
        )
    return ids


def padded(rows: Sequence[Sequence[int]], *, side: str) -> tuple[Tensor, Tensor]:
    """Ids ``[B, n]`` and mask ``[B, n]``, 0 where a shorter row is filled up on that side."""
    longest = max(len(row) for row in rows)
    ids = torch.zeros(len(rows), longest, dtype=torch.int64, device="cpu")
    mask = torch.zeros_like(ids)
    for i, row in enumerate(rows):
        place = slice(longest - len(row), None) if side == "left" else slice(0, len(row))
        ids[i, place] = torch.tensor(row, device="cpu")
        mask[i, place] = 1
    return ids, mask
