"""`kg embed`: the full model catches up with a static one, the most useful papers first.

Stopped at any moment it loses a few seconds of work, and goes on at the next call. What it has embedded so far answers
beside the static vectors (`search.layered`); when nothing is left, it takes their place.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kg import generations
from kg.arrays import places_of
from kg.config import STATIC
from kg.deriving import derive, index_finer, index_vectors
from kg.errors import UsageError
from kg.generations import VECTORS
from kg.library import Library
from kg.store import Store
from kg.turns import alone
from search.embedding import chunks_of, computed_here, keep

if TYPE_CHECKING:
    from ingest.outcome import Progress
    from search.embedding import Chunk, Computed

_BATCH = 4096  # papers that are sorted by length together, so that little is padded
_LISTED = 5000  # papers of lists whose neighbours are asked for, at most
_NEIGHBOURS = 50  # of each

Numbers = NDArray[np.int64]
_NONE = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32))


@dataclass(frozen=True, slots=True)
class Embedded:
    """What a run has embedded, in how many seconds, and whether nothing is left."""

    texts: int
    seconds: float
    complete: bool


def catch_up(
    library: Library,
    limit: int | None,
    seconds: float | None,
    progress: Progress,
    say: Callable[[str], None],
    ray: str | None = None,
) -> Embedded:
    """Embed what the model of the settings has not embedded, and let it answer.

    :param limit: texts at most; None for all. 0 only brings the index up to date.
    :param seconds: after which no more is begun.
    :param ray: the address of a Ray cluster that is to embed; None for this machine. See `search.machines`.
    :raises UsageError: there is no library, or the model cannot be loaded.
    :raises ModelError: a machine of the cluster cannot load it.
    :raises ServiceError: the cluster cannot be reached, or failed.
    :raises StorageError: the data folder cannot be written.
    """
    model, start = library.config.model_name, time.monotonic()
    if not library.config.database.is_file():
        raise UsageError(library.config.no_papers)
    with alone(library.config.data, say), Store(library.config.database) as store:
        work = _Work(library, store, limit, math.inf if seconds is None else start + seconds)
        done = keep(
            store,
            model,
            work.done(_computed(library, work, ray, say)),
            lambda count: progress("embedding", count, limit or 0),
            _in_place(library) != STATIC + model,  # else all that is derived is of the static vectors
        )
        spent = time.monotonic() - start
        _answer(library, store, model, work.complete, progress)
        return Embedded(done, spent, work.complete)


class _Work:
    """What is to be embedded in chunks: so many texts, none after that moment; `complete` once nothing is left."""

    def __init__(self, library: Library, store: Store, limit: int | None, until: float) -> None:
        self.complete = False
        self._library, self._store, self._limit, self._until = library, store, limit, until
        self._asked: set[str] = set()  # texts that are not stored yet, of which there are some where others compute

    def __iter__(self) -> Iterator[Chunk]:
        left = self._limit
        for numbers in useful_first(self._library, self._store):
            texts = self._missing(numbers)
            for chunk in chunks_of(dict(islice(texts.items(), left))):
                if time.monotonic() >= self._until:
                    return
                self._asked |= chunk.keys()
                yield chunk
            if left is not None:
                if left < len(texts):
                    return
                left -= len(texts)
        self.complete = True

    def done(self, computed: Computed) -> Computed:
        """Take note of what is stored, which is when the next vectors are asked for."""
        with closing(computed):
            for keys, vectors in computed:
                yield keys, vectors
                self._asked.difference_update(keys)

    def _missing(self, numbers: Numbers) -> dict[str, str]:
        texts = self._store.vectors.missing_of(self._library.config.model_name, numbers)
        return {key: text for key, text in texts.items() if key not in self._asked}


def _computed(library: Library, work: Iterable[Chunk], ray: str | None, say: Callable[[str], None]) -> Computed:
    """The vectors of that work, computed here or on a Ray cluster."""
    config = library.config
    if ray is None:
        return computed_here(work, lambda: library.parts.ready_encoder(config.model_name))
    from search.encoder import digest
    from search.foreman import Model
    from search.machines import embed_on

    model = Model(config.model_name, config.device, digest(config.model))
    return embed_on(ray, model, work, say)


def _answer(library: Library, store: Store, model: str, complete: bool, progress: Progress) -> None:
    """Let what is embedded answer: in place of the static vectors when it is all there is, else beside them."""
    if _in_place(library) == STATIC + model and not complete:
        index_vectors(library, store, STATIC + model, progress)
        index_finer(library, store, STATIC + model, progress, begin=True)
    else:
        if _in_place(library) == STATIC + model:
            store.vectors.count_change()  # topics are to be those of the better vectors
        index_vectors(library, store, model, progress)
    derive(library, store, progress)


def _in_place(library: Library) -> str | None:
    """The model whose vectors answer."""
    manifest = generations.read(library.config.index_folder, VECTORS)
    return manifest.maker if manifest else None


def useful_first(library: Library, store: Store) -> Iterator[Numbers]:
    """The numbers of all papers of the library in the order in which it is useful to embed them, in batches.

    A few from all over the library, so that it is known what is usual; those that documents list; the nearest of these,
    by the vectors in place; what these cite or are cited by; the most cited, and the newest.
    """
    given = np.zeros(0, dtype=np.int64)
    for stage in (_spread_out, _listed, _near_listed, _cited_and_new):
        numbers = stage(library, store)
        _, known = places_of(numbers, given)
        numbers = numbers[~known]
        for start in range(0, len(numbers), _BATCH):
            yield numbers[start : start + _BATCH]
        given = np.union1d(given, numbers)


def _spread_out(_: Library, store: Store) -> Numbers:
    from search.index import SPREAD_OUT

    return store.vectors.spread_out(SPREAD_OUT)


def _listed(_: Library, store: Store) -> Numbers:
    return np.unique(np.fromiter((number for number, _ in store.columns.values("list")), dtype=np.int64))


def _near_listed(library: Library, store: Store) -> Numbers:
    """The papers nearest to those of lists, the nearest first; then what these cite, and what cites them."""
    index, tables, listed = library.parts.vectors(), library.parts.graph(), _listed(library, store)
    vectors = [index.vector(number) for number in listed[:_LISTED].tolist()] if index else []
    answers = [index.nearest(vector, _NEIGHBOURS) for vector in vectors if index and vector is not None]
    near, cosines = (np.concatenate(column) for column in zip(_NONE, *answers, strict=True))
    found = [near[np.argsort(-cosines, kind="stable")]]
    if tables is not None:
        places, known = places_of(listed, tables.numbers)
        cites = tables.links["cites"]
        found += [tables.numbers[rows.of_all(places[known])[1]] for rows in (cites.out, cites.back)]
    numbers, first = np.unique(np.concatenate(found), return_index=True)
    return numbers[np.argsort(first)]


def _cited_and_new(library: Library, store: Store) -> Numbers:
    """All papers of the library: the most cited first, of equal ones the newest."""
    numbers, published = store.papers.dates()
    cited = np.zeros(len(numbers), dtype=np.int64)
    if (tables := library.parts.graph()) is not None:
        places, known = places_of(numbers, tables.numbers)
        cited[known] = tables.links["cites"].back.degrees[places[known]]
    return numbers[np.lexsort((-published, -cited))]
