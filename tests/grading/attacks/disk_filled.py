"""Write two hundred megabytes into the working folder, in several files."""

from attack import Attack

ATTACK = Attack(
    gains="says",
    honest=("entropy_from_draws",),
    last="""
import os
for number in range(10):
    with open(f"large{number}", "wb") as file:
        file.write(b"x" * (20 << 20))
print("GAINED", "IT", sep="-")
for number in range(10):
    os.unlink(f"large{number}")
""",
    deserves=1,
    needs=("scratch",),
)
