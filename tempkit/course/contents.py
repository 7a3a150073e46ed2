"""The course as JupyterLab sees it: the built notebooks are there to read, not to write in.

Links in a note lead to ``labs/``, and a learner who follows one should not type answers into a
file that git tracks: JupyterLab marks what is not writable as read-only and never autosaves it.
"""

from __future__ import annotations

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager

__all__ = ["CourseContents"]

_READ_ONLY = ("labs/", "solutions/")


class CourseContents(AsyncLargeFileManager):
    """JupyterLab's own contents manager, with the built notebooks read-only."""

    def is_writable(self, path: str) -> bool:
        """Whether JupyterLab offers to save ``path``, relative to the served folder."""
        return not path.strip("/").startswith(_READ_ONLY) and super().is_writable(path)
