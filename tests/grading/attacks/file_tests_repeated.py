"""Hand in the test of a solved exercise ten times, under ten labels and ids."""

from attack import Attack
from handed_in import as_bytes, cell_of, solved_in_part


def write(folder, placed):
    handed_in = solved_in_part(["entropy_from_draws"])
    test = cell_of(handed_in, "check-entropy_from_draws")
    for number in range(10):
        nbgrader = test["metadata"]["nbgrader"] | {"grade_id": f"check-entropy_from_draws-{number}"}
        handed_in["cells"].append(
            test | {"id": f"again{number}", "metadata": {"nbgrader": nbgrader}}
        )
    (folder / "mallory.ipynb").write_bytes(as_bytes(handed_in))


ATTACK = Attack(gains="points", writes=write, deserves=1)
