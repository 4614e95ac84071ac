"""The part of embedding on many machines that runs on a Ray cluster: a foreman, and an encoder for each machine.

See `search.machines`. Here each thing is an actor of Ray, or is sent to one.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from kg.config import BUNDLED_MODEL
from kg.errors import KgError, ModelError, UsageError

if TYPE_CHECKING:
    import pyarrow as pa

    from search.encoder import SentenceEncoder

_MOST_TURNS = 16384  # of a data set of Ray: four million texts, after which encoders start anew


class Given(NamedTuple):
    """A chunk of texts, by its number."""

    number: int
    texts: list[str]


class Done(NamedTuple):
    """Its vectors, float32 one behind the other; in which turn, and by which machine; or why there are none."""

    turn: int
    machine: str  # its id in Ray
    number: int = -1
    vectors: bytes = b""
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """What encodes: a model's name or folder, the device, and the digest of its weights where the library is."""

    name: str
    device: str
    digest: str


@dataclass(frozen=True, slots=True)
class Crew:
    """How many encoders there are, and what each asks Ray for."""

    encoders: int
    cpus: float
    gpus: int

    @classmethod
    def of(cls, machines: Sequence[Mapping[str, float]], device: str) -> Crew:
        """One for each GPU if there are any and they may be used, else one for each machine.

        An encoder uses all processors of its machine and asks for half of them: so there is room for one more where
        another machine died.

        :param machines: the resources of each.
        :raises UsageError: there is nothing to compute on.
        """
        gpus = sum(int(machine.get("GPU", 0)) for machine in machines)
        if gpus and device in {"auto", "cuda"}:
            return cls(gpus, 0.5, 1)
        processors = [machine["CPU"] for machine in machines if machine.get("CPU", 0) >= 1]
        if not processors:
            raise UsageError(
                "the Ray cluster has no processors to embed on: start one by `ray start --address=HEAD:6379`"
            )
        return cls(len(processors), min(processors) / 2, 0)


class Foreman:
    """Hands out chunks to encoders, and their vectors to who asked; an actor on the head of the cluster."""

    def __init__(self, crew: Crew, model: Model, turns: int) -> None:
        self._chunks: deque[Given] = deque()
        self._idle: deque[asyncio.Future[Given | None]] = deque()
        self._turns: dict[int, asyncio.Future[Given | None]] = {}
        self._vectors = _vectors(crew, model, turns)

    async def give(self, number: int, texts: list[str]) -> None:
        """Take a chunk in."""
        self._chunks.append(Given(number, texts))
        self._hand_out()

    async def chunk(self, turn: int) -> Given | None:
        """The chunk of a turn, the same whenever it is asked for; None once its vectors are stored."""
        if turn not in self._turns:
            self._turns[turn] = asyncio.get_running_loop().create_future()
            self._idle.append(self._turns[turn])
            self._hand_out()
        return await asyncio.shield(self._turns[turn])  # who asked may be gone, and others ask again

    def _hand_out(self) -> None:
        while self._idle and self._chunks:
            self._idle.popleft().set_result(self._chunks.popleft())

    async def stored(self, turn: int) -> None:
        """Forget the chunk of a turn: its vectors are in the library."""
        self._turns[turn] = asyncio.get_running_loop().create_future()
        self._turns[turn].set_result(None)

    async def next(self) -> Done:
        """The next vectors that come in."""
        return await asyncio.to_thread(next, self._vectors)


def _vectors(crew: Crew, model: Model, size: int) -> Iterator[Done]:
    """Vectors as they come from the encoders, for ever; turns of a machine that died are run again by another."""
    import ray
    from ray.data import ActorPoolStrategy, DataContext, from_items

    DataContext.get_current().enable_progress_bars = False
    first = 0
    while True:
        turns = [{"turn": turn} for turn in range(first, first + size)]
        found = from_items(turns, override_num_blocks=size).map_batches(
            Machine,
            batch_size=1,
            fn_constructor_args=(ray.get_runtime_context().current_actor, model),
            compute=ActorPoolStrategy(size=crew.encoders),
            num_cpus=crew.cpus,
            num_gpus=crew.gpus,
        )
        for table in found.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0):
            yield from (Done(**row) for row in cast("pa.Table", table).to_pylist())
        first, size = first + size, min(2 * size, _MOST_TURNS)  # each takes a millisecond to make


class Machine:
    """The encoder of a machine: takes a chunk in each turn, and gives its vectors. Ray Data makes an actor of it."""

    def __init__(self, foreman: Any, model: Model) -> None:
        import ray

        self._foreman, self._model = foreman, model
        self._id: str = ray.get_runtime_context().get_node_id()
        self._encoder: SentenceEncoder | None = None

    def __call__(self, turns: Mapping[str, Any]) -> pa.Table:
        """What a turn gives, as a row."""
        import pyarrow as pa

        return pa.Table.from_pylist([self._done(int(turn))._asdict() for turn in turns["turn"]])

    def _done(self, turn: int) -> Done:
        import ray

        try:
            encoder = self._ready()
        except KgError as error:
            return Done(turn, self._id, refused=str(error))
        chunk = ray.get(self._foreman.chunk.remote(turn))
        if chunk is None:
            return Done(turn, self._id)
        return Done(turn, self._id, chunk.number, encoder.documents(chunk.texts).tobytes())

    def _ready(self) -> SentenceEncoder:
        """The encoder, loaded.

        :raises KgError: it cannot be loaded, or is not the one that the library is embedded by.
        """
        from search.encoder import SentenceEncoder, digest

        if self._encoder is None:
            name = None if self._model.name == BUNDLED_MODEL else self._model.name
            if digest(name) != self._model.digest:
                raise ModelError(f"the model {self._model.name!r} is another one there than where the library is")
            self._encoder = SentenceEncoder(name, self._model.device)
            _use_all_processors()
        return self._encoder


def _use_all_processors() -> None:
    """Compute with all processors that the machine has for Ray, which would give an actor as many as it asks for."""
    import ray
    import torch

    here = ray.get_runtime_context().get_node_id()
    (mine,) = (machine["Resources"] for machine in cast("Any", ray).nodes() if machine["NodeID"] == here)
    torch.set_num_threads(max(1, int(mine.get("CPU", 1))))
