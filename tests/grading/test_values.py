"""What crosses the wire: plain data as it was, everything else as a handle, and no lies."""

from __future__ import annotations

import collections
import decimal
import fractions
import json
import math

import numpy as np
import pandas as pd
import pytest
import torch

from tempkit.grading.values import NotPlainError, Packer, Unpacker, ValueLimits

DTYPES = [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32]
DTYPES += [torch.int16, torch.int8, torch.uint8, torch.bool, torch.complex64, torch.complex128]


def crossed(value: object) -> object:
    """A value as the other side sees it, by way of JSON."""
    packer = Packer(lambda given: ["object", 7, type(given).__name__])
    tree = json.loads(json.dumps(packer.pack(value)))
    return Unpacker(packer.blobs, lambda tag, number, name: (tag, number, name)).unpack(tree)


def unpacked(tree: object, *blobs: bytes, limits: ValueLimits | None = None) -> object:
    return Unpacker(list(blobs), lambda *handle: handle, limits=limits).unpack(tree)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0,), (2, 0, 3)], ids=str)
def test_tensors_cross_bit_by_bit(dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    generator = torch.Generator().manual_seed(1)
    tensor = (4 * torch.randn(shape, generator=generator)).to(dtype)
    seen = crossed(tensor)
    assert seen.dtype == dtype
    assert seen.shape == tensor.shape
    assert torch.equal(seen, tensor)


def test_infinities_and_nan_cross() -> None:
    tensor = torch.tensor([math.inf, -math.inf, math.nan])
    assert torch.equal(crossed(tensor).isnan(), tensor.isnan())
    assert crossed(tensor)[:2].tolist() == [math.inf, -math.inf]


@pytest.mark.parametrize(
    "view",
    [
        torch.arange(6.0).reshape(2, 3).T,
        torch.ones(1).expand(4),
        torch.tensor(7).expand(1),
        torch.arange(6.0)[::2],
    ],
    ids=["transposed", "expanded", "one-element-expanded", "strided"],
)
def test_views_cross_as_what_they_show(view: torch.Tensor) -> None:
    assert torch.equal(crossed(view), view)


def test_parameters_and_subclasses_cross_as_tensors() -> None:
    class Named(torch.Tensor):
        pass

    assert crossed(torch.nn.Parameter(torch.ones(2))).requires_grad
    assert type(crossed(torch.ones(2).as_subclass(Named))) is torch.Tensor


@pytest.mark.parametrize(
    "value",
    [None, True, 0, -5, 2**53 + 1, -(10**300), 0.1, math.inf, "", "ñ\n", b"\0x", 1 + 2j, ...],
    ids=repr,
)
def test_simple_values_cross(value: object) -> None:
    assert crossed(value) == value
    assert type(crossed(value)) is type(value)


@pytest.mark.parametrize(
    "value",
    [
        [1, [2.0, "x"]],
        (1, (2,)),
        {"a": 1, 2: [3], (1, 2): None},
        {1, 2},
        frozenset({"a"}),
        range(2, 9, 3),
        slice(None, 4),
        [],
        {},
        torch.float16,
        torch.device("cpu"),
    ],
    ids=repr,
)
def test_containers_cross(value: object) -> None:
    assert crossed(value) == value
    assert type(crossed(value)) is type(value)


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "i4", "u1", "?", "c8", "U3", "S2", ">f8"])
def test_numpy_arrays_cross(dtype: str) -> None:
    array = np.array([[0, 1], [2, 3]]).astype(dtype)
    assert crossed(array).dtype == array.dtype
    assert np.array_equal(crossed(array), array)


def test_numpy_numbers_cross_as_numpy_numbers() -> None:
    assert crossed(np.float32(0.5)) == np.float32(0.5)
    assert crossed(np.float32(0.5)).dtype == np.float32


def test_arrays_of_objects_cross_item_by_item() -> None:
    array = np.array([1, "a", None], dtype=object)
    assert crossed(array).tolist() == [1, "a", None]


def test_tables_cross() -> None:
    frame = pd.DataFrame({"T": [0.5, 1.0], "word": ["a", "b"]}, index=["x", "y"])
    pd.testing.assert_frame_equal(crossed(frame), frame, check_dtype=False)
    series = pd.Series([1.0, 2.0], name="H")
    pd.testing.assert_series_equal(crossed(series), series)


