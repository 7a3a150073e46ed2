"""The page without Python, opened from the disk without a network.

With ``TEMPKIT_SCREENSHOTS=1`` the pictures in the READMEs are taken anew.
"""

from __future__ import annotations

import os

import pytest
import torch
from playwright.sync_api import expect

from tempkit import softmax
from tempkit.course.chapters import root
from tempkit.explorer import assets
from tempkit.explorer.page import PATH
from tempkit.language import LANGUAGES
from tempkit.pitfalls import FORMS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ADDRESS = (root() / PATH).as_uri()
WORDS = torch.tensor([2, 1, 0.5, 0.2, 0.1], dtype=torch.float64)


@pytest.fixture
def opened(chromium):
    """A function that opens the page, in English by default, and forgives no error in it."""
    contexts, errors = [], []

    def open_page(fragment: str = "#en", **options):
        context = chromium.new_context(viewport={"width": 1280, "height": 800}, **options)
        contexts.append(context)
        context.set_offline(True)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text))
        page.on("request", lambda request: errors.extend({request.url} - {ADDRESS + fragment}))
        page.goto(ADDRESS + fragment)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [error for error in errors if not error.startswith(ADDRESS)] == []


@pytest.fixture
def page(opened):
    return opened()


def temperature(page, lang: str = "en"):
    return page.get_by_label(assets.say("temperature", lang)).first


def slider(page):
    return page.locator(".tk-temperature input[type=range]")


def column(page, name: str) -> list[float]:
    """Exact numbers of a column of the table."""
    return [float(c.get_attribute("title")) for c in page.locator(f"tbody .tk-{name}").all()]


def counts(page) -> list[int]:
    return [int(text) for text in page.locator("tbody .tk-drawn").all_inner_texts()]


def choose(page, text: str) -> None:
    temperature(page).fill(text)
    page.keyboard.press("Enter")


@pytest.mark.parametrize(
    ("typed", "value"),
    [("0", 0.0), ("0.7", 0.7), ("0,7", 0.7), ("2.5", 2.5), ("inf", float("inf"))],
)
def test_a_temperature_may_be_typed(page, typed, value):
    choose(page, typed)
    expect(temperature(page)).to_have_value(
        "∞" if typed == "inf" else str(value).removesuffix(".0")
    )
    assert column(page, "p") == pytest.approx(softmax(WORDS, value).tolist(), abs=1e-9)


@pytest.mark.parametrize(("place", "value"), [(0.0, "0"), (2 / 3, "1"), (1.0, "10")])
def test_the_slider_reaches_both_ends_and_one(page, place, value):
    box = slider(page).bounding_box()
    slider(page).click(position={"x": 8 + place * (box["width"] - 16), "y": box["height"] / 2})
    expect(temperature(page)).to_have_value(value)


def test_dragging_the_slider_moves_the_bars(page):
    box = slider(page).bounding_box()
    width = "document.querySelector('.tk-main').getBoundingClientRect().width"
    before = page.evaluate(width)
    page.mouse.move(box["x"] + 8 + 2 / 3 * (box["width"] - 16), box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 8, box["y"] + box["height"] / 2, steps=8)
    page.mouse.up()
    expect(temperature(page)).to_have_value("0")
    assert before < 0.6 * page.evaluate(width)


def test_what_is_no_temperature_is_refused_in_words(page):
    choose(page, "-1")
    said = temperature(page).evaluate("entry => entry.validationMessage")
    assert said == assets.say("not-a-temperature", "en")
    assert column(page, "p") == pytest.approx(softmax(WORDS, 1.0).tolist(), abs=1e-9)


@pytest.mark.parametrize("draws", [1, 100, 1000])
def test_a_button_draws_so_many_times(page, draws):
    page.get_by_role("button", name=str(draws), exact=True).click()
    assert sum(counts(page)) == draws


def test_draws_add_up_until_something_is_moved(page):
    button = page.get_by_role("button", name="100", exact=True)
    button.click()
    button.click()
    assert sum(counts(page)) == 200
    choose(page, "2")
    expect(page.locator("tbody .tk-drawn").first).to_be_hidden()


