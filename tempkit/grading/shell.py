"""IPython's semantics without a kernel: input transformers, magics, awaiting, displays, figures."""

from __future__ import annotations

import subprocess
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from tempkit.grading.output import Recorder
from tempkit.grading.timelimit import OutOfTimeError

__all__ = ["StudentShell", "new_shell"]


class _Hook(DisplayHook):
    """The value of a cell's last expression goes to the recorder."""

    def write_output_prompt(self) -> None:
        """No prompt."""

    def write_format_data(self, format_dict: dict[str, Any], _md_dict: Any = None) -> None:
        """Keep what would be shown."""
        self.shell.recorder.keep_display(format_dict)

    def finish_displayhook(self) -> None:
        """No line of output to end."""


class _Publisher(DisplayPublisher):
    """``display(...)`` goes to the recorder."""

    def publish(self, data: dict[str, Any], *_arguments: Any, **_options: Any) -> None:
        """Keep what would be shown."""
        self.shell.recorder.keep_display(data)

    def clear_output(self, _wait: bool = False) -> None:
        """Outputs stay."""


class StudentShell(InteractiveShell):
    """A shell whose displays, errors and figures end in a recorder."""

    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)
    recorder: Recorder

    def showtraceback(self, *_arguments: Any, **_options: Any) -> None:
        """The error is taken from the result; a traceback would name our files, and costs time."""

    def showsyntaxerror(self, *_arguments: Any, **_options: Any) -> None:
        """As for any other error."""

    def enable_gui(self, gui: str | None = None) -> None:
        """There is no screen."""

    def enable_matplotlib(self, gui: str | None = None) -> tuple[str, str]:
        """``%matplotlib inline`` is what happens anyway."""
        return gui or "inline", "agg"

    def system(self, cmd: str) -> None:
        """``!command``: what it prints is shown; what it cannot do is its own affair."""
        try:
            done = subprocess.run(
                cmd, shell=True, stdin=subprocess.DEVNULL, capture_output=True, check=False
            )
        except OSError as error:
            print(error)
            return
        print((done.stdout + done.stderr).decode(errors="replace"), end="")
        self.user_ns["_exit_code"] = done.returncode

    def run(self, source: str) -> None:
        """Run a cell; show its figures; keep the error that ended it."""
        result = self.run_cell(source, store_history=False)
        error = result.error_before_exec or result.error_in_exec
        if isinstance(error, OutOfTimeError):
            raise error
        if error is not None:
            self.recorder.keep_error(_line(error))
        self.recorder.keep_open_figures()


def _line(error: BaseException) -> str:
    name = type(error).__name__
    try:
        message = str(error)
    except Exception:
        return name
    return f"{name}: {message}" if message else name


def new_shell(recorder: Recorder) -> StudentShell:
    """The process's shell, with ``plt.show()`` bound to the recorder."""
    from matplotlib import pyplot

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    shell = StudentShell.instance(config=config)
    shell.recorder = recorder
    shell.display_formatter.active_types = ["text/plain", "image/png"]

    def show(*_arguments: Any, **_options: Any) -> None:
        recorder.keep_open_figures()

    pyplot.show = show
    return shell
