"""Files of facts and citations."""

import gzip
import json
from pathlib import Path

import pytest

from ingest.bulk import read_citations, read_snapshot
from kg.errors import DocumentError
from kg.papers import Metadata

ROW = {
    "id": "adap-org/9807003",
    "title": "Networks  in an\n  Artificial World",
    "authors": "Jens C. Astor (Uni A), Christoph Adami and Ann Bee",
    "abstract": " They  develop. ",
    "categories": "adap-org cs.NE",
    "comments": "8 pages",
    "journal-ref": None,
    "doi": None,
    "versions": [
        {"version": "v1", "created": "Thu, 16 Jul 1998 12:00:00 GMT"},
        {"version": "v2", "created": "Fri, 17 Jul 1998 12:00:00 GMT"},
    ],
    "update_date": "2009-10-31",
}


def test_a_record_of_the_snapshot(tmp_path: Path) -> None:
    (tmp_path / "s.jsonl").write_text("\n\nnot json\n" + json.dumps(ROW) + "\n" + '{"id": "x", "title": "y"}\n')
    assert list(read_snapshot(tmp_path / "s.jsonl", "snapshot", "2026")) == [
        Metadata(
            arxiv_id="adap-org/9807003",
            title="Networks in an Artificial World",
            source="snapshot",
            abstract="They develop.",
            authors=("Jens C. Astor", "Christoph Adami", "Ann Bee"),
            categories=("adap-org", "cs.NE"),
            published="1998-07-16",
            updated="2009-10-31",
            version=2,
            comment="8 pages",
            fetched_at="2026",
        )
    ]


def test_a_date_beyond_all_calendars_says_nothing(tmp_path: Path) -> None:
    row = {**ROW, "versions": [{"version": "v1", "created": f"Thu, 16 Jul {'9' * 30} 12:00:00 GMT"}]}
    (tmp_path / "s.jsonl").write_text(json.dumps(row) + "\n")
    (record,) = read_snapshot(tmp_path / "s.jsonl", "snapshot", None)
    assert (record.title, record.published) == ("Networks in an Artificial World", "2009-10-31")


def test_parsed_authors_are_put_in_order_and_gz_is_read(tmp_path: Path) -> None:
    row = {**ROW, "authors_parsed": [["Astor", "Jens C.", ""], ["King", "Martin", "Jr."]], "versions": None}
    with gzip.open(tmp_path / "s.jsonl.gz", "wt") as file:
        file.write(json.dumps(row))
    (record,) = read_snapshot(tmp_path / "s.jsonl.gz", "snapshot", None)
    assert record.authors == ("Jens C. Astor", "Martin King Jr.")
    assert record.published == "2009-10-31"


def test_lists_where_the_snapshot_has_texts_are_read(tmp_path: Path) -> None:
    row = {"id": "1806.07572", "title": "T", "authors": ["Ann Bee"], "categories": ["cs.LG"], "published": "2018-06"}
    (tmp_path / "s.jsonl").write_text(json.dumps(row) + "\n" + json.dumps({**row, "versions": 3}) + "\n")
    (record,) = read_snapshot(tmp_path / "s.jsonl", "snapshot", None)
    assert (record.authors, record.categories, record.published) == (("Ann Bee",), ("cs.LG",), "2018-06")


@pytest.mark.parametrize("content", [b"", b"not a record\n", b"\x1f\x8b broken", gzip.compress(b"{}")[:-4]])
def test_a_file_without_records_is_named(tmp_path: Path, content: bytes) -> None:
    for name in ("s.jsonl", "s.jsonl.gz"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DocumentError, match=name):
            list(read_snapshot(tmp_path / name, "snapshot", None))
    with pytest.raises(DocumentError, match="no such file"):
        list(read_snapshot(tmp_path / "missing.jsonl", "snapshot", None))


def test_citations(tmp_path: Path) -> None:
    (tmp_path / "e.tsv").write_text("citing\tcited\tmatch\n0709.0928v2\tastro-ph/9412080\ttitle\nx\ty\tz\n")
    assert list(read_citations(tmp_path / "e.tsv")) == [("0709.0928", "astro-ph/9412080")]


def test_a_table_without_the_columns_is_named(tmp_path: Path) -> None:
    (tmp_path / "e.tsv").write_text("a,b\n")
    with pytest.raises(DocumentError, match="citing and cited"):
        list(read_citations(tmp_path / "e.tsv"))


def test_names_and_categories_are_fit_to_be_stored(tmp_path: Path) -> None:
    row = {
        "id": "1806.07572",
        "title": "T",
        "authors_parsed": [["Bee\0", "Ann\ud800"]],
        "categories": ["cs.LG\0", "", 3],
    }
    (tmp_path / "s.jsonl").write_text(json.dumps(row) + "\n" + "[" * 100_000 + "\n")
    (record,) = read_snapshot(tmp_path / "s.jsonl", "snapshot", None)
    assert (record.authors, record.categories) == (("Ann Bee",), ("cs.LG", "3"))
