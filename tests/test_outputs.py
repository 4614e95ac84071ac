"""BibTeX, JSON and JSON Lines."""

import json

import bibtexparser

from kg.envelope import envelope, envelope_of_one, plain
from kg.exports.bibtex import to_bibtex
from kg.exports.tables import to_jsonl
from kg.library import Library
from kg.papers import Author, Paper

MESSY = Paper(
    "1806.07572",
    arxiv_id="1806.07572",
    title="A & B: 50% of $x_1$ in C_2 #3",
    authors=(Author("ana-lopez", "Ana López"), Author("bo-li", "Bo Li")),
    published="2018-06-20",
    categories=("cs.LG",),
    doi="10.1/x_y",
    url="https://arxiv.org/abs/1806.07572",
)


def test_bibtex_is_read_back_by_another_program() -> None:
    twin = Paper("w", title="A second paper", authors=MESSY.authors, published="2018", journal_ref="Journal 1 (2018)")
    library = bibtexparser.parse_string(to_bibtex([MESSY, MESSY, twin, Paper("bare")]))
    assert not library.failed_blocks
    assert [entry.key for entry in library.entries] == ["lopez2018b50x", "lopez2018secondpaper", "anonbare"]
    first = library.entries[0].fields_dict
    assert first["title"].value == r"{A \& B: 50\% of $x_1$ in C\_2 \#3}"
    assert first["author"].value == "López, Ana and Li, Bo"
    assert first["eprint"].value == "1806.07572"
    assert first["doi"].value == "10.1/x_y"
    assert first["month"].value == "jun"
    assert [entry.entry_type for entry in library.entries] == ["misc", "article", "misc"]


def test_braces_cannot_leave_their_field() -> None:
    hostile = [Paper("a", title="x}}, note={injected"), Paper("b", title="Learning {x, y"), Paper("c", title="{C}lean")]
    library = bibtexparser.parse_string(to_bibtex(hostile))
    assert [entry.fields_dict["title"].value for entry in library.entries] == [
        r"{x\rbrace{}\rbrace{}, note=\lbrace{}injected}",
        r"{Learning \lbrace{}x, y}",
        "{{C}lean}",
    ]
    assert all(entry.fields_dict.keys() == {"title"} for entry in library.entries)


def test_envelopes() -> None:
    assert envelope([Author("a", "A")], 7, 1.23456, "c", ["n"], facets={}) == {
        "meta": {"count": 7, "took_ms": 1.2, "next": "c", "notes": ["n"]},
        "results": [{"id": "a", "name": "A"}],
        "facets": {},
    }
    assert envelope_of_one({"x": 1}, 0.0)["result"] == {"x": 1}


def test_a_paper_has_every_key_of_the_contract(library: Library) -> None:
    record = plain(library.paper("1806.07572"))
    assert list(record) == [
        "id",
        "arxiv_id",
        "doi",
        "title",
        "abstract",
        "authors",
        "published",
        "updated",
        "version",
        "categories",
        "comment",
        "journal_ref",
        "withdrawn",
        "url",
        "pdf_url",
        "topics",
        "listed_in",
        "metadata_source",
        "fetched_at",
        "references",
        "cited_by",
    ]
    assert list(record["listed_in"][0]) == [
        "document",
        "line",
        "section",
        "title",
        "link_text",
        "urls",
        "arxiv_id",
        "doi",
        "authors",
        "venue",
        "year",
        "remark",
        "paper",
        "list_id",
    ]
    assert json.loads(to_jsonl([MESSY]))["authors"][0] == {"id": "ana-lopez", "name": "Ana López"}
