"""The box that a student's code runs in: layers, each of which must fail before anything gets out.

In the order in which a child puts them on: namespaces (mounts, processes, network, IPC, host
name), a fresh /proc, a small scratch file system, an unprivileged uid of its own, a user namespace,
limits, no capabilities, Landlock, seccomp. A layer that the kernel refuses is left out, and reports
say so.
"""

from __future__ import annotations

import os
import signal
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tempkit.grading import kernel, landlock, seccomp
from tempkit.grading.records import LAYERS, Layer
from tempkit.grading.view import DEVICES, PACKAGE, SCRATCH, move_in, visible

__all__ = ["ESSENTIAL", "Bounds", "Box", "SandboxMissingError"]

#: Without these an instructor who asked for a sandbox has none.
ESSENTIAL = ("pid namespace", "network namespace", "scratch", "limits", "landlock", "seccomp")

_SPACES = {
    "mount namespace": kernel.NEWNS,
    "pid namespace": kernel.NEWPID,
    "network namespace": kernel.NEWNET,
    "ipc namespace": kernel.NEWIPC,
    "uts namespace": kernel.NEWUTS,
}
#: Each child's uid is this plus the id of its keeper, which no two have at a time.
_FIRST_UID, _FIRST_UID_IN_A_SMALL_RANGE = 1_800_000_000, 20_000
_PDEATHSIG, _DUMPABLE, _SUBREAPER = 1, 4, 36
_ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "MPLBACKEND": "agg",
    "LANG": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TEMPKIT_DEVICE": "cpu",
    "TEMPKIT_COMPILED": "off",  # a compiler is more than students' code needs
    "CUDA_VISIBLE_DEVICES": "",
}


class SandboxMissingError(RuntimeError):
    """A sandbox was required and this machine cannot give one; the message says what is missing."""


@dataclass(frozen=True)
class Bounds:
    """What a child may use.

    ``memory`` (bytes) bounds all its processes together, ``address_space`` each beyond what the
    template had; ``tasks`` counts processes and threads; ``file`` and ``scratch`` are bytes.
    """

    memory: int = 3 << 30
    address_space: int = 3 << 30
    tasks: int = 48
    open_files: int = 256
    file: int = 32 << 20
    scratch: int = 64 << 20
    scratch_files: int = 4096
    processor_seconds: int = 120


