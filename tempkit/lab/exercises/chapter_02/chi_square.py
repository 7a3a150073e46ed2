"""Lab 02, ``chi_square``: how far the counts stray together."""

from __future__ import annotations

import torch
from torch import Tensor

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import tensor

__all__ = ["CHI_SQUARE"]

Cells = tuple[Tensor, Tensor]


def cells(counts: Tensor, expected: Tensor, *, joined: bool = True) -> Cells:
    """Counts and expectations by cell: the words expected fewer than 5 times share the first."""
    order = expected.argsort()
    observed, wanted = counts.double()[order], expected.double()[order]
    small = int((wanted < 5).sum())
    if joined and 0 < small < len(wanted) and wanted[:small].sum() < 5:
        small += 1
    if small == 0:
        return observed, wanted
    return (
        torch.cat([observed[:small].sum()[None], observed[small:]]),
        torch.cat([wanted[:small].sum()[None], wanted[small:]]),
    )


def pearson(observed: Tensor, wanted: Tensor) -> Tensor:
    """Pearson's statistic."""
    return ((observed - wanted) ** 2 / wanted).sum()


def chi_square(counts: Tensor, expected: Tensor) -> tuple[float, int]:
    """The statistic over the cells, and its degrees of freedom."""
    observed, wanted = cells(counts, expected)
    return pearson(observed, wanted).item(), len(wanted) - 1


def by_cell(statistic: Answer) -> Answer:
    """Another statistic over the right cells."""

    def answer(counts: Tensor, expected: Tensor) -> tuple[float, int]:
        observed, wanted = cells(counts, expected)
        return float(statistic(observed, wanted)), len(wanted) - 1

    return answer


def shared_by(counts: Tensor, expected: Tensor, small: Tensor) -> tuple[float, int]:
    """The statistic when the words of that mask share a cell."""
    observed, wanted = counts.double(), expected.double()
    if small.any():
        observed = torch.cat([observed[small].sum()[None], observed[~small]])
        wanted = torch.cat([wanted[small].sum()[None], wanted[~small]])
    return pearson(observed, wanted).item(), len(wanted) - 1


def with_one_more(small: Tensor, order: Tensor) -> Tensor:
    """The mask with the first word of that order which is not in it."""
    rest = [word for word in order.tolist() if not small[word]]
    more = small.clone()
    more[rest[:1]] = True
    return more


def sharing(small: Answer, poor: Answer, order: Answer) -> Answer:
    """Another rule for who shares a cell.

    ``small(counts, expected)`` is the mask of those who do. One more word joins, the first of
    ``order(expected)``, if ``poor(counts, expected)`` of the cell says so.
    """

    def answer(counts: Tensor, expected: Tensor) -> tuple[float, int]:
        mask = small(counts, expected)
        if mask.any() and poor(counts[mask], expected[mask]):
            mask = with_one_more(mask, order(expected))
        return shared_by(counts, expected, mask)

    return answer


def few_expected(counts: Tensor, expected: Tensor) -> Tensor:
    """The words expected fewer than 5 times: of a mask, whether the cell is."""
    del counts
    return expected < 5


def few_expected_together(counts: Tensor, expected: Tensor) -> bool:
    """Whether the cell is expected fewer than 5 times."""
    del counts
    return bool(expected.sum() < 5)


def few_counted(counts: Tensor, expected: Tensor) -> Tensor:
    """The words that came fewer than 5 times."""
    del expected
    return counts < 5


def few_counted_together(counts: Tensor, expected: Tensor) -> bool:
    """Whether the cell came fewer than 5 times."""
    del expected
    return bool(counts.sum() < 5)


def five_or_fewer(counts: Tensor, expected: Tensor) -> Tensor:
    """The words expected 5 times share a cell too."""
    del counts
    return expected <= 5


def five_or_fewer_together(counts: Tensor, expected: Tensor) -> bool:
    """Whether the cell is expected 5 times at most."""
    del counts
    return bool(expected.sum() <= 5)


def always(counts: Tensor, expected: Tensor) -> bool:
    """One more word in any case."""
    del counts, expected
    return True


def never(counts: Tensor, expected: Tensor) -> bool:
    """No word more, whatever the cell."""
    del counts, expected
    return False


def from_the_largest(expected: Tensor) -> Tensor:
    """The likeliest word first."""
    return expected.argsort(descending=True)


def in_the_order_of_the_vocabulary(expected: Tensor) -> Tensor:
    """The first word first."""
    return torch.arange(len(expected), device=expected.device)


def sorted_apart(counts: Tensor, expected: Tensor) -> tuple[float, int]:
    """Counts and expectations each in an order of its own."""
    return chi_square(counts.sort().values, expected.sort().values)


