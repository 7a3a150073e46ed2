"""Hand in bytes that are no text in any encoding of JSON."""

from attack import Attack
from handed_in import as_bytes, notebook


def write(folder, placed):
    handed_in = as_bytes(notebook("solved")).replace(b'"cells"', b'"cells\xff\xfe"')
    (folder / "mallory.ipynb").write_bytes(handed_in)


ATTACK = Attack(gains="batch", writes=write)
