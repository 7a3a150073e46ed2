"""Tag the test cells so that whoever runs the notebook skips them."""

from attack import Attack
from handed_in import as_bytes, label, solved_in_part


def write(folder, placed):
    handed_in = solved_in_part(["entropy_from_draws"])
    for cell in handed_in["cells"]:
        if (label(cell) or "").startswith("check-"):
            cell["metadata"]["tags"] = ["skip-execution"]
    (folder / "mallory.ipynb").write_bytes(as_bytes(handed_in))


ATTACK = Attack(gains="points", writes=write, deserves=1)