def until_five(counts: Tensor, expected: Tensor) -> tuple[float, int]:
    """The least expected words share a cell only until it is expected 5 times."""
    order = expected.argsort()
    observed, wanted = counts.double()[order], expected.double()[order]
    if wanted[0] >= 5:
        return pearson(observed, wanted).item(), len(wanted) - 1
    shared = int((wanted.cumsum(0) < 5).sum()) + 1
    mask = torch.arange(len(wanted), device=wanted.device) < shared
    return shared_by(observed, wanted, mask)


def cell_by_cell(counts: Tensor, expected: Tensor) -> tuple[float, int]:
    """Cells filled one after the other, each until it is expected 5 times."""
    found: list[tuple[float, float]] = []
    c = e = 0.0
    for word in expected.argsort().tolist():
        c, e = c + counts[word].item(), e + expected[word].item()
        if e >= 5:
            found.append((c, e))
            c = e = 0.0
    return sum((c - e) ** 2 / e for c, e in found), len(found) - 1


def a_cell_of_nobody(counts: Tensor, expected: Tensor) -> tuple[float, int]:
    """The shared cell made even when it is empty: 0/0."""
    small = expected < 5
    if small.any() and expected[small].sum() < 5:
        small = with_one_more(small, expected.argsort())
    observed = torch.cat([counts.double()[small].sum()[None], counts.double()[~small]])
    wanted = torch.cat([expected.double()[small].sum()[None], expected.double()[~small]])
    return pearson(observed, wanted).item(), len(wanted) - 1


def word_by_word(counts: Tensor, expected: Tensor) -> tuple[float, int]:
    """Every word a cell, however seldom it is expected."""
    return pearson(counts.double(), expected.double()).item(), len(counts) - 1


def small_ones_dropped(counts: Tensor, expected: Tensor) -> tuple[float, int]:
    """The words expected fewer than 5 times left out."""
    kept = expected >= 5
    return (
        pearson(counts.double()[kept], expected.double()[kept]).item(),
        int(kept.sum()) - 1,
    )


def small_ones_skipped(counts: Tensor, expected: Tensor) -> tuple[float, int]:
    """Left out of the sum, but counted as degrees of freedom."""
    return small_ones_dropped(counts, expected)[0], len(counts) - 1


def not_joined(counts: Tensor, expected: Tensor) -> tuple[float, int]:
    """A shared cell that is itself expected fewer than 5 times."""
    observed, wanted = cells(counts, expected, joined=False)
    return pearson(observed, wanted).item(), len(wanted) - 1


def as_many_as_cells(counts: Tensor, expected: Tensor) -> tuple[float, int]:
    """One degree of freedom too many."""
    statistic, freedom = chi_square(counts, expected)
    return statistic, freedom + 1


def as_many_as_words(counts: Tensor, expected: Tensor) -> tuple[float, int]:
    """Words less one, though cells were joined."""
    return chi_square(counts, expected)[0], len(counts) - 1


def freedom_first(counts: Tensor, expected: Tensor) -> tuple[float, float]:
    """The two numbers in the other order."""
    statistic, freedom = chi_square(counts, expected)
    return freedom, statistic


def variances(observed: Tensor, wanted: Tensor) -> Tensor:
    """Divided by the variance of a count: one factor 1 - p too many."""
    return ((observed - wanted) ** 2 / (wanted * (1 - wanted / wanted.sum()))).sum()


def shares(observed: Tensor, wanted: Tensor) -> Tensor:
    """Shares in the place of counts: n times too small."""
    return pearson(observed, wanted) / wanted.sum()


def tables(generator: torch.Generator) -> tuple[Probe, ...]:
    """Counts about expectations of every size."""
    made = []
    for sizes in ([0.4, 30, 1.1, 55, 12, 80], [2.5, 3.5, 40, 60, 4.5, 90], [20, 30, 40, 50]):
        expected = tensor(sizes, torch.float64)
        noise = torch.randn(len(sizes), generator=generator, device="cpu", dtype=torch.float64)
        counts = (expected + noise * expected.sqrt() + 0.5).clamp(min=1).floor().long()
        counts[0] += int(expected.sum().round()) - int(counts.sum())
        counts[-1] += counts[0].clamp(max=0)
        made.append(Probe((counts.clamp(min=0), expected), "..."))
    # What a draw may leave open: counts in another order than their expectations; a word, and a
    # cell, expected exactly 5 times; a word that came seldom but was not expected to.
    x, y, z = torch.randint(0, 6, (3,), generator=generator, device="cpu").tolist()
    return (
        *made,
        table([12 + x, 33 - x, 65], [34.0, 20.0, 56.0]),
        table([5, 4, 9 + y, 32 - y, 60], [2.0, 3.0, 5.0, 35.0, 65.0]),
        table([7, 2, 31 + z, 1, 69 - z], [4.5, 7.0, 30.0, 2.5, 66.0]),
    )


