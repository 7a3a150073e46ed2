"""Softmax temperature, taught and proved: the library of the tempkit course."""

from tempkit.information import entropy, entropy_sweep, perplexity, temperature_for_entropy
from tempkit.scaling import log_softmax, softmax

__all__ = [
    "entropy",
    "entropy_sweep",
    "log_softmax",
    "perplexity",
    "softmax",
    "temperature_for_entropy",
]