@dataclass
class Box:
    """The layers that are in force, and how the next ones are put on.

    ``keeper`` is the process id of the child's keeper, ``scratch`` the folder it may write to.
    """

    bounds: Bounds
    scratch: str = ""
    keeper: int = 0
    active: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    readable: list[str] = field(default_factory=list)

    def layers(self) -> tuple[Layer, ...]:
        """Every layer with what is known of it."""
        return tuple(
            Layer(name, name in self.active, self.active.get(name, self.missing.get(name, "")))
            for name in LAYERS
        )

    def put_on(self, name: str, step: Callable[[], object], note: str = "") -> bool:
        """Try a layer; a refusal is noted with the kernel's reason."""
        try:
            said = step()
        except OSError as error:
            self.missing[name] = str(error.strerror or error)
            return False
        self.missing.pop(name, None)
        self.active[name] = said if isinstance(said, str) else note
        return True

    # --- the template -----------------------------------------------------------------------------

    def move_template(self) -> None:
        """Move the template, once, into a file system that shows no more than students may see."""
        self.active["process"] = "a child per submission, forked before any test was loaded"
        self.readable = [*visible(), *DEVICES]
        if not self._own_mounts():
            self.missing["file view"] = "no mount namespace; Landlock has to do"
            return
        if not self.put_on("file view", move_in):
            raise SandboxMissingError(f"the file view failed half way: {self.missing}")
        self.scratch = SCRATCH
        self.readable.append(str(PACKAGE))  # in this view it holds what may be seen, no more

    def _own_mounts(self) -> bool:
        """As root directly, else in a user namespace."""
        if os.geteuid() == 0 and self._allowed(kernel.NEWNS):
            return True
        uid, gid = os.getuid(), os.getgid()
        if not self._allowed(kernel.NEWUSER | kernel.NEWNS):
            return False
        _map_one(uid, gid)
        return True

    @staticmethod
    def _allowed(flags: int) -> bool:
        try:
            kernel.unshare(flags)
        except OSError:
            return False
        return True

    # --- the keeper of one child ------------------------------------------------------------------

    def leave_namespaces(self) -> None:
        """The keeper's step: what it forks next is alone in new namespaces."""
        os.setsid()
        kernel.prctl(_PDEATHSIG, signal.SIGKILL)
        kernel.prctl(_SUBREAPER, 1)
        for name, flag in _SPACES.items():
            self.put_on(name, lambda flag=flag: kernel.unshare(flag))

    # --- the child itself -------------------------------------------------------------------------

    def close_behind(self) -> None:
        """The child's steps, all of them; no student's code has run yet."""
        kernel.prctl(_PDEATHSIG, signal.SIGKILL)
        uid = self._uid()
        if "mount namespace" in self.active:
            self.put_on("fresh /proc", self._mount_proc)
            self.put_on("scratch", lambda: self._mount_scratch(uid))
        else:
            self.missing["fresh /proc"] = self.missing["scratch"] = "no mount namespace"
        if "uts namespace" in self.active:
            kernel.set_hostname("sandbox")
        self.put_on("uid", lambda: self._become(uid))
        self.put_on("user namespace", _own_users)
        self._environment()
        self.put_on("limits", self._limit)
        self.put_on("no new privileges", kernel.forbid_new_privileges)
        self.put_on("no capabilities", kernel.drop_capabilities)
        self.put_on("landlock", self._landlock)
        self.put_on("seccomp", seccomp.install, f"{len(seccomp.DENIED)} system calls refused")

    def _uid(self) -> int:
        if os.geteuid() != 0:
            return os.getuid()
        largest = max(
            int(start) + int(count) - 1
            for start, _, count in (
                line.split() for line in Path("/proc/self/uid_map").read_text().splitlines()
            )
        )
        if largest > _FIRST_UID + (1 << 22):
            return _FIRST_UID + self.keeper
        return _FIRST_UID_IN_A_SMALL_RANGE + self.keeper % 40_000

    def _mount_proc(self) -> None:
        try:
            kernel.mount("proc", "/proc", "proc", kernel.PLAIN)
        except OSError:
            # None at all is safer than that of the machine.
            kernel.mount("tmpfs", "/proc", "tmpfs", kernel.PLAIN, "size=4k,mode=0555")
            raise

    def _mount_scratch(self, uid: int) -> str:
        bounds = self.bounds
        options = f"size={bounds.scratch},nr_inodes={bounds.scratch_files},mode=0700"
        if os.geteuid() == 0:
            options += f",uid={uid},gid={uid}"
        kernel.mount("tmpfs", self.scratch, "tmpfs", kernel.PLAIN, options)
        return f"{bounds.scratch >> 20} MiB, {bounds.scratch_files} files"

    def _become(self, uid: int) -> str:
        """Change root for a uid that nobody else has; anyone else stays who they are."""
        if os.geteuid() != 0:
            raise OSError(1, "only root can give a child a uid of its own")
        if "file view" not in self.active:  # which shows Python to everybody
            for path in (sys.prefix, sys.base_prefix, *filter(None, sys.path)):
                _check_others_may_enter(Path(path))
        if "scratch" not in self.active:
            os.chown(self.scratch, uid, uid)
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        # A change of uid forgets that the death of the keeper kills, and who may read /proc/self.
        kernel.prctl(_PDEATHSIG, signal.SIGKILL)
        kernel.prctl(_DUMPABLE, 1)
        return str(uid)

    def _environment(self) -> None:
        os.environ.clear()
        os.environ.update(_ENVIRONMENT)
        for name in ("HOME", "TMPDIR", "MPLCONFIGDIR"):
            os.environ[name] = self.scratch
        os.umask(0o077)
        os.chdir(self.scratch)

    def _limit(self) -> str:
        import resource  # which Windows does not have

        bounds = self.bounds
        pages = int(Path("/proc/self/statm").read_text().split()[0]) if _has_proc() else 0
        alone = "uid" in self.active or "user namespace" in self.active
        tasks = bounds.tasks + (0 if alone else _tasks_of_mine())
        now = pages * resource.getpagesize() or (4 << 30)
        limits = {
            resource.RLIMIT_AS: now + bounds.address_space,
            resource.RLIMIT_NPROC: tasks,
            resource.RLIMIT_FSIZE: bounds.file,
            resource.RLIMIT_CPU: bounds.processor_seconds,
            resource.RLIMIT_NOFILE: bounds.open_files,
            resource.RLIMIT_CORE: 0,
            resource.RLIMIT_MEMLOCK: 0,
            resource.RLIMIT_MSGQUEUE: 0,
        }
        for limit, value in limits.items():
            hard = resource.getrlimit(limit)[1]
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(limit, (value, value))
        return f"{bounds.tasks} tasks, {bounds.open_files} files"

    def _landlock(self) -> str:
        # The machine's own /proc shows what others run, and with which environment.
        own = "fresh /proc" in self.active
        proc = ["/proc"] if own else ["/proc/self", "/proc/cpuinfo", "/proc/meminfo"]
        return f"version {landlock.restrict([*self.readable, *proc], [self.scratch])}"


def _has_proc() -> bool:
    return Path("/proc/self/statm").exists()


def _tasks_of_mine() -> int:
    """Where a limit on tasks counts all that this user runs: how many those are already."""
    count = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if folder.stat().st_uid == os.getuid():
                count += sum(1 for _ in (folder / "task").iterdir())
        except OSError:
            continue
    return count


def _check_others_may_enter(path: Path) -> None:
    for above in (path, *path.parents):
        if above.exists() and not above.stat().st_mode & stat.S_IXOTH and above.is_dir():
            raise OSError(13, f"only root may enter {above}, where Python lies")


def _own_users() -> None:
    uid, gid = os.getuid(), os.getgid()
    kernel.unshare(kernel.NEWUSER)
    _map_one(uid, gid)


def _map_one(uid: int, gid: int) -> None:
    """In a new user namespace, be who one was."""
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


def possible() -> bool:
    """Whether this system has the means at all; macOS and Windows do not."""
    return sys.platform.startswith("linux") and hasattr(os, "fork")
