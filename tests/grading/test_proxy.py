"""A student's functions, called from the grader: what works as if they were here, what must not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch

from tempkit.course.chapters import find
from tempkit.grading.proxy import LateError, Lost, Remote, RemoteFunction, Session

LAB = find("01")


@pytest.fixture
def student(grader_of) -> Iterator[Callable[..., object]]:
    """``student(source, name)``: run a cell in a fresh process, and fetch a name of it."""
    until = time.monotonic() + 60
    with grader_of(LAB, timeout=2.0)._child(until) as (channel, _):
        session = Session(channel, 2.0, until)

        def run(source: str, name: str = "f") -> object:
            shown = session.run("import torch, numpy as np\n" + source, quiet=False)
            assert [content for kind, content in shown if kind == "error"] == []
            return session.name(name)

        run.session = session
        yield run


def test_a_function_is_a_function(student) -> None:
    f = student("def f(a, b=2, *, c=3): return [a, b, c]")
    assert callable(f)
    assert type(f).__name__ == "function"
    assert f(1) == [1, 2, 3]
    assert f(1, c=0) == [1, 2, 0]


def test_tensors_go_in_and_come_out(student) -> None:
    f = student("def f(x): return {'double': 2 * x, 'shape': tuple(x.shape)}")
    found = f(torch.ones(2, 3, dtype=torch.bfloat16))
    assert found["double"].dtype == torch.bfloat16
    assert found["shape"] == (2, 3)


def test_a_value_that_is_no_function_is_fetched_as_data(student) -> None:
    assert student("f = np.arange(3)").tolist() == [0, 1, 2]


def test_a_name_that_is_not_defined_is_a_name_error(student) -> None:
    with pytest.raises(NameError, match="'g' is not defined"):
        student("f = 1", "g")


@pytest.mark.parametrize(
    ("raised", "kind", "message"),
    [
        ("ValueError('no')", ValueError, "no"),
        ("type('Mine', (ValueError,), {})('no')", ValueError, "no"),
        ("ZeroDivisionError('no')", ZeroDivisionError, "no"),
        ("NotImplementedError('later')", NotImplementedError, "later"),
        ("torch.linalg.LinAlgError('singular')", RuntimeError, "singular"),
        ("Exception('no')", Exception, "no"),
        ("AssertionError('no')", AssertionError, "no"),
        ("KeyboardInterrupt()", RuntimeError, "^$"),
        ("SystemExit(0)", RuntimeError, "0"),
        ("UnicodeDecodeError('x', b'', 0, 1, 'no')", ValueError, "no"),
    ],
)
def test_errors_keep_their_kind(student, raised: str, kind: type, message: str) -> None:
    f = student(f"def f(): raise {raised}")
    with pytest.raises(kind, match=message):
        f()


def test_an_error_that_lies_about_its_text_is_an_error(student) -> None:
    f = student("class Bad(ValueError):\n    def __str__(self): 1 / 0\ndef f(): raise Bad")
    with pytest.raises(ValueError, match=r"^$"):
        f()


def test_what_a_function_does_to_its_arguments_happens_here_too(student) -> None:
    f = student("def f(x, a, items, table):\n    x += 1; a *= 2; items.append(3); table['k'] = 1")
    x, a, items, table = torch.zeros(2), np.ones(2), [1], {}
    f(x, a, items, table)
    assert x.tolist() == [1, 1]
    assert a.tolist() == [2, 2]
    assert items == [1, 3]
    assert table == {"k": 1}


def test_an_argument_that_changed_its_shape_does_so_here(student) -> None:
    f = student("def f(x): x.resize_(3).zero_()")
    x = torch.ones(2)
    f(x)
    assert x.tolist() == [0, 0, 0]


def test_a_generator_moves_on(student) -> None:
    f = student("def f(n, generator): return torch.rand(n, generator=generator)")
    mine, theirs = torch.Generator().manual_seed(3), torch.Generator().manual_seed(3)
    assert torch.equal(f(2, theirs), torch.rand(2, generator=mine))
    assert torch.equal(f(2, generator=theirs), torch.rand(2, generator=mine))


def test_a_function_of_ours_can_be_an_argument(student) -> None:
    f = student("def f(model, x): return [model(x), model(2 * x)]")
    asked = []

    def model(x: torch.Tensor) -> torch.Tensor:
        asked.append(x)
        return x + 1

    assert [row.tolist() for row in f(model, torch.ones(2))] == [[2, 2], [3, 3]]
    assert len(asked) == 2


def test_an_error_of_ours_reaches_the_students_function(student) -> None:
    f = student("def f(g):\n    try: g(1)\n    except RuntimeError as e: return str(e)")

    def refuse(x: float) -> float:
        raise ValueError("not this")

    assert f(refuse) == "ValueError: not this"


def test_a_function_that_returns_a_function(student) -> None:
    f = student("def f(t): return lambda x: x / t")
    assert f(2.0)(3.0) == 1.5


def test_a_students_function_can_be_given_to_another(student) -> None:
    f = student("def f(g, x): return g(x)\ndef g(x): return x + 1")
    assert f(student.session.name("g"), 1) == 2


def test_gradients_flow_through_a_students_function(student) -> None:
    f = student("def f(z, t): return torch.softmax(z / t, -1)")
    z = torch.tensor([2.0, 1.0, 0.0], requires_grad=True)
    t = torch.tensor(1.5, requires_grad=True)
    weights = torch.tensor([1.0, -2.0, 0.5])
    found = torch.autograd.grad((weights * f(z, t)).sum(), (z, t))
    wanted = torch.autograd.grad((weights * torch.softmax(z / t, -1)).sum(), (z, t))
    assert all(torch.allclose(a, b) for a, b in zip(found, wanted, strict=True))


def test_a_gradient_that_does_not_depend_on_an_argument_is_none(student) -> None:
    f = student("def f(a, b): return 2 * a")
    a, b = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    f(a, b).sum().backward()
    assert a.grad.tolist() == [2, 2]
    assert b.grad is None


def test_a_generator_is_iterated_where_it_is(student) -> None:
    f = student("def f(n):\n    for i in range(n): yield torch.tensor(i)")
    assert [int(x) for x in f(3)] == [0, 1, 2]


def test_an_object_shows_its_attributes_items_and_length(student) -> None:
    f = student(
        "class Thing:\n    size = 3\n    def double(self, x): return 2 * x\n"
        "    def __getitem__(self, k): return k + 1\n    def __len__(self): return 7\nf = Thing()"
    )
    assert isinstance(f, Remote)
    assert not isinstance(f, RemoteFunction)
    assert f.size == 3
    assert f.double(4) == 8
    assert f[1] == 2
    assert len(f) == 7


EVERYTHING = """
class Everything:
    __eq__ = lambda self, other: True
    __bool__ = __lt__ = __gt__ = lambda self, *other: True
    __add__ = __radd__ = __sub__ = __rsub__ = lambda self, other: 0
    __float__ = lambda self: 1.0
    __array__ = lambda self, *given, **options: np.ones(3)
    __hash__ = lambda self: 1
