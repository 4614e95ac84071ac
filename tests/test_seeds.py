"""The five real reading lists, where they are: what they cite is found, fetched and embedded."""

import json
from pathlib import Path
from typing import Any

import pytest

from ingest.reading import extract
from kg.refresh import Options, refresh
from tests.conftest import open_library
from tests.replica import Replica
from tests.replica.records import load_records


def rows(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_required_mentions_of_the_gold_are_found(shared: Path) -> None:
    mentions, problems, _ = extract([str(shared / "seeds")])
    assert problems == []
    places = {(Path(mention.document).name, mention.line): mention for mention in mentions}
    gold = [row for row in rows(shared / "gold" / "seeds.jsonl") if row["required"]]
    found = [row for row in gold if (row["doc"], row["line"]) in places]
    assert len(found) / len(gold) > 0.99
    for row in gold:
        if row["arxiv_id"]:
            assert row["arxiv_id"] in {m.arxiv_id for m in mentions if Path(m.document).name == row["doc"]}


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
