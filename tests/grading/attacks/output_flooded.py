"""Print ten million characters, and only then what somebody is to read."""

from attack import Attack

ATTACK = Attack(
    gains="says",
    honest=("entropy_from_draws",),
    last="""
for _ in range(10_000):
    print("x" * 1000)
print("GAINED", "IT", sep="-")
""",
    deserves=1,
)
