"""Write into the file that a solved exercise is worth a thousand points."""

from attack import Attack
from handed_in import as_bytes, cell_of, solved_in_part


def write(folder, placed):
    handed_in = solved_in_part(["entropy_from_draws"])
    cell_of(handed_in, "check-entropy_from_draws")["metadata"]["nbgrader"]["points"] = 1000
    (folder / "mallory.ipynb").write_bytes(as_bytes(handed_in))


ATTACK = Attack(gains="points", writes=write, deserves=1)
