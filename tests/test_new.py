"""What each run brought: papers, mentions, changes, moves; as a page, JSON, BibTeX and an Atom feed."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import etree

from kg.answers_news import NewAnswer, NewCounts
from kg.errors import NotFound, UsageError
from kg.library import Library
from kg.papers import Metadata, TopicNode
from kg.refresh import Options, refresh
from kg.store import Store
from tests.conftest import open_library
from tests.examples import PAPERS
from tests.replica import Replica
from webapp import create_app

WIDE = "- [Wide Networks](https://arxiv.org/abs/2001.00001): read this one first\n"
DEEP = "- [Deep Networks](https://arxiv.org/abs/2001.00002)\n"
SPARSE = "- [Sparse Networks](https://arxiv.org/abs/2001.00003)\n"
ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = open_library(tmp_path / "data")
    yield opened
    opened.close()


@pytest.fixture
def client(library: Library) -> FlaskClient:
    return create_app(library).test_client()


def ingest(library: Library, *sources: str, **options: Any) -> None:
    refresh(library, Options(sources, offline=True, encoder="none", **options), lambda *_: None, lambda _: None)


def write(tmp_path: Path, **lists: str) -> None:
    for name, text in lists.items():
        (tmp_path / f"{name}.md").write_text(f"# {name.title()}\n\n{text}")


def snapshot(path: Path, first: int, last: int) -> Path:
    rows = (
        {"id": f"2101.{n:05}", "title": f"Title {n}", "abstract": "Words.", "authors": "Ann Bee", "categories": "cs.LG"}
        for n in range(first, last + 1)
    )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def brought(library: Library) -> list[tuple[int, list[str], list[tuple[str | None, int]]]]:
    """Run, its papers, its mentions (paper, line)."""
    return [
        (found.run, [paper.id for paper in found.papers], [(one.paper, one.line) for one in found.mentions])
        for found in library.new().results
    ]


def test_each_run_with_what_it_brought_newest_first(library: Library, tmp_path: Path) -> None:
    write(tmp_path, one=WIDE + DEEP)
    ingest(library, "one.md")
    ingest(library)
    write(tmp_path, one=SPARSE + WIDE + DEEP, two=WIDE)
    ingest(library, "one.md", "two.md")
    assert brought(library) == [
        (3, ["2001.00003"], [("2001.00001", 3), ("2001.00003", 3)]),  # that of a known paper first
        (1, ["2001.00001", "2001.00002"], [("2001.00001", 4), ("2001.00002", 5)]),  # lines as they are now
    ]
    answer = library.new()
    assert (answer.count, answer.counts) == (2, NewCounts(3, 4, 1))
    assert answer.notes == ("Left out: 1 run that brought nothing new.",)
    assert [(found.first, found.counts) for found in answer.results] == [
        (False, NewCounts(1, 2, 1)),
        (True, NewCounts(2, 2, 0)),
    ]
    assert answer.results[0].mentions[0].list_id == "two"
    assert answer.results[0].mentions[0].remark == "read this one first"


def test_what_is_told_by_kg_ingest_is_what_the_run_brought(library: Library, tmp_path: Path) -> None:
    write(tmp_path, one=WIDE)
    ingest(library, "one.md", snapshot=snapshot(tmp_path / "s.jsonl", 1, 3))
    write(tmp_path, one=WIDE + DEEP + "- [Title 2](https://arxiv.org/abs/2101.00002)\n")
    ingest(library, snapshot=snapshot(tmp_path / "s.jsonl", 1, 4))
    news = library.status()["last_run"]["news"]
    assert (news["papers"], news["mentions"]) == (2, 2)
    assert library.new(run=2).results[0].counts == NewCounts(2, 2, 1)
    assert library.new(run=1).results[0].counts == NewCounts(4, 1)


def test_what_a_killed_run_read_came_with_the_next_that_ended(library: Library, tmp_path: Path) -> None:
    write(tmp_path, one=WIDE)
    ingest(library, "one.md")
    with Store(library.config.database) as store:
        store.runs.start("2026-01-02T03:04:05+00:00")
    write(tmp_path, one=WIDE + DEEP)
    assert library.new().notes == (
        "A run that began 2026-01-02T03:04:05+00:00 has not ended; what it found is told when one ends.",
    )
    with pytest.raises(NotFound, match="run 2"):
        library.new(run=2)
    ingest(library)
    assert [run for run, _, _ in brought(library)] == [3, 1]
    assert library.new().notes == ()


def test_mentions_of_a_run_that_has_not_ended_are_not_told_yet(library: Library, tmp_path: Path) -> None:
    write(tmp_path, one=WIDE)
    ingest(library, "one.md")
    write(tmp_path, one=WIDE + DEEP)
    ingest(library)
    with Store(library.config.database) as store, store.transaction():
        store._db.execute("UPDATE runs SET finished_at = NULL WHERE id = 2")  # as if it were killed at its end
    assert [run for run, _, _ in brought(library)] == [1]


def test_a_document_removed_and_added_back(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "lists"
    folder.mkdir()
    write(folder, one=WIDE, two=WIDE + DEEP)
    ingest(library, "lists")
    (folder / "two.md").unlink()
    ingest(library)
    assert brought(library) == [(1, ["2001.00001"], [("2001.00001", 3)])]  # of what is gone nothing is told
    write(folder, two=WIDE + DEEP)
    ingest(library)
    assert brought(library)[0] == (3, ["2001.00002"], [("2001.00001", 3), ("2001.00002", 4)])


def test_a_work_that_turned_out_to_be_another_came_when_the_older_did(library: Library, tmp_path: Path) -> None:
    said = "- Ann Bee. [Learning of Wide Networks by Halves](https://doi.org/10.1234/wide.5). 2020."
    write(tmp_path, one=said, two=said)
    ingest(library, "one.md", "two.md")
    write(tmp_path, one=f"{said} [arXiv](https://arxiv.org/abs/2101.00001)")
    ingest(library, snapshot=snapshot(tmp_path / "s.jsonl", 1, 2))
    ingest(library)
    assert [(run, papers) for run, papers, _ in brought(library)] == [(2, ["2101.00002"]), (1, ["2101.00001"])]


def test_many_loaded_at_once_are_counted_and_a_few_shown(library: Library, tmp_path: Path, client: FlaskClient) -> None:
    write(tmp_path, one=WIDE)
    ingest(library, "one.md")
    ingest(library, snapshot=snapshot(tmp_path / "s.jsonl", 1, 1234))
    write(tmp_path, one=WIDE + "- [Title 1234](https://arxiv.org/abs/2101.01234)\n")
    ingest(library, "one.md")
    second = library.new().results[1]
    assert (second.counts.papers, len(second.papers)) == (1234, 20)
    assert second.papers[0].id == "2101.01234"  # what lists name comes first
    page = client.get("/new").text
    assert "1,234 papers came to the library" in page
    assert '<a href="/new?run=2">All 1,234 of this run</a>' in page
    seen: list[str] = []
    for offset in range(0, 1300, 100):
        seen += [paper.id for paper in library.new(run=2, limit=100, offset=offset).results[0].papers]
    assert len(seen) == len(set(seen)) == 1234


def test_changes_and_moves(library: Library, tmp_path: Path) -> None:
    write(tmp_path, one=WIDE + DEEP)
    ingest(library, "one.md")
    before = Metadata("2001.00001", "Wide Networks", "arxiv", version=1, fetched_at="2026-01-01")
    after = [replace(before, version=3), replace(before, version=3, withdrawn=True, comment="Lemma 1 is wrong")]
    with Store(library.config.database) as store, store.transaction():
        store.metadata.save([before])
    ingest(library)
    with Store(library.config.database) as store:
        with store.transaction():
            for record in after:
                store.metadata.save([record])
        for topic in ("Width", "Depth"):
            store.topics.replace([TopicNode(topic.lower(), topic)], {"2001.00001": [topic.lower()]}, "2026-01-02")
    ingest(library, full=True)
    (run, *_) = library.new().results
    assert [(change.what, change.before, change.after) for change in run.changes] == [
        ("version", "v1", "v3"),
        ("withdrawn", None, "Lemma 1 is wrong"),
    ]
    assert run.counts.changes == 2
    assert (run.counts.moves, len(run.moves), run.moves[0].paper) == (1, 1, "2001.00001")
    assert {topic.label for topic in run.moves[0].before} == {"Width"}  # which is no more


def test_a_version_that_a_service_tells_of(tmp_path: Path, lists: Path, replica: Replica) -> None:
    library = open_library(tmp_path / "data", replica.arxiv_url)
    tell = (lambda *_: None, lambda _: None)
    refresh(library, Options(("lists",)), *tell)
    (first, *_) = library.new().results
    assert (first.counts.papers, first.counts.mentions, first.counts.changes) == (8, 8, 0)
    record = replica.records["1811.03962"]
    replica.records["1811.03962"] = replace(record, created=(record.created[0],) * 5)
    refresh(library, Options(full=True), *tell)
    (second, *_) = library.new().results
    assert [(change.paper, change.before, change.after) for change in second.changes] == [("1811.03962", "v1", "v5")]
    feed = etree.fromstring(create_app(library).test_client().get("/new.atom").data)
    assert feed.xpath("string(a:entry[1]/a:title)", namespaces=ATOM) == (
        f"New version: {next(paper['title'] for paper in PAPERS if paper['id'] == '1811.03962')}"
    )
    library.close()


def test_what_was_there_before_runs_noted_it_came_with_the_first(library: Library, tmp_path: Path) -> None:
    write(tmp_path, one=WIDE)
    ingest(library, "one.md", snapshot=snapshot(tmp_path / "s.jsonl", 1, 2))
    ingest(library)
    with Store(library.config.database) as store, store.transaction():
        store._db.execute("UPDATE runs SET outcome = '{}' WHERE id = 1")
        store._db.execute("UPDATE mentions SET since = 0")
    assert [(run, sorted(papers)) for run, papers, _ in brought(library)] == [
        (1, ["2001.00001", "2101.00001", "2101.00002"])
    ]


def dated(library: Library, *days: str) -> None:
    with Store(library.config.database) as store, store.transaction():
        for run, day in enumerate(days, start=1):
            store._db.execute("UPDATE runs SET finished_at = ? WHERE id = ?", [f"{day}T12:00:00+00:00", run])


def test_since_a_day(library: Library, tmp_path: Path, client: FlaskClient) -> None:
    for text in (WIDE, WIDE + DEEP, WIDE + DEEP + SPARSE):
        write(tmp_path, one=text)
        ingest(library, "one.md")
    dated(library, "2026-10-31", "2026-11-01", "2026-11-02")
    assert [found.run for found in library.new("2026-11-01").results] == [3, 2]
    assert library.new("2026-11-01").counts.papers == 2
    assert library.new("2026-11-03") == NewAnswer((), 0, NewCounts())
    page = client.get("/new?since=2026-11-01").text
    assert 'Since <time datetime="2026-11-01">1 November 2026</time>, 2 runs' in page
    assert 'value="2026-11-01"' in page
    assert "Nothing has come since" in client.get("/new?since=2026-11-03").text
    assert [run["run"] for run in client.get("/api/v1/new?since=2026-11-02").get_json()["results"]] == [3]


@pytest.mark.parametrize(
    "since", ["soon", "2026-13-01", "20261101", "2026-W01-1", "2026-11-1", "２０２６-11-01", "x" * 999]
)
def test_a_bad_day_is_named(library: Library, client: FlaskClient, since: str) -> None:
    with pytest.raises(UsageError, match="since"):
        library.new(since)
    for path in ("/new", "/new.json", "/new.bib", "/new.atom", "/api/v1/new"):
        answer = client.get(path, query_string={"since": since})
        assert (answer.status_code, "since" in answer.text) == (400, True)


def test_other_bad_parameters_are_named(library: Library, client: FlaskClient, tmp_path: Path) -> None:
    write(tmp_path, one=WIDE)
    ingest(library, "one.md")
    for query, status, word in (
        ("run=x", 400, "run"),
        ("run=9", 404, "run 9"),
        ("limit=0", 400, "limit"),
        ("cursor=!", 400, "cursor"),
    ):
        for path in ("/new", "/new.json", "/new.atom", "/api/v1/new"):
            answer = client.get(f"{path}?{query}")
            assert (answer.status_code, word in answer.text) == (status, True)
    assert client.get("/api/v1/new?sinse=2026-11-01").status_code == 400
    assert client.get("/new?cursor=o999").status_code == 200
    assert "There are no more" in client.get("/new?cursor=o999").text


def test_paging_over_runs_and_within_one(library: Library, tmp_path: Path, client: FlaskClient) -> None:
    lines = [f"- [Paper {n}](https://arxiv.org/abs/2002.0000{n})\n" for n in range(1, 6)]
    for count in range(1, 6):
        write(tmp_path, one="".join(lines[:count]))
        ingest(library, "one.md")
    seen, address = [], "/new.json?limit=2"
    while address:
        answer = client.get(address).get_json()
        seen += [found["run"] for found in answer["results"]]
        following = answer["meta"]["next"]
        address = f"/new.json?limit=2&cursor={following}" if following else ""
    assert (seen, answer["meta"]["count"]) == ([5, 4, 3, 2, 1], 5)
    assert answer["counts"] == {"papers": 5, "mentions": 5, "mentions_of_known": 0, "changes": 0, "moves": 0}
    page = client.get("/new?limit=2&since=2000-01-01").text
    assert 'rel="next" href="/new?limit=2&amp;since=2000-01-01&amp;cursor=o2"' in page
    write(tmp_path, two="".join(lines))
    ingest(library, "two.md")
    page = client.get("/new?run=6&limit=2").text
    assert page.count("<li>") == 2
    assert "Paper 3" in client.get("/new?run=6&limit=2&cursor=o2").text
    assert 'rel="next"' not in client.get("/new?run=6&limit=2&cursor=o4").text


def test_page_and_twins_are_the_same_answer(library: Library, tmp_path: Path, client: FlaskClient) -> None:
    write(tmp_path, one=WIDE + DEEP)
    ingest(library, "one.md")
    page = client.get("/new")
    assert page.status_code == 200
    assert "This was the first run: everything was new." in page.text
    assert "<blockquote>read this one first</blockquote>" in page.text
    for kind, address in (
        ("application/json", "/new.json"),
        ("application/x-bibtex", "/new.bib"),
        ("application/atom+xml", "/new.atom"),
    ):
        assert f'<link rel="alternate" type="{kind}"' in page.text
        assert client.get(address).content_type.startswith(kind)
    twin, api = (client.get(path).get_json() for path in ("/new.json", "/api/v1/new"))
    del twin["meta"]["took_ms"], api["meta"]["took_ms"]
    assert twin == api
    assert twin["results"][0]["mentions"][0]["remark"] == "read this one first"
    assert client.get("/new.bib").text.count("@misc") == 2
    for path in ("/new", "/new.json", "/new.atom"):
        etag = client.get(path).headers["ETag"]
        assert client.get(path, headers={"If-None-Match": etag}).status_code == 304


def test_an_empty_library_says_what_to_do(client: FlaskClient) -> None:
    assert "kg ingest my-list.md" in client.get("/new").text
    assert client.get("/new.json").get_json()["results"] == []
    feed = etree.fromstring(client.get("/new.atom").data)
    assert feed.xpath("a:entry", namespaces=ATOM) == []
    assert feed.findtext("a:updated", namespaces=ATOM)


def texts(element: Any, path: str) -> list[str]:
    return [str(found) for found in element.xpath(path, namespaces=ATOM)]


def test_the_feed_is_atom(library: Library, tmp_path: Path, client: FlaskClient) -> None:
    write(tmp_path, one=WIDE)
    ingest(library, "one.md")
    ingest(library, snapshot=snapshot(tmp_path / "s.jsonl", 1, 2))
    feed = etree.fromstring(client.get("/new.atom", headers={"Host": "localhost:8123"}).data)
    assert feed.tag == "{http://www.w3.org/2005/Atom}feed"
    for required in ("id", "title", "updated", "author/a:name"):
        assert len(texts(feed, f"a:{required}/text()")) == 1
    assert texts(feed, "a:link[@rel='self']/@href") == ["http://localhost:8123/new.atom"]
    assert texts(feed, "a:link[@rel='alternate']/@href") == ["http://localhost:8123/new"]
    entries = feed.xpath("a:entry", namespaces=ATOM)
    assert [texts(entry, "a:title/text()") for entry in entries] == [["Title 1"], ["Title 2"], ["Wide Networks"]]
    for entry in entries:
        for required in ("id", "title", "updated"):
            assert len(texts(entry, f"a:{required}/text()")) == 1
        (address,) = texts(entry, "a:link[@rel='alternate']/@href")
        assert address.startswith("http://localhost:8123/paper/2")
        assert client.get(address.removeprefix("http://localhost:8123")).status_code == 200
    assert texts(entries[0], "a:author/a:name/text()") == ["Ann Bee"]
    assert "cs.LG" in texts(entries[0], "a:category/@term")
    assert texts(entries[0], "a:summary[@type='text']/text()") == ["Words."]
    runs = [found.finished_at for found in library.new().results]
    assert texts(feed, "a:updated/text()") == [runs[0]]
    assert texts(feed, "a:entry/a:updated/text()") == [runs[0], runs[0], runs[1]]


def test_ids_of_the_feed_stay(library: Library, tmp_path: Path, client: FlaskClient) -> None:
    def ids(host: str = "localhost") -> list[str]:
        return texts(etree.fromstring(client.get("/new.atom", headers={"Host": host}).data), "//a:id/text()")

    write(tmp_path, one=WIDE + DEEP)
    ingest(library, "one.md")
    before = ids()
    assert len(before) == len(set(before)) == 3
    assert all(id_.startswith("urn:uuid:") for id_ in before)
    assert ids("127.0.0.1:99") == before
    write(tmp_path, one=SPARSE + WIDE + DEEP)
    ingest(library)
    after = ids()
    assert len(after) == 4
    assert set(before) < set(after)
    assert after[0] == before[0]


def test_hostile_text_is_text_in_page_and_feed(library: Library, tmp_path: Path, client: FlaskClient) -> None:
    row = {
        "id": "2101.00001",
        "title": "<b>A & B\uffff</b>",
        "abstract": "1 < 2 ]]> &amp;",
        "authors": "Ann <i>Bee",
        "categories": "cs.LG",
    }
    (tmp_path / "s.jsonl").write_text(json.dumps(row))
    ingest(library, snapshot=tmp_path / "s.jsonl")
    page = client.get("/new").text
    assert "<b>A" not in page
    (entry,) = etree.fromstring(client.get("/new.atom").data).xpath("a:entry", namespaces=ATOM)
    assert texts(entry, "a:title/text()") == ["<b>A & B</b>"]
    assert texts(entry, "a:author/a:name/text()") == ["Ann <i>Bee"]
    assert texts(entry, "a:summary/text()") == ["1 < 2 ]]> &amp;"]
