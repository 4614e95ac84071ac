"""Arrays and lists of texts as files of a folder, memory-mapped: opening them costs nothing, whatever their size."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

_SMALL = 4096  # bytes; an empty array cannot be mapped
_PART = 1 << 16  # texts that are in memory at once


def save(folder: Path, name: str, values: NDArray[Any]) -> None:
    """Write an array.

    :raises OSError: the folder cannot be written.
    """
    np.save(folder / f"{name}.npy", values)


class Growing:
    """An array in a file that grows as values come: it need not fit into memory, nor be known how long it gets.

    It is (n,), or (n, `width`).
    """

    def __init__(self, folder: Path, name: str, kind: DTypeLike, width: int | None = None) -> None:
        """:raises OSError: the folder cannot be written."""
        self._kind, self._length = np.dtype(kind), 0
        self._rest = () if width is None else (width,)
        self._file = (folder / f"{name}.npy").open("wb")
        self._begin()

    def _begin(self) -> None:
        """Write what comes before the values; numpy leaves room in it for a length that grows."""
        shape = (self._length, *self._rest)
        descr = np.lib.format.dtype_to_descr(self._kind)
        np.lib.format.write_array_header_1_0(self._file, {"descr": descr, "fortran_order": False, "shape": shape})

    def append(self, values: NDArray[Any]) -> None:
        """Write more values, (m,) or (m, `width`), behind those that are there.

        :raises OSError: the folder cannot be written.
        """
        self._length += len(values)
        values.astype(self._kind, copy=False).tofile(self._file)

    def close(self) -> None:
        """Note how many there are.

        :raises OSError: the folder cannot be written.
        """
        with self._file:
            self._file.seek(0)
            self._begin()


def mapped(folder: Path, name: str) -> NDArray[Any]:
    """The array of that name.

    :raises OSError: it is not there.
    :raises ValueError: it is none.
    """
    path = folder / f"{name}.npy"
    if path.stat().st_size < _SMALL:
        return np.load(path, allow_pickle=False)  # type: ignore[no-any-return]
    # As a plain array over the same memory: slices of numpy's own class for mapped files take many times as long.
    # Copied on writing, which nobody does: PyTorch takes no array that it must not write.
    return np.asarray(np.load(path, mmap_mode="c", allow_pickle=False))


def save_texts(folder: Path, name: str, texts: Iterable[str]) -> None:
    """Write a list of texts: all of them joined, and where each ends.

    :raises OSError: the folder cannot be written.
    """
    file, rest = GrowingTexts(folder, name), iter(texts)
    while part := list(islice(rest, _PART)):
        file.append(part)
    file.close()


class GrowingTexts:
    """A list of texts in files that grow as texts come, for `Texts` to read."""

    def __init__(self, folder: Path, name: str) -> None:
        """:raises OSError: the folder cannot be written."""
        self._bytes, self._ends = Growing(folder, name, np.uint8), Growing(folder, f"{name}_ends", np.int64)
        self._end = 0

    def append(self, texts: Sequence[str]) -> None:
        """Write more texts behind those that are there.

        :raises OSError: the folder cannot be written.
        """
        encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
        ends = self._end + np.cumsum([len(text) for text in encoded], dtype=np.int64)
        self._bytes.append(np.frombuffer(b"".join(encoded), dtype=np.uint8))
        self._ends.append(ends)
        self._end = int(ends[-1]) if len(ends) else self._end

    def close(self) -> None:
        """Note how many there are.

        :raises OSError: the folder cannot be written.
        """
        self._bytes.close()
        self._ends.close()


class Texts:
    """A list of texts, as `save_texts` wrote it; read as bytes."""

    def __init__(self, folder: Path, name: str) -> None:
        """:raises OSError, ValueError: see `mapped`."""
        self._bytes, self._ends = mapped(folder, name), mapped(folder, f"{name}_ends")

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, place: int) -> bytes:
        return self._bytes[self._ends[place - 1] if place else 0 : self._ends[place]].tobytes()


def product(matrix: NDArray[np.float32], vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """The inner product (n,) of each row of a matrix (n, d) with a vector (d,).

    By PyTorch where the encoder has brought it along: numpy's threads would go on spinning for a while, in the way of
    PyTorch's, and the next question would take up to ten times as long to be encoded.
    """
    if "torch" not in sys.modules:
        return matrix @ vector
    import torch  # waits for the thread that may be at it: half of a module is of no use

    with torch.inference_mode():
        found: NDArray[np.float32] = torch.mv(torch.from_numpy(matrix), torch.tensor(vector)).numpy()
    return found


def places_of(values: NDArray[np.int64], known: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """For each value (n,): its place among those known (m,), which are in order; and whether it is there at all."""
    if not len(known):
        return np.zeros(len(values), dtype=np.intp), np.zeros(len(values), dtype=bool)
    places = np.minimum(np.searchsorted(known, values), len(known) - 1)
    return places, known[places] == values


def without(values: NDArray[np.int64], few: NDArray[np.int64]) -> NDArray[np.int64]:
    """The values (n,), which are in order, less these few (m,)."""
    places, known = places_of(few, values)
    return np.delete(values, places[known])


def changes(values: NDArray[Any]) -> NDArray[np.bool_]:
    """(n,) whether each value differs from the one before; the first does."""
    return np.concatenate([np.ones(min(len(values), 1), dtype=bool), values[1:] != values[:-1]]).astype(bool)
