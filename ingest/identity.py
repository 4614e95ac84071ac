"""Which work a mention is about: the names by which it is told apart from all others. Pure."""

from __future__ import annotations

from ingest.matching import authors_agree, surnames
from kg.identifiers import title_key, work_id
from kg.links import paper_link
from kg.papers import Mention, Paper

_SHORTEST_TITLE = 3  # words; a shorter title names a work only together with author and year


def names_of(mention: Mention) -> list[str]:
    """Names of the work, surest first: DOI, addresses (one for all forms on a site), title with author, title."""
    return [*sure_names_of(mention), *_title_names(mention)]


def sure_names_of(mention: Mention) -> list[str]:
    """The names that no other work can have: DOI and addresses."""
    names = [f"doi:{mention.doi}"] if mention.doi else []
    links = [link for url in mention.urls if (link := paper_link(url))]
    names += [link.key for link in links if not link.arxiv_id]
    return list(dict.fromkeys(names))


def id_of_work(mention: Mention) -> str:
    """A stable id for a work that is not known to be on arXiv."""
    return work_id(mention.title or mention.link_text or "", names_of(mention)[0])


def agrees(mention: Mention, paper: Paper) -> bool:
    """Whether nothing stated contradicts that it is the paper: neither its DOI nor, misspellings aside, all authors."""
    if mention.doi and paper.doi and mention.doi != paper.doi.lower():
        return False
    return authors_agree(mention.authors, [author.name for author in paper.authors]) is not False


def _title_names(mention: Mention) -> list[str]:
    key, surname = title_key(mention.title or ""), next(iter(surnames(mention.authors)), "")
    if len(key.split()) >= _SHORTEST_TITLE:
        return [f"title:{key}|{surname}", f"title:{key}"] if surname else [f"title:{key}"]
    if key:
        return [f"cited:{key}|{surname}|{mention.year or ''}"]
    if mention.urls or mention.doi:
        return []
    return [f"text:{title_key(mention.link_text or '')}|{surname}|{mention.year or ''}"]
