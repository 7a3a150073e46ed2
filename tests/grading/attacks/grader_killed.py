"""Kill whoever grades: the parent, the group, and oneself."""

from attack import Attack

ATTACK = Attack(
    gains="batch",
    honest=("entropy_from_draws",),
    last="""
import os, signal
for kill, number in ((os.kill, os.getppid()), (os.killpg, 0), (os.kill, os.getpid())):
    try:
        kill(number, signal.SIGKILL)
    except OSError:
        pass
""",
    deserves=1,
)
