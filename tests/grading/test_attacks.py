"""Every attack of the battery gains nothing, and harms nobody; without protection it does.

To add one, put a file in ``attacks/`` (see :mod:`attack`).
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from attack import Attack
from submissions import solution_cells, submission
from unprotected import UID, Unprotected
from world import SECRET, Aftermath, World

from tempkit.course.chapters import find
from tempkit.grading import sandbox
from tempkit.grading.records import Execution, Submission
from tempkit.grading.runner import Grader
from tempkit.grading.sandbox import Bounds

pytestmark = pytest.mark.skipif(
    not sandbox.possible(), reason="the sandbox is made of Linux's namespaces, Landlock, seccomp"
)

LAB = find("01")
TIMEOUT = 3.0
#: A submission ends within six timeouts and the seconds that ending its processes may take.
BOUND = 6 * TIMEOUT + 8
#: With a grader that has no deadline; short where the attack is to take all the time there is.
PATIENCE, WITHOUT_END = 90.0, 12.0

FILES = sorted(Path(__file__).with_name("attacks").glob("*.py"))
every_attack = pytest.mark.parametrize("name", [path.stem for path in FILES])


def load(name: str) -> Attack:
    return import_module(f"attacks.{name}").ATTACK


def hostile(attack: Attack, world: World) -> Submission:
    solutions = solution_cells(LAB, "en")
    cells = dict(attack.cells) | {name: solutions[name] for name in attack.honest}
    ordered = {name: world.placed(cells[name]) for name in solutions if name in cells}
    first, last = world.placed(attack.first), world.placed(attack.last)
    return submission(LAB, "en", ordered, first=first, last=last, student="mallory")


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    os.environ["TEMPKIT_TEST_SECRET"] = SECRET
    bounds = Bounds(memory=1 << 30, processor_seconds=30)
    with Grader(LAB, "en", timeout=TIMEOUT, bounds=bounds) as made:
        yield made
    del os.environ["TEMPKIT_TEST_SECRET"]


@pytest.fixture
def world() -> Iterator[World]:
    """Not in ``tmp_path``, which lies in a folder that only its owner may enter."""
    with tempfile.TemporaryDirectory(prefix="attacked-", ignore_cleanup_errors=True) as folder:
        made = World(Path(folder), owner=UID if os.geteuid() == 0 else None)
        yield made
        made.close()


HONEST = ("full_spectrum", "entropy_from_draws")
EXPECTED = {"full_spectrum": 2, "entropy_from_draws": 1}


def grade_a_neighbour(grader: Grader) -> None:
    """An honest student, before and after: exactly what was earned."""
    cells = {name: solution_cells(LAB, "en")[name] for name in HONEST}
    execution = grader.grade(submission(LAB, "en", cells, student="ana"))
    earned = {r.exercise: r.points for r in execution.results if r.points}
    assert earned == EXPECTED
    assert execution.status == "graded"
    assert execution.outputs == ()


def aftermath(execution: Execution, world: World) -> Aftermath:
    return Aftermath(
        points=execution.points,
        text="".join(output.text for output in execution.outputs),
        seconds=execution.seconds,
        finished=True,
        damaged=world.damaged(),
        connections=world.connections,
        survivors=world.survivors(),
    )


@every_attack
def test_an_attack_says_what_it_tries(name: str) -> None:
    assert len(import_module(f"attacks.{name}").__doc__.strip()) > 20


@every_attack
def test_an_attack_gains_nothing_and_harms_nobody(name: str, grader: Grader, world: World) -> None:
    attack = load(name)
    grade_a_neighbour(grader)
    started = time.monotonic()
    execution = grader.grade(hostile(attack, world))
    seconds = time.monotonic() - started
    after = aftermath(execution, world)
    assert execution.points == attack.deserves
    assert not after.gained(attack.gains, attack.deserves, attack.tells, BOUND)
    assert attack.gains == "says" or SECRET not in after.text
    assert not after.damaged
    assert after.connections == 0
    assert after.survivors == 0
    assert children_of(grader) == []
    assert seconds < BOUND
    grade_a_neighbour(grader)


def children_of(grader: Grader) -> list[str]:
    """What the template still runs, once the keeper of the last child had time to be reaped."""
    until = time.monotonic() + 5
    pid = grader.template_pid
    while time.monotonic() < until:
        left = [
            path.parent.name
            for path in Path("/proc").glob("[0-9]*/stat")
            if _parent_and_state(path) == (str(pid), False)
        ]
        if not left:
            return []
        time.sleep(0.1)
    return left


def _parent_and_state(path: Path) -> tuple[str, bool]:
    """A process's parent, and whether it has ended."""
    try:
        fields = path.read_text().rpartition(")")[2].split()
    except OSError:
        return "", True
    return fields[1], fields[0] == "Z"


@pytest.fixture(scope="module")
def unprotected() -> Iterator[Unprotected]:
    with Unprotected(LAB, "en") as made:
        yield made


@pytest.mark.slow
@every_attack
def test_without_protection_the_attack_succeeds(
    name: str, unprotected: Unprotected, world: World
) -> None:
    attack = load(name)
    patience = WITHOUT_END if attack.gains == "time" else PATIENCE
    after = unprotected.grade(hostile(attack, world), world, patience)
    assert after.gained(attack.gains, attack.deserves, attack.tells, patience), after


@pytest.mark.slow
def test_without_protection_an_honest_student_gets_what_was_earned(
    unprotected: Unprotected, world: World
) -> None:
    cells = {name: solution_cells(LAB, "en")[name] for name in HONEST}
    after = unprotected.grade(submission(LAB, "en", cells), world, PATIENCE)
    assert after.points == sum(EXPECTED.values())
    assert not after.damaged
