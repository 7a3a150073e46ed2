"""The explorer: one distribution to play with, in a notebook and in a page without Python.

``explorer.js`` computes and shows; :mod:`tempkit.explorer.widget` ties it to a kernel,
:mod:`tempkit.explorer.still` stands in its place where nothing can move, and
:mod:`tempkit.explorer.page` writes ``docs/explorer/index.html``.
"""

from tempkit.explorer.widget import Explorer

__all__ = ["Explorer"]
