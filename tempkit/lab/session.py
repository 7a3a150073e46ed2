"""A lab's session: the language it speaks, the device it works on, and its checks."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import torch

from tempkit import language
from tempkit.course.chapters import find
from tempkit.lab.messages import exists, message, section_title

if TYPE_CHECKING:
    from tempkit.lab.diagnosis import Finding

__all__ = ["Check", "CheckFailed", "explained", "start"]


class CheckFailed(AssertionError):
    """An exercise is not right yet. ``str()`` of it is the whole answer of the check.

    A notebook shows that answer above the error, with a link, and of the error one line only.
    ``reason`` is the id of the misconception, or of the general reason.
    """

    def __init__(self, title: str, answer: str, reason: str) -> None:
        super().__init__(answer)
        self.title = title
        self.reason = reason

    def _render_traceback_(self) -> list[str]:
        """IPython's hook: what a notebook prints instead of a traceback."""
        return [self.title]


def start(chapter: str, language: str = "en") -> Check:
    """Begin a lab: choose the device, set the language, and return the lab's checks.

    Parameters
    ----------
    chapter : str
        Its number, ``"00"``.
    language : "en" or "es"
        The language of checks and figures from here on.

    Raises
    ------
    ValueError
        If there is no such chapter or language, or ``TEMPKIT_SEED`` is not a whole number.
    """
    name = find(chapter).name
    _seed()  # A grader hears of a bad one here, not in the middle of a student's marks.
    _speak(language)
    device = os.environ.get("TEMPKIT_DEVICE") or ("cuda" if torch.cuda.is_available() else "cpu")
    torch.set_default_device(device)
    return Check(name)


#: ``start`` has a parameter of the module's name.
_speak = language.use


class Check:
    """The checks of one lab: ``check(exercise, answer)``."""

    def __init__(self, chapter: str) -> None:
        self.chapter = chapter

    def __call__(self, exercise: str, answer: Any) -> None:
        """Try an answer on the visible probes; say that it is right, or raise what is wrong.

        Raises
        ------
        CheckFailed
            With the reason, the misconception's name if it is a known one, and where to read.
        KeyError
            If the lab has no exercise of that name.
        """
        self._judge(exercise, answer, hidden=False)
        _show(f"✓ **{exercise}** · " + message(f"{exercise}.passed", language.current()))

    def hidden(self, exercise: str, answer: Any) -> None:
        """Try an answer on the hidden probes, drawn from the seed in ``TEMPKIT_SEED`` (0 if unset).

        Silent when it passes; a misconception is named, but no probe is shown.
        """
        self._judge(exercise, answer, hidden=True)

    def _judge(self, name: str, answer: Any, *, hidden: bool) -> None:
        from tempkit.lab.diagnosis import examine
        from tempkit.lab.exercises import exercise_of

        exercise = exercise_of(self.chapter, name)
        probes = exercise.probes
        if hidden:
            probes = exercise.hidden(torch.Generator("cpu").manual_seed(_seed()))
        finding = examine(exercise, answer, probes)
        if finding is None:
            return
        lang = language.current()
        title = message("general.failed", lang, name=name)
        said = explained(name, finding, lang, evidence=not hidden)
        note, section = self._where(finding.section)
        heading = section_title(note, section, lang)
        read = message("general.read", lang, chapter=note[:2], section=heading)
        link = f"../../theory/{lang}/{note}.md#{section}"
        _show(f"✗ **{name}** · {said}\n\n[{read}]({link})")
        raise CheckFailed(title, f"{title}\n{said}\n{read} ({link})", finding.reason)

    def _where(self, section: str) -> tuple[str, str]:
        """The note and the section in it: ``"00:entropy"`` is in another chapter's note."""
        chapter, colon, other = section.partition(":")
        return (find(chapter).name, other) if colon else (self.chapter, section)

    def prediction(self, question: str, choice: str | None) -> None:
        """Answer a guess that was written down before the measurement. It is never graded."""
        lang = language.current()
        key = f"prediction.{question}.{str(choice).strip().lower()}"
        if exists(key, lang):  # "none" too, where no measurement gives the answer away.
            _show(message(key, lang))
        elif choice is None:
            _show(message("general.no-prediction", lang))
        else:
            _show(message("general.no-such-choice", lang, choice=str(choice)))


def _seed() -> int:
    """The number in ``TEMPKIT_SEED``, 0 if unset."""
    given = os.environ.get("TEMPKIT_SEED", "0")
    if not given.isdecimal():
        raise ValueError(f"TEMPKIT_SEED is {given!r}: set it to a whole number, or unset it")
    return int(given)


def explained(name: str, finding: Finding, lang: str, *, evidence: bool) -> str:
    """What is wrong, and the call that shows it unless the probe is to stay hidden."""
    key = f"{name}.{finding.reason}" if finding.named else f"general.{finding.reason}"
    if key == "general.shape" and finding.facts["wanted_shape"] == "[]":
        key = "general.shape-of-a-number"
    said = message(key, lang, **finding.facts)
    if not evidence and "call" in finding.facts:
        said = f"{message('general.hidden', lang)} {said}"
    if evidence and finding.facts.get("got") != finding.facts.get("expected"):
        evidence_of = "general.evidence-at" if "place" in finding.facts else "general.evidence"
        if "expected" not in finding.facts:
            evidence_of = "general.evidence-alone"
        said += " " + message(evidence_of, lang, **finding.facts)
    return said


def _show(text: str) -> None:
    """Markdown where there is a notebook, plain text elsewhere."""
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        print(text)
        return
    if get_ipython() is None:
        print(text)
    else:
        display({"text/markdown": text, "text/plain": text}, raw=True)
