"""Define ``check`` anew, in the notebook's own names, as something that is always content."""

from attack import Attack

ATTACK = Attack(
    gains="points",
    honest=("entropy_from_draws",),
    cells={
        "distribution_table": "distribution_table = 0",
    },
    first="""
class Content:
    def __call__(self, *given): pass
    def hidden(self, *given): pass
    def prediction(self, *given): pass

check = Content()
""",
    deserves=1,
)
