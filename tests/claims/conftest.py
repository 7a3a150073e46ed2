"""The fixture that hands a test the claim it proves."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tempkit.course import chapters, claims


@pytest.fixture
def claim(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[claims.Claim]:
    """The claim named by the test's mark, with its text in both languages.

    A test that asks for it and never compares a number with the text fails.
    """
    names = [mark.args[0] for mark in request.node.iter_markers("claim")]
    if len(names) != 1:
        pytest.fail(f"mark the test with one @pytest.mark.claim('C00.1'); it has {names}")
    compared = []
    for name in ("shows", "table"):
        method = getattr(claims.Claim, name)
        monkeypatch.setattr(claims.Claim, name, _noting(method, compared))
    yield claims.resolve(chapters.root(), names[0])
    if not compared:
        pytest.fail(f"the test of {names[0]} never called claim.shows or claim.table")


def _noting(method: Callable[..., None], calls: list[str]) -> Callable[..., None]:
    """The method, which leaves its name in ``calls`` when it is called."""

    def noted(*given: object) -> None:
        calls.append(method.__name__)
        method(*given)

    return noted
