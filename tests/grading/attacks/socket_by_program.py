"""Let another program connect to a server."""

from attack import Attack

ATTACK = Attack(
    gains="network",
    honest=("entropy_from_draws",),
    last="""
import subprocess
subprocess.run(["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/@port@"], timeout=3)
""",
    deserves=1,
    needs=("network namespace", "seccomp"),
)
