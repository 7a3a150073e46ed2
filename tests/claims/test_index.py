"""The notes and their tests tell the same story."""

from __future__ import annotations

from tempkit.course import chapters, claims


def test_every_claim_has_its_test_and_every_decimal_its_claim():
    assert claims.problems(chapters.root()) == []
