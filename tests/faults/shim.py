"""The library that stands between a process and its files (`shim.c`): compiled when a test needs it, and armed."""

from __future__ import annotations

import ctypes
import errno
import shutil
import subprocess
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from pathlib import Path

SOURCE = Path(__file__).with_name("shim.c")


class Kind(IntFlag):
    """Operations on files, as the shim counts them."""

    OPEN = 1  # of a file that is made, or emptied
    READ = 2  # or opened to be read
    WRITE = 4
    SYNC = 8
    TRUNCATE = 16  # or allocate
    RENAME = 32
    UNLINK = 64
    MKDIR = 128
    MAP = 256


CHANGES = Kind.OPEN | Kind.WRITE | Kind.SYNC | Kind.TRUNCATE | Kind.RENAME | Kind.UNLINK | Kind.MKDIR
READS = Kind.READ | Kind.MAP


class Action(IntEnum):
    """What happens at the chosen moment."""

    COUNT = 0  # nothing
    KILL = 1  # SIGKILL
    FAIL = 2  # with an errno, once
    FAIL_ON = 3  # from then on
    SHORT = 4  # half is written, which is no fault: the rest must be written next
    TORN = 5  # half is written, then SIGKILL
    STOP = 6  # SIGSTOP: it goes on with SIGCONT


@dataclass(frozen=True)
class Fault:
    """What is to happen to a process, and when: at operation `at` of some `kinds` on paths that contain `part`.

    :param room: bytes by which files may grow until the disk is full; -1 for no end.
    :param log: a file for all changes, for `tests.faults.disks`.
    """

    action: Action = Action.COUNT
    at: int = 0
    kinds: Kind = CHANGES
    error: int = errno.EIO
    room: int = -1
    part: str = ""
    log: str = ""

    def __post_init__(self) -> None:
        if self.action is Action.TORN or self.action is Action.SHORT:
            assert self.kinds == Kind.WRITE, "only writing can be done by half"

    def __str__(self) -> str:
        what = f"{errno.errorcode[self.error]} " if self.action in (Action.FAIL, Action.FAIL_ON) else ""
        full = f"disk full after {self.room} bytes, " if self.room >= 0 else ""
        return f"{full}{self.action.name} {what}at operation {self.at} of {self.kinds!r} on {self.part or 'any path'}"


def compiler() -> str | None:
    """The C compiler of this machine, if it has one."""
    return shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")


def compiled(folder: Path) -> Path:
    """The shim, compiled.

    :raises CalledProcessError: it cannot be.
    """
    library = folder / "shim.so"
    command = [str(compiler()), "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", str(library), str(SOURCE), "-ldl"]
    subprocess.run(command, check=True)
    return library


def arm(folder: str, fault: Fault, report: int, log: int) -> None:
    """Arm the shim that this process was started with; it counts from here on."""
    shim = ctypes.CDLL(None)
    shim.kg_arm.argtypes = [ctypes.c_char_p, ctypes.c_char_p, *[ctypes.c_int] * 2, ctypes.c_long, ctypes.c_int]
    shim.kg_arm.argtypes += [ctypes.c_long, ctypes.c_int, ctypes.c_int]
    folder_, part = folder.encode(), fault.part.encode()
    shim.kg_arm(folder_, part, int(fault.kinds), int(fault.action), fault.at, fault.error, fault.room, report, log)


def seen() -> dict[str, int]:
    """How many operations of each kind there were, by its name."""
    shim = ctypes.CDLL(None)
    shim.kg_seen.restype = ctypes.c_long
    return {str(kind.name): int(shim.kg_seen(int(kind))) for kind in Kind}


def note(number: int) -> None:
    """Put into the log that a row is acknowledged."""
    ctypes.CDLL(None).kg_note(ctypes.c_uint64(number))
