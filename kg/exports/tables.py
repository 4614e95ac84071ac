"""Papers as a table, and as one JSON object a line."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from kg.envelope import plain
from kg.papers import Paper

_PAPER_COLUMNS = (
    "id title authors published updated version categories topics journal_ref doi url pdf_url withdrawn abstract"
    " arxiv_id comment"
).split()
_BREAK = re.compile(r"\r\n?")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a cell begins that a spreadsheet works out


def to_jsonl(papers: Iterable[Paper]) -> str:
    """One JSON object a line, with the keys of a paper."""
    return "".join(json.dumps(plain(paper), ensure_ascii=False) + "\n" for paper in papers)


def to_csv(papers: Iterable[Paper]) -> str:
    """A table of the papers; what are several in one cell (authors, categories, topics) are parted by semicolons.

    A cell that a spreadsheet would take for a formula begins with an apostrophe
    (https://owasp.org/www-community/attacks/CSV_Injection).
    """
    return table(_PAPER_COLUMNS, ({n: _cell(getattr(paper, n)) for n in _PAPER_COLUMNS} for paper in papers))


def table(columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as CSV under the names of their columns; what a row lacks is an empty cell.

    Within cells every line break is a line feed: csv puts no quotes around a lone carriage return.
    """
    written = io.StringIO()
    rows_to = csv.DictWriter(written, list(columns), lineterminator="\n")
    rows_to.writeheader()
    rows_to.writerows(
        {name: _BREAK.sub("\n", v) if isinstance(v, str) else v for name, v in row.items()} for row in rows
    )
    return written.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, tuple):
        value = "; ".join(str(getattr(part, "name", getattr(part, "label", part))) for part in value)
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
