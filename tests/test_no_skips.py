"""The hook of conftest.py that turns a skip into a failure."""

from pathlib import Path

import pytest

pytest_plugins = "pytester"

SKIPPING = {
    "inside": "import pytest\ndef test_it(): pytest.skip('no browser here')",
    "marked": (
        "import pytest\n@pytest.mark.skipif(True, reason='no browser here')\ndef test_it(): pass"
    ),
    "module": (
        "import pytest\npytest.skip('no browser here', allow_module_level=True)\n"
        "def test_it(): pass"
    ),
}


@pytest.fixture
def run(pytester, monkeypatch):
    def with_hook(body, no_skips):
        pytester.makeconftest(Path(__file__).with_name("conftest.py").read_text("utf-8"))
        pytester.makepyfile(body)
        monkeypatch.setenv("TEMPKIT_NO_SKIPS", no_skips)
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        return pytester.runpytest_inprocess("-p", "no:cacheprovider")

    return with_hook


@pytest.mark.parametrize("where", SKIPPING)
def test_a_skip_fails_with_its_reason_where_skips_are_forbidden(run, where):
    result = run(SKIPPING[where], "1")
    assert result.ret != 0
    result.stdout.fnmatch_lines("*skipped where TEMPKIT_NO_SKIPS forbids it*no browser here*")


@pytest.mark.parametrize("where", SKIPPING)
def test_a_skip_passes_elsewhere(run, where):
    run(SKIPPING[where], "").assert_outcomes(skipped=1)


def test_an_expected_failure_is_not_a_skip(run):
    body = "import pytest\n@pytest.mark.xfail\ndef test_it(): assert False"
    run(body, "1").assert_outcomes(xfailed=1)
