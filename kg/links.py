"""What a link points to: a paper (and which one), or something else.

Pages, PDFs and supplements of one paper have one key. The rules name the sites where papers are published;
elsewhere a PDF is taken for a paper unless its name or the text of the link says that it is something else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qs, unquote

from kg.identifiers import arxiv_id_of_url, host_of, parse_doi, split_url, title_key, unwrapped


@dataclass(frozen=True, slots=True)
class PaperLink:
    """A link to a paper: `key` is the same for every address of the paper on that site.

    `slug_title` is the title as far as the address spells it out.
    """

    url: str
    key: str
    arxiv_id: str | None = None
    doi: str | None = None
    slug_title: str | None = None


# Host; pattern of the path, whose groups make the key; name of the site in the key. Patterns are matched from
# the path's beginning and name their segments, so that none can be matched in many ways.
_SITES: dict[str, tuple[tuple[re.Pattern[str], str], ...]] = {}
for _host, _path, _site in (
    ("proceedings.mlr.press", r"/(v\d+)/([^/.]+?)(?:-supp)?(?:/[^/]*|\.html|\.pdf)?$", "pmlr"),
    ("jmlr.org", r"/proceedings/papers/(v\d+)/([^/.]+?)(?:-supp)?(?:\.html|\.pdf)?$", "pmlr"),
    ("jmlr.org", r"/(?:beta/)?papers/(?:volume|v)(\d+)/(\d\d-\d+\w*|\w+)", "jmlr"),
    ("nips.cc", r"/paper(?:_files/paper)?/(\d+)-", "nips"),
    ("nips.cc", r"/paper(?:_files/paper)?/\d{4}/(?:hash|file)/([0-9a-f]{32})", "nips"),
    ("neurips.cc", r"/paper(?:_files/paper)?/(\d+)-", "nips"),
    ("neurips.cc", r"/paper(?:_files/paper)?/\d{4}/(?:hash|file)/([0-9a-f]{32})", "nips"),
    ("icml.cc", r"/static/paper_files/(\w+)/(\d{4})/(\d+)-", "icml"),
    ("thecvf.com", r"/(?:[^/]+/){1,4}(\w+_\d{4})_\w+\.(?:pdf|html)$", "cvf"),
    ("cv-foundation.org", r"/(?:[^/]+/){1,4}(\w+_\d{4})_\w+\.(?:pdf|html)$", "cvf"),
    ("ecva.net", r"/papers/eccv_(\d{4})/papers_ECCV/(?:papers|html)/(\d+)", "ecva"),
    ("aclanthology.org", r"/(?:anthology/)?([A-Z]\d\d-\d{4}|\d{4}\.[\w-]+\.\d+)", "acl"),
    ("aclweb.org", r"/anthology/(?:papers/\w/\w+/)?([A-Z]\d\d-\d{4}|\d{4}\.[\w-]+\.\d+)", "acl"),
    ("dl.acm.org", r"/citation\.cfm", "acm?id"),
    ("ieeexplore.ieee.org", r"/(?:abstract/)?document/(\d+)", "ieee"),
    ("ojs.aaai.org", r"/index\.php/(\w+)/article/(?:view|download)/(\d+)", "aaai"),
    ("aaai.org", r"/ocs/index\.php/(\w+)/(\w+)/paper/(?:view\w*|download)/(\d+)", "aaai"),
    ("ijcai.org", r"/proceedings/(\d{4})/(?:Papers/)?(\d+)", "ijcai"),
    ("semanticscholar.org", r"/paper/(?:[^/]+/)?([0-9a-f]{40})", "s2"),
    ("semanticscholar.org", r"/([0-9a-f]{4}/[0-9a-f]{36})\.pdf", "s2"),
    ("paperswithcode.com", r"/paper/([\w-]+)", "pwc"),
    ("biorxiv.org", r"/content/biorxiv/early/[\d/]{8,12}/(\d+)", "biorxiv"),
    ("nature.com", r"/articles/([\w-]+(?:\.\d+)?)", "nature"),
    ("sciencedirect.com", r"/science/article/(?:abs/)?pii/(\w+)", "pii"),
    ("pnas.org", r"/content/(?:pnas/)?(\d+/\d+/\w+)", "pnas"),
    ("jstor.org", r"/stable/(?:pdf/)?([\w-]+(?:/[\w-]+)?)", "jstor"),
    ("projecteuclid.org", r"/(?:download/pdf\w*/)?(euclid\.\w+/\d+)", "euclid"),
    ("citeseerx.ist.psu.edu", r"/viewdoc/", "citeseerx?doi"),
    ("hal.science", r"/((?:hal|tel|inria)-\d+)", "hal"),
    ("archives-ouvertes.fr", r"/((?:hal|tel|inria)-\d+)", "hal"),
    ("papers.ssrn.com", r"/sol3/papers\.cfm", "ssrn?abstract_id"),
    ("ncbi.nlm.nih.gov", r"/(?:pmc/articles/|pubmed/)?((?:PMC)?\d{5,9})", "pubmed"),
    ("distill.pub", r"/(\d{4}/[\w-]+)", "distill"),
    ("elifesciences.org", r"/articles/(\d+)", "elife"),
    ("usenix.org", r"/conference/([\w-]+)/presentation/([\w-]+)", "usenix"),
    ("isca-speech.org", r"/archive/\w+/(\w+)\.html", "isca"),
    ("mdpi.com", r"/([\d-]{9}/\d+/\d+/\d+)", "mdpi"),
):
    _SITES[_host] = (*_SITES.get(_host, ()), (re.compile(_path, re.IGNORECASE), _site))

_REPOSITORY = re.compile(r"/(?:id/eprint/)?(\d+)/?$")
_PDF = re.compile(r"\.(?:pdfs?|ps|ps\.gz)$", re.IGNORECASE)
_OTHER_NAMES = re.compile(
    r"slides?|poster|talk|lectures?|tutorial|syllabus|course|notes?|resume|homework|handout|brochure|exams?(?![a-z])|problem.?set"
    r"|pset|recitation|assignment|solutions?|invoice|datasheet|user.?guide|manual|annual.?report|policy"
    r"|cheat.?sheet|(?<![a-z])(?:hw|ps|lec|hmwk|final)[-_]?\d|whitepaper|ecma-\d"
    r"|(?<![a-z])cv(?![a-z])",
    re.IGNORECASE,
)
_OTHER_LABELS = frozenset(
    """code github repo repository implementation source demo demos project website site homepage video
    videos youtube talk talks slide slides poster tutorial blog post blogpost thread tweet twitter wiki data
    dataset datasets notebook colab course lecture lectures notes news podcast interview book model weights
    checkpoints docs documentation bibtex bib homework exam exams solutions recitation assignment handout syllabus guide
    manual datasheet invoice form policy cheatsheet map resume cv standard exercises""".split()
)
_OTHER_HOSTS = """github.com gitlab.com youtube.com youtu.be twitter.com x.com wikipedia.org medium.com reddit.com
    slideshare.net speakerdeck.com facebook.com linkedin.com""".split()
_OTHER_HOST = re.compile(
    rf"https?://(?:[\w-]{{1,63}}\.){{0,5}}(?:{'|'.join(map(re.escape, _OTHER_HOSTS))})(?=[/:?#]|$)", re.IGNORECASE
)
# Books, news and data, at hosts of papers: DOIs of Zenodo, Dryad, figshare, Dataverse.
_NO_ARTICLE = re.compile(r"springer\.com/book/|nature\.com/articles/d\d|10\.(?:5281|5061|6084|7910)/", re.IGNORECASE)
_LONGEST = 2000  # characters; no address of a paper is longer


@lru_cache(maxsize=16384)
def paper_link(url: str, label: str = "") -> PaperLink | None:
    """The paper that a link points to, or None; `label` is the text of the link."""
    url = unwrapped(url)
    if _OTHER_HOST.match(url) or title_key(label) in _OTHER_LABELS:
        return None
    if len(url) > _LONGEST or "\0" in unquote(url):
        return None
    if arxiv := arxiv_id_of_url(url):
        return PaperLink(url, f"arxiv:{arxiv.base}", arxiv_id=arxiv.base)
    parts = split_url(url)
    if parts is None:
        return None
    host, path = host_of(parts), unquote(parts.path)
    if _belongs(host, "openreview.net") and (ids := parse_qs(parts.query).get("id")):
        return PaperLink(url, f"openreview:{ids[0]}") if path.strip("/") in {"forum", "pdf", "revisions"} else None
    if site := _of_site(url, host, path, parts.query):
        return site
    if _belongs(host, "openreview.net") or _NO_ARTICLE.search(f"{host}{path}"):
        return None
    if doi := parse_doi(path) or parse_doi(unquote(parts.query)):
        doi = re.sub(r"/(?:full|abstract|pdf|epdf|meta|html)$|(?:v\d+)?(?:\.full)?\.pdf$", "", doi)
        return PaperLink(url, f"doi:{doi}", doi=doi)
    if _is_paper_file(path, label):
        return PaperLink(url, f"url:{host}{re.sub('/+', '/', path)}")
    return None


def _belongs(host: str, domain: str) -> bool:
    return host == domain or host.endswith("." + domain)


def _of_site(url: str, host: str, path: str, query: str) -> PaperLink | None:
    if host.startswith("eprints.") and (match := _REPOSITORY.search(path)):
        return PaperLink(url, f"eprints:{host}/{match[1]}")
    labels = host.split(".")
    domains = (".".join(labels[start:]) for start in range(len(labels) - 1))
    for domain in domains:
        for pattern, site in _SITES.get(domain, ()):
            if match := pattern.match(path):
                name, _, parameter = site.partition("?")
                value = parse_qs(query).get(parameter, [""])[0] if parameter else "/".join(match.groups())
                title = _title_in(path, name)
                return PaperLink(url, f"{name}:{value.lower()}", slug_title=title) if value else None
    return None


def _title_in(path: str, site: str) -> str | None:
    """NeurIPS' older addresses spell the title, and Papers with Code's: `/paper/7188-svcca-singular-...`."""
    pattern = {"nips": r"/\d+-([a-z0-9-]+)", "pwc": r"/paper/([a-z0-9-]+)"}.get(site)
    match = re.search(pattern, path) if pattern else None
    return match[1].replace("-", " ").strip() if match else None


def _is_paper_file(path: str, label: str) -> bool:
    name = path.rpartition("/")[2]
    words = set(title_key(label).split())
    says_other = len(words) <= 4 and bool(words & _OTHER_LABELS)
    return _PDF.search(path) is not None and not _OTHER_NAMES.search(name) and not says_other
