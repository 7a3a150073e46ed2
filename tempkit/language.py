"""The language in which a session speaks: one setting that figures and checks share."""

from __future__ import annotations

__all__ = ["LANGUAGES", "NAMES", "current", "use"]

#: The languages of the course, by their codes; what English calls them stands in :data:`NAMES`.
NAMES = {"en": "English", "es": "Spanish"}
LANGUAGES = tuple(NAMES)

_current = "en"


def use(lang: str) -> None:
    """Speak ``lang`` from now on.

    Raises
    ------
    ValueError
        If ``lang`` is none of :data:`LANGUAGES`.
    """
    global _current
    _current = validated(lang)


def current() -> str:
    """The language in use, ``"en"`` until :func:`use` says otherwise."""
    return _current


def validated(lang: str) -> str:
    """``lang`` itself, or a ValueError that names the languages there are."""
    if lang not in LANGUAGES:
        raise ValueError(f"no language {lang!r}: choose one of {', '.join(LANGUAGES)}")
    return lang
