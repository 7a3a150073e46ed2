"""A small English and Spanish language whose truth is known, and models trained on it.

``grammar()`` is the exact process: the next-word probabilities after any prefix, a parser, a
sampler. ``load("main")`` is a transformer of 120000 parameters that learned it from 400000 words;
what it gets wrong can be measured, because the truth is at hand.

Names load when they are first used; transformers is imported by :func:`load` alone.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tempkit.verbs.automaton import Automaton, grammar
    from tempkit.verbs.corpora import Corpus, corpus
    from tempkit.verbs.divergence import (
        Probe,
        illegal_mass,
        kl_to_truth,
        optimal_temperature,
        predicted_grammatical_rate,
        probe,
    )
    from tempkit.verbs.estimate import Estimate
    from tempkit.verbs.loading import MODELS, DamagedModelError, LanguageModel, folder, load
    from tempkit.verbs.measures import (
        agreement_errors,
        distinct_n,
        grammatical_rate,
        novelty,
        repetition,
    )
    from tempkit.verbs.parser import AGREEMENTS, RULES, Parse

__all__ = [
    "AGREEMENTS",
    "MODELS",
    "RULES",
    "Automaton",
    "Corpus",
    "DamagedModelError",
    "Estimate",
    "LanguageModel",
    "Parse",
    "Probe",
    "agreement_errors",
    "corpus",
    "distinct_n",
    "folder",
    "grammar",
    "grammatical_rate",
    "illegal_mass",
    "kl_to_truth",
    "load",
    "novelty",
    "optimal_temperature",
    "predicted_grammatical_rate",
    "probe",
    "repetition",
]

_NAMES_OF = {
    "automaton": ("Automaton", "grammar"),
    "corpora": ("Corpus", "corpus"),
    "estimate": ("Estimate",),
    "loading": ("MODELS", "DamagedModelError", "LanguageModel", "folder", "load"),
    "measures": (
        "agreement_errors",
        "distinct_n",
        "grammatical_rate",
        "novelty",
        "repetition",
    ),
    "parser": ("AGREEMENTS", "RULES", "Parse"),
    "divergence": (
        "Probe",
        "illegal_mass",
        "kl_to_truth",
        "optimal_temperature",
        "predicted_grammatical_rate",
        "probe",
    ),
}
_HOME = {name: module for module, names in _NAMES_OF.items() for name in names}


def __getattr__(name: str) -> Any:
    """Import what was asked for (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module 'tempkit.verbs' has no attribute {name!r}")
    value = getattr(import_module(f"tempkit.verbs.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names, loaded or not."""
    return sorted({*globals(), *__all__})
