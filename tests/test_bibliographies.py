"""Papers written for reference managers, and read back by other programs: every field is what it was."""

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import bibtexparser
import pytest
import rispy
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON
from hypothesis import given
from hypothesis import strategies as st
from pybtex.database import Person, parse_string
from pylatexenc.latex2text import LatexNodes2Text

from kg.envelope import plain
from kg.exports import FORMATS
from kg.exports.bibtex import entries
from kg.exports.keys import keyed
from kg.exports.names import and_others, parted
from kg.exports.publication import issued, publication
from kg.exports.tex import tex
from kg.library import Library
from kg.papers import Author, Paper
from kg.text import squeezed
from tests.conftest import Run
from tests.examples import PAPERS

Record = dict[str, Any]
FIELDS = "key kind title authors container series volume number pages year note doi url arxiv".split()
TEXTS = {"title", "container", "series", "note"}
KINDS = {
    "bibtex": {"article": "article", "inproceedings": "conference", "incollection": "chapter"},
    "ris": {"JOUR": "article", "CONF": "conference", "CHAP": "chapter", "UNPB": "preprint", "GEN": "other"},
    "csl-json": {
        "article-journal": "article",
        "paper-conference": "conference",
        "chapter": "chapter",
        "article": "preprint",
        "document": "other",
    },
}


def written(paper: Paper, key: str) -> Record:
    """What every bibliography is to say of a paper."""
    published = publication(paper)
    people = [parted(author.name) for author in paper.authors]
    return {
        "key": key,
        "kind": published.kind,
        "title": squeezed(paper.name),
        "authors": [(name.surname, name.given, name.suffix) for name in people if name.family],
        "container": published.container,
        "series": published.series,
        "volume": published.volume,
        "number": published.number,
        "pages": published.pages,
        "year": issued(paper, published)[0],
        "note": published.note,
        "doi": paper.doi,
        "url": paper.url,
        "arxiv": paper.arxiv_id,
    }


def from_bibtex(text: str) -> list[Record]:
    """By bibtexparser (fields) and pybtex (names), which must agree on everything; TeX read by pylatexenc."""
    library, other = bibtexparser.parse_string(text), parse_string(text, "bibtex") if text else None
    assert not library.failed_blocks
    found = []
    for entry in library.entries:
        assert other
        twin = other.entries[entry.key]
        fields = {name: field.value for name, field in entry.fields_dict.items()}
        assert {n: v for n, v in fields.items() if n not in {"author", "month"}} == {
            n: v for n, v in twin.fields.items() if n != "month"
        }
        assert twin.type == entry.entry_type
        persons = [one for one in twin.persons.get("author", []) if str(one) != "others"]
        said = {name: plain_text(value) for name, value in fields.items() if name not in {"doi", "url", "eprint"}}
        found.append(
            {
                "key": entry.key,
                "kind": KINDS["bibtex"].get(entry.entry_type, "preprint" if "eprint" in fields else "other"),
                "authors": [person(one) for one in persons],
                "container": said.get("journal") or said.get("booktitle"),
                "pages": said.get("pages"),
                "arxiv": fields.get("eprint"),
                **{name: said.get(name) for name in ("title", "series", "volume", "number", "year", "note")},
                **{name: fields.get(name) for name in ("doi", "url")},
            }
        )
    return found


def plain_text(value: str) -> str:
    return as_typed(str(LatexNodes2Text(math_mode="verbatim").latex_to_text(value)))


def as_typed(text: str) -> str:
    """Text with the dashes and quotation marks that TeX makes of these as they are typed."""
    for pattern, sign in (("ˆ", "^"), ("---?|[–—]", "-"), ("``|''|[“”]", '"'), ("[`‘’]", "'")):
        text = re.sub(pattern, sign, text)
    return text


def person(one: Person) -> tuple[str, str, str]:
    parts = ([*one.prelast_names, *one.last_names], [*one.first_names, *one.middle_names], one.lineage_names)
    family, given, suffix = (plain_text(" ".join(part)) for part in parts)
    return family, given, suffix


def from_ris(text: str) -> list[Record]:
    found = []
    for record in rispy.loads(text):
        pages = "-".join(record[name] for name in ("start_page", "end_page") if name in record)
        found.append(
            {
                "key": record["id"],
                "kind": KINDS["ris"][record["type_of_reference"]],
                "title": record["title"],
                "authors": [ris_name(name) for name in record.get("authors", [])],
                "container": record.get("secondary_title"),
                "series": record.get("tertiary_title"),
                "pages": pages or None,
                "note": next(iter(record.get("notes", [])), None),
                "url": next(iter(record.get("urls", [])), "").replace("%3B", ";") or None,
                "arxiv": record.get("accession_number", "").removeprefix("arXiv:") or None,
                **{name: record.get(name) for name in ("volume", "number", "year", "doi")},
            }
        )
    return found


