"""What crosses the wire, and how it is written: plain data with its dtype and shape, never pickle.

JSON holds ``null``, booleans, strings, small integers and floats as they are; everything else is a
list that begins with a tag, the bytes of arrays being blobs. What is no plain data crosses as a
handle, a number that only its owner can look up.
"""

from __future__ import annotations

import math
import numbers
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch

__all__ = ["NotPlainError", "Packer", "Unpacker", "ValueLimits"]

_DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        torch.float64,
        torch.float32,
        torch.float16,
        torch.bfloat16,
        torch.int64,
        torch.int32,
        torch.int16,
        torch.int8,
        torch.uint8,
        torch.bool,
        torch.complex64,
        torch.complex128,
    )
}
_ARRAY_DTYPE = re.compile(r"[<>|=][biufcSU]\d{1,5}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}")
_SEQUENCES = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}
_EXACT_INTEGERS = 2**53
_DEPTH = 40


class NotPlainError(ValueError):
    """A value that may not cross, or a frame that holds none."""


@dataclass(frozen=True)
class ValueLimits:
    """What one frame may hold: JSON nodes, elements of all arrays, keys of a dictionary.

    Few keys, because whoever chooses them can make them collide.
    """

    nodes: int = 60_000
    elements: int = 1 << 18
    keys: int = 4096


class Packer:
    """Write values as a JSON tree and blobs.

    ``handle`` gives what is no plain data a number, or refuses with NotPlainError; ``ours`` turns a
    handle of the other side's back into its number, or None. ``limits`` are what a receiver with
    the same ones would accept.
    """

    def __init__(
        self,
        handle: Callable[[Any], list],
        ours: Callable[[Any], list | None] = lambda _value: None,
        gradient: Callable[[torch.Tensor], int | None] = lambda _tensor: None,
        limits: ValueLimits | None = None,
    ) -> None:
        self.handle, self.ours, self.gradient, self.limits = handle, ours, gradient, limits
        self.blobs: list[bytes] = []
        self.nodes = self.elements = 0

    def pack(self, value: Any, depth: int = 0) -> Any:
        """The tree of a value; its blobs are added to ``self.blobs``."""
        if depth > _DEPTH:
            raise NotPlainError("nested too deeply")
        self._count(1, 0)
        kind = type(value)
        if value is None or kind is bool or kind is str or kind is float:
            return value
        if kind is int:
            return value if abs(value) <= _EXACT_INTEGERS else ["int", _decimal(value)]
        known = self.ours(value)
        if known is not None:
            return known
        if isinstance(value, torch.Tensor):
            return self._tensor(value) or self.handle(value)
        for packs in (self._array, self._container, self._other, self._frame):
            tree = packs(value, depth)
            if tree is not None:
                return tree
        return self._number(value) or self.handle(value)

    def _count(self, nodes: int, elements: int) -> None:
        self.nodes += nodes
        self.elements += elements
        limits = self.limits
        if limits and (self.nodes > limits.nodes or self.elements > limits.elements):
            raise NotPlainError("more than may be returned at once")

    def _blob(self, data: bytes) -> int:
        self.blobs.append(data)
        return len(self.blobs) - 1

    def _tensor(self, value: torch.Tensor) -> list | None:
        name = str(value.dtype).removeprefix("torch.")
        if name not in _DTYPES or value.layout != torch.strided or value.device.type == "meta":
            return None
        if value.is_quantized or value.is_nested:
            return None
        self._count(0, value.numel())
        # A copy: one element of an expanded tensor counts as contiguous, but has no bytes in a row.
        plain = (
            value.detach()
            .cpu()
            .resolve_conj()
            .resolve_neg()
            .clone(memory_format=torch.contiguous_format)
        )
        data = plain.reshape(-1).view(torch.uint8).numpy().tobytes() if plain.numel() else b""
        grad = bool(value.requires_grad)
        gradient = self.gradient(value) if grad else None
        return ["tensor", name, list(plain.shape), self._blob(data), grad, gradient]

    def _array(self, value: Any, depth: int) -> list | None:
        if not isinstance(value, np.ndarray | np.generic):
            return self._as_array(value, depth)
        scalar = isinstance(value, np.generic)
        array = np.asarray(np.ma.getdata(value))
        if array.dtype.kind == "O":
            return ["objects", list(array.shape), [self.pack(x, depth + 1) for x in array.flat]]
        if not _ARRAY_DTYPE.fullmatch(array.dtype.str):
            return None
        self._count(0, array.size)
        data = np.ascontiguousarray(array).tobytes()
        return ["array", array.dtype.str, list(array.shape), self._blob(data), scalar]

    def _as_array(self, value: Any, depth: int) -> list | None:
        """What numpy would take for an array: an index of pandas, a picture."""
        module = type(value).__module__.partition(".")[0]
        if module in ("pandas", "PIL") and type(value).__name__ not in ("DataFrame", "Series"):
            return self._array(np.asarray(value), depth) if hasattr(value, "__array__") else None
        return None

    def _container(self, value: Any, depth: int) -> list | None:
        for name, kind in _SEQUENCES.items():
            if isinstance(value, kind):
                return [name, [self.pack(item, depth + 1) for item in kind.__iter__(value)]]
        if isinstance(value, dict):
            pairs = dict.items(value)
            return ["dict", [[self.pack(k, depth + 1), self.pack(v, depth + 1)] for k, v in pairs]]
        return None

    def _other(self, value: Any, depth: int) -> list | None:
        kind = type(value)
        if isinstance(value, bytes):
            return ["bytes", self._blob(bytes.__getitem__(value, slice(None)))]
        if kind is range or kind is slice:
            ends = (value.start, value.stop, value.step)
            return [kind.__name__, *(self.pack(end, depth + 1) for end in ends)]
        if value is Ellipsis:
            return ["ellipsis"]
        if kind is torch.dtype:
            return ["dtype", str(value).removeprefix("torch.")]
        if kind is torch.device:
            return ["device", str(value)]
        if kind is torch.Generator:
            return ["generator", self._blob(value.get_state().numpy().tobytes())]
        return None

    def _frame(self, value: Any, depth: int) -> list | None:
        if type(value).__module__.partition(".")[0] != "pandas":
            return None
        if type(value).__name__ == "DataFrame":
            columns = [value.iloc[:, i].to_numpy() for i in range(value.shape[1])]
            labels = (list(value.columns), list(value.index), columns)
            return ["frame", *(self.pack(part, depth + 1) for part in labels)]
        if type(value).__name__ == "Series":
            labels = (value.name, list(value.index), value.to_numpy())
            return ["series", *(self.pack(part, depth + 1) for part in labels)]
        return None

    def _number(self, value: Any) -> Any:
        """Subclasses of numbers, fractions and decimals become the number that they stand for."""
        if isinstance(value, str):
            return ["str", str.__str__(value)]
        if isinstance(value, int):
            return ["int", _decimal(int.__index__(value))]
        if isinstance(value, complex):
            return ["complex", complex.__complex__(value).real, complex.__complex__(value).imag]
        if isinstance(value, float):
            return ["float", float.__float__(value)]
        if isinstance(value, numbers.Number):
            return ["float", float(value)]
        return None


