"""Never come back from a cell."""

from attack import Attack

ATTACK = Attack(
    gains="time",
    honest=("entropy_from_draws",),
    last="while True: pass",
    deserves=1,
)