def ris_name(name: str) -> tuple[str, str, str]:
    parts = parted(name) if name.count(",") > 2 else None
    family, given, suffix = (*([name] if parts else name.split(", ")), "", "")[:3]
    return family, given, suffix


def from_csl(text: str) -> list[Record]:
    found = []
    for item in json.loads(text):
        number, dated = item.get("number", ""), item.get("issued", {}).get("date-parts", [[None]])[0][0]
        found.append(
            {
                "key": item["id"],
                "kind": KINDS["csl-json"][item["type"]],
                "title": item["title"],
                "authors": [csl_name(one) for one in item.get("author", [])],
                "year": str(dated).zfill(4) if dated is not None else None,
                "arxiv": number.removeprefix("arXiv:") or item.get("archive_location"),
                "container": item.get("container-title"),
                "series": item.get("collection-title"),
                "number": item.get("issue"),
                "pages": item.get("page"),
                "doi": item.get("DOI"),
                "url": item.get("URL"),
                **{name: item.get(name) for name in ("volume", "note")},
            }
        )
    return found


def csl_name(one: dict[str, str]) -> tuple[str, str, str]:
    if "literal" in one:
        return one["literal"], "", ""
    family = f"{one.get('non-dropping-particle', '')} {one['family']}".strip()
    return family, one.get("given", ""), one.get("suffix", "")


READERS: dict[str, Callable[[str], list[Record]]] = {"bibtex": from_bibtex, "ris": from_ris, "csl-json": from_csl}


def compare(format_: str, papers: Sequence[Paper], fields: Sequence[str] = FIELDS) -> None:
    back = READERS[format_](FORMATS[format_].write(papers))
    expected = [written(paper, key) for key, paper in keyed(papers)]
    if format_ == "bibtex":
        expected = [{n: as_typed(v) if n in TEXTS and v else v for n, v in one.items()} for one in expected]
    assert [{n: one[n] for n in fields} for one in back] == [{n: one[n] for n in fields} for one in expected]


def made(record: dict[str, Any]) -> Paper:
    """A paper from a record of arXiv's."""
    authors = tuple(Author(f"a-{place}", name) for place, name in enumerate(record["authors"]))
    known = {name: record.get(name) for name in ("title", "abstract", "published", "doi", "journal_ref", "comment")}
    address = f"https://arxiv.org/abs/{record['id']}"
    categories = tuple(record.get("categories") or ())
    return Paper(record["id"], record["id"], authors=authors, categories=categories, url=address, **known)


PEOPLE = tuple(
    Author(name, name)
    for name in (
        "Ana López",
        "Laurens van der Maaten",
        "Martin L. King Jr.",
        "OpenAI",
        "LIGO and Virgo Collaboration",
        "李明",
        "A_B & Co. Team",
    )
)
SUITE = [
    *map(made, PAPERS),
    Paper(
        "w-1", title="A & B: 50% of C_2, #3 ~ x^2", authors=PEOPLE, published="2018", url="https://x.org/a;b?c=1&d_e#f"
    ),
    Paper("1", "1905.00001", title="In a meeting", authors=PEOPLE[:2], journal_ref="ICML 2019, PMLR 97:3519-3529"),
    Paper("2", "1905.00002", title="By DOI", authors=PEOPLE[:1], published="2015-12-10", doi="10.1109/CVPR.2016.90"),
    Paper("3", "1905.00003", title="In a book", journal_ref="LNCS 8689, pp. 818-833, 2014"),
    Paper("4", "1905.00004", title="Unclear", published="2019-05-01", journal_ref="Bee et al. 2010, ApJ & co. 725_1"),
    Paper("bare"),
]


@pytest.mark.parametrize("format_", READERS)
def test_every_field_comes_back(format_: str) -> None:
    compare(format_, SUITE)
    assert READERS[format_](FORMATS[format_].write([])) == []


@pytest.mark.parametrize("format_", READERS)
def test_a_paper_given_twice_is_written_once(format_: str) -> None:
    assert FORMATS[format_].write([*SUITE, *SUITE]) == FORMATS[format_].write(SUITE)
    assert list(entries(SUITE)) == [paper.id for paper in SUITE]


