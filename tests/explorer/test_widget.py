"""The explorer on the kernel's side: what it accepts, what it says, what stands in its place."""

from __future__ import annotations

import importlib
import math
import re
import subprocess
import sys

import pytest
import torch

import tempkit
from tempkit import language, pitfalls
from tempkit.explorer import assets, widget
from tempkit.explorer.settings import Settings
from tempkit.filters import top_p

LOGITS = torch.tensor([2.0, 1.0, 0.5, 0.2, 0.1])
LABELS = ["mat", "sofa", "floor", "roof", "moon"]


def explorer(**settings):
    return tempkit.Explorer(LOGITS, LABELS, **settings)


def test_numbers_will_do_for_logits():
    assert tempkit.Explorer([2, 1, -math.inf]).logits.tolist() == [2, 1, -math.inf]


def test_logits_reach_the_browser_in_float64():
    assert explorer().logits.tolist() == LOGITS.double().tolist()
    assert len(explorer()._logits) == 8 * len(LOGITS)


def test_probabilities_are_those_of_tempkit_at_what_is_set():
    shown = explorer(temperature=2.0, top_p=0.6, order="filter-first")
    expected = tempkit.softmax(top_p(LOGITS.double(), 0.6), 2.0)
    assert shown.probabilities.tolist() == expected.tolist()


@pytest.mark.parametrize("form", pitfalls.FORMS, ids=lambda form: form.id)
def test_probabilities_of_a_form_are_its_weights_renormalised(form):
    weights = form.apply(LOGITS.double(), 0.5)
    shown = explorer(temperature=0.5, form=form.id)
    torch.testing.assert_close(shown.probabilities, weights / weights.sum())


def test_a_form_without_weights_has_no_probabilities():
    with pytest.raises(ValueError, match="leaves nothing to draw from at T = 2"):
        _ = explorer(temperature=2.0, form="rejection").probabilities


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"temperature": -1.0}, "at least 0, not -1"),
        ({"temperature": math.nan}, "at least 0, not nan"),
        ({"top_k": 0}, "at least 1, not 0"),
        ({"top_p": 1.5}, "between 0 and 1, not 1.5"),
        ({"min_p": -0.5}, "between 0 and 1, not -0.5"),
        ({"order": "both"}, "no order 'both': choose one of temperature-first, filter-first"),
        ({"form": "outside"}, "no form 'outside': choose one of inside"),
        ({"lang": "fr"}, "no language 'fr'"),
    ],
)
def test_a_setting_that_is_none_is_refused_by_name(settings, message):
    with pytest.raises(ValueError, match=message):
        explorer(**settings)
    shown = explorer()
    ((name, value),) = settings.items()
    before = getattr(shown, name)
    with pytest.raises(ValueError, match=message):
        setattr(shown, name, value)
    assert getattr(shown, name) == before


def test_a_setting_that_does_not_exist_is_refused_by_name():
    with pytest.raises(TypeError, match="no setting 'temperatur': there are temperature, top_k"):
        explorer(temperatur=2.0)


@pytest.mark.parametrize(
    ("logits", "labels", "message"),
    [
        (torch.zeros(2, 3), None, r"shape \[V\], not \[2, 3\]"),
        (torch.zeros(3), ["a", "b"], "2 labels for 3 logits"),
        (torch.tensor([0.0, math.nan]), None, "a logit of nan"),
        (torch.full((2,), -math.inf), None, "no finite logit"),
    ],
)
def test_what_is_no_distribution_is_refused(logits, labels, message):
    with pytest.raises(ValueError, match=message):
        tempkit.Explorer(logits, labels)


def test_it_speaks_the_language_of_the_session():
    language.use("es")
    try:
        assert explorer().lang == "es"
    finally:
        language.use("en")


def test_infinity_travels_as_a_word():
    assert explorer(temperature=math.inf).get_state()["temperature"] == "inf"


def test_what_the_browser_sends_sets_the_kernel():
    shown = explorer()
    shown.set_state({"temperature": "inf", "top_k": 3, "min_p": 1, "form": "twice"})
    assert shown.settings == Settings(math.inf, 3, 1.0, 1.0, form="twice")


def test_a_change_is_heard():
    heard = []
    shown = explorer()
    shown.observe(lambda change: heard.append(change.new), "temperature")
    shown.temperature = 0.5
    assert heard == [0.5]


@pytest.fixture
def still():
    data, _ = explorer(top_p=0.9)._repr_mimebundle_()
    return data


def test_table_and_picture_stand_in_where_there_are_no_widgets(still):
    alt = re.search('<img alt="([^"]+)"', still["text/html"])
    assert still["image/png"] in still["text/html"]
    assert "“mat”, has 1 at T = 0" in alt[1].replace("&quot;", '"')
    assert still["text/plain"] == alt[1]


def test_the_table_holds_the_limits_and_the_filters(still):
    cells = re.findall(r"<tr><th>(\w+)</th>(.+?)</tr>", still["text/html"])
    rows = {name: re.findall("<td>(.+?)</td>", line) for name, line in cells}
    assert rows["mat"] == ["1", "0.881", "0.569", "0.348", "0.200"]
    assert rows["moon"] == ["0", "0", "0", "0.135", "0.200"]
    assert "(top-p 0.9; temperature first)" in still["text/html"]


def test_a_form_gets_a_column_of_its_own():
    data, _ = explorer(temperature=2.0, form="divided")._repr_mimebundle_()
    assert "<th>p / T, T = 2</th>" in data["text/html"]
    assert "<td>0.200</td><td>0.525</td></tr>" in data["text/html"]


def test_the_widget_is_offered_too(still):
    assert still["application/vnd.jupyter.widget-view+json"]["model_id"]


def test_labels_are_no_markup():
    data, _ = tempkit.Explorer([1.0, 0.0], ["<b>", "&"])._repr_mimebundle_()
    assert "<th>&lt;b&gt;</th>" in data["text/html"]


def test_a_large_vocabulary_shows_its_head_and_the_rest():
    data, _ = tempkit.Explorer(-torch.arange(50257.0))._repr_mimebundle_()
    lines = data["text/html"].count("</th><td>")
    assert lines == 10 + len(["others", "entropy"])
    assert "<th>50247 others</th>" in data["text/html"]


def test_without_anywidget_the_stand_in_remains(monkeypatch):
    monkeypatch.setitem(sys.modules, "anywidget", None)
    try:
        bare = importlib.reload(widget)
        shown = bare.Explorer(LOGITS, LABELS, temperature=2.0)
        data, _ = shown._repr_mimebundle_()
        assert set(data) == {"text/html", "image/png", "text/plain"}
        shown.temperature = 0
        assert shown.probabilities.tolist() == [1, 0, 0, 0, 0]
    finally:
        monkeypatch.undo()
        importlib.reload(widget)


def test_naming_it_imports_no_matplotlib_and_import_tempkit_no_widgets():
    program = (
        "import sys, tempkit; before = 'ipywidgets' in sys.modules; tempkit.Explorer;"
        "print(before, 'matplotlib' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.stdout == "False False\n", ran.stderr


def test_both_languages_have_the_same_words():
    said = assets.words()
    assert said["en"].keys() == said["es"].keys()


@pytest.mark.parametrize("form", pitfalls.FORMS, ids=lambda form: form.id)
def test_the_formula_in_english_is_that_of_the_library(form):
    assert assets.words()["en"][f"formula.{form.id}"] == form.formula


def test_the_module_loads_nothing():
    assert not re.search(
        r"^\s*import\b|\bimport\(|https?://(?!www\.w3\.org/2000/svg)", assets.module(), re.M
    )
