"""Stop the clocks that the interpreter reads, so that no deadline is ever reached, and loop."""

from attack import Attack

ATTACK = Attack(
    gains="time",
    cells={
        "distribution_table": """
def distribution_table(logits, temperatures):
    import time
    time.monotonic = time.time = time.perf_counter = lambda: 0.0
    while True: pass
""",
    },
)
