"""Raise an error whose message is never finished."""

from attack import Attack

ATTACK = Attack(
    gains="time",
    cells={
        "distribution_table": """
class Error(Exception):
    def __str__(self):
        while True: pass
    __repr__ = __str__

def distribution_table(logits, temperatures):
    raise Error
""",
    },
)
