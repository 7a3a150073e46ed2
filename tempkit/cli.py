"""The ``tempkit`` command: open a lab, look at the installation, and do an author's chores.

Every module a command needs is imported inside it, so that one command does not wait for another's.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from tempkit.language import LANGUAGES

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
    str | None,
    typer.Option("--lang", help=f"{' or '.join(LANGUAGES)}; by default the system's language."),
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
    from tempkit.course.wording import say

    lang = _language(lang)
    if missing := workspace.missing_packages(lang):
        install = 'python -m pip install -e ".[lab]"'
        _fail(say("lab.missing", lang, names=", ".join(missing), install=install))
    if port is not None and not workspace.port_is_free(port):
        _fail(say("lab.port", lang, port=port))
    try:
        course = chapters.root()
        found = (
            chapters.find(chapter) if chapter else workspace.chapter_in_hand(lang, course=course)
        )
        copy = workspace.learner_copy(found, lang, course=course, fresh=fresh)
    except ValueError:
        there_are = "; ".join(f"{c.number} {c.titles[lang]}" for c in chapters.CHAPTERS)
        _fail(say("lab.no-chapter", lang, chapter=repr(chapter), there_are=there_are))
    except OSError as error:
        _fail(str(error))
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
def doctor(
    lang: Language = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write it as a page, too.")
    ] = None,
    room: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Make one page of the pages in it, for --html."),
    ] = None,
) -> None:
    """Say what works here and what does not, with a remedy; exit status 1 when a lab cannot run."""
    from tempkit.course import room as pages
    from tempkit.course.doctor import examine, is_ready, show

    lang = _language(lang)
    try:
        if room is not None:
            machines = pages.gathered(room, lang)
            target = html or room / "room.html"
            target.write_text(pages.page_of_a_room(machines, lang), encoding="utf-8")
            typer.echo(target)
            raise typer.Exit(any(not machine.is_ready for machine in machines))
        findings = examine(lang)
        show(findings, lang)
        if html is not None:
            machine = pages.this_machine(findings)
            html.write_text(pages.page(machine, lang), encoding="utf-8")
            typer.echo(html)
    except OSError as error:
        _fail(str(error))
    raise typer.Exit(not is_ready(findings))


@app.command()
def progress(
    lang: Language = None,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds for the cells of a lab.")] = 60.0,
) -> None:
    """Say which exercises of which labs pass, from your copies, and what is next."""
    from tempkit.course import chapters
    from tempkit.course import progress as of_learner

    lang = _language(lang)
    try:
        of_learner.show(of_learner.labs(chapters.root(), lang, seconds=timeout), lang)
    except OSError as error:
        _fail(str(error))


@app.command()
def release(
    out: Annotated[Path, typer.Option("--out", help="A new folder.", show_default=False)],
    lang: Annotated[
        str | None, typer.Option("--lang", help="One language; by default all of them.")
    ] = None,
    nbgrader: Annotated[
        bool, typer.Option("--nbgrader", help="Write an nbgrader course's source/ instead.")
    ] = False,
) -> None:
    """Write what students get: notes and labs, no solutions and no hidden tests."""
    from tempkit.course import chapters
    from tempkit.course import release as releases
    from tempkit.lab.recorded import RecordingError

    languages = LANGUAGES if lang is None else (_language(lang),)
    if nbgrader and len(languages) > 1:
        _fail("an nbgrader course has one language: choose it with --lang")
    try:
        if nbgrader:
            written = releases.for_nbgrader(chapters.root(), out, languages[0])
        else:
            written = releases.for_students(chapters.root(), out, languages)
    except (OSError, RecordingError) as error:
        _fail(str(error))
    typer.echo(f"{out}: {releases.described(written)}")


@app.command()
def kit(
    out: Annotated[Path, typer.Option("--out", help="The folder for it.")] = Path("dist"),
    lang: Annotated[
        str | None, typer.Option("--lang", help="One language; by default all of them.")
    ] = None,
) -> None:
    """Pack one archive that installs and runs the course on a machine without a network."""
    from tempkit.course import chapters
    from tempkit.course import kit as kits
    from tempkit.lab.recorded import RecordingError

    try:
        languages = LANGUAGES if lang is None else (_language(lang),)
        archive = kits.pack(chapters.root(), out, languages)
    except (OSError, kits.KitError, RecordingError) as error:
        _fail(str(error))
    typer.echo(f"{archive}: {archive.stat().st_size / 1e6:.0f} MB, for {kits.made_for()}")
    if kits.with_cuda(archive):
        typer.echo("It carries CUDA, which the course does not need: README.md says how without.")


@app.command()
def notebooks(
    check: Annotated[
        bool, typer.Option("--check", help="Build nothing, say what is stale.")
    ] = False,
) -> None:
    """Build labs, executed solutions, the notes' figures and the explorer's page."""
    from tempkit.course import build, figures
    from tempkit.course.source import SourceError
    from tempkit.explorer import page

    try:
        if not check:
            build.build_all()
            figures.build_figures()
            page.build()
        elif stale := [*build.stale(), *figures.stale_figures(), *page.stale()]:
            _fail("\n".join(["these files are not what their sources build:", *stale]))
    except (OSError, SourceError, build.UnstableOutputError) as error:
        _fail(str(error))


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
        _fail(str(error))
    for unit in recorded:
        typer.echo(f"recorded {unit}")


def _language(chosen: str | None) -> str:
    """The language asked for, or the one preferred here."""
    from tempkit.course.workspace import preferred_language
    from tempkit.language import validated

    try:
        return validated(chosen) if chosen else preferred_language()
    except ValueError as error:
        _fail(str(error))


def _say_what_was_done(copy: LearnerCopy, chapter: Chapter, lang: str) -> None:
    """Where the learner works, and what they might not expect."""
    from tempkit.course.wording import say

    if copy.kept_as:
        typer.echo(say("lab.kept", lang, path=copy.kept_as))
    if copy.is_outdated:
        typer.echo(say("lab.outdated", lang, number=chapter.number))
    typer.echo(f"{chapter.number} · {chapter.titles[lang]}")
    typer.echo(say("lab.open", lang, path=copy.path))


def _until_it_ends(command: list[str], environment: dict[str, str]) -> int:
    """Run JupyterLab and return its exit status; Ctrl-C is for JupyterLab to answer."""
    process = subprocess.Popen(command, env=environment)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def _fail(line: str) -> NoReturn:
    """A clear line on the error stream, and exit status 1."""
    typer.echo(f"tempkit: {line}", err=True)
    raise typer.Exit(1)


if __name__ == "__main__":
    app()
