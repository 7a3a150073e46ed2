"""Connect to a server on the grader's machine."""

from attack import Attack

ATTACK = Attack(
    gains="network",
    honest=("entropy_from_draws",),
    last="""
import socket
socket.create_connection(("127.0.0.1", @port@), 2).send(b"hello")
""",
    deserves=1,
    needs=("network namespace", "seccomp"),
)
