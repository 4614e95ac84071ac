"""What a power cut may leave: built from the log of all that a process did to its files.

Sure is what was fsynced, as POSIX promises it: the content of a file by fsync of the file, its name by fsync of the
folder. Of the rest any part may be there: writes in any order, whole, in sectors of 512 or 4,096 bytes, or as zeros
where only the length has arrived; names of before or after (Pillai et al., "All File Systems Are Not Created Equal",
OSDI 2014). What an fsync failed on may be lost for ever, whatever later ones say (Rebello et al., "Can Applications
Recover from fsync Failures?", USENIX ATC 2020).
"""

from __future__ import annotations

import random
import shutil
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

_HEAD = struct.Struct("6Q")


@dataclass(frozen=True)
class Event:
    """One thing done: `kind` is C(reate), W(rite), T(runcate), F(sync), E (fsync failed), R(ename), U(nlink),
    M(kdir), D (rmdir), or A (acknowledged: `inode` is the number of what was)."""

    kind: str
    path: str
    other: str
    inode: int
    offset: int
    content: bytes


def events(log: Path) -> list[Event]:
    """All that a log tells, in order."""
    content, place, found = log.read_bytes(), 0, []
    while place < len(content):
        kind, path, other, inode, offset, size = _HEAD.unpack_from(content, place)
        place += _HEAD.size
        names = content[place : place + path + other].decode()
        place += path + other
        found.append(Event(chr(kind), names[:path], names[path:], inode, offset, content[place : place + size]))
        place += size
    return found


class Rest(Enum):
    """What becomes of that which was not fsynced."""

    LOST = "all lost"
    KEPT = "all kept"
    SOME = "some writes lost"
    SECTORS = "torn in sectors of 512 bytes"
    PAGES = "torn in pages of 4096 bytes"
    ZEROS = "lengths kept, some data zero"


@dataclass
class _Change:
    """A write at an offset, or, without content, a new length; whether it is sure to be on the disk."""

    offset: int
    content: bytes | None
    sure: bool = False
    doubtful: bool = False  # an fsync failed on it


@dataclass
class _File:
    """A file: what it holds for sure, and the changes since."""

    content: bytes = b""
    changes: list[_Change] = field(default_factory=list)

    def synced(self) -> None:
        for change in self.changes:
            change.sure = change.sure or not change.doubtful
        if all(change.sure for change in self.changes):
            self.content = bytes(_applied(self.content, self.changes))
            self.changes = []

    def failed(self) -> None:
        for change in self.changes:
            change.doubtful = change.doubtful or not change.sure

    def left(self, rest: Rest, draw: random.Random) -> bytes:
        """What may be on the disk."""
        parts: list[_Change] = []
        for change in self.changes:
            parts += [change] if change.sure else _survivors(change, rest, draw)
        return bytes(_applied(self.content, parts))


def _applied(content: bytes, changes: list[_Change]) -> bytearray:
    found = bytearray(content)
    for change in changes:
        end = change.offset + len(change.content or b"")
        if len(found) < end:
            found.extend(bytes(end - len(found)))
        if change.content is None:
            del found[change.offset :]
        else:
            found[change.offset : end] = change.content
    return found


def _survivors(change: _Change, rest: Rest, draw: random.Random) -> list[_Change]:
    """What is left of a change that is not sure."""
    if rest is Rest.LOST:
        return []
    if rest is Rest.KEPT:
        return [change]
    if change.content is None or rest is Rest.SOME:
        return [change] * draw.randint(0, 1)
    size = {Rest.SECTORS: 512, Rest.PAGES: 4096}.get(rest, len(change.content) or 1)
    parts = []
    for place in range(0, len(change.content), size):
        if draw.random() < 0.5:
            parts.append(_Change(change.offset + place, change.content[place : place + size]))
    if rest is Rest.ZEROS and not parts:  # the length has arrived, what was there before is overwritten by nothing
        parts.append(_Change(change.offset, bytes(len(change.content))))
    return parts


_Node = _File | None  # None is a folder


@dataclass
class _Naming:
    """A name that was given (`new`), taken (`old`), or both, and is not sure yet."""

    old: str
    new: str
    node: _Node


class Disk:
    """The disk below a folder, as it was and with what was done to it.

    :param folder: as it is before anything is done: all of that is sure.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._names: dict[str, _Node] = {}
        self._pending: list[_Naming] = []
        self._files: dict[int, _File] = {}
        self.acknowledged = -1
        for path in folder.rglob("*"):
            node = None if path.is_dir() else _File(path.read_bytes())
            self._names[str(path)] = node
            if node:
                self._files[path.stat().st_ino] = node

    def apply(self, event: Event) -> None:
        """Something is done."""
        file = self._files.get(event.inode)
        if event.kind == "A":
            self.acknowledged = event.inode
        elif event.kind in "CMRUD":
            self._rename(event)
        elif event.kind == "F" and file is None:
            self._folder_synced(event.path)
        elif file is None:
            return  # it was opened before, or is a folder whose fsync failed
        elif event.kind == "F":
            file.synced()
        elif event.kind == "E":
            file.failed()
        else:
            file.changes.append(_Change(event.offset, event.content if event.kind == "W" else None))

    def _rename(self, event: Event) -> None:
        if event.kind in "CM":
            node = _File() if event.kind == "C" else None
            if node:
                self._files[event.inode] = node
            else:
                self._files.pop(event.inode, None)
            self._pending.append(_Naming("", event.path, node))
        elif event.kind == "R":
            self._pending.append(_Naming(event.path, event.other, self._files.get(event.inode)))
        else:
            self._pending.append(_Naming(event.path, "", None))

    def _folder_synced(self, folder: str) -> None:
        sure = [one for one in self._pending if _parent(one.new or one.old) == folder]
        self._pending = [one for one in self._pending if one not in sure]
        _renamed(self._names, sure)

    def left(self, target: Path, rest: Rest, draw: random.Random) -> None:
        """Write what may be left to another folder."""
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        names = dict(self._names)
        _renamed(names, list(self._surviving(rest, draw)))
        for path, node in sorted(names.items()):
            place = target / Path(path).relative_to(self._folder)
            if not place.parent.is_dir():
                continue  # its folder has not arrived
            if node is None:
                place.mkdir()
            elif not path.endswith("-shm") or draw.random() < 0.5:
                place.write_bytes(node.left(rest, draw))

    def _surviving(self, rest: Rest, draw: random.Random) -> Iterator[_Naming]:
        """Names that have arrived: in order, as journals have them, or any."""
        if rest in (Rest.KEPT, Rest.LOST):
            yield from self._pending if rest is Rest.KEPT else ()
        elif draw.random() < 0.5:
            yield from self._pending[: draw.randint(0, len(self._pending))]
        else:
            yield from (one for one in self._pending if draw.random() < 0.5)


def _renamed(names: dict[str, _Node], namings: list[_Naming]) -> None:
    for one in namings:
        below = [path for path in names if one.old and path.startswith(one.old + "/")]
        if one.old:
            names.pop(one.old, None)
        if one.new:
            names[one.new] = one.node
        for path in below:
            node = names.pop(path)
            if one.new:
                names[one.new + path.removeprefix(one.old)] = node


def _parent(path: str) -> str:
    return path.rpartition("/")[0]
