"""The system calls that Python has no name for, by ctypes: namespaces, mounts, capabilities.

Each raises OSError with the kernel's reason, so that a caller can tell which layer is missing.
"""

from __future__ import annotations

import ctypes
import os
import platform
import stat

__all__ = [
    "NEWCGROUP",
    "NEWIPC",
    "NEWNET",
    "NEWNS",
    "NEWPID",
    "NEWUSER",
    "NEWUTS",
    "PLAIN",
    "bind_read_only",
    "detach",
    "drop_capabilities",
    "forbid_new_privileges",
    "make_private",
    "mount",
    "pivot_root",
    "prctl",
    "remount_read_only",
    "set_hostname",
    "system_call",
    "unshare",
]

NEWNS, NEWCGROUP, NEWUTS = 0x00020000, 0x02000000, 0x04000000
NEWIPC, NEWUSER, NEWPID, NEWNET = 0x08000000, 0x10000000, 0x20000000, 0x40000000

_RDONLY, _NOSUID, _NODEV, _NOEXEC, _REMOUNT, _BIND = 1, 2, 4, 8, 32, 4096
_REC, _PRIVATE, _MNT_DETACH = 16384, 1 << 18, 2
_AT_FDCWD, _AT_RECURSIVE, _MOUNT_SETATTR = -100, 0x8000, 442
_PR_SET_NO_NEW_PRIVS, _PR_CAPBSET_DROP, _CAPABILITIES = 38, 24, 64
#: Two calls whose numbers depend on the processor.
_NUMBERS = {"x86_64": (155, 126), "aarch64": (41, 91)}
_PIVOT_ROOT, _CAPSET = _NUMBERS.get(platform.machine(), (-1, -1))

#: Flags for file systems that hold nothing to be run with privileges.
PLAIN = _NOSUID | _NODEV

_libc: ctypes.CDLL | None = None


def _library() -> ctypes.CDLL:
    global _libc
    if _libc is None:
        _libc = ctypes.CDLL(None, use_errno=True)
        _libc.syscall.restype = ctypes.c_long
    return _libc


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def system_call(number: int, *arguments: object, what: str) -> int:
    """A system call by its number."""
    if number < 0:
        raise OSError(38, f"{what}: not known for {platform.machine()}")
    wide = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return _checked(_library().syscall(ctypes.c_long(number), *wide), what)


def prctl(option: int, argument: int = 0) -> int:
    """Ask something of this process."""
    return _checked(
        _library().prctl(
            option,
            ctypes.c_ulong(argument),
            ctypes.c_ulong(0),
            ctypes.c_ulong(0),
            ctypes.c_ulong(0),
        ),
        f"prctl {option}",
    )


def unshare(flags: int) -> None:
    """Leave namespaces behind for new ones."""
    _checked(_library().unshare(flags), "unshare")


def mount(source: str, target: str, kind: str | None, flags: int, data: str = "") -> None:
    """mount(2)."""
    _checked(
        _library().mount(
            source.encode(),
            target.encode(),
            kind.encode() if kind else None,
            ctypes.c_ulong(flags),
            data.encode() if data else None,
        ),
        f"mount {target}",
    )


def make_private() -> None:
    """No mount of ours is seen by others, nor theirs by us."""
    mount("none", "/", None, _REC | _PRIVATE)


def bind_read_only(source: str, target: str) -> None:
    """Show a file or folder, with what is mounted below it, at another place and read-only."""
    mount(source, target, None, _BIND | _REC)
    device = stat.S_ISCHR(os.stat(source).st_mode)  # noqa: PTH116 (the mode is what counts)
    attributes = (ctypes.c_uint64 * 4)(_RDONLY | _NOSUID | (0 if device else _NODEV), 0, 0, 0)
    system_call(
        _MOUNT_SETATTR,
        _AT_FDCWD,
        ctypes.c_char_p(target.encode()),
        _AT_RECURSIVE,
        attributes,
        32,
        what=f"make {target} read-only",
    )


def remount_read_only(target: str) -> None:
    """Nothing more is written there."""
    mount("none", target, None, _REMOUNT | _BIND | _RDONLY | _NOSUID | _NODEV)


def pivot_root(new: str, old: str) -> None:
    """Make ``new`` the root; what was the root is found at ``old``."""
    system_call(
        _PIVOT_ROOT,
        ctypes.c_char_p(new.encode()),
        ctypes.c_char_p(old.encode()),
        what="pivot_root",
    )


def detach(target: str) -> None:
    """Unmount, now or when its last user is gone."""
    _checked(_library().umount2(target.encode(), _MNT_DETACH), f"umount {target}")


def set_hostname(name: str) -> None:
    """The host's name, in this UTS namespace."""
    _checked(_library().sethostname(name.encode(), len(name)), "sethostname")


def forbid_new_privileges() -> None:
    """From here on no program that is run can gain any."""
    prctl(_PR_SET_NO_NEW_PRIVS, 1)


def drop_capabilities() -> None:
    """Every capability, and the possibility of having one again."""
    for capability in range(_CAPABILITIES):
        try:
            prctl(_PR_CAPBSET_DROP, capability)
        except OSError:  # beyond the last one, or without the right to drop it
            continue
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    system_call(_CAPSET, header, (ctypes.c_uint32 * 6)(), what="capset")
