"""The course's public address: the one place where it stands.

There is none yet. Until somebody publishes the course, :data:`REPOSITORY` names an owner that
GitHub's rules do not allow, so that nobody else can take it. ``python -m tempkit.course.address
URL`` writes the real one here and wherever it is used: the badges of the READMEs, and the cell of
every lab that installs the course in Colab.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

__all__ = ["BRANCH", "REPOSITORY", "badges", "move"]

REPOSITORY = "https://github.com/YOUR_NAME/tempkit"
BRANCH = "main"

_URL = re.compile(r"https://github\.com/([A-Za-z0-9-]+/[A-Za-z0-9._-]+)")


def badges(lang: str) -> list[str]:
    """The row of badges at the top of a README: Colab, Binder, a container for development."""
    name = REPOSITORY.removeprefix("https://github.com/")
    first = f"labs/{lang}/00-inside-or-outside.ipynb"
    row = {
        "Colab": (
            "https://colab.research.google.com/assets/colab-badge.svg",
            f"https://colab.research.google.com/github/{name}/blob/{BRANCH}/{first}",
        ),
        "Binder": (
            "https://mybinder.org/badge_logo.svg",
            f"https://mybinder.org/v2/gh/{name}/{BRANCH}?urlpath=lab/tree/{first}",
        ),
        "Codespaces": (
            "https://github.com/codespaces/badge.svg",
            f"https://codespaces.new/{name}",
        ),
    }
    return [f"[![{label}]({picture})]({target})" for label, (picture, target) in row.items()]


def move(course: Path, new: str) -> list[Path]:
    """Write another address wherever the present one stands, and return the files changed.

    Raises
    ------
    ValueError
        If ``new`` is not the address of a GitHub repository.
    """
    found = _URL.fullmatch(new)
    if found is None:
        raise ValueError(f"{new!r} is no address like https://github.com/name/repository")
    before = REPOSITORY.removeprefix("https://github.com/")
    files = [course / "tempkit/course/address.py", *course.glob("README*.md")]
    files += sorted(course.glob("labs/*/*.ipynb"))
    changed = []
    for path in files:
        text = path.read_text("utf-8")
        moved = text.replace(before, found[1])
        if moved != text:
            path.write_text(moved, encoding="utf-8")
            changed.append(path)
    return changed


if __name__ == "__main__":
    from tempkit.course.chapters import root

    if len(sys.argv) != 2:
        sys.exit("usage: python -m tempkit.course.address https://github.com/name/repository")
    try:
        print(*move(root(), sys.argv[1]), sep="\n")
    except ValueError as error:
        sys.exit(str(error))
