"""Use up the file system's entries with ten thousand empty files."""

from attack import Attack

ATTACK = Attack(
    gains="says",
    honest=("entropy_from_draws",),
    last="""
import os
os.mkdir("many")
for number in range(10_000):
    open(f"many/{number}", "w").close()
print("GAINED", "IT", sep="-")
""",
    deserves=1,
    needs=("scratch",),
)
