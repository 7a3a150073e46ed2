"""The ``tempkit`` command: open a lab, look at the installation, and do an author's chores.

Every module a command needs is imported inside it, so that one command does not wait for another's.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from tempkit.course.chapters import Chapter
    from tempkit.course.workspace import LearnerCopy

__all__ = ["app"]

app = typer.Typer(
    help="Softmax temperature, taught and proved: the course's own commands.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Language = Annotated[
    str | None, typer.Option("--lang", help="en or es; by default the system's language.")
]


@app.command()
def lab(
    chapter: Annotated[
        str | None,
        typer.Argument(help="00, 01, ...; by default the one worked on last."),
    ] = None,
    lang: Language = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Start anew; the copy there is is kept.")
    ] = False,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="By default 8888, or the next free one.")
    ] = None,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Print the address, open nothing.")
    ] = False,
) -> None:
    """Open a note beside your own copy of its lab, in JupyterLab."""
    from tempkit.course import chapters, workspace

    lang = _language(lang)
    if missing := workspace.missing_packages(lang):
        names, install = ", ".join(missing), 'python -m pip install -e ".[lab]"'
        _fail(
            lang,
            en=f"missing here: {names}. Install with: {install}",
            es=f"falta instalar: {names}. Se instala con: {install}",
        )
    if port is not None and not workspace.port_is_free(port):
        _fail(
            lang,
            en=f"port {port} is taken: choose another with --port, or leave --port out",
            es=f"el puerto {port} está ocupado: elige otro con --port, o no uses --port",
        )
    try:
        course = chapters.root()
        found = (
            chapters.find(chapter) if chapter else workspace.chapter_in_hand(lang, course=course)
        )
        copy = workspace.learner_copy(found, lang, course=course, fresh=fresh)
    except ValueError:
        there_are = "; ".join(f"{c.number} {c.titles[lang]}" for c in chapters.CHAPTERS)
        _fail(
            lang,
            en=f"there is no chapter {chapter!r}. There are: {there_are}",
            es=f"no existe el capítulo {chapter!r}. Existen: {there_are}",
        )
    except OSError as error:
        _fail(lang, en=str(error))
    _say_what_was_done(copy, found, lang)
    start = workspace.server(found, lang, course=course, port=port, browser=not no_browser)
    raise typer.Exit(_until_it_ends(start.command, start.environment))


@app.command()
def grade(
    submissions: Annotated[
        Path, typer.Argument(help="A folder, or the .zip of Canvas or Moodle.", show_default=False)
    ],
    out: Annotated[Path, typer.Option("--out", help="The folder of grades.", show_default=False)],
    lab: Annotated[
        str | None, typer.Option("--lab", help="For notebooks that do not say which lab they are.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Processes; by default one for each core.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Let a running Dask cluster do the work.")
    ] = None,
    lang: Language = None,
    require_sandbox: Annotated[
        bool, typer.Option("--require-sandbox", help="Refuse to run where a layer is missing.")
    ] = False,
    timeout: Annotated[
        float | None, typer.Option(min=0.1, help="Seconds for a cell and for a call.")
    ] = None,
    seed_file: Annotated[
        Path | None, typer.Option(help="A file with a whole number: draws private hidden tests.")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Grade again what was graded.")] = False,
    export: Annotated[
        list[str] | None, typer.Option(help="canvas, moodle or gradescope; more than one may be.")
    ] = None,
) -> None:
    """Grade a folder of submissions; exit status 1 when some were refused, 2 when nothing could."""
    lang = _language(lang)
    from tempkit.course import chapters
    from tempkit.grading import command
    from tempkit.grading.results import Options

    try:
        if lab is not None:
            lab = chapters.find(lab).number
        request = command.Request(
            submissions=submissions,
            out=out,
            options=Options(
                lab=lab,
                lang=lang,
                timeout=timeout,
                seed=command.seed_in(seed_file, lang) if seed_file else 0,
                require_sandbox=require_sandbox,
            ),
            jobs=jobs,
            scheduler=scheduler,
            fresh=fresh,
            formats=command.formats(export or [], lang),
        )
        status, line = command.run(request)
    except (OSError, ValueError, command.CannotGradeError) as error:
        status, line = 2, str(error)
    typer.echo(line if status == 0 else f"tempkit: {line}", err=status != 0)
    raise typer.Exit(status)


@app.command()
def doctor(lang: Language = None) -> None:
    """Say what works here and what does not, with a remedy; exit status 1 when a lab cannot run."""
    from tempkit.course.doctor import examine, show

    lang = _language(lang)
    findings = examine(lang)
    show(findings, lang)
    raise typer.Exit(any(finding.is_broken for finding in findings))


@app.command()
def notebooks(
    check: Annotated[
        bool, typer.Option("--check", help="Build nothing, say what is stale.")
    ] = False,
) -> None:
    """Build every lab and executed solution from its source, and draw the notes' figures."""
    from tempkit.course import build, figures
    from tempkit.course.source import SourceError

    try:
        if not check:
            build.build_all()
            figures.build_figures()
        elif stale := [*build.stale(), *figures.stale_figures()]:
            _fail("en", en="\n".join(["these files are not what their sources build:", *stale]))
    except (OSError, SourceError, build.UnstableOutputError) as error:
        _fail("en", en=str(error))


