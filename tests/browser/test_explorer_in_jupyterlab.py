"""The explorer in JupyterLab: browser and kernel in step, in either direction."""

from __future__ import annotations

import re
import shutil

import nbformat
import pytest
from lab_server import CHAPTER, SECONDS, code_cell, jupyterlab, run

from tempkit.course.chapters import root

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MADE = """\
import math, torch, tempkit
logits = torch.tensor([2.0, 1.0, 0.5, 0.2, 0.1])
explorer = tempkit.Explorer(logits, ["mat", "sofa", "floor", "roof", "moon"])
explorer"""
READ = "print(explorer.settings, explorer.probabilities.tolist())"


def notebook(*cells: str):
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    made.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return made


SET = {
    "temperature": "explorer.temperature = math.inf",
    "filter": "explorer.top_k, explorer.order = 2, 'filter-first'",
    "form": "explorer.temperature, explorer.form = 2.0, 'double-softmax'",
    "language": "explorer.lang = 'es'",
}


@pytest.fixture(scope="module")
def page(chromium, tmp_path_factory):
    """A notebook of one explorer, one cell that prints its state, and some that change it."""
    course = tmp_path_factory.mktemp("course")
    for folder in ("theory", "labs"):
        shutil.copytree(root() / folder, course / folder)
    lab = course / "work" / "en" / f"{CHAPTER.name}.ipynb"
    lab.parent.mkdir(parents=True)
    nbformat.write(notebook(MADE, READ, *SET.values()), lab)
    page = chromium.new_page(viewport={"width": 1600, "height": 1400})
    page.set_default_timeout(60 * SECONDS)
    with jupyterlab("en", course) as address:
        page.goto(address)
        run(page, code_cell(page, "tempkit.Explorer"))
        page.locator(".tempkit-explorer").wait_for()
        yield page
        page.close()


@pytest.fixture
def explorer(page):
    """The widget as it is shown first."""
    run(page, code_cell(page, "tempkit.Explorer"))
    explorer = page.locator(".tempkit-explorer")
    explorer.wait_for()
    return explorer


def kernel(page) -> str:
    """What the kernel says of the explorer."""
    return run(page, code_cell(page, "explorer.settings"))


def probabilities(explorer) -> list[float]:
    """Those in the table, in full."""
    cells = explorer.locator("tbody .tk-p").all()
    return [float(cell.get_attribute("title")) for cell in cells]


def shown(explorer, text: str) -> None:
    """Wait until the temperature's entry says so."""
    explorer.page.wait_for_function(
        "text => document.querySelector('.tk-temperature input').value === text", arg=text
    )


def test_the_widget_is_shown_and_not_its_stand_in(explorer):
    assert explorer.locator("tbody th").all_inner_texts() == [
        "mat",
        "sofa",
        "floor",
        "roof",
        "moon",
    ]
    output = explorer.page.locator(".jp-OutputArea-output").first
    assert output.locator("img").count() == 0


def test_arrows_move_the_temperature_and_not_the_notebook(explorer, page):
    slider = explorer.locator(".tk-temperature input[type=range]")
    slider.focus()
    active = page.locator(".jp-Cell.jp-mod-active").get_attribute("data-windowed-list-index")
    for key in ("ArrowRight", "ArrowUp", "ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
    shown(explorer, "1.05")
    assert page.evaluate("document.activeElement.type") == "range"
    now = page.locator(".jp-Cell.jp-mod-active").get_attribute("data-windowed-list-index")
    assert now == active


def test_letters_and_enter_in_an_entry_are_no_commands_of_the_notebook(explorer, page):
    cells = page.locator(".jp-Notebook .jp-Cell").count()
    explorer.locator(".tk-temperature input").first.focus()
    for key in ("a", "b", "d", "d", "x", "Enter"):
        page.keyboard.press(key)
    assert page.locator(".jp-Notebook .jp-Cell").count() == cells


def test_what_is_moved_in_the_browser_is_moved_in_the_kernel(explorer, page):
    explorer.locator(".tk-temperature input[type=range]").focus()
    page.keyboard.press("End")
    explorer.get_by_label("top-p").first.fill("0.5")
    page.keyboard.press("Enter")
    explorer.get_by_label("filter first").check()
    page.wait_for_timeout(SECONDS)
    said = kernel(page)
    assert "temperature=10.0, top_k=None, top_p=0.5, min_p=0.0, order='filter-first'" in said


def test_infinity_reaches_the_kernel(explorer, page):
    explorer.locator(".tk-temperature input").first.fill("inf")
    page.keyboard.press("Enter")
    page.wait_for_timeout(SECONDS)
    assert "temperature=inf" in kernel(page)


@pytest.mark.parametrize(
    ("what", "temperature"), [("temperature", "∞"), ("filter", "1"), ("form", "2")]
)
def test_what_the_kernel_sets_is_shown_with_the_kernels_numbers(explorer, page, what, temperature):
    run(page, code_cell(page, SET[what]))
    shown(explorer, temperature)
    column = "second" if what == "form" else "p"
    cells = explorer.locator(f"tbody .tk-{column}").all()
    found = [float(cell.get_attribute("title")) for cell in cells]
    expected = [float(number) for number in re.findall(r"[\d.e-]+", kernel(page).split("[")[-1])]
    assert found == pytest.approx(expected, abs=1e-9)


def test_the_kernel_chooses_the_language(explorer, page):
    run(page, code_cell(page, SET["language"]))
    explorer.get_by_text("Temperatura T").wait_for()
    assert explorer.get_attribute("lang") == "es"


def test_the_button_changes_the_language_in_the_kernel_too(explorer, page):
    explorer.get_by_role("button", name="Español").click()
    explorer.get_by_text("Temperatura T").wait_for()
    page.wait_for_timeout(SECONDS)
    explorer.get_by_role("button", name="English").click()
    explorer.get_by_text("Temperature T").wait_for()


def test_dark_and_light_follow_jupyterlab(explorer, page):
    def colour() -> str:
        return explorer.evaluate("root => getComputedStyle(root).color")

    before = colour()
    page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    after = colour()
    page.evaluate("document.body.dataset.jpThemeLight = 'true'")
    assert (before, after) == ("rgb(26, 26, 26)", "rgb(236, 236, 236)")


def test_two_views_of_one_explorer_move_together(explorer, page):
    code_cell(page, SET["language"]).locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text("explorer  # es")
    run(page, code_cell(page, "explorer  # es"))
    views = page.locator(".tempkit-explorer")
    views.nth(1).wait_for()
    views.nth(1).locator(".tk-temperature input[type=range]").focus()
    page.keyboard.press("Home")
    shown(views.nth(0), "0")
