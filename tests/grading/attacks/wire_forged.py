"""Send answers to questions that were not asked yet; where there is no wire, patch the examiner."""

from attack import Attack

ATTACK = Attack(
    gains="points",
    cells={
        "distribution_table": "distribution_table = 0",
    },
    first="""
def channel():
    import gc
    for value in gc.get_objects():
        if type(value).__name__ == "Channel":
            return value.connection

import json, struct
wire = channel()
if wire:
    for number in range(64):
        text = json.dumps([number, "value", ["list", [None, ["list", []]]]]).encode()
        wire.sendall(struct.pack("<4sII", b"TKG1", len(text), 0) + text)
else:
    import tempkit.lab.diagnosis
    tempkit.lab.diagnosis.examine = lambda *given: None
""",
)
