"""The records of the library. Field names are the keys of the JSON that `kg` promises."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Author:
    """A person: `id` is a slug of the name by which most papers know them, `name` as it is printed where it stands."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject that papers share; `label` is made of words a person would use."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class TopicNode:
    """A topic in the tree of topics; `source` says whether `headings` or `communities` of papers made it."""

    id: str
    label: str
    parent: str | None = None
    source: str = "headings"


@dataclass(frozen=True, slots=True)
class Mention:
    """One citation in one document: what is said of which work, and where.

    `line` counts from 1; `section` lists the headings above it, outermost first; `remark` is what the
    document's author says of the work; `paper` is the id of the work that it was resolved to, `list_id` that
    of the document as a list of the library.
    """

    document: str
    line: int
    section: tuple[str, ...] = ()
    title: str | None = None
    link_text: str | None = None
    urls: tuple[str, ...] = ()
    arxiv_id: str | None = None
    doi: str | None = None
    authors: tuple[str, ...] = ()
    venue: str | None = None
    year: int | None = None
    remark: str | None = None
    paper: str | None = None
    list_id: str | None = None


@dataclass(frozen=True, slots=True)
class Metadata:
    """What one source says of one arXiv paper; None where it says nothing.

    `published` and `updated` are ISO 8601 dates, as exact as the source is; `source` names the route
    that answered (`arxiv`, `oai`, `semantic-scholar`, `snapshot`, `facts`); `fetched_at` is when, None if it should be
    asked again.
    """

    arxiv_id: str
    title: str
    source: str
    abstract: str | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    published: str | None = None
    updated: str | None = None
    version: int | None = None
    doi: str | None = None
    comment: str | None = None
    journal_ref: str | None = None
    withdrawn: bool = False
    fetched_at: str | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """A work that a paper cites, as a service names it; any part may be missing.

    `names` are the service's own (`s2:...`, `openalex:...`), by which it is known again.
    """

    arxiv_id: str | None = None
    doi: str | None = None
    names: tuple[str, ...] = ()
    title: str | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Bibliography:
    """What a service knows of a paper's references.

    `state` is `known`, `none` (it lists none), `withheld` (the publisher does not let it) or `unknown` (it does
    not know the paper).
    """

    state: str
    works: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """One work with everything the library knows of it; unknown is None, nothing is ()."""

    id: str
    arxiv_id: str | None = None
    doi: str | None = None
    title: str | None = None
    abstract: str | None = None
    authors: tuple[Author, ...] = ()
    published: str | None = None
    updated: str | None = None
    version: int | None = None
    categories: tuple[str, ...] = ()
    comment: str | None = None
    journal_ref: str | None = None
    withdrawn: bool = False
    url: str | None = None
    pdf_url: str | None = None
    topics: tuple[Topic, ...] = ()
    listed_in: tuple[Mention, ...] = ()
    metadata_source: str | None = None
    fetched_at: str | None = None

    @property
    def name(self) -> str:
        """The title, or the id where no title is known."""
        return self.title or self.id


def embedded_text(title: str | None, abstract: str | None) -> str:
    """The text of a paper that is embedded: title and abstract, or the title alone."""
    return ". ".join(part for part in (title, abstract) if part)


def text_hash(text: str) -> str:
    """Names a text for the store of vectors: equal texts are embedded once."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]
