"""A record with what is computed of it, made of plain values, as one process hands it to another."""

from __future__ import annotations

from typing import NamedTuple

from kg.identifiers import title_key
from kg.papers import Metadata, embedded_text, text_hash
from kg.store.people import people
from kg.titles import title_hash


class Prepared(NamedTuple):
    """What is stored of a record: columns of `papers` by their names, then its authors (id, name) and categories."""

    arxiv_id: str
    doi: str | None
    title: str
    title_key: str
    title_hash: int | None
    abstract: str | None
    published: str | None
    updated: str | None
    version: int | None
    comment: str | None
    journal_ref: str | None
    withdrawn: int
    metadata_source: str
    fetched_at: str | None
    text_hash: str
    authors: list[tuple[str, str]]
    categories: tuple[str, ...]

    @classmethod
    def of(cls, record: Metadata) -> Prepared:
        """What is stored of a record."""
        return cls(
            record.arxiv_id,
            record.doi,
            record.title,
            title_key(record.title),
            title_hash(record.title),
            record.abstract,
            record.published,
            record.updated,
            record.version,
            record.comment,
            record.journal_ref,
            int(record.withdrawn),
            record.source,
            record.fetched_at,
            text_hash(embedded_text(record.title, record.abstract)),
            people(record.authors),
            record.categories,
        )

    @property
    def record(self) -> Metadata:
        """The record; without authors whose names have no letter, whom nothing stores."""
        return Metadata(
            arxiv_id=self.arxiv_id,
            title=self.title,
            source=self.metadata_source,
            abstract=self.abstract,
            authors=tuple(name for _, name in self.authors),
            categories=self.categories,
            published=self.published,
            updated=self.updated,
            version=self.version,
            doi=self.doi,
            comment=self.comment,
            journal_ref=self.journal_ref,
            withdrawn=bool(self.withdrawn),
            fetched_at=self.fetched_at,
        )

    @property
    def names(self) -> list[str]:
        """By what the paper is found: its id, and its DOI."""
        return [self.arxiv_id, f"doi:{self.doi.lower()}"] if self.doi else [self.arxiv_id]
