"""What answers are made with: encoders, index, postings and graph, each opened when a question first needs it.

They are shared by all threads, and opened again when `kg ingest` has made new ones.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from kg import generations
from kg.config import STATIC, Config
from kg.errors import ModelError, StorageError, UsageError
from kg.generations import FACETS, FINER, GRAPH, MAP, VECTORS, WORDS, Manifest

if TYPE_CHECKING:
    from graph.tables import Tables
    from kg.mapping import PaperMap
    from kg.store.vectors import Matrix
    from search.encoder import Encoder
    from search.facets import FacetColumns
    from search.index import VectorIndex
    from search.layered import LayeredIndex
    from search.postings import Postings
    from search.question import Semantic


class _Derived(Protocol):
    manifest: Manifest


_Folder = TypeVar("_Folder", bound=_Derived)
_AGAIN = 2.0  # seconds after which what could not be opened is tried again


@dataclass(frozen=True, slots=True)
class _Opened:
    """A derived folder as it was found: which one, how it is opened, and opened; None where it cannot be.

    What cannot be is tried again after the moment `again`: a read that failed once says nothing of the next one.
    """

    version: object
    open_: Callable[[Path], Any]
    folder: Any
    again: float = math.inf
    whole: bool = False  # every bit of it was looked at


class Parts:
    """The derived parts of one data folder.

    :param make_encoder: makes the encoder of a name; by default the sentence-transformer of that name.
    """

    def __init__(self, config: Config, make_encoder: Callable[[str], Encoder] | None = None) -> None:
        self._config = config
        self.may_download = False  # a model from the hub; only `kg ingest` may
        self._make_encoder = make_encoder or self._loaded_encoder
        self._encoders: dict[str, Encoder] = {}
        self._folders: dict[str, _Opened] = {}
        self._layered: LayeredIndex | None = None
        self._local = threading.local()
        self._encoder_lock, self._search_lock, self._checking = (threading.Lock() for _ in range(3))

    def model(self, encoder: str | None = None) -> str:
        """The name that vectors are stored under: of the model of the settings, or of a static one made from it.

        `encoder` is `full`, `static`, or None for the kind that the library is embedded by.
        """
        static = STATIC + self._config.model_name
        manifest = generations.read(self._config.index_folder, VECTORS)
        kept = encoder is None and manifest is not None and manifest.maker == static
        return static if kept or encoder == "static" else self._config.model_name

    def changed_from(self, model: str) -> str | None:
        """The model that the index in place was made by, if it is another one."""
        manifest = generations.read(self._config.index_folder, VECTORS)
        return manifest.maker if manifest and manifest.count and manifest.maker != model else None

    def index_is_whole(self) -> bool:
        """Whether the vector index on disk can be opened."""
        from search.index import VectorIndex

        return _or_none(VectorIndex, self._config.index_folder) is not None

    def encoder(self, name: str) -> Encoder:
        """The encoder whose vectors are stored under that name.

        :raises ModelError: it cannot be loaded.
        """
        with self._encoder_lock:
            if name not in self._encoders:
                self._encoders[name] = self._made(name)
            return self._encoders[name]

    def _made(self, name: str) -> Encoder:
        try:
            return self._make_encoder(name)
        except UsageError as error:
            raise ModelError(str(error)) from error

    def ready_encoder(self, name: str) -> Encoder:
        """The encoder of that name, distilled first if it is a static one that is not there yet; for `kg ingest`.

        :raises UsageError: it, or the model that it is made of, cannot be loaded.
        :raises StorageError: the data folder cannot be written.
        """
        self.keep_static(name)
        return self.encoder(name)

    def keep_static(self, name: str) -> None:
        """Distil a static model that is not in the data folder, or damaged; for `kg ingest`. Others are kept elsewhere.

        :raises UsageError: the model that it is made of cannot be loaded.
        :raises StorageError: the data folder cannot be written.
        """
        if name.startswith(STATIC):
            from search.encoder import make_static

            try:
                make_static(name, self._config.models_folder, self._config.device, self.may_download)
            except OSError as error:
                raise StorageError(f"the model cannot be written to {self._config.models_folder}: {error}") from error

    def vectors(self) -> VectorIndex | None:
        """The vectors of all papers, of whatever model; None where nothing is embedded."""
        from search.index import VectorIndex

        return self._opened(VECTORS, VectorIndex)

    def semantic(self) -> Semantic | None:
        """The semantic side; None when nothing is embedded. Its encoder is loaded when it is first asked.

        An index of another model than that of the settings answers with its own model, until `kg ingest` has made
        the new one.
        """
        from search.question import Semantic

        index = self.vectors()
        if index is None or not len(index):
            return None
        maker, wanted = index.manifest.maker, self._config.model_name
        if maker == STATIC + wanted and (finer := self._finer(wanted)) is not None:
            return Semantic(self._layers(index, finer), _Deferred(wanted, lambda: self._both(wanted, maker)))
        if maker in (wanted, STATIC + wanted):
            return Semantic(index, _Deferred(maker, lambda: self.encoder(maker)))
        try:
            return Semantic(index, self.encoder(maker), wanted)
        except ModelError:
            return None  # that of before is gone

    def _finer(self, model: str) -> VectorIndex | None:
        """What `model` has embedded so far beside a static one; None where there is nothing of it."""
        from search.index import VectorIndex

        found = self._opened(FINER, lambda folder: VectorIndex(folder, FINER))
        return found if found and len(found) and found.manifest.maker.rpartition("#")[0] == model else None

    def _layers(self, base: VectorIndex, finer: VectorIndex) -> LayeredIndex:
        """Both as one index; how far they agree is worked out once."""
        from search.layered import LayeredIndex

        known = self._layered
        if known is None or known.layers != (base, finer):
            self._layered = known = LayeredIndex(base, finer)
        return known

    def _both(self, model: str, static: str) -> Encoder:
        from search.layered import LayeredEncoder

        return LayeredEncoder(self.encoder(model), self.encoder(static))

    def postings(self, state: int | None) -> Postings | None:
        """The keyword side in arrays; None where the words of the library are not in that state."""
        from search.postings import Postings

        found = self._opened(WORDS, Postings)
        return found if found and found.manifest.state == state else None

    def columns(self, state: int) -> FacetColumns | None:
        """What facets are counted by; None where the relations of the library are not in that state."""
        from search.facets import FacetColumns

        found = self._opened(FACETS, FacetColumns)
        return found if found and found.manifest.state == state else None

    def graph(self) -> Tables | None:
        """The graph as `kg ingest` saved it; None before that."""
        from graph.tables import Tables

        return self._opened(GRAPH, Tables)

    def map(self) -> PaperMap | None:
        """Where the papers lie on the map that `kg ingest` drew; None before that."""
        from kg.mapping import PaperMap

        return self._opened(MAP, PaperMap)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """What this thread asks inside is asked of the folders that are in place now, whatever is put there."""
        self._local.kept = {kind: self._in_place(kind, was.open_) for kind, was in list(self._folders.items())}
        try:
            yield
        finally:
            self._local.kept = None

    def drop_damaged(self) -> bool:
        """Whether something that is open is not what `kg ingest` wrote. It is not asked any more.

        All of it is read, once: questions go on meanwhile, and what was found whole is not read again.
        """
        found = False
        with self._checking:
            for kind, opened in list(self._folders.items()):
                if opened.folder is not None and not opened.whole:
                    damaged = generations.is_damaged(self._config.index_folder, kind)
                    found |= damaged
                    with self._search_lock:
                        if self._folders[kind] is opened:
                            self._folders[kind] = replace(
                                opened, folder=None if damaged else opened.folder, whole=not damaged
                            )
        return found

    def _opened(self, kind: str, open_: Callable[[Path], _Folder]) -> _Folder | None:
        """The derived folder of that kind, opened; None when there is none, or it is damaged.

        Nothing is lost by that: other ways answer, and `kg ingest` makes it anew.
        """
        kept: dict[str, Any] | None = getattr(self._local, "kept", None)
        if kept is not None and kind in kept:
            held: _Folder | None = kept[kind]
            return held
        found = self._in_place(kind, open_)
        if kept is not None:
            kept[kind] = found
        return found

    def _in_place(self, kind: str, open_: Callable[[Path], _Folder]) -> _Folder | None:
        """What lies there now, opened once for all threads."""
        version = generations.version(self._config.index_folder, kind)
        with self._search_lock:
            known = self._folders.get(kind)
            if known is None or known.version != version or time.monotonic() > known.again:
                folder = _or_none(open_, self._config.index_folder)
                again = math.inf if folder is not None or version is None else time.monotonic() + _AGAIN
                self._folders[kind] = known = _Opened(version, open_, folder, again)
            found: _Folder | None = known.folder
            return found

    def _loaded_encoder(self, name: str) -> Encoder:
        from search.encoder import open_encoder

        return open_encoder(name, self._config.models_folder, self._config.device, self.may_download)


class _Deferred:
    """An encoder that is loaded (seconds) when a text is first asked of it: papers are compared without.

    What cannot be loaded raises ModelError then.
    """

    def __init__(self, name: str, load: Callable[[], Encoder]) -> None:
        self.name = name
        self._load = load

    def documents(self, texts: Sequence[str]) -> Matrix:
        return self._load().documents(texts)

    def query(self, text: str) -> Matrix:
        return self._load().query(text)


def _or_none(open_: Callable[[Path], _Folder], folder: Path) -> _Folder | None:
    try:
        return open_(folder)
    except StorageError:
        return None