def test_draws_follow_the_expectation(page):
    """20,000 draws; a token is off by 5 standard errors once in 300,000 runs."""
    button = page.get_by_role("button", name="1000")
    for _ in range(20):
        button.click()
    p = softmax(WORDS, 1.0)
    error = (20_000 * p * (1 - p)).sqrt()
    assert ((torch.tensor(counts(page)) - 20_000 * p).abs() < 5 * error).all()


def test_what_a_filter_removes_is_never_drawn(page):
    page.get_by_label("top-k").first.fill("2")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="1000").click()
    assert counts(page)[2:] == [0, 0, 0]


def test_the_order_of_filter_and_temperature_matters(page):
    choose(page, "2")
    page.get_by_label("top-p").first.fill("0.6")
    page.keyboard.press("Enter")
    expect(page.locator("dd.tk-kept")).to_contain_text("3 of 5")
    page.get_by_label("filter first").check()
    expect(page.locator("dd.tk-kept")).to_contain_text("2 of 5")


def test_a_form_stands_beside_the_definition(page):
    choose(page, "2")
    page.get_by_label("Which form").select_option("divided")
    p = softmax(WORDS, 1.0)
    expect(page.locator(".tk-verdict")).to_contain_text("the weights sum to 0.5")
    assert column(page, "p") == pytest.approx(softmax(WORDS, 2.0).tolist(), abs=1e-9)
    assert column(page, "second") == pytest.approx(p.tolist(), abs=1e-9)


def test_a_form_that_leaves_nothing_says_so(page):
    page.get_by_label("Which form").select_option("rejection")
    expect(page.locator(".tk-verdict")).to_have_text(assets.say("nothing", "en"))
    expect(page.get_by_role("button", name="1000")).to_be_disabled()


def test_a_large_vocabulary_shows_twenty_and_the_rest(page):
    page.get_by_label("Logits of").select_option("vocabulary")
    logits = -1.1 * (torch.arange(50257, dtype=torch.float64) + 2.7).log()
    choose(page, "0.8")
    expect(temperature(page)).to_have_value("0.8")
    expected = softmax(logits, 0.8)
    found = column(page, "p")
    assert found[:20] == pytest.approx(expected[:20].tolist(), abs=1e-9)
    assert found[20:] == [pytest.approx(expected[20:].sum().item(), abs=1e-9)]
    expect(page.locator("tbody th").last).to_have_text("50237 others")


def test_the_language_is_switched_and_everything_follows(page):
    page.get_by_role("button", name="Español").click()
    expect(page.get_by_role("heading")).to_have_text(assets.say("page.heading", "es"))
    expect(page.locator("tbody th").first).to_have_text("alfombra")
    expect(page.get_by_role("button", name="English")).to_be_focused()
    assert page.evaluate("document.documentElement.lang") == "es"


def test_a_reader_whose_browser_speaks_spanish_is_greeted_in_spanish(opened):
    page = opened("", locale="es-MX")
    expect(page.get_by_role("heading")).to_have_text(assets.say("page.heading", "es"))


def test_the_keyboard_reaches_and_moves_everything(page):
    """Tab by tab: each control is named, in the order in which it stands, and answers to keys."""
    reached = []
    for _ in range(20):
        page.keyboard.press("Tab")
        name = page.evaluate(
            """() => { const e = document.activeElement; const label = e.labels?.[0] ?? e;
                return e.getAttribute("aria-label") || label.textContent; }"""
        )
        if name.startswith("Which form"):
            page.keyboard.press("ArrowDown")
        if name == "temperature first":
            page.keyboard.press("ArrowRight")
        if name == "top-k" and page.evaluate("document.activeElement.type") == "range":
            page.keyboard.press("Home")
        if name == "1000":
            page.keyboard.press("Space")
            assert sum(counts(page)) == 1000
        reached.append(name)
    order = [
        "Logits of",
        "Temperature T",
        "Español",
        "1",
        "100",
        "1000",
        "Which form: where T goes",
        "top-k",
    ]
    assert [reached.index(name) for name in order] == sorted(reached.index(name) for name in order)
    expect(page.get_by_label("filter first")).to_be_checked()
    expect(page.get_by_label("top-k").first).to_have_value("1")
    expect(page.get_by_label("Which form")).to_have_value("power")


@pytest.mark.parametrize(
    ("key", "value"), [("ArrowRight", "1.02"), ("ArrowLeft", "0.977"), ("Home", "0"), ("End", "10")]
)
def test_keys_move_the_temperature(page, key, value):
    slider(page).focus()
    page.keyboard.press(key)
    expect(temperature(page)).to_have_value(value)
    expect(slider(page)).to_have_attribute("aria-valuetext", value)


