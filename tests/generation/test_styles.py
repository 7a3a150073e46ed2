"""tempkit.generation.styles: the same prompt at several temperatures, side by side."""

import pytest
import torch

from tempkit.generation import STYLES, generate, styles

PROMPT = "w4 w9"


def test_four_styles_stand_side_by_side_by_default(toy):
    table = styles(toy, PROMPT, max_new_tokens=5, samples=2)
    assert list(table.columns) == ["conservative", "balanced", "creative", "experimental"]
    assert len(table) == 2


@pytest.mark.parametrize("style", STYLES)
def test_a_style_is_what_generate_writes_at_its_temperature(toy, style):
    written = generate(toy, PROMPT, temperature=STYLES[style], max_new_tokens=5, samples=2, seed=3)
    table = styles(toy, PROMPT, max_new_tokens=5, samples=2, seed=3)
    assert tuple(table[style]) == written.continuations


def test_temperatures_without_a_name_name_themselves(toy):
    table = styles(toy, PROMPT, [0.2, 1, 3.0], max_new_tokens=5)
    assert list(table.columns) == ["T = 0.2", "T = 1", "T = 3"]


def test_other_styles_may_be_named(toy):
    assert list(styles(toy, PROMPT, {"frozen": 0, "hot": 5.0}, max_new_tokens=5)) == [
        "frozen",
        "hot",
    ]


def test_the_same_temperature_gives_the_same_texts(toy):
    """One noise for all columns."""
    table = styles(toy, PROMPT, {"one": 1.0, "other": 1}, max_new_tokens=30)
    assert table["one"].tolist() == table["other"].tolist()


def test_long_texts_are_shown_whole_in_a_notebook_and_in_a_terminal(toy):
    table = styles(toy, PROMPT, [50.0], max_new_tokens=60)
    text = table["T = 50"][0].strip()
    assert len(text) > 100
    assert text in table._repr_html_()
    assert text in repr(table)


def test_a_selection_is_shown_whole_too(toy):
    table = styles(toy, PROMPT, [50.0, 60.0], max_new_tokens=60)
    assert table["T = 60"][0].strip() in table[["T = 60"]]._repr_html_()


def test_one_prompt_is_asked_for(toy):
    with pytest.raises(TypeError, match="styles takes one prompt"):
        styles(toy, [PROMPT, "w7"])
    assert len(styles(toy, torch.tensor([4, 9]), max_new_tokens=3)) == 1


def test_no_temperature_is_an_error(toy):
    with pytest.raises(ValueError, match="no temperature"):
        styles(toy, PROMPT, [])
