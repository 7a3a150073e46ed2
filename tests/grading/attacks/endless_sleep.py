"""Sleep in a function for as long as there is time."""

from attack import Attack

ATTACK = Attack(
    gains="time",
    cells={
        "distribution_table": """
def distribution_table(logits, temperatures):
    import time
    time.sleep(1e8)
""",
    },
)
