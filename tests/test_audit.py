"""The checks for functions from logits and a temperature to probabilities."""

from __future__ import annotations

import pytest
import torch

from tempkit import pitfalls
from tempkit.audit import CHECKS, audit, broken
from tempkit.scaling import softmax


def test_the_softmax_of_the_library_passes_every_check():
    assert broken(softmax) == ()


@pytest.mark.parametrize("form", ["inside", "power", "log"])
def test_the_correct_forms_fail_at_zero_alone_where_they_divide_by_it(form):
    assert broken(pitfalls.find(form).apply) == ("flatter", "zero")


@pytest.mark.parametrize(
    ("form", "checks"),
    [
        ("twice", {"unit"}),
        ("divided", {"sums", "unit", "cold", "hot"}),
        ("inverted", {"unit", "flatter", "cold", "hot"}),
    ],
)
def test_wrong_forms_fail_where_their_algebra_says(form, checks):
    apply = pitfalls.find(form).apply
    at_zero = lambda z, t: softmax(z, 0.0) if t == 0 else apply(z, t)  # noqa: E731
    assert set(broken(at_zero)) - {"flatter"} == checks - {"flatter"}


def test_a_temperature_applied_twice_has_lost_its_unit_and_nothing_else():
    def twice(logits, temperature):
        return softmax(softmax(logits, temperature).log(), temperature)

    assert broken(twice) == ("unit",)


def test_a_hole_at_one_is_found_by_going_around_it():
    def with_a_hole(logits, temperature):
        return softmax(logits, 0.0 if temperature == 1.0 else temperature)

    assert broken(with_a_hole) == ("one", "unit", "flatter", "smooth")


def test_changing_the_logits_is_found():
    def in_place(logits, temperature):
        logits -= logits.max()
        return softmax(logits, temperature)

    assert broken(in_place) == ("untouched",)


def test_a_function_that_raises_fails():
    def refuses(logits, temperature):
        raise RuntimeError("no")

    assert len(broken(refuses)) == len(CHECKS)


def test_what_is_nearly_right_passes_a_wider_tolerance():
    rounded = lambda z, t: (1000 * softmax(z, t)).round() / 1000  # noqa: E731
    assert "sums" in broken(rounded)
    assert broken(rounded, tolerance=0.02) == ()


def test_lists_are_probabilities_too():
    assert broken(lambda z, t: softmax(z, t).tolist()) == ()


@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_table_says_each_check_in_a_language(lang):
    table = audit({"right": softmax, "twice": pitfalls.twice}, lang=lang)
    assert list(table.columns) == ["right", "twice"]
    assert list(table.index) == [check.says[lang] for check in CHECKS]
    assert set(table["right"]) == {"✓"}
    assert (table["twice"] == "✗").sum() == 3  # its unit, and at 0, where it divides by 0


def test_the_default_device_and_dtype_change_nothing():
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.bfloat16)
    try:
        assert broken(softmax) == ()
    finally:
        torch.set_default_dtype(before)
