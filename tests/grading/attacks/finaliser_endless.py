"""Return an object that refuses to be cleared away: its finaliser never ends."""

from attack import Attack

ATTACK = Attack(
    gains="time",
    cells={
        "distribution_table": """
class Stays:
    def __del__(self):
        while True:
            try:
                while True: pass
            except BaseException:
                pass

def distribution_table(logits, temperatures):
    return Stays()
""",
    },
)
