"""What a run tells as new: papers and mentions that were not there when the last one ended."""

from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from kg.answers_news import NewMention, NewPaper, News
from kg.library import Library
from kg.migrations import migrations
from kg.papers import Mention
from kg.refresh import Options, refresh
from kg.store import Store
from kg.store.documents import Document
from tests.conftest import Run, open_library

FIRST = "- [Wide Networks](https://arxiv.org/abs/2001.00001)\n- [Deep Networks](https://arxiv.org/abs/2001.00002)\n"
THIRD = "- [Sparse Networks](https://arxiv.org/abs/2001.00003)\n"


@pytest.fixture
def library(tmp_path: Path) -> Any:
    opened = open_library(tmp_path / "data")
    yield opened
    opened.close()


def ingest(library: Library, *sources: str, **options: Any) -> News:
    return refresh(
        library, Options(sources, offline=True, encoder="none", **options), lambda *_: None, lambda _: None
    ).news


def test_only_what_was_not_there_is_new(library: Library, tmp_path: Path) -> None:
    file, other = tmp_path / "list.md", tmp_path / "other.md"
    file.write_text(FIRST)
    assert (ingest(library, "list.md").papers, ingest(library)) == (2, News())
    file.write_text(f"# Moved\n\n{THIRD}{FIRST}")
    assert ingest(library) == News(
        1,
        1,
        (NewPaper("2001.00003", "Sparse Networks"),),
        (NewMention("2001.00003", "Sparse Networks", str(file), 3),),
    )
    other.write_text(f"{FIRST.splitlines()[0]}\n{FIRST.splitlines()[0]}\n")
    assert ingest(library, "other.md") == News(0, 1, (), (NewMention("2001.00001", "Wide Networks", "other.md", 1),))
    assert ingest(library) == News()
    last = library.status()["last_run"]
    assert last["news"] == {"papers": 0, "mentions": 0, "first_papers": [], "first_mentions": []}


def test_what_a_killed_run_read_is_told_by_the_next(library: Library, tmp_path: Path) -> None:
    (tmp_path / "list.md").write_text(FIRST)
    ingest(library, "list.md")
    with Store(library.config.database) as store:  # as a run that is killed leaves it
        store.runs.start("2026-01-01T00:00:00+00:00")
        with store.transaction():
            number = store.identity.ensure_arxiv("2001.00009")
            mention = Mention("more.md", 4, title="Late Networks", arxiv_id="2001.00009")
            store.documents.save(Document("more.md", "/more.md", "More", "", ""), [(mention, number)])
            store.identity.describe([number])
            store.identity.settle_membership()
    news = ingest(library)
    assert (news.papers, news.first_mentions) == (1, (NewMention("2001.00009", "Late Networks", "more.md", 4),))
    assert ingest(library) == News()


def test_a_work_that_turns_out_to_be_another_is_not_new(library: Library, tmp_path: Path) -> None:
    (tmp_path / "list.md").write_text(FIRST)
    ingest(library, "list.md")
    with Store(library.config.database) as store:
        run = store.runs.last_finished()
        store.runs.start("2026-01-01T00:00:00+00:00")
        before = store.news.last_paper()
        with store.transaction():
            old, new = store.identity.number("2001.00001"), store.identity.ensure_arxiv("2001.00007")
            assert old is not None
            store.identity.merge(old, new)
            store.identity.settle_membership()
        assert store.news.after(run, before) == News()


def test_an_entry_that_gains_its_id_is_not_new(library: Library, tmp_path: Path) -> None:
    said = "- Ann Bee. [Learning of Wide Networks by Halves](https://doi.org/10.1234/wide.5). 2020."
    for name in ("list.md", "other.md"):
        (tmp_path / name).write_text(f"# List\n\n{said}\n")
    assert ingest(library, "list.md", "other.md").papers == 1
    (tmp_path / "list.md").write_text(f"# List\n\n{said} [arXiv](https://arxiv.org/abs/2001.00001)\n")
    assert ingest(library) == News()
    with Store(library.config.database, read_only=True) as store:
        assert store.papers.all_ids() == ["2001.00001"]


def test_papers_loaded_in_bulk_are_new_once(library: Library, tmp_path: Path) -> None:
    snapshot = tmp_path / "snapshot.json"
    record = '{"id": "2001.0000%d", "title": "Title %d", "abstract": "Words.", "authors": "Ann Bee", "categories": "cs.LG"}\n'
    snapshot.write_text("".join(record % (n, n) for n in (1, 2)))
    assert ingest(library, snapshot=snapshot).papers == 2
    snapshot.write_text("".join(record % (n, n) for n in (1, 2, 3)))
    assert ingest(library, snapshot=snapshot) == News(1, 0, (NewPaper("2001.00003", "Title 3"),))
    (tmp_path / "list.md").write_text(FIRST)
    news = ingest(library, "list.md")
    assert (news.papers, news.mentions) == (0, 2)  # known, and now listed


def test_people_are_told_a_few(run: Run, tmp_path: Path) -> None:
    (tmp_path / "list.md").write_text(FIRST)
    arguments = ("ingest", "list.md", "--offline", "--encoder", "none")
    assert "new" not in run(*arguments).out
    more = "".join(f"- [Paper {n}](https://arxiv.org/abs/2002.0000{n})\n" for n in range(1, 8))
    (tmp_path / "list.md").write_text(FIRST + more)
    text = run(*arguments).out
    assert "7 new papers:\n  2002.00001  Paper 1\n" in text
    assert "  ... and 2 more\n7 new mentions:\n  list.md:3  Paper 1\n" in text


def test_nothing_of_an_older_library_is_new(tmp_path: Path) -> None:
    db = Database(tmp_path / "kg.db")
    migrations.apply(db, stop_before="m007_since")
    db.execute("INSERT INTO documents VALUES (1, 'l', 'l.md', '/l.md', 'L', '', '')")
    db.execute("INSERT INTO papers (number, id, bulk, in_library) VALUES (1, 'a', 0, 1), (2, 'b', 1, 1)")
    db.execute(
        "INSERT INTO mentions (document, line, section, urls, authors, paper) VALUES (1, 1, '[]', '[]', '[]', 1)"
    )
    db.conn.commit()
    db.close()
    with Store(tmp_path / "kg.db") as store:
        assert store.news.after(0, store.news.last_paper()) == News()
