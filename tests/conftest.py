"""What holds for every test: how examples are found, and that a skip has to be allowed.

Hypothesis takes the same examples in every run, so that a run fails for what has changed and not by
luck, and as long as they need: the machine may be busy, and time is measured by the benchmarks.

Under TEMPKIT_NO_SKIPS, as in .ci/run, a skipped test is a failure. A skip is a promise that the
test runs somewhere. On the machine that installs everything a test may need, nothing is left to
excuse one.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import TypeVar

import pytest
from hypothesis import settings

from tempkit import _compiled

settings.register_profile("tempkit", deadline=None, derandomize=True)
settings.load_profile("tempkit")


@pytest.fixture(scope="module", params=["compiled", "torch"])
def _innermost_loops(request: pytest.FixtureRequest) -> Generator[None]:
    """Both ways that a long row may take: Numba's loops and torch's calls."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "torch":
            patch.setattr(_compiled, "kernels", lambda: None)
        else:
            pytest.importorskip("numba", reason="without Numba there are no compiled loops")
        yield


R = TypeVar("R", pytest.TestReport, pytest.CollectReport)
_MESSAGE = "skipped where TEMPKIT_NO_SKIPS forbids it: "


def _as_failure(report: R) -> R:
    if os.environ.get("TEMPKIT_NO_SKIPS") and report.skipped and not hasattr(report, "wasxfail"):
        _, _, reason = report.longrepr
        report.outcome, report.longrepr = "failed", _MESSAGE + reason
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skip inside a test or by a marker."""
    return _as_failure((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A skip of a whole module."""
    return _as_failure((yield))
