"""Graders that the tests share: starting one takes seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tempkit.course.chapters import Chapter
from tempkit.grading.runner import Grader

#: Each holds a quarter of a gigabyte.
MOST = 4


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of exactness go lab by lab, so that each lab's graders are started once."""
    places = [i for i, item in enumerate(items) if item.path.name == "test_exactness.py"]
    by_lab = sorted((items[i] for i in places), key=_number)
    for place, item in zip(places, by_lab, strict=True):
        items[place] = item


def _number(item: pytest.Item) -> str:
    """The number of the chapter that a test is about."""
    given = item.callspec.params
    chapter = given["form"].chapter if "form" in given else given.get("chapter")
    return chapter.number if chapter else given["number"]


@pytest.fixture(scope="session")
def grader_of() -> Iterator[Callable[..., Grader]]:
    """``grader_of(chapter, lang)``: the last few are kept."""
    made: dict[tuple, Grader] = {}

    def grader(chapter: Chapter, lang: str = "en", **options: object) -> Grader:
        key = (chapter.number, lang, *sorted(options.items()))
        if key not in made:
            if len(made) == MOST:
                made.pop(next(iter(made))).close()
            made[key] = Grader(chapter, lang, **options).__enter__()
        made[key] = made.pop(key)  # now the last
        return made[key]

    yield grader
    for left in made.values():
        left.close()
