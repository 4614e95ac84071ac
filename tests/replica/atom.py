"""Atom feeds as arXiv's query API writes them since 2025-11-11."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from tests.replica.records import Record

_NAMESPACES = (
    'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" '
    'xmlns="http://www.w3.org/2005/Atom"'
)
_NOW = "2026-11-20T00:00:00Z"
CONTENT_TYPE = "application/atom+xml; charset=utf-8"


def feed(query: str, entries: Iterable[str], total: int, start: int, most: int) -> bytes:
    """A feed; `query` is what was asked, as the service repeats it."""
    digest = base64.b64encode(hashlib.sha1(query.encode()).digest()).decode().rstrip("=")
    lines = [
        "<?xml version='1.0' encoding='UTF-8'?>",
        f"<feed {_NAMESPACES}>",
        f"  <id>https://arxiv.org/api/{digest}</id>",
        f"  <title>arXiv Query: {escape(query)}</title>",
        f"  <updated>{_NOW}</updated>",
        f'  <link href={quoteattr("https://arxiv.org/api/query?" + query)} type="application/atom+xml"/>',
        f"  <opensearch:itemsPerPage>{most}</opensearch:itemsPerPage>",
        f"  <opensearch:totalResults>{total}</opensearch:totalResults>",
        f"  <opensearch:startIndex>{start}</opensearch:startIndex>",
        *entries,
        "</feed>",
    ]
    return ("\n".join(lines) + "\n").encode()


def entry(record: Record, version: int) -> str:
    """One paper in the version asked for."""
    name = f"{record.id}v{version}"
    parts = [
        f"<id>http://arxiv.org/abs/{name}</id>",
        f"<title>{escape(record.title)}</title>",
        f"<updated>{record.created[version - 1]}</updated>",
        f'<link href="https://arxiv.org/abs/{name}" rel="alternate" type="text/html"/>',
        f'<link href="https://arxiv.org/pdf/{name}" rel="related" type="application/pdf" title="pdf"/>',
        f"<summary>{escape(record.abstract)}</summary>",
        *(f'<category term="{c}" scheme="http://arxiv.org/schemas/atom"/>' for c in record.categories),
        f"<published>{record.created[0]}</published>",
    ]
    if record.comment:
        parts.append(f"<arxiv:comment>{escape(record.comment)}</arxiv:comment>")
    parts.append(f'<arxiv:primary_category term="{record.categories[0]}"/>')
    if record.journal_ref:
        parts.append(f"<arxiv:journal_ref>{escape(record.journal_ref)}</arxiv:journal_ref>")
    parts += [f"<author>\n      <name>{escape(name)}</name>\n    </author>" for name in record.authors]
    for doi in record.dois:
        parts.append(f"<arxiv:doi>{escape(doi)}</arxiv:doi>")
        parts.append(f'<link rel="related" href={quoteattr("https://doi.org/" + doi)} title="doi"/>')
    return "  <entry>\n    " + "\n    ".join(parts) + "\n  </entry>"


def error_feed(message: str) -> bytes:
    """The feed that comes with a status of 400 or 500."""
    anchor = message.replace(" ", "_")
    return "\n".join(
        [
            "<?xml version='1.0' encoding='UTF-8'?>",
            f"<feed {_NAMESPACES}>",
            "  <id>https://arxiv.org/</id>",
            "  <title>arXiv Search Results</title>",
            f"  <updated>{_NOW}</updated>",
            "  <opensearch:itemsPerPage>1</opensearch:itemsPerPage>",
            "  <opensearch:totalResults>1</opensearch:totalResults>",
            "  <opensearch:startIndex>0</opensearch:startIndex>",
            "  <entry>",
            f"    <id>https://arxiv.org/api/errors#{escape(anchor)}</id>",
            "    <title>Error</title>",
            f"    <updated>{_NOW}</updated>",
            f'    <link href="https://arxiv.org/api/errors#{escape(anchor)}" rel="alternate"/>',
            f"    <summary>{escape(message)}</summary>",
            "    <author>\n      <name>arXiv api core</name>\n    </author>",
            "  </entry>",
            "</feed>\n",
        ]
    ).encode()
