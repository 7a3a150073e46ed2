"""A student's process, seen from inside: run cells, look up names, call functions, when asked to.

Nothing here can be trusted once the first cell has run: the code of this module lies in the
student's hands like everything else in the process. The grader (:mod:`tempkit.grading.proxy`)
believes no more of an answer than that it is data.

A request is ``[id, kind, payload]``, an answer ``[id, "value" | "error" | "late", payload]`` with
the id of its request; ``[id, "callback", payload]`` asks the grader to call one of its functions.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from tempkit.grading.output import Recorder
from tempkit.grading.shell import StudentShell
from tempkit.grading.timelimit import OutOfTimeError, time_limit
from tempkit.grading.values import NotPlainError, Packer, Unpacker, ValueLimits
from tempkit.grading.wire import Channel, WireError

__all__ = ["Student", "standard_streams"]

_MESSAGE_CAP = 2000


class Student:
    """Serve the grader's requests over a channel until it is closed."""

    def __init__(self, channel: Channel, shell: StudentShell, recorder: Recorder) -> None:
        self.channel, self.shell, self.recorder = channel, shell, recorder
        self.objects: dict[int, Any] = {}
        self.gradients: dict[int, tuple[torch.Tensor, list[torch.Tensor]]] = {}
        self.numbers = itertools.count(1)
        self.inputs: list[torch.Tensor] = []

    def serve(self) -> None:
        """Answer until the other side hangs up."""
        with contextlib.suppress(WireError):
            while True:
                self._answer(*self._received())

    # --- messages ---------------------------------------------------------------------------------

    def _received(self) -> tuple[int, str, Any]:
        tree, blobs = self.channel.receive()
        unpacker = Unpacker(
            blobs, self._their_function, self.objects.__getitem__, limits=_FROM_THE_GRADER
        )
        number, kind, payload = tree
        return number, kind, unpacker.unpack(payload)

    def _send(self, number: int, kind: str, payload: Any) -> None:
        packer = Packer(self._handle, gradient=self._gradient, limits=_TO_THE_GRADER)
        tree = [number, kind, packer.pack(payload)]
        self.channel.send(tree, packer.blobs)

    def _handle(self, value: Any) -> list:
        number = next(self.numbers)
        self.objects[number] = value
        kind = "function" if callable(value) else "object"
        return [kind, number, type(value).__name__[:60]]

    def _gradient(self, tensor: torch.Tensor) -> int | None:
        if not self.inputs:
            return None
        number = next(self.numbers)
        self.gradients[number] = (tensor, self.inputs)
        return number

    def _their_function(self, _tag: str, number: int, name: str) -> Callable[..., Any]:
        """A function of the grader's that was given to the student's as an argument."""

        def function(*arguments: Any) -> Any:
            self._send(self.request, "callback", [number, list(arguments)])
            _, kind, payload = self._received()
            if kind == "failed":
                raise RuntimeError(payload)
            return payload

        function.__name__ = function.__qualname__ = name
        return function

    def _answer(self, number: int, kind: str, payload: Any) -> None:
        self.request, self.inputs = number, []
        seconds, *arguments = payload
        try:
            with time_limit(seconds):
                self._send(number, "value", getattr(self, f"_do_{kind}")(*arguments))
        except OutOfTimeError:
            self._send(number, "late", None)
        except WireError:
            raise
        except BaseException as error:
            names = [kind.__name__ for kind in type(error).__mro__]
            with contextlib.suppress(Exception):
                self._send(number, "error", [names, _message(error)])

    # --- requests ---------------------------------------------------------------------------------

    def _do_run(self, source: str, quiet: bool) -> list:
        """Run a cell as IPython does: its outputs, and the limits that were hit."""
        self.recorder.quiet = quiet
        try:
            self.shell.run(source)
        finally:
            self.recorder.quiet = True
        return [self.recorder.taken(), sorted(self.recorder.limits)]

    def _do_outputs(self) -> list:
        """What a cell that was stopped had shown."""
        return [self.recorder.taken(), sorted(self.recorder.limits)]

    def _do_name(self, name: str) -> Any:
        """A name of the student's."""
        return self.shell.user_ns[name]

    def _do_call(self, function: Any, arguments: list, options: dict) -> list:
        """The result, and what the call did to its arguments."""
        given = [*arguments, *options.values()]
        before = [_snapshot(value) for value in given]
        self.inputs = [v for v in given if isinstance(v, torch.Tensor) and v.requires_grad]
        result = function(*arguments, **options)
        changed = [
            [index, value.detach() if isinstance(value, torch.Tensor) else value]
            for index, (value, old) in enumerate(zip(given, before, strict=True))
            if _differs(value, old)
        ]
        return [result, changed]

    def _do_gradient(self, number: int, gradient: torch.Tensor) -> list:
        """The gradients of one earlier result with regard to the arguments of its call."""
        output, inputs = self.gradients[number]
        return list(
            torch.autograd.grad(output, inputs, gradient, allow_unused=True, retain_graph=True)
        )

    def _do_attribute(self, value: Any, name: str) -> Any:
        return getattr(value, name)

    def _do_length(self, value: Any) -> int:
        return len(value)

    def _do_item(self, value: Any, key: Any) -> Any:
        return value[key]

    def _do_iterator(self, value: Any) -> int:
        """The number of a handle, even if an iterator could cross as data."""
        return self._handle(iter(value))[1]

    def _do_next(self, number: int) -> list:
        """The next item in a list, or an empty list at the end."""
        for item in self.objects[number]:
            return [item]
        return []


_TO_THE_GRADER = ValueLimits()
_FROM_THE_GRADER = ValueLimits(nodes=10_000_000, elements=1 << 30, keys=1 << 20)


def _message(error: BaseException) -> str:
    try:
        return str(error)[:_MESSAGE_CAP]
    except Exception:
        return ""


def _snapshot(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.detach().clone()
    if isinstance(value, np.ndarray):
        return value.copy()
    if type(value) in (list, dict):
        return _packed(value)
    return None


def _packed(value: Any) -> Any:
    """A container as data, to see later whether it is the same; None if it is no plain data."""
    try:
        packer = Packer(_no_handle)
        return [packer.pack(value), packer.blobs]
    except Exception:
        return None


def _no_handle(value: Any) -> list:
    raise NotPlainError(type(value).__name__)


def _differs(value: Any, old: Any) -> bool:
    """Whether an argument was changed. A generator is always sent back with its new state."""
    if isinstance(value, torch.Tensor):
        now = value.detach()
        return now.shape != old.shape or not torch.equal(now.nan_to_num(), old.nan_to_num())
    if isinstance(value, np.ndarray):
        return value.shape != old.shape or value.tobytes() != old.tobytes()
    if type(value) in (list, dict):
        return old is not None and _packed(value) != old
    return type(value) is torch.Generator


def standard_streams(recorder: Recorder) -> None:
    """Make what is printed part of the recorder's outputs."""
    for name in ("stdout", "stderr"):
        stream = io.TextIOWrapper(recorder, encoding="utf-8", errors="replace", write_through=True)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
