"""The ways in which people write the id and the title of one paper."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from pylatexenc.latex2text import LatexNodes2Text

from kg.filters import Scope
from kg.papers import Paper
from kg.store import Store
from search.naming import named
from search.query import parse

_ACCENTS = {"\u0301": "'", "\u0300": "`", "\u0302": "^", "\u0308": '"', "\u0303": "~", "\u030c": "v", "\u0327": "c"}
_GREEK = dict(
    zip("α β γ δ ε λ μ π σ ω".split(), "alpha beta gamma delta epsilon lambda mu pi sigma omega".split(), strict=True)
)
# What cannot be told from letters without its braces or backslash: accents, type faces, signs.
_COMMAND = re.compile(
    r"\\(?:[cvkHurbdt]\b|it|bf|em|tt|cal|rm|text|backslash|bar|c?dot|to|hat|widehat|vert|ast|overline|exists|boldmath|approx|frac)"
)
_OWN = re.compile(
    r"\\(?:thanks|unicode|R\b|[a-z]+\{\}|backslash|textback|textasc|textipa|arg|pmb|mbf)|%"
)  # what only its own page can show
_LETTERS = re.compile(r"[^\W\d_]+")


def named_by(store: Store, text: str) -> list[int]:
    """Numbers of the papers that a text names, in the whole library."""
    return named(store, text, parse(text), Scope())


@dataclass(frozen=True, slots=True)
class Made:
    """What a spelling is made of."""

    id: str
    title: str
    doi: str | None
    year: str
    surname: str
    authors: str

    @classmethod
    def of(cls, paper: Paper) -> Made:
        """From a paper of the library."""
        names = [author.name for author in paper.authors]
        surname = names[0].split()[-1] if names else ""
        year = (paper.published or "")[:4]
        return cls(
            paper.id,
            paper.title or "",
            paper.doi,
            year,
            surname,
            ", ".join(names[:4]) if not re.search(r"[0-9(]", "".join(names)) else "",
        )


IDS: dict[str, Callable[[Made], str]] = {
    "bare id": lambda p: p.id,
    "arXiv:ID": lambda p: f"arXiv:{p.id}",
    "ARXIV: ID": lambda p: f"ARXIV: {p.id}",
    "id with version": lambda p: f"{p.id}v2",
    "arXiv:IDv1 [cs.LG]": lambda p: f"arXiv:{p.id}v1 [cs.LG]",
    "abs URL": lambda p: f"https://arxiv.org/abs/{p.id}",
    "abs URL with version": lambda p: f"https://arxiv.org/abs/{p.id}v3",
    "abs URL, http, www": lambda p: f"http://www.arxiv.org/abs/{p.id}",
    "abs URL with query": lambda p: f"https://arxiv.org/abs/{p.id}?context=cs.LG#top",
    "abs URL in capitals": lambda p: f"HTTPS://ARXIV.ORG/abs/{p.id}",
    "URL without scheme": lambda p: f"arxiv.org/abs/{p.id}",
    "URL in angle brackets": lambda p: f"<https://arxiv.org/abs/{p.id}>",
    "URL with full stop": lambda p: f"https://arxiv.org/abs/{p.id}.",
    "pdf URL": lambda p: f"https://arxiv.org/pdf/{p.id}",
    "pdf URL .pdf": lambda p: f"https://arxiv.org/pdf/{p.id}v2.pdf",
    "html URL": lambda p: f"https://arxiv.org/html/{p.id}v1",
    "export URL": lambda p: f"https://export.arxiv.org/abs/{p.id}",
    "ar5iv": lambda p: f"https://ar5iv.labs.arxiv.org/html/{p.id}",
    "ar5iv.org": lambda p: f"https://ar5iv.org/abs/{p.id}",
    "alphaXiv": lambda p: f"https://www.alphaxiv.org/abs/{p.id}",
    "Hugging Face papers": lambda p: f"https://huggingface.co/papers/{p.id}",
    "arXiv DOI": lambda p: f"10.48550/arXiv.{p.id}",
    "arXiv DOI URL": lambda p: f"https://doi.org/10.48550/arXiv.{p.id}",
    "arXiv DOI doi:": lambda p: f"doi:10.48550/ARXIV.{p.id}",
    "id: filter": lambda p: f"id:{p.id}",
    "id in quotation marks": lambda p: f'"{p.id}"',
    "id in brackets": lambda p: f"[{p.id}]",
    "id with spaces": lambda p: f"  {p.id}\n",
    "DOI": lambda p: p.doi or "",
    "DOI URL": lambda p: f"https://doi.org/{p.doi}" if p.doi else "",
    "DOI in capitals": lambda p: (p.doi or "").upper(),
    "doi: DOI": lambda p: f"doi: {p.doi}" if p.doi else "",
}

TITLES: dict[str, Callable[[Made], str]] = {
    "as is": lambda p: p.title,
    "upper case": lambda p: p.title.upper(),
    "lower case": lambda p: p.title.lower(),
    "title case": lambda p: p.title.title(),
    "without punctuation": lambda p: _no_marks(p.title, " ") if not _OWN.search(p.title) else "",
    "marks left out": lambda p: _no_marks(p.title, "") if not _OWN.search(p.title) else "",
    "doubled spaces": lambda p: p.title.replace(" ", "  "),
    "line breaks": lambda p: p.title.replace(" ", "\r\n"),
    "tabs, hard spaces": lambda p: f"\t{p.title.replace(' ', chr(0xA0))}\t",
    "straight quotes": lambda p: f'"{p.title}"',
    "curly quotes": lambda p: f"“{p.title}”",
    "single quotes": lambda p: f"‘{p.title}’",
    "final full stop": lambda p: f"{p.title}.",
    "final comma": lambda p: f"{p.title},",
    "hyphens as spaces": lambda p: p.title.replace("-", " "),
    "hyphens joined": lambda p: p.title.replace("-", ""),
    "spaces as hyphens": lambda p: p.title.replace(" ", "-"),
    "spaces as underscores": lambda p: p.title.replace(" ", "_") + ".pdf" if "\\" not in p.title else "",
    "broken at a hyphen": lambda p: _broken(p.title),
    "typographic dashes": lambda p: p.title.replace("-", "–").replace("'", "’"),
    "hard hyphens": lambda p: p.title.replace("-", "\u2011"),
    "minus signs": lambda p: p.title.replace("-", "\u2212"),
    "soft hyphens": lambda p: _LETTERS.sub(lambda word: f"{word[0][:3]}\u00ad{word[0][3:]}", p.title),
    "zero-width spaces": lambda p: p.title.replace(" ", " \u200b"),
    "ligatures": lambda p: p.title.replace("ffi", "ﬃ").replace("fi", "ﬁ").replace("fl", "ﬂ").replace("ff", "ﬀ"),
    "full width": lambda p: (
        "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" and c != "\\" else c for c in p.title)
        if "\\" not in p.title
        else ""
    ),
    "decomposed": lambda p: unicodedata.normalize("NFD", p.title),
    "rendered": lambda p: rendered(p.title),
    "rendered, accents stripped": lambda p: _stripped(rendered(p.title)),
    "rendered, upper case": lambda p: rendered(p.title).upper(),
    "accents as TeX": lambda p: _tex(p.title, braces=False) if "\\" not in p.title else "",
    "accents as TeX in braces": lambda p: _tex(p.title, braces=True) if "\\" not in p.title else "",
    "without dollars": lambda p: p.title.replace("$", "") if not _COMMAND.search(p.title) else "",
    "without braces": lambda p: re.sub(r"[${}]", "", p.title) if not _COMMAND.search(p.title) else "",
    "without backslashes": lambda p: re.sub(r"[${}\\]", "", p.title) if not _COMMAND.search(p.title) else "",
    "words in braces": lambda p: re.sub(r"\b([A-Z]{2,})\b", r"{\1}", p.title) if "\\" not in p.title else "",
    "whole in braces": lambda p: f"{{{p.title}}}",
    "Greek letters spelt": lambda p: "".join(_GREEK.get(c, c) for c in rendered(p.title)),
    "HTML entities": lambda p: p.title.replace("&", "&amp;").replace("<", "&lt;").replace("'", "&#39;"),
    "italic tags": lambda p: f"<i>{p.title}</i>",
    "and for &": lambda p: re.sub(r" \\?& ", " and ", p.title),
    "& for and": lambda p: p.title.replace(" and ", " & "),
    "title (year)": lambda p: f"{p.title} ({p.year})" if p.year else "",
    "title year": lambda p: f"{p.title} {p.year}" if p.year else "",
    "title, year + 1": lambda p: f"{p.title}, {int(p.year) + 1}" if p.year else "",
    "title surname": lambda p: f"{p.title} {p.surname}" if p.surname else "",
    "surname title": lambda p: f"{p.surname} {p.title}" if p.surname else "",
    "surname et al. (year)": lambda p: f"{p.surname} et al. ({p.year}). {p.title}." if p.year and p.surname else "",
    "title by authors": lambda p: f"{p.title} by {p.authors}" if p.authors else "",
    "authors. title. year": lambda p: f"{p.authors}. {p.title}. {p.year}" if p.year and p.authors else "",
    "[id] title": lambda p: f"[{p.id}] {p.title}",
    "title arXiv:id": lambda p: f"{p.title} arXiv:{p.id}v1",
    "title.pdf": lambda p: f"{p.title}.pdf",
    "title: filter": lambda p: f'title:"{p.title}"' if not re.search('["“”]', p.title) else "",
    "title: filter, curly": lambda p: f"title:“{p.title.lower()}”" if not re.search('["“”]', p.title) else "",
    "TITLE: filter": lambda p: f'TITLE:"{_no_marks(p.title, " ")}"' if not _OWN.search(p.title) else "",
    "title and filter": lambda p: f"{p.title} year:{p.year}" if p.year else "",
}


def rendered(title: str) -> str:
    """The title as pages show it: TeX read by pylatexenc, superscripts as they are typed without TeX."""
    if not re.search(r"[\\$]", title) or _OWN.search(title):
        return title
    plain = re.sub(r"\\(?:text|math)(?:tt|sf|scr)", "", title)  # pylatexenc does not know them
    return re.sub(r"[\^_{}]", "", LatexNodes2Text(math_mode="text").latex_to_text(plain))


def rank(store: Store, paper: Made, text: str) -> int:
    """The place of the paper among those that a search for the text puts first; 0 when it is none of them."""
    ids = list(store.papers.ids(named_by(store, text)).values())
    return ids.index(paper.id) + 1 if paper.id in ids else 0


def _no_marks(title: str, instead: str) -> str:
    """Without marks; TeX as it is rendered, and signs of mathematics that are no key of a keyboard stay."""
    marks = (c for c in set(rendered(title)) if (c.isascii() or unicodedata.category(c)[0] == "P") and not c.isalnum())
    return rendered(title).translate({ord(c): instead for c in marks if not c.isspace()})


def _broken(title: str) -> str:
    """With the first long word broken at the end of a line."""
    return re.sub(r"(?<![\\a-z])([a-z]{4})([a-z]{3})", r"\1-\n\2", title, count=1)


def _stripped(title: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", title) if not unicodedata.combining(c))


def _tex(title: str, braces: bool) -> str:
    """The accents of a title written in TeX."""
    out: list[str] = []
    for char in title:
        base, *marks = unicodedata.normalize("NFD", char)
        if len(marks) == 1 and base.isascii() and marks[0] in _ACCENTS:
            sign = _ACCENTS[marks[0]]
            out.append(f"{{\\{sign}{{{base}}}}}" if braces or sign.isalpha() else f"\\{sign}{base}")
        else:
            out.append(char)
    return "".join(out)
