"""Start two hundred threads at a time."""

from attack import Attack

ATTACK = Attack(
    gains="says",
    honest=("entropy_from_draws",),
    last="""
import threading
done = threading.Event()
threads = [threading.Thread(target=done.wait, daemon=True) for _ in range(200)]
try:
    for thread in threads:
        thread.start()
    print("GAINED", "IT", sep="-")
finally:
    done.set()
""",
    deserves=1,
    needs=("uid",),
)
