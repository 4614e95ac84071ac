"""A query that is an id, a URL or a title puts that paper first, however it is written."""

from __future__ import annotations

import gzip
import random
import re
import sqlite3
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from ingest.loading import load_snapshot
from kg.filters import Search
from kg.papers import Metadata
from kg.store import Store
from kg.titles import title_hash
from search.question import Sides, search
from tests.spellings import IDS, TITLES, Made, named_by, rank
from tests.test_store import list_paper, mention

TRAPS = r"""Schr\"odinger Kernels for Wide Lakes
Bézier Curves of Naïve Façades
On Erd{\H o}s, {\L}ojasiewicz and Fr{\'e}chet Means
$\alpha$-Mixing and $\beta^{4}$-Mixing of Pears
Lower Bounds for $\ell_\infty$-Recovery in $\mathcal{O}(\sqrt{n})$ Steps
Is $2\times 2$ Enough? $k$-Means in $\mathbb{R}^d$
ε-Greedy Gardeners at 360°
深度学习的花园：一个综述
Деревья, которые учатся
ニューラルネットの庭
정원에서 배우는 신경망
🤗 Hugging Trees 🌳🌳
Topic: A Model of Hedges
Year: Two Seasons of Data
title:subtitle-driven parsing
id: Who Are We When We Garden?
"To Prune or Not to Prune": A Question of Roses
“Mulch” Is All You Need
-ive Suffixes and Other Leading Minuses
NOT Quite AND Not OR: Logic NEAR the Pond
What's in a Name? O'Brien's Answer
C++ & Rust: A Comparison of R&D Gardens
Soils <5cm: deep, deeper & deepest
Plug-and-Play Re-Weighting of Semi-Supervised Bees
Straße und Gärten: Maße der Größe
Attention
GAN
Wait... What?! (Extended Abstract)
The 2020 Election of a Garden Gnome, 2019–2021
Learning to Rank with DROP TABLE papers; --
A * Search + B ^ Trees: {Fast} [and] (Safe)""".splitlines()


_HARD = re.compile(r"[\\$&{^]|[^\x00-\x7f]")


def record(number: int, title: str, **values: object) -> Metadata:
    usual = {"authors": ("Ann Bee", "Zoë Dée-Eff"), "published": "2019-05-01", "doi": f"10.1000/Made.{number}"}
    return Metadata(f"1905.{number:05}", title, "arxiv", **(usual | values))  # type: ignore[arg-type]


def made(tmp_path: Path, records: Iterable[Metadata]) -> Store:
    store = Store(tmp_path / "kg.db")
    with store.transaction():
        store.metadata.save(records, bulk=True)
        store.fulltext.refresh()
    return store


@pytest.fixture(scope="module")
def traps(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return made(tmp_path_factory.mktemp("traps"), (record(n, title) for n, title in enumerate(TRAPS, start=1)))


@pytest.mark.parametrize("title", TRAPS)
def test_a_title_is_first_however_it_is_written(traps: Store, title: str) -> None:
    (paper,) = [paper for paper in traps.papers.get(traps.papers.all_ids()) if paper.title == title]
    texts = {form: spell(Made.of(paper)) for form, spell in (IDS | TITLES).items()}
    assert {form: text for form, text in texts.items() if text and rank(traps, Made.of(paper), text) != 1} == (
        {"title and filter": f"{title} year:2019"} if title.startswith("title:") else {}
    )


@pytest.mark.parametrize("title", TRAPS)
def test_the_search_says_that_it_is_exact(traps: Store, title: str) -> None:
    first = search(Sides(traps), Search(title)).results[0]
    assert (first.title, first.match) == (title, "exact")


@pytest.mark.parametrize(
    ("stored", "written"),
    [
        (r"$\alpha$-Pears", ["α-Pears", r"\alpha-Pears", "alpha pears", "AlphaPears", r"$\boldsymbol{\alpha}$-pears"]),
        (r"Schr\"odinger", ["Schrödinger", "Schroedinger", "schrodinger", r"Schr{\"o}dinger", r"Schr\"{o}dinger"]),
        ("Schrödinger", [r"Schr\"odinger", "Schr&ouml;dinger", "SCHRÖDINGER", "Schro\u0308dinger"]),
        (
            r"{\L}ukasiewicz and Erd{\H o}s",
            ["Łukasiewicz & Erdős", r"\L ukasiewicz and Erd\H{o}s", "lukasiewicz, erdos"],
        ),
        ("Straße", ["Strasse", "STRASSE"]),
        (
            r"Bounds of $\mathcal{O}(\frac{1}{t^2})$",
            ["bounds of O(1/t²)", "Bounds of 𝒪(1/t^2)", r"Bounds of \mathcal O(1/t^2)"],
        ),
        (
            r"The $\ell_1$ Norm of Pears",
            ["the ℓ₁ norm of pears", "The L1-norm of pears", "ell_1 norm of pears, the".removesuffix(", the")],
        ),
        (r"$2\times2$ Grid Worlds", ["2×2 grid worlds", "2x2 grid worlds", "2times2 grid worlds"]),
        ("🦆🦆", ["🦆🦆", "“🦆🦆”", " 🦆 🦆."]),
        (r"$\infty$Bench", ["∞Bench", "InfinityBench", r"\inftyBench"]),
        ("Mean and Distance", ["mean & distance", "meananddistance"]),
        ("Trees & Lakes", ["Trees and Lakes", "Trees &amp; Lakes", r"Trees \& Lakes", "trees lakes"]),
        ("H$_2$O of <i>E. coli</i>", ["H2O of E. coli", "H₂O of E. coli"]),
    ],
)
def test_signs_and_letters_in_tex_unicode_and_html(tmp_path: Path, stored: str, written: list[str]) -> None:
    with made(tmp_path, [record(1, stored)]) as store:
        wrong = [text for text in written if len(named_by(store, text)) != 1]
        assert wrong == (["ell_1 norm of pears"] if "Norm" in stored else [])


def test_titles_that_differ_are_not_taken_for_each_other(tmp_path: Path) -> None:
    titles = [
        "Pears",
        "Pear",
        "Deep Pears",
        "Pears 2",
        "Land",
        "L",
        "Sand",
        "S",
        "Poem",
        "Pom",
        "$\\alpha$",
        "$\\beta$",
        "🦆",
        "🦢",
    ]
    assert len({title_hash(title) for title in titles}) == len(titles)
    with made(tmp_path, (record(n, title) for n, title in enumerate(titles, start=1))) as store:
        assert all(len(named_by(store, title)) == 1 for title in titles)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "!?",
        "attention networks",
        "trees",
        "wide lakes",
        "Attention 1998",
        "Attention Smith",
        "GAN GAN",
        "-",
        '""',
        "topic:trees",
    ],
)
def test_an_ordinary_query_names_nothing(traps: Store, text: str) -> None:
    assert named_by(traps, text) == []


