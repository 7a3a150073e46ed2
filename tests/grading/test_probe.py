"""Which layers a machine offers, as the doctor tells them, is what a grader then finds."""

from __future__ import annotations

import pytest

from tempkit.course import doctor
from tempkit.course.chapters import find
from tempkit.grading import probe, sandbox
from tempkit.grading.records import Layer


def row(lang: str) -> doctor.Finding:
    return next(f for f in doctor.examine(lang) if f.name.startswith(("sandbox", "entorno")))


@pytest.mark.skipif(not sandbox.possible(), reason="the sandbox needs Linux")
def test_what_is_missing_is_what_a_grader_goes_without(grader_of) -> None:
    layers = grader_of(find("01")).layers
    without = {layer.name for layer in layers if not layer.active} - {"memory watch"}
    assert {layer.name for layer in probe.missing()} == without


@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_whole_sandbox_has_no_remedy(monkeypatch, lang: str) -> None:
    monkeypatch.setattr(probe, "missing", lambda: ())
    assert row(lang).remedy == ""


@pytest.mark.parametrize("lang", ["en", "es"])
def test_an_essential_layer_that_is_missing_is_named_with_its_reason(
    monkeypatch, lang: str
) -> None:
    missing = (Layer("landlock", False, "the kernel has no Landlock"),)
    monkeypatch.setattr(probe, "missing", lambda: missing)
    monkeypatch.setattr(doctor.sys, "platform", "linux")
    found = row(lang)
    assert "landlock (the kernel has no Landlock)" in found.seen
    assert found.remedy
    assert not found.is_broken


def test_a_layer_that_others_make_up_for_needs_no_remedy(monkeypatch) -> None:
    missing = (Layer("user namespace", False, "Operation not permitted"),)
    monkeypatch.setattr(probe, "missing", lambda: missing)
    assert row("en").remedy == ""
