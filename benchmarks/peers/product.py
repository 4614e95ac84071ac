"""`kg` as a program would use it: `Library.search` and `.related`, with facets, snippets and reasons."""

from __future__ import annotations

import hashlib
from pathlib import Path

from benchmarks import corpus
from benchmarks.asked import Ask
from benchmarks.standin import StandIn
from kg import migrations
from kg.config import Config
from kg.filters import Related, Search
from kg.library import Library
from kg.refresh import Options, refresh


def folder(size: int) -> Path:
    """The data folder of the library of that many papers; another one when the schema is another."""
    schema = hashlib.sha256(Path(migrations.__file__).read_bytes()).hexdigest()[:12]
    return corpus.CACHE / f"kg-{corpus.origin()}-{size}-{schema}"


def build(size: int) -> None:
    """Make the library, its index and graph as `kg ingest` does, or bring them up to date."""
    data = folder(size)
    if not data.exists():
        corpus.announce(f"a library of {size} papers")
    citations = corpus.CITATIONS if corpus.CITATIONS.is_file() else None
    options = Options(snapshot=corpus.snapshot_of(size), citations=citations, offline=True)
    library = Library(Config(data=data), make_encoder=lambda *_: StandIn())
    refresh(library, options, lambda *_: None, lambda _: None)
    library.close()


def opened(size: int) -> Ask:
    """A hybrid search for ten papers."""
    library = Library(Config(data=folder(size)))
    return lambda question: library.search(Search(question))


def related(size: int) -> Ask:
    """Ten papers related to the one of this arXiv id."""
    library = Library(Config(data=folder(size)))
    return lambda paper: library.related(Related((f"arXiv:{paper}",)))


def related_to_draft(size: int) -> Ask:
    """Ten papers that a draft should cite; the encoder is a stand-in that takes no time."""
    library = Library(Config(data=folder(size)), make_encoder=lambda *_: StandIn())
    return lambda text: library.related(Related(text=text))


def embedding(size: int) -> Ask:
    """The encoder over the `number`-th batch of texts; see `benchmarks.embedding`."""
    from benchmarks.embedding import batches
    from search.encoder import SentenceEncoder

    encoder, texts = SentenceEncoder(), batches(size)
    return lambda number: encoder.documents(texts[int(number)])
