"""Hand in a notebook in UTF-16, which is JSON too, and with a byte order mark."""

from attack import Attack
from handed_in import as_bytes, solved_in_part


def write(folder, placed):
    handed_in = solved_in_part(["entropy_from_draws"])
    (folder / "mallory.ipynb").write_bytes(as_bytes(handed_in).decode().encode("utf-16"))


ATTACK = Attack(gains="batch", writes=write, deserves=1)
