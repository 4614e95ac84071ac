"""A static model distilled from a sentence-transformer: a vector for each token, and a text is their mean.

The method is that of Model2Vec (https://github.com/MinishLab/model2vec): each token goes through the transformer alone,
principal components, and smooth inverse frequency (Arora et al., "A simple but tough-to-beat baseline for sentence
embeddings", ICLR 2017), with frequency from the rank in the vocabulary by Zipf's law. Unlike there, the vector into the
transformer counts beside what comes out, components are whitened (Su et al., "Whitening Sentence Representations for
Better Semantics and Faster Retrieval", 2021) and each token's vector is made length 1.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kg.files import replace_folder
from search.weights import write_digests

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

Array = NDArray[np.float64]

_DIMENSION = 384
_SMOOTHING = 1e-4  # of smooth inverse frequency
_CHARACTER_RANK = 30.0  # of signs and letters, which BERT's vocabulary lists by code and not by frequency
_REMEMBERED = 500_000  # pieces of texts, some 200 bytes each
_BATCH = 512  # tokens that go through the transformer together


class StaticTexts:
    """Texts to vectors by a static model, as the model itself gives them, four times as fast.

    Its tokenizer looks at each piece between two spaces for itself, and most pieces have been seen before: what was
    made of these is remembered.
    """

    def __init__(self, module: Any) -> None:
        """:param module: sentence-transformers' `StaticEmbedding`."""
        self._module = module
        self._known: dict[str, bytes] = {}  # tokens as 32-bit numbers

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The mean (n, d) of the vectors of each text's tokens."""
        import torch

        pieces = [text.split(" ") for text in texts]
        new = self._learn(pieces)
        rows = [b"".join(map(self._known.__getitem__, of_one)) for of_one in pieces]
        if len(self._known) > _REMEMBERED:  # those that came first are the most frequent ones
            for piece in new:
                del self._known[piece]
        tokens = np.frombuffer(bytearray().join(rows), dtype=np.int32)
        starts = np.cumsum([0, *map(len, rows[:-1])], dtype=np.int32) // tokens.itemsize
        with torch.inference_mode():
            found = self._module.embedding(torch.from_numpy(tokens), torch.from_numpy(starts))
        return np.asarray(found.numpy(), dtype=np.float32)

    def _learn(self, pieces: Sequence[Sequence[str]]) -> list[str]:
        """Have the tokenizer look at what it has not seen; which pieces that were."""
        new = list(set(chain.from_iterable(pieces)).difference(self._known))
        for piece, found in zip(new, self._module.tokenizer.encode_batch(new, add_special_tokens=False), strict=True):
            self._known[piece] = np.array(found.ids, dtype=np.int32).tobytes()
        return new


def distil(model: SentenceTransformer, folder: Path) -> None:
    """Write a static model of `model` to `folder`, as sentence-transformers stores its models.

    :raises OSError: the folder cannot be written.
    """
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    tokens = model.tokenizer.convert_ids_to_tokens(list(range(len(model.tokenizer))))
    start = _first_word(tokens)
    vectors = _length_one(_whitened(_token_vectors(model, start), start))
    weights = _inverse_frequency(len(tokens), start)
    weights[model.tokenizer.all_special_ids] = 0.0
    module = StaticEmbedding(_whole_texts(model), embedding_weights=(vectors * weights[:, None]).astype(np.float32))
    static = SentenceTransformer(modules=[module], device="cpu")
    replace_folder(folder, lambda path: _save(static, path))


def _save(static: SentenceTransformer, folder: Path) -> None:
    static.save_pretrained(str(folder), create_model_card=False)
    write_digests(folder)


def _whole_texts(model: SentenceTransformer) -> Tokenizer:
    """A copy of the tokenizer that neither cuts (the bundled one at 128) nor pads; the model's stays as it is."""
    tokenizer: Tokenizer = copy.deepcopy(model.tokenizer.backend_tokenizer)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _first_word(tokens: Sequence[str]) -> int:
    """Where the words begin, most frequent first: behind special and unused tokens and single characters."""
    return next((number for number, token in enumerate(tokens) if re.fullmatch(r"\W?[a-z]{2,}", token)), 0)


def _token_vectors(model: SentenceTransformer, start: int) -> Array:
    """The sum of what goes in for each token and what comes out at the first position and its own, (vocabulary, d)."""
    import torch

    transformer: Any = copy.deepcopy(model[0]).float()  # so it does not matter in which numbers the model computes
    first, last = _outputs(transformer, model)
    with torch.inference_mode():
        into = transformer.auto_model.get_input_embeddings().weight[: len(first)].cpu().numpy().astype(np.float64)
    parts = (_length_one(part - part[start:].mean(axis=0)) for part in (first, last, into))
    return np.asarray(sum(parts), dtype=np.float64)


def _outputs(transformer: Any, model: SentenceTransformer) -> tuple[Array, Array]:
    """The last layer at the first position and at the token's own, each (vocabulary, d), for each token alone."""
    import torch

    edges = model.tokenizer("")["input_ids"]
    own = min(1, len(edges))
    rows = [[*edges[:1], token, *edges[1:]] for token in range(len(model.tokenizer))]
    found = []
    with torch.inference_mode():
        for start in range(0, len(rows), _BATCH):
            ids = torch.tensor(rows[start : start + _BATCH], device=model.device)
            states = transformer({"input_ids": ids, "attention_mask": torch.ones_like(ids)})["token_embeddings"]
            found.append(states[:, [0, own]].cpu().numpy())
    both = np.concatenate(found).astype(np.float64)
    return both[:, 0], both[:, 1]


def _whitened(vectors: Array, start: int) -> Array:
    """Vectors (n, d) on the principal components of the words, each of deviation 1, (n, at most `_DIMENSION`)."""
    centred = vectors - vectors[start:].mean(axis=0)
    spread, axes = np.linalg.eigh(centred[start:].T @ centred[start:] / (len(vectors) - start))
    deviation = np.sqrt(np.maximum(spread, 1e-12))
    return np.asarray((centred @ axes / deviation)[:, ::-1][:, :_DIMENSION], dtype=np.float64)


def _inverse_frequency(tokens: int, start: int) -> Array:
    """Weights (n,) of tokens, which from `start` on are in the order of their frequency."""
    rank = np.arange(tokens, dtype=np.float64) - start + 2.0
    rank[:start] = _CHARACTER_RANK
    frequency = 1.0 / rank
    return np.asarray(_SMOOTHING / (_SMOOTHING + frequency / frequency.sum()), dtype=np.float64)


def _length_one(vectors: Array) -> Array:
    """Vectors (n, d) made length 1."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12), dtype=np.float64)