def test_generators_of_torch_cross_with_their_state() -> None:
    generator = torch.Generator().manual_seed(5)
    torch.rand(3, generator=generator)
    seen = crossed(generator)
    assert torch.equal(torch.rand(2, generator=seen), torch.rand(2, generator=generator))


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (collections.OrderedDict(a=1), {"a": 1}),
        (collections.Counter("aab"), {"a": 2, "b": 1}),
        (collections.namedtuple("Pair", "x y")(1, 2), (1, 2)),
        (torch.tensor([3.0, 1.0]).max(0), (torch.tensor(3.0), torch.tensor(0))),
        (fractions.Fraction(1, 4), 0.25),
        (decimal.Decimal("0.5"), 0.5),
        (type("Count", (int,), {})(3), 3),
        (type("Word", (str,), {})("x"), "x"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_kinds_of_plain_data_cross_as_plain_data(value: object, plain: object) -> None:
    assert crossed(value) == plain
    assert type(crossed(value)) is type(plain)


@pytest.mark.parametrize(
    "value",
    [object(), len, (x for x in "a"), torch.nn.Linear(1, 1), iter([1]), torch.ones(2).to_sparse()],
    ids=lambda value: type(value).__name__,
)
def test_everything_else_is_a_handle(value: object) -> None:
    assert crossed(value) == ("object", 7, type(value).__name__)


def test_a_liar_crosses_as_what_it_is_underneath() -> None:
    class Liar(float):
        def __eq__(self, other):
            return True

        def __float__(self):
            return 1.0

        __hash__ = float.__hash__

    assert crossed(Liar(3)) == 3.0
    assert type(crossed(Liar(3))) is float


@pytest.mark.parametrize(
    ("tree", "blobs"),
    [
        (["tensor", "float32", [2], 0, False, None], [b"\0" * 4]),
        (["tensor", "float32", [2], 0, False, None], [b"\0" * 7]),
        (["tensor", "float32", [-1], 0, False, None], [b""]),
        (["tensor", "float32", [1 << 62, 0], 0, False, None], [b""]),
        (["tensor", "float32", [1 << 39, 1 << 39, 0], 0, False, None], [b""]),
        (["tensor", "float32", [0] * 33, 0, False, None], [b""]),
        (["tensor", "float32", [True], 0, False, None], [b"\0" * 4]),
        (["tensor", "float32", "2", 0, False, None], [b"\0" * 8]),
        (["tensor", "storage", [1], 0, False, None], [b"\0" * 4]),
        (["tensor", "float32", [1], 3, False, None], [b"\0" * 4]),
        (["tensor", "float32", [1], -1, False, None], [b"\0" * 4]),
        (["array", "|O", [1], 0, False], [b"\0" * 8]),
        (["array", "f8,f8", [1], 0, False], [b"\0" * 16]),
        (["array", "<M8[s]", [1], 0, False], [b"\0" * 8]),
        (["array", "<U0", [1 << 39], 0, False], [b""]),
        (["generator", 0], [b"\0" * 10]),
        (["generator", 0], [b"\0" * 5056]),
        (["int", "1" * 5000], []),
        (["int", 3], []),
        (["dict", [[["list", []], 1]]], []),
        (["range", 0, 1 << 50, 1], []),
        (["pickle", 0], [b"cos\nsystem\n"]),
        (["_value", 0], []),
        ([], []),
        ({"a": 1}, []),
        (["object", "7", "x"], []),
        (["yours", 99], []),
    ],
    ids=str,
)
def test_what_is_no_value_is_refused(tree: object, blobs: list[bytes]) -> None:
    with pytest.raises(NotPlainError):
        unpacked(tree, *blobs)


def test_a_bool_of_another_byte_is_true() -> None:
    assert unpacked(["tensor", "bool", [3], 0, False, None], b"\0\x01\x07").tolist() == [0, 1, 1]


def test_a_frame_with_too_many_nodes_is_refused() -> None:
    with pytest.raises(NotPlainError, match="too much"):
        unpacked(["list", [0] * 50], limits=ValueLimits(nodes=40))


def test_numbers_are_counted_over_the_whole_frame() -> None:
    tensor = ["tensor", "uint8", [30], 0, False, None]
    with pytest.raises(NotPlainError, match="too many numbers"):
        unpacked(["list", [tensor] * 4], b"\0" * 30, limits=ValueLimits(elements=100))


def test_a_dictionary_of_keys_made_to_collide_is_refused() -> None:
    pairs = [[["int", str(k * (2**61 - 1))], 0] for k in range(5000)]
    with pytest.raises(NotPlainError, match="too large a dictionary"):
        unpacked(["dict", pairs])


def test_what_contains_itself_does_not_cross() -> None:
    endless: list = []
    endless.append(endless)
    with pytest.raises(NotPlainError, match="deeply"):
        crossed(endless)


def test_a_sender_with_limits_stops_at_them() -> None:
    packer = Packer(lambda value: ["object", 0, "x"], limits=ValueLimits(elements=10))
    with pytest.raises(NotPlainError, match="more than may be returned"):
        packer.pack(torch.zeros(11))


def test_the_name_of_a_type_is_a_name_or_nothing() -> None:
    assert unpacked(["object", 1, "<script>"]) == ("object", 1, "object")
