"""Handwritten digits in noise, and small networks whose confidence can be put to the test.

The 1797 images of scikit-learn's digits are split once per seed. Normal noise is added to every
pixel; the images that a network is not trained on are repeated with fresh noise, so that there are
thousands of predictions from a few hundred images. What is trained on one thread in float64 from a
seed agrees between processors to far more digits than the course prints.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from tempkit.generation.devices import threads_for

__all__ = [
    "KINDS",
    "Classifier",
    "Digits",
    "Predictions",
    "Sample",
    "classifier",
    "fit",
    "mlp",
    "predictions",
    "splits",
]

BATCH = 64
LAYERS = (64, 256, 256, 10)


class Sample(NamedTuple):
    """Images ``[n, 64]``, float64, ink from 0 to 1 before the noise; labels ``[n]``, 0 to 9."""

    images: Tensor
    labels: Tensor


@dataclass(frozen=True, eq=False)
class Digits:
    """Three samples that share no image: to train on, to fit a temperature on, to report on."""

    train: Sample
    calibration: Sample
    test: Sample


class Predictions(NamedTuple):
    """What a network says about a sample: logits ``[n, 10]``, float64, beside labels ``[n]``."""

    logits: Tensor
    labels: Tensor


@dataclass(frozen=True, eq=False)
class Classifier:
    """A trained network, and its predictions on the three samples of its :class:`Digits`."""

    network: nn.Sequential
    train: Predictions
    calibration: Predictions
    test: Predictions


@dataclass(frozen=True)
class _Recipe:
    """Noise of the images, share of labels drawn anew, and how the network is trained."""

    noise: float = 0.25
    label_noise: float = 0.0
    label_smoothing: float = 0.0
    epochs: int = 80


_RECIPES = {
    "over-confident": _Recipe(),
    "under-confident": _Recipe(noise=0.15, label_smoothing=0.2, epochs=40),
    "noisy-labels": _Recipe(noise=0.0, label_noise=0.2),
}

#: The networks that :func:`classifier` trains.
KINDS = tuple(_RECIPES)


@cache
def splits(
    seed: int = 0,
    *,
    train: int = 600,
    calibration: int = 598,
    noise: float = 0.25,
    copies: int = 8,
    label_noise: float = 0.0,
) -> Digits:
    """The digits in random order, cut in three, with noise; the same for the same arguments.

    Parameters
    ----------
    seed : int
        Of the order and of the noise.
    train, calibration : int
        Images in the first and in the second sample; the rest of the 1797 are for the test.
    noise : float
        Standard deviation of what is added to every pixel.
    copies : int
        How often each image of the last two samples is repeated, with fresh noise.
    label_noise : float
        Probability that a label of any sample is replaced by one drawn from all ten.

    Returns
    -------
    Digits
        Of 600, 4784 and 4792 rows unless told otherwise. Do not write into them: they are cached.

    Raises
    ------
    ValueError
        If the sizes leave one of the samples empty.
    """
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    if not (train > 0 and calibration > 0 and copies > 0 and train + calibration < len(labels)):
        raise ValueError(
            f"train={train}, calibration={calibration} and copies={copies} leave a sample empty: "
            f"there are {len(labels)} images for the three"
        )
    order = np.random.default_rng(seed).permutation(len(labels))
    parts = np.split(order, [train, train + calibration])
    rng = np.random.default_rng(seed + 1)
    samples = []
    for part, repeated in zip(parts, (1, copies, copies), strict=True):
        rows = part.repeat(repeated)
        ink = images[rows] / 16
        samples.append((ink + noise * rng.standard_normal(ink.shape), labels[rows].astype(int)))
    for _, given in samples:
        drawn = rng.random(given.shape) < label_noise
        given[drawn] = rng.integers(0, 10, drawn.sum())
    return Digits(*(Sample(torch.from_numpy(x), torch.from_numpy(y)) for x, y in samples))


def mlp(sizes: Sequence[int] = LAYERS, seed: int = 0) -> nn.Sequential:
    """A multilayer perceptron in float64 on the CPU: linear layers with ReLU between them.

    Parameters
    ----------
    sizes : sequence of int
        Width of the input, of every hidden layer and of the output.
    seed : int
        Of PyTorch's own initial weights; the global random state is left as it was.
    """
    layers: list[nn.Module] = []
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        for width, following in itertools.pairwise(sizes):
            layers += [nn.Linear(width, following, dtype=torch.float64, device="cpu"), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def fit(
    network: nn.Sequential,
    sample: Sample,
    *,
    epochs: int,
    seed: int = 0,
    learning_rate: float = 1e-3,
    label_smoothing: float = 0.0,
    optimizer: Callable[..., torch.optim.Optimizer] = torch.optim.Adam,
    loss: Callable[[Tensor, Tensor], Tensor] | None = None,
) -> nn.Sequential:
    """Train a network in place, in batches of 64 on one thread, and return it.

    Parameters
    ----------
    network : nn.Sequential
        As :func:`mlp` makes it.
    sample : Sample
    epochs : int
        Passes over the sample.
    seed : int
        Of the order of the rows.
    learning_rate, optimizer
        The class of the optimizer, or a function like it, and its ``lr``.
    label_smoothing : float
        Share of the target that goes to all classes alike; for the loss of its own alone.
    loss : callable, optional
        ``loss(logits, rows)`` of a batch, ``rows`` being its places in the sample. Without it the
        cross-entropy of the labels.
    """

    def cross_entropy(logits: Tensor, rows: Tensor) -> Tensor:
        labels = sample.labels[rows]
        return nn.functional.cross_entropy(logits, labels, label_smoothing=label_smoothing)

    loss = loss or cross_entropy
    steps = optimizer(network.parameters(), lr=learning_rate)
    generator = torch.Generator("cpu").manual_seed(seed)
    with threads_for(network):
        for _ in range(epochs):
            order = torch.randperm(len(sample.labels), generator=generator, device="cpu")
            for rows in order.split(BATCH):
                steps.zero_grad()
                loss(network(sample.images[rows]), rows).backward()
                steps.step()
    return network


def predictions(network: nn.Sequential, sample: Sample) -> Predictions:
    """The logits of a network on a sample, without gradients, beside the labels."""
    with torch.no_grad(), threads_for(network):
        return Predictions(network(sample.images), sample.labels)


def classifier(kind: str = "over-confident", *, seed: int = 0) -> Classifier:
    """A network of layers 64-256-256-10 trained in a second or two, once in a session.

    Parameters
    ----------
    kind : str
        ``"over-confident"`` (80 epochs on 600 images, which it then knows by heart),
        ``"under-confident"`` (less noise, 40 epochs, labels smoothed by 0.2) or ``"noisy-labels"``
        (no noise in the images, but a fifth of all labels drawn anew).
    seed : int
        Of the split, of the noise, of the first weights and of the order of the rows.

    Returns
    -------
    Classifier
        The network stays on the CPU; its predictions are on the default device, which a lab may
        have set. Do not write into them: they are cached.

    Raises
    ------
    ValueError
        If there is no such kind; the message lists those there are.
    """
    if kind not in _RECIPES:
        raise ValueError(f"there is no classifier {kind!r}: choose one of {', '.join(KINDS)}")
    trained, device = _trained(kind, seed), torch.get_default_device()
    if device.type == "cpu":
        return trained
    samples = (trained.train, trained.calibration, trained.test)
    moved = (Predictions(*(part.to(device) for part in sample)) for sample in samples)
    return Classifier(trained.network, *moved)


@cache
def _trained(kind: str, seed: int) -> Classifier:
    recipe = _RECIPES[kind]
    data = splits(seed, noise=recipe.noise, label_noise=recipe.label_noise)
    network = fit(
        mlp(seed=seed),
        data.train,
        epochs=recipe.epochs,
        seed=seed,
        label_smoothing=recipe.label_smoothing,
    )
    samples = (data.train, data.calibration, data.test)
    return Classifier(network, *(predictions(network, sample) for sample in samples))
