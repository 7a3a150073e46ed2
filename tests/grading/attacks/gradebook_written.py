"""Write one's own grade into the gradebook."""

from attack import Attack

ATTACK = Attack(
    gains="damage",
    honest=("entropy_from_draws",),
    last='open("@victim@/gradebook.csv", "a").write("mallory,10\\n")',
    deserves=1,
)
