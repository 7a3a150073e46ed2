"""Compute a number of 370 million digits, in one step which no signal interrupts."""

from attack import Attack

ATTACK = Attack(
    gains="time",
    cells={
        "distribution_table": """
def distribution_table(logits, temperatures):
    return 9 ** 9 ** 9
""",
    },
)
