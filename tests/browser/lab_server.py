"""The JupyterLab that ``tempkit lab`` starts, and a hand to run its cells with."""

from __future__ import annotations

import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tempkit.course import workspace
from tempkit.course.chapters import CHAPTERS

CHAPTER = CHAPTERS[0]
SECONDS = 1000  # Playwright counts milliseconds.

_TOKEN = "of-this-test"


@contextmanager
def jupyterlab(lang: str, course: Path) -> Iterator[str]:
    """JupyterLab on a port of its own, until the block ends; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    start = workspace.server(CHAPTER, lang, course=course, port=port, browser=False)
    environment = start.environment | {"JUPYTER_TOKEN": _TOKEN}
    with (course / "log.txt").open("w") as log:
        process = subprocess.Popen(start.command, env=environment, stdout=log, stderr=log)
        try:
            until_it_answers(f"http://127.0.0.1:{port}/api", process, course / "log.txt")
            yield f"http://127.0.0.1:{port}{start.page}?token={_TOKEN}"
        finally:
            process.terminate()
            process.wait(30)


def until_it_answers(url: str, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url).close()
            return
        except urllib.error.URLError:
            time.sleep(0.2)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()}")


def code_cell(page, text: str):
    return page.locator(".jp-Notebook .jp-CodeCell").filter(has_text=text).first


def run(page, cell) -> str:
    """Run a cell and return the text of its output, once there is a new execution count."""
    from playwright.sync_api import expect

    prompt = cell.locator(".jp-InputArea-prompt")
    before = prompt.inner_text().strip()
    for _ in range(120):
        cell.locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        page.wait_for_timeout(SECONDS)
        if prompt.inner_text().strip() != before:  # JupyterLab ignores it while a kernel starts.
            break
    expect(prompt).to_have_text(re.compile(r"\[\d+\]"), timeout=60 * SECONDS)
    return plain(cell.locator(".jp-OutputArea").inner_text())


def plain(text: str) -> str:
    return re.sub(r"[\s`]+", " ", text).strip()
