"""What can go wrong, as a user sees it: one line that says what, where and what to do next.

KgError              exit 1: the command failed
├── UsageError       exit 2: the command was called in a way that cannot work
├── ModelError       exit 2: the model of the settings cannot be loaded
├── NotFound         exit 1: nothing in the library goes by that name
├── DocumentError    a document cannot be read (exit 3 when others could)
├── ServiceError     a service cannot be reached or does not answer (exit 3, run again later)
├── Overdue          exit 1: an answer takes longer than it may
└── StorageError     exit 1: the data folder cannot be read or written
"""

from __future__ import annotations

from collections.abc import Sequence


class KgError(Exception):
    """Root of all errors that `kg` reports; its text is the line shown to the user."""

    exit_code = 1


class UsageError(KgError):
    """The command or a setting asks for something that cannot work."""

    exit_code = 2


class ModelError(KgError):
    """The model that the settings name cannot be loaded: no question's fault."""

    exit_code = 2


class NotFound(KgError):
    """No paper, author, topic or list of the library goes by the name given."""


def no_papers(names: Sequence[str]) -> NotFound:
    """What is raised where no papers go by these names."""
    what = f"no paper {names[0][:200]!r}" if len(names) == 1 else f"no papers {', '.join(repr(n[:200]) for n in names)}"
    return NotFound(f"{what} in the library; `kg search` finds ids by words")


class DocumentError(KgError):
    """A document is missing, empty, binary or otherwise unreadable."""


class ServiceError(KgError):
    """A service could not be reached, or answered with something that is no answer."""

    exit_code = 3


class StorageError(KgError):
    """The data folder cannot be read or written."""


class Overdue(KgError):
    """An answer takes longer than it may, and was stopped."""
