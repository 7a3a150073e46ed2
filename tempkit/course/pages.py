"""The pages about the whole course, built from what they speak of so that they cannot go stale."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tempkit.course import definitions, folklore, overview
from tempkit.course.chapters import root
from tempkit.course.figures import same_drawing
from tempkit.language import LANGUAGES

__all__ = ["PAGES", "Page", "build_pages", "stale_pages"]


@dataclass(frozen=True)
class Page:
    """A page of ``docs/`` in every language, and the function that writes it in one."""

    name: str
    text: Callable[[str], str]

    def path(self, lang: str) -> Path:
        """Where it lies."""
        return root() / "docs" / f"{self.name}.{lang}.md"


PAGES = (
    Page("start", overview.page),
    Page("glossary", definitions.page),
    Page("folklore", folklore.page),
)


def build_pages() -> list[Path]:
    """Write every page, and the map, in every language; returns the files written."""
    written = []
    for lang in LANGUAGES:
        written.append(overview.picture(lang).save(overview.picture_path(lang)))
        for page in PAGES:
            page.path(lang).write_text(page.text(lang), encoding="utf-8")
            written.append(page.path(lang))
    return written


def stale_pages() -> list[str]:
    """Pages and maps that are missing or not what would be written now, as paths from the root."""
    stale = [page.path(lang) for lang in LANGUAGES for page in PAGES if not _is_fresh(page, lang)]
    stale += [overview.picture_path(lang) for lang in LANGUAGES if not _is_drawn(lang)]
    return sorted(path.relative_to(root()).as_posix() for path in stale)


def _is_fresh(page: Page, lang: str) -> bool:
    path = page.path(lang)
    return path.is_file() and path.read_text("utf-8") == page.text(lang)


def _is_drawn(lang: str) -> bool:
    path = overview.picture_path(lang)
    with tempfile.TemporaryDirectory() as folder:
        fresh = overview.picture(lang).save(Path(folder) / path.name).read_text("utf-8")
    return path.is_file() and same_drawing(path.read_text("utf-8"), fresh)
