"""The chapters as a map: what each needs, asks and takes, as a picture and a table.

``docs/course.toml`` says what a chapter needs and asks. Points and minutes come from its lab, so
that they are said once.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tempkit.course.chapters import CHAPTERS, Chapter, root
from tempkit.plots import Picture
from tempkit.plots.prerequisites import Box, prerequisites

__all__ = ["Entry", "entries", "page", "picture", "picture_path"]

_BEGIN, _END = "<!-- chapters -->", "<!-- /chapters -->"
_TIME = re.compile(r"about (\d+) minutes\*\*, and (\d+) more")

_HEADS = {
    "en": "| chapter | what it asks | needs | note | lab | points |",
    "es": "| capítulo | qué pregunta | necesita | nota | laboratorio | puntos |",
}
_TOTAL = {"en": "together", "es": "en total"}


@dataclass(frozen=True)
class Entry:
    """A chapter on the map; minutes for its note and its lab."""

    chapter: Chapter
    needs: tuple[str, ...]
    place: tuple[float, float]
    asks: dict[str, str]
    note_minutes: int
    lab_minutes: int
    points: float


def entries() -> list[Entry]:
    """The chapters that there are, in order.

    Raises
    ------
    ValueError
        If ``docs/course.toml`` lacks one, or a lab does not say how long it takes.
    """
    table = tomllib.loads((root() / "docs" / "course.toml").read_text("utf-8"))
    told = {entry["number"]: entry for entry in table["chapter"]}
    found = []
    for chapter in CHAPTERS:
        if chapter.number not in told:
            raise ValueError(f"docs/course.toml has no chapter {chapter.number}: add what it needs")
        entry = told[chapter.number]
        lab_minutes, note_minutes, points = _of_the_lab(chapter)
        found.append(
            Entry(
                chapter,
                tuple(entry["needs"]),
                tuple(entry["place"]),
                entry["asks"],
                note_minutes,
                lab_minutes,
                points,
            )
        )
    return found


def _of_the_lab(chapter: Chapter) -> tuple[int, int, float]:
    cells = json.loads(chapter.lab("en").read_text("utf-8"))["cells"]
    time = _TIME.search("".join(cells[0]["source"]).replace("\n", " "))
    if time is None:
        raise ValueError(f"lab {chapter.name} does not say how long it takes, and its note")
    graded = [cell["metadata"].get("nbgrader", {}).get("points", 0) for cell in cells]
    return int(time[1]), int(time[2]), sum(graded)


def picture(lang: str) -> Picture:
    """The map, an arrow from each chapter to those that build on it."""
    boxes = [Box(e.chapter.number, _title(e, lang), e.needs, e.place) for e in entries()]
    return prerequisites(boxes, lang=lang)


def picture_path(lang: str) -> Path:
    """Where the picture lies."""
    return root() / "docs" / "images" / f"map-{lang}.svg"


def _title(entry: Entry, lang: str) -> str:
    """Without what follows a colon: there is little room in a box."""
    return entry.chapter.titles[lang].partition(":")[0]


def page(lang: str) -> str:
    """The start page as it stands, with picture and table anew."""
    text = (root() / "docs" / f"start.{lang}.md").read_text("utf-8")
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    image = f"![{picture(lang).alt}](images/{picture_path(lang).name})"
    return f"{before}{_BEGIN}\n\n{image}\n\n{_table(lang)}\n\n{_END}{after}"


def _table(lang: str) -> str:
    rows = [_HEADS[lang], "|---|---|---|---|---|---|"]
    for entry in entries():
        chapter = entry.chapter
        note = f"[{chapter.number} · {_title(entry, lang)}](../theory/{lang}/{chapter.name}.md)"
        lab = f"[{_minutes(entry.lab_minutes)}](../labs/{lang}/{chapter.name}.ipynb)"
        cells = [
            note,
            entry.asks[lang],
            ", ".join(entry.needs) or "–",
            _minutes(entry.note_minutes),
            lab,
            f"{entry.points:g}",
        ]
        rows.append(f"| {' | '.join(cells)} |")
    everything = entries()
    minutes = (sum(e.note_minutes for e in everything), sum(e.lab_minutes for e in everything))
    hours = [f"{round(total / 60)} h" for total in minutes]
    points = sum(e.points for e in everything)
    rows.append(f"| {_TOTAL[lang]} | | | {hours[0]} | {hours[1]} | {points:g} |")
    return "\n".join(rows)


def _minutes(number: int) -> str:
    """With a space that does not break."""
    return f"{number}\N{NO-BREAK SPACE}min"
