"""Words of titles, and how alike two titles are."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tests.replica.records import Record


def words(text: str) -> list[str]:
    """The words of a text in lower case, without marks."""
    return re.findall(r"[^\W_]+", text.casefold())


def nearest(title: str, records: Iterable[Record]) -> tuple[Record, int] | None:
    """The record with the most words in common, and how many; None where no word is in any title."""
    wanted = set(words(title))
    best: tuple[int, int, Record] | None = None
    for record in records:
        own = set(words(record.title))
        score = (len(wanted & own), -len(wanted ^ own))
        if score[0] and (best is None or score > best[:2]):
            best = (*score, record)
    return (best[2], best[0]) if best else None
