"""What works on this machine and what does not, each fault with its remedy.

A finding is *broken* when a lab cannot be done without it; everything else only informs. The same
findings as a page, and those of a whole room, are made by :mod:`tempkit.course.room`.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata

from tempkit.course.chapters import CHAPTERS, root
from tempkit.course.wording import say
from tempkit.course.workspace import LANGUAGE_PACKS, languages_here

__all__ = ["Finding", "examine", "is_ready", "show"]

_INSTALL = 'python -m pip install -e ".[lab]"'
_FREE_MEGABYTES = 200
_KERNEL_SECONDS = 60.0


@dataclass(frozen=True)
class Finding:
    """One thing looked at: its name, what was seen, and a remedy where there is something to mend.

    ``is_needed`` tells whether a lab depends on it.
    """

    name: str
    seen: str
    remedy: str = ""
    is_needed: bool = True

    @property
    def is_broken(self) -> bool:
        """Whether a lab cannot be done as things are."""
        return bool(self.remedy) and self.is_needed


def examine(lang: str) -> list[Finding]:
    """Look at everything a lab needs, then at what only some tools use. Texts in ``lang``."""
    looks: tuple[Callable[[str], Finding], ...] = (
        _python,
        _torch,
        _jupyterlab,
        _kernel,
        _disk,
        _browser,
        _course_files,
        _work_folder,
        _built_notebooks,
        _verb_models,
        _interface_language,
        _sandbox,
    )
    return [look(lang) for look in looks]


def is_ready(findings: list[Finding]) -> bool:
    """Whether every lab can be done."""
    return not any(finding.is_broken for finding in findings)


def _python(lang: str) -> Finding:  # noqa: ARG001
    """Older ones than 3.11 never come so far: pip refuses to install tempkit there."""
    return Finding("Python", platform.python_version())


def _torch(lang: str) -> Finding:
    try:
        import torch

        torch.softmax(torch.tensor([1.0, 0.0]), -1)
    except (ImportError, OSError, RuntimeError) as error:
        command = "python -m pip install --force-reinstall torch"
        return Finding("PyTorch", str(error), say("doctor.reinstall", lang, command=command))
    if torch.cuda.is_available():
        device = torch.cuda.get_device_name()
    else:
        device = "MPS" if torch.backends.mps.is_available() else "CPU"
    return Finding("PyTorch", f"{torch.__version__}, {device}")


def _jupyterlab(lang: str) -> Finding:
    return _installed("JupyterLab", "jupyterlab", lang)


def _installed(name: str, package: str, lang: str, *, is_needed: bool = True) -> Finding:
    try:
        return Finding(name, metadata.version(package))
    except metadata.PackageNotFoundError:
        return Finding(name, say("doctor.not-installed", lang), _INSTALL, is_needed)


def _kernel(lang: str) -> Finding:
    name = say("doctor.kernel", lang)
    try:
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

        executable = KernelSpecManager().get_kernel_spec("python3").argv[0]
    except (ImportError, NoSuchKernel):
        return Finding(name, say("doctor.not-installed", lang), _INSTALL)
    # A bare "python" is the one that runs Jupyter; a path may be left over from one that is gone.
    if not (executable.startswith("python") or shutil.which(executable)):
        gone = say("doctor.kernel-gone", lang, path=executable)
        return Finding(name, gone, "python -m ipykernel install --sys-prefix")
    if reason := _silence_of_a_kernel():
        silent = say("doctor.kernel-silent", lang, reason=reason)
        return Finding(name, silent, say("doctor.kernel-remedy", lang))
    return Finding(name, say("doctor.kernel-answers", lang))


def _silence_of_a_kernel() -> str:
    """Start a kernel and ask it for 6 * 7: why it does not answer, or nothing if it does."""
    from jupyter_client.manager import start_new_kernel

    try:
        manager, client = start_new_kernel(
            startup_timeout=_KERNEL_SECONDS, stderr=subprocess.DEVNULL
        )
    except (OSError, RuntimeError) as error:
        return str(error)
    try:
        answer = client.execute_interactive("6 * 7", timeout=_KERNEL_SECONDS, output_hook=_ignore)
        return "" if answer["content"]["status"] == "ok" else answer["content"]["status"]
    except (OSError, RuntimeError) as error:
        return str(error)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def _ignore(message: dict) -> None:
    """What the kernel prints is of no interest."""


def _disk(lang: str) -> Finding:
    name = say("doctor.disk", lang)
    try:
        free = shutil.disk_usage(root()).free // 1_000_000
    except OSError as error:  # Without a course there is nothing to fill; that has its own line.
        return Finding(name, str(error))
    seen = say("doctor.megabytes", lang, count=free)
    if free < _FREE_MEGABYTES:
        return Finding(name, seen, say("doctor.free-disk", lang, count=_FREE_MEGABYTES))
    return Finding(name, seen)


def _browser(lang: str) -> Finding:
    import webbrowser

    name = say("doctor.browser", lang)
    try:
        webbrowser.get()
    except webbrowser.Error:
        seen, remedy = say("doctor.no-browser", lang), say("doctor.browser-remedy", lang)
        return Finding(name, seen, remedy, is_needed=False)
    return Finding(name, say("doctor.present", lang))


def _course_files(lang: str) -> Finding:
    name = say("doctor.course", lang)
    try:
        course = root()
    except FileNotFoundError as error:
        return Finding(name, str(error), say("doctor.clone", lang))
    languages = languages_here()
    wanted = [path(code) for c in CHAPTERS for code in languages for path in (c.note, c.lab)]
    if missing := [path for path in wanted if not path.is_file()]:
        names = [str(path.relative_to(course)) for path in missing]
        seen = say("doctor.missing", lang, names=", ".join(names))
        return Finding(name, seen, _bring_back(names, lang))
    return Finding(name, say("doctor.chapters", lang, count=len(CHAPTERS)))


def _bring_back(names: list[str], lang: str) -> str:
    """How to have files of the course again, in a clone or in a copy that was handed out."""
    if (root() / "pyproject.toml").exists() and not (root() / ".git").exists():
        return say("doctor.unpack", lang, names=", ".join(names))
    return f"git restore {' '.join(names)}"


def _work_folder(lang: str) -> Finding:
    name = say("doctor.work", lang)
    try:
        folder = root() / "work"
        folder.mkdir(exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return Finding(name, say("doctor.writable", lang))
    except OSError as error:
        return Finding(name, str(error), say("doctor.work-remedy", lang))


def _built_notebooks(lang: str) -> Finding:
    name = say("doctor.built", lang)
    try:
        from tempkit.course.build import stale

        reasons = stale()
    except (ImportError, OSError):  # jupytext is an author's tool.
        return Finding(name, say("doctor.not-compared", lang))
    if reasons:
        return Finding(name, "; ".join(reasons), "python3 start.py notebooks")
    return Finding(name, say("doctor.up-to-date", lang))


def _verb_models(lang: str) -> Finding:
    name = say("doctor.models", lang)
    try:
        from tempkit.verbs.loading import MODELS, DamagedModelError, folder, verify
    except (ImportError, OSError):  # PyTorch is missing, and has its own line.
        return Finding(name, say("doctor.not-read", lang))
    try:
        for model in MODELS:
            verify(folder(model))
    except DamagedModelError as error:
        return Finding(name, str(error), _bring_back(["tempkit/verbs/weights"], lang))
    return Finding(name, say("doctor.checksums", lang))


def _interface_language(lang: str) -> Finding:
    """JupyterLab in a language other than its own: needed by those who work in it."""
    code = lang if lang in LANGUAGE_PACKS else next(iter(LANGUAGE_PACKS))
    (package,) = LANGUAGE_PACKS[code].values()
    name = say("doctor.interface", lang, language=say(f"language.{code}", lang))
    return _installed(name, package, lang, is_needed=lang == code)


def _sandbox(lang: str) -> Finding:
    name = say("doctor.sandbox", lang)
    if sys.platform != "linux":
        return Finding(name, say("doctor.only-linux", lang))
    elsewhere = say("doctor.elsewhere", lang)
    try:
        from tempkit.grading.probe import missing
        from tempkit.grading.sandbox import ESSENTIAL

        without = missing()
    except (ImportError, OSError) as error:  # PyTorch is missing, and has its own line.
        return Finding(name, str(error), elsewhere, is_needed=False)
    if not without:
        return Finding(name, say("doctor.every-layer", lang))
    layers = ", ".join(f"{layer.name} ({layer.note})" for layer in without)
    remedy = elsewhere if any(layer.name in ESSENTIAL for layer in without) else ""
    return Finding(name, say("doctor.without", lang, layers=layers), remedy, is_needed=False)


def show(findings: list[Finding], lang: str) -> None:
    """Print the findings as a table, a remedy beside each that has one, and the verdict."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table("", "", say("doctor.seen", lang), say("doctor.remedy", lang))
    for finding in findings:
        colour, verdict = verdict_on(finding, lang)
        cells = map(escape, (finding.seen, finding.remedy))
        table.add_row(escape(finding.name), f"[{colour}]{verdict}[/{colour}]", *cells)
    console = Console()
    console.print(table)
    ready = is_ready(findings)
    said = say("doctor.ready" if ready else "doctor.not-ready", lang)
    console.print(said, style="bold green" if ready else "bold red", soft_wrap=True)


def verdict_on(finding: Finding, lang: str) -> tuple[str, str]:
    """A colour and its word: colour alone tells some readers nothing."""
    if finding.is_broken:
        return "red", say("doctor.broken", lang)
    if finding.remedy:
        return "yellow", say("doctor.optional", lang)
    return "green", say("doctor.works", lang)
