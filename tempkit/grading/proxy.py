"""A student's process, seen from the grader: its functions can be called, its answers are data.

What is no plain data stays in the student's process and is represented here by a
:class:`Remote`: it has no ``==``, no truth value and no arithmetic, so that an object that claims
to equal everything is compared with nothing.
"""

from __future__ import annotations

import builtins
import itertools
import secrets
import time
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import numpy as np
import torch

from tempkit.grading.values import NotPlainError, Packer, Unpacker
from tempkit.grading.wire import Channel, WireError

__all__ = ["LateError", "Lost", "Remote", "RemoteFunction", "Session"]

#: How long a process that was told to stop may take to answer that it did, seconds.
_GRACE = 2.0
_CALLBACKS, _ITEMS, _PICKED = 100_000, 100_000, 500


class Lost(BaseException):
    """There is no more to be had from the student's process. ``str()`` of it names the limit.

    Not an Exception, because whoever calls a student's function must not take it for its answer.
    """


class LateError(TimeoutError):
    """A call took longer than it may, and was stopped; the process goes on."""


class Session:
    """A conversation with one student's process.

    Parameters
    ----------
    channel : Channel
    seconds : float
        For each cell and each call.
    until : float
        The moment of ``time.monotonic`` at which everything ends.
    """

    def __init__(self, channel: Channel, seconds: float, until: float) -> None:
        self.channel, self.seconds, self.until = channel, seconds, until
        self.limits: set[str] = set()
        self._functions: dict[int, Callable[..., Any]] = {}
        self._numbers = itertools.count(1)
        self._late: set[int] = set()

    # --- requests ---------------------------------------------------------------------------------

    def run(self, source: str, *, quiet: bool) -> list:
        """Run a cell; what it showed, ``[kind, content]`` each. An error is one of those."""
        try:
            items, limits = _pair(self._ask("run", source, quiet))
        except LateError:
            self.limits.add("cell-time")
            items, limits = _pair(self._ask("outputs"))
            items = [*_list(items), ["error", f"stopped after {self.seconds:g} s"]]
        self.limits |= {str(limit) for limit in _list(limits)} & {"output", "figures"}
        return [_list(item) for item in _list(items)]

    def name(self, name: str) -> Any:
        """What the student calls so.

        Raises
        ------
        NameError
            If nothing.
        """
        try:
            return self._ask("name", name)
        except KeyError:
            raise NameError(f"name {name!r} is not defined") from None

    def call(self, function: RemoteFunction, arguments: tuple, options: dict) -> Any:
        """Call a student's function; what it did to its arguments happens to them here too."""
        number = object.__getattribute__(function, "_number")
        if number in self._late:  # every further call would cost as much
            raise LateError(f"did not end within {self.seconds:g} s")
        given = [*arguments, *options.values()]
        inputs = [v for v in given if isinstance(v, torch.Tensor) and v.requires_grad]
        try:
            answer = self._ask("call", function, list(arguments), options, inputs=inputs)
        except LateError:
            self._late.add(number)
            self.limits.add("call-time")
            raise
        result, changed = _pair(answer)
        for change in _list(changed):
            index, value = _pair(change)
            if type(index) is not int or not 0 <= index < len(given):
                raise self._broken()
            _apply(given[index], value)
        return result

    def _ask(self, kind: str, *payload: Any, inputs: list[torch.Tensor] | None = None) -> Any:
        number = secrets.randbits(48)
        deadline = min(time.monotonic() + self.seconds + _GRACE, self.until)
        try:
            self._send(number, kind, [self.seconds, *payload], deadline)
            for _ in range(_CALLBACKS):
                said, value = self._received(number, deadline, inputs or [])
                if said != "callback":
                    return self._outcome(said, value)
                self._call_back(number, value, deadline)
        except WireError as error:
            raise self._lost(str(error), deadline) from None
        except NotPlainError:
            raise self._broken() from None
        raise self._broken()

    def _send(self, number: int, kind: str, payload: Any, deadline: float) -> None:
        packer = Packer(self._handle, self._theirs)
        tree = [number, kind, packer.pack(payload)]
        self.channel.send(tree, packer.blobs, deadline)

    def _received(
        self, number: int, deadline: float, inputs: list[torch.Tensor]
    ) -> tuple[str, Any]:
        tree, blobs = self.channel.receive(deadline)
        # A frame that was sent before it was asked for cannot know the number of the question.
        if type(tree) is not list or len(tree) != 3 or tree[0] != number:
            raise self._broken()

        def gradient(tensor: torch.Tensor, output: int) -> torch.Tensor:
            return _connected(self, tensor, output, inputs)

        unpacker = Unpacker(blobs, self._remote, gradient=gradient)
        return str(tree[1]), unpacker.unpack(tree[2])

    def _outcome(self, said: str, value: Any) -> Any:
        if said == "value":
            return value
        if said == "late":
            raise LateError(f"did not end within {self.seconds:g} s")
        if said == "error":
            names, message = _pair(value)
            raise _error(_list(names), str(message))
        raise self._broken()

    def _call_back(self, number: int, value: Any, deadline: float) -> None:
        """A function that was given to the student's is called with plain data."""
        which, arguments = _pair(value)
        function = self._functions.get(which) if type(which) is int else None
        if function is None:
            raise self._broken()
        try:
            result = function(*_list(arguments))
        except Exception as error:
            self._send(number, "failed", f"{type(error).__name__}: {error}"[:500], deadline)
        else:
            self._send(number, "returned", result, deadline)

    # --- handles ----------------------------------------------------------------------------------

    def _handle(self, value: Any) -> list:
        if not callable(value):
            raise TypeError(f"a {type(value).__name__} cannot be given to a student's function")
        number = next(self._numbers)
        self._functions[number] = value
        return ["function", number, getattr(value, "__name__", "function")]

    @staticmethod
    def _theirs(value: Any) -> list | None:
        if isinstance(value, Remote):
            return ["yours", object.__getattribute__(value, "_number")]
        return None

    def _remote(self, tag: str, number: int, name: str) -> Remote:
        base = RemoteFunction if tag == "function" else Remote
        return type(name, (base,), {"__slots__": ()})(self, number)

    # --- the end ----------------------------------------------------------------------------------

    def _lost(self, why: str, deadline: float) -> Lost:
        if why == "deadline":
            total = deadline >= self.until
            limit = "total-time" if total else "call-time"
        else:
            limit = "died" if why == "closed" else "wire"
        self.limits.add(limit)
        return Lost(limit)

    def _broken(self) -> Lost:
        self.limits.add("wire")
        return Lost("wire")


