"""Print the grader's environment, in which there may be keys."""

from attack import Attack
from world import SECRET

ATTACK = Attack(
    gains="says",
    honest=("entropy_from_draws",),
    last="""
import os
print(dict(os.environ))
""",
    deserves=1,
    tells=SECRET,
)
