"""Return tens of millions of numbers: whoever explains the mistake has to look at them all."""

from attack import Attack

ATTACK = Attack(
    gains="time",
    cells={
        name: f"def {name}(*given): return torch.rand(20_000_000)"
        for name in ("distribution_table", "full_spectrum", "entropy_curve", "entropy_slope")
    },
)
