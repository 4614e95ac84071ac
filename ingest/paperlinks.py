"""The links of a block that lead to papers, and the ids that its text names. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from ingest.blocks import Block, Link
from ingest.entries import plain
from kg.identifiers import arxiv_ids_in_text, parse_doi, title_key
from kg.links import PaperLink, paper_link

_DOI = re.compile(r"\bdoi:?\s?(10\.\d{4,9}/[^\s\"<>{}|\\^`]{1,200})", re.IGNORECASE)


def paper_links(block: Block) -> list[tuple[Link, PaperLink]]:
    """The links of a block that point to papers, and the arXiv ids that its text names."""
    found = [(link, paper) for link in block.links if (paper := paper_link(link.url, _label(block, link)))]
    lower = block.text.lower()
    # Of an id that stands in the text; written out, because this is asked of every block.
    if not ("arxiv" in lower or "abs/" in lower or "doi" in lower or "corr," in lower or "corr:" in lower):
        return found
    starts = [link.start for link in block.links]
    known = {paper.key for _, paper in found}
    for link in _ids_in_text(block):
        paper = paper_link(link.url)
        before = bisect_right(starts, link.start) - 1
        inside = before >= 0 and link.start < block.links[before].end
        if paper and paper.key not in known and not inside:
            found.append((link, paper))
            known.add(paper.key)
    return sorted(found, key=lambda pair: pair[0].start)


def _label(block: Block, link: Link) -> str:
    """The text of a link; of one that says `here`, the word for it before: `the slides are here`."""
    label = plain(link.text)
    if label.lower() != "here":
        return label
    words = [word for word in title_key(block.text[max(0, link.start - 40) : link.start]).split() if len(word) > 3]
    return words[-1] if words else label


def _ids_in_text(block: Block) -> Iterator[Link]:
    """arXiv ids and DOIs that the text names without a link."""
    text = block.text
    for arxiv, start, end in arxiv_ids_in_text(text):
        yield Link(f"https://arxiv.org/abs/{arxiv.base}", text[start:end], start, end, block.line)
    for match in _DOI.finditer(text):
        url = f"https://doi.org/{parse_doi(match[1])}"
        yield Link(url, url, match.start(), match.start(1) + len(match[1].rstrip(".,;")), block.line)
