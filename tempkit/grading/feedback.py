"""A student's page: the points of each exercise, what is wrong by its name, and where to read.

Of hidden tests it shows what was found, never what they are or what they try. What the student's
own cells printed and drew is shown as text and pictures, capped; nothing of it is markup here.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from html import escape

from tempkit.course.chapters import find
from tempkit.grading.page import Html, document, table
from tempkit.grading.plan import LabPlan
from tempkit.grading.records import CellResult, Execution, Output, Submission
from tempkit.grading.results import is_isolated
from tempkit.grading.safe_text import capped, in_html, one_line, plain
from tempkit.grading.wording import exists, say
from tempkit.lab.messages import message, section_title

__all__ = ["number", "page", "refusal_page"]

#: What a page shows of a cell's output, and of all of them.
_CHARACTERS, _LINES, _ALL_CHARACTERS = 4_000, 60, 40_000
_PICTURES, _ALL_PICTURE_BYTES = 4, 1_500_000


def page(submission: Submission, execution: Execution, plan: LabPlan) -> str:
    """The page of one graded submission, in its own language."""
    lang = submission.lang
    title = say("page.title", lang, lab=plan.chapter.number)
    body = [
        *_head(title, submission.student, plan, lang),
        _total(execution, lang),
        *_trouble(execution, lang),
        _points(execution, plan, lang),
        *_explanations(execution, plan, lang),
        *_about_the_file(submission, lang),
        *_outputs(submission, execution, lang),
        *_isolation(execution, lang),
    ]
    return document(f"{title} · {submission.student}", lang, body)


def refusal_page(submission: Submission) -> str:
    """The page of a submission that was not graded: why, and what to do."""
    lang, chapter = submission.lang, submission.lab
    title = say("page.title", lang, lab=chapter) if chapter else say("page.title-unknown", lang)
    body = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="soft">{in_html(submission.student)}</p>',
        f'<p class="total bad">{escape(say("page.refused", lang))}</p>',
        f"<p>{in_html(submission.refused or '')}</p>",
        f'<p class="note">{escape(say("page.refused-remedy", lang))}</p>',
    ]
    return document(f"{title} · {submission.student}", lang, body)


def number(value: float) -> str:
    """Points without needless zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _head(title: str, student: str, plan: LabPlan, lang: str) -> Iterator[Html]:
    yield f"<h1>{escape(title)} · {escape(plan.chapter.titles[lang])}</h1>"
    yield f'<p class="soft">{in_html(student)}</p>'


def _total(execution: Execution, lang: str) -> Html:
    points, most = number(execution.points), number(execution.max_points)
    return f'<p class="total">{escape(say("page.total", lang, points=points, most=most))}</p>'


def _trouble(execution: Execution, lang: str) -> Iterator[Html]:
    """What cut the grading short, in words for each limit."""
    said = []
    if execution.status in ("partial", "timeout"):
        said.append(say(f"status.{execution.status}", lang))
    for limit in execution.limits_hit:
        key = f"limit.{limit}"
        said.append(say(key, lang) if exists(key, lang) else limit)
    if said:
        yield f'<p class="note">{" ".join(in_html(sentence) for sentence in said)}</p>'


def _points(execution: Execution, plan: LabPlan, lang: str) -> Html:
    titles = {exercise.name: exercise.title for exercise in plan.exercises}
    rows = []
    for result in execution.results:
        full = result.points >= result.max_points
        verdict = say("page.right" if full else "page.not-yet", lang)
        look = "good" if full else "bad"
        rows.append(
            (
                in_html(titles.get(result.exercise, result.exercise)),
                f'<span class="{look}">{escape(verdict)}</span>',
                f"{number(result.points)} / {number(result.max_points)}",
            )
        )
    heads = [say(f"page.{key}", lang) for key in ("exercise", "result", "points")]
    return table(say("page.points-caption", lang), heads, rows, numbers=[2])


