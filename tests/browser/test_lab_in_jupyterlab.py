"""A learner's first minutes, in a real browser against the JupyterLab that tempkit starts.

With ``TEMPKIT_SCREENSHOTS=1`` the pictures in the READMEs are taken anew.
"""

from __future__ import annotations

import os
import shutil

import pytest
from lab_server import CHAPTER, SECONDS, code_cell, jupyterlab, plain, run

from tempkit.course import workspace
from tempkit.course.chapters import root
from tempkit.lab.messages import message, section_title

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EXERCISE = "temperature_softmax"

DIVIDED_OUTSIDE = "    return torch.softmax(logits, dim=-1) / temperature"
STABLE = """\
    gaps = logits - logits.amax(dim=-1, keepdim=True)
    weights = torch.exp(gaps / temperature)
    return weights / weights.sum(dim=-1, keepdim=True)"""


@pytest.fixture(params=["en", "es"])
def lang(request):
    return request.param


@pytest.fixture
def page(chromium, lang, tmp_path):
    """The page that ``tempkit lab 00`` opens, with a copy of the course behind it."""
    for folder in ("theory", "labs"):
        shutil.copytree(root() / folder, tmp_path / folder)
    workspace.learner_copy(CHAPTER, lang, course=tmp_path)
    page = chromium.new_page(viewport={"width": 1440, "height": 960})
    page.set_default_timeout(60 * SECONDS)
    with jupyterlab(lang, tmp_path) as address:
        page.goto(address)
        yield page
        dialogs = page.locator("dialog").all_inner_texts()
        page.close()
    assert dialogs == [], "JupyterLab asked something that a learner has no answer to"


def answer(page, body: str) -> None:
    """Keep the head of the exercise's function and type its body anew."""
    cell = code_cell(page, f"def {EXERCISE}(")
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(f"def {EXERCISE}(logits, temperature):\n{body}")
    run(page, cell)


def check_a_wrong_answer(page):
    """Divide outside the softmax, and return the cell of the check and what it says."""
    run(page, code_cell(page, "lab.start("))
    answer(page, DIVIDED_OUTSIDE)
    check = code_cell(page, f'check("{EXERCISE}"')
    return check, run(page, check)


def test_the_note_is_rendered_beside_the_lab(page, lang):
    note, lab = page.locator(".jp-MarkdownViewer"), page.locator(".jp-NotebookPanel")
    assert CHAPTER.titles[lang] in note.locator("h1").inner_text()
    note.locator("mjx-container").first.wait_for()
    left, right = note.bounding_box(), lab.bounding_box()
    assert left["x"] + left["width"] <= right["x"]
    assert min(left["width"], right["width"]) > 400


def test_a_wrong_answer_is_named_and_a_right_one_passes(page, lang):
    check, said = check_a_wrong_answer(page)
    assert plain(message(f"{EXERCISE}.divided", lang)) in said
    if os.environ.get("TEMPKIT_SCREENSHOTS"):
        page.screenshot(path=root() / "docs" / "images" / f"lab-{lang}.png")
    answer(page, STABLE)
    assert plain(message(f"{EXERCISE}.passed", lang)) in run(page, check)


def test_a_cell_run_before_the_kernel_is_chosen_asks_the_learner_nothing(page, lang):
    """JupyterLab shows a notebook, saves a checkpoint, and then reads which kernel it wants."""
    held, saving = [], True
    page.goto("about:blank")
    page.route(
        "**/checkpoints*",
        lambda request: held.append(request) if saving else request.continue_(),
    )
    page.go_back()
    cell = code_cell(page, "lab.start(")
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(2 * SECONDS)
    saving = False
    for request in held:
        request.continue_()
    run(page, cell)


def test_the_link_of_a_check_leads_to_its_section_of_the_note(page, lang):
    from playwright.sync_api import expect

    check, _ = check_a_wrong_answer(page)
    title = section_title(CHAPTER.name, "outside-forms", lang)
    section = page.locator(".jp-MarkdownViewer h2").filter(has_text=title)
    expect(section).not_to_be_in_viewport()
    check.locator(".jp-OutputArea a").first.click()
    expect(section).to_be_in_viewport(timeout=20 * SECONDS)