@app.command()
def translations(
    record: Annotated[
        list[str] | None,
        typer.Option(metavar="UNIT", help="Record that UNIT was read in both languages; or all."),
    ] = None,
) -> None:
    """Say where English and Spanish are out of step, or record a review."""
    from tempkit.course import chapters
    from tempkit.course import translations as gate

    try:
        course = chapters.root()
        if not record:
            raise typer.Exit(gate.show(course))
        recorded = gate.record(course, None if record == ["all"] else record)
    except (OSError, ValueError) as error:
        _fail("en", en=str(error))
    for unit in recorded:
        typer.echo(f"recorded {unit}")


def _language(chosen: str | None) -> str:
    """The language asked for, or the one preferred here."""
    from tempkit.course.workspace import preferred_language
    from tempkit.language import validated

    try:
        return validated(chosen) if chosen else preferred_language()
    except ValueError as error:
        _fail("en", en=str(error))


def _say_what_was_done(copy: LearnerCopy, chapter: Chapter, lang: str) -> None:
    """Where the learner works, and what they might not expect."""
    if copy.kept_as:
        typer.echo(
            f"Tu copia anterior se guardó como {copy.kept_as}"
            if lang == "es"
            else f"Your earlier copy is kept as {copy.kept_as}"
        )
    if copy.is_outdated:
        typer.echo(
            f"Tu copia viene de una versión anterior del laboratorio y sigue sirviendo; "
            f"'tempkit lab {chapter.number} --lang es --fresh' la guarda y empieza con la nueva."
            if lang == "es"
            else f"Your copy comes from an earlier version of the lab and still works; "
            f"'tempkit lab {chapter.number} --lang en --fresh' keeps it and starts from the new."
        )
    typer.echo(
        f"{chapter.number} · {chapter.titles[lang]}\nTu copia: {copy.path}\n"
        "JupyterLab se cierra con Ctrl+C en esta ventana."
        if lang == "es"
        else f"{chapter.number} · {chapter.titles[lang]}\nYour copy: {copy.path}\n"
        "Ctrl-C in this window closes JupyterLab."
    )


def _until_it_ends(command: list[str], environment: dict[str, str]) -> int:
    """Run JupyterLab and return its exit status; Ctrl-C is for JupyterLab to answer."""
    process = subprocess.Popen(command, env=environment)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def _fail(lang: str, *, en: str, es: str | None = None) -> NoReturn:
    """A clear line on the error stream, in the user's language, and exit status 1."""
    typer.echo(f"tempkit: {es if es and lang == 'es' else en}", err=True)
    raise typer.Exit(1)


if __name__ == "__main__":
    app()
