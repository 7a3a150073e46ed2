"""The fixture that hands a test the claim it proves."""

from __future__ import annotations

import pytest

from tempkit.course import chapters, claims


@pytest.fixture
def claim(request: pytest.FixtureRequest) -> claims.Claim:
    """The claim named by the test's mark, with its text in both languages."""
    names = [mark.args[0] for mark in request.node.iter_markers("claim")]
    if len(names) != 1:
        pytest.fail(f"mark the test with one @pytest.mark.claim('C00.1'); it has {names}")
    return claims.resolve(chapters.root(), names[0])
