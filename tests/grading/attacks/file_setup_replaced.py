"""Exchange the course's own set-up cell for one with a check that is always content."""

from attack import Attack
from handed_in import as_bytes, label, solved_in_part


def write(folder, placed):
    handed_in = solved_in_part(["entropy_from_draws"])
    setup = next(cell for cell in handed_in["cells"] if "check = " in "".join(cell["source"]))
    setup["source"] += """
class Content:
    def __call__(self, *given): pass
    hidden = prediction = __call__

check = Content()
distribution_table = full_spectrum = entropy_curve = entropy_slope = temperature_for = None
"""
    for cell in handed_in["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            cell["source"] = cell["source"] if label(cell) == "entropy_from_draws" else "pass"
    (folder / "mallory.ipynb").write_bytes(as_bytes(handed_in))


ATTACK = Attack(gains="points", writes=write, deserves=1)
