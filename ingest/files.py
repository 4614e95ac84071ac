"""Files read once, bounded: whatever stands behind a name, and whoever changes it meanwhile."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from kg.errors import DocumentError

# A FIFO or a device that took the file's place since it was looked at must not hold us.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)


def beginning(path: str | Path, most: int, folder: str | None = None, follow: bool = True) -> bytes:
    """The first `most` bytes of a file. It is opened once, and what is asked of it is asked of what was opened.

    :param folder: the real path of a folder that the file has to be in.
    :param follow: read what a link leads to.
    :raises DocumentError: it is no regular file, or not in the folder.
    :raises OSError: it cannot be read.
    """
    _refuse_special(os.stat(path, follow_symlinks=follow))
    descriptor = os.open(path, _FLAGS | (0 if follow else getattr(os, "O_NOFOLLOW", 0)))
    with open(descriptor, "rb") as file:
        opened = os.fstat(descriptor)
        _refuse_special(opened)
        if folder is not None and not _is_in(folder, path, opened):
            raise DocumentError(f"leads out of {folder} by a link: name it by itself if that is meant")
        return file.read(most)


def is_within(path: str, folder: str) -> bool:
    """Whether a real path is that of something in a folder, whose path is a real one too."""
    return Path(path).is_relative_to(folder)


def _refuse_special(state: os.stat_result) -> None:
    if not stat.S_ISREG(state.st_mode):
        raise DocumentError("is no regular file")


def _is_in(folder: str, path: str | Path, opened: os.stat_result) -> bool:
    """Whether the file that was opened is in a folder, and was not put in place of another one."""
    real = os.path.realpath(path)
    return is_within(real, folder) and os.path.samestat(os.stat(real), opened)
