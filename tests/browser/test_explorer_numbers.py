"""The explorer's numbers, computed by Chromium, are those of tempkit to 1e-9."""

from __future__ import annotations

import base64
import itertools
import math
from functools import partial

import pytest
import torch

from tempkit import entropy, pitfalls, softmax
from tempkit.explorer import assets
from tempkit.explorer.settings import ORDERS, Settings
from tempkit.filters import compose, min_p, temper, top_k, top_p
from tempkit.plots.arguments import geometric

pytestmark = [pytest.mark.browser, pytest.mark.slow]

INF = math.inf
TEMPERATURES = (0, 0.05, 0.3, 1, 1.7, 10, INF)
FILTERS = (
    {},
    {"top_k": 1},
    {"top_k": 3},
    {"top_p": 0.6},
    {"top_p": 0.0},
    {"min_p": 0.2},
    {"min_p": 1.0},
    {"top_k": 7, "top_p": 0.9, "min_p": 0.05},
)


def rows() -> dict[str, torch.Tensor]:
    """Random logits with ties and impossible tokens, and rows that are hard in other ways."""
    generator = torch.Generator().manual_seed(5)
    normal = torch.randn(40, generator=generator, dtype=torch.float64) * 2
    tied = normal.round()
    tied[::5] = -INF
    return {
        "random": normal,
        "ties and impossible tokens": tied,
        "all alike": torch.zeros(10, dtype=torch.float64),
        "a single token": torch.tensor([3.0], dtype=torch.float64),
        "one that is possible": torch.tensor([-INF, 1.0, -INF], dtype=torch.float64),
        "beyond exp": torch.tensor([1000.0, 999.0, 0.0, -1000.0], dtype=torch.float64),
        "further apart than the largest float": torch.tensor(
            [1e308, -1e308, 1e308], dtype=torch.float64
        ),
        "a vocabulary": torch.randn(50257, generator=generator, dtype=torch.float64) * 3,
    }


ROWS = rows()


@pytest.fixture(scope="module")
def page(chromium):
    """An empty page which has the explorer's module as ``explorer``."""
    page = chromium.new_page()
    source = base64.b64encode(assets.module().encode()).decode()
    page.evaluate(
        "async (url) => { window.explorer = await import(url); }",
        f"data:text/javascript;base64,{source}",
    )
    yield page
    page.close()


def computed(page, logits: torch.Tensor, settings: list[Settings]) -> list[dict | None]:
    """What the module makes of one row under many settings, all in float64."""
    asked = [{**vars(s), "temperature": str(s.temperature)} for s in settings]
    answers = page.evaluate(
        """([logits, all]) => {
            const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
            const text = (bytes) => bytes.reduce((s, b) => s + String.fromCharCode(b), "");
            const row = explorer.ranked(new Float64Array(bytes(logits)));
            return all.map(({ temperature, ...others }) => {
                const T = temperature === "inf" ? Infinity : +temperature;
                const now = { ...others, temperature: T };
                const made = explorer.distribution(row, now);
                if (!made) return null;
                const plain = explorer.distribution(row, { ...now, form: "inside" });
                const distance = explorer.totalVariation(made, plain);
                const p = btoa(text(new Uint8Array(made.p.buffer)));
                return { ...made, order: null, p, distance };
            });
        }""",
        [base64.b64encode(logits.numpy().tobytes()).decode(), asked],
    )
    for answer in filter(None, answers):
        raw = bytearray(base64.b64decode(answer["p"]))
        answer["p"] = torch.frombuffer(raw, dtype=torch.float64)
    return answers


def by_composition(logits: torch.Tensor, settings: Settings) -> torch.Tensor:
    """The definition in tempkit's own words: filters and temperature composed in their order."""
    steps = [
        partial(top_k, k=settings.top_k or len(logits)),
        partial(top_p, p=settings.top_p),
        partial(min_p, p=settings.min_p),
    ]
    if settings.order == "filter-first":
        return softmax(compose(*steps)(logits), settings.temperature)
    return softmax(compose(partial(temper, temperature=settings.temperature), *steps)(logits))


def same(found: torch.Tensor, expected: torch.Tensor, settings: Settings) -> None:
    torch.testing.assert_close(
        found, expected, rtol=1e-9, atol=1e-9, msg=lambda text: f"{settings}: {text}"
    )


