"""An attack: a hostile submission of lab 01, what it gains without protection, what it deserves.

A file of ``attacks/`` opens with a docstring that says what it tries, and defines ``ATTACK``. In
its sources these words stand for places in the :class:`~world.World` that the battery makes:

``@victim@``
    a folder of the grader's: ``gradebook.csv``, ``other.py``, ``secret.txt``;
``@token@``
    a word that marks what the attack leaves behind (a process in its name or command line);
``@port@``
    a port of 127.0.0.1 where somebody listens;
``@checkout@``
    the course, with its tests and solutions;
``@pid@``
    the process id of the grader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Attack"]


@dataclass(frozen=True)
class Attack:
    """A hostile submission.

    ``gains`` is what the attack is after, and gets where nothing protects: ``"points"`` beyond
    ``deserves``; that its output ``"says"`` the word in ``tells``; ``"damage"`` to the victim
    folder; a connection to the ``"network"``; a ``"survivor"``, a process that outlives it; or the
    ``"time"`` of the grader, without end.

    ``cells`` are sources of solution cells by grade_id, ``honest`` names solution cells that are
    solved as the course does, ``first`` runs after the set-up, ``last`` at the end.
    """

    gains: Literal["points", "says", "damage", "network", "survivor", "time"]
    cells: Mapping[str, str] = field(default_factory=dict)
    honest: tuple[str, ...] = ()
    first: str = ""
    last: str = ""
    deserves: float = 0.0
    tells: str = "GAINED-" + "IT"
