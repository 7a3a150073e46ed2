"""tempkit.generation.plain: one page of torch that says what transformers would."""

import subprocess
import sys

import pytest
import torch

from tempkit import language, verbs
from tempkit.generation import generate, speak, styles
from tempkit.generation.plain import PlainModel


@pytest.fixture(scope="module")
def full():
    return verbs.load("main")


@pytest.fixture(scope="module")
def plain():
    return PlainModel(verbs.folder("main"))


@pytest.fixture(scope="module")
def documents(full):
    """Two texts of the same length, in both languages."""
    written = generate(full, ["<en>", "<es>"], max_new_tokens=60, allow_end=False)
    return torch.tensor(written.ids)


def test_its_logits_are_those_of_transformers(full, plain, documents):
    with torch.no_grad():
        expected = full.model(documents).logits
    for length in (1, 2, 17, 60):
        found = plain.logits(documents[:, :length], {})
        torch.testing.assert_close(found, expected[:, length - 1], atol=1e-4, rtol=0)


def test_the_cache_changes_nothing_but_the_time(plain, documents):
    cache = {}
    for length in range(1, 61):
        found = plain.logits(documents[:, length - 1 : length], cache)
        expected = plain.logits(documents[:, :length], {})
        torch.testing.assert_close(found, expected, atol=1e-4, rtol=0)


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("seed", [0, 1])
def test_it_speaks_as_generate_does(full, lang, seed):
    temperatures = [0.0, 0.2, 1, 3.0]
    found = speak(temperatures, lang=lang, max_new_tokens=120, samples=3, seed=seed)
    options = {"max_new_tokens": 120, "samples": 3, "seed": seed}
    expected = styles(full, f"<{lang}>", temperatures, **options)
    assert found.to_numpy().tolist() == expected.T.to_numpy().tolist()


def test_a_line_is_a_temperature_and_a_column_a_text():
    table = speak(samples=2, max_new_tokens=3)
    assert list(table.index) == [0.2, 1.0, 3.0]
    assert list(table.columns) == [1, 2]


@pytest.mark.parametrize("lang", ["en", "es"])
def test_it_speaks_the_language_of_the_session(monkeypatch, lang):
    monkeypatch.setattr(language, "_current", lang)
    assert speak([0.1], max_new_tokens=9).equals(speak([0.1], lang=lang, max_new_tokens=9))


def test_cold_speech_is_grammatical_and_hot_speech_is_not():
    """What the opening of chapter 00 shows."""
    table = speak(max_new_tokens=40)

    def share(text):
        sentences = [part.strip() + "." for part in text.split(".")[:-1]]
        right = [bool(verbs.grammar().parse(f"<en> {sentence}")) for sentence in sentences]
        return sum(right) / len(right)

    cold, warm, hot = (share(text) for text in table[1])
    assert cold == 1.0
    assert warm > 0.7
    assert hot < 0.5


def test_it_does_not_wait_for_transformers():
    program = (
        "import sys; from tempkit.generation import speak; "
        "speak(max_new_tokens=2); print('transformers' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.stdout == "False\n", ran.stderr


def test_an_unknown_language_is_named():
    with pytest.raises(ValueError, match="no language 'fr'"):
        speak(lang="fr")


def test_a_negative_temperature_is_named():
    with pytest.raises(ValueError, match="temperature must be at least 0, not -1"):
        speak([1.0, -1.0])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_new_tokens": 0}, "max_new_tokens must be at least 1, not 0"),
        ({"samples": 0}, "samples must be at least 1, not 0"),
        ({"max_new_tokens": 255}, "set max_new_tokens to at most 254"),
    ],
)
def test_bad_numbers_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        speak(**options)


def test_the_default_device_of_torch_does_not_matter():
    expected = speak(max_new_tokens=4)
    with torch.device("meta"):
        assert speak(max_new_tokens=4).equals(expected)
