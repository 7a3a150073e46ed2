"""Turn the alarm clock off and its handler into nothing, and loop."""

from attack import Attack

ATTACK = Attack(
    gains="time",
    cells={
        "distribution_table": """
def distribution_table(logits, temperatures):
    import signal
    signal.signal(signal.SIGALRM, lambda *given: None)
    signal.setitimer(signal.ITIMER_REAL, 0)
    while True: pass
""",
    },
)
