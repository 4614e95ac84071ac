"""A25: feeds as the query API wrote them until 2025-11, recorded from the service of then.

An id that is not known has an entry without id, and is counted; each element names its namespace; the feed's time is
not UTC; titles and abstracts are broken into lines; old links.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from tests.replica.records import Record

CONTENT_TYPE = "application/atom+xml; charset=UTF-8"
_SEARCH = 'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"'
_ARXIV = 'xmlns:arxiv="http://arxiv.org/schemas/atom"'
_SCHEME = 'scheme="http://arxiv.org/schemas/atom"'
_UNKNOWN = f"""  <entry>
    <arxiv:primary_category {_ARXIV} term="" {_SCHEME}/>
    <category term="" {_SCHEME}/>
  </entry>"""


def feed(query: str, rows: Sequence[tuple[Record, int] | None], total: int, start: int, most: int) -> bytes:
    """A feed; a row is a paper and its version, or None for an id that is not known."""
    counts = {"totalResults": total, "startIndex": start, "itemsPerPage": most}
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f'  <link href="http://arxiv.org/api/query?{quote(query, safe="")}" rel="self" type="application/atom+xml"/>',
        f'  <title type="html">ArXiv Query: {escape(query)}</title>',
        "  <id>http://arxiv.org/api/OldDialect</id>",
        "  <updated>2025-08-24T00:00:00-04:00</updated>",
        *(f"  <opensearch:{name} {_SEARCH}>{count}</opensearch:{name}>" for name, count in counts.items()),
        *(_entry(*row) if row else _UNKNOWN for row in rows),
        "</feed>",
    ]
    return ("\n".join(lines) + "\n").encode()


def _entry(record: Record, version: int) -> str:
    name = f"{record.id}v{version}"
    parts = [
        f"<id>http://arxiv.org/abs/{name}</id>",
        f"<updated>{record.created[version - 1]}</updated>",
        f"<published>{record.created[0]}</published>",
        "<title>" + "\n  ".join(textwrap.wrap(escape(record.title), 70, break_long_words=False)) + "</title>",
        "<summary>  " + "\n".join(textwrap.wrap(escape(record.abstract), 78, break_long_words=False)) + "\n</summary>",
        *(f"<author>\n      <name>{escape(author)}</name>\n    </author>" for author in record.authors),
        *_optional(record),
        f'<link href="http://arxiv.org/abs/{name}" rel="alternate" type="text/html"/>',
        f'<link title="pdf" href="http://arxiv.org/pdf/{name}" rel="related" type="application/pdf"/>',
        f'<arxiv:primary_category {_ARXIV} term="{record.categories[0]}" {_SCHEME}/>',
        *(f'<category term="{category}" {_SCHEME}/>' for category in record.categories),
    ]
    return "  <entry>\n    " + "\n    ".join(parts) + "\n  </entry>"


def _optional(record: Record) -> list[str]:
    parts = []
    for doi in record.dois:
        parts.append(f"<arxiv:doi {_ARXIV}>{escape(doi)}</arxiv:doi>")
        parts.append(f'<link title="doi" href={quoteattr("http://dx.doi.org/" + doi)} rel="related"/>')
    for name, text in (("comment", record.comment), ("journal_ref", record.journal_ref)):
        if text:
            parts.append(f"<arxiv:{name} {_ARXIV}>{escape(text)}</arxiv:{name}>")
    return parts
