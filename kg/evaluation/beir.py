"""Folders in BEIR form (https://github.com/beir-cellar/beir/wiki/Load-your-custom-dataset), checked line by line.

`corpus.jsonl` has `_id, title, text`, `queries.jsonl` has `_id, text` (or `_id, paper_id`: a paper of the corpus as the
question), `qrels.tsv` the header `query-id corpus-id score`. Ids are any strings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.errors import UsageError
from kg.text import squeezed

_HEADER = ["query-id", "corpus-id", "score"]
_GRADE = re.compile(r"[+-]?\d{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Document:
    """A document of the corpus; `text` is its abstract, empty where there is none."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Collection:
    """A corpus by id, the questions by id (texts, or ids of the corpus if `of_papers`), and the grades given."""

    folder: Path
    corpus: Mapping[str, Document]
    queries: Mapping[str, str]
    of_papers: bool
    judgements: Mapping[str, Mapping[str, int]]

    def answerable(self) -> list[str]:
        """The queries for which some document is relevant, in the order of the file; the others measure nothing."""
        return [query for query in self.queries if any(grade > 0 for grade in self.judgements.get(query, {}).values())]


def read_collection(folder: Path) -> Collection:
    """Read a folder.

    :raises UsageError: a file is missing or not what it should be; the text names file and line.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder; give one with corpus.jsonl, queries.jsonl and qrels.tsv")
    corpus = _corpus(folder / "corpus.jsonl")
    queries, of_papers = _queries(folder / "queries.jsonl", corpus)
    judgements = _judgements(folder / "qrels.tsv", queries, corpus)
    collection = Collection(folder, corpus, queries, of_papers, judgements)
    if not collection.answerable():
        raise UsageError(f"{folder / 'qrels.tsv'}: no query has a relevant document (a score above 0)")
    return collection


def _corpus(path: Path) -> dict[str, Document]:
    corpus: dict[str, Document] = {}
    for line, id_, record in _records(path, corpus):
        title, text = (_text(path, line, record, name) for name in ("title", "text"))
        corpus[id_] = Document(title, text)
    if not corpus:
        raise UsageError(f"{path} is empty: it needs a JSON object with _id, title and text on each line")
    return corpus


def _queries(path: Path, corpus: Mapping[str, Document]) -> tuple[dict[str, str], bool]:
    """The questions, and whether they are papers."""
    queries: dict[str, str] = {}
    kinds: set[str] = set()
    for line, id_, record in _records(path, queries):
        kind = "paper_id" if "paper_id" in record else "text"
        kinds.add(kind)
        if len(kinds) > 1:
            raise _wrong(path, line, "some queries have a paper_id and some have none: all must be of one kind")
        queries[id_] = _id(path, line, record, kind) if kind == "paper_id" else _text(path, line, record, "text")
        if not queries[id_]:
            raise _wrong(path, line, f"the query {id_!r} has neither text nor paper_id")
        if kind == "paper_id" and queries[id_] not in corpus:
            raise _wrong(path, line, f"the paper_id {queries[id_]!r} is not in corpus.jsonl")
    if not queries:
        raise UsageError(f"{path} is empty: it needs a JSON object with _id, and text or paper_id, on each line")
    return queries, "paper_id" in kinds


def _judgements(path: Path, queries: Mapping[str, str], corpus: Mapping[str, Document]) -> dict[str, dict[str, int]]:
    lines = _lines(path)
    header = next(lines, (1, ""))[1].split("\t")
    if [name.strip() for name in header] != _HEADER:
        raise _wrong(path, 1, f"must be the header {', '.join(_HEADER)}, separated by tabs")
    judgements: dict[str, dict[str, int]] = {}
    for line, text in lines:
        query, document, grade = _judgement(path, line, text)
        if query not in queries:
            raise _wrong(path, line, f"the query {query!r} is not in queries.jsonl")
        if document not in corpus:
            raise _wrong(path, line, f"the document {document!r} is not in corpus.jsonl")
        if judgements.setdefault(query, {}).setdefault(document, grade) != grade:
            raise _wrong(path, line, f"the document {document!r} has another score for the query {query!r} above")
    return judgements


def _judgement(path: Path, line: int, text: str) -> tuple[str, str, int]:
    fields = [field.strip() for field in text.split("\t")]
    if len(fields) != len(_HEADER):
        raise _wrong(path, line, f"has {len(fields)} columns instead of {len(_HEADER)}, separated by tabs")
    query, document, grade = fields
    if not _GRADE.fullmatch(grade):
        raise _wrong(path, line, f"the score {grade!r} is no whole number of up to nine digits")
    return query, document, int(grade)


def _records(path: Path, known: Mapping[str, Any]) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """(line, id, record) of each line; `known` holds the ids of the lines before."""
    for line, text in _lines(path):
        try:
            record = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise _wrong(path, line, f"is no JSON: {error}") from None
        if not isinstance(record, dict):
            raise _wrong(path, line, "is no JSON object")
        id_ = _id(path, line, record, "_id")
        if id_ in known:
            raise _wrong(path, line, f"the _id {id_!r} was there before")
        yield line, id_, record


def _id(path: Path, line: int, record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip():
        raise _wrong(path, line, f"has no {name}")
    return value.strip()


def _text(path: Path, line: int, record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    if value is not None and not isinstance(value, str):
        raise _wrong(path, line, f"{name} is no text")
    return squeezed(value or "")


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """(number from 1, text) of each line that is not blank."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, text in enumerate(file, start=1):
                if text.strip():
                    yield number, text.rstrip("\r\n")
    except FileNotFoundError:
        raise UsageError(f"{path} is missing; BEIR's form has corpus.jsonl, queries.jsonl and qrels.tsv") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not in UTF-8: {error.reason}") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from None


def _wrong(path: Path, line: int, what: str) -> UsageError:
    return UsageError(f"{path}, line {line}: {what}")