def _decimal(value: int) -> str:
    if value.bit_length() > 4096:
        raise NotPlainError("an integer of more than 4096 bits")
    return str(value)


class _Node(NamedTuple):
    tag: str
    rest: list
    depth: int


class Unpacker:
    """Read values from a JSON tree and blobs, refusing whatever breaks the rules.

    ``handle`` makes something of a handle's number and the name of its type; ``ours`` looks up a
    handle of our own.
    """

    def __init__(
        self,
        blobs: list[bytes],
        handle: Callable[[str, int, str], Any],
        ours: Callable[[int], Any] = lambda _number: _refuse("an unknown handle"),
        gradient: Callable[[torch.Tensor, int], torch.Tensor] = lambda tensor, _number: tensor,
        limits: ValueLimits | None = None,
    ) -> None:
        self.blobs, self.handle, self.ours, self.gradient = blobs, handle, ours, gradient
        self.limits = limits or ValueLimits()
        self.nodes = self.elements = 0

    def unpack(self, tree: Any) -> Any:
        """The value that a tree stands for.

        Raises
        ------
        NotPlainError
            If it stands for none.
        """
        try:
            return self._value(tree, 0)
        except NotPlainError:
            raise
        except Exception as error:
            raise NotPlainError(f"malformed: {type(error).__name__}") from error

    def _value(self, tree: Any, depth: int) -> Any:
        self.nodes += 1
        if self.nodes > self.limits.nodes or depth > _DEPTH + 4:
            raise NotPlainError("too much in one frame")
        if not isinstance(tree, list):
            return tree if not isinstance(tree, dict) else _refuse("an untagged object")
        tag, *rest = tree
        return getattr(self, f"_{_TAGS[tag]}")(_Node(tag, rest, depth + 1))

    def _blob(self, number: Any) -> bytes:
        return self.blobs[number] if type(number) is int and number >= 0 else _refuse("no blob")

    def _shape(self, shape: Any, available: int) -> list[int]:
        """A shape of ``available`` elements."""
        if type(shape) is not list or len(shape) > 32:
            _refuse("no shape")
        for size in shape:
            if type(size) is not int or not 0 <= size <= 1 << 40:
                _refuse("no shape")
        if math.prod(shape) != available or math.prod(s for s in shape if s) > 1 << 60:
            _refuse("a shape that its bytes do not fill")
        self.elements += available
        if self.elements > self.limits.elements:
            _refuse("too many numbers in one frame")
        return shape

    def _integer(self, node: _Node) -> int:
        (digits,) = node.rest
        return int(digits) if type(digits) is str and len(digits) < 1300 else _refuse(node.tag)

    def _text(self, node: _Node) -> str:
        (text,) = node.rest
        return text if type(text) is str else _refuse(node.tag)

    def _float(self, node: _Node) -> float | complex:
        parts = [float(part) for part in node.rest if type(part) in (int, float)]
        return parts[0] if node.tag == "float" else complex(*parts)

    def _tensor(self, node: _Node) -> torch.Tensor:
        name, shape, number, grad, gradient = node.rest
        dtype, data = _DTYPES[name], bytearray(self._blob(number))
        count, left = divmod(len(data), dtype.itemsize)
        if left:
            _refuse("half a number")
        shape = self._shape(shape, count)
        if not count:
            tensor = torch.empty(shape, dtype=dtype, device="cpu")
        elif dtype is torch.bool:  # any byte but 0 and 1 would be neither true nor false
            tensor = (torch.frombuffer(data, dtype=torch.uint8) != 0).reshape(shape)
        else:
            tensor = torch.frombuffer(data, dtype=dtype).reshape(shape).clone()
        if grad is True and dtype.is_floating_point:
            if type(gradient) is int:
                return self.gradient(tensor, gradient)
            tensor.requires_grad_()
        return tensor

    def _array(self, node: _Node) -> Any:
        name, shape, number, scalar = node.rest
        if type(name) is not str or not _ARRAY_DTYPE.fullmatch(name):
            _refuse("no dtype")
        dtype, data = np.dtype(name), bytearray(self._blob(number))
        count, left = divmod(len(data), dtype.itemsize) if dtype.itemsize else (0, 0)
        if left:
            _refuse("half a number")
        if not dtype.itemsize:  # empty strings take no bytes
            count = math.prod(shape)
        shape = self._shape(shape, count)
        if dtype.kind == "b":
            array = (np.frombuffer(data, dtype=np.uint8) != 0).reshape(shape)
        elif not dtype.itemsize:
            array = np.zeros(shape, dtype=dtype)
        else:
            array = np.frombuffer(data, dtype=dtype).reshape(shape)
        return array[()] if scalar is True and not shape else array

    def _objects(self, node: _Node) -> np.ndarray:
        shape, items = node.rest
        array = np.empty(len(items), dtype=object)
        for index, item in enumerate(items):
            array[index] = self._value(item, node.depth)
        return array.reshape(self._shape(shape, len(items)))

    def _sequence(self, node: _Node) -> Any:
        (items,) = node.rest
        if node.tag in ("set", "frozenset") and len(items) > self.limits.keys:
            _refuse("too large a set")
        return _SEQUENCES[node.tag](self._value(item, node.depth) for item in items)

    def _dictionary(self, node: _Node) -> dict:
        (pairs,) = node.rest
        if len(pairs) > self.limits.keys:
            _refuse("too large a dictionary")
        return {self._value(k, node.depth): self._value(v, node.depth) for k, v in pairs}

    def _bytes(self, node: _Node) -> bytes:
        (number,) = node.rest
        return self._blob(number)

    def _ends(self, node: _Node) -> range | slice:
        start, stop, step = (self._value(end, node.depth) for end in node.rest)
        if node.tag == "slice":
            return slice(start, stop, step)
        found = range(start, stop, step)
        if len(found) > self.limits.elements:
            _refuse("too long a range")
        self.elements += len(found)
        return found

    def _ellipsis(self, _node: _Node) -> Any:
        return ...

    def _dtype(self, node: _Node) -> torch.dtype:
        return _DTYPES[node.rest[0]]

    def _device(self, _node: _Node) -> torch.device:
        return torch.device("cpu")

    def _generator(self, node: _Node) -> torch.Generator:
        state = bytearray(self._blob(node.rest[0]))
        generator = torch.Generator("cpu")
        if len(state) != generator.get_state().numel():
            _refuse("no state of a generator")
        generator.set_state(torch.frombuffer(state, dtype=torch.uint8))
        return generator

    def _frame(self, node: _Node) -> Any:
        import pandas as pd

        labels, index, values = (self._value(part, node.depth) for part in node.rest)
        if node.tag == "series":
            return pd.Series(values, index=index, name=labels)
        frame = pd.DataFrame(dict(enumerate(values)), index=index)
        frame.columns = labels
        return frame

    def _handle(self, node: _Node) -> Any:
        number, name = node.rest
        if type(number) is not int or type(name) is not str:
            _refuse("no handle")
        return self.handle(node.tag, number, name if _NAME.fullmatch(name) else "object")

    def _yours(self, node: _Node) -> Any:
        (number,) = node.rest
        return self.ours(number) if type(number) is int else _refuse("no handle")


_TAGS = {
    "int": "integer",
    "str": "text",
    "float": "float",
    "complex": "float",
    "tensor": "tensor",
    "array": "array",
    "objects": "objects",
    **dict.fromkeys(_SEQUENCES, "sequence"),
    "dict": "dictionary",
    "bytes": "bytes",
    "range": "ends",
    "slice": "ends",
    "ellipsis": "ellipsis",
    "dtype": "dtype",
    "device": "device",
    "generator": "generator",
    "frame": "frame",
    "series": "frame",
    "function": "handle",
    "object": "handle",
    "yours": "yours",
}


def _refuse(why: str) -> Any:
    raise NotPlainError(why)
