"""Stay below the limit of every call, and take all the time that many calls have together."""

from attack import Attack

ATTACK = Attack(
    gains="time",
    cells={
        name: f"""
def {name}(*given):
    import time
    time.sleep(2.5)
    return 0.0
"""
        for name in ("distribution_table", "full_spectrum", "entropy_curve", "entropy_slope")
    },
)
