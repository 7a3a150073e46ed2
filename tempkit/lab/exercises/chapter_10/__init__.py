"""Exercises of lab 10, audit, in their order."""

from __future__ import annotations

from tempkit.lab.exercises.chapter_10.calibration_report import CALIBRATION_REPORT
from tempkit.lab.exercises.chapter_10.evidence_1 import EVIDENCE_1
from tempkit.lab.exercises.chapter_10.evidence_2 import EVIDENCE_2
from tempkit.lab.exercises.chapter_10.evidence_3 import EVIDENCE_3
from tempkit.lab.exercises.chapter_10.evidence_4 import EVIDENCE_4
from tempkit.lab.exercises.chapter_10.evidence_5 import EVIDENCE_5
from tempkit.lab.exercises.chapter_10.mended_probabilities import MENDED_PROBABILITIES

__all__ = ["EXERCISES"]

EXERCISES = (
    EVIDENCE_1,
    EVIDENCE_2,
    EVIDENCE_3,
    EVIDENCE_4,
    MENDED_PROBABILITIES,
    EVIDENCE_5,
    CALIBRATION_REPORT,
)
