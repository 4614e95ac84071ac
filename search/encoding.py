"""One encoder for several processes: who asks sends texts over a socket, and gets vectors.

What comes in while a batch is computed makes up the next one, so nobody waits for a batch to be filled, and many who
ask at once are answered together. Messages are of known types (`kg.pipes`), checked as they come; the socket lies in a
folder that only its owner may enter.
"""

from __future__ import annotations

import queue
import socket
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from contextlib import suppress
from itertools import count
from typing import NamedTuple, Protocol

import msgspec
import numpy as np

from kg.errors import KgError, ModelError
from kg.pipes import Closed, Pipe, receive, send
from kg.store.vectors import Matrix
from search.encoder import Encoder

_LARGEST = 2**24  # bytes of a message
_PIECE = 8  # texts of a document that are encoded before questions have their turn again
_BATCH = 16  # questions that are encoded together
_REMEMBERED = 2048  # vectors of the last questions
_LONGEST_REMEMBERED = 2000  # characters: a draft is nobody's to keep
_PATIENCE = 30.0  # seconds for an answer; the model is loaded in ten


class Wanted(msgspec.Struct, array_like=True):
    """Texts to be encoded by a model: as questions, or as documents are."""

    number: int
    model: str
    texts: list[str]
    as_questions: bool


class Given(msgspec.Struct, array_like=True):
    """Their vectors, float32 one behind the other; or why there are none."""

    number: int
    vectors: bytes = b""
    refused: str | None = None


class BatchEncoder(Encoder, Protocol):
    """An encoder that takes several questions at once."""

    def queries(self, texts: Sequence[str]) -> Matrix:
        """The vectors (n, d) of questions."""


class _Asked(NamedTuple):
    wanted: Wanted
    answer: Callable[[Given], None]


class EncoderProcess:
    """What the encoding process does: takes requests from all connections, and answers them in batches.

    :param load: gives the encoder of a name; :raises KgError: it cannot be loaded.
    """

    def __init__(self, load: Callable[[str], BatchEncoder]) -> None:
        self._load = load
        self._questions: queue.SimpleQueue[_Asked] = queue.SimpleQueue()
        self._remembered: OrderedDict[tuple[str, str], Matrix] = OrderedDict()

    def serve(self, listener: socket.socket) -> None:
        """Answer for ever."""
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        while True:
            self.answer([self._questions.get(), *self._waiting()])

    def _accept(self, listener: socket.socket) -> None:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=self._read, args=(connection,), daemon=True).start()

    def _read(self, connection: socket.socket) -> None:
        """Take in what a connection asks, until it ends or sends what is no request."""
        decoder, lock = msgspec.msgpack.Decoder(Wanted), threading.Lock()
        with connection, connection.makefile("rwb") as pipe, suppress(Closed):
            while True:
                wanted = receive(pipe, decoder, _LARGEST)
                self._questions.put(_Asked(wanted, lambda given: _reply(pipe, lock, given)))

    def _waiting(self) -> Iterator[_Asked]:
        with suppress(queue.Empty):
            while True:
                yield self._questions.get_nowait()

    def answer(self, asked: Sequence[_Asked]) -> None:
        """Answer what was asked, all questions to one model together."""
        for model in dict.fromkeys(one.wanted.model for one in asked):
            of_model = [one for one in asked if one.wanted.model == model]
            try:
                encoder = self._load(model)
                self._encode(encoder, [one for one in of_model if one.wanted.as_questions])
                for one in of_model:
                    if not one.wanted.as_questions:
                        one.answer(Given(one.wanted.number, encoder.documents(one.wanted.texts).tobytes()))
            except (KgError, RuntimeError, ValueError) as error:  # PyTorch's own are RuntimeErrors
                for one in of_model:
                    one.answer(Given(one.wanted.number, refused=str(error) or type(error).__name__))

    def _encode(self, encoder: BatchEncoder, asked: Sequence[_Asked]) -> None:
        known = self._vectors(encoder, list(dict.fromkeys(text for one in asked for text in one.wanted.texts)))
        for one in asked:
            one.answer(Given(one.wanted.number, b"".join(known[text].tobytes() for text in one.wanted.texts)))

    def _vectors(self, encoder: BatchEncoder, texts: Sequence[str]) -> dict[str, Matrix]:
        """The vector of each of these questions, remembered or worked out."""
        keys = {text: (encoder.name, text) for text in texts}
        known = {text: self._remembered[key] for text, key in keys.items() if key in self._remembered}
        new = [text for text in texts if text not in known]
        for start in range(0, len(new), _BATCH):
            part = new[start : start + _BATCH]
            known.update(zip(part, encoder.queries(part), strict=True))
        for text in texts:
            if len(text) <= _LONGEST_REMEMBERED:
                self._remembered[keys[text]] = known[text]
                self._remembered.move_to_end(keys[text])
        while len(self._remembered) > _REMEMBERED:
            self._remembered.popitem(last=False)
        return known