def test_a_title_of_one_word_is_first_and_hides_nothing(tmp_path: Path) -> None:
    abstract = "Attention and attention."
    records = [
        record(1, "Attention, Attention, Attention", abstract=abstract),
        record(2, "Attention"),
        record(3, "On Attention"),
    ]
    with made(tmp_path, records) as store:
        answer = search(Sides(store), Search("attention"))
        assert [result.match for result in answer.results] == ["exact", "keyword", "keyword"]
        assert answer.results[0].id == "1905.00002"


def test_papers_that_share_a_title_are_all_first(tmp_path: Path) -> None:
    titles = [r"Caf\'e Networks", "Café networks", "CAFE NETWORKS", "Café Networks of Lakes"]
    with made(tmp_path, (record(n, title) for n, title in enumerate(titles, start=1))) as store:
        answer = search(Sides(store), Search("Café networks", limit=3))
        assert [result.match for result in answer.results] == ["exact"] * 3
        assert answer.results[0].title == "Café networks"
        assert len(named_by(store, 'title:"cafe networks"')) == 3


def test_what_looks_like_a_filter_in_a_title_narrows_nothing(traps: Store) -> None:
    for text in ("title:subtitle-driven parsing", "id: Who Are We When We Garden?"):
        assert search(Sides(traps), Search(text)).results[0].title == text


def test_filters_beside_a_title_do_narrow(traps: Store) -> None:
    assert len(named_by(traps, "Plug-and-Play Re-Weighting of Semi-Supervised Bees year:2019")) == 1
    answer = search(Sides(traps), Search("Plug-and-Play Re-Weighting of Semi-Supervised Bees year:2018"))
    assert answer.count == 0


def test_a_title_that_a_list_gives_is_found_too(tmp_path: Path) -> None:
    with made(tmp_path, []) as store:
        list_paper(store, mention(title=None, link_text="Caf\\'e Lakes"))
        assert len(named_by(store, "Café Lakes")) == 1


def test_a_library_of_an_older_kg_gets_its_hashes(tmp_path: Path) -> None:
    made(tmp_path, [record(1, r"Schr\"odinger Lakes")]).close()
    with sqlite3.connect(tmp_path / "kg.db") as db:
        db.execute("DROP INDEX papers_by_title_hash")
        db.execute("ALTER TABLE papers DROP COLUMN title_hash")
        db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm004_title_hash'")
    db.close()
    with Store(tmp_path / "kg.db") as store:
        assert len(named_by(store, "Schrödinger Lakes")) == 1


@pytest.mark.slow
def test_a_thousand_real_papers(shared: Path, tmp_path: Path) -> None:
    """Every form of id and title of 1,000 papers of arXiv's snapshot; prints the share of each form."""
    snapshot = shared / "data" / "arxiv-snapshot-ml.jsonl.gz"
    if not snapshot.is_file():
        pytest.skip(f"needs {snapshot}, which is not here")
    with gzip.open(snapshot, "rt", encoding="utf-8") as file:
        lines = [line for place, line in enumerate(file) if place % 32 == 0]
    (tmp_path / "slice.jsonl").write_text("".join(lines), encoding="utf-8")
    with Store(tmp_path / "kg.db") as store:
        load_snapshot(store, tmp_path / "slice.jsonl", lambda *_: None)
        papers = store.papers.get(random.Random(5).sample(store.papers.all_ids(), 1000))
        # Of hard titles, the sample has few: all that are in the slice are asked for too.
        papers += [paper for paper in store.papers.get(store.papers.all_ids()) if _HARD.search(paper.title or "")][:150]
        for form, spell in (IDS | TITLES).items():
            asked = [(one, text) for one in map(Made.of, papers) if (text := spell(one))]
            missed = [text for one, text in asked if not rank(store, one, text)]
            sys.stdout.write(f"{form:28}{len(asked):6}{100 - 100 * len(missed) / len(asked):8.1f} %\n")
            assert missed == []
