"""The cell that installs the course where a lab is opened in Colab, and does nothing elsewhere.

It stands in the labs alone, before the first cell of code, folded. Colab brings Jupyter of its
own, which must stay as it is: of the ``lab`` extra the cell installs what the notebooks import.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from tempkit.course.address import BRANCH, REPOSITORY

__all__ = ["METADATA", "NAME", "requirements", "source"]

NAME = "colab"
#: Folded in JupyterLab and in Colab; intake knows the cell by its role.
METADATA: dict[str, Any] = {
    "cellView": "form",
    "jupyter": {"source_hidden": True},
    "tempkit": {"role": NAME},
}
_JUPYTER = re.compile(r"(jupyter|ipykernel)")
_TITLES = {
    "en": "In Colab, run this cell first: it installs the course. Elsewhere it does nothing.",
    "es": "En Colab, ejecuta primero esta celda: instala el curso. En otro lugar no hace nada.",
}


def requirements(course: Path) -> list[str]:
    """What pip has to install for the notebooks, besides tempkit's own requirements."""
    project = tomllib.loads((course / "pyproject.toml").read_text("utf-8"))["project"]
    return [line for line in project["optional-dependencies"]["lab"] if not _JUPYTER.match(line)]


def source(course: Path, lang: str) -> str:
    """The cell's code."""
    lines = [f"tempkit @ git+{REPOSITORY}@{BRANCH}", *requirements(course)]
    wanted = "\n".join(f'        "{line}",' for line in lines)
    return (
        f"# @title {_TITLES[lang]}\n"
        "import sys\n\n"
        'if "google.colab" in sys.modules:\n'
        "    import subprocess\n\n"
        "    wanted = [\n"
        f"{wanted}\n"
        "    ]\n"
        '    subprocess.run([sys.executable, "-m", "pip", "install", "-q", *wanted], check=True)'
    )