@pytest.mark.parametrize(
    ("names", "bibtex", "ris", "csl"),
    [
        (["Ann Bee", "et al."], "Bee, Ann and others", ["Bee, Ann"], ["Bee"]),
        (["Mishra et al.", "Luc Van Gool"], "{Mishra} and Van Gool, Luc and others", ["Mishra", "Van Gool, Luc"], None),
        (["et al. (3 additional authors not shown)"], None, None, None),
        (["others"], "{others}", ["others"], None),
    ],
)
def test_et_al_is_no_author(names: list[str], bibtex: str | None, ris: list[str] | None, csl: list[str] | None) -> None:
    paper = Paper("x", title="T", authors=tuple(Author("a", name) for name in names))
    entry = bibtexparser.parse_string(FORMATS["bibtex"].write([paper])).entries[0]
    assert (entry.fields_dict["author"].value if bibtex else entry.get("author")) == bibtex
    assert next(iter(rispy.loads(FORMATS["ris"].write([paper])))).get("authors") == ris
    people = json.loads(FORMATS["csl-json"].write([paper]))[0].get("author", [])
    assert [one.get("family", one.get("literal")) for one in people] == (
        csl if csl else [name.split(",")[0] for name in ris or []]
    )


def test_papers_named_in_a_list_with_commas(run: Run, library: Library, tmp_path: Path) -> None:
    named = tmp_path / "named.txt"
    named.write_text("# two papers, 9999.99999\n1806.07572, 1803.03635;\n , \n  # 9999.99998\n", encoding="utf-8")
    result = run("export", "--ids", str(named), "--format", "jsonl")
    assert [json.loads(line)["id"] for line in result.out.splitlines()] == ["1806.07572", "1803.03635"]
    named.write_text("1806.07572, nope", encoding="utf-8")
    result = run("export", "--ids", str(named))
    assert (result.code, result.out) == (1, "")
    assert "not in the library: nope; leave" in result.err
    named.write_text("# none\n", encoding="utf-8")
    assert "names no paper" in run("export", "--ids", str(named)).err


@pytest.mark.parametrize("format_", ["bibtex", "gexf"])
def test_a_filter_that_names_nothing_is_told(run: Run, library: Library, format_: str) -> None:
    searched = run("search", "list:nope", "--mode", "keyword")
    exported = run("export", "list:nope", "--format", format_)
    hint = 'note: No list is called "nope".'
    assert hint in searched.err
    assert hint in exported.err
    assert ("the export is empty" in exported.err) is (format_ == "bibtex")


def test_a_query_exports_what_has_any_of_its_words(run: Run, library: Library) -> None:
    one, other = (run("export", word, "--format", "jsonl").out.splitlines() for word in ("lottery", "kernel"))
    both = run("export", "lottery zebra kernel", "--format", "jsonl").out.splitlines()
    assert one
    assert other
    assert set(both) == {*one, *other}
    assert "at least one of the words" in squeezed(run("export", "--help").out)


def test_csl_is_set_by_a_processor() -> None:
    """citeproc-py reads every item, and sets the published ones with their venue."""
    bibliography = CitationStylesBibliography(
        CitationStylesStyle("harvard-cite-them-right", validate=False),
        CiteProcJSON(json.loads(FORMATS["csl-json"].write(SUITE))),
        formatter.plain,
    )
    for key, _ in keyed(SUITE):
        bibliography.register(Citation([CitationItem(key)]))
    lines = [str(line) for line in bibliography.bibliography()]
    assert len(lines) == len(SUITE)
    assert any("Belkin" in line and "PNAS" in line and "116" in line for line in lines)
    assert any("(2019)" in line and "ICML" in line and "3519" in line for line in lines)


def test_tables_come_back() -> None:
    papers = [*SUITE, Paper("x", title="=1+1", abstract='two\nlines, "quoted"; and more')]
    rows = list(csv.DictReader(io.StringIO(FORMATS["csv"].write(papers), newline="")))
    for row, paper in zip(rows, papers, strict=True):
        for name, cell in row.items():
            value = getattr(paper, name)
            if isinstance(value, tuple):
                value = "; ".join(getattr(one, "name", one) for one in value)
            assert cell.removeprefix("'") == ("" if value is None else str(value))
    lines = FORMATS["jsonl"].write(papers).splitlines()
    assert list(map(json.loads, lines)) == [json.loads(json.dumps(plain(paper))) for paper in papers]


