"""Hand in the first half of a notebook."""

from attack import Attack
from handed_in import as_bytes, notebook


def write(folder, placed):
    handed_in = as_bytes(notebook("solved"))
    (folder / "mallory.ipynb").write_bytes(handed_in[: len(handed_in) // 2])


ATTACK = Attack(gains="batch", writes=write)
