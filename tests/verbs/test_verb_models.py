"""tempkit.verbs.loading: the shipped models are whole, small, and read by plain transformers."""

import math
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tempkit import verbs
from tempkit.verbs import MODELS, Automaton, corpus, loading
from tempkit.verbs.card import DOCUMENTS, TEMPERATURES
from tempkit.verbs.lexicon import LEXICON
from tempkit.verbs.loading import DamagedModelError, folder, load
from tempkit.verbs.training import RECIPES


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A folder of weights that a test may damage."""
    shutil.copytree(folder("main"), tmp_path / "main")
    monkeypatch.setattr(loading, "WEIGHTS", tmp_path)
    return tmp_path / "main"


def test_every_model_has_a_recipe():
    assert tuple(RECIPES) == MODELS


@pytest.mark.parametrize("name", MODELS)
def test_the_files_are_the_ones_that_were_trained(name):
    loading.verify(folder(name))


@pytest.mark.parametrize("name", MODELS)
def test_every_file_of_a_model_has_a_checksum(name):
    listed = (folder(name) / "SHA256SUMS").read_text("utf-8").split()[1::2]
    there = {file.name for file in folder(name).iterdir()} - {"SHA256SUMS"}
    assert set(listed) == there
    assert {"model.safetensors", "config.json", "tokenizer.json", "README.md"} <= there


@pytest.mark.parametrize("name", MODELS)
def test_a_model_is_smaller_than_half_a_megabyte(name):
    assert (folder(name) / "model.safetensors").stat().st_size < 500_000


@pytest.mark.parametrize("name", MODELS)
def test_a_model_knows_the_words_of_the_language(shipped, language, name):
    ids = shipped(name).tokenizer.get_vocab()
    assert tuple(sorted(ids, key=ids.get)) == language.vocabulary


def test_a_model_comes_ready_to_predict(shipped):
    model = shipped("main")
    assert model.name == "main"
    assert not model.model.training
    assert model.model.dtype == torch.float32
    assert model.card.startswith("---")


def test_each_call_reads_a_model_of_its_own():
    one, other = load("main"), load("main")
    with torch.no_grad():
        next(one.model.parameters()).zero_()
    assert next(other.model.parameters()).any()


def test_loading_leaves_the_random_numbers_alone():
    before = torch.get_rng_state()
    load("main")
    assert torch.equal(torch.get_rng_state(), before)


def test_loading_is_silent(capfd):
    load("main")
    assert capfd.readouterr() == ("", "")


def test_the_default_device_changes_nothing():
    """On "meta" nothing could be computed: all tables and texts stay on the CPU."""
    with torch.device("meta"):
        language = Automaton.of(LEXICON)
        model = load("main")
        generator = torch.Generator("cpu").manual_seed(0)
        documents = language.sample(5, temperature=2.0, generator=generator)
        found = (
            verbs.kl_to_truth(verbs.probe(model, documents=3)),
            verbs.predicted_grammatical_rate(verbs.probe(model, documents=3)),
            verbs.optimal_temperature(verbs.probe(model, documents=3)),
            verbs.distinct_n(documents),
        )
        rates = (language.entropy_rate(2.0), language.tempered_sentences(0).sentence_length("es"))
        assert len(corpus(500, seed=5).stream()) >= 500
    assert all(math.isfinite(estimate.value) for estimate in found)
    assert all(map(math.isfinite, rates))


def test_an_unknown_name_lists_the_models():
    with pytest.raises(ValueError, match="no verb model 'big': choose one of main, under, over, "):
        load("big")


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json", "README.md"])
def test_a_damaged_file_is_named_with_the_remedy(copied, file):
    content = bytearray((copied / file).read_bytes())
    content[-1] ^= 1
    (copied / file).write_bytes(content)
    remedy = r"install tempkit again, .*: python -m tempkit\.verbs\.training main"
    with pytest.raises(DamagedModelError, match=rf"{re.escape(file)} is damaged .*: {remedy}"):
        load("main")


@pytest.mark.parametrize("file", ["model.safetensors", "SHA256SUMS"])
def test_a_missing_file_is_named(copied, file):
    (copied / file).unlink()
    with pytest.raises(DamagedModelError, match=f"{file} is missing: install tempkit again"):
        load("main")


def test_a_missing_folder_is_a_missing_model(copied):
    with pytest.raises(DamagedModelError, match="SHA256SUMS is missing"):
        load("under")


def test_plain_transformers_reads_it_offline(shipped, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(folder("main"))
    tokenizer = AutoTokenizer.from_pretrained(folder("main"))
    ids = tokenizer("<en> the teacher", return_tensors="pt").input_ids
    ours = shipped("main")
    assert ids.tolist() == [ours.tokenizer("<en> the teacher").input_ids]
    with torch.no_grad():
        assert torch.equal(model(ids).logits, ours.model(ids).logits)


def test_importing_the_door_imports_neither_transformers_nor_torch():
    asked = "import sys, tempkit.verbs; sys.exit(bool({'torch', 'transformers'} & {*sys.modules}))"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


def test_the_language_and_the_measures_do_without_transformers():
    asked = (
        "import sys; from tempkit import verbs; verbs.grammatical_rate(['I work.']);"
        "sys.exit('transformers' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


@pytest.mark.parametrize("name", verbs.__all__)
def test_every_name_of_the_door_loads_and_is_listed(name):
    assert getattr(verbs, name) is not None
    assert name in dir(verbs)


def test_every_name_of_the_door_is_declared_for_type_checkers():
    """The lazy table and the imports under TYPE_CHECKING say the same."""
    declared = Path(verbs.__file__).read_text("utf-8").partition("__all__")[0]
    named = {name for names in verbs._NAMES_OF.values() for name in names}
    assert named == set(verbs.__all__)
    assert [name for name in named if not re.search(rf"\b{name}\b", declared)] == []


def test_no_name_of_the_door_is_a_module_in_disguise():
    """A function called like its module would turn into the module once that was imported."""
    assert not [name for name in verbs.__all__ if isinstance(getattr(verbs, name), type(verbs))]


def test_a_name_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'gramar'"):
        _ = verbs.gramar


# Cards --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MODELS)
def test_a_card_says_how_to_train_its_model_and_what_it_is_not_for(shipped, name):
    card = shipped(name).card
    assert f"python -m tempkit.verbs.training {name}" in card
    assert f"{RECIPES[name].steps} steps" in card
    for heading in ("Use", "Data", "Training", "Figures", "Limits", "Licence"):
        assert f"\n## {heading}\n" in card


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_the_figures_of_a_card_are_those_of_its_model(shipped, name):
    """Within a unit of the last digit printed: other processors round otherwise."""
    model = shipped(name)
    seen = verbs.probe(model, documents=DOCUMENTS)
    rows = re.findall(
        r"^\| ([\d.]+) \| ([\d.]+) ± ([\d.]+) \| ([\d.]+) ± ([\d.]+) \|$", model.card, re.M
    )
    assert [float(row[0]) for row in rows] == list(TEMPERATURES)
    for temperature, *printed in rows:
        kl = verbs.kl_to_truth(seen, float(temperature))
        leak = verbs.illegal_mass(seen, float(temperature))
        measured = (kl.value, kl.standard_error, leak.value, leak.standard_error)
        assert [float(p) for p in printed] == pytest.approx(measured, abs=1.001e-4)
    best = float(re.search(r"at temperature ([\d.]+) ±", model.card)[1])
    assert best == pytest.approx(verbs.optimal_temperature(seen).value, abs=1.001e-3)
    assert f"{len(seen.tokens)} words of {DOCUMENTS} documents" in model.card


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_the_validation_loss_of_a_card_is_that_of_its_model(shipped, name):
    from tempkit.verbs.training import validation_loss

    model = shipped(name)
    printed = float(re.search(r"Validation loss ([\d.]+) nats", model.card)[1])
    assert printed == pytest.approx(validation_loss(model.model), abs=1.001e-4)


def test_a_model_without_a_card_has_an_empty_one(copied):
    (copied / "README.md").unlink()
    assert loading.read(copied, "main").card == ""
