"""One record for each submission: what was graded, how it came out, and under which conditions.

A record is plain JSON. Its ``key`` is a hash of everything that the result depends on: the
submission, the tests, tempkit itself and the options. A record whose key still holds is reused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from tempkit.grading.records import CellResult, Execution, Layer, Submission

__all__ = ["Options", "Record", "is_isolated", "key_of"]


@dataclass(frozen=True)
class Options:
    """What the instructor chose and the result of a submission may depend on.

    ``timeout`` is in seconds, for a cell and for a call; None leaves it to the grader.
    """

    lab: str | None = None
    lang: str = "en"
    timeout: float | None = None
    seed: int = 0
    require_sandbox: bool = False


@dataclass(frozen=True)
class Record:
    """The result of one submission."""

    student: str
    lab: str
    lang: str
    status: str
    where: str = ""
    source: str = "folder"
    reason: str = ""
    cells: tuple[CellResult, ...] = ()
    warnings: tuple[str, ...] = ()
    limits_hit: tuple[str, ...] = ()
    layers: tuple[Layer, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    digest: str = ""
    key: str = ""

    @property
    def points(self) -> float:
        """The sum over the test cells."""
        return sum(cell.points for cell in self.cells)

    @property
    def max_points(self) -> float:
        """What the lab is worth."""
        return sum(cell.max_points for cell in self.cells)

    @property
    def isolated(self) -> bool:
        """Whether the essential layers of isolation were in force."""
        return is_isolated(self.layers)

    @classmethod
    def of(
        cls, submission: Submission, execution: Execution, *, where: str, source: str, key: str
    ) -> Record:
        """The record of a submission that was executed."""
        return cls(
            student=submission.student,
            lab=submission.lab,
            lang=submission.lang,
            status=execution.status,
            where=where,
            source=source,
            cells=execution.results,
            warnings=submission.warnings,
            limits_hit=execution.limits_hit,
            layers=execution.layers,
            notes=execution.notes,
            seconds=round(execution.seconds, 4),
            digest=submission.digest,
            key=key,
        )

    def to_json(self) -> dict[str, Any]:
        """The record as plain data, the sums written out."""
        return asdict(self) | {"points": self.points, "max_points": self.max_points}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Record:
        """The record that :meth:`to_json` wrote.

        Raises
        ------
        KeyError, TypeError, AttributeError
            If it did not.
        """
        known = {field.name: data[field.name] for field in fields(cls)}
        known["cells"] = tuple(CellResult(**cell) for cell in data["cells"])
        known["layers"] = tuple(Layer(**layer) for layer in data["layers"])
        for name in ("warnings", "limits_hit", "notes"):
            known[name] = tuple(data[name])
        return cls(**known)


def is_isolated(layers: tuple[Layer, ...]) -> bool:
    """Whether the layers without which there is no sandbox were all in force."""
    from tempkit.grading.sandbox import ESSENTIAL

    return {layer.name for layer in layers if layer.active}.issuperset(ESSENTIAL)


def key_of(submission: Submission, tests_digest: str, options: Options) -> str:
    """The hash under which the result of a submission may be used again."""
    depends_on = [
        submission.student,
        submission.lab,
        submission.lang,
        submission.digest,
        submission.warnings,
        tests_digest,
        _words_digest(),
        options.timeout,
        options.seed,
        options.require_sandbox,
    ]
    return hashlib.sha256(json.dumps(depends_on).encode()).hexdigest()


@cache
def _words_digest() -> str:
    """A hash of the words of the pages; the hash of the tests covers tempkit's code and version."""
    digest = hashlib.sha256()
    for path in sorted((Path(__file__).parent / "words").rglob("*.toml")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
