"""Read the memory at address zero: the process ends at once, and with it who grades in it."""

from attack import Attack

ATTACK = Attack(
    gains="batch",
    cells={
        "distribution_table": """
def distribution_table(logits, temperatures):
    import ctypes
    ctypes.string_at(0)
""",
    },
)
