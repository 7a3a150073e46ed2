"""Reads a shipped verb model, after making sure that its files are the ones that were trained.

Each model has a folder in ``weights``: safetensors, config, tokenizer, a model card and SHA256SUMS.
Plain transformers reads it too: ``AutoModelForCausalLM.from_pretrained(folder("main"))``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

__all__ = ["MODELS", "DamagedModelError", "LanguageModel", "folder", "load", "verify"]

#: Well trained; too short; on a twentieth of the text until over-fitted; and longer still.
MODELS = ("main", "under", "over", "over-more")
CARD = "README.md"
SUMS = "SHA256SUMS"
WEIGHTS = Path(__file__).with_name("weights")


class DamagedModelError(OSError):
    """A file of a shipped model is missing or is not the one that was shipped."""


@dataclass(frozen=True)
class LanguageModel:
    """A causal language model and what goes with it.

    Attributes
    ----------
    name : str
    model : PreTrainedModel
        In evaluation mode.
    tokenizer : PreTrainedTokenizerBase
    card : str
        The model card, Markdown.
    """

    name: str
    model: PreTrainedModel = field(repr=False)
    tokenizer: PreTrainedTokenizerBase = field(repr=False)
    card: str = field(repr=False, default="")


def folder(name: str) -> Path:
    """The folder of a shipped model; ValueError lists the names there are."""
    if name not in MODELS:
        raise ValueError(f"there is no verb model {name!r}: choose one of {', '.join(MODELS)}")
    return WEIGHTS / name


def verify(path: Path) -> None:
    """Compare every file that SHA256SUMS lists with its checksum.

    Raises
    ------
    DamagedModelError
        Names the file, what is wrong with it and what to do.
    """
    remedy = (
        "install tempkit again, or train the model anew: "
        f"python -m tempkit.verbs.training {path.name}"
    )
    sums = path / SUMS
    if not sums.is_file():
        raise DamagedModelError(f"{sums} is missing: {remedy}")
    for line in sums.read_text("utf-8").splitlines():
        expected, name = line.split()
        if not (path / name).is_file():
            raise DamagedModelError(f"{path / name} is missing: {remedy}")
        if digest(path / name) != expected:
            raise DamagedModelError(
                f"{path / name} is damaged (its SHA-256 is not the one in {SUMS}): {remedy}"
            )


def write_sums(path: Path) -> None:
    """Write the checksums of all files of a folder."""
    files = sorted(file for file in path.iterdir() if file.name != SUMS)
    lines = [f"{digest(file)}  {file.name}\n" for file in files]
    (path / SUMS).write_text("".join(lines), "utf-8", newline="\n")


def digest(file: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def load(name: str = "main", *, device: torch.device | str | None = None) -> LanguageModel:
    """A verb model, from the package, without a network.

    Parameters
    ----------
    name : str
        One of ``MODELS``.
    device : torch.device or str, optional
        Where to put it; the CPU without it.

    Returns
    -------
    LanguageModel
        Read afresh at every call: what you do to its weights stays with you.

    Raises
    ------
    ValueError
        If there is no model of that name.
    DamagedModelError
        If a file is missing or damaged.
    """
    path = folder(name)
    verify(path)
    return read(path, name, device=device or "cpu")


@contextmanager
def without_bars() -> Iterator[None]:
    """No progress bars of transformers: a file of half a megabyte needs none."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


def read(path: Path, name: str, *, device: torch.device | str = "cpu") -> LanguageModel:
    """The model in a folder, unchecked."""
    # The classes themselves: AutoModel would import the table of all architectures first.
    from transformers import PreTrainedTokenizerFast
    from transformers.models.llama.modeling_llama import LlamaForCausalLM

    with without_bars(), torch.device("cpu"):  # whatever the default device is
        model = LlamaForCausalLM.from_pretrained(path, local_files_only=True, dtype=torch.float32)
        tokenizer = PreTrainedTokenizerFast.from_pretrained(path, local_files_only=True)
    card = path / CARD
    text = card.read_text("utf-8") if card.is_file() else ""
    return LanguageModel(name, model.to(device).eval(), tokenizer, text)
