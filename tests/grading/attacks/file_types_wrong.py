"""Put numbers, lists and nulls where a notebook has texts and dictionaries."""

from attack import Attack
from handed_in import as_bytes, own_cell, solved_in_part


def write(folder, placed):
    handed_in = solved_in_part(["entropy_from_draws"])
    odd = [None, 7, [], {}, "cell", {"cell_type": ["code"]}, {"cell_type": "code", "metadata": 3}]
    odd += [own_cell(7), own_cell({"a": 1}), own_cell([["x"], 3]), own_cell("1") | {"metadata": []}]
    handed_in["cells"] += odd
    handed_in["metadata"] = [1]
    (folder / "mallory.ipynb").write_bytes(as_bytes(handed_in))


ATTACK = Attack(gains="batch", writes=write, deserves=1)
