"""Connect to a server with the C library's own calls, past everything of Python's."""

from attack import Attack

ATTACK = Attack(
    gains="network",
    honest=("entropy_from_draws",),
    last="""
import ctypes, struct
libc = ctypes.CDLL(None)
address = struct.pack("<H", 2) + struct.pack(">H", @port@) + bytes([127, 0, 0, 1]) + bytes(8)
descriptor = libc.socket(2, 1, 0)
libc.connect(descriptor, address, len(address))
""",
    deserves=1,
    needs=("network namespace", "seccomp"),
)
