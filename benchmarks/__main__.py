"""``python -m benchmarks``: measure everything, print it, write RESULTS.md.

    python -m benchmarks                       all of it, in about ten minutes
    python -m benchmarks --quick               small sizes: whether it runs, not how fast
    python -m benchmarks --only next-token-1x50257 --only calibration-error

Only a whole run at full size replaces benchmarks/RESULTS.md; --results writes any run elsewhere.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks import machine, report
from benchmarks.catalogue import TASKS
from benchmarks.processes import busy_loop, work

RESULTS = Path(__file__).with_name("RESULTS.md")


def main() -> int:
    """Do what the command line asks for; 1 if tempkit itself failed at a task."""
    parser = argparse.ArgumentParser(
        prog="benchmarks", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="small sizes")
    parser.add_argument("--only", action="append", choices=list(TASKS), metavar="NAME")
    parser.add_argument("--results", type=Path, metavar="FILE", help="write the report there")
    options = parser.parse_args()
    names = options.only or list(TASKS)
    found = {
        "machine": machine.description(),
        "quick": options.quick,
        "one": work("compare", 1, *names, quick=options.quick),
        "two": work("compare", 2, *names, quick=options.quick),
    }
    with busy_loop():
        found["loaded"] = work("ours", 2, *names, quick=options.quick)
    if not options.only:
        found |= {part: work(part, 1, quick=options.quick) for part in ("growth", "gpu")}
    text = report.markdown(found)
    print(text)
    if options.results or not (options.only or options.quick):
        (options.results or RESULTS).write_text(text, "utf-8")
    return int(report.tempkit_failed(found))


if __name__ == "__main__":
    sys.exit(main())
