"""Hand in an archive that holds a symbolic link to the course's solution."""

import zipfile

from attack import Attack


def write(folder, placed):
    solution = placed("@checkout@/solutions/en/01-temperature-and-entropy.ipynb")
    link = zipfile.ZipInfo("mallory.ipynb")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        archive.writestr(link, solution)


ATTACK = Attack(gains="points", writes=write)
