"""A seccomp filter: system calls that no exercise needs and that break out of boxes.

The filter refuses with "operation not permitted", so that honest code which probes for a feature
goes on. Files, memory and processes stay usable within the limits that other layers set.
"""

from __future__ import annotations

import ctypes
import platform
import struct

__all__ = ["DENIED", "install"]

#: name: number on x86_64, number on aarch64
DENIED = {
    # other processes
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    # namespaces and mounts
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    # the kernel
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "vmsplice": (278, 75),
    "lookup_dcookie": (212, 18),
    "personality": (135, 92),
    "fanotify_init": (300, 262),
    # the machine
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "quotactl": (179, 60),
    "acct": (163, 89),
    "syslog": (103, 116),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "clock_adjtime": (305, 266),
    # memory that no limit of a process counts
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
}
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
#: Calls that are refused for some values of their first argument only.
_CLONE, _CLONE3, _SOCKET, _PRCTL, _IOCTL = (56, 220), (435, 435), (41, 198), (157, 167), (16, 29)

_NEW_NAMESPACE = 0x7E020000
_AF_UNIX, _SET_PDEATHSIG, _TIOCSTI, _TIOCLINUX = 1, 1, 0x5412, 0x541C
_ALLOW, _KILL, _EPERM, _ENOSYS = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_AT, _SECOND_AT = 0, 4, 16, 24

Instruction = tuple[int, int, int, int]


def _program(machine: str) -> list[Instruction]:
    column, architecture = _ARCHITECTURES[machine]
    program = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
    ]
    if machine == "x86_64":  # the x32 interface has other numbers for the same calls
        program += [(_AT_LEAST, 0, 1, 0x40000000), (_RETURN, 0, 0, _KILL)]
    for numbers in DENIED.values():
        program += [(_EQUAL, 0, 1, numbers[column]), (_RETURN, 0, 0, _EPERM)]
    # The C library falls back to clone, whose flags a filter can see.
    program += [(_EQUAL, 0, 1, _CLONE3[column]), (_RETURN, 0, 0, _ENOSYS)]
    program += _when(_CLONE[column], _FIRST_AT, [(_ANY_BIT, 0, 1, _NEW_NAMESPACE)])
    program += _when(_SOCKET[column], _FIRST_AT, [(_EQUAL, 1, 0, _AF_UNIX)])
    program += _when(_PRCTL[column], _FIRST_AT, [(_EQUAL, 0, 1, _SET_PDEATHSIG)])
    program += _when(_IOCTL[column], _SECOND_AT, [(_EQUAL, 0, 1, _TIOCSTI)])
    program += _when(_IOCTL[column], _SECOND_AT, [(_EQUAL, 0, 1, _TIOCLINUX)])
    return [*program, (_RETURN, 0, 0, _ALLOW)]


def _when(number: int, argument_at: int, test: list[Instruction]) -> list[Instruction]:
    """Refuse one call when ``test`` of an argument does not jump over the refusal."""
    body = [(_LOAD, 0, 0, argument_at), *test, (_RETURN, 0, 0, _EPERM)]
    body.append((_LOAD, 0, 0, _NUMBER_AT))
    return [(_EQUAL, 0, len(body), number), *body]


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("program", ctypes.c_void_p))


def install() -> None:
    """Put the filter in force for this process and all that come from it.

    Raises
    ------
    OSError
        If the kernel has no seccomp, or nothing is known of this processor.
    """
    machine = platform.machine()
    if machine not in _ARCHITECTURES:
        raise OSError(38, f"seccomp: not known for {machine}")
    program = _program(machine)
    code = b"".join(struct.pack("<HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    described = _Filter(len(program), ctypes.cast(buffer, ctypes.c_void_p))
    _prctl_filter(described)


def _prctl_filter(described: _Filter) -> None:
    set_seccomp, filter_mode = 22, 2
    libc = ctypes.CDLL(None, use_errno=True)
    zero = ctypes.c_ulong(0)
    if libc.prctl(set_seccomp, ctypes.c_ulong(filter_mode), ctypes.byref(described), zero, zero):
        number = ctypes.get_errno()
        raise OSError(number, "seccomp")
