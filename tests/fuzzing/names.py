"""Names of papers and people, and citations as they are written."""

from __future__ import annotations

from collections.abc import Callable

from ingest.bibitems import parse_bibitem
from ingest.citations import bare_title, clean_title, is_reference, looks_like_title, parse_reference
from ingest.people import author_and_year, names_people, parse_authors, split_authors, surnames
from ingest.venues import ends_with_venue, place_and_year, venue_and_year, without_venue
from kg.exports.names import and_others, parted
from kg.exports.venues import of_doi
from kg.identifiers import arxiv_ids_in_text, month_of, parse_arxiv_id, parse_doi, slug, title_key, work_id
from kg.links import paper_link
from kg.store.people import people
from kg.text import squeezed
from kg.titles import spellings, title_hash, title_words
from tests import test_bibitems
from tests.examples import PAPERS
from tests.fuzzing.invariants import storable, typed
from tests.fuzzing.targets import Target, text_of, words

_IDS = words(
    "1806.07572 v3 arXiv: hep-th/9901001 https://arxiv.org/abs/ .pdf 10.48550/arXiv. doi:10.1000/x https://doi.org/ cs.LG/0408007 abs/",
    "https://huggingface.co/papers/ www. http:// // %2F [cs.LG] CoRR arXiv␣preprint math.GT/0309136 9999.99999 0704.0001 / . : ?id= # &",
    "https://web.archive.org/web/2019/ https://scholar.google.com/scholar_url?url= https://x.safelinks.protection.outlook.com/?url=",
    "https://openreview.net/forum?id=x http://proceedings.mlr.press/v80/a18b.html papers.nips.cc/paper/7188-a-b nature.com/articles/ ://[",
    "dl.acm.org/citation.cfm?id= jmlr.org/papers/v15/ aclweb.org/anthology/P18-1001 @ http://[::1] :99999 ieeexplore.ieee.org/document/",
)
_TITLES = words(
    r"\emph{ } { $ \alpha x^2 _ \'e \" \frac 2\times2 &amp; &#8211; <i> </i> <mml:mi> α ∞ ‐ – : ? and ae oe \infty \mathcal{O} ell ™ 🤗 \c ü",
    r"\textsc \ell_2 $$ \begin ß ﬁ İ ø Æ On␣Wide␣Networks the infinity \rightarrow \textendash math cal",
)
_PEOPLE = words(
    "Ann␣Bee, A.␣B.␣Cee and & ; et␣al. van␣der␣Dee, Jr. III Bee,␣A. de␣la Ó␣Dé (Uni␣A) (2018) [1] ICML'18 NeurIPS In␣Proc. vol.␣3",
    "“On␣nets” \" pp.␣1-2 arXiv:1806.07572 10.1000/x http://a.b/ . , : - – \\newblock \\emph{ } {\\em ~ \\& O'Neil 张伟 X.Y. Collaboration",
    "Proceedings␣of␣the 12th Conference Journal␣of 1999a '17 2018, et␣al.,␣2018 author: \\bibinfo{year}{ \\field{title}{ \\name{author}{2}{}{",
)
_WRITTEN = (
    "A. Bee, C. Dee. On wide nets: a view. In Proceedings of the 35th ICML, pages 1-9, 2018. arXiv:1806.07572",
    "Ann Bee, Carl van der Dee, and Eve Fox (2018). “On nets that are wide.” Journal of Nets, 3(2):1–12.",
    "On Nets: A View. Ann Bee, Carl Dee et al. NeurIPS'17",
)


def _ids(data: bytes) -> object:
    text = text_of(data)
    found, doi, spans = parse_arxiv_id(text), parse_doi(text), list(arxiv_ids_in_text(text))
    if found:
        again = parse_arxiv_id(found.base)
        assert again is not None
        assert again.base == found.base
        assert month_of(found.base)
        storable(typed(found))
    if doi:
        assert parse_doi(doi) == doi, f"{doi!r} is not the DOI {parse_doi(doi)!r}"
        of_doi(doi)
    for one, start, end in spans:
        assert 0 <= start < end <= len(text)
        assert parse_arxiv_id(one.base)
    return found, doi, spans


def _links(data: bytes) -> object:
    url, _, label = text_of(data).partition(" ")
    link = paper_link(url, label)
    if link:
        assert link.key
        storable(tuple(part.encode("utf-8", "replace").decode() for part in (link.key, link.url)))
        again = paper_link(link.url)
        assert again is None or again.key == link.key
    return link


def _titles(data: bytes) -> object:
    text = text_of(data)
    key, number = title_key(text), title_hash(text)
    assert title_key(key) == key or not key.isascii()
    storable((number, spellings(text), work_id(text, "x"), slug(text)))
    assert squeezed(squeezed(text)) == squeezed(text)
    storable(squeezed(text))
    assert len(slug(text)) <= 60
    return key, number, title_words(text)


def _people(data: bytes) -> object:
    text = text_of(data)
    names = split_authors(text)
    storable(people(names))
    return (
        names,
        parse_authors(text),
        surnames(text),
        names_people(text),
        author_and_year(text),
        parted(squeezed(text)),
        and_others(text),
    )


def _citations(data: bytes) -> object:
    text = text_of(data)
    found = parse_reference(text)
    judged = (
        is_reference,
        bare_title,
        clean_title,
        looks_like_title,
        venue_and_year,
        place_and_year,
        without_venue,
        ends_with_venue,
    )
    functions: tuple[Callable[[str], object], ...] = judged
    assert found.year is None or 0 < found.year < 3000
    return found, [function(text) for function in functions]


def _bibitems(data: bytes) -> object:
    return typed(parse_bibitem(text_of(data).encode("utf-8", "replace").decode().replace("\0", "")))


_ID_SEEDS = (
    "1806.07572v3",
    "https://arxiv.org/pdf/hep-th/9901001v2.pdf",
    "10.48550/arXiv.1806.07572",
    "see arXiv:1806.07572 and doi:10.1/X(2)3",
)
_LINK_SEEDS = (*_ID_SEEDS, *(word.decode() for word in _IDS if b"/" in word and b"." in word), "http://a.b/x.pdf paper")

TARGETS = [
    Target("ids", _ids, tuple(map(str.encode, _ID_SEEDS)), _IDS, (), 100),
    Target("links", _links, tuple(map(str.encode, _LINK_SEEDS)), _IDS, (), 100),
    Target("titles", _titles, tuple(paper["title"].encode() for paper in PAPERS), _TITLES, (), 60),
    Target("people", _people, tuple(", ".join(paper["authors"]).encode() for paper in PAPERS), _PEOPLE, (), 50),
    Target("citations", _citations, tuple(map(str.encode, _WRITTEN)), _PEOPLE + _IDS[:8], (), 50),
    Target(
        "bibitems",
        _bibitems,
        (test_bibitems.PLAIN.encode(), test_bibitems.BIBLATEX.encode()),
        _PEOPLE + _TITLES,
        (),
        30,
    ),
]
