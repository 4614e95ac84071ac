"""The library written out: a table of formats for papers, and one of formats for the graph.

`FORMATS` is what `kg export`, the pages' twins and the API's content negotiation all go by.

    publication   where a paper was published: references (of `pieces`) and venues (of `codes`) tell, as records
    keys, names   what a paper is cited by, and its people in parts
    bibtex (in tex), ris, csl, tables (CSV, JSON Lines), graphs: a format each
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pkgutil import resolve_name

from kg.exports.graphs import GRAPH_WRITERS
from kg.papers import Paper

__all__ = ["FORMATS", "GRAPH_WRITERS", "Format"]


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write papers: how its files end, what it is called on the web, in words, and who writes it.

    The `writer` is named, not imported: every command starts with this table, and few of them write.
    """

    ending: str
    media_type: str
    label: str
    writer: str

    def write(self, papers: Iterable[Paper]) -> str:
        """Papers as a text in this format."""
        written: Callable[[Iterable[Paper]], str] = resolve_name(self.writer)
        return written(papers)


# BibTeX and RIS have no registered type: these are the ones that reference managers send and know.
FORMATS: Mapping[str, Format] = {
    "bibtex": Format("bib", "application/x-bibtex", "BibTeX", "kg.exports.bibtex:to_bibtex"),
    "ris": Format("ris", "application/x-research-info-systems", "RIS", "kg.exports.ris:to_ris"),
    "csl-json": Format("csl.json", "application/vnd.citationstyles.csl+json", "CSL", "kg.exports.csl:to_csl_json"),
    "csv": Format("csv", "text/csv", "CSV", "kg.exports.tables:to_csv"),
    "jsonl": Format("jsonl", "application/x-ndjson", "JSON Lines", "kg.exports.tables:to_jsonl"),
}
