"""``docs/explorer/index.html``: the explorer for those who have no Python, in one file.

A page that is opened from a disk may not load modules, so the module stands in it. Write it anew
with ``python -m tempkit.explorer.page``; a test fails when it is not what the sources give.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from string import Template

import torch

from tempkit.course.chapters import root
from tempkit.explorer import assets
from tempkit.explorer.settings import Settings
from tempkit.explorer.still import Still
from tempkit.language import LANGUAGES

__all__ = ["PATH", "build", "stale", "written"]

PATH = Path("docs/explorer/index.html")

_HERE = Path(__file__).parent
_NOBODY = -math.inf
#: The rows of logits that the course begins with, and what they stand for.
_ROWS = {
    "words": {
        "logits": [2, 1, 0.5, 0.2, 0.1],
        "en": ["mat", "sofa", "floor", "roof", "moon"],
        "es": ["alfombra", "silla", "mesa", "cama", "luna"],
    },
    "ties": {
        "logits": [2, 2, 1, 0, _NOBODY],
        "en": ["left", "right", "back", "up", "never"],
        "es": ["izquierda", "derecha", "atrás", "arriba", "nunca"],
    },
}


def written() -> str:
    """The page, as it should be."""
    text = Template((_HERE / "page.html").read_text("utf-8"))
    return text.substitute(
        stylesheet=assets.stylesheet().rstrip(),
        module=assets.module().replace("export default { render };", "").rstrip(),
        words=_json(assets.words()),
        examples=_json(examples()),
        still="\n".join(_still(lang) for lang in LANGUAGES),
    )


def build() -> Path:
    """Write the page into the checkout and return its path."""
    path = root() / PATH
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(written(), "utf-8")
    return path


def stale() -> list[str]:
    """The page's path if it is not what its sources give."""
    path = root() / PATH
    fresh = path.is_file() and path.read_text("utf-8") == written()
    return [] if fresh else [PATH.as_posix()]


def examples() -> dict[str, dict[str, dict[str, list]]]:
    """Name to language to logits (None where impossible) and labels."""
    found = {
        name: {
            lang: {
                "logits": [None if z == _NOBODY else z for z in row["logits"]],
                "labels": row[lang],
            }
            for lang in LANGUAGES
        }
        for name, row in _ROWS.items()
    }
    return found | {"verbs": json.loads((_HERE / "verbs.json").read_text("utf-8"))}


def _json(value: object) -> str:
    """JSON that may stand inside a script of a page."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")


def _still(lang: str) -> str:
    row = _ROWS["words"]
    logits = torch.tensor(row["logits"], dtype=torch.float64)
    return Still(logits, row[lang], Settings(), lang).table()


if __name__ == "__main__":
    print(build())
