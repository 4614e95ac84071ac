"""Names of papers: arXiv ids and DOIs in every form that people write, and keys for titles.

The forms of arXiv ids follow https://info.arxiv.org/help/arxiv_identifier.html:
`YYMM.NNNN` from 0704 to 1412, `YYMM.NNNNN` from 1501 on, `archive/YYMMNNN` until 0703.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

_ARCHIVES = frozenset(
    """acc-phys adap-org alg-geom ao-sci astro-ph atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas
    cond-mat cs dg-ga funct-an gr-qc hep-ex hep-lat hep-ph hep-th math math-ph mtrl-th nlin nucl-ex
    nucl-th patt-sol physics plasm-ph q-alg q-bio quant-ph solv-int supr-con""".split()
)
_NEW = r"(?P<yymm>\d{2}(?:0[1-9]|1[0-2]))\.(?P<serial>\d{4,5})(?!\d)"
_OLD = r"(?P<archive>[a-z]{1,8}(?:-[a-z]{2,4})?)(?:\.[a-z-]{2,12})?/(?P<number>\d{7})(?!\d)"
_ID = re.compile(rf"(?:{_NEW}|{_OLD})(?:v(?P<version>[1-9]\d{{0,2}})(?!\d))?", re.IGNORECASE)
_PREFIX = re.compile(r"arxiv\s?:\s?|abs/", re.IGNORECASE)
# What marks an id in running text: `arXiv:`, `arXiv preprint, `, `CoRR abs/`, `arXiv preprintarXiv:`, `_eprint: ` ...
_MARK = re.compile(
    r"(?<![a-z])(?:preprint)?(?:arxiv|corr|eprint)[\s:,.()\[-]{0,3}"
    r"(?:(?:(?:e-?prints?|preprints?|report|id|no|arxiv)(?=[\W_]|arxiv)|[a-z-]{2,8}\.[a-z]{2}\])[\s:,.()\[-]{0,3}){0,3}"
    r"(?:abs/)?|\babs/",
    re.IGNORECASE,
)
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.", re.IGNORECASE)
_DOI = re.compile(r"10\.\d{4,9}/[^\s\x00-\x1f\x7f-\x9f\"<>{}|\\^`]{1,300}")

_ARXIV_PATHS = frozenset("abs pdf html ps dvi format src e-print tb bibtex refs cits".split())
# Mirrors and readers of arXiv: host -> first path segments after which the id comes.
_READERS: dict[str, frozenset[str]] = {
    "arxiv.org": _ARXIV_PATHS,
    "xxx.lanl.gov": _ARXIV_PATHS,
    "ar5iv.org": frozenset({"abs", "html", "pdf"}),
    "alphaxiv.org": frozenset({"abs", "overview", "pdf", "html"}),
    "huggingface.co": frozenset({"papers"}),
    "hf.co": frozenset({"papers"}),
    "scirate.com": frozenset({"arxiv"}),
    "arxiv-vanity.com": frozenset({"papers"}),
    "semanticscholar.org": frozenset({"arxiv"}),
}
_WORD = re.compile(r"[^\W_]+")
_NO_LETTERS = re.compile(r"\\[a-z]+\s*|['’`$]")  # TeX's commands, and what stands inside words
_ARXIV_URL = re.compile(r"https?://(?:www\.)?arxiv\.org/(?:abs|pdf)/(?P<id>\d{4}\.\d{4,5}(?:v\d{1,2})?)(?:\.pdf)?$")
_NO_SCHEME = re.compile(r"(?://)?(?:[a-z0-9-]+\.)+[a-z]{2,}/", re.IGNORECASE)
_ARCHIVED = re.compile(r"^https?://web\.archive\.org/web/\d{1,20}[a-z_]{0,5}/(?=https?://)", re.IGNORECASE)
_WRAPPED = re.compile(
    r"https?://(?:scholar\.google\.[a-z.]{2,6}/scholar_url|(?:www\.)?google\.[a-z.]{2,6}/url|"
    r"[\w.-]{1,60}\.safelinks\.protection\.outlook\.com/?)\?(?:[^#]{0,200}&)?(?:url|q)=(?P<url>https?[^&#]+)",
    re.IGNORECASE,
)
_LISTED_AS = re.compile(r"^doi:\s?|\s*\[[\w.-]{2,20}\]$", re.IGNORECASE)
_LONGEST_NAME = 2000  # characters; no id or URL of a paper is longer
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))


@dataclass(frozen=True, slots=True)
class ArxivId:
    """An arXiv id without version (`1806.07572`, `hep-th/9901001`) and the version named, if any."""

    base: str
    version: int | None = None


def parse_arxiv_id(text: str) -> ArxivId | None:
    """The one arXiv id that `text` is, in any usual form: bare, prefixed, URL or arXiv DOI."""
    if len(text) > _LONGEST_NAME:
        return None
    text = _LISTED_AS.sub("", text.translate(_INVISIBLE).strip())
    if "://" in text or text.lower().startswith("www."):
        return arxiv_id_of_url(text)
    if match := _ARXIV_DOI.match(text) or _PREFIX.match(text):
        text = text[match.end() :]
    return _whole_id(text) or arxiv_id_of_url("https://" + text)


def arxiv_id_of_url(url: str) -> ArxivId | None:
    """The arXiv id that a URL of arXiv, of one of its readers or of doi.org points to."""
    if usual := _ARXIV_URL.match(url):
        return _leading_id(usual["id"])
    parts = split_url(url)
    if parts is None:
        return None
    host, path = host_of(parts), unquote(parts.path).translate(_INVISIBLE).strip("/")
    if host.endswith("doi.org") and (match := _ARXIV_DOI.match(path)):
        return _leading_id(path[match.end() :])
    if host == "api.semanticscholar.org" and (match := _PREFIX.match(path)):
        return _leading_id(path[match.end() :])
    segments = _READERS.get("arxiv.org" if host.endswith(".arxiv.org") else host)
    first, _, rest = path.partition("/")
    return _leading_id(rest.lstrip("/")) if segments and first.lower() in segments else None


def arxiv_ids_in_text(text: str) -> Iterator[tuple[ArxivId, int, int]]:
    """Ids that running text marks as arXiv's (`arXiv:...`, `CoRR abs/...`), each with its span.

    A bare number is never taken for an id: DOIs and dates look alike.
    """
    for prefix in _MARK.finditer(text):
        match = _ID.match(text, prefix.end())
        found = _checked(match) if match else None
        if match and found:
            yield found, prefix.start(), match.end()


def parse_doi(text: str) -> str | None:
    """The DOI in `text` (bare, `doi:` or a doi.org URL), in lower case; None when there is none."""
    match = _DOI.search(unquote(text.translate(_INVISIBLE)).lower())
    if match is None:
        return None
    doi = match.group().rstrip(".,;:'*_")
    while doi and doi[-1] in ")]" and doi.count(doi[-1]) > doi.count("(["[")]".index(doi[-1])]):
        doi = doi[:-1].rstrip(".,;:'*_")
    return doi if doi.partition("/")[2] else None


def split_url(url: str) -> SplitResult | None:
    """`urlsplit` that answers None for what is no http(s) URL.

    The scheme may be missing before a host, and a copy in the Web Archive counts as the page itself.
    """
    url = _ARCHIVED.sub("", url.strip())
    if _NO_SCHEME.match(url):
        url = "https://" + url.removeprefix("//")
    try:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            return None
    except ValueError:
        return None
    return parts


def unwrapped(url: str) -> str:
    """The address that a redirection of Google's, or one for mails, leads to; the address itself else."""
    match = _WRAPPED.match(url)
    return unquote(match["url"]) if match else url


