"""Hand in a symbolic link to the course's solution."""

from attack import Attack


def write(folder, placed):
    solution = placed("@checkout@/solutions/en/01-temperature-and-entropy.ipynb")
    (folder / "mallory.ipynb").symlink_to(solution)


ATTACK = Attack(gains="points", writes=write)
