"""tempkit.verbs.training: two runs on one machine are the same bits."""

import subprocess
import sys

import pytest
import torch

from tempkit.verbs import card as cards
from tempkit.verbs import loading
from tempkit.verbs import training as t
from tempkit.verbs.training import RECIPES, Recipe, train, validation_loss, write

SHORT = Recipe(steps=8, tokens=4000, windows=2)


@pytest.fixture(autouse=True)
def short_card(monkeypatch):
    """The figures of a card, on few documents."""
    monkeypatch.setattr(cards, "DOCUMENTS", 4)


def bits(model: torch.nn.Module) -> list[bytes]:
    return [weights.detach().numpy().tobytes() for weights in model.parameters()]


def test_two_runs_give_the_same_bits():
    assert bits(train(SHORT)) == bits(train(SHORT))


def test_threads_and_random_numbers_of_the_caller_change_nothing():
    first = train(SHORT)
    torch.manual_seed(123)
    torch.set_num_threads(2)
    assert bits(train(SHORT)) == bits(first)
    assert torch.get_num_threads() == 2


def test_training_leaves_the_random_numbers_alone():
    before = torch.get_rng_state()
    train(SHORT)
    assert torch.equal(torch.get_rng_state(), before)


def test_training_lowers_the_validation_loss():
    untrained = validation_loss(train(Recipe(steps=0, tokens=4000)))
    assert untrained == pytest.approx(5.86, abs=0.1)  # log 350 is 5.858
    assert validation_loss(train(SHORT)) < untrained - 0.2


def test_a_folder_is_written_whole_and_can_be_read(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(RECIPES, "main", SHORT)
    write("main", tmp_path / "main", report=True)
    loading.verify(tmp_path / "main")
    read = loading.read(tmp_path / "main", "main")
    assert bits(read.model) == bits(train(SHORT))
    assert "8 steps of 2 windows" in read.card
    assert "training loss" in capsys.readouterr().out


def test_the_command_trains_in_the_place_of_the_shipped_model(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(RECIPES, "under", SHORT)
    monkeypatch.setattr(loading, "WEIGHTS", tmp_path)
    monkeypatch.setattr(sys, "argv", ["training", "under"])
    t.main()
    loading.verify(tmp_path / "under")
    assert f"under: written to {tmp_path / 'under'}" in capsys.readouterr().out


def test_the_command_lists_the_models_it_can_train():
    command = [sys.executable, "-m", "tempkit.verbs.training", "big"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "over-more" in done.stderr


@pytest.mark.slow
def test_the_documented_recipe_reaches_the_loss_of_the_shipped_model(shipped):
    """The shortest of the four; the bits are those of one machine, the loss is that of all."""
    trained = validation_loss(train(RECIPES["under"]))
    assert trained == pytest.approx(validation_loss(shipped("under").model), abs=0.01)
