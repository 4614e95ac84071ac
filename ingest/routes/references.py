"""What papers cite: from Semantic Scholar, and where that knows nothing from OpenAlex. Both may be missing."""

from __future__ import annotations

from collections.abc import Mapping

from ingest.routes.queue import Run
from ingest.services import OPENALEX, SEMANTIC_SCHOLAR, openalex, semantic_scholar
from kg.papers import Bibliography, Paper
from kg.store.asks import moment


def from_semantic_scholar(run: Run) -> bool:
    """Ask for the references of the next hundred papers."""
    ids = run.store.asks.without_references("s2-references", run.since.references, run.since.no_references)
    if not ids:
        return False
    run.show(SEMANTIC_SCHOLAR, "references", len(ids), semantic_scholar.MOST_PAPERS)
    papers, at = run.store.papers.get(ids[: semantic_scholar.MOST_PAPERS]), moment()
    found = run.services.semantic_scholar.references([_name(paper) for paper in papers])
    by_paper = {paper.id: bibliography for paper, bibliography in zip(papers, found, strict=True)}
    _store(run, "s2-references", semantic_scholar.SOURCE, by_paper, at)
    return True


def from_openalex(run: Run) -> bool:
    """Ask for the references of the next papers of which Semantic Scholar told none."""
    ids = run.store.asks.without_references("openalex-references", run.since.references, run.since.no_references)
    if not ids:
        return False
    run.show(OPENALEX, "references", len(ids), openalex.MOST_VALUES)
    papers, at = run.store.papers.get(ids[: openalex.MOST_VALUES]), moment()
    dois = {paper.id: _doi(paper) for paper in papers}
    cited = run.services.openalex.cited_by({dois[paper.id]: paper.arxiv_id or "" for paper in papers})
    unknown = run.store.cited.unknown(sorted({name for names in cited.values() for name in names}))
    works = run.services.openalex.described(unknown)
    by_paper = {paper.id: openalex.bibliography(cited.get(dois[paper.id]), works) for paper in papers}
    _store(run, "openalex-references", openalex.SOURCE, by_paper, at)
    return True


def _store(run: Run, route: str, source: str, by_paper: Mapping[str, Bibliography], at: str) -> None:
    with run.store.transaction():
        numbers = run.store.papers.numbers(list(by_paper))
        for paper, bibliography in by_paper.items():
            cited = [number for work in bibliography.works if (number := run.store.cited.ensure(work)) is not None]
            if bibliography.state == "known":
                run.store.citations.replace(numbers[paper], cited, source)
        run.store.asks.note(route, {paper: found.state for paper, found in by_paper.items()}, at)
        run.store.fulltext.refresh()
    run.outcome.references += sum(found.state == "known" for found in by_paper.values())


def _name(paper: Paper) -> str:
    return f"ARXIV:{paper.arxiv_id}" if paper.arxiv_id else f"DOI:{paper.doi}"


def _doi(paper: Paper) -> str:
    """arXiv's own DOI (https://info.arxiv.org/help/doi.html), or the journal's."""
    return f"10.48550/arxiv.{paper.arxiv_id}".lower() if paper.arxiv_id else (paper.doi or "").lower()