@pytest.mark.parametrize("name", ROWS)
def test_probabilities_are_those_of_the_filters_composed(page, name):
    settings = [
        Settings(temperature=t, order=order, **filters)
        for t, order, filters in itertools.product(TEMPERATURES, ORDERS, FILTERS)
    ]
    if name == "a vocabulary":
        settings = settings[::5]
    for setting, answer in zip(settings, computed(page, ROWS[name], settings), strict=True):
        same(answer["p"], by_composition(ROWS[name], setting), setting)


@pytest.mark.parametrize("name", ROWS)
def test_entropy_is_that_of_tempkit(page, name):
    settings = [Settings(temperature=t) for t in (0, *geometric(0.01, 10, 25), INF)]
    answers = computed(page, ROWS[name], settings)
    expected = [entropy(ROWS[name], s.temperature).item() for s in settings]
    assert [a["entropy"] for a in answers] == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("order", ORDERS)
def test_kept_mass_is_that_of_the_distribution_the_filters_saw(page, order):
    logits = ROWS["random"]
    settings = [Settings(temperature=2.0, order=order, **filters) for filters in FILTERS]
    seen = softmax(logits, 2.0 if order == "temperature-first" else 1.0)
    for setting, answer in zip(settings, computed(page, logits, settings), strict=True):
        kept = by_composition(logits, setting) > 0
        assert answer["mass"] == pytest.approx(seen[kept].sum().item(), rel=1e-9)
        assert answer["kept"] == kept.sum()


@pytest.mark.parametrize("name", ["random", "ties and impossible tokens", "a vocabulary"])
@pytest.mark.parametrize("temperature", [0.4, 1.0, 2.5])
def test_every_form_computes_what_its_line_of_code_does(page, name, temperature):
    settings = [Settings(temperature=temperature, form=form.id) for form in pitfalls.FORMS]
    table = pitfalls.compare(ROWS[name], temperature).set_index("form")
    for setting, answer in zip(settings, computed(page, ROWS[name], settings), strict=True):
        expected = table.loc[setting.form]
        if math.isnan(expected["entropy"]):
            assert answer is None
            continue
        found = [answer["sum"], answer["entropy"], answer["distance"]]
        wanted = [expected[key] for key in ("sum", "entropy", "total_variation")]
        assert found == pytest.approx(wanted, rel=1e-9, abs=1e-9), setting.form


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("name", ["random", "ties and impossible tokens", "a vocabulary"])
def test_every_form_goes_through_every_filter(page, name, order):
    settings = [
        Settings(temperature=t, order=order, form=form.id, **filters)
        for t, form, filters in itertools.product((0.5, 3.0), pitfalls.FORMS, FILTERS)
    ]
    if name == "a vocabulary":
        settings = settings[::7]
    for setting, answer in zip(settings, computed(page, ROWS[name], settings), strict=True):
        try:
            expected = setting.probabilities(ROWS[name])
        except ValueError:
            assert answer is None
            continue
        same(answer["p"], expected, setting)


@pytest.mark.parametrize("temperature", [0.0, INF])
def test_a_form_that_divides_by_the_temperature_has_no_value_at_the_ends(page, temperature):
    settings = [Settings(temperature=temperature, form="divided")]
    assert computed(page, ROWS["random"], settings) == [None]


def test_logits_that_division_makes_equal_are_kept_by_their_index(page):
    """At infinity all possible tokens tie: top-k keeps the first of the vocabulary."""
    logits = torch.tensor([0.0, 3.0, 1.0, 2.0], dtype=torch.float64)
    settings = Settings(temperature=INF, top_k=2)
    (answer,) = computed(page, logits, [settings])
    assert answer["p"].tolist() == by_composition(logits, settings).tolist() == [0.5, 0.5, 0, 0]


def drawn(page, p: list[float], draws: int) -> list[float]:
    """Counts from a fixed sequence of uniforms, spread evenly over [0, 1)."""
    return page.evaluate(
        """([p, draws]) => {
            const counts = new Float64Array(p.length);
            let n = 0;
            explorer.draw(Float64Array.from(p), draws, counts, () => n++ / draws);
            return [...counts];
        }""",
        [p, draws],
    )


def test_uniforms_spread_evenly_give_each_token_its_expected_count(page):
    assert drawn(page, [0.5, 0.25, 0.125, 0.125], 1000) == [500, 250, 125, 125]


def test_a_token_of_probability_zero_is_never_drawn(page):
    """Neither by the uniform 0, nor by the one next to 1."""
    assert drawn(page, [0.0, 0.5, 0.0, 0.5, 0.0], 4) == [0, 2, 0, 2, 0]
