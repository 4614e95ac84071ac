"""Records as arXiv's OAI-PMH service writes them, in the formats `arXiv` and `arXivRaw` (code: its templates)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape

from tests.replica.records import Record

_PHYSICS = "astro-ph cond-mat gr-qc hep-ex hep-lat hep-ph hep-th math-ph nlin nucl-ex nucl-th physics quant-ph".split()
_GROUPS = {**{name: "physics" for name in _PHYSICS}}
_GROUPS |= {name: name for name in "cs econ eess math q-bio q-fin stat".split()}


def all_sets(records: Iterable[Record]) -> list[str]:
    """Groups (`cs`), archives (`physics:hep-th`) and the categories in use (`cs:cs:LG`)."""
    archives = {f"{group}:{archive}" for archive, group in _GROUPS.items()}
    return sorted({*_GROUPS.values(), *archives, *(name for record in records for name in specs(record))})


def is_set(name: str) -> bool:
    """Whether arXiv has a set of that name: its group and archive are known (the subjects are not copied)."""
    group, *rest = name.split(":")
    if group not in _GROUPS.values() or len(rest) > 2:
        return False
    return not rest or _GROUPS.get(rest[0]) == group


def specs(record: Record) -> list[str]:
    """`cs:cs:LG` for cs.LG, `physics:hep-th` for hep-th, `physics:cond-mat:str-el` for cond-mat.str-el."""
    found = []
    for category in record.categories:
        archive, _, subject = category.partition(".")
        name = f"{_GROUPS.get(archive, archive)}:{archive}"
        found.append(f"{name}:{subject}" if subject else name)
    return found


def header(record: Record, datestamp: str) -> str:
    """The identifier, the day of the last change and the sets."""
    sets = "".join(f"<setSpec>{name}</setSpec>" for name in specs(record))
    identifier = f"<identifier>oai:arXiv.org:{record.id}</identifier>"
    return f"<header>{identifier}<datestamp>{datestamp}</datestamp>{sets}</header>"


def whole(record: Record, datestamp: str, prefix: str) -> str:
    """A record in one of the two formats."""
    body = _raw(record) if prefix == "arXivRaw" else _plain(record, datestamp)
    return f"<record>{header(record, datestamp)}<metadata>{body}</metadata></record>\n"


def _raw(record: Record) -> str:
    """All versions with their dates, and the authors as one string."""
    versions = "".join(_version(record, number) for number in range(1, record.versions + 1))
    *first, last = record.authors or ("",)
    authors = f"{', '.join(first)} and {last}" if first else last
    return (
        f'<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{record.id}</id><submitter>A Submitter</submitter>'
        f"{versions}<title>{escape(record.title)}</title><authors>{escape(authors)}</authors>{_common(record)}</arXivRaw>"
    )


def _version(record: Record, number: int) -> str:
    """A withdrawn version has no text and is of type I; not always, but that is all there is to see (recorded)."""
    created = datetime.fromisoformat(record.created[number - 1].replace("Z", "+00:00"))
    gone = record.withdrawn and number == record.versions
    size = "<size>0kb</size><source_type>I</source_type>" if gone else "<size>16kb</size>"
    return f'<version version="v{number}"><date>{format_datetime(created, usegmt=True)}</date>{size}</version>'


def _plain(record: Record, datestamp: str) -> str:
    """`created` is the newest version's day, not the first one's (code)."""
    days = f"<created>{record.created[-1][:10]}</created><updated>{datestamp}</updated>"
    return (
        f'<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>{record.id}</id>{days}'
        f"<authors>{''.join(map(_author, record.authors))}</authors>"
        f"<title>{escape(record.title)}</title>{_common(record)}</arXiv>"
    )


def _author(name: str) -> str:
    """The last word is the family name: simpler than the service's own rule."""
    *first, last = name.split()
    forenames = f"<forenames>{escape(' '.join(first))}</forenames>" if first else ""
    return f"<author><keyname>{escape(last)}</keyname>{forenames}</author>"


def _common(record: Record) -> str:
    parts = [("categories", " ".join(record.categories)), ("comments", record.comment)]
    parts += [("journal-ref", record.journal_ref), ("doi", " ".join(record.dois))]
    parts += [("license", "http://arxiv.org/licenses/nonexclusive-distrib/1.0/"), ("abstract", record.abstract)]
    return "".join(f"<{name}>{escape(text)}</{name}>" for name, text in parts if text)
