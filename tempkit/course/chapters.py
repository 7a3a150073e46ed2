"""The chapters there are, and where each of their files lies in the checkout."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["CHAPTERS", "Chapter", "find", "root"]


def root() -> Path:
    """The folder that holds ``theory/`` and ``labs/``.

    Raises
    ------
    FileNotFoundError
        If tempkit was installed without the course around it.
    """
    checkout = Path(__file__).resolve().parents[2]
    for folder in (checkout, Path.cwd()):
        if (folder / "labs").is_dir() and (folder / "theory").is_dir():
            return folder
    raise FileNotFoundError(
        "the course's notes and labs are not here: run this inside a clone of the tempkit "
        "repository, or install it from one with 'pip install -e .[lab]'"
    )


@dataclass(frozen=True)
class Chapter:
    """A chapter: one note and one lab, each in every language."""

    number: str
    slug: str
    titles: dict[str, str]

    @property
    def name(self) -> str:
        """The stem that all its files share, ``00-inside-or-outside``."""
        return f"{self.number}-{self.slug}"

    @property
    def source(self) -> Path:
        """The one file a lab is written in."""
        return root() / "solutions" / f"{self.name}.py"

    def note(self, lang: str) -> Path:
        """The theory note."""
        return root() / "theory" / lang / f"{self.name}.md"

    def lab(self, lang: str) -> Path:
        """The lab as a learner gets it."""
        return root() / "labs" / lang / f"{self.name}.ipynb"

    def solution(self, lang: str) -> Path:
        """The solved lab, with outputs."""
        return root() / "solutions" / lang / f"{self.name}.ipynb"


CHAPTERS = (
    Chapter(
        "00",
        "inside-or-outside",
        {"en": "Inside or outside the softmax?", "es": "¿Dentro o fuera del softmax?"},
    ),
    Chapter(
        "01",
        "temperature-and-entropy",
        {"en": "Temperature and entropy", "es": "Temperatura y entropía"},
    ),
    Chapter(
        "02",
        "sampling",
        {"en": "Sampling", "es": "Muestreo"},
    ),
    Chapter(
        "03",
        "truncation",
        {"en": "Truncation: top-k, top-p, min-p", "es": "Recortes: top-k, top-p, min-p"},
    ),
    Chapter(
        "04",
        "language-models",
        {"en": "Language models", "es": "Modelos de lenguaje"},
    ),
    Chapter(
        "05",
        "calibration",
        {"en": "Calibration", "es": "Calibración"},
    ),
    Chapter(
        "06",
        "decisions",
        {"en": "Decisions", "es": "Decisiones"},
    ),
    Chapter(
        "07",
        "schedules-and-mixtures",
        {"en": "Schedules and mixtures", "es": "Planes de temperatura y mezclas"},
    ),
    Chapter(
        "08",
        "distillation",
        {"en": "Distillation", "es": "Destilación"},
    ),
    Chapter(
        "09",
        "exploration",
        {"en": "Exploration", "es": "Exploración"},
    ),
    Chapter(
        "10",
        "audit",
        {"en": "Audit", "es": "Auditoría"},
    ),
)


def find(wanted: str) -> Chapter:
    """The chapter of that number (``0``, ``00``) or name (``00-inside-or-outside``).

    Raises
    ------
    ValueError
        If there is none; the message lists those there are.
    """
    for chapter in CHAPTERS:
        if wanted == chapter.name or wanted.zfill(2) == chapter.number:
            return chapter
    there_are = ", ".join(chapter.name for chapter in CHAPTERS)
    raise ValueError(f"there is no chapter {wanted!r}: choose one of {there_are}")
