"""Files of facts, settings, manifests and benchmarks: read from the working folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from ingest.bulk import read_citations, read_snapshot
from kg import generations
from kg.config import Config
from kg.errors import DocumentError, StorageError, UsageError
from kg.evaluation.beir import read_collection
from kg.store import Store
from kg.store.prepared import Prepared
from tests.fuzzing.invariants import storable, typed
from tests.fuzzing.targets import Target, words
from tests.test_bulk import ROW

_ROWS = (
    ROW,
    {**ROW, "authors_parsed": [["Astor", "Jens C.", ""], ["King", "Martin", "Jr."]], "versions": None},
    {"id": "1806.07572", "title": "T", "authors": ["Ann Bee"], "categories": ["cs.LG"], "published": "2018-06"},
)
_JSON = words(
    '{ } [ ] , : null true 1e999 "id":"1806.07572" "title":"T" "authors":[ "versions":[{"version":"v1","created":" "\\ud800" "\\u0000" ␤'
)
_TOML = words(
    'model = " \' arxiv_delay = 3 nan inf -1 arxiv_url="http://127.0.0.1" s2_key data [x] [[x]] # ␤ """ device="cpu" vectors="faiss"',
    "http://[ https://[::1]:x 1e999 2026-11-27 true { } , \\u0000 \\ud800 openalex_url s2_url oai_url http:// _",
)


def _written(name: str, data: bytes) -> Path:
    path = Path(name)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


def _snapshot(data: bytes) -> object:
    path = _written("snapshot.jsonl", data)
    found = [Prepared.of(typed(record)) for record in read_snapshot(path, "snapshot", None)]
    storable([tuple(record) for record in found])
    _store(found)
    return found


def _store(found: list[Prepared]) -> None:
    with Store(Path("facts.db")) as store, store.transaction():
        store.bulk.save(found)
        store.fulltext.refresh()


def _citations(data: bytes) -> object:
    return list(read_citations(_written("citations.tsv", data)))


def _settings(data: bytes) -> object:
    _written("kg/kg.toml", data)
    config = Config.load({"data": "kg"}, {})
    assert config.arxiv_delay >= 0
    return typed(config.model) if config.model else config


def _environment(data: bytes) -> object:
    """Names and values apart by `=` and line ends, as an environment has them: NUL is no part of one."""
    text = data.decode("utf-8", "surrogateescape").replace("\0", "")
    pairs = (line.partition("=") for line in text.split("\n"))
    return Config.load({}, {f"KG_{name.upper()}": value for name, _, value in pairs if name.lower() != "data"})


_FOLDER = Path("index")


def _manifest() -> bytes:
    """A manifest as it is written, of a folder with one file of five bytes."""
    digest = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    return json.dumps(asdict(generations.Manifest("m", 3, 1, "vectors-a", 5, {"x": digest}))).encode()


def _manifests(data: bytes) -> object:
    _written("index/vectors.json", data)
    (_FOLDER / "vectors-a").mkdir(exist_ok=True)
    (_FOLDER / "vectors-a" / "x").write_bytes(b"hello")
    states = generations.status(_FOLDER, "vectors", "m", 3), generations.is_damaged(_FOLDER, "vectors")
    return states, generations.read(_FOLDER, "vectors"), _opened()


def _opened() -> object:
    try:
        return generations.opened(_FOLDER, "vectors", lambda folder, _: sorted(file.name for file in folder.iterdir()))
    except StorageError as error:
        return str(error)


def _benchmark(name: str) -> Callable[[bytes], object]:
    """One file of a folder in BEIR form; the others are whole."""
    whole = {
        "corpus.jsonl": b'{"_id": "a", "title": "T", "text": "x"}\n{"_id": "b", "title": "U", "text": ""}\n',
        "queries.jsonl": b'{"_id": "q", "text": "wide nets"}\n',
        "qrels.tsv": b"query-id\tcorpus-id\tscore\nq\ta\t1\nq\tb\t0\n",
    }

    def work(data: bytes) -> object:
        for file, content in {**whole, name: data}.items():
            _written(f"beir/{file}", content)
        return read_collection(Path("beir"))

    return work


_CITATIONS = b"citing\tcited\tmatch\n0709.0928v2\tastro-ph/9412080\ttitle\n1806.07572\t1811.03962\tid\n"
_CORPUS = (b'{"_id": "a", "title": "T", "text": "x"}', b'{"_id": "b", "title": null, "text": "wide nets"}')
_TSV = words('citing cited \t ␤ 1806.07572 v2 hep-th/9901001 query-id corpus-id score q a 1 -1 "')
_TABLES = words(
    "model=x arxiv_delay=1 arxiv_url=http://127.0.0.1:9/api/query device=cuda ␤ = s2_url=https://a.b vectors=milvus openalex_key=k"
)

TARGETS = [
    Target(
        "snapshot", _snapshot, tuple(json.dumps(row).encode() for row in _ROWS), _JSON, (DocumentError,), 15, tree=True
    ),
    Target("citations.tsv", _citations, (_CITATIONS,), _TSV, (DocumentError,), 30),
    Target(
        "kg.toml",
        _settings,
        (b'model = "x"\narxiv_delay = 3\narxiv_url = "http://127.0.0.1:9/api/query"\n',),
        _TOML,
        (UsageError,),
        30,
    ),
    Target(
        "environment",
        _environment,
        (b"arxiv_delay=3\nmodel=x\narxiv_url=http://[::1]:9/api/query",),
        (*_TOML, *_TABLES),
        (UsageError,),
        50,
    ),
    Target(
        "manifest",
        _manifests,
        (_manifest(),),
        words('{ } "maker": "state":null "count":1 "folder":"../" "size":5 "digests":{ , : [ ] "vectors-a" ..'),
        (),
        20,
        tree=True,
    ),
    Target("corpus", _benchmark("corpus.jsonl"), _CORPUS, _JSON, (UsageError,), 8, tree=True),
    Target(
        "qrels", _benchmark("qrels.tsv"), (b"query-id\tcorpus-id\tscore\nq\ta\t1\nq\tb\t0\n",), _TSV, (UsageError,), 8
    ),
]
