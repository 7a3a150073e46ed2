"""tempkit.generation.devices: the fastest device there is, unless somebody asks for another."""

import pytest
import torch

from tempkit.generation import device
from tempkit.generation.devices import threads_for


@pytest.fixture(autouse=True)
def nothing_asked_for(monkeypatch):
    monkeypatch.delenv("TEMPKIT_DEVICE", raising=False)


@pytest.fixture
def gpus(monkeypatch):
    """Pretend that the machine has a number of NVIDIA GPUs, and perhaps Apple's."""

    def pretend(count, apple=False):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: apple)

    return pretend


@pytest.mark.parametrize(
    ("count", "apple", "found"), [(1, False, "cuda"), (0, True, "mps"), (0, False, "cpu")]
)
def test_the_fastest_device_is_taken(gpus, count, apple, found):
    gpus(count, apple)
    assert device() == torch.device(found)


def test_the_environment_chooses(gpus, monkeypatch):
    gpus(1)
    monkeypatch.setenv("TEMPKIT_DEVICE", "cpu")
    assert device() == torch.device("cpu")


def test_an_empty_variable_chooses_nothing(gpus, monkeypatch):
    gpus(0)
    monkeypatch.setenv("TEMPKIT_DEVICE", "")
    assert device() == torch.device("cpu")


def test_an_argument_goes_before_the_environment(gpus, monkeypatch):
    gpus(2)
    monkeypatch.setenv("TEMPKIT_DEVICE", "cpu")
    assert device("cuda:1") == torch.device("cuda:1")


@pytest.mark.parametrize("name", ["gpu", "cuda:2", "mps", "xpu", "cpu0"])
def test_a_device_that_is_not_there_is_an_error_that_names_those_that_are(gpus, name):
    gpus(2)
    with pytest.raises(ValueError, match=f"device '{name}' is not on this machine: give cuda or"):
        device(name)


def test_the_error_says_that_the_environment_asked_for_it(gpus, monkeypatch):
    gpus(0)
    monkeypatch.setenv("TEMPKIT_DEVICE", "cuda")
    message = "TEMPKIT_DEVICE 'cuda' is not on this machine: unset it, or set it to cpu"
    with pytest.raises(ValueError, match=message):
        device()


@pytest.fixture
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize(("width", "threads"), [(10, 1), (3000, 2)])
def test_a_small_model_runs_on_one_thread_and_a_large_one_on_all(two_threads, width, threads):
    with threads_for(torch.nn.Linear(width, width)):
        assert torch.get_num_threads() == threads
    assert torch.get_num_threads() == 2


def test_the_threads_are_given_back_after_an_error(two_threads):
    with pytest.raises(KeyError), threads_for(torch.nn.Linear(2, 2)):
        raise KeyError
    assert torch.get_num_threads() == 2


def test_a_model_elsewhere_leaves_the_threads_alone(two_threads):
    with threads_for(torch.nn.Linear(2, 2, device="meta")):
        assert torch.get_num_threads() == 2
