"""Write half of a character, which JSON can and nothing else, into a cell and a label."""

from attack import Attack
from handed_in import as_bytes, own_cell, solved_in_part


def write(folder, placed):
    handed_in = solved_in_part(["entropy_from_draws"])
    handed_in["cells"].append(own_cell(r"print('\ud800')") | {"id": "\ud800"})
    handed_in["cells"].append(
        own_cell("open('\ud800')") | {"metadata": {"nbgrader": {"grade_id": "\udfff"}}}
    )
    (folder / "mallory.ipynb").write_bytes(as_bytes(handed_in))


ATTACK = Attack(gains="batch", writes=write, deserves=1)
