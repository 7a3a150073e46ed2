"""Search all objects of the process for an exercise, and use its reference."""

from attack import Attack

ATTACK = Attack(
    gains="points",
    cells={
        "distribution_table": """
def distribution_table(logits, temperatures):
    import gc
    for value in gc.get_objects():
        if type(value).__name__ == "Exercise" and value.name == "distribution_table":
            return value.reference(logits, temperatures)
""",
    },
)
