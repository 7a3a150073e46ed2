"""Put a module with exercises of one's own in the place of the course's."""

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
import sys, types

class Easy:
    name, section, misconceptions, rtol, atol, probes = "distribution_table", "", (), 1, 1, ()
    hidden = staticmethod(lambda generator: ())
    reference = judge = None

fake = types.ModuleType("tempkit.lab.exercises")
fake.exercise_of = lambda chapter, name: Easy()
sys.modules["tempkit.lab.exercises"] = fake
""",
)
