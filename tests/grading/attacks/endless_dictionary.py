"""Return a dictionary that has always one more key."""

from attack import Attack

ATTACK = Attack(
    gains="time",
    cells={
        "distribution_table": """
import time

class Endless(dict):
    def __iter__(self):
        while True:
            time.sleep(0.01)
            yield "a"
    def items(self):
        for key in self:
            yield key, 1.0

def distribution_table(logits, temperatures):
    return Endless(a=1.0)
""",
    },
)