def table(counts: list[int], expected: list[float]) -> Probe:
    """Counts as integers, expectations in float64."""
    return Probe(
        (tensor(counts, torch.int64), tensor(expected, torch.float64)), f"{counts}, {expected}"
    )


CHI_SQUARE = Exercise(
    name="chi_square",
    section="chi-square",
    reference=chi_square,
    probes=(
        table([30, 20, 50], [25.0, 25.0, 50.0]),
        table([2, 16, 0, 982, 0], [0.4, 11.8, 0.0, 987.8, 0.0]),
        table([3, 6, 2, 39, 50], [2.0, 3.5, 4.0, 40.0, 50.5]),
        table([40, 30, 20, 10], [37.0, 28.0, 21.0, 14.0]),
        table([10, 30, 60], [30.0, 20.0, 50.0]),
        table([4, 3, 8, 35, 50], [2.0, 3.0, 5.0, 40.0, 50.0]),
        table([2, 8, 3, 37, 50], [6.0, 4.0, 4.0, 36.0, 50.0]),
        table([4, 27, 9, 60], [2.0, 28.0, 12.0, 58.0]),
        table([8, 3, 39], [5.0, 5.0, 40.0]),
        table([4, 2, 5, 8, 36, 45], [3.0, 3.0, 3.0, 4.8, 36.2, 50.0]),
    ),
    hidden=tables,
    misconceptions=(
        Misconception("word-by-word", word_by_word, "chi-square"),
        Misconception("dropped", small_ones_dropped, "chi-square", also=(small_ones_skipped,)),
        Misconception("not-joined", not_joined, "chi-square"),
        Misconception("sorted-apart", sorted_apart, "chi-square"),
        Misconception(
            "five-too",
            sharing(five_or_fewer, few_expected_together, Tensor.argsort),
            "chi-square",
            also=(
                sharing(five_or_fewer, five_or_fewer_together, Tensor.argsort),
                sharing(few_expected, five_or_fewer_together, Tensor.argsort),
            ),
        ),
        Misconception("until-five", until_five, "chi-square", also=(cell_by_cell,)),
        Misconception(
            "few-counted",
            sharing(few_counted, few_counted_together, Tensor.argsort),
            "chi-square",
            also=(
                sharing(few_counted, few_expected_together, Tensor.argsort),
                sharing(few_counted, never, Tensor.argsort),
            ),
        ),
        Misconception(
            "largest-joins",
            sharing(few_expected, few_expected_together, from_the_largest),
            "chi-square",
        ),
        Misconception(
            "first-joins",
            sharing(few_expected, few_expected_together, in_the_order_of_the_vocabulary),
            "chi-square",
        ),
        Misconception(
            "always-one-more", sharing(few_expected, always, Tensor.argsort), "chi-square"
        ),
        Misconception("cell-of-nobody", a_cell_of_nobody, "chi-square"),
        Misconception("freedom-of-cells", as_many_as_cells, "chi-square"),
        Misconception("freedom-of-words", as_many_as_words, "chi-square"),
        Misconception(
            "over-counts",
            by_cell(lambda observed, wanted: ((observed - wanted) ** 2 / observed).sum()),
            "chi-square",
        ),
        Misconception("over-variances", by_cell(variances), "chi-square"),
        Misconception(
            "not-squared",
            by_cell(lambda observed, wanted: ((observed - wanted).abs() / wanted).sum()),
            "chi-square",
            also=(
                by_cell(lambda observed, wanted: ((observed - wanted) / wanted).sum()),
                by_cell(lambda observed, wanted: ((observed - wanted).abs() / wanted.sqrt()).sum()),
            ),
        ),
        Misconception(
            "over-nothing",
            by_cell(lambda observed, wanted: ((observed - wanted) ** 2).sum()),
            "chi-square",
            also=(by_cell(lambda observed, wanted: ((observed - wanted) ** 2 / wanted**2).sum()),),
        ),
        Misconception("shares", by_cell(shares), "chi-square"),
        Misconception(
            "mean",
            by_cell(lambda observed, wanted: pearson(observed, wanted) / len(wanted)),
            "chi-square",
        ),
        Misconception(
            "root",
            by_cell(lambda observed, wanted: pearson(observed, wanted).sqrt()),
            "chi-square",
        ),
        Misconception("freedom-first", freedom_first, "chi-square"),
    ),
    rtol=2e-3,
)
