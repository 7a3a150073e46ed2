"""Exercises that hold results in the place of answers judge as the originals do."""

from __future__ import annotations

import gzip
import math
from functools import partial
from pathlib import Path

import pytest
import torch
from correct_forms import CORRECT_FORMS

from tempkit.course.chapters import CHAPTERS
from tempkit.filters import top_p
from tempkit.lab import recorded
from tempkit.lab.diagnosis import examine
from tempkit.lab.exercise import Exercise, Misconception, Probe
from tempkit.lab.exercises import exercises_of

by_chapter = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.number)


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    """Each original beside what is restored of it."""
    found = {}
    for chapter in CHAPTERS:
        path = tmp_path_factory.mktemp("recorded") / "chapter.json.gz"
        originals = exercises_of(chapter.name)
        recorded.record(originals, path)
        found[chapter.number] = list(zip(originals, recorded.restore(path), strict=True))
    return found


def verdict(exercise: Exercise, answer):
    """All that a message is made of."""
    return examine(exercise, answer, exercise.probes)


@by_chapter
def test_the_same_misconception_is_found_with_the_same_facts(pairs, chapter) -> None:
    for original, restored in pairs[chapter.number]:
        for misconception in original.misconceptions:
            for answer in (misconception.answer, *misconception.also):
                assert verdict(restored, answer) == verdict(original, answer)


@by_chapter
def test_correct_forms_pass(pairs, chapter) -> None:
    for original, restored in pairs[chapter.number]:
        for form in (original.reference, *CORRECT_FORMS[original.name]):
            assert verdict(restored, form) is None


@by_chapter
def test_an_unwritten_answer_is_said_to_be_one(pairs, chapter) -> None:
    def stub(*_):
        raise NotImplementedError("write your solution here")

    assert {verdict(restored, stub).reason for _, restored in pairs[chapter.number]} == {
        "not-written"
    }


def written(tmp_path: Path, *arguments: object, reference=None) -> Path:
    """A file with one exercise of one probe."""
    exercise = Exercise(
        name="twice",
        section="one",
        reference=reference or (lambda *_: 1.0),
        probes=(Probe(arguments, "..."),),
        misconceptions=(Misconception("wrong", lambda *_: math.nan, "one"),),
        hidden=lambda _: (),
    )
    path = tmp_path / "chapter.json.gz"
    recorded.record([exercise], path)
    return path


@pytest.mark.parametrize(
    "argument",
    [None, True, 3, -0.5, "word", math.inf, [1, [2.0]], (1, "a"), {"a": [1]}, torch.float16],
    ids=repr,
)
def test_an_argument_comes_back_as_it_was(tmp_path, argument) -> None:
    (exercise,) = recorded.restore(written(tmp_path, argument))
    assert exercise.probes[0].arguments == (argument,)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.int64])
def test_a_tensor_comes_back_with_its_dtype(tmp_path, dtype) -> None:
    tensor = torch.tensor([[3.0, 0.1], [-1.0, 1e4]]).to(dtype)
    (exercise,) = recorded.restore(written(tmp_path, tensor))
    (back,) = exercise.probes[0].arguments
    assert back.dtype == dtype
    assert torch.equal(back, tensor)


def test_a_probe_whose_gradient_counts_comes_back_as_one(tmp_path) -> None:
    exercises = exercises_of("08-distillation")
    recorded.record(exercises, tmp_path / "chapter.json.gz")
    restored = recorded.restore(tmp_path / "chapter.json.gz")
    assert [[p.gradient for p in e.probes] for e in restored] == [
        [p.gradient for p in e.probes] for e in exercises
    ]
    assert any(probe.gradient for probe in restored[0].probes)


def test_a_public_function_comes_back_by_its_name(tmp_path) -> None:
    (exercise,) = recorded.restore(written(tmp_path, partial(top_p, p=0.6)))
    (back,) = exercise.probes[0].arguments
    assert (back.func, back.keywords) == (top_p, {"p": 0.6})


def test_an_error_comes_back_as_its_kind(tmp_path) -> None:
    def reference(_):
        raise ValueError("no such temperature")

    (exercise,) = recorded.restore(written(tmp_path, 1, reference=reference))
    (outcome,) = (outcome for _, outcome in exercise.reference.outcomes)
    assert isinstance(outcome.error, ValueError)
    assert str(outcome.error) == "no such temperature"


@pytest.mark.parametrize("argument", [lambda z: z, object()], ids=["lambda", "object"])
def test_what_is_no_data_is_refused_with_the_exercise_named(tmp_path, argument) -> None:
    with pytest.raises(recorded.RecordingError, match="exercise 'twice'"):
        written(tmp_path, argument)


def test_a_record_holds_no_code(tmp_path) -> None:
    def reference(_):
        return "secret of the reference" and 42.0

    content = gzip.decompress(written(tmp_path, 1, reference=reference).read_bytes())
    assert b"secret" not in content
    assert b"42.0" in content


def test_hidden_probes_are_not_there(tmp_path) -> None:
    (exercise,) = recorded.restore(written(tmp_path, 1))
    with pytest.raises(RuntimeError, match="no hidden tests"):
        exercise.hidden(torch.Generator())


def test_recording_twice_gives_the_same_bytes(tmp_path) -> None:
    assert written(tmp_path / "a", 1).read_bytes() == written(tmp_path / "b", 1).read_bytes()
