"""A learner's own copy of a lab, and the JupyterLab that shows it beside its note.

Labs are built files which git tracks, so nobody works in them: ``work/LANG/NAME.ipynb`` is a copy,
made once and never overwritten. Everything JupyterLab writes (settings, layouts, history) goes to
``work/jupyter/LANG``; the user's own Jupyter configuration is neither read nor changed.

``course`` is, throughout, the folder that holds ``theory/``, ``labs/`` and ``work/``.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import socket
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tempkit.course.chapters import CHAPTERS, Chapter, root
from tempkit.language import LANGUAGES, NAMES, validated

__all__ = [
    "LANGUAGE_PACKS",
    "LearnerCopy",
    "Server",
    "chapter_in_hand",
    "languages_here",
    "learner_copy",
    "missing_packages",
    "port_is_free",
    "preferred_language",
    "server",
]

#: What a lab needs in order to open: importable module, and the package that brings it.
_NEEDED = {"jupyterlab": "jupyterlab", "ipykernel": "ipykernel", "torch": "torch"}
#: What shows JupyterLab in another language than English.
LANGUAGE_PACKS = {"es": {"jupyterlab_language_pack_es_ES": "jupyterlab-language-pack-es-ES"}}
#: Grading tools, where an author has them: not for the one who does the lab.
_NOT_SHOWN = {"@jupyter/nbgrader": True, "@jupyterlab/extensionmanager-extension": True}
_NOT_STARTED = {
    f"nbgrader.server_extensions.{name}": False
    for name in ("assignment_list", "course_list", "formgrader", "validate_assignment")
}
_LOCALES = {"en": "en", "es": "es_ES"}


def preferred_language() -> str:
    """``TEMPKIT_LANG``, else the system's language if the course is here in it, else the first.

    Raises
    ------
    ValueError
        If ``TEMPKIT_LANG`` names a language that the course does not have.
    """
    if chosen := os.environ.get("TEMPKIT_LANG"):
        try:
            return validated(chosen)
        except ValueError as error:
            raise ValueError(f"TEMPKIT_LANG: {error}") from None
    of_the_system = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    system = next(filter(None, of_the_system), None) or _windows_locale()
    here = languages_here()
    return next((lang for lang in here if _speaks(system, lang)), here[0])


def languages_here() -> tuple[str, ...]:
    """The languages that this copy of the course has labs in; all of them without a course."""
    try:
        labs = root() / "labs"
    except FileNotFoundError:
        return LANGUAGES
    return tuple(lang for lang in LANGUAGES if (labs / lang).is_dir()) or LANGUAGES


def _speaks(system: str, lang: str) -> bool:
    """Whether a locale, ``es_MX.UTF-8`` or ``Spanish_Spain``, is one of a language."""
    return bool(re.match(rf"{lang}([_.-]|$)|{NAMES[lang]}", system, re.IGNORECASE))


def _windows_locale() -> str:
    """Windows names its language outside the environment: ``Spanish_Spain``."""
    import locale

    return locale.getlocale()[0] or ""


def missing_packages(lang: str) -> list[str]:
    """The packages that opening a lab in ``lang`` lacks here, by the names pip knows."""
    needed = _NEEDED | LANGUAGE_PACKS.get(lang, {})
    return [package for module, package in needed.items() if not importlib.util.find_spec(module)]


def port_is_free(port: int) -> bool:
    """Whether a server could listen on ``localhost:port`` now."""
    with socket.socket() as probe:
        if os.name == "posix":  # On Windows the option would let two servers share a port.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@dataclass(frozen=True)
class LearnerCopy:
    """The copy of a lab that a learner works in, and what was done to have it."""

    path: Path
    is_new: bool
    kept_as: Path | None
    is_outdated: bool


def learner_copy(
    chapter: Chapter, lang: str, *, course: Path, fresh: bool = False, today: date | None = None
) -> LearnerCopy:
    """The learner's copy of a lab, made when there is none, and never overwritten.

    Parameters
    ----------
    fresh : bool
        Start anew: an existing copy is kept under a name that ends with the date.
    today : date
        The date in that name; the present day by default.

    Raises
    ------
    FileNotFoundError
        If the course has no such lab; the message names the file.
    """
    lab = course / "labs" / lang / f"{chapter.name}.ipynb"
    if not lab.is_file():
        raise FileNotFoundError(f"{lab} is missing: bring it back with 'git restore labs'")
    copy = course / "work" / lang / lab.name
    origin = _state(course, lang) / "origins" / f"{chapter.name}.sha256"
    now = hashlib.sha256(lab.read_bytes()).hexdigest()

    kept_as = None
    if fresh and copy.exists():
        kept_as = _free_name(copy, today or date.today())
        copy.rename(kept_as)
    if copy.exists():
        then = origin.read_text(encoding="ascii") if origin.exists() else now
        return LearnerCopy(copy, is_new=False, kept_as=None, is_outdated=then != now)
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(lab, copy)
    origin.parent.mkdir(parents=True, exist_ok=True)
    origin.write_text(now, encoding="ascii")
    return LearnerCopy(copy, is_new=True, kept_as=kept_as, is_outdated=False)


def _free_name(copy: Path, today: date) -> Path:
    """``NAME.2026-05-01.ipynb``, or ``NAME.2026-05-01-2.ipynb`` when that is taken."""
    name, count = copy.with_name(f"{copy.stem}.{today}.ipynb"), 1
    while name.exists():
        count += 1
        name = copy.with_name(f"{copy.stem}.{today}-{count}.ipynb")
    return name


def chapter_in_hand(lang: str, *, course: Path) -> Chapter:
    """The chapter whose copy was saved last, or the first chapter for a learner who has none."""

    def saved(chapter: Chapter) -> int:
        copy = course / "work" / lang / f"{chapter.name}.ipynb"
        return copy.stat().st_mtime_ns if copy.exists() else 0

    return max(CHAPTERS, key=saved)  # of equals, the first


@dataclass(frozen=True)
class Server:
    """How to start JupyterLab for one chapter: a command, its environment, and its page."""

    command: list[str]
    environment: dict[str, str]
    page: str


def server(
    chapter: Chapter, lang: str, *, course: Path, port: int | None = None, browser: bool = True
) -> Server:
    """Write the layout and the settings of a chapter, and say how to start its JupyterLab.

    Parameters
    ----------
    port : int
        The port to listen on, no other; by default 8888 or the next one that is free.
    browser : bool
        Whether JupyterLab opens the page in a browser itself.
    """
    state = _state(course, lang)
    layout = f"{chapter.number}-{lang}"
    _write_json(state / "labconfig" / "default_setting_overrides.json", _settings(lang))
    _write_json(state / "labconfig" / "page_config.json", {"disabledExtensions": _NOT_SHOWN})
    _write_json(
        state / "jupyter_server_config.json", {"ServerApp": {"jpserver_extensions": _NOT_STARTED}}
    )
    _write_layout(state / "workspaces", layout, chapter, lang)
    page = f"/lab/workspaces/{layout}"
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={course}"]
    command += [
        f"--FileContentsManager.preferred_dir=work/{lang}",
        "--ServerApp.contents_manager_class=tempkit.course.contents.CourseContents",
        f"--LabApp.default_url={page}",
        f"--ServerApp.open_browser={browser}",
        "--log-level=WARN",
    ]
    if _is_root():  # In a container one is; the server listens on localhost alone all the same.
        command.append("--allow-root")
    if port is not None:
        command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    environment = os.environ | {
        "JUPYTER_CONFIG_DIR": str(state),
        "JUPYTER_DATA_DIR": str(state / "data"),
        "JUPYTER_RUNTIME_DIR": str(state / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(state / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(state / "workspaces"),
        "IPYTHONDIR": str(state / "ipython"),
    }
    return Server(command, environment, page)


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _state(course: Path, lang: str) -> Path:
    """Where JupyterLab keeps its state; no hidden folder, for packaged browsers cannot read one."""
    return course / "work" / "jupyter" / lang


def _write_json(path: Path, content: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")


def _settings(lang: str) -> dict:
    """Defaults, which a learner may still change: rendered notes, their language, no pop-ups."""
    return {
        "@jupyterlab/docmanager-extension:plugin": {
            "defaultViewers": {"markdown": "Markdown Preview"}
        },
        "@jupyterlab/apputils-extension:notification": {
            "fetchNews": "false",
            "checkForUpdates": False,
        },
        # A cell that is run before JupyterLab has read which kernel the notebook wants would
        # otherwise make it ask the learner to choose one.
        "@jupyterlab/notebook-extension:tracker": {"autoStartDefaultKernel": True},
        "@jupyterlab/translation-extension:plugin": {"locale": _LOCALES[lang]},
    }


def _write_layout(folder: Path, layout: str, chapter: Chapter, lang: str) -> None:
    """The note at the left, the learner's copy of the lab at the right, the side bars folded."""
    from jupyterlab_server.workspaces_handler import WorkspacesManager

    note = f"theory/{lang}/{chapter.name}.md"
    lab = f"work/{lang}/{chapter.name}.ipynb"
    note_tab, lab_tab = f"markdownviewer-widget:{note}", f"notebook:{lab}"
    panes = [
        {"type": "tab-area", "currentIndex": 0, "widgets": [tab]} for tab in (note_tab, lab_tab)
    ]
    split = {
        "type": "split-area",
        "orientation": "horizontal",
        "sizes": [0.42, 0.58],
        "children": panes,
    }
    data = {
        "layout-restorer:data": {
            "main": {"dock": split, "current": lab_tab},
            "left": {"collapsed": True, "visible": True},
            "right": {"collapsed": True, "visible": True},
        },
        note_tab: {"data": {"path": note, "factory": "Markdown Preview"}},
        lab_tab: {"data": {"path": lab, "factory": "Notebook"}},
        "file-browser-filebrowser:cwd": {"path": f"work/{lang}"},
    }
    folder.mkdir(parents=True, exist_ok=True)
    content = json.dumps({"data": data, "metadata": {"id": layout}})
    WorkspacesManager(str(folder)).save(layout, content)
