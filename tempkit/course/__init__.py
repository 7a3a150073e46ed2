"""What an author runs: build the notebooks, check the notes, keep the two languages in step.

Others may use the chapters; everything else here serves the ``tempkit`` command and the tests.
"""

from tempkit.course.chapters import CHAPTERS, Chapter, find, root

__all__ = ["CHAPTERS", "Chapter", "find", "root"]
