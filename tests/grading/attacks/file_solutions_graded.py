"""Declare one's own cells to be tests, which pass since they do nothing."""

from attack import Attack
from handed_in import as_bytes, label, solved_in_part


def write(folder, placed):
    handed_in = solved_in_part(["entropy_from_draws"])
    for cell in handed_in["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            cell["metadata"]["nbgrader"] |= {"grade": True, "points": 5}
            cell["source"] = cell["source"] if label(cell) == "entropy_from_draws" else "pass"
    (folder / "mallory.ipynb").write_bytes(as_bytes(handed_in))


ATTACK = Attack(gains="points", writes=write, deserves=1)
