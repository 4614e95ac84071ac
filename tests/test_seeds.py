"""The five real reading lists, where they are: what they cite is found, fetched and embedded."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ingest.reading import extract
from kg.identifiers import parse_arxiv_id, title_key
from kg.library import Library
from kg.papers import Mention
from kg.refresh import Options, refresh
from tests.conftest import open_library
from tests.replica import Replica
from tests.replica.records import records


def rows(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_gold_of_three_documents(shared: Path) -> None:
    """Recall and precision of mentions, and headings, against what careful readers found in the lists."""
    mentions, problems, _ = extract([str(shared / "seeds")])
    assert problems == []
    gold = rows(shared / "gold" / "seeds.jsonl")
    required = [row for row in gold if row["required"]]
    places: dict[tuple[str, int], list[Mention]] = {}
    for mention in mentions:
        places.setdefault((Path(mention.document).name, mention.line), []).append(mention)
    found = [row for row in required if (row["doc"], row["line"]) in places]
    assert len(found) / len(required) >= 0.98
    ids = {(name, mention.arxiv_id) for (name, _), here in places.items() for mention in here}
    assert all((row["doc"], row["arxiv_id"]) in ids for row in required if row["arxiv_id"])

    cited = {(row["doc"], line) for row in gold for line in range(row["line"], row["line_end"] + 1)}
    documents = {row["doc"] for row in gold}
    reported = [place for place in places if place[0] in documents]
    assert sum(place in cited for place in reported) / len(reported) >= 0.98

    right = [
        row for row in found if _words(row["section"]) in [_words(m.section) for m in places[row["doc"], row["line"]]]
    ]
    assert len(right) / len(found) >= 0.98


def _words(section: Sequence[str]) -> list[str]:
    return [title_key(heading) for heading in section]


def test_badges_are_no_part_of_headings(shared: Path) -> None:
    mentions, _, _ = extract([str(next((shared / "seeds").glob("004*")))])
    assert {mention.section[0] for mention in mentions} == {"Awesome Deep Phenomena"}
    assert sum(bool(mention.remark) for mention in mentions) >= 210
    assert sum(bool(mention.authors) for mention in mentions) >= 210


# What Semantic Scholar knows of three of the papers beside their titles: a DOI, or its own id.
NAMES = {
    "1602.05179": {"doi": "10.3389/fncom.2017.00024"},
    "1603.09382": {"doi": "10.1007/978-3-319-46493-0_39"},
    "1506.02626": {"s2_id": "1ff9a37d766e3a4f39757f5e1b235a42dacf18ff"},
}


@pytest.mark.slow
def test_all_ids_and_nearly_all_titles_are_resolved_and_none_wrongly(shared: Path, tmp_path: Path) -> None:
    known = [{**row, **NAMES.get(row["id"], {})} for row in rows(shared / "data" / "seed_papers.jsonl")]
    with Replica(records(known)) as replica:
        library = open_library(tmp_path / "data", replica.arxiv_url)
        options = Options((str(shared / "seeds"),))
        outcome = refresh(library, options, lambda *_: None, lambda _: None)
        asked = {
            id_ for request in replica.requests("arxiv") for id_ in request.params.get("id_list", "").split(",") if id_
        }
        by_s2 = {row["paper"] for row in _resolved(library) if row["route"].startswith("s2-")}
        assert (len(asked - by_s2), len(by_s2), outcome.problems) == (264, 6, [])
        assert outcome.requests == len(replica.requests("arxiv")) + len(replica.requests("oai")) <= 30
        found = {paper.arxiv_id for paper in library.store.papers.get(library.store.papers.all_ids()) if paper.arxiv_id}
        assert found <= {row["id"] for row in known}
        assert len(found) >= 302
        assert _wrong(shared, library) == []
        status = library.status()
        assert status["embedded"] == status["papers"]
        assert status["with_abstract"] == len(found)
        before = len(replica.log)
        again = refresh(library, options, lambda *_: None, lambda _: None)
        assert (sum(again.requests_to.values()), again.embedded, len(replica.log)) == (0, 0, before)
        library.close()


def _resolved(library: Library) -> list[dict[str, Any]]:
    papers = library.store.papers.all_ids()
    return [{"paper": paper, "route": found.route} for paper in papers for found in library.paper(paper).resolutions]


def _wrong(shared: Path, library: Library) -> list[tuple[str, int, str]]:
    """Places of the gold where a mention is of a paper on arXiv that nothing there is of."""
    right: dict[tuple[str, int], set[str]] = {}
    for row in rows(shared / "gold" / "seeds.jsonl"):
        for line in range(row["line"], row["line_end"] + 1):
            right.setdefault((row["doc"], line), set()).add(row["work"].removeprefix("arxiv:"))
    found = []
    for mention in library.store.documents.all_mentions():
        place = (Path(mention.document).name, mention.line)
        on_arxiv = parse_arxiv_id(mention.paper or "")
        if on_arxiv and place in right and on_arxiv.base not in right[place]:
            found.append((*place, on_arxiv.base))
    return found
