"""An attack: a hostile submission of lab 01, what it gains without protection, what it deserves.

Most hand in code, in the cells of a notebook that is otherwise as it should be; the others hand in
files of any kind (``writes``).

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

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

__all__ = ["Attack"]


@dataclass(frozen=True)
class Attack:
    """A hostile submission.

    ``gains`` is what the attack is after, and gets where nothing protects: ``"points"`` beyond
    ``deserves``; that its output ``"says"`` the word in ``tells``; ``"damage"`` to the victim
    folder or a trace elsewhere; a connection to the ``"network"``; a ``"survivor"``, a process that
    outlives it; the ``"time"`` of the grader, without end; or the end of the ``"batch"``, with
    which the grader crashes and nobody after it is graded.

    ``cells`` are sources of solution cells by grade_id, ``honest`` names solution cells that are
    solved as the course does, ``first`` runs after the set-up, ``last`` at the end.

    ``writes(folder, placed)`` puts files into the folder of what was handed in instead; ``placed``
    exchanges the words above in a text. ``deserves`` is what all of them together deserve.

    ``needs`` names layers of which one at least must be in force. Where the machine has none of
    them, as a container that forbids namespaces, the attack may get what it is after, and the
    report has to say that they are missing.
    """

    gains: Literal["points", "says", "damage", "network", "survivor", "time", "batch"]
    cells: Mapping[str, str] = field(default_factory=dict)
    honest: tuple[str, ...] = ()
    first: str = ""
    last: str = ""
    deserves: float = 0.0
    tells: str = "GAINED-" + "IT"
    needs: tuple[str, ...] = ()
    writes: Callable[[Path, Callable[[str], str]], None] | None = None
