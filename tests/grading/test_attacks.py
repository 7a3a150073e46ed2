"""Every attack of the battery gains nothing, and harms nobody; without protection it does.

To add one, put a file in ``attacks/`` (see :mod:`attack`).
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from attack import Attack
from handed_in import as_bytes, solved_in_part
from submissions import solution_cells, submission
from unprotected import UID, Unprotected
from world import SECRET, Aftermath, World

from tempkit.course.chapters import find
from tempkit.grading import sandbox
from tempkit.grading.batch import Batch
from tempkit.grading.feedback import page
from tempkit.grading.plan import plan
from tempkit.grading.pools import Answer
from tempkit.grading.probe import missing
from tempkit.grading.records import Execution, Submission
from tempkit.grading.results import Options
from tempkit.grading.runner import Grader
from tempkit.grading.sandbox import Bounds
from tempkit.grading.store import Store

pytestmark = pytest.mark.skipif(
    not sandbox.possible(), reason="the sandbox is made of Linux's namespaces, Landlock, seccomp"
)

LAB = find("01")
TIMEOUT = 3.0
#: A submission ends within six timeouts and the seconds that ending its processes may take.
BOUND = 6 * TIMEOUT + 8
#: With a grader that has no deadline; short where the attack is to take all the time there is.
PATIENCE, WITHOUT_END = 90.0, 3.0

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
        assert_it_gets_what_was_earned(made, neighbour())
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
NEIGHBOURS = ("aaron", "zoe")
EXPECTED = {"full_spectrum": 2, "entropy_from_draws": 1}


def neighbour() -> Submission:
    """An honest student's."""
    cells = {name: solution_cells(LAB, "en")[name] for name in HONEST}
    return submission(LAB, "en", cells, student="ana")


def assert_it_gets_what_was_earned(grader: Grader, honest: Submission) -> None:
    execution = grader.grade(honest)
    earned = {r.exercise: r.points for r in execution.results if r.points}
    assert earned == EXPECTED
    assert execution.status == "graded"
    assert execution.outputs == ()


def what_intake_reads(attack: Attack, world: World) -> dict[str, list[Submission]]:
    """Submissions by student: of an attack in cells, or of its files among honest students'."""
    if attack.writes is None:
        return {"mallory": [hostile(attack, world)]}
    attack.writes(world.submitted, world.placed)
    for name in NEIGHBOURS:
        (world.submitted / f"{name}.ipynb").write_bytes(as_bytes(solved_in_part(HONEST)))
    found: dict[str, list[Submission]] = {}

    def collect(submissions: Iterator[Submission]) -> Iterator[Answer]:
        for one in submissions:
            found.setdefault(one.student, []).append(one)
        return iter(())

    out = world.submitted.parent / "grades"
    batch = Batch(world.submitted, Store(out), Options(lab=LAB.number, timeout=TIMEOUT))
    assert list(batch.grade(collect)) == []
    return found


def aftermath(executions: list[Execution], world: World) -> Aftermath:
    outputs = [output for execution in executions for output in execution.outputs]
    return Aftermath(
        points=sum(execution.points for execution in executions),
        text="".join(output.text for output in outputs),
        seconds=sum(execution.seconds for execution in executions),
        finished=True,
        crashed=False,
        damaged=world.damaged(),
        connections=world.connections,
        survivors=world.survivors(),
    )


@every_attack
def test_an_attack_says_what_it_tries(name: str) -> None:
    assert len(import_module(f"attacks.{name}").__doc__.strip()) > 20


@every_attack
def test_an_attack_gains_nothing_and_harms_nobody(name: str, grader: Grader, world: World) -> None:
    """Nor the honest student who is graded next; the one before was so in the test before."""
    attack = load(name)
    started = time.monotonic()
    found = what_intake_reads(attack, world)
    honest = [found.pop(name) for name in NEIGHBOURS if attack.writes]
    hostile_ones = [one for several in found.values() for one in several]
    executions = [grader.grade(one) for one in hostile_ones]
    pages = [
        page(*pair, plan(LAB.number, "en")) for pair in zip(hostile_ones, executions, strict=True)
    ]
    seconds = time.monotonic() - started
    after = aftermath(executions, world)
    if is_kept_in(attack, grader):
        assert after.points == attack.deserves
        assert not after.gained(attack.gains, attack.deserves, attack.tells, BOUND)
        assert not [said for said in (after.text, *pages) if attack.tells in said or SECRET in said]
        assert not after.damaged
        assert after.connections == 0
    assert after.survivors == 0
    assert children_of(grader) == []
    assert seconds < BOUND
    for submission_of_a_neighbour in [[neighbour()], *honest]:
        assert_it_gets_what_was_earned(grader, *submission_of_a_neighbour)


def is_kept_in(attack: Attack, grader: Grader) -> bool:
    """Whether the machine has what keeps an attack in; where not, every report says what lacks."""
    layers = [layer for layer in grader.layers if layer.name in attack.needs]
    lacks = [layer for layer in layers if not layer.active]
    assert all(layer.note for layer in lacks)
    return not attack.needs or len(lacks) < len(attack.needs)


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


@cache
def can_contain() -> bool:
    """Whether attacks can be let loose here: only in a process namespace of their own.

    A container that forbids those has no place for them; that they are kept in is tested anyway.
    """
    lacks = {layer.name for layer in missing()}
    return not lacks & {"pid namespace", "mount namespace"}


@pytest.mark.slow
@every_attack
def test_without_protection_the_attack_succeeds(
    name: str, unprotected: Unprotected, world: World
) -> None:
    attack = load(name)
    if not can_contain():
        return
    patience = WITHOUT_END if attack.gains == "time" else PATIENCE
    if attack.writes is not None:
        attack.writes(world.submitted, world.placed)
    made = hostile(attack, world) if attack.writes is None else None
    after = unprotected.grade(made, world, patience)
    assert after.gained(attack.gains, attack.deserves, attack.tells, patience), after


@pytest.mark.slow
def test_without_protection_an_honest_student_gets_what_was_earned(
    unprotected: Unprotected, world: World
) -> None:
    if not can_contain():
        return
    after = unprotected.grade(neighbour(), world, PATIENCE)
    assert after.points == sum(EXPECTED.values())
    assert not after.damaged
    assert not after.crashed
