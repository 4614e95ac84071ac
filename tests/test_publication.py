"""Where papers were published: journal references and DOIs as people and publishers write them."""

import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.exports.keys import key, keyed
from kg.exports.names import Name, parted
from kg.exports.publication import issued, publication
from kg.exports.references import read_journal_ref
from kg.exports.venues import of_doi
from kg.papers import Author, Paper

NEURIPS = "Advances in Neural Information Processing Systems"
# Reference -> kind, container, volume, number, pages, year, series.
READ = {
    "Phys.Rev.D71:104017,2005": ("article", "Phys.Rev.D", "71", None, "104017", "2005", None),
    "Phys. Rev. Lett. 120, 024102 (2018)": ("article", "Phys. Rev. Lett.", "120", None, "024102", "2018", None),
    "Nature 521, 436-444 (2015)": ("article", "Nature", "521", None, "436-444", "2015", None),
    "J. Mach. Learn. Res. 15 (2014) 1929-1958": (
        "article",
        "J. Mach. Learn. Res.",
        "15",
        None,
        "1929-1958",
        "2014",
        None,
    ),
    "PNAS July 24, 2019 116 (32)": ("article", "PNAS", "116", "32", None, "2019", None),
    "Neural Networks, Volume 119, November 2019, Pages 74-84": (
        "article",
        "Neural Networks",
        "119",
        None,
        "74-84",
        "2019",
        None,
    ),
    "Ann. of Math. (2) 180 (2014), no. 1, 1--47": ("article", "Ann. of Math. (2)", "180", "1", "1-47", "2014", None),
    "2011, MNRAS, 412, 2000": ("article", "MNRAS", "412", None, "2000", "2011", None),
    "Entropy 2019, 21(5), 456": ("article", "Entropy", "21", "5", "456", "2019", None),
    "J. Stat. Mech. (2008) P10008": ("article", "J. Stat. Mech.", None, None, "P10008", "2008", None),
    "JHEP 03 (2020) 123": ("article", "JHEP", "03", None, "123", "2020", None),
    "JHEP (2020) 03": ("article", "JHEP", "03", None, None, "2020", None),
    "JHEP (2020) 123456": ("article", "JHEP", None, None, "123456", "2020", None),
    "J. Stat. Mech. (2019) 124018": ("article", "J. Stat. Mech.", None, None, "124018", "2019", None),
    "Phys. Rev. E (2019) 012115": ("article", "Phys. Rev. E", None, None, "012115", "2019", None),
    "Inverse Problems (2020) 095005": ("article", "Inverse Problems", None, None, "095005", "2020", None),
    "Nature (2020) 521": ("article", "Nature", "521", None, None, "2020", None),
    "J. Stat. Mech. 2021 (2021) 124003": ("article", "J. Stat. Mech.", "2021", None, "124003", "2021", None),
    "Abstr. Appl. Anal. 2013 (2013) 123-130": ("article", "Abstr. Appl. Anal.", "2013", None, "123-130", "2013", None),
    "Proc. Conf. on Things 2021 (2021) 12-15": (
        "conference",
        "Proc. Conf. on Things 2021",
        None,
        None,
        "12-15",
        "2021",
        None,
    ),
    "PoS(LATTICE 2019)042": ("article", "PoS", "LATTICE 2019", None, "042", None, None),
    "Proc. IEEE 86(11), 2278-2324, 1998": ("article", "Proc. IEEE", "86", "11", "2278-2324", "1998", None),
    "AIP Conf. Proc. 1757, 020001 (2016)": ("article", "AIP Conf. Proc.", "1757", None, "020001", "2016", None),
    "IEEE Transactions on Computers, 2024": ("article", "IEEE Transactions on Computers", *[None] * 3, "2024", None),
    f"{NEURIPS} 31 (NeurIPS 2018)": ("conference", NEURIPS, "31", None, None, "2018", None),
    f"{NEURIPS} 30, pp. 5998-6008": ("conference", NEURIPS, "30", None, "5998-6008", None, None),
    "ICML 2019, PMLR 97:3519-3529": ("conference", "ICML", "97", None, "3519-3529", "2019", "PMLR"),
    "Published as a conference paper at ICLR 2018": ("conference", "ICLR", None, None, None, "2018", None),
    "Proceedings of the 34th International Conference on Machine Learning": (
        "conference",
        "Proceedings of the 34th International Conference on Machine Learning",
        *[None] * 5,
    ),
    "2016 IEEE Conference on Computer Vision and Pattern Recognition (CVPR), pp. 770-778": (
        "conference",
        "2016 IEEE Conference on Computer Vision and Pattern Recognition (CVPR)",
        None,
        None,
        "770-778",
        "2016",
        None,
    ),
    "ECCV 2014, LNCS 8689, pp. 818-833": ("conference", "ECCV", "8689", None, "818-833", "2014", "LNCS"),
    "Transactions of the ACL, vol 5, 2017": ("article", "Transactions of the ACL", "5", None, None, "2017", None),
    "SIGMOD Record 30(2), 2001": ("article", "SIGMOD Record", "30", "2", None, "2001", None),
    "LNCS 8689, pp. 818-833, 2014": ("chapter", "LNCS", "8689", None, "818-833", "2014", None),
}
UNREAD = [
    "arXiv preprint",
    "Submitted to JMLR",
    "to appear in Annals of Statistics",
    "Ph.D. thesis, MIT, 2010",
    "Bee et al. 2010, ApJ, 725, 2392",
    "In: A. Bee (ed.), Things, Springer, New York, 2014, pp. 257-312",
    "Machine Learning, 2020",
    "J. Nothing 2021 (2021)",  # is that a volume, or the year twice?
    "J. Nothing 2019, 21(5), 456 (2019)",
    "{J}. of Braces 12 (2014) 1-2",
    "J. Nothing 1, 2, 3, 4, 5",
    "x" * 400,
    ":;,.()",
]