def host_of(parts: SplitResult) -> str:
    """The host in lower case, without `www.`."""
    return (parts.hostname or "").lower().removeprefix("www.").removeprefix("export.")


def month_of(arxiv_id: str) -> str | None:
    """When a paper was first on arXiv, as its id tells: `2018-06` of `1806.07572`; None for an id of another kind."""
    found = parse_arxiv_id(arxiv_id)
    if found is None:
        return None
    year, month = (found.base.rpartition("/")[2][at : at + 2] for at in (0, 2))
    return f"{'19' if year >= '91' else '20'}{year}-{month}"


def title_key(title: str) -> str:
    """What two spellings of one title share: letters and digits, folded, single spaces.

    Accents, case, punctuation, TeX commands' backslashes and hyphens do not count.
    """
    if title.isascii():
        letters = title.lower()
    else:
        folded = unicodedata.normalize("NFKD", title.replace("ß", "ss")).casefold()
        letters = "".join(c for c in folded if not unicodedata.combining(c))
    return " ".join(_WORD.findall(_NO_LETTERS.sub("", letters)))


def slug(text: str, limit: int = 60) -> str:
    """Lower-case words joined by hyphens, cut at a word within `limit` characters."""
    words = title_key(text).split()
    kept = "-".join(words)[: limit + 1]
    return (kept.rpartition("-")[0] or kept[:limit]) if len(kept) > limit else kept


def work_id(name: str, key: str) -> str:
    """The stable id of a work without arXiv id: words of its name and a hash of its identity."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:8]
    return f"{slug(name) or 'work'}-{digest}"


def _whole_id(text: str) -> ArxivId | None:
    match = _ID.fullmatch(text.strip().removesuffix(".pdf"))
    return _checked(match) if match else None


def _leading_id(text: str) -> ArxivId | None:
    match = _ID.match(text.removeprefix("arXiv:"))
    return _checked(match) if match else None


def _checked(match: re.Match[str]) -> ArxivId | None:
    """The id matched, if arXiv can have issued it: digits by date, archive known."""
    version = int(match["version"]) if match["version"] else None
    if match["yymm"]:
        yymm, serial = match["yymm"], match["serial"]
        digits = 5 if yymm >= "1501" else 4
        if yymm < "0704" or len(serial) != digits or not int(serial):
            return None
        return ArxivId(f"{yymm}.{serial}", version)
    archive, number = match["archive"].lower(), match["number"]
    month_ok = "01" <= number[2:4] <= "12" and (number[:4] >= "9107" or number[:4] <= "0703")
    if archive not in _ARCHIVES or not month_ok or not int(number[4:]):
        return None
    return ArxivId(f"{archive}/{number}", version)
