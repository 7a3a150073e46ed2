"""The instructor's page: how the class did, what to teach again tomorrow, and what needs a look.

It is made of counts that grow by one submission at a time, so that a large class needs no more
memory than a small one.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape

from tempkit.course.chapters import find
from tempkit.grading.feedback import number
from tempkit.grading.page import Html, bar, document, table
from tempkit.grading.plan import plan
from tempkit.grading.results import Record
from tempkit.grading.safe_text import in_html, one_line
from tempkit.grading.wording import exists, say
from tempkit.lab import messages

__all__ = ["Summary"]

STATUSES = ("graded", "partial", "timeout", "refused")
_SLOWEST = 10
_NAMED = 8
_LISTED = 200


@dataclass
class _Exercise:
    """What became of one exercise."""

    submissions: int = 0
    full: int = 0
    points: float = 0.0
    most: float = 0.0
    findings: Counter[str] = field(default_factory=Counter)


class Summary:
    """Counts over all submissions, and the page that shows them."""

    def __init__(self, lang: str) -> None:
        self._lang = lang
        self.statuses: Counter[str] = Counter()
        self._points: dict[str, Counter[float]] = defaultdict(Counter)
        self._exercises: dict[str, dict[str, _Exercise]] = defaultdict(dict)
        self._slowest: list[tuple[float, str, str]] = []
        self._listed: list[Record] = []
        self._warned = 0
        self._missing_layers: Counter[tuple[str, str]] = Counter()
        self._unprotected = False

    def add(self, record: Record) -> None:
        """Count one submission."""
        self.statuses[record.status] += 1
        self._warned += bool(record.warnings)
        if record.status != "graded" and len(self._listed) < _LISTED:
            self._listed.append(record)
        if record.status == "refused":
            return
        self._points[record.lab][record.points] += 1
        entry = (record.seconds, record.student, record.lab)
        self._slowest = heapq.nlargest(_SLOWEST, [*self._slowest, entry])
        self._unprotected |= not record.isolated
        for layer in record.layers:
            if not layer.active:
                self._missing_layers[layer.name, layer.note] += 1
        for cell in record.cells:
            exercise = self._exercises[record.lab].setdefault(cell.exercise, _Exercise())
            exercise.submissions += 1
            exercise.points += cell.points
            exercise.most = max(exercise.most, cell.max_points)
            if cell.points >= cell.max_points:
                exercise.full += 1
            else:
                exercise.findings[cell.misconception or cell.finding or "other"] += 1

    def page(self) -> str:
        """The page, in the instructor's language."""
        title = self._say("title")
        body = [
            f"<h1>{escape(title)}</h1>",
            *self._overview(),
            *self._isolation(),
            *(part for lab in sorted(self._points) for part in self._lab(lab)),
            *self._needs_a_look(),
            *self._slow(),
        ]
        return document(title, self._lang, body)

    def _say(self, key: str, **facts: object) -> str:
        return say(f"summary.{key}", self._lang, **facts)

    def _overview(self) -> Iterator[Html]:
        total = sum(self.statuses.values())
        yield f'<p class="total">{escape(self._say("count", count=total))}</p>'
        rows = [
            (escape(self._say(f"status-{status}")), str(self.statuses[status]))
            for status in STATUSES
            if self.statuses[status]
        ]
        heads = [self._say("status"), self._say("submissions")]
        yield table(self._say("statuses"), heads, rows, numbers=[1])
        if self._warned:
            yield f'<p class="soft">{escape(self._say("warned", count=self._warned))}</p>'

    def _isolation(self) -> Iterator[Html]:
        if self._missing_layers or self._unprotected:
            items = "".join(
                f"<li>{in_html(name)}{': ' + in_html(one_line(note)) if note else ''}</li>"
                for name, note in sorted(self._missing_layers)
            )
            said = escape(self._say("not-isolated" if self._unprotected else "layers-missing"))
            yield f'<div class="note"><p>{said}</p><ul>{items}</ul></div>'

    def _lab(self, lab: str) -> Iterator[Html]:
        chapter = find(lab)
        heading = self._say("lab", lab=lab, title=chapter.titles[self._lang])
        yield f"<h2>{escape(heading)}</h2>"
        yield self._distribution(lab)
        yield self._by_exercise(lab)
        titles = {e.name: e.title for e in plan(lab, self._lang).exercises}
        for name, exercise in self._exercises[lab].items():
            if exercise.findings:
                yield f"<h3>{in_html(titles.get(name, name))}</h3>"
                yield self._what_went_wrong(name, exercise)

    def _distribution(self, lab: str) -> Html:
        """How many submissions have how many points, fractions counted with the whole below."""
        counts: Counter[int] = Counter()
        for points, count in self._points[lab].items():
            counts[int(points)] += count
        most = max(int(plan(lab, self._lang).max_points), *counts)
        largest = max(counts.values())
        rows = [
            (
                str(points),
                str(counts[points]),
                bar(counts[points] / largest) if counts[points] else "",
            )
            for points in range(most, -1, -1)
        ]
        total = sum(counts.values())
        mean = sum(points * count for points, count in self._points[lab].items()) / total
        caption = self._say("distribution", mean=number(mean), count=total)
        heads = [self._say("points"), self._say("submissions"), self._say("share")]
        return table(caption, heads, rows, numbers=[0, 1], kind="bars")

    def _by_exercise(self, lab: str) -> Html:
        titles = {e.name: e.title for e in plan(lab, self._lang).exercises}
        rows = []
        for name, exercise in self._exercises[lab].items():
            mean = exercise.points / exercise.submissions
            rows.append(
                (
                    in_html(titles.get(name, name)),
                    f"{number(mean)} / {number(exercise.most)}",
                    f"{100 * exercise.full / exercise.submissions:.0f} %",
                )
            )
        heads = [self._say(key) for key in ("exercise", "mean", "full")]
        return table(self._say("exercises"), heads, rows, numbers=[1, 2])

    def _what_went_wrong(self, name: str, exercise: _Exercise) -> Html:
        largest = exercise.findings.most_common(1)[0][1]
        rows = []
        for finding, count in exercise.findings.most_common(_NAMED):
            text = f"<code>{escape(finding)}</code> {in_html(self._explained(name, finding))}"
            rows.append((text, str(count), bar(count / largest)))
        heads = [self._say(key) for key in ("finding", "submissions", "share")]
        return table(self._say("findings"), heads, rows, numbers=[1], kind="findings")

    def _explained(self, exercise: str, finding: str) -> str:
        """What a finding means, where its words need no facts of a single submission."""
        if exists(f"summary.finding-{finding}", self._lang):
            return self._say(f"finding-{finding}")
        for key in (f"{exercise}.{finding}", f"general.{finding}"):
            if messages.exists(key, self._lang):
                text = messages.table(self._lang)[key]
                return "" if "{" in text else text
        return ""

    def _needs_a_look(self) -> Iterator[Html]:
        if not self._listed:
            return
        yield f"<h2>{escape(self._say('look'))}</h2>"
        rows = []
        for record in self._listed:
            said = record.reason or ", ".join(record.limits_hit) or "; ".join(record.notes)
            status = self._say(f"status-{record.status}")
            cells = (record.student, record.lab, status, said, record.where)
            rows.append([in_html(one_line(cell)) for cell in cells])
        heads = [self._say(key) for key in ("student", "lab-number", "status", "why", "file")]
        yield table(self._say("look-caption"), heads, rows)
        listed = sum(self.statuses.values()) - self.statuses["graded"]
        if listed > len(self._listed):
            more = listed - len(self._listed)
            yield f'<p class="soft">{escape(self._say("more", count=more))}</p>'

    def _slow(self) -> Iterator[Html]:
        if not self._slowest:
            return
        yield f"<h2>{escape(self._say('slowest'))}</h2>"
        rows = [
            (in_html(student), escape(lab), f"{seconds:.2f}")
            for seconds, student, lab in sorted(self._slowest, reverse=True)
        ]
        heads = [self._say(key) for key in ("student", "lab-number", "seconds")]
        yield table(self._say("slowest-caption"), heads, rows, numbers=[2])
