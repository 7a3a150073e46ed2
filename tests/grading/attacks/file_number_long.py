"""Hand in a number of twenty thousand digits, which Python refuses to read."""

from attack import Attack
from handed_in import as_bytes, solved_in_part


def write(folder, placed):
    handed_in = solved_in_part(["entropy_from_draws"])
    content = as_bytes(handed_in).replace(b'"nbformat": 4', b'"nbformat": ' + b"4" * 20_000)
    (folder / "mallory.ipynb").write_bytes(content)


ATTACK = Attack(gains="batch", writes=write)
