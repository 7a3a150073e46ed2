"""Exercises without their answers: what each known answer gives on the visible probes, as data.

A check compares what comes out, so it needs the numbers of the reference and of the
misconceptions, not their code. :func:`record` writes these numbers down and :func:`restore` makes
exercises of them that judge as the originals do. Hidden probes are not recorded. ``tempkit
release`` hands out this form; in the course's own checkout there is none.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from types import FunctionType
from typing import Any, NoReturn

import numpy as np
import torch

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.outcome import Outcome, Recorded, try_answer

__all__ = ["FOLDER", "RecordingError", "record", "restore"]

#: Where the recorded exercises of a chapter lie, ``chapter_00.json.gz``, if they do.
FOLDER = Path(__file__).with_name("recorded")
_WITH_ANSWERS = "tempkit.lab.exercises"


class RecordingError(TypeError):
    """An argument of a probe cannot be written as data; the message names the exercise."""


def record(exercises: Iterable[Exercise], path: Path) -> None:
    """Write exercises to a file, without a line of their code.

    Raises
    ------
    RecordingError
        If a probe has an argument that is neither numbers, text nor a public name of a library.
    """
    written = []
    for exercise in exercises:
        try:
            written.append(_exercise(exercise))
        except RecordingError as error:
            raise RecordingError(f"exercise {exercise.name!r}: {error}") from None
    path.parent.mkdir(parents=True, exist_ok=True)
    content = json.dumps(written, separators=(",", ":")).encode()
    path.write_bytes(gzip.compress(content, mtime=0))


def restore(path: Path) -> tuple[Exercise, ...]:
    """The exercises in a file that :func:`record` wrote."""
    return tuple(map(_restored, json.loads(gzip.decompress(path.read_bytes()))))


def _exercise(exercise: Exercise) -> dict[str, Any]:
    def outcomes(answer: Answer) -> list[dict[str, Any]]:
        return [_outcome(try_answer(answer, probe)) for probe in exercise.probes]

    return {
        "name": exercise.name,
        "section": exercise.section,
        "probes": [
            [_value(probe.arguments), probe.shown, probe.gradient] for probe in exercise.probes
        ],
        "reference": outcomes(exercise.reference),
        "misconceptions": [
            [m.id, m.section, [outcomes(answer) for answer in (m.answer, *m.also)]]
            for m in exercise.misconceptions
        ],
        "tolerances": [exercise.rtol, exercise.atol],
        "judge": _value(exercise.judge),
    }


def _restored(data: dict[str, Any]) -> Exercise:
    probes = tuple(Probe(_of_value(given), *how) for given, *how in data["probes"])

    def answer(outcomes: list[dict[str, Any]]) -> Recorded:
        return Recorded(tuple(zip(probes, map(_of_outcome, outcomes), strict=True)))

    misconceptions = []
    for identity, section, answers in data["misconceptions"]:
        first, *also = map(answer, answers)
        misconceptions.append(Misconception(identity, first, section, tuple(also)))
    rtol, atol = data["tolerances"]
    return Exercise(
        name=data["name"],
        section=data["section"],
        reference=answer(data["reference"]),
        probes=probes,
        misconceptions=tuple(misconceptions),
        hidden=_hidden_probes_stay_with_the_instructor,
        rtol=rtol,
        atol=atol,
        judge=_of_value(data["judge"]),
    )


def _hidden_probes_stay_with_the_instructor(*_: object) -> NoReturn:
    raise RuntimeError("this copy of the course has no hidden tests: grade with the instructor's")


def _outcome(outcome: Outcome) -> dict[str, Any]:
    parts = {key: [list(part.shape), part.ravel().tolist()] for key, part in outcome.parts.items()}
    data = {"parts": parts, "tolerance": outcome.tolerance, "changed": outcome.changed}
    if outcome.error is not None:
        data["error"] = [_name(type(outcome.error)), str(outcome.error)]
    return data


def _of_outcome(data: dict[str, Any]) -> Outcome:
    error = None
    if "error" in data:
        kind, said = data["error"]
        error = _named(kind)(said)
    parts = {
        key: np.array(values, dtype=np.float64).reshape(shape)
        for key, (shape, values) in data["parts"].items()
    }
    return Outcome(parts, error, data["tolerance"], data["changed"])


def _value(value: Any) -> Any:
    """An argument as JSON: what JSON knows stands for itself, the rest in a list with its kind."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, torch.Tensor):
        return ["tensor", str(value.dtype).removeprefix("torch."), value.tolist()]
    if isinstance(value, np.ndarray):
        return ["array", str(value.dtype), value.tolist()]
    if isinstance(value, list | tuple):
        return [type(value).__name__, [_value(item) for item in value]]
    if isinstance(value, dict):
        return ["dict", [[_value(key), _value(item)] for key, item in value.items()]]
    if isinstance(value, torch.dtype):
        return ["dtype", str(value).removeprefix("torch.")]
    if isinstance(value, partial):
        return ["partial", _name(value.func), _value(value.args), _value(value.keywords)]
    if isinstance(value, FunctionType | type) or callable(value):
        return ["name", _name(value)]
    if is_dataclass(value):
        own = {field.name: getattr(value, field.name) for field in fields(value)}
        return ["record", _name(type(value)), _value(own)]
    raise RecordingError(f"an argument of type {type(value).__name__} cannot be written as data")


def _of_value(data: Any) -> Any:
    if not isinstance(data, list):
        return data
    kind, *content = data
    if kind in ("list", "tuple"):
        items = [_of_value(item) for item in content[0]]
        return items if kind == "list" else tuple(items)
    if kind == "dict":
        return {_of_value(key): _of_value(item) for key, item in content[0]}
    if kind == "tensor":
        return torch.tensor(content[1], dtype=getattr(torch, content[0]), device="cpu")
    if kind == "array":
        return np.array(content[1], dtype=content[0])
    if kind == "dtype":
        return getattr(torch, content[0])
    if kind == "partial":
        return partial(_named(content[0]), *_of_value(content[1]), **_of_value(content[2]))
    if kind == "record":
        return _named(content[0])(**_of_value(content[1]))
    return _named(content[0])


def _name(thing: Any) -> str:
    """Where a function or class can be imported from, which must not be the exercises."""
    module, name = getattr(thing, "__module__", None), getattr(thing, "__qualname__", "")
    if module is None or module.startswith(_WITH_ANSWERS) or not name.isidentifier():
        raise RecordingError(f"{name or thing!r} is no public name of a library: give one as probe")
    if getattr(import_module(module), name, None) is not thing:
        raise RecordingError(f"{module} has no such {name!r}")
    return f"{module}:{name}"


def _named(name: str) -> Any:
    module, _, own = name.partition(":")
    return getattr(import_module(module), own)
