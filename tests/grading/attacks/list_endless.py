"""Return a list that has always one more item."""

from attack import Attack

ATTACK = Attack(
    gains="time",
    cells={
        "distribution_table": """
class Endless(list):
    def __iter__(self):
        import time
        while True:
            time.sleep(0.01)
            yield 1.0

def distribution_table(logits, temperatures):
    return Endless([1.0])
""",
    },
)
