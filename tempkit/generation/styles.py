"""One prompt in several styles, side by side: a style is a temperature with a name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from torch import Tensor

from tempkit.generation.writing import generate

if TYPE_CHECKING:
    from tempkit.generation.tables import TextTable
    from tempkit.verbs import LanguageModel

__all__ = ["STYLES", "styles"]

#: Starting points that people quote; which one suits a task is a matter of measurement.
STYLES = {"conservative": 0.5, "balanced": 0.8, "creative": 1.2, "experimental": 1.5}


def styles(
    model: LanguageModel,
    prompt: str | Tensor,
    temperatures: Mapping[str, float] | Sequence[float] | None = None,
    *,
    max_new_tokens: int = 60,
    samples: int = 1,
    seed: int = 0,
    filters: Callable[..., Tensor] | Sequence[Callable[..., Tensor]] | None = None,
) -> TextTable:
    """The same prompt at several temperatures, one column each.

    Parameters
    ----------
    model, max_new_tokens, samples, seed, filters
        As in :func:`generate`. Every column uses the same noise: what differs within a line is the
        effect of the temperature, and lines differ by chance.
    prompt : str, or Tensor of ids ``[n]``
    temperatures : mapping from names to temperatures, or a sequence of temperatures, optional
        :data:`STYLES` without it. Columns of a sequence are called ``T = 0.5`` and so on.

    Returns
    -------
    pandas.DataFrame
        A line a sample, a column a style: the continuations of the prompt, which is shown whole.

    Raises
    ------
    TypeError, ValueError
        As :func:`generate`; for more than one prompt, or no temperature.
    """
    from tempkit.generation.tables import TextTable

    if not isinstance(prompt, str) and not (isinstance(prompt, Tensor) and prompt.ndim == 1):
        raise TypeError(f"styles takes one prompt, not {prompt!r}: call it once for each")
    temperatures = STYLES if temperatures is None else temperatures
    if not isinstance(temperatures, Mapping):
        temperatures = {f"T = {temperature:g}": temperature for temperature in temperatures}
    if not temperatures:
        raise ValueError("no temperature: give at least one")
    columns = {
        name: generate(
            model,
            prompt,
            temperature=temperature,
            max_new_tokens=max_new_tokens,
            samples=samples,
            seed=seed,
            filters=filters,
        ).continuations
        for name, temperature in temperatures.items()
    }
    return TextTable(columns).rename_axis("sample")
