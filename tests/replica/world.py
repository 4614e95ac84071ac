"""What the services know, and the conditions under which they answer, until a test changes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from tests.replica.records import Record
from tests.replica.titles import words

SERVICES = ("arxiv", "oai", "s2", "openalex")
OAI_BEGINS = "2005-09-16"  # code: no record of OAI-PMH is said to be older


class World:
    """The papers and the standing conditions. All of it may be changed while the server runs."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.records = {record.id: record for record in records}
        self.oai_page_size = 2500  # code: the default of the service, which it can be told otherwise
        self.oai_identifiers_page_size = 20_000
        self.stall_seconds = 120.0
        self.retry_after = 1  # seconds, in the answers 503 and in `oa_too_fast`
        self.hidden: dict[str, set[str]] = {service: set() for service in SERVICES}
        self.refused: dict[str, int] = {}
        self.elided: dict[str, set[str]] = {service: set() for service in SERVICES}
        self.wrong_matches: dict[str, str] = {}
        self.merged: dict[str, str] = {}
        self.moved_works: dict[str, str] = {}
        self.keys: dict[str, str] = {}
        self.edited: dict[str, str] = {}
        self.s2_size: int | None = None

    def known(self, service: str) -> dict[str, Record]:
        """The papers that a service knows."""
        hidden = self.hidden[service]
        return {id_: record for id_, record in self.records.items() if id_ not in hidden} if hidden else self.records

    def hide(self, id_: str, *services: str) -> None:
        """These services do not know that paper; none named: all of them."""
        for service in services or SERVICES:
            self.hidden[service].add(id_)

    def show(self, id_: str, *services: str) -> None:
        """These services know that paper (again)."""
        for service in services or SERVICES:
            self.hidden[service].discard(id_)

    def refuse(self, id_: str, status: int = 400) -> None:
        """A5, A24: arXiv answers this status to every `id_list` that holds the id."""
        self.refused[id_] = status

    def elide(self, id_: str, service: str = "s2") -> None:
        """S6: Semantic Scholar says `null` for its references; X9: OpenAlex says that there are none."""
        self.elided[service].add(id_)

    def wrong_match(self, title: str, id_: str) -> None:
        """S11: to this title, Semantic Scholar's match answers with that paper."""
        self.wrong_matches[" ".join(words(title))] = id_

    def merge_preprint(self, id_: str, doi: str) -> None:
        """X9: OpenAlex knows the paper under another DOI only; the preprint is one of its places."""
        self.merged[id_] = doi

    def move_work(self, old: str, new: str) -> None:
        """X7: OpenAlex sends who asks for the work `old` to `new`; both are W ids."""
        self.moved_works[old.upper()] = new.upper()

    def set_key(self, service: str, key: str) -> None:
        """S9, X5: another key than this is refused; none is as good as ever."""
        self.keys[service] = key

    def limit_s2_size(self, ids: int | None) -> None:
        """S4: a batch of more ids would be too big an answer; None: no limit."""
        self.s2_size = ids

    def edit(self, id_: str, day: str | None = None) -> None:
        """O7: arXiv changes something about the paper, today: its record gets another datestamp."""
        self.edited[id_] = day or datetime.now(UTC).date().isoformat()

    def revise(self, id_: str, **changes: object) -> None:
        """The paper is another from now on: `title=...`, `created=...`, `references=...`."""
        values: dict[str, object] = dict(changes)
        self.records[id_] = replace(self.records[id_], **values)  # type: ignore[arg-type]

    def datestamp(self, record: Record) -> str:
        """The day of the last change, as far as the replica knows: that of the newest version."""
        return self.edited.get(record.id) or max(record.created[-1][:10], OAI_BEGINS)
