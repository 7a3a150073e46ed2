"""What works on this machine and what does not, each fault with its remedy.

A finding is *broken* when a lab cannot be done without it; everything else only informs.
"""

from __future__ import annotations

import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata

from tempkit.course.chapters import CHAPTERS, root
from tempkit.language import LANGUAGES

__all__ = ["Finding", "examine", "show"]

_INSTALL = 'python -m pip install -e ".[lab]"'


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
        _course_files,
        _work_folder,
        _built_notebooks,
        _verb_models,
        _interface_language,
        _sandbox,
    )
    return [look(lang) for look in looks]


def _python(lang: str) -> Finding:  # noqa: ARG001
    """Older ones than 3.11 never come so far: pip refuses to install tempkit there."""
    return Finding("Python", platform.python_version())


def _torch(lang: str) -> Finding:
    try:
        import torch

        torch.softmax(torch.tensor([1.0, 0.0]), -1)
    except (ImportError, OSError, RuntimeError) as error:
        command = "python -m pip install --force-reinstall torch"
        return Finding("PyTorch", str(error), f"{_in(lang, 'reinstall', 'reinstala')}: {command}")
    if torch.cuda.is_available():
        device = torch.cuda.get_device_name()
    else:
        device = "MPS" if torch.backends.mps.is_available() else "CPU"
    return Finding("PyTorch", f"{torch.__version__}, {device}")


def _jupyterlab(lang: str) -> Finding:
    try:
        return Finding("JupyterLab", metadata.version("jupyterlab"))
    except metadata.PackageNotFoundError:
        return Finding("JupyterLab", _in(lang, "not installed", "no está instalado"), _INSTALL)


def _kernel(lang: str) -> Finding:
    name = "kernel python3"
    try:
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

        executable = KernelSpecManager().get_kernel_spec("python3").argv[0]
    except (ImportError, NoSuchKernel):
        return Finding(name, _in(lang, "not installed", "no está instalado"), _INSTALL)
    # A bare "python" is the one that runs Jupyter; a path may be left over from one that is gone.
    if executable.startswith("python") or shutil.which(executable):
        return Finding(name, _in(lang, "present", "presente"))
    return Finding(
        name,
        _in(lang, f"{executable} does not exist", f"{executable} no existe"),
        "python -m ipykernel install --sys-prefix",
    )


def _course_files(lang: str) -> Finding:
    name = _in(lang, "course files", "archivos del curso")
    try:
        course = root()
    except FileNotFoundError as error:
        clone = _in(lang, "run inside a clone of the repository", "ejecuta dentro de un clon")
        return Finding(name, str(error), clone)
    wanted = [path(lang) for c in CHAPTERS for lang in LANGUAGES for path in (c.note, c.lab)]
    if missing := [path for path in wanted if not path.is_file()]:
        names = ", ".join(str(path.relative_to(course)) for path in missing)
        restore = f"git restore {' '.join(str(path.relative_to(course)) for path in missing)}"
        return Finding(name, _in(lang, f"missing: {names}", f"faltan: {names}"), restore)
    chapters = len(CHAPTERS)
    return Finding(name, _in(lang, f"{chapters} chapters", f"{chapters} capítulos"))


def _work_folder(lang: str) -> Finding:
    name = _in(lang, "folder work/", "carpeta work/")
    try:
        folder = root() / "work"
        folder.mkdir(exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return Finding(name, _in(lang, "can be written", "se puede escribir"))
    except OSError as error:
        allow = "make the folder writable, or clone where you may write"
        es = "da permiso de escritura, o clona donde puedas escribir"
        return Finding(name, str(error), _in(lang, allow, es))


def _built_notebooks(lang: str) -> Finding:
    name = _in(lang, "built notebooks", "cuadernos generados")
    try:
        from tempkit.course.build import stale

        reasons = stale()
    except (ImportError, OSError):  # jupytext is an author's tool.
        return Finding(
            name, _in(lang, "not compared (authors only)", "sin comparar (solo autores)")
        )
    if reasons:
        return Finding(name, "; ".join(reasons), "python3 start.py notebooks")
    return Finding(name, _in(lang, "up to date", "al día"))


def _verb_models(lang: str) -> Finding:
    name = _in(lang, "verb models", "modelos de verbos")
    try:
        from tempkit.verbs.loading import MODELS, DamagedModelError, folder, verify
    except (ImportError, OSError):  # PyTorch is missing, and has its own line.
        return Finding(name, _in(lang, "not read without PyTorch", "sin leer: falta PyTorch"))
    try:
        for model in MODELS:
            verify(folder(model))
    except DamagedModelError as error:
        return Finding(name, str(error), "git restore tempkit/verbs/weights")
    return Finding(name, _in(lang, "checksums agree", "las sumas de control coinciden"))


def _interface_language(lang: str) -> Finding:
    name = _in(lang, "JupyterLab in Spanish", "JupyterLab en español")
    try:
        return Finding(name, metadata.version("jupyterlab-language-pack-es-ES"))
    except metadata.PackageNotFoundError:
        seen = _in(lang, "not installed", "no está instalado")
        return Finding(name, seen, _INSTALL, is_needed=lang == "es")


def _sandbox(lang: str) -> Finding:
    name = _in(lang, "sandbox, for graders", "entorno aislado, para calificar")
    if sys.platform != "linux":
        return Finding(name, _in(lang, "only on Linux", "solo en Linux"))
    try:
        from tempkit.grading.probe import missing
        from tempkit.grading.sandbox import ESSENTIAL

        without = missing()
    except (ImportError, OSError) as error:  # PyTorch is missing, and has its own line.
        return Finding(name, str(error), _elsewhere(lang), is_needed=False)
    if not without:
        return Finding(name, _in(lang, "every layer in force", "todas las capas en vigor"))
    seen = ", ".join(f"{layer.name} ({layer.note})" for layer in without)
    remedy = _elsewhere(lang) if any(layer.name in ESSENTIAL for layer in without) else ""
    return Finding(name, f"{_in(lang, 'without', 'sin')} {seen}", remedy, is_needed=False)


def _elsewhere(lang: str) -> str:
    """What a grader can do who needs the layers that this machine refuses."""
    return _in(
        lang,
        "grade where namespaces and Landlock are allowed: docs/grading.md",
        "califica donde se permitan espacios de nombres y Landlock: docs/grading.es.md",
    )


def show(findings: list[Finding], lang: str) -> None:
    """Print the findings as a table, a remedy beside each that has one."""
    from rich.console import Console
    from rich.table import Table

    table = Table("", "", _in(lang, "seen", "visto"), _in(lang, "remedy", "remedio"))
    for finding in findings:
        table.add_row(finding.name, _verdict(finding, lang), finding.seen, finding.remedy)
    Console().print(table)


def _verdict(finding: Finding, lang: str) -> str:
    """In words too: colour alone tells some readers nothing."""
    if finding.is_broken:
        return f"[red]{_in(lang, 'broken', 'falla')}"
    if finding.remedy:
        return f"[yellow]{_in(lang, 'optional', 'opcional')}"
    return f"[green]{_in(lang, 'works', 'funciona')}"


def _in(lang: str, en: str, es: str) -> str:
    return es if lang == "es" else en