@pytest.mark.parametrize(("text", "facts"), READ.items())
def test_references_are_taken_apart(text: str, facts: tuple[str | None, ...]) -> None:
    found = read_journal_ref(text)
    assert (
        found.kind,
        found.container,
        found.volume,
        found.number,
        found.pages,
        found.year,
        found.series,
    ) == facts
    assert found.note is None


@pytest.mark.parametrize("text", UNREAD)
def test_what_cannot_be_read_stays_whole(text: str) -> None:
    found = read_journal_ref(text)
    assert (found.kind, found.container, found.note) == ("other", None, text)


@pytest.mark.parametrize(
    "text",
    [
        "JHEP 1012:070,2010; Erratum-ibid.1102:044,2011",
        "SIGMA 7 (2011), 013, 9 pages",
        "Proc. ACM Symposium on Things (2020), pages 1-2. ACM, 2020",
        "Sensors 2019, 19(3), 546; https://doi.org/10.3390/s19030546",
    ],
)
def test_nothing_is_lost(text: str) -> None:
    found = read_journal_ref(text)
    assert found.container
    assert found.note == text


@given(st.text(st.sampled_from("JPrconf. ,:;()[]-/12019vVnop'\"{}"), max_size=80) | st.text(max_size=350))
def test_any_reference_is_read_or_kept(text: str) -> None:
    found = read_journal_ref(text)
    digits = re.findall(r"\d+", text)
    for part in (found.volume, found.number, found.pages, found.year):
        assert all(any(said in digit for digit in digits) for said in re.findall(r"\d+", part or ""))
    assert found.container or found.note == " ".join(text.split()) or not text.isprintable()


def test_real_references(shared: Path) -> None:
    """arXiv's own, from recorded answers: nine of ten are taken apart, none into a name that holds a number."""
    told = set[str]()
    for file in (shared / "reference" / "api-samples").glob("arxiv_*/*"):
        text = file.read_text(encoding="utf-8", errors="replace")
        told |= set(re.findall(r"<(?:arxiv:journal_ref|journal-ref)[^>]*>([^<&]+)<", text))
        told |= {json.loads(found) for found in re.findall(r'"journal_ref": ("(?:[^"\\]|\\.)*")', text)}
    read = [found for text in told if (found := read_journal_ref(text)).container]
    assert len(told) > 300
    assert len(read) > 0.92 * len(told)
    assert not [found for found in read if found.kind == "article" and re.search(r"\d{2}", found.container or "")]


