"""The five real reading lists, where they are: what they cite is found, fetched and embedded."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ingest.reading import extract
from kg.identifiers import title_key
from kg.papers import Mention
from kg.refresh import Options, refresh
from tests.conftest import open_library
from tests.replica import Replica
from tests.replica.records import load_records


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


@pytest.mark.slow
def test_all_ids_are_found_fetched_and_embedded_once(shared: Path, tmp_path: Path) -> None:
    known = load_records(shared / "data" / "seed_papers.jsonl")
    with Replica(known) as replica:
        library = open_library(tmp_path / "data", replica.arxiv_url)
        options = Options((str(shared / "seeds"),))
        outcome = refresh(library, options, lambda *_: None, lambda _: None)
        ids_asked = {id_ for request in replica.log for id_ in request.params.get("id_list", "").split(",") if id_}
        assert len(ids_asked) == outcome.fetched == 264
        assert len(replica.log) <= 30
        status = library.status()
        assert status["embedded"] == status["papers"]
        assert status["with_abstract"] >= 264
        again = refresh(library, options, lambda *_: None, lambda _: None)
        assert (again.requests, again.embedded) == (0, 0)
        library.close()
