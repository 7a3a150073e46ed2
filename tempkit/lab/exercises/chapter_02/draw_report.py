"""Lab 02, ``draw_report``: counts beside their expectation and error."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.chapter_02.values import FIVE_WORDS
from tempkit.lab.exercises.probes import WORDS, tensor
from tempkit.scaling import softmax

__all__ = ["DRAW_REPORT"]

Report = dict[str, Tensor]


def draw_report(logits: Tensor, temperature: float, tokens: Tensor) -> Report:
    """Counts, expected counts and the standard errors of counts."""
    p = softmax(logits.double(), temperature)
    expected = len(tokens) * p
    return {
        "count": torch.bincount(tokens, minlength=len(p)).double(),
        "expected": expected,
        "error": (expected * (1 - p)).sqrt(),
    }


def with_part(part: str, change: Answer) -> Answer:
    """The right report with one part changed: ``change(report, number of draws)``."""

    def answer(logits: Tensor, temperature: float, tokens: Tensor) -> Report:
        report = draw_report(logits, temperature, tokens)
        return report | {part: change(report, len(tokens))}

    return answer


def report_at(change: Answer) -> Answer:
    """A report for another temperature."""

    def answer(logits: Tensor, temperature: float, tokens: Tensor) -> Report:
        return draw_report(logits, change(temperature), tokens)

    return answer


def only_words_seen(logits: Tensor, temperature: float, tokens: Tensor) -> Report:
    """bincount without minlength: the last words drop out of the counts when nobody drew them."""
    return draw_report(logits, temperature, tokens) | {"count": torch.bincount(tokens)}


def in_shares(logits: Tensor, temperature: float, tokens: Tensor) -> Report:
    """Everything divided by the number of draws."""
    report = draw_report(logits, temperature, tokens)
    return {key: part / len(tokens) for key, part in report.items()}


def words_for_draws(logits: Tensor, temperature: float, tokens: Tensor) -> Report:
    """n taken for the size of the vocabulary."""
    report, share = draw_report(logits, temperature, tokens), len(logits) / len(tokens)
    return report | {
        "expected": report["expected"] * share,
        "error": report["error"] * math.sqrt(share),
    }


def shares_counted(report: Report, n: int) -> Tensor:
    """The share that came in the place of the count."""
    return report["count"] / n


def tokens_added_up(logits: Tensor, temperature: float, tokens: Tensor) -> Report:
    """n taken for the sum of the tokens' numbers."""
    report, share = draw_report(logits, temperature, tokens), float(tokens.sum()) / len(tokens)
    return report | {
        "expected": report["expected"] * share,
        "error": report["error"] * math.sqrt(share),
    }


def overflowing(logits: Tensor, temperature: float, tokens: Tensor) -> Report:
    """exp(z/T) in float32, and no maximum subtracted: inf/inf at a low temperature."""
    weights = torch.exp(logits.float() / temperature)
    q, n = weights / weights.sum(), len(tokens)
    return draw_report(logits, temperature, tokens) | {
        "expected": n * q,
        "error": torch.sqrt(n * q * (1 - q)),
    }


def share_expected(report: Report, n: int) -> Tensor:
    """The probability in the place of the expected count."""
    return report["expected"] / n


def measured_error(report: Report, n: int) -> Tensor:
    """The error from the count that came out: 0 for a word that nobody drew."""
    return (report["count"] * (1 - report["count"] / n)).sqrt()


def random_tokens(generator: torch.Generator, count: int, size: int) -> Tensor:
    """Tokens, the last of the vocabulary never among them."""
    return torch.randint(0, size - 1, (count,), generator=generator, device="cpu")


def reports(generator: torch.Generator) -> tuple[Probe, ...]:
    """Random logits, tokens that leave one out; close logits at a very low temperature."""
    logits = torch.randn(6, generator=generator, device="cpu", dtype=torch.float32)
    close = 0.92 + 0.03 * torch.rand(6, generator=generator, device="cpu", dtype=torch.float32)
    return tuple(
        Probe((z, t, random_tokens(generator, n, 6)), "...")
        for z, t, n in ((logits, 0.6, 90), (logits, 2.5, 400), (close, 0.01, 300))
    )


def tokens_of(counts: list[int]) -> Tensor:
    """Each token as often as its count says."""
    return torch.arange(len(counts), device="cpu").repeat_interleave(
        torch.tensor(counts, device="cpu")
    )


DRAW_REPORT = Exercise(
    name="draw_report",
    section="counts",
    reference=draw_report,
    probes=(
        Probe(
            (tensor(FIVE_WORDS), 1.0, tokens_of([48, 45, 30, 50, 27])),
            f"{FIVE_WORDS}, 1.0, 200 tokens",
        ),
        Probe(
            (tensor(FIVE_WORDS), 0.01, tokens_of([0, 13, 0, 987, 0])),
            f"{FIVE_WORDS}, 0.01, 1000 tokens",
        ),
        Probe((tensor(WORDS), 2.0, tokens_of([9, 5, 4, 2, 0])), f"{WORDS}, 2.0, 20 tokens"),
    ),
    hidden=reports,
    misconceptions=(
        Misconception("only-words-seen", only_words_seen, "counts"),
        Misconception("shares", in_shares, "counts", also=(with_part("count", shares_counted),)),
        Misconception("share-expected", with_part("expected", share_expected), "counts"),
        Misconception("words-for-draws", words_for_draws, "counts"),
        Misconception("tokens-added-up", tokens_added_up, "counts"),
        Misconception("temperature-lost", report_at(lambda _: 1.0), "counts"),
        Misconception("inverted", report_at(lambda t: 1 / t), "01:only-differences"),
        Misconception("overflowing", overflowing, "00:floating-point"),
        Misconception(
            "poisson", with_part("error", lambda report, _: report["expected"].sqrt()), "counts"
        ),
        Misconception(
            "variance", with_part("error", lambda report, _: report["error"] ** 2), "counts"
        ),
        Misconception(
            "error-of-a-share", with_part("error", lambda report, n: report["error"] / n), "counts"
        ),
        Misconception(
            "one-draw",
            with_part("error", lambda report, n: report["error"] / math.sqrt(n)),
            "counts",
        ),
        Misconception(
            "measured-error",
            with_part("error", measured_error),
            "counts",
            also=(with_part("error", lambda report, _: report["count"].sqrt()),),
        ),
        Misconception(
            "rounded-expectation",
            with_part("expected", lambda report, _: report["expected"].round()),
            "counts",
        ),
    ),
    rtol=2e-3,
)
