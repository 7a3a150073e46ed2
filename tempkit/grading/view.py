"""What of the file system a student's code may see: Python and its libraries, and nothing else.

The template moves into a root of its own in which only that exists, read-only. Of tempkit it holds
what a lab may use; checks, references, misconceptions, notes, solutions and the grader itself are
not there to be read or imported.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from tempkit.grading import kernel

__all__ = ["DEVICES", "PACKAGE", "SCRATCH", "WITHHELD_PARTS", "move_in", "visible"]

#: Where a student's code may write: a file system of its own, small, and gone with it. No folder of
#: the machine's, which might hold the Python that runs here.
SCRATCH = "/student"
PACKAGE = Path(__file__).resolve().parents[1]
#: The parts of tempkit that hold answers, or work for those who teach.
WITHHELD_PARTS = ("lab", "course", "grading", "cli.py", "__pycache__")

_SYSTEM = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/fonts",
    "/etc/ssl",
    "/nix/store",
)
#: A folder that any Linux has, and no student's code needs: the new root is built upon it.
_UNUSED = ("/sys", "/mnt", "/srv")
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_ACCOUNT = f"student:x:{{uid}}:{{gid}}:student:{SCRATCH}:/usr/sbin/nologin\n"
_ROOT_SIZE = "size=64m,nr_inodes=16k,mode=0755"


def _checkout() -> Path:
    """The folder around the package: the course's, if this is a checkout."""
    return PACKAGE.parent


def visible() -> list[str]:
    """Everything that may be read, as paths none of which holds anything that may not."""
    wanted = [Path(path) for path in (*_SYSTEM, sys.prefix, sys.base_prefix)]
    wanted += [Path(entry) for entry in sys.path if entry]
    checkout = _checkout()
    hidden = [checkout] if (checkout / "solutions").is_dir() else []
    wanted = [path for path in wanted if path.exists() and path not in hidden]
    paths = [piece for path in wanted for piece in _without(path, [*hidden, PACKAGE], wanted)]
    paths += [str(path) for path in sorted(PACKAGE.iterdir()) if path.name not in WITHHELD_PARTS]
    return list(dict.fromkeys(paths))


def _without(path: Path, hidden: list[Path], wanted: list[Path]) -> Iterator[str]:
    """``path``, or its children where something hidden lies below it."""
    for secret in hidden:
        inside = path.resolve().is_relative_to(secret)
        if inside and not any(w.is_relative_to(secret) and path == w for w in wanted):
            return
    below = [secret for secret in hidden if secret.is_relative_to(path.resolve())]
    if not below:
        yield str(path)
        return
    for child in sorted(path.iterdir()):
        yield from _without(child, hidden, wanted)


def move_in() -> None:
    """Move into a root that shows only :func:`visible`, in a mount namespace of one's own.

    Raises
    ------
    OSError
        If mounting is not allowed here.
    """
    kernel.make_private()
    new_root = next(folder for folder in _UNUSED if Path(folder).is_dir())
    kernel.mount("tmpfs", new_root, "tmpfs", kernel.PLAIN, _ROOT_SIZE)
    for path in sorted(visible(), key=lambda path: path.count("/")):
        if not path.startswith(str(PACKAGE)):
            _show(path, new_root)
    for device in DEVICES:
        _show(device, new_root)
    _copy_library(new_root)
    for folder in (SCRATCH, "/proc", "/etc", "/dev", "/.old"):
        Path(new_root + folder).mkdir(parents=True, exist_ok=True)
    for usual in ("/tmp", "/dev/shm"):
        if not Path(new_root + usual).exists():  # Python may lie below the one
            Path(new_root + usual).symlink_to(SCRATCH)
    Path(new_root + "/etc/passwd").write_text(_ACCOUNT.format(uid=os.getuid(), gid=os.getgid()))
    # A fresh /proc may be mounted in a user namespace only where an old one is in sight.
    kernel.mount("/proc", new_root + "/proc", None, 4096 | 16384)
    os.chdir(new_root)
    kernel.pivot_root(".", ".old")
    os.chdir("/")
    kernel.detach("/.old")
    kernel.remount_read_only("/")


def _show(path: str, new_root: str) -> None:
    """The same path in the new root: a symbolic link as it is, anything else bound read-only."""
    source, target = Path(path), Path(new_root + path)
    if not os.path.lexists(source) or os.path.lexists(target):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_symlink():
        target.symlink_to(source.readlink())
        return
    if source.is_dir():
        target.mkdir()
    else:
        target.touch()
    kernel.bind_read_only(path, str(target))


def _copy_library(new_root: str) -> None:
    """The parts of tempkit that a lab may use, copied: its folder may hold more than they see."""
    target = Path(new_root + str(PACKAGE))
    target.mkdir(parents=True, exist_ok=True)
    for part in PACKAGE.iterdir():
        if part.name in WITHHELD_PARTS:
            continue
        if part.is_dir():
            shutil.copytree(part, target / part.name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(part, target / part.name)
