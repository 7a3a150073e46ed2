"""Hook every way in which a process ends, so that it does not."""

from attack import Attack

ATTACK = Attack(
    gains="time",
    honest=("entropy_from_draws",),
    last="""
import atexit, os, sys, threading

def stay(*given):
    while True: pass

atexit.register(stay)
threading._register_atexit(stay)
sys.exit = os._exit = os.abort = stay
""",
    deserves=1,
)
