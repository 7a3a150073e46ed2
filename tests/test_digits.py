"""The digits in noise: what is in the samples, and how far the networks' confidence is off."""

from __future__ import annotations

import pytest
import torch

import tempkit
from tempkit import digits


def clean(**options):
    return digits.splits(0, noise=0.0, **options)


def test_the_samples_have_the_sizes_they_are_said_to_have() -> None:
    shapes = [list(sample.images.shape) for sample in vars(digits.splits()).values()]
    assert shapes == [[600, 64], [4784, 64], [4792, 64]]


def test_every_sample_is_float64_with_a_whole_label_a_row() -> None:
    for images, labels in vars(digits.splits()).values():
        assert images.dtype == torch.float64
        assert labels.dtype == torch.int64
        assert labels.shape == images.shape[:1]


def test_the_three_samples_hold_every_image_once() -> None:
    from sklearn.datasets import load_digits

    parts = [sample.images for sample in vars(clean(copies=1)).values()]
    together = sorted(torch.cat(parts).mul(16).tolist())
    assert together == sorted(load_digits(return_X_y=True)[0].tolist())


def test_copies_stand_together_and_differ_in_their_noise_alone() -> None:
    first, second = clean().calibration.images[:2]
    assert torch.equal(first, second)
    first, second = digits.splits(0).calibration.images[:2]
    assert not torch.equal(first, second)
    torch.testing.assert_close(first, second, rtol=0, atol=8 * 0.25)


def test_the_noise_has_the_deviation_asked_for() -> None:
    """38400 pixels: the deviation found is within 2 % at odds of 1 in 10^7."""
    difference = digits.splits(0).train.images - clean().train.images
    assert difference.std().item() == pytest.approx(0.25, rel=0.02)
    assert difference.mean().item() == pytest.approx(0, abs=0.008)


def test_a_share_of_the_labels_is_drawn_anew_in_every_sample() -> None:
    """A label drawn anew is another in nine of ten cases; each band is 5 standard errors."""
    noisy, true = clean(label_noise=0.2), clean()
    for one, other in zip(vars(noisy).values(), vars(true).values(), strict=True):
        changed = (one.labels != other.labels).double()
        assert changed.mean().item() == pytest.approx(0.18, abs=5 * (0.15 / len(changed)) ** 0.5)
        assert torch.equal(one.images, other.images)


def test_a_seed_gives_the_same_digits_and_another_seed_others() -> None:
    again = digits.splits.__wrapped__(0)
    assert torch.equal(digits.splits(0).test.images, again.test.images)
    assert not torch.equal(digits.splits(0).test.labels, digits.splits(1).test.labels)


@pytest.mark.parametrize("sizes", [{"train": 0}, {"copies": 0}, {"train": 1500}])
def test_sizes_that_leave_a_sample_empty_are_refused(sizes: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="there are 1797 images for the three"):
        digits.splits(0, **sizes)


def test_initial_weights_are_a_matter_of_the_seed_alone() -> None:
    one, same, other = (digits.mlp((3, 4, 2), seed) for seed in (0, 0, 1))
    assert all(map(torch.equal, one.parameters(), same.parameters()))
    assert not torch.equal(one[0].weight, other[0].weight)


def test_training_takes_no_random_number_and_no_thread_from_anyone() -> None:
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    digits.fit(digits.mlp((64, 10), 0), digits.splits().train, epochs=1)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.get_num_threads() == threads


def test_training_twice_from_one_seed_gives_the_same_weights() -> None:
    one, same = (
        digits.fit(digits.mlp((64, 10), 0), digits.splits().train, epochs=2) for _ in range(2)
    )
    assert torch.equal(one[0].weight, same[0].weight)


def test_a_loss_of_ones_own_is_told_which_rows_it_sees() -> None:
    seen = []
    sample = digits.splits().train

    def loss(logits: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        seen.append(rows)
        return torch.nn.functional.cross_entropy(logits, sample.labels[rows])

    mine = digits.fit(digits.mlp((64, 10), 0), sample, epochs=1, loss=loss)
    theirs = digits.fit(digits.mlp((64, 10), 0), sample, epochs=1)
    assert torch.cat(seen).sort().values.tolist() == list(range(600))
    assert torch.equal(mine[0].weight, theirs[0].weight)


def test_another_optimizer_may_be_given() -> None:
    plain, usual = (
        digits.fit(digits.mlp((64, 10), 0), digits.splits().train, epochs=1, optimizer=optimizer)
        for optimizer in (torch.optim.SGD, torch.optim.Adam)
    )
    assert not torch.equal(plain[0].weight, usual[0].weight)


def test_the_networks_are_trained_once_in_a_session() -> None:
    assert digits.classifier() is digits.classifier("over-confident", seed=0)


def test_an_unknown_classifier_is_refused_with_the_list_of_those_there_are() -> None:
    with pytest.raises(ValueError, match="'sure': choose one of over-confident, under-confident"):
        digits.classifier("sure")


def error_at(predictions: digits.Predictions, temperature: float) -> float:
    confidences, predicted = tempkit.softmax(predictions.logits, temperature).max(-1)
    return tempkit.expected_calibration_error(confidences, predicted == predictions.labels)


@pytest.mark.parametrize(
    ("kind", "temperatures", "errors"),
    [
        ("over-confident", (1.9, 2.4), (0.06, 0.11)),
        ("under-confident", (0.36, 0.48), (0.19, 0.29)),
    ],
)
def test_a_network_is_off_as_its_name_says_and_one_temperature_mends_it(
    kind: str, temperatures: tuple[float, float], errors: tuple[float, float]
) -> None:
    """Bands of twice the range of five seeds: retrained elsewhere, a network is another one."""
    network = digits.classifier(kind)
    fitted = tempkit.fit_temperature(*network.calibration)
    assert temperatures[0] < fitted.temperature < temperatures[1]
    assert errors[0] < error_at(network.test, 1.0) < errors[1]
    assert error_at(network.test, fitted.temperature) < 0.025
