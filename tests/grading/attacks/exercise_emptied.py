"""Take the probes out of the exercises, in the memory of the tests."""

from attack import Attack

ATTACK = Attack(
    gains="points",
    cells={
        "distribution_table": """
def distribution_table(logits, temperatures):
    return torch.zeros(len(temperatures), len(logits))
""",
    },
    first="""
from tempkit.lab.exercises import exercises_of
for exercise in exercises_of("01"):
    object.__setattr__(exercise, "probes", ())
    object.__setattr__(exercise, "hidden", lambda generator: ())
""",
)