def _reply(pipe: Pipe, lock: threading.Lock, given: Given) -> None:
    with lock, suppress(Closed):  # who asked has gone
        send(pipe, given)


class EncoderClient:
    """A connection to the encoding process, for any number of threads; made anew when it has ended."""

    def __init__(self, path: str, patience: float = _PATIENCE) -> None:
        self._path, self._patience = path, patience
        self._lock = threading.Lock()
        self._pipe: Pipe | None = None
        self._waiting: dict[int, Future[Given]] = {}
        self._numbers = count()

    def ask(self, model: str, texts: Sequence[str], as_questions: bool) -> Matrix:
        """Vectors (n, d) of texts.

        :raises ModelError: the model cannot be loaded, or the process does not answer.
        """
        future: Future[Given] = Future()
        number = next(self._numbers)
        try:
            with self._lock:
                pipe = self._pipe or self._connected()
                self._waiting[number] = future
                send(pipe, Wanted(number, model, list(texts), as_questions))
            given = future.result(self._patience)
        except (OSError, Closed, Late) as error:
            raise ModelError("the process that encodes texts does not answer; it is started again") from error
        finally:
            self._waiting.pop(number, None)
        if given.refused is not None:
            raise ModelError(given.refused)
        return np.frombuffer(given.vectors, dtype=np.float32).reshape(len(texts), -1)

    def _connected(self) -> Pipe:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(self._path)
            self._pipe = pipe = connection.makefile("rwb")  # which keeps it open
        threading.Thread(target=self._take, args=(pipe,), daemon=True).start()
        return pipe

    def _take(self, pipe: Pipe) -> None:
        """Hand answers to who waits for them, until the connection ends: then nobody gets any."""
        decoder = msgspec.msgpack.Decoder(Given)
        try:
            while True:
                given = receive(pipe, decoder, _LARGEST)
                if future := self._waiting.pop(given.number, None):
                    future.set_result(given)
        except Closed as closed:
            with self._lock:
                self._pipe = None if self._pipe is pipe else self._pipe
                waiting, self._waiting = self._waiting, {}
            for future in waiting.values():
                future.set_exception(closed)
        finally:
            with suppress(OSError):
                pipe.close()


class RemoteEncoder:
    """The encoder of a name, in the encoding process."""

    def __init__(self, name: str, client: EncoderClient) -> None:
        self.name = name
        self._client = client

    def documents(self, texts: Sequence[str]) -> Matrix:
        """Vectors (n, d) of texts, a few at a time, so that questions of others come in between."""
        parts = [texts[start : start + _PIECE] for start in range(0, len(texts), _PIECE)]
        return np.concatenate([self._client.ask(self.name, part, False) for part in parts])

    def query(self, text: str) -> Matrix:
        """The vector (d,) of a question."""
        vector: Matrix = self.queries([text])[0]
        return vector

    def queries(self, texts: Sequence[str]) -> Matrix:
        """The vectors (n, d) of questions."""
        return self._client.ask(self.name, texts, True)
