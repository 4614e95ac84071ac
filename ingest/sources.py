"""Sources to documents: files, folders, globs and URLs, found and fetched."""

from __future__ import annotations

import glob
import os
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pathspec
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from ingest.files import beginning
from ingest.readers import SUFFIXES
from kg.errors import DocumentError
from kg.store.documents import Source

LARGEST = 64 * 2**20  # bytes of one document
_MOST_PATTERNS, _LONGEST_PATTERN, _MOST_STARS, _LARGEST_SPEC = 2000, 200, 6, 2**20  # of a .gitignore file; bytes of it


def is_url(location: str) -> bool:
    """Whether a source is a page on the web."""
    return location[:8].lower().startswith(("http://", "https://"))


def locate(given: str) -> Source:
    """A source as the user gives it, with where it can be found from any folder."""
    return Source(given, given if is_url(given) else os.path.abspath(os.path.expanduser(given)))


def documents_of(source: Source) -> list[Source]:
    """The documents that a source stands for: itself, the files of a folder, or the matches of a glob.

    :raises DocumentError: there is none.
    """
    if not source.given.strip():
        raise DocumentError("an empty name is no file, folder or URL")
    if is_url(source.location):
        return [source]
    path = Path(source.location)
    if not path.exists() and (matches := sorted(glob.glob(source.location, recursive=True))):
        found = [document for match in matches for document in _at(_matched(source, match))]
    elif path.exists():
        found = _at(source)
    else:
        raise DocumentError(f"{source.given}: no such file or folder")
    if not found:
        raise DocumentError(f"{source.given}: no document in it (known are {', '.join(sorted(SUFFIXES))})")
    return found


def folder_of(source: Source) -> str | None:
    """The real path of the folder that all documents of a source lie in: a hostile one has links that lead out of it.

    None for a file or a URL: what the user names is read, wherever it leads.
    """
    path = Path(source.location)
    if is_url(source.location) or (path.exists() and not path.is_dir()):
        return None
    while glob.has_magic(str(path)) and not path.exists():
        path = path.parent
    return os.path.realpath(path)


def read(document: Source, allow_private: bool = False, folder: str | None = None) -> tuple[bytes, str]:
    """The content of a document, and its media type where a server told one.

    :param folder: the real path of a folder that a file has to be in.
    :raises DocumentError: it cannot be read or fetched, or is larger than 64 MiB.
    """
    try:
        f"{document.given}{document.location}".encode()
        if is_url(document.location):
            from ingest.fetching import fetch

            return fetch(document.location, allow_private, LARGEST)
        content = beginning(document.location, LARGEST + 1, folder)
    except UnicodeEncodeError as error:
        raise DocumentError("has a name that is not UTF-8: rename it") from error
    except (OSError, ValueError) as error:
        raise DocumentError(f"cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if len(content) > LARGEST:
        raise DocumentError(f"is larger than {LARGEST >> 20} MiB")
    return content, ""


def _at(source: Source) -> list[Source]:
    """The document at a path, or those of the folder there."""
    path = Path(source.location)
    return [_beside(source, file) for file in sorted(_files_in(path))] if path.is_dir() else [source]


def _files_in(folder: Path) -> Iterator[Path]:
    """Documents below a folder, but for hidden ones and those that its .gitignore files name."""
    specs: dict[Path, pathspec.GitIgnoreSpec] = {}
    for parent, folders, names in os.walk(folder, onerror=_complain):
        here = Path(parent)
        if spec := _spec(here / ".gitignore"):
            specs[here] = spec
        above = [(place, specs[place]) for place in (here, *here.parents) if place in specs]
        folders[:] = sorted(n for n in folders if not n.startswith(".") and not _ignored(here / n, above, "/"))
        for name in sorted(names):
            known = Path(name.removesuffix(".gz")).suffix.lower() in SUFFIXES
            if known and not name.startswith(".") and not _ignored(here / name, above):
                yield here / name


def _complain(error: OSError) -> None:
    raise DocumentError(f"{error.filename}: cannot be read: {error.strerror}")


def _ignored(path: Path, specs: Sequence[tuple[Path, pathspec.GitIgnoreSpec]], end: str = "") -> bool:
    return any(spec.match_file(path.relative_to(place).as_posix() + end) for place, spec in specs)


def _spec(file: Path) -> pathspec.GitIgnoreSpec | None:
    """The patterns of a .gitignore file; one that means nothing, or that would take ages to match, is left out."""
    try:  # git follows no link here either
        text = beginning(file, _LARGEST_SPEC, follow=False).decode("utf-8", "replace")
    except (OSError, DocumentError):
        return None
    patterns: list[GitIgnoreSpecPattern] = []
    for line in text.splitlines()[:_MOST_PATTERNS]:
        if len(line) <= _LONGEST_PATTERN and line.count("*") <= _MOST_STARS:
            with suppress(ValueError, re.error), warnings.catch_warnings(action="ignore"):
                patterns += pathspec.GitIgnoreSpec.from_lines([line]).patterns
    return pathspec.GitIgnoreSpec(patterns)


def _beside(source: Source, file: Path) -> Source:
    """A file of a folder, named as the user named the folder."""
    return Source(str(Path(source.given) / file.relative_to(source.location)), str(file))


def _matched(source: Source, match: str) -> Source:
    """A match of a glob, named from the user's folder where the glob was."""
    absolute = os.path.isabs(os.path.expanduser(source.given))
    return Source(match if absolute else os.path.relpath(match), os.path.abspath(match))
