"""Answer with a frame that arrives a byte at a time; without a wire, just as slowly."""

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
    import struct, time
    wire = channel()
    frame = struct.pack("<4sII", b"TKG1", 1 << 19, 0) + b" " * (1 << 19)
    for byte in frame:
        time.sleep(0.2)
        if wire:
            wire.send(bytes([byte]))
""",
    },
)
