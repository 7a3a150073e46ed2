"""Climb the stack to whoever calls, and find the reference among its variables."""

from attack import Attack

ATTACK = Attack(
    gains="points",
    honest=("entropy_from_draws",),
    cells={
        "distribution_table": """
def distribution_table(logits, temperatures):
    import sys
    frame = sys._getframe()
    while frame:
        for value in [*frame.f_locals.values()]:
            if hasattr(value, "reference"):
                return value.reference(logits, temperatures)
        frame = frame.f_back
""",
    },
    deserves=1,
)
