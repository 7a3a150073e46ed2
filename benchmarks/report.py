"""The findings of a run as Markdown: what was reached first, then every table."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from benchmarks.catalogue import TASKS
from benchmarks.race import Ratio, ratio
from benchmarks.task import Reach

_HOW_TO_READ = """\
The contenders of a task take turns in one process (A B C, then C B A), and a ratio is made of two
times from the same round. Against a peer it is the peer's time over tempkit's: 10 means that
tempkit is ten times as fast. Against a *limit* it is tempkit's time over the limit's: what the
machine needs at least to touch the data. Ratios and times are medians over the rounds, with the
range of the ratio in brackets. **Reach** is the bound that was set before the library was written;
a row without one is there for comparison."""

#: A loaded machine may not slow a task down by more than this.
LOADED_AT_MOST = 3.0


def markdown(found: dict) -> str:
    """The whole report; see __main__ for what ``found`` holds."""
    return "\n".join(_lines(found)) + "\n"


def tempkit_failed(found: dict) -> bool:
    """Whether tempkit's own function raised anywhere."""
    parts = (found.get(part, {}).get("tasks", []) for part in ("one", "two", "loaded", "gpu"))
    return any(task["outcomes"][0]["problem"] for tasks in parts for task in tasks)


def _lines(found: dict) -> Iterator[str]:
    yield "# Benchmarks"
    yield ""
    yield "Written by `python -m benchmarks` (`make bench`)."
    if found["quick"]:
        yield "**A quick run**: the sizes are small, the ratios mean nothing and are not judged."
    yield ""
    for what, value in found["machine"].items():
        yield f"- {what}: {value}"
    yield f"- vector instructions in use: {found['one']['vectors']}"
    loads = ", ".join(f"{found[part]['load']} ({part})" for part in ("one", "two", "loaded"))
    yield f"- programs running when each part began, load average: {loads}"
    yield ""
    yield _HOW_TO_READ
    yield from _summary(found)
    yield from _tasks("One thread", found["one"]["tasks"])
    yield from _tasks("Two threads", found["two"]["tasks"])
    yield from _loaded(found["one"]["tasks"], found["loaded"]["tasks"])
    if "growth" in found:
        yield from _growth(found["growth"]["growth"])
    if "gpu" in found:
        yield from _gpu(found["gpu"])


def _summary(found: dict) -> Iterator[str]:
    yield ""
    yield "## Reached or not"
    yield ""
    one, two = ({t["name"]: t for t in found[part]["tasks"]} for part in ("one", "two"))
    verdicts = {name: list(_verdicts(one[name], two[name])) for name in TASKS if name in one}
    flat = [verdict for each in verdicts.values() for verdict in each]
    for column, threads in ((3, "one thread"), (4, "two threads")):
        reached = sum(verdict[column].endswith("| reached") for verdict in flat)
        yield f"{'On ' + threads}: {reached} of {len(flat)} bounds reached.  "
    yield ""
    yield "| task | against | Reach | one thread | | two threads | |"
    yield "|---|---|---|---|---|---|---|"
    for name, each in verdicts.items():
        for _, against, reach, first, second in each:
            yield f"| {name} | {against} | {reach} | {first} | {second} |"


def _verdicts(one: dict, two: dict) -> Iterator[tuple[str, str, str, str, str]]:
    """Task, against what, bound, and what came of it on one thread and on two."""
    for fields in one["reaches"]:
        reach = Reach(**fields)
        cells = (_cell_and_verdict(reach, _ratios(task).get(reach.against)) for task in (one, two))
        yield one["name"], reach.against, str(reach), *cells
    if one["error_at_most"] is not None:
        bound = one["error_at_most"]
        errors = (task["outcomes"][0]["error"] for task in (one, two))
        cells = (f"{_error(e)} | {_verdict(e is not None and e <= bound)}" for e in errors)
        yield one["name"], one["error_is"], f"at most {bound:g}", *cells


def _cell_and_verdict(reach: Reach, measured: Ratio | None) -> str:
    if measured is None:
        return "not measured | not reached"
    return f"{_number(measured.median)} | {_verdict(reach.holds(measured.median))}"


def _verdict(reached: bool) -> str:
    return "reached" if reached else "**not reached**"