def test_a_screen_reader_is_told_where_things_came_to_rest(page):
    choose(page, "0")
    expected = "T = 0: entropy 0 nats, perplexity 1; most probable: mat, 1.0000."
    expect(page.get_by_role("status")).to_have_text(expected)


def test_a_reader_may_bring_logits(page):
    page.get_by_text("Try your own logits").click()
    page.get_by_label("One a line").fill("yes 1\nno 1\nnever -inf")
    page.get_by_role("button", name="Show them").click()
    expect(page.locator("tbody th")).to_have_text(["yes", "no", "never"])
    assert column(page, "p") == [0.5, 0.5, 0]


def test_a_line_without_a_logit_is_named(page):
    page.get_by_text("Try your own logits").click()
    page.get_by_label("One a line").fill("yes 1\nno")
    page.get_by_role("button", name="Show them").click()
    expect(page.get_by_role("alert")).to_contain_text("“no”")


@pytest.mark.parametrize("example", ["words", "verbs", "vocabulary"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_wider_than_a_phone(opened, lang, example):
    page = opened(f"#{lang}")
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator("#example").select_option(example)
    page.locator(".tk-top_p input").first.fill("0.7")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="1000").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("form", [form.id for form in FORMS])
def test_no_form_is_wider_than_a_phone(page, form):
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator(".tk-form select").select_option(form)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("contrast", ["no-preference", "more"])
def test_text_stands_out_from_its_ground(opened, scheme, contrast):
    """Contrast of at least 4.5 to 1 for letters, 3 to 1 for bars (WCAG 2.2, level AA)."""
    page = opened(color_scheme=scheme, contrast=contrast)
    page.get_by_label("Which form").select_option("power")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    quiet = page.locator("thead .tk-p")
    letters = [page.locator("tbody th").first, quiet, page.locator("summary")]
    for each in letters:
        assert contrast_ratio(ground, each.evaluate("e => getComputedStyle(e).color")) >= 4.5
    track = page.locator("tbody .tk-bar > span").first
    for bar in ("main", "other"):
        colour = page.locator(f".tk-{bar}").first.evaluate(
            "e => getComputedStyle(e).backgroundColor"
        )
        beneath = track.evaluate("e => getComputedStyle(e).backgroundColor")
        assert contrast_ratio(colour, beneath) >= 3


def contrast_ratio(one: str, other: str) -> float:
    """Of two colours as a browser computes them, ``rgb(26, 26, 26)``."""

    def luminance(colour: str) -> float:
        channels = [int(c) / 255 for c in colour.strip("rgb()").split(",")[:3]]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def test_bars_can_be_told_from_their_ground_in_forced_colours(opened):
    page = opened(forced_colors="active")
    bar = page.locator(".tk-main").first
    track = page.locator("tbody .tk-bar > span").first
    colours = [e.evaluate("e => getComputedStyle(e).backgroundColor") for e in (bar, track)]
    assert colours[0] != colours[1]


def test_nothing_moves_by_itself(page):
    """There is no animation and no transition, so there is none to reduce."""
    moving = "(e) => [getComputedStyle(e).animationName, getComputedStyle(e).transitionDuration]"
    found = page.evaluate(f"[...document.querySelectorAll('*')].map({moving})")
    assert {tuple(each) for each in found} == {("none", "0s")}


def test_without_scripts_a_table_remains(opened):
    page = opened(java_script_enabled=False)
    expect(page.locator("table[lang=en] tbody tr").first).to_contain_text("mat")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_first_view_shows_what_to_move_and_what_it_moves(opened, lang):
    page = opened(f"#{lang}", device_scale_factor=1.5)
    page.set_viewport_size({"width": 1040, "height": 740})
    temperature(page, lang).fill("0.7")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="100", exact=True).click()
    for each in (
        slider(page),
        page.locator("tbody tr").last,
        page.locator(".tempkit-explorer svg"),
    ):
        expect(each).to_be_in_viewport(ratio=1)
    if os.environ.get("TEMPKIT_SCREENSHOTS"):
        page.screenshot(path=root() / "docs" / "images" / f"explorer-{lang}.png")