NASTY = st.text(max_size=30) | st.text(
    st.sampled_from("{}$\\%&#_~^\"',;@ =\n\0\r\u202e\u2028\ufeffabAB-.\u0301漢"), max_size=30
)
NAMES = NASTY | st.sampled_from(
    ["A and B", "others", "Bee, A.", "{", "von der Tann", "Ann van Bee Jr.", "  ", "et al.", "Bee et al.", "Bee Jr."]
)
HOSTILE = st.builds(
    Paper,
    id=st.text(min_size=1, max_size=9),
    title=NASTY | st.none(),
    abstract=NASTY | st.none(),
    authors=st.lists(st.builds(Author, st.just("a"), NAMES), max_size=5).map(tuple),
    published=st.sampled_from([None, "2018", "2018-06", "2018-06-20", "soon"]),
    journal_ref=NASTY | st.sampled_from([None, "Nature 521, 436-444 (2015)", "ICML 2019, PMLR 97:1-2"]),
    doi=st.sampled_from([None, "10.1/x_y%z(1)", "10.1038/nature14539"]),
    url=st.none() | NASTY.map(lambda text: f"https://x.org/{text}"),
    categories=st.lists(NASTY.filter(str.strip), max_size=2).map(tuple),
)


@given(st.lists(HOSTILE, max_size=4))
def test_nothing_breaks_out_of_bibtex(papers: list[Paper]) -> None:
    text = FORMATS["bibtex"].write(papers)
    library = bibtexparser.parse_string(text)
    assert not library.failed_blocks
    known = dict(keyed(papers))
    assert [entry.key for entry in library.entries] == list(known)
    assert all(re.fullmatch(r"[a-z0-9-]+", key) for key in known)
    other = parse_string(text, "bibtex") if text else None
    for entry in library.entries:
        paper = known[entry.key]
        assert entry.fields_dict["title"].value == "{" + tex(paper.name) + "}"
        people = [name for author in paper.authors if (name := parted(author.name)).family]
        more = bool(people) and any(and_others(author.name) for author in paper.authors)
        assert other
        assert len(other.entries[entry.key].persons.get("author", [])) == len(people) + more


@given(st.lists(HOSTILE, max_size=4))
def test_hostile_papers_in_the_other_formats(papers: list[Paper]) -> None:
    expected = [written(paper, key) for key, paper in keyed(papers)]
    for format_ in ("ris", "csl-json"):
        back = READERS[format_](FORMATS[format_].write(papers))
        names = ("key", "kind", "title", "container", "volume", "pages", "year", "doi")
        assert [[one[n] for n in names] for one in back] == [[one[n] for n in names] for one in expected]
        assert [len(one["authors"]) for one in back] == [len(one["authors"]) for one in expected]
    assert len(list(csv.reader(io.StringIO(FORMATS["csv"].write(papers), newline="")))) == len(papers) + 1
    assert len(FORMATS["jsonl"].write(papers).split("\n")) == len(papers) + 1


@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Mn"), exclude_characters="{}$\\ˆ`"), max_size=60))
def test_tex_says_what_the_text_says(text: str) -> None:
    assert plain_text(tex(text)).split() == as_typed(squeezed(text)).split()


@pytest.mark.parametrize(
    ("text", "said"),
    {
        r"$x_1$ & y_2": r"$x_1$ \& y\_2",
        r"\emph{so} 50\% of \$5": r"\emph{so} 50\% of \$5",
        "costs $5": r"costs \$5",
        "$$a_b$$ x_y": r"$$a_b$$ x\_y",
        "$50%$": r"$50\%$",
        "ends in \\": r"ends in \textbackslash{}",
        "{C}lean {{x}}": "{C}lean {{x}}",
        "x}}, note={y": r"x\rbrace{}\rbrace{}, note=\lbrace{}y",
        r"$\{0,1$": r"$\lbrace{}0,1$",
        r"$\{0,1\}$": r"$\{0,1\}$",
        r"\{ and }": r"\lbrace{} and \rbrace{}",
        "a break" + r"\\": "a break" + r"\\ ",
        r"\\{x}": r"\\\lbrace{}x\rbrace{}",
        "two\r\nlines\0": "two lines",
    }.items(),
)
def test_signs_of_tex(text: str, said: str) -> None:
    assert tex(text) == said


@pytest.mark.parametrize("format_", READERS)
def test_a_collaboration_of_three_thousand(format_: str) -> None:
    names = (f"Ann B{'aceghiklmn'[n % 10]}{'opqrstuvwx'[n // 10 % 10]}{n // 100:b}" for n in range(3000))
    people = tuple(Author(str(n), name.translate({48: "y", 49: "z"})) for n, name in enumerate(names))
    compare(format_, [Paper("1", "1207.7214", title="A boson", authors=people)])


@pytest.mark.parametrize("format_", READERS)
def test_real_records_come_back(format_: str, shared: Path) -> None:
    lines = (shared / "data" / "seed_papers.jsonl").read_text(encoding="utf-8").splitlines()
    papers = [made(json.loads(line)) for line in lines]
    compare(format_, papers, [name for name in FIELDS if format_ != "bibtex" or name != "title"])
    simple = [paper for paper in papers if not re.search(r"[\\{}$]", paper.name)]
    assert len(simple) > 300
    compare(format_, simple)
