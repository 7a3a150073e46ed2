"""Links from a page in ``docs/`` to what the course says elsewhere.

A section is written ``"00:softmax"``, the number of a note and the id of its section, or
``"docs/grading"``, a page beside.
"""

from __future__ import annotations

import re
from pathlib import Path

from tempkit.course.chapters import find, root

__all__ = ["link"]

_NOTE = {"en": "note {number}, {heading}", "es": "nota {number}, {heading}"}


def link(section: str, lang: str) -> str:
    """A Markdown link to a section in a language, with its heading as text.

    Raises
    ------
    ValueError
        If there is no such chapter, section or page; the message says which.
    """
    number, colon, name = section.partition(":")
    if colon:
        path = find(number).note(lang)
        heading = _heading(path, name)
        said = _NOTE[lang].format(number=number, heading=heading)
        return f"[{said}](../theory/{lang}/{path.name}#{name})"
    path = _page(section, lang)
    return f"[{_title(path)}]({path.name})"


def _heading(path: Path, name: str) -> str:
    found = re.search(
        rf'^<a id="{re.escape(name)}"></a>\s*\n#+ (.+)$', path.read_text("utf-8"), re.MULTILINE
    )
    if found is None:
        raise ValueError(f"{path.name} has no section {name!r}")
    return found[1].strip()


def _page(section: str, lang: str) -> Path:
    for name in (f"{section}.{lang}.md", f"{section}.md"):
        if (root() / name).is_file():
            return root() / name
    raise ValueError(f"there is no page {section}.{lang}.md, nor {section}.md")


def _title(path: Path) -> str:
    found = re.search(r"^# (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return found[1].strip() if found else path.stem
