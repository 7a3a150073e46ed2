"""Hand in an archive whose list of names is right and whose contents are not."""

import zipfile

from attack import Attack
from handed_in import as_bytes, notebook


def write(folder, placed):
    path = folder / "all.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mallory.ipynb", as_bytes(notebook("solved")))
    content = bytearray(path.read_bytes())
    content[200:400] = bytes(200)
    path.write_bytes(content)


ATTACK = Attack(gains="batch", writes=write)
