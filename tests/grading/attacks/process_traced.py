"""Stop another process with the debugger's system call, as if to change its memory."""

from attack import Attack

ATTACK = Attack(
    gains="says",
    honest=("entropy_from_draws",),
    last="""
import ctypes, os, signal
libc = ctypes.CDLL(None, use_errno=True)
traceme, other = 0, os.fork()
if other == 0:
    if libc.ptrace(traceme, 0, None, None) == 0:
        os.kill(os.getpid(), signal.SIGSTOP)
    os._exit(0)
if os.WIFSTOPPED(os.waitpid(other, os.WUNTRACED)[1]):
    print("GAINED", "IT", sep="-")
    os.kill(other, signal.SIGKILL)
    os.waitpid(other, 0)
""",
    deserves=1,
    needs=("seccomp",),
)
