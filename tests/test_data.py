"""The bundled reading list and its facts."""

import json
import re
from pathlib import Path

import pytest

from ingest.bulk import read_snapshot
from ingest.reading import extract
from kg.identifiers import title_key

DATA = Path(__file__).parents[1] / "data"
FACTS = DATA / "deep-learning-theory.facts.jsonl"
LIST = DATA / "deep-learning-theory.md"


def test_every_work_is_read_with_its_heading_and_its_note() -> None:
    mentions, problems, _ = extract([str(LIST)])
    assert problems == []
    assert len(mentions) == 326
    assert sum(mention.arxiv_id is not None for mention in mentions) == 312
    for mention in mentions:
        assert len(mention.section) in {2, 3}, mention
        assert mention.remark, mention
        assert 12 <= len(mention.remark.split()) <= 40, mention.remark
        assert mention.year, mention
        assert mention.authors, mention


def test_the_facts_are_those_of_the_papers_listed() -> None:
    facts = {record.arxiv_id: record for record in read_snapshot(FACTS, "facts", None)}
    mentions, _, _ = extract([str(LIST)])
    assert {mention.arxiv_id for mention in mentions if mention.arxiv_id} == set(facts)
    for mention in mentions:
        if mention.arxiv_id:
            record = facts[mention.arxiv_id]
            assert record.authors
            assert record.published
            assert title_key(mention.link_text or "") == title_key(record.title)
            assert title_key(mention.authors[0]) in title_key(record.authors[0])


def test_the_facts_hold_no_abstracts() -> None:
    for line in FACTS.read_text(encoding="utf-8").splitlines():
        assert set(json.loads(line)) == {"id", "title", "authors", "categories", "versions", "update_date"}


def test_the_notes_are_not_the_abstracts(shared: Path) -> None:
    """No five words in a row of a note stand in the paper's abstract."""
    rows = [json.loads(line) for line in (shared / "data" / "seed_papers.jsonl").read_text().splitlines()]
    abstracts = {row["id"]: _runs(row["abstract"] or "") for row in rows}
    mentions, _, _ = extract([str(LIST)])
    for mention in mentions:
        shared_runs = _runs(mention.remark or "") & abstracts.get(mention.arxiv_id or "", set())
        assert not shared_runs, (mention.arxiv_id, shared_runs)


def _runs(text: str, length: int = 5) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9]+", text.lower())
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}


@pytest.mark.parametrize("name", ["README.md", LIST.name, FACTS.name])
def test_what_is_bundled_is_not_ignored(name: str) -> None:
    assert f"!data/{name}" in (DATA.parent / ".gitignore").read_text().splitlines()
