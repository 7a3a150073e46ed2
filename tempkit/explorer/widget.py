"""The explorer in a notebook: a widget whose state the kernel and the browser share."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

import torch
import traitlets
from torch import Tensor

from tempkit import language
from tempkit.explorer import assets
from tempkit.explorer.settings import Settings
from tempkit.explorer.still import Still
from tempkit.scaling import validated_logits

try:
    from anywidget import AnyWidget as _Shown
except ImportError:  # Where labs are graded, nobody looks: only the stand-in is there.
    from traitlets import HasTraits as _Shown

__all__ = ["Explorer"]

_NAMES = tuple(field.name for field in fields(Settings))


def _to_json(value: float, _: object) -> float | str:
    """JSON has no infinity."""
    return "inf" if value == math.inf else value


def _from_json(value: float | str, _: object) -> float:
    return float(value)


class Explorer(_Shown):
    """One distribution to play with: temperature, filters, entropy, draws, and the wrong forms.

    Show it by ending a cell with it. The browser computes every number from the full logits, in
    float64. What is moved there is moved here, and the other way round: read or set the attributes,
    or ``observe`` them. Where nothing can move (GitHub, PDF), a table and a picture stand instead.

    Parameters
    ----------
    logits : Tensor of a floating dtype, or numbers, shape ``[V]``
        In nats; ``-inf`` marks an impossible token.
    labels : V strings, optional
        Their indices by default.
    lang : "en" or "es", optional
        The current language by default.
    temperature : float, 0 to infinity
    top_k : int, optional
        None keeps all.
    top_p, min_p : float, 0 to 1
        1 and 0 keep all.
    order : "temperature-first" or "filter-first"
    form : id of one of :data:`tempkit.pitfalls.FORMS`
        A line of code to compare with the definition, ``"inside"``.

    Raises
    ------
    TypeError, ValueError
        For logits as :func:`tempkit.softmax`; if they are not one row, there is not one label a
        logit, or a setting is none. The message names the value.

    Notes
    -----
    The forms are those of note 00, section "outside-forms"; the filters and their order, of note
    03. ``top_k``, ``top_p``, ``min_p`` act in this order.
    """

    _esm = assets.module()
    _css = assets.stylesheet()

    temperature = traitlets.Float(1.0).tag(sync=True, to_json=_to_json, from_json=_from_json)
    top_k = traitlets.Int(None, allow_none=True).tag(sync=True)
    top_p = traitlets.Float(1.0).tag(sync=True)
    min_p = traitlets.Float(0.0).tag(sync=True)
    order = traitlets.Unicode("temperature-first").tag(sync=True)
    form = traitlets.Unicode("inside").tag(sync=True)
    lang = traitlets.Unicode("en").tag(sync=True)

    _logits = traitlets.Bytes().tag(sync=True)
    _labels = traitlets.List(traitlets.Unicode()).tag(sync=True)
    _words = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        logits: Tensor | Iterable[float],
        labels: Iterable[str] | None = None,
        lang: str | None = None,
        **settings: Any,
    ) -> None:
        unknown = settings.keys() - set(_NAMES)
        if unknown:
            raise TypeError(f"no setting {min(unknown)!r}: there are {', '.join(_NAMES)}")
        Settings(**settings)
        row = _one_row(logits)
        super().__init__(
            lang=language.current() if lang is None else language.validated(lang),
            _logits=row.numpy().astype("<f8").tobytes(),
            _labels=_one_a_logit(labels, row),
            _words=assets.words(),
            **settings,
        )

    @property
    def logits(self) -> Tensor:
        """The logits in float64, shape ``[V]``."""
        return torch.frombuffer(bytearray(self._logits), dtype=torch.float64)

    @property
    def settings(self) -> Settings:
        """What is set now, as one value."""
        return Settings(**{name: getattr(self, name) for name in _NAMES})

    @property
    def probabilities(self) -> Tensor:
        """What the explorer draws from now, computed by tempkit: float64 ``[V]``.

        Raises
        ------
        ValueError
            If the chosen form leaves nothing to draw from at this temperature.
        """
        return self.settings.probabilities(self.logits)

    @traitlets.validate(*_NAMES)
    def _refuse(self, proposal: Any) -> Any:
        Settings(**{proposal["trait"].name: proposal["value"]})
        return proposal["value"]

    @traitlets.validate("lang")
    def _refuse_language(self, proposal: Any) -> str:
        return language.validated(proposal["value"])

    def __repr__(self) -> str:
        """What is set, in a line."""
        return f"Explorer of {len(self.logits)} logits: {self.settings}"

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The widget for a front end that has widgets, and the stand-in for one that has not."""
        data, metadata = {}, {}
        with contextlib.suppress(AttributeError):  # Without anywidget there is nothing to extend.
            data, metadata = super()._repr_mimebundle_(**options)
        still = Still(self.logits, list(self._labels), self.settings, self.lang)
        return data | still.mimebundle(), metadata


def _one_row(logits: Tensor | Iterable[float]) -> Tensor:
    if not isinstance(logits, Tensor):
        logits = torch.as_tensor(logits, dtype=torch.float64)
    row = validated_logits(logits).detach().cpu().double().contiguous()
    if row.ndim != 1:
        raise ValueError(
            f"the explorer shows one distribution: logits must have shape [V], not "
            f"{list(row.shape)}; choose a row, such as logits[0]"
        )
    return row


def _one_a_logit(labels: Iterable[str] | None, row: Tensor) -> list[str]:
    given = [] if labels is None else [str(label) for label in labels]
    if labels is not None and len(given) != len(row):
        raise ValueError(
            f"{len(given)} labels for {len(row)} logits: give one label for each class"
        )
    return given
