"""Graders that the tests share: starting one takes seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tempkit.course.chapters import Chapter
from tempkit.grading.runner import Grader


@pytest.fixture(scope="session")
def grader_of() -> Iterator[Callable[..., Grader]]:
    """``grader_of(chapter, lang)``: one grader each, ended with the session."""
    with ExitStack() as stack:
        made: dict[tuple, Grader] = {}

        def grader(chapter: Chapter, lang: str = "en", **options: object) -> Grader:
            key = (chapter.number, lang, *sorted(options.items()))
            if key not in made:
                made[key] = stack.enter_context(Grader(chapter, lang, **options))
            return made[key]

        yield grader
