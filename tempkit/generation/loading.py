"""Which language model speaks: the verb model, or another that ``TEMPKIT_MODEL`` names.

A hub model that cannot be had (no network, a wrong name) costs a learner one line, not the lab: the
verb model, which is part of tempkit, takes its place.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from tempkit import language
from tempkit.generation.devices import device

if TYPE_CHECKING:
    from tempkit.verbs import LanguageModel

__all__ = ["load", "quietly"]

#: How long the hub may take to answer.
_SECONDS_FOR_THE_HUB = 5

_FETCHING = {
    "en": "Fetching {name} from the hub. This happens once.",
    "es": "Descargando {name} del hub. Solo ocurre una vez.",
}
_INSTEAD = {
    "en": "TEMPKIT_MODEL={name} could not be loaded ({reason}): the verb model speaks instead.",
    "es": "No se pudo cargar TEMPKIT_MODEL={name} ({reason}): habla el modelo de verbos.",
}
_NOT_FOUND = {
    "en": "no such folder, not in the cache, and the hub did not give it",
    "es": "no existe esa carpeta, no está en la caché y el hub no lo dio",
}


def load(name: str | None = None) -> LanguageModel:
    """A language model with its tokenizer, on the device of :func:`tempkit.generation.device`.

    Parameters
    ----------
    name : str, optional
        A verb model (``"main"``, ``"under"``, ...), a folder, or a causal language model of the
        hub. Without it the environment variable ``TEMPKIT_MODEL``, without that the verb model.

    Returns
    -------
    LanguageModel
        In float32, ready to predict. If ``TEMPKIT_MODEL`` names a model that cannot be loaded, one
        line says so, in the language of the session, and the verb model is returned.

    Raises
    ------
    OSError
        If a ``name`` that was given cannot be loaded; the message says why.
    """
    from tempkit import verbs

    wanted = name or os.environ.get("TEMPKIT_MODEL") or "main"
    if wanted in verbs.MODELS:
        return verbs.load(wanted, device=device())
    where = device()
    try:
        return _from_transformers(wanted, where)
    # Whatever is wrong with a model that somebody else made, the lab goes on.
    except Exception as error:
        if name is not None:
            raise OSError(f"cannot load the model {name!r}: {_reason(error, 'en')}") from error
        lang = language.current()
        print(_INSTEAD[lang].format(name=wanted, reason=_reason(error, lang)))
    return verbs.load("main", device=where)


def _from_transformers(name: str, where: torch.device) -> LanguageModel:
    """From a folder or the cache if it is there, else from the hub."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from tempkit.verbs import LanguageModel

    def pair(local: bool) -> LanguageModel:
        tokenizer = AutoTokenizer.from_pretrained(name, local_files_only=local)
        # Half precision would change the tokens from device to device.
        net = AutoModelForCausalLM.from_pretrained(
            name, local_files_only=local, dtype=torch.float32
        )
        return LanguageModel(name, net.to(where).eval(), tokenizer, card="")

    with quietly():
        try:
            return pair(local=True)
        except OSError:
            if Path(name).is_dir():
                raise
            _ask_the_hub_for(name)
            print(_FETCHING[language.current()].format(name=name))
            return pair(local=False)


def _ask_the_hub_for(name: str) -> None:
    """Raise an OSError now, rather than after a minute of retries, if the hub does not have it."""
    from huggingface_hub import get_hf_file_metadata, hf_hub_url

    try:
        get_hf_file_metadata(hf_hub_url(name, "config.json"), timeout=_SECONDS_FOR_THE_HUB)
    # No network, no such model, no right to it: each comes as an exception of another library.
    except Exception as error:
        raise OSError(f"the hub does not give {name}") from error


def _reason(error: Exception, lang: str) -> str:
    if isinstance(error, OSError):
        return _NOT_FOUND[lang]
    first_line, *_ = [*str(error).strip().splitlines(), ""]
    return f"{type(error).__name__}: {first_line}"


@contextmanager
def quietly() -> Iterator[None]:
    """No warnings and progress bars of transformers inside; its settings are put back after.

    What tempkit checks, it says itself, as an error.
    """
    from transformers.utils import logging as chatter

    hub = logging.getLogger("huggingface_hub")
    before, hub_before, bars = chatter.get_verbosity(), hub.level, chatter.is_progress_bar_enabled()
    chatter.set_verbosity_error()
    hub.setLevel(logging.ERROR)
    chatter.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        chatter.set_verbosity(before)
        hub.setLevel(hub_before)
        if bars:
            chatter.enable_progress_bar()
