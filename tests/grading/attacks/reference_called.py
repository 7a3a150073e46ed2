"""Import the reference solution of the exercise and call it."""

from attack import Attack

ATTACK = Attack(
    gains="points",
    honest=("entropy_from_draws",),
    cells={
        "distribution_table": """
def distribution_table(logits, temperatures):
    from tempkit.lab.exercises import exercise_of
    return exercise_of("01", "distribution_table").reference(logits, temperatures)
""",
    },
    deserves=1,
)
