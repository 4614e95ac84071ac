"""Papers written out: one function for each format of `kg export`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping

from kg.bibtex import to_bibtex
from kg.envelope import plain
from kg.papers import Paper


def to_jsonl(papers: Iterable[Paper]) -> str:
    """One JSON object a line, with the keys of a paper."""
    return "".join(json.dumps(plain(paper), ensure_ascii=False) + "\n" for paper in papers)


WRITERS: Mapping[str, Callable[[Iterable[Paper]], str]] = {"bibtex": to_bibtex, "jsonl": to_jsonl}
