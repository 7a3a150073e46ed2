"""Correct solutions written in other ways than the course's own: every one must pass."""

from __future__ import annotations

from importlib import import_module

from tempkit.course.chapters import CHAPTERS

CORRECT_FORMS = {
    name: forms
    for chapter in CHAPTERS
    for name, forms in import_module(f"{__name__}.chapter_{chapter.number}").FORMS.items()
}