@pytest.mark.parametrize(
    ("doi", "facts"),
    {
        "10.1109/CVPR.2016.90": (
            "conference",
            "IEEE Conference on Computer Vision and Pattern Recognition (CVPR)",
            "2016",
        ),
        "10.1109/TPAMI.2016.2577031": (
            "article",
            "IEEE Transactions on Pattern Analysis and Machine Intelligence",
            "2016",
        ),
        "10.18653/v1/P19-1001": (
            "conference",
            "Annual Meeting of the Association for Computational Linguistics (ACL)",
            "2019",
        ),
        "10.18653/v1/2020.acl-main.1": (
            "conference",
            "Annual Meeting of the Association for Computational Linguistics (ACL)",
            "2020",
        ),
        "10.18653/v1/2020.findings-emnlp.7": (
            "conference",
            "Findings of the Association for Computational Linguistics: EMNLP",
            "2020",
        ),
        "10.1609/aaai.v33i01.33019939": (
            "conference",
            "Proceedings of the AAAI Conference on Artificial Intelligence",
            "2019",
        ),
        "10.24963/ijcai.2018/578": (
            "conference",
            "International Joint Conference on Artificial Intelligence (IJCAI)",
            "2018",
        ),
        "10.1103/PhysRevLett.77.3865": ("article", "Physical Review Letters", None),
        "10.1016/j.neunet.2019.07.011": ("article", "Neural Networks", "2019"),
        "10.1007/s10955-017-1836-5": ("article", "Journal of Statistical Physics", "2017"),
        "10.1214/13-AOS1140": ("article", "Annals of Statistics", None),  # 2013 is when it came in
        "10.1038/s41467-017-00839-3": ("article", "Nature Communications", "2017"),
        "10.1098/rspa.2018.0129": ("article", "Proceedings of the Royal Society A", "2018"),
        "10.1371/journal.pone.0215309": ("article", "PLOS ONE", None),
        "10.1038/nature14539": ("article", "Nature", None),
    }.items(),
)
def test_a_doi_names_a_venue(doi: str, facts: tuple[str, str, str | None]) -> None:
    found = of_doi(doi)
    assert found
    assert (found.kind, found.container, found.year) == facts


@pytest.mark.parametrize(
    "doi",
    [
        "10.48550/arxiv.1806.07572",
        "10.18653/v1/w19-3211",  # a workshop, but which?
        "10.18653/v1/p19-4001",  # a tutorial
        "10.1145/3219819.3219826",
        "10.1109/unknown.2020.1",
        "10.1038/naturejobs.2017.1",
        "10.1038/nature",
        "10.1038/srepx1",
        "10.1016/j.neunet.2019.x",
        "10.1007/s10955-x",
        "10.1007/978-3-319-10590-1_53",
        "10.1/x",
        "",
    ],
)
def test_a_doi_that_says_nothing(doi: str) -> None:
    assert of_doi(doi) is None


def test_the_reference_is_believed_before_the_doi() -> None:
    aaai = Paper("x", doi="10.1609/aaai.v33i01.33019939", journal_ref="AAAI 2019", published="2018-11-02")
    found = publication(aaai)
    assert (found.container, found.number, issued(aaai, found)) == ("AAAI", "1", ("2019", None, None))
    whole = publication(Paper("x", doi="10.1038/nature14539", journal_ref="see the journal's page"))
    assert (whole.kind, whole.container, whole.note) == ("article", "Nature", "see the journal's page")


@pytest.mark.parametrize(
    ("doi", "year"),
    {
        "10.1109/TSP.2016.2546221": "2016",
        "10.1007/s10955-017-1836-5": "2017",
        "10.1016/j.neunet.2018.01.002": "2018",
        "10.1038/nature14539": "2015",  # says no year: arXiv's
    }.items(),
)
def test_the_year_is_the_dois_before_arxivs(doi: str, year: str) -> None:
    found = Paper("x", arxiv_id="1501.00001", doi=doi, published="2015-01-02")
    assert issued(found, publication(found)) == (year, None, None)
    printed = Paper("x", doi=doi, published="2015-01-02", journal_ref="Things 12 (2014) 1-2")
    assert issued(printed, publication(printed))[0] == "2014"


def test_a_preprint_and_a_work_of_which_nothing_is_known() -> None:
    preprint = Paper("1", arxiv_id="1", published="2018-06-20", comment="Accepted at ICML 2018 workshop")
    assert (publication(preprint).kind, issued(preprint, publication(preprint))) == ("preprint", ("2018", "06", "20"))
    other = Paper("w", published="2018-13-40")
    assert (publication(other).kind, issued(other, publication(other))) == ("other", ("2018", None, None))
    assert issued(Paper("w", published="long ago"), publication(other)) == (None, None, None)


