"""The findings of one machine as a page, and those of a room of machines on one page.

Everybody runs ``tempkit doctor --html NAME.html`` and sends the page; ``tempkit doctor --room
FOLDER --html room.html`` makes one page of all that lie in the folder. A page carries its findings
as data, escaped, so that it can be read again.
"""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from html import escape, unescape
from pathlib import Path

from tempkit.course.doctor import Finding, is_ready, verdict_on
from tempkit.course.wording import say
from tempkit.grading.page import Html, document, table

__all__ = ["Machine", "gathered", "page", "page_of_a_room", "this_machine"]

_DATA = re.compile(r'<pre hidden id="tempkit-doctor">(.*?)</pre>', re.DOTALL)
_CLASSES = {"red": "bad", "yellow": "soft", "green": "good"}


@dataclass(frozen=True)
class Machine:
    """A machine by its name, when it was looked at, and what was found."""

    name: str
    when: str
    findings: tuple[Finding, ...]

    @property
    def is_ready(self) -> bool:
        """Whether every lab can be done on it."""
        return is_ready(list(self.findings))


def this_machine(findings: Iterable[Finding]) -> Machine:
    """Findings of here and now."""
    return Machine(platform.node(), f"{datetime.now():%Y-%m-%d %H:%M}", tuple(findings))


def page(machine: Machine, lang: str) -> Html:
    """One machine: the verdict, then green and red, a remedy beside each red."""
    looked = say("room.looked", lang, machine=machine.name, when=machine.when)
    heads = ["", "", say("doctor.seen", lang), say("doctor.remedy", lang)]
    rows = [
        [escape(f.name), _coloured(f, lang), escape(f.seen), escape(f.remedy)]
        for f in machine.findings
    ]
    data = json.dumps(asdict(machine), ensure_ascii=False)
    body = [
        "<h1>tempkit doctor</h1>",
        _verdict(machine, lang),
        table(looked, heads, rows),
        f'<pre hidden id="tempkit-doctor">{escape(data)}</pre>',
    ]
    return document(f"tempkit doctor · {machine.name}", lang, body)


def _coloured(finding: Finding, lang: str) -> Html:
    colour, word = verdict_on(finding, lang)
    return f'<span class="{_CLASSES[colour]}">{escape(word)}</span>'


def _verdict(machine: Machine, lang: str) -> Html:
    key, kind = ("ready", "good") if machine.is_ready else ("not-ready", "bad")
    return f'<p class="total {kind}">{escape(say(f"doctor.{key}", lang))}</p>'


def gathered(folder: Path, lang: str) -> list[Machine]:
    """The machines whose pages lie in a folder, those that need help first.

    Raises
    ------
    FileNotFoundError
        If there is no such page in it.
    """
    machines = [machine for path in sorted(folder.glob("*.html")) if (machine := _read(path))]
    if not machines:
        raise FileNotFoundError(say("room.empty", lang, folder=folder))
    return sorted(machines, key=lambda machine: (machine.is_ready, machine.name))


def _read(path: Path) -> Machine | None:
    """The machine of a page; None for a page of something else."""
    found = _DATA.search(path.read_text("utf-8", errors="replace"))
    if found is None:
        return None
    try:
        data = json.loads(unescape(found[1]))
        findings = tuple(Finding(**finding) for finding in data["findings"])
        return Machine(str(data["name"]), str(data["when"]), findings)
    except (ValueError, TypeError, KeyError):
        return None


def page_of_a_room(machines: list[Machine], lang: str) -> Html:
    """Every machine in a line: ready or not, and what to do about each red."""
    ready = sum(machine.is_ready for machine in machines)
    heads = [say(f"room.{head}", lang) for head in ("machine", "verdict", "to-do")]
    rows = [[escape(m.name), _word(m, lang), _to_do(m)] for m in machines]
    said = say("room.ready", lang, ready=ready, count=len(machines))
    body = [
        f"<h1>{escape(say('room.title', lang))}</h1>",
        f'<p class="total {"good" if ready == len(machines) else "bad"}">{escape(said)}</p>',
        table(say("room.caption", lang), heads, rows),
    ]
    return document(say("room.title", lang), lang, body)


def _word(machine: Machine, lang: str) -> Html:
    kind, key = ("good", "works") if machine.is_ready else ("bad", "broken")
    return f'<span class="{kind}">{escape(say(f"doctor.{key}", lang))}</span>'


def _to_do(machine: Machine) -> Html:
    broken = [finding for finding in machine.findings if finding.is_broken]
    lines = [f"<b>{escape(f.name)}</b>: {escape(f.seen)}. {escape(f.remedy)}" for f in broken]
    return "<br>".join(lines)
