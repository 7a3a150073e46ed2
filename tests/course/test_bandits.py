"""The player of note 09 against a plain one, and the standard errors of its summary."""

import math

import pytest
import torch

from tempkit.course import bandits


def one_run(means, temperature, gumbel, normal):
    """The same game for one run, in plain Python."""
    sums, counts, regret = [0.0] * len(means), [0] * len(means), 0.0
    for step in range(len(normal)):
        if step < len(means):
            arm = step
        else:
            scores = [
                s / n + temperature * g for s, n, g in zip(sums, counts, gumbel[step], strict=True)
            ]
            arm = scores.index(max(scores))
        sums[arm] += means[arm] + normal[step]
        counts[arm] += 1
        regret += max(means) - means[arm]
    return regret


def test_many_runs_at_once_are_what_each_would_be_alone():
    played = bandits.play([bandits.same_for_all(0.3)], runs=4, arms=3, steps=50, seed=5)
    generator = torch.Generator("cpu").manual_seed(5)
    normal = {"generator": generator, "dtype": torch.float64}
    means = torch.randn(4, 3, **normal)
    noise, errors = [], []
    for _ in range(50):
        noise.append(-torch.log(-torch.log(torch.rand(4, 3, **normal))))
        errors.append(torch.randn(4, 1, **normal))
    gumbel, error = torch.stack(noise), torch.cat(errors, dim=1)
    alone = [
        one_run(means[run].tolist(), 0.3, gumbel[:, run].tolist(), error[run].tolist())
        for run in range(4)
    ]
    torch.testing.assert_close(played.at(0), torch.tensor(alone, dtype=torch.float64))


def test_a_strategy_plays_the_same_alone_and_among_others():
    sizes = [bandits.same_for_all(0.3), bandits.cooling(1.0, 30), bandits.by_counts(0.5)]
    together = bandits.play(sizes, runs=20, steps=100)
    for index, size in enumerate(sizes):
        assert torch.equal(together.at(index), bandits.play([size], runs=20, steps=100).at(0))


def test_regret_is_recorded_every_ten_steps():
    played = bandits.play([bandits.same_for_all(1.0)], runs=3, steps=40)
    assert played.regret.shape == (1, 3, 4)
    assert torch.equal(played.at(0, 40), played.at(0))
    assert (played.at(0, 20) >= played.at(0, 10)).all()


def test_the_errors_of_mean_and_median_are_as_wide_as_their_scatter():
    """On exponential runs: fails for one seed in a thousand; an error 15 % off is caught."""
    generator = torch.Generator("cpu").manual_seed(0)
    samples = -torch.rand(2000, 200, dtype=torch.float64, generator=generator).log()
    said = [bandits.summary(sample) for sample in samples]
    for name, exact in (("mean", 1 / math.sqrt(200)), ("median", 1 / math.sqrt(200))):
        typical = sum(getattr(s, f"{name}_error") for s in said) / len(said)
        scatter = torch.tensor([getattr(s, name) for s in said]).std().item()
        assert typical == pytest.approx(exact, rel=0.05)
        assert scatter == pytest.approx(exact, rel=0.07)