def _ratios(task: dict) -> dict[str, Ratio | None]:
    """By contender: the peer's time over ours, or ours over the limit's."""
    ours, *others = task["outcomes"]
    return {
        other["name"]: ratio(ours["seconds"], other["seconds"])
        if other["kind"] == "limit"
        else ratio(other["seconds"], ours["seconds"])
        for other in others
    }


def _tasks(heading: str, tasks: list[dict]) -> Iterator[str]:
    yield ""
    yield f"## {heading}"
    for task in tasks:
        yield ""
        yield f"### {task['title']}"
        yield ""
        judged = bool(task["error_is"])
        yield "| | median | ratio | range | Reach | |" + f" {task['error_is']} |" * judged
        yield "|---|---|---|---|---|---|" + "---|" * judged
        ratios = _ratios(task)
        reaches = {fields["against"]: Reach(**fields) for fields in task["reaches"]}
        for outcome in task["outcomes"]:
            name = outcome["name"]
            row = _row(outcome, ratios.get(name), reaches.get(name))
            yield row + f" {_error(outcome['error'])} |" * judged


def _row(outcome: dict, measured: Ratio | None, reach: Reach | None) -> str:
    name = f"limit: {outcome['name']}" if outcome["kind"] == "limit" else outcome["name"]
    if outcome["problem"]:
        problem = " ".join(outcome["problem"].split()).replace("|", "\\|")
        return f"| {name} | {problem[:120]} | | | {reach or ''} | |"
    time = _time(median(outcome["seconds"]))
    if outcome["kind"] == "ours":
        return f"| **{name}** | {time} | | | | |"
    if measured is None:  # tempkit's own time is missing
        return f"| {name} | {time} | | | {reach or ''} | |"
    span = f"[{_number(measured.least)}, {_number(measured.most)}]"
    verdict = _verdict(reach.holds(measured.median)) if reach else ""
    return f"| {name} | {time} | {_number(measured.median)} | {span} | {reach or ''} | {verdict} |"


def _loaded(quiet: list[dict], loaded: list[dict]) -> Iterator[str]:
    yield ""
    yield "## Two threads of a loaded machine"
    yield ""
    yield "Another program keeps a core busy all the time. The ratio is to the task's own median on"
    yield f"one thread without that program, and should be at most {LOADED_AT_MOST:g}."
    yield ""
    yield "| task | one thread | loaded, two threads | ratio | range | Reach | |"
    yield "|---|---|---|---|---|---|---|"
    reach = Reach("its own one-thread time", at_most=LOADED_AT_MOST)
    for before, after in zip(quiet, loaded, strict=True):
        alone, beside = (task["outcomes"][0]["seconds"] for task in (before, after))
        if not (alone and beside):
            yield f"| {before['name']} | not measured | | | | {reach} | |"
            continue
        own = median(alone)
        found = ratio(beside, [own] * len(beside))
        yield (
            f"| {before['name']} | {_time(own)} | {_time(median(beside))} "
            f"| {_number(found.median)} | [{_number(found.least)}, {_number(found.most)}] "
            f"| {reach} | {_verdict(reach.holds(found.median))} |"
        )


def _growth(tables: list[dict]) -> Iterator[str]:
    yield ""
    yield "## How the cost grows, one thread"
    yield ""
    yield "A slope of 1 in the logarithms is a cost in proportion; at small sizes the call itself"
    yield "costs more than the work, which lowers the slope."
    for table in tables:
        yield ""
        yield f"{table['function']} along {table['axis']}: slope {table['slope']:.2f}"
        yield ""
        yield "| " + " | ".join(f"{size:,}" for size in table["sizes"]) + " |"
        yield "|" + "---|" * len(table["sizes"])
        yield "| " + " | ".join(_time(seconds) for seconds in table["seconds"]) + " |"


def _gpu(part: dict) -> Iterator[str]:
    if "device" not in part:
        yield ""
        yield "## GPU"
        yield ""
        yield "PyTorch found no NVIDIA GPU: nothing was measured there."
        return
    yield from _tasks(f"GPU: {part['device']}", part["tasks"])
    yield ""
    waits = part["waits"]
    yield (f"`sample` makes the host wait: {waits}" if waits else "`sample` makes no host wait.")


def _number(value: float) -> str:
    """Three significant digits, or all the digits before the point."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _time(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{_number(seconds / size)} {unit}"
    return f"{_number(seconds / 1e-6)} µs"


def _error(value: float | None) -> str:
    return "" if value is None else f"{value:.1e}"
