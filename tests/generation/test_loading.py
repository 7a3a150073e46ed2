"""tempkit.generation.loading: the model that was asked for, or one line and the verb model."""

import logging
import os
import subprocess
import sys
import warnings

import pytest
import torch

from tempkit import language, verbs
from tempkit.generation import generate, load
from tempkit.generation.loading import quietly


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """What the hub would be asked for is not there, at once."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setenv("TEMPKIT_DEVICE", "cpu")
    monkeypatch.delenv("TEMPKIT_MODEL", raising=False)


@pytest.fixture(scope="module")
def saved(toy, tmp_path_factory):
    folder = tmp_path_factory.mktemp("toy")
    toy.model.save_pretrained(folder)
    toy.tokenizer.save_pretrained(folder)
    return str(folder)


def test_the_verb_model_speaks_by_default(capfd):
    model = load()
    assert model.name == "main"
    assert "<en>" in generate(model, "<en>").texts[0]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("how", ["argument", "environment"])
def test_another_verb_model_may_be_named(how, monkeypatch):
    loaded = []
    monkeypatch.setattr(verbs, "load", lambda name, device: loaded.append((name, str(device))))
    monkeypatch.setenv("TEMPKIT_MODEL", "under")
    load("over") if how == "argument" else load()
    assert loaded == [("over" if how == "argument" else "under", "cpu")]


@pytest.mark.parametrize("how", ["argument", "environment"])
def test_a_folder_may_be_named(toy, saved, how, monkeypatch, capfd):
    monkeypatch.setenv("TEMPKIT_MODEL", saved if how == "environment" else "main")
    model = load(saved) if how == "argument" else load()
    assert model.name == saved
    assert generate(model, "w4").ids == generate(toy, "w4").ids
    assert capfd.readouterr() == ("", "")


def test_a_model_is_loaded_in_float32_and_ready_to_predict(toy, saved, tmp_path):
    half = toy.model.__class__.from_pretrained(saved, dtype=torch.bfloat16)
    half.save_pretrained(tmp_path)
    toy.tokenizer.save_pretrained(tmp_path)
    model = load(str(tmp_path)).model
    assert model.dtype == torch.float32
    assert not model.training


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("en", "TEMPKIT_MODEL=nobody/nothing could not be loaded (no such folder, not in the"),
        ("es", "No se pudo cargar TEMPKIT_MODEL=nobody/nothing (no existe esa carpeta, no está"),
    ],
)
def test_a_model_that_cannot_be_had_costs_one_line(monkeypatch, capfd, lang, line):
    monkeypatch.setenv("TEMPKIT_MODEL", "nobody/nothing")
    monkeypatch.setattr(language, "_current", lang)
    assert load().name == "main"
    out, err = capfd.readouterr()
    assert out.startswith(line)
    assert out.count("\n") == 1
    assert err == ""


@pytest.mark.parametrize(
    "contents",
    [
        {},
        {"config.json": "{"},
        {"config.json": '{"model_type": "unheard-of"}'},
        {"config.json": '{"model_type": "llama"}'},
        {"config.json": '{"model_type": "llama"}', "model.safetensors": "no weights"},
    ],
)
def test_a_folder_without_a_model_costs_one_line(monkeypatch, capfd, tmp_path, contents):
    for name, text in contents.items():
        (tmp_path / name).write_text(text)
    monkeypatch.setenv("TEMPKIT_MODEL", str(tmp_path))
    assert load().name == "main"
    out, err = capfd.readouterr()
    assert out.startswith(f"TEMPKIT_MODEL={tmp_path} could not be loaded (")
    assert out.count("\n") == 1
    assert err == ""


def test_a_hub_that_cannot_be_reached_costs_one_line(monkeypatch, capfd):
    def unreachable(url, timeout):
        raise ConnectionError

    monkeypatch.setattr("huggingface_hub.get_hf_file_metadata", unreachable)
    monkeypatch.setenv("TEMPKIT_MODEL", "distilgpt2-not-here")
    assert load().name == "main"
    out, _ = capfd.readouterr()
    assert out.startswith("TEMPKIT_MODEL=distilgpt2-not-here could not be loaded (no such folder")
    assert out.count("\n") == 1


def test_a_model_is_fetched_once_and_the_learner_is_told(toy, monkeypatch, capfd):
    import transformers

    def from_the_hub(thing):
        def from_pretrained(name, local_files_only, **_):
            if local_files_only:
                raise OSError("not in the cache")
            return thing

        return from_pretrained

    monkeypatch.setattr("huggingface_hub.get_hf_file_metadata", lambda url, timeout: None)
    for kind, thing in (("AutoTokenizer", toy.tokenizer), ("AutoModelForCausalLM", toy.model)):
        monkeypatch.setattr(getattr(transformers, kind), "from_pretrained", from_the_hub(thing))
    assert load("somebody/something").model is toy.model
    assert (
        capfd.readouterr().out == "Fetching somebody/something from the hub. This happens once.\n"
    )


def test_an_argument_that_cannot_be_had_is_an_error():
    with pytest.raises(OSError, match="cannot load the model 'nobody/nothing': no such folder"):
        load("nobody/nothing")


def test_a_wrong_device_is_said_before_anything_is_loaded(monkeypatch):
    monkeypatch.setenv("TEMPKIT_DEVICE", "gpu")
    monkeypatch.setenv("TEMPKIT_MODEL", "nobody/nothing")
    with pytest.raises(ValueError, match="TEMPKIT_DEVICE 'gpu' is not on this machine"):
        load()


def test_a_new_process_without_a_network_says_one_line_and_goes_on():
    program = "from tempkit.generation import load; print(load().name)"
    environment = dict(os.environ, HF_HUB_OFFLINE="1", TEMPKIT_MODEL="distilgpt2-not-here")
    command = [sys.executable, "-W", "error::UserWarning", "-c", program]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    line, name = ran.stdout.splitlines()
    assert line.startswith("TEMPKIT_MODEL=distilgpt2-not-here could not be loaded")
    assert name == "main"
    assert ran.stderr == ""


def test_the_settings_of_transformers_are_put_back():
    from transformers.utils import logging as chatter

    hub = logging.getLogger("huggingface_hub")

    def settings():
        return chatter.get_verbosity(), chatter.is_progress_bar_enabled(), hub.level

    before = settings()
    with quietly():
        assert settings() != before
        warnings.warn("not shown", UserWarning, stacklevel=1)
    assert settings() == before


def test_importing_it_imports_nothing_heavier_than_torch():
    heavy = ("transformers", "pandas", "matplotlib", "safetensors")
    program = (
        f"import sys, tempkit.generation; print([name for name in {heavy} if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.stdout == "[]\n", ran.stderr
