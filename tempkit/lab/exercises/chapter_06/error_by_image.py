"""An error rate, and a standard error which knows that copies of an image fall together."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import tensor

__all__ = ["ERROR_BY_IMAGE"]

Two = tuple[float, float]


def by_image(values: Tensor, image: Tensor) -> Tensor:
    """Sums over the rows of each image, [G]."""
    images, place = image.unique(return_inverse=True)
    sums = torch.zeros(len(images), dtype=torch.float64, device=values.device)
    return sums.index_add_(0, place, values.double())


def error_by_image(wrong: Tensor, image: Tensor) -> Two:
    """The share of errors, and its standard error by image."""
    rate = wrong.double().mean()
    surplus = by_image(wrong.double() - rate, image)
    return rate.item(), (surplus.square().sum().sqrt() / len(wrong)).item()


def with_error(error: Callable[[Tensor, Tensor], Tensor | float]) -> Answer:
    """The right rate with another error, made of what is wrong and of the images."""

    def answer(wrong: Tensor, image: Tensor) -> Two:
        return wrong.double().mean().item(), float(error(wrong.double(), image))

    return answer


def as_if_independent(wrong: Tensor, _: Tensor) -> float:
    """sqrt(r (1 - r) / n): every row a trial of its own."""
    rate = wrong.mean()
    return (rate * (1 - rate) / len(wrong)).sqrt()


def one_trial_an_image(wrong: Tensor, image: Tensor) -> float:
    """sqrt(r (1 - r) / G): every image a single trial."""
    rate = wrong.mean()
    return (rate * (1 - rate) / len(image.unique())).sqrt()


def surplus(wrong: Tensor, image: Tensor) -> Tensor:
    """Errors of each image beyond what the rate expects."""
    return by_image(wrong - wrong.mean(), image)


def of_means(wrong: Tensor, image: Tensor) -> Two:
    """Every image the same weight, however many rows it has."""
    means = by_image(wrong, image) / by_image(torch.ones_like(wrong, dtype=torch.float64), image)
    spread = means.std(correction=0) / len(means) ** 0.5
    return means.mean().item(), spread.item()


def of_means_corrected(wrong: Tensor, image: Tensor) -> Two:
    """The same with the divisor G - 1."""
    rate, error = of_means(wrong, image)
    count = len(image.unique())
    return rate, error * (count / (count - 1)) ** 0.5


def of_means_beside_the_rate(correction: int) -> Callable[[Tensor, Tensor], Tensor]:
    """Standard error of the mean of the images' own rates."""

    def error(wrong: Tensor, image: Tensor) -> Tensor:
        means = by_image(wrong, image) / by_image(torch.ones_like(wrong), image)
        return means.std(correction=correction) / len(means) ** 0.5

    return error


def rate_of_means(wrong: Tensor, image: Tensor) -> Two:
    """The mean of the images' own rates, with the right error."""
    return of_means(wrong, image)[0], error_by_image(wrong, image)[1]


def mean_surplus(wrong: Tensor, image: Tensor) -> Tensor:
    """Surpluses averaged, not added up, over the rows of each image."""
    return surplus(wrong, image) / by_image(torch.ones_like(wrong), image)


def counted(wrong: Tensor, image: Tensor) -> Tensor:
    """Images 0, 1, 2 ... to G - 1, whatever their numbers are."""
    beyond = wrong - wrong.mean()
    sums = [beyond[image == one].sum() for one in range(len(image.unique()))]
    return torch.stack(sums).square().sum().sqrt() / len(wrong)


def runs(wrong: Tensor, image: Tensor) -> Tensor:
    """Only neighbours are taken together; an image that comes again is another."""
    _, place = image.unique_consecutive(return_inverse=True)
    return surplus(wrong, place).square().sum().sqrt() / len(wrong)


def corrected(wrong: Tensor, image: Tensor) -> Two:
    """With the factor of a sample of G images."""
    rate, error = error_by_image(wrong, image)
    count = len(image.unique())
    return rate, error * (count / (count - 1)) ** 0.5


def tabled(wrong: Tensor, _: Tensor) -> Tensor:
    """A table of eight columns, which other numbers of rows do not fill."""
    table = (wrong - wrong.mean()).reshape(-1, 8)
    return table.sum(-1).square().sum().sqrt() / len(wrong)


def means_of_a_table(correction: int) -> Callable[[Tensor, Tensor], Tensor]:
    """Standard error of the means of its lines; of a single line NaN, with the correction."""

    def error(wrong: Tensor, _: Tensor) -> Tensor:
        means = wrong.reshape(-1, 8).mean(-1)
        squares = (means - means.mean()).square().sum() / (len(means) - correction)
        return squares.sqrt() / len(means) ** 0.5

    return error