def f(): return Everything()
"""


@pytest.mark.parametrize(
    "use",
    [
        lambda x: x == 1,
        lambda x: x != 1,
        lambda x: 1 == x,  # noqa: SIM300 (whose __eq__ is asked is the point)
        lambda x: x < 1,
        bool,
        lambda x: x + 1,
        lambda x: 1 - x,
        float,
        lambda x: np.asarray(x, dtype=np.float64),
        lambda x: torch.allclose(x, torch.ones(1)),
        lambda x: {x: 1},
        lambda x: setattr(x, "a", 1),
    ],
)
def test_what_equals_everything_is_compared_with_nothing(student, use) -> None:
    thing = student(EVERYTHING)()
    with pytest.raises((TypeError, ValueError)):
        use(thing)


def test_names_with_an_underscore_are_not_asked_for(student) -> None:
    with pytest.raises(AttributeError):
        student("def f(): pass").__wrapped__  # noqa: B018


def test_a_call_that_takes_too_long_is_late_and_the_process_goes_on(student) -> None:
    f = student("import time\ndef f():\n    while True: pass\ndef g(): return 1")
    with pytest.raises(LateError, match="did not end within 2 s"):
        f()
    assert student.session.name("g")() == 1
    assert student.session.limits == {"call-time"}


def test_a_late_function_is_not_called_again(student) -> None:
    f = student("def f():\n    while True: pass")
    with pytest.raises(LateError):
        f()
    started = time.monotonic()
    with pytest.raises(LateError):
        f()
    assert time.monotonic() - started < 1


@pytest.mark.parametrize(
    ("source", "limit"),
    [
        ("import os\ndef f(): os._exit(0)", "died"),
        ("import os, signal\ndef f(): os.kill(os.getpid(), signal.SIGSEGV); os._exit(3)", "died"),
        ("import ctypes\ndef f(): ctypes.string_at(0)", "died"),
    ],
    ids=["exit", "signal", "crash"],
)
def test_a_process_that_ends_is_lost(student, source: str, limit: str) -> None:
    f = student(source)
    with pytest.raises(Lost, match=limit):
        f()


def test_too_much_in_a_result_is_the_students_error(student) -> None:
    f = student("def f(n): return torch.zeros(n)")
    with pytest.raises(ValueError, match="more than may be returned"):
        f(2_000_000)
    assert f(3).tolist() == [0, 0, 0]


def test_an_unknown_kind_of_argument_is_our_own_mistake(student) -> None:
    with pytest.raises(TypeError, match="a object cannot be given"):
        student("def f(x): return 1")(object())
