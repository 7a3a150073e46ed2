"""Open two thousand files at a time."""

from attack import Attack

ATTACK = Attack(
    gains="says",
    honest=("entropy_from_draws",),
    last="""
import os, resource
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
held = []
try:
    for _ in range(2000):
        held.append(os.open("/dev/null", os.O_RDONLY))
    print("GAINED", "IT", sep="-")
finally:
    for descriptor in held:
        os.close(descriptor)
""",
    deserves=1,
)