def blocks_of(size: int) -> Callable[[Tensor, Tensor], Tensor]:
    """Neighbours taken for one image, whatever the numbers say."""

    def error(wrong: Tensor, _: Tensor) -> Tensor:
        places = torch.arange(len(wrong), device=wrong.device) // size
        return surplus(wrong, places).square().sum().sqrt() / len(wrong)

    return error


def rate_of_right(wrong: Tensor, image: Tensor) -> Two:
    """The share that is right; its error is the same."""
    rate, error = error_by_image(wrong, image)
    return 1 - rate, error


def error_first(wrong: Tensor, image: Tensor) -> Two:
    """The two numbers in the other order."""
    return error_by_image(wrong, image)[::-1]


def other_rows(generator: torch.Generator) -> tuple[Probe, ...]:
    """Forty images with one to nine rows each, some of them hard."""
    sizes = torch.randint(1, 10, (40,), generator=generator, device="cpu")
    image = torch.arange(40, device="cpu").repeat_interleave(sizes) * 3
    hard = torch.rand(40, generator=generator, device="cpu").square()
    drawn = torch.rand(len(image), generator=generator, device="cpu")
    order = torch.randperm(len(image), generator=generator, device="cpu")
    wrong = drawn < hard.repeat_interleave(sizes)
    return (Probe((wrong[order], image[order]), "..."),)


def probe(wrong: list[int], image: list[int]) -> Probe:
    """Errors as True and False, and the numbers of their images."""
    arguments = tensor(wrong, torch.bool), tensor(image, torch.int64)
    return Probe(arguments, f"{wrong}, {image}")


ERROR_BY_IMAGE = Exercise(
    name="error_by_image",
    section="uncertainty",
    reference=error_by_image,
    probes=(
        probe([1, 1, 0, 0, 0, 0, 1, 0], [0, 0, 0, 4, 4, 4, 7, 7]),
        probe([0, 1, 0, 1, 0, 0, 1, 0, 0, 0], [2, 5, 2, 5, 2, 9, 5, 9, 9, 9]),
        probe([0, 0, 1, 0, 1], [3, 3, 0, 2, 0]),
    ),
    hidden=other_rows,
    misconceptions=(
        Misconception("gaps", with_error(counted), "uncertainty"),
        Misconception("runs", with_error(runs), "uncertainty"),
        Misconception("independent", with_error(as_if_independent), "uncertainty"),
        Misconception("one-trial-an-image", with_error(one_trial_an_image), "uncertainty"),
        Misconception(
            "means",
            of_means,
            "uncertainty",
            also=(
                of_means_corrected,
                with_error(of_means_beside_the_rate(1)),
                with_error(of_means_beside_the_rate(0)),
                rate_of_means,
                with_error(
                    lambda wrong, image: (
                        mean_surplus(wrong, image).square().sum().sqrt() / len(wrong)
                    )
                ),
                with_error(
                    lambda wrong, image: (
                        mean_surplus(wrong, image).square().sum().sqrt() / len(image.unique())
                    )
                ),
            ),
        ),
        Misconception("corrected", corrected, "uncertainty"),
        Misconception(
            "not-divided",
            with_error(lambda wrong, image: surplus(wrong, image).square().sum().sqrt()),
            "uncertainty",
        ),
        Misconception(
            "no-expectation",
            with_error(
                lambda wrong, image: by_image(wrong, image).square().sum().sqrt() / len(wrong)
            ),
            "uncertainty",
        ),
        Misconception(
            "no-root",
            with_error(lambda wrong, image: surplus(wrong, image).square().sum() / len(wrong) ** 2),
            "uncertainty",
            also=(
                with_error(lambda wrong, image: surplus(wrong, image).square().sum() / len(wrong)),
            ),
        ),
        Misconception(
            "over-root-n",
            with_error(
                lambda wrong, image: (surplus(wrong, image).square().sum() / len(wrong)).sqrt()
            ),
            "uncertainty",
        ),
        Misconception(
            "over-images",
            with_error(
                lambda wrong, image: (
                    surplus(wrong, image).square().sum().sqrt() / len(image.unique())
                )
            ),
            "uncertainty",
        ),
        Misconception(
            "square-of-the-sum",
            with_error(lambda wrong, image: surplus(wrong, image).sum().abs() / len(wrong)),
            "uncertainty",
        ),
        Misconception(
            "absolute",
            with_error(lambda wrong, image: surplus(wrong, image).abs().sum() / len(wrong)),
            "uncertainty",
        ),
        Misconception(
            "blocks",
            with_error(blocks_of(8)),
            "uncertainty",
            also=(
                with_error(tabled),
                with_error(means_of_a_table(0)),
                with_error(means_of_a_table(1)),
            ),
        ),
        Misconception("right-ones", rate_of_right, "uncertainty"),
        Misconception("error-first", error_first, "uncertainty"),
    ),
)