@pytest.mark.parametrize(
    ("text", "name"),
    {
        "Ana María López": Name("López", "Ana María"),
        "Laurens van der Maaten": Name("Maaten", "Laurens", "van der"),
        "Guy Van den Broeck": Name("Van den Broeck", "Guy"),
        "Luc Van Gool": Name("Van Gool", "Luc"),
        "Ben Van Roy": Name("Van Roy", "Ben"),
        "Luc De Raedt": Name("De Raedt", "Luc"),
        "Nicola De Cao": Name("De Cao", "Nicola"),
        "L. Della Maggiora": Name("Della Maggiora", "L."),
        "Ran El Yaniv": Name("El Yaniv", "Ran"),
        "Van Gool": Name("Gool", "Van"),
        "Ying Da Wang": Name("Wang", "Ying Da"),
        "Minh Le Nguyen": Name("Nguyen", "Minh Le"),
        "Nguyen Van Linh": Name("Linh", "Nguyen Van"),
        "Kiet Van Nguyen": Name("Nguyen", "Kiet Van"),
        "Đào Van Long": Name("Long", "Đào Van"),
        "Weinan E": Name("E", "Weinan"),
        "Weinan E.": Name("Weinan E.", whole=True),
        "H. E": Name("H. E", whole=True),
        "Vinod P": Name("Vinod P", whole=True),
        "King Jr.": Name("King Jr.", whole=True),
        "Mishra et al.": Name("Mishra", whole=True),
        "Ann Bee, et al": Name("Bee", "Ann"),
        "et al. (3 additional authors not shown)": Name("", whole=True),
        "Martin L. King Jr.": Name("King", "Martin L.", "", "Jr."),
        "Zeyuan Allen-Zhu": Name("Allen-Zhu", "Zeyuan"),
        "OpenAI": Name("OpenAI", whole=True),
        "LIGO and Virgo Collaboration": Name("LIGO and Virgo Collaboration", whole=True),
        "Gemini Team": Name("Gemini Team", whole=True),
        "Bee, Ann": Name("Bee, Ann", whole=True),
        "Rajesh K.": Name("Rajesh K.", whole=True),
        "李明": Name("李明", whole=True),
        " ": Name("", whole=True),
    }.items(),
)
def test_names_in_parts(text: str, name: Name) -> None:
    assert parted(text) == name


def paper(id_: str, author: str, title: str, **more: str) -> Paper:
    return Paper(id_, title=title, authors=(Author("a", author),), published="2018-03-09", **more)


def test_a_key_is_of_the_paper_alone() -> None:
    lottery = paper("1803.03635", "Jonathan Frankle", "The Lottery Ticket Hypothesis: Finding", arxiv_id="1803.03635")
    other = paper("1903.01611", "Jonathan Frankle", "The Lottery Ticket Hypothesis at Scale", arxiv_id="1903.01611")
    far = paper("w-1", "Øystein Størmer", "On the β-functions of a")
    assert key(lottery) == key(other) == "frankle2018lotterytickethypothesis"
    assert key(far) == "stormer2018betafunctions"
    alone = dict((p.id, k) for k, p in keyed([lottery, far]))
    assert alone == {"1803.03635": key(lottery), "w-1": key(far)}
    for order in ([lottery, other, far], [other, far, lottery, other]):
        assert {p.id: k for k, p in keyed(order)} == {
            "1803.03635": "frankle2018lotterytickethypothesis-180303635",
            "1903.01611": "frankle2018lotterytickethypothesis-190301611",
            "w-1": "stormer2018betafunctions",
        }


def test_keys_without_latin_letters() -> None:
    assert key(paper("1803.03635", "李明", "论文", arxiv_id="1803.03635")) == "arxiv180303635"
    assert re.fullmatch("work[0-9a-f]{8}", key(paper("论文-1", "李明", "论文")))
    assert key(paper("x", "Li Ming", "论文")) == "ming2018"
    assert key(Paper("hep-th/9901001", title="Strings & Branes")) == "anonstringsbranes"


@pytest.mark.parametrize("sign", " ,;.")
def test_names_of_nothing_but_signs_take_no_time(sign: str) -> None:
    start = time.process_time()
    parted(f"Ann Bee{sign * 60_000}x")
    assert time.process_time() - start < 1
    assert parted("Ann Bee, et al.") == parted("Ann Bee")
