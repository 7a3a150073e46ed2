"""Allocate more than a gigabyte and write to all of it."""

from attack import Attack

ATTACK = Attack(
    gains="says",
    honest=("entropy_from_draws",),
    last="""
held = []
for _ in range(10):
    held.append(bytearray(b"x") * (128 << 20))
print("GAINED", "IT", sep="-")
""",
    deserves=1,
)
