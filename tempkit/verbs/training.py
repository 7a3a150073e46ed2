"""Trains the verb models: ``python -m tempkit.verbs.training main`` (about 70 s on one thread).

A small Llama learns next-word prediction on windows of the training text. Everything is seeded and
runs on one thread, so that two runs on one machine give the same bits; another processor rounds
otherwise, and there only the validation loss agrees.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from tempkit.verbs.automaton import grammar
from tempkit.verbs.card import card
from tempkit.verbs.corpora import corpus
from tempkit.verbs.loading import CARD, folder, without_bars, write_sums
from tempkit.verbs.text import WINDOW
from tempkit.verbs.tokenizer import tokenizer_of

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM

__all__ = ["RECIPES", "Recipe", "new_model", "train", "validation_loss", "write"]

_SEED = 0
_VALIDATION = {"tokens": 40_000, "seed": 7}
_VALIDATION_WINDOW, _VALIDATION_TOKENS = 96, 28_800


@dataclass(frozen=True)
class Recipe:
    """How a model is trained.

    Attributes
    ----------
    steps : int
        Updates, each on ``windows`` windows of 256 tokens.
    tokens : int
        Length of the training text.
    weight_decay : float
    learning_rate : float
        The highest; it rises over 50 steps and falls as a cosine to a twentieth.
    windows : int
    """

    steps: int
    tokens: int = 400_000
    weight_decay: float = 0.01
    learning_rate: float = 6e-3
    windows: int = 12


RECIPES = {
    "main": Recipe(steps=1000),
    "under": Recipe(steps=150),
    "over": Recipe(steps=450, tokens=20_000, weight_decay=0.0),
    "over-more": Recipe(steps=700, tokens=20_000, weight_decay=0.0),
}


def new_model(words: int) -> LlamaForCausalLM:
    """An untrained model of about 120000 parameters, float32, for a vocabulary of ``words``."""
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=words,
        hidden_size=64,
        intermediate_size=168,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=WINDOW,
        tie_word_embeddings=True,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
    )
    return LlamaForCausalLM(config)


def train(recipe: Recipe, *, report: bool = False) -> LlamaForCausalLM:
    """A trained model, on the CPU and in evaluation mode.

    Parameters
    ----------
    recipe : Recipe
    report : bool
        Print the losses every 50 steps.
    """
    text = corpus(recipe.tokens)
    stream = text.stream()
    generator = torch.Generator("cpu").manual_seed(_SEED)
    with _one_thread(), torch.random.fork_rng(devices=()), torch.device("cpu"):
        torch.manual_seed(_SEED)
        model = new_model(len(text.automaton.vocabulary)).train()
        optimizer = torch.optim.AdamW(
            model.parameters(), weight_decay=recipe.weight_decay, betas=(0.9, 0.98)
        )
        for step in range(recipe.steps):
            for group in optimizer.param_groups:
                group["lr"] = recipe.learning_rate * _warm_up_then_cosine(step, recipe.steps)
            loss = _update(model, optimizer, _windows(stream, recipe.windows, generator))
            if report and (step % 50 == 0 or step == recipe.steps - 1):
                print(f"step {step:4d}  training loss {loss:.4f}", flush=True)
        return model.eval()


def _update(model: LlamaForCausalLM, optimizer: torch.optim.Optimizer, ids: Tensor) -> float:
    """One step down the cross-entropy of the next word."""
    logits = model(ids).logits[:, :-1]
    loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()


def _windows(stream: Tensor, number: int, generator: torch.Generator) -> Tensor:
    """Windows of the text that start anywhere, shape ``[number, WINDOW]``."""
    starts = torch.randint(len(stream) - WINDOW, (number, 1), generator=generator, device="cpu")
    return stream[starts + torch.arange(WINDOW, device="cpu")]


def _warm_up_then_cosine(step: int, steps: int) -> float:
    cosine = (1 + math.cos(math.pi * step / steps)) / 2
    return min(1.0, (step + 1) / 50) * (0.05 + 0.95 * cosine)


def validation_loss(model: LlamaForCausalLM) -> float:
    """Mean surprisal of the next word on text of another seed, in nats a token.

    The first word of a document is not scored, and windows of 96 tokens start anywhere, so that the
    loss lies a little above the entropy rate of the language even for a perfect model.
    """
    stream = corpus(**_VALIDATION).stream()[:_VALIDATION_TOKENS]
    ids = stream.view(-1, _VALIDATION_WINDOW)
    with _one_thread(), torch.no_grad():
        logits = model(ids.to(model.device)).logits[:, :-1].cpu()
    target = ids[:, 1:].flatten()
    losses = torch.nn.functional.cross_entropy(logits.flatten(0, 1), target, reduction="none")
    return losses[target != 1].double().mean().item()


@contextmanager
def _one_thread() -> Iterator[None]:
    """The order of additions, and with it the last bit, depends on the number of threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def write(name: str, path: Path, *, report: bool = False) -> None:
    """Train the model of a name and write its folder: weights, tokenizer, card, checksums.

    Parameters
    ----------
    name : str
        One of ``RECIPES``.
    path : Path
        The folder; its files are replaced.
    report : bool
        Print the losses on the way.
    """
    recipe = RECIPES[name]
    model = train(recipe, report=report)
    loss = validation_loss(model)
    if report:
        print(f"validation loss {loss:.4f}")
    path.mkdir(parents=True, exist_ok=True)
    with without_bars():
        model.save_pretrained(path)
    tokenizer_of(grammar().vocabulary).save_pretrained(path)
    (path / CARD).write_text(card(name, recipe, model, loss), "utf-8", newline="\n")
    for file in path.iterdir():
        file.chmod(0o644)  # safetensors makes files that only their owner can read
    write_sums(path)


def main() -> None:
    """Train verb models anew, in place of those that tempkit came with."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("name", nargs="+", choices=tuple(RECIPES), help="which model")
    for name in parser.parse_args().name:
        write(name, folder(name), report=True)
        print(f"{name}: written to {folder(name)}")


if __name__ == "__main__":
    main()
