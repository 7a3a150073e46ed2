"""Give the test of the solved exercise the labels, ids and points of all the others."""

from attack import Attack
from handed_in import as_bytes, cell_of, label, solved_in_part


def write(folder, placed):
    handed_in = solved_in_part(["entropy_from_draws"])
    cells = handed_in["cells"]
    cells.insert(1, cells.pop(cells.index(cell_of(handed_in, "entropy_from_draws"))))
    test = cell_of(handed_in, "check-entropy_from_draws")
    for cell in cells:
        if (label(cell) or "").startswith("check-"):
            cell["source"] = test["source"]
    (folder / "mallory.ipynb").write_bytes(as_bytes(handed_in))


ATTACK = Attack(gains="points", writes=write, deserves=1)
