"""One archive that installs and runs the course where there is no network.

It holds what students get (:mod:`tempkit.course.release`) and a folder ``wheels/`` with every
package that the labs need. ``start.py`` installs from that folder where it finds one, so that a
kit is used like the course itself: unpack it, and run ``python3 start.py`` with the same Python.
Wheels are made for the machine and the Python that this runs on; for others, make a kit there.
"""

from __future__ import annotations

import platform
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Sequence
from pathlib import Path

from tempkit.course.release import for_students
from tempkit.language import LANGUAGES

__all__ = ["WHEELS", "KitError", "made_for", "pack", "requirements", "with_cuda"]

#: Where wheels lie in a kit, and the file that says what they were made for; start.py reads both.
WHEELS = "wheels"
MADE_FOR = "made-for.txt"


class KitError(RuntimeError):
    """The packages could not be had; ``str()`` of it is the end of what pip said."""


def pack(course: Path, out: Path, languages: Sequence[str] = LANGUAGES) -> Path:
    """Write the archive into the folder ``out`` and return its path.

    Raises
    ------
    KitError
        If pip could not get or build a package.
    OSError
        If something cannot be read or written.
    """
    project = tomllib.loads((course / "pyproject.toml").read_text("utf-8"))["project"]
    name = f"{project['name']}-{project['version']}"
    out.mkdir(parents=True, exist_ok=True)
    target = out / f"{name}-{made_for().replace(' ', '-')}.zip"
    with tempfile.TemporaryDirectory(dir=out) as work:
        folder = Path(work) / name
        for_students(course, folder, languages)
        _get_wheels(course, folder / WHEELS)
        _zip(folder, target)
    return target


def made_for() -> str:
    """The Python and the kind of machine whose wheels fit here: ``python3.11 linux x86_64``."""
    major, minor, _ = platform.python_version_tuple()
    return f"python{major}.{minor} {platform.system()} {platform.machine()}".lower()


def requirements(course: Path) -> list[str]:
    """What pip installs for the labs, and what it needs to install the course itself."""
    pyproject = tomllib.loads((course / "pyproject.toml").read_text("utf-8"))
    project = pyproject["project"]
    labs = project["optional-dependencies"]["lab"]
    return [*project["dependencies"], *labs, *pyproject["build-system"]["requires"]]


def _get_wheels(course: Path, folder: Path) -> None:
    """Every package as a wheel, in the versions that were tested."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--wheel-dir", str(folder)]
    command += ["-c", str(course / "constraints.txt"), *requirements(course)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise KitError(done.stderr[-2000:].strip())
    (folder / MADE_FOR).write_text(made_for() + "\n", encoding="utf-8")


def _zip(folder: Path, target: Path) -> None:
    """A folder as an archive; wheels are archives already."""
    unfinished = target.with_suffix(".part")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                how = zipfile.ZIP_STORED if path.suffix == ".whl" else zipfile.ZIP_DEFLATED
                archive.write(path, path.relative_to(folder.parent), compress_type=how)
    unfinished.replace(target)


def with_cuda(archive: Path) -> bool:
    """Whether an archive carries the gigabytes of CUDA that the course does not need."""
    with zipfile.ZipFile(archive) as content:
        return any(Path(name).name.startswith("nvidia_") for name in content.namelist())