class Remote:
    """Something of the student's that is no plain data. Compare plain data instead."""

    __slots__ = ("_number", "_session")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, session: Session, number: int) -> None:
        object.__setattr__(self, "_session", session)
        object.__setattr__(self, "_number", number)

    def __repr__(self) -> str:
        """What kind of thing it is, nothing of its contents."""
        return f"<a student's {type(self).__name__}>"

    def _refuse(self, *_arguments: Any) -> NoReturn:
        raise TypeError(f"a student's {type(self).__name__} is not plain data")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse  # type: ignore[assignment]
    __bool__ = __setattr__ = __delattr__ = _refuse  # type: ignore[assignment]

    def __getattr__(self, name: str) -> Any:
        """An attribute of the student's object."""
        if name.startswith("_"):
            raise AttributeError(name)
        return _session(self)._ask("attribute", self, name)

    def __getitem__(self, key: Any) -> Any:
        """An item of the student's object."""
        return _session(self)._ask("item", self, key)

    def __len__(self) -> int:
        """The length that the student's object says it has."""
        length = _session(self)._ask("length", self)
        if type(length) is not int or not 0 <= length < 1 << 40:
            raise TypeError("a length is a whole number")
        return length

    def __iter__(self) -> Iterator[Any]:
        """Its items, up to a number."""
        session = _session(self)
        iterator = session._ask("iterator", self)
        for _ in range(_ITEMS):
            items = _list(session._ask("next", iterator))
            if not items:
                return
            yield items[0]
        raise ValueError(f"a student's iterator had more than {_ITEMS} items")


class RemoteFunction(Remote):
    """A function of the student's."""

    __slots__ = ()

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Call it in the student's process."""
        return _session(self).call(self, arguments, options)


def _session(remote: Remote) -> Session:
    return object.__getattribute__(remote, "_session")


def _connected(
    session: Session, tensor: torch.Tensor, output: int, inputs: list[torch.Tensor]
) -> torch.Tensor:
    """A result that gradients flow through, to the arguments that it was computed from."""

    class Through(torch.autograd.Function):
        @staticmethod
        def forward(_context: Any, *_given: torch.Tensor) -> torch.Tensor:
            return tensor

        @staticmethod
        @torch.autograd.function.once_differentiable
        def backward(_context: Any, gradient: torch.Tensor) -> tuple:
            gradients = _list(session._ask("gradient", output, gradient))
            fits = len(gradients) == len(inputs) and all(
                g is None or (isinstance(g, torch.Tensor) and g.shape == x.shape)
                for g, x in zip(gradients, inputs, strict=True)
            )
            if not fits:
                raise session._broken()
            return tuple(gradients)

    return Through.apply(*inputs) if inputs else tensor.requires_grad_()


def _apply(argument: Any, value: Any) -> None:
    """Do to an argument what the student's function did to its copy."""
    if isinstance(argument, torch.Tensor) and isinstance(value, torch.Tensor):
        argument.data = value.to(argument.dtype)
    elif isinstance(argument, torch.Generator) and isinstance(value, torch.Generator):
        argument.set_state(value.get_state())
    elif isinstance(argument, np.ndarray) and isinstance(value, np.ndarray):
        if argument.shape != value.shape:
            raise ValueError("an array argument changed its shape")
        argument[...] = value
    elif type(argument) is list and type(value) is list:
        argument[:] = value
    elif type(argument) is dict and type(value) is dict:
        argument.clear()
        argument.update(value)
    else:
        raise ValueError("an argument changed its type")


def _error(names: list, message: str) -> Exception:
    """A student's error, under its own name and as the nearest built-in kind of it.

    Neither a failed assertion nor an exit of the student's may look like one of the grader's.
    """
    named = [name for name in names[:_PICKED] if type(name) is str and name.isidentifier()]
    given = named[0][:60] if named else "Error"
    found = next((_KINDS[name] for name in named if name in _KINDS), RuntimeError)
    return found(message) if given == found.__name__ else type(given, (found,), {})(message)


#: Built-in errors that are made of one message.
_KINDS = {
    kind.__name__: kind
    for kind in vars(builtins).values()
    if isinstance(kind, type)
    and issubclass(kind, Exception)
    and not issubclass(kind, UnicodeError | BaseExceptionGroup | Warning)
}


def _pair(value: Any) -> tuple[Any, Any]:
    """Two things in a list: whatever else was sent breaks the protocol."""
    if type(value) is not list or len(value) != 2:
        raise Lost("wire")
    return value[0], value[1]


def _list(value: Any) -> list:
    if type(value) is not list:
        raise Lost("wire")
    return value
