"""Look at the list of processes for somebody else's."""

from attack import Attack

ATTACK = Attack(
    gains="says",
    honest=("entropy_from_draws",),
    last="""
import os
for name in os.listdir("/proc"):
    if name.isdigit() and int(name) != os.getpid():
        print(open(f"/proc/{name}/cmdline").read())
        print("GAINED", "IT", sep="-")
""",
    deserves=1,
    needs=("fresh /proc", "landlock"),
)