def _explanations(execution: Execution, plan: LabPlan, lang: str) -> Iterator[Html]:
    """A section for each exercise that lost points."""
    titles = {exercise.name: exercise.title for exercise in plan.exercises}
    lost = [result for result in execution.results if result.points < result.max_points]
    if not lost:
        yield f'<p class="note">{escape(say("page.all-right", lang))}</p>'
    for result in lost:
        yield f"<h2>{in_html(titles.get(result.exercise, result.exercise))}</h2>"
        reason = capped(plain(result.reason), _CHARACTERS, _LINES)[0]
        yield f"<p>{in_html(reason or say('page.no-reason', lang))}</p>"
        yield from _where_to_read(result, lang)


def _where_to_read(result: CellResult, lang: str) -> Iterator[Html]:
    """The note and its section, unless the reason itself says so."""
    if not result.section:
        return
    note, _, section = result.section.partition("#")
    heading = section_title(find(note).name, section, lang)
    if heading not in result.reason:
        read = message("general.read", lang, chapter=note[:2], section=heading)
        yield f'<p class="soft">{in_html(read)}</p>'


def _about_the_file(submission: Submission, lang: str) -> Iterator[Html]:
    if not submission.warnings:
        return
    yield f"<h2>{escape(say('page.about-the-file', lang))}</h2>"
    yield f'<p class="soft">{escape(say("page.costs-nothing", lang))}</p>'
    items = (f"<li>{in_html(one_line(warning))}</li>" for warning in submission.warnings)
    yield f"<ul>{''.join(items)}</ul>"


def _outputs(submission: Submission, execution: Execution, lang: str) -> Iterator[Html]:
    """What the student's own cells printed, drew and raised."""
    shown = [output for output in execution.outputs if output.index < len(submission.cells)]
    if not shown:
        return
    yield f"<h2>{escape(say('page.outputs', lang))}</h2>"
    yield f'<p class="soft">{escape(say("page.outputs-what", lang))}</p>'
    budget = _Budget()
    last = None
    for output in shown:
        if output.index != last:
            cell, last = submission.cells[output.index], output.index
            name = cell.grade_id or say("page.own-cell", lang, first=_first_line(cell.source))
            yield f"<h3>{in_html(name)}</h3>"
            budget.next_cell()
        yield from budget.shown(output, lang)


def _first_line(source: str) -> str:
    """Enough of a cell to know it by."""
    line = next((line for line in source.splitlines() if line.strip()), "")
    return one_line(line, 60).replace("`", "'")


class _Budget:
    """How much more a page will show."""

    def __init__(self) -> None:
        self._left = {"all": _ALL_CHARACTERS, "bytes": _ALL_PICTURE_BYTES}

    def next_cell(self) -> None:
        """Begin the outputs of another cell."""
        self._left |= {"cell": _CHARACTERS, "lines": _LINES, "pictures": _PICTURES}

    def shown(self, output: Output, lang: str) -> Iterator[Html]:
        """An output, as far as there is room for it."""
        if output.kind == "image":
            yield self._picture(output, lang)
            return
        left = self._left
        text = plain(output.text[: 4 * _CHARACTERS])
        room = min(left["cell"], left["all"])
        kept, omitted = capped(text.strip("\n"), room, left["lines"])
        omitted += max(0, len(output.text) - 4 * _CHARACTERS)
        left["cell"] -= len(kept)
        left["all"] -= len(kept)
        left["lines"] = max(0, left["lines"] - kept.count("\n") - 1)
        if kept:
            look = ' class="bad"' if output.kind == "error" else ""
            yield f"<pre{look}>{escape(kept)}</pre>"
        if omitted:
            yield f'<p class="soft">{escape(say("page.omitted", lang, count=omitted))}</p>'

    def _picture(self, output: Output, lang: str) -> Html:
        if not self._left["pictures"] or len(output.data) > self._left["bytes"]:
            return f'<p class="soft">{escape(say("page.picture-omitted", lang))}</p>'
        self._left["pictures"] -= 1
        self._left["bytes"] -= len(output.data)
        alt = escape(say("page.picture", lang))
        return f'<img alt="{alt}" src="data:image/png;base64,{b64encode(output.data).decode()}">'


def _isolation(execution: Execution, lang: str) -> Iterator[Html]:
    if not is_isolated(execution.layers):
        yield f'<p class="soft">{escape(say("page.not-isolated", lang))}</p>'
