"""Replace the function that examines an answer by one that finds nothing wrong."""

from attack import Attack

ATTACK = Attack(
    gains="points",
    honest=("entropy_from_draws",),
    cells={
        "distribution_table": "distribution_table = 0",
    },
    first="""
import tempkit.lab.diagnosis
tempkit.lab.diagnosis.examine = lambda *given: None
""",
    deserves=1,
)
