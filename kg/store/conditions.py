"""Filters as SQL conditions on `papers p`, and terms as FTS5 expressions."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kg.filters import Filter, Scope, Terms, parse_years
from kg.identifiers import parse_arxiv_id, slug, title_key
from kg.titles import spellings

Condition = tuple[str, list[str | int]]
_SINGLE = ("year", "id")  # of which a paper has one
_MOST_WORDS = 12  # of one filter's value; SQL expressions may not grow without end


def conditions(scope: Scope) -> Condition:
    """One condition that holds where every filter does; of the library only, unless everything is wanted.

    A paper has one year and one id, so several of these are alternatives.
    """
    clauses = ["1"] if scope.everything else ["p.in_library"]
    params: list[str | int] = []
    for alternatives in _together(scope.filters):
        built = [_BUILDERS[filter_.field](filter_.value) for filter_ in alternatives]
        either = " OR ".join(f"({clause})" for clause, _ in built)
        clauses.append(f"NOT ({either})" if alternatives[0].negated else f"({either})")
        params.extend(value for _, values in built for value in values)
    return " AND ".join(clauses), params


def _together(filters: Iterable[Filter]) -> Iterable[list[Filter]]:
    """Each filter by itself, but those of which a paper can meet one only."""
    groups: dict[object, list[Filter]] = {}
    for place, filter_ in enumerate(filters):
        one_of = filter_.field in _SINGLE and not filter_.negated
        groups.setdefault(filter_.field if one_of else place, []).append(filter_)
    return groups.values()


def match(terms: Terms) -> str | None:
    """The FTS5 expression of what is looked for; None where nothing is."""
    parts = [_quoted(phrase) for phrase in terms.phrases]
    if terms.words:
        # With phrases, words are wanted but not needed: a phrase among them lets every hit through.
        wanted = (*terms.phrases[:1], *terms.words)
        parts.append("(" + " OR ".join(_quoted(word) for word in wanted) + ")")
    if not parts:
        return None
    unwanted = "".join(f" NOT {_quoted(term)}" for term in terms.excluded)
    return f"({' AND '.join(parts)}){unwanted}"


def rejected(terms: Terms) -> str | None:
    """The FTS5 expression of what must not be found; None where nothing is excluded."""
    return " OR ".join(_quoted(term) for term in terms.excluded) or None


def _quoted(text: str) -> str:
    """`text` as one string of an FTS5 expression, whatever it holds."""
    return '"' + text.replace('"', '""').replace("\0", " ") + '"'


def _author(value: str) -> Condition:
    """The author of that id (`ann-bee`), now or before names were joined, or else every author with all of the words.

    The words may be those of any spelling of an author's name.
    """
    words = title_key(value).split()[:_MOST_WORDS]
    like = " AND ".join("'-' || {0} || '-' LIKE ?" for _ in words) or "0"
    patterns = [f"%-{word}-%" for word in words]
    id_ = value if "-" in value else ""
    known = "SELECT author FROM paper_authors WHERE author = ? UNION SELECT author FROM author_aliases WHERE alias = ?"
    return (
        f"p.number IN (SELECT paper FROM paper_authors WHERE author IN ({known}) "
        f"OR (NOT EXISTS ({known}) AND ({like.format('author')} "
        f"OR author IN (SELECT author FROM author_aliases WHERE {like.format('alias')}))))",
        [id_, id_, id_, id_, *patterns, *patterns],
    )


def _title(value: str) -> Condition:
    """The titles with these words in this order; the whole title in any spelling."""
    if not title_key(value):
        return "0", []
    hashes = spellings(value)
    return (
        "p.number IN (SELECT rowid FROM papers_fts WHERE papers_fts MATCH ?) "
        f"OR p.title_hash IN ({', '.join('?' * len(hashes))})",
        [f"title : {_quoted(value)}", *hashes],
    )


def _year(value: str) -> Condition:
    first, last = parse_years(value) or (1, 0)
    first, last = (first, last) if first <= last else (1, 0)  # 10000 comes before 2019
    # As the index `papers_newest` has it; `~` comes behind all that a date may go on with.
    return "coalesce(p.published, '') BETWEEN ? AND ?", [f"{first:04}", f"{last:04}~"]


def _category(value: str) -> Condition:
    return (
        "p.number IN (SELECT paper FROM paper_categories WHERE category = ? COLLATE NOCASE OR category LIKE ? || '.%')",
        [value, value.replace("%", "").replace("_", "")],
    )


def _topic(value: str) -> Condition:
    """The papers of a topic, and of the topics below it."""
    return (
        "p.number IN (SELECT paper FROM paper_topics t JOIN topic_holds h ON h.part = t.topic WHERE h.topic IN (?, ?))",
        [value, slug(value)],
    )


def _list(value: str) -> Condition:
    """The list of that id, or every list whose title or source has the words."""
    return (
        "p.number IN (SELECT m.paper FROM mentions m JOIN documents d ON d.id = m.document "
        "WHERE m.paper IS NOT NULL AND (d.slug = ? OR (NOT EXISTS (SELECT 1 FROM documents WHERE slug = ?) "
        "AND (instr(lower(d.title), lower(?)) OR instr(d.source, ?)))))",
        [value, value, value, value],
    )


def _id(value: str) -> Condition:
    arxiv = parse_arxiv_id(value)
    id_ = arxiv.base if arxiv else value
    return "p.id = ? OR p.number IN (SELECT paper FROM aliases WHERE alias = ?)", [id_, id_]


_BUILDERS: dict[str, Callable[[str], Condition]] = {
    "author": _author,
    "title": _title,
    "year": _year,
    "cat": _category,
    "topic": _topic,
    "list": _list,
    "id": _id,
}
