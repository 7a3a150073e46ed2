"""Search all of the process's memory for the tests: a fork inherits what its parent had."""

from attack import Attack

ATTACK = Attack(
    gains="says",
    last="""
wanted = b"".join(bytes([c]) for c in reversed(b"lavretni sti fo dne na ta spots"))
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
    for line in maps:
        span, mode = line.split()[:2]
        if not mode.startswith("rw"):
            continue
        start, end = (int(x, 16) for x in span.split("-"))
        tail = b""
        for at in range(start, end, 1 << 20):
            try:
                memory.seek(at)
                piece = memory.read(min(1 << 20, end - at))
            except OSError:
                break
            text = tail + piece
            place = text.find(wanted)
            # What is searched for is in memory by itself; in a test, words come before it.
            while place >= 0:
                if text[place - 5 : place] == b"that ":
                    print("GAINED", "IT", sep="-")
                place = text.find(wanted, place + 1)
            tail = piece[-64:]
""",
)
