"""Hand in a pipe that nobody writes to: whoever opens it waits."""

import os

from attack import Attack


def write(folder, placed):
    os.mkfifo(folder / "mallory.ipynb", 0o666)


ATTACK = Attack(gains="time", writes=write)
