#!/usr/bin/env python3
"""Open the course or run its tests, on a machine that has only Python 3.11 or newer.

    python3 start.py                         the lab you were in, or the first, beside its note
    python3 start.py lab 01 --lang es        another chapter, in Spanish
    python3 start.py test                    every check of the project
    python3 start.py test --fast -- -k ties  without the slow ones; what follows -- goes to pytest
    python3 start.py lint                    the style alone
    python3 start.py bench                   how fast it is, beside its peers
    python3 start.py bench-grading           and how fast it grades, beside nbgrader
    python3 start.py grade FOLDER --out DIR  the submissions of a class
    python3 start.py doctor                  what works here and what does not
    python3 start.py progress                which of your exercises pass, and what is next
    python3 start.py release --out DIR       what students get, without solutions
    python3 start.py kit                     in dist/, an archive that installs without a network

The first run makes the virtual environment .venv and installs what the command needs; later ones
see that it is there. Nothing is written outside this folder.
"""

import argparse
import hashlib
import os
import platform
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
#: The commands, and the extra of pyproject.toml that each needs.
EXTRAS = {
    "lab": "lab",
    "doctor": "lab",
    "progress": "lab",
    "release": "lab",
    "kit": "lab",
    "grade": "grade",
    "test": "dev",
    "lint": "dev",
    "notebooks": "dev",
    "translations": "dev",
    "bench": "bench",
    "bench-grading": "dev",
}


def main(arguments):
    """Do what the command line asks for and return an exit status."""
    if sys.version_info < (3, 11):  # noqa: UP036  (this file is what an older Python would run)
        return f"start.py needs Python 3.11 or newer, this is {sys.version.split()[0]}"
    if arguments[:1] in (["-h"], ["--help"]):
        print(__doc__)
        return 0
    # Options alone are the lab's: start.py --lang es.
    command, *rest = arguments if arguments and arguments[0][0] != "-" else ["lab", *arguments]
    if command not in EXTRAS:
        return f"there is no command {command!r}: choose one of {', '.join(EXTRAS)}"
    os.chdir(ROOT)
    if problem := install(EXTRAS[command]):
        return problem
    if command == "test":
        return test(rest)
    if command == "lint":
        return report(LINT)
    if command == "bench":
        return run("-m", "benchmarks", *rest)
    if command == "bench-grading":
        return run("-m", "benchmarks.grading", *rest)
    return run("-m", "tempkit.cli", command, *rest)


def install(extra):
    """Bring .venv up to date with ``extra`` and return None, or what went wrong."""
    if is_installed(extra) or is_installed("dev"):  # dev contains the others
        return None
    if (ROOT / "wheels").is_dir() and (problem := take_packages_from_here()):
        return problem
    print(f"Installing what is needed into {VENV}: once, some minutes (PyTorch is large)")
    if not works("-m", "pip", "--version"):
        clear = [] if PYTHON.exists() else ["--clear"]
        made = subprocess.run([sys.executable, "-m", "venv", *clear, str(VENV)])
        if made.returncode:
            return "could not make .venv; on Debian and Ubuntu: sudo apt install python3-venv"
    if run("-m", "pip", "install", "-c", "constraints.txt", "-e", f"{ROOT}[{extra}]"):
        return "the installation failed, see above; start.py can be run again at any time"
    stamp(extra).write_text(wanted())
    return None


def take_packages_from_here():
    """Let pip take every package from wheels/, as ``tempkit kit`` made it, and ask no network."""
    major, minor, _ = platform.python_version_tuple()
    here = f"python{major}.{minor} {platform.system()} {platform.machine()}".lower()
    there = (ROOT / "wheels" / "made-for.txt").read_text().strip()
    if here != there:
        return f"the packages in wheels/ are for {there}, this is {here}: see README.md"
    # The folder's name alone, for pip would part a path at its spaces.
    os.environ |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "wheels", "PIP_CONFIG_FILE": os.devnull}
    return None


def is_installed(extra):
    """Whether ``extra`` was installed with just these files, in just this place."""
    return stamp(extra).is_file() and stamp(extra).read_text() == wanted()


def stamp(extra):
    """The file that says with what ``extra`` was installed."""
    return VENV / f"installed-{extra}.txt"


def wanted():
    """A fingerprint of all that an installation depends on, this folder's place included."""
    parts = [str(ROOT).encode()]
    parts += [(ROOT / name).read_bytes() for name in ("pyproject.toml", "constraints.txt")]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


LINT = {
    "ruff check": ["-m", "ruff", "check", "."],
    "ruff format --check": ["-m", "ruff", "format", "--check", "."],
}


def test(arguments):
    """Style, tests, and the stored outputs of the solved labs, each to its end; then a summary."""
    parser = argparse.ArgumentParser(prog="start.py test")
    parser.add_argument("--fast", action="store_true", help="leave slow and browser tests out")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("pytest", nargs="*", metavar="-- ARGUMENT", help="passed on to pytest")
    options = parser.parse_args(arguments)
    os.environ["TEMPKIT_DEVICE"] = options.device
    os.environ["TEMPKIT_PROGRESS"] = "off"
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # The processes share the cores.
    if options.device == "cuda" and not works("-c", "import torch; torch.zeros(1).cuda()"):
        return "--device cuda: PyTorch finds no NVIDIA GPU here; leave the option out"
    left_out = ["cuda"] * (options.device == "cpu") + ["slow", "browser"] * options.fast
    chosen = ["-m", " and ".join(f"not {mark}" for mark in left_out)]
    parallel = ["-n", str(min(os.cpu_count() or 1, 4)), "--dist", "loadfile"]
    nbval = ["--nbval", "--nbval-sanitize-with", "tests/nbval-sanitize.cfg"]
    return report(
        LINT
        | {
            "tests": ["-m", "pytest", *parallel, *chosen, *options.pytest],
            "solved labs": ["-m", "pytest", *parallel, *nbval, "solutions/en", "solutions/es"],
        }
    )


def report(stages):
    """Run every stage, and return 0 or a line that names those which failed."""
    failed = []
    for name, arguments in stages.items():
        print(f"\n== {name}", flush=True)
        if run(*arguments):
            failed.append(name)
    return f"\nFAILED: {', '.join(failed)}" if failed else print("\nEverything passed.")


def run(*arguments):
    """Run .venv's Python and return its exit status; Ctrl-C is for it to answer."""
    process = subprocess.Popen([str(PYTHON), *arguments])
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def works(*arguments):
    """Whether .venv's Python is there and does this without an error."""
    command = [str(PYTHON), *arguments]
    return PYTHON.exists() and not subprocess.run(command, capture_output=True).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
