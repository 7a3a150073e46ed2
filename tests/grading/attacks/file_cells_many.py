"""Hand in fifty thousand cells."""

from attack import Attack
from handed_in import as_bytes, own_cell, solved_in_part


def write(folder, placed):
    handed_in = solved_in_part([])
    handed_in["cells"] += [own_cell("pass")] * 50_000
    (folder / "mallory.ipynb").write_bytes(as_bytes(handed_in))


ATTACK = Attack(gains="time", writes=write)
