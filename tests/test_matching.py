"""Which offers of a service are taken for a work, by which rule, and which are only near."""

import pytest

from ingest.matching import Offered, Stated, best, judge, stated
from kg.papers import Mention

TICKET = "The Lottery Ticket Hypothesis: Finding Sparse, Trainable Neural Networks"


def work(title: str, *authors: str, year: int | None = None) -> Stated:
    return Stated((title,), authors, year)


@pytest.mark.parametrize(
    ("said", "offered", "rule", "confidence"),
    [
        (work(TICKET, "Frankle"), Offered(TICKET.upper(), ("Jonathan Frankle",)), "equal title and author", 0.99),
        (work(TICKET, "J. Frankel"), Offered(TICKET, ("Jonathan Frankle",)), "equal title and author", 0.99),
        (work(TICKET), Offered(TICKET, ("Jonathan Frankle",)), "equal title", 0.95),
        (work(TICKET, year=2019), Offered(TICKET, year=2018), "equal title", 0.95),
        (
            work("Nonlinear approximation and (deep) ReLU nets"),
            Offered("Nonlinear Approximation and (Deep) ReLU Networks", ("I. Daubechies",), 2019),
            "equal title but for abbreviations",
            0.85,
        ),
        (
            work("Compressing networks with the information bottelneck", "Dai"),
            Offered("Compressing Networks with the Information Bottleneck", ("Bin Dai", "Chen Zhu")),
            "misspelt title, equal author",
            0.9,
        ),
        (
            work("Small ReLU networks are powerful memorizers", "C. Yun", "S. Sra", year=2019),
            Offered(
                "Small ReLU networks are powerful memorizers: a tight analysis", ("Chulhee Yun", "Suvrit Sra"), 2018
            ),
            "title without its subtitle, all authors",
            0.9,
        ),
        (
            work("Nearly-tight VC bounds for piecewise linear networks", "N. Bee", "C. Dee", "A. Fox"),
            Offered(
                "Nearly-tight VC and pseudodimension bounds for piecewise linear networks", ("N Bee", "C Dee", "A Fox")
            ),
            "shortened title, three authors",
            0.8,
        ),
    ],
)
def test_what_agrees_is_taken(said: Stated, offered: Offered, rule: str, confidence: float) -> None:
    verdict = judge(said, offered)
    assert verdict is not None
    assert (verdict.rule, verdict.confidence) == (rule, confidence)


@pytest.mark.parametrize(
    ("said", "offered"),
    [
        (work(TICKET, "Ann Bee"), Offered(TICKET, ("Jonathan Frankle",))),
        (work(TICKET, year=2008), Offered(TICKET, year=2018)),
        (work("A Spline Theory of Deep Learning"), Offered("A Spline Theory of Deep Networks")),
        (
            work("Are ResNets better than linear maps?", "Shamir"),
            Offered("Are deep ResNets better than linear maps?", ("Shamir",)),
        ),
        (
            work("Mean field analysis of neural networks", "Sirig", "Spil"),
            Offered("Mean field analysis of deep neural networks", ("J. Sirig", "K. Spil")),
        ),
        (
            work("A theory of supervised learning from noise", "Bee"),
            Offered("A theory of unsupervised learning from noise", ("Ann Bee",)),
        ),
        (
            work("Small ReLU nets memorize", "Bee"),
            Offered("Small ReLU nets memorize: a tight analysis", ("Ann Bee", "Carl Dee")),
        ),
        (work("Deep learning"), Offered("Deep learning for everything")),
        (
            work("The lottery ticket hypothesis, part one", "Bee"),
            Offered("The lottery ticket hypothesis, part two", ("Bee",)),
        ),
        (Stated(), Offered(TICKET)),
    ],
)
def test_what_is_only_near_is_not(said: Stated, offered: Offered) -> None:
    assert judge(said, offered) is None


def test_the_surest_offer_is_taken_and_none_of_two_that_are_equally_sure() -> None:
    said = work("Networks at work and play", "Bee", "Dee")
    whole = Offered("Networks at work and play: a survey", ("A. Bee", "C. Dee"))
    equal = Offered("Networks at Work and Play", ("A. Bee",))
    assert best(said, [("longer", whole), ("equal", equal)]) is not None
    assert best(said, [("longer", whole), ("equal", equal)])[0] == "equal"  # type: ignore[index]
    assert best(said, [("one", equal), ("other", equal)]) is None
    assert best(said, []) is None


def test_titles_are_read_from_texts_and_addresses() -> None:
    said = stated(
        [
            Mention(
                "a.md", 1, link_text="svcca", urls=("http://papers.nips.cc/paper/7188-svcca-singular-vector-analysis",)
            ),
            Mention("b.md", 1, title="SVCCA: Singular Vector Analysis", year=2017),
            Mention("b.md", 2, title="Too short"),
        ]
    )
    assert [title.lower().replace(":", "") for title in said.titles] == ["svcca singular vector analysis"]
    assert said.year == 2017


def test_an_address_of_pmlr_names_author_and_year() -> None:
    said = stated(
        [Mention("a.md", 1, title="Wide nets at work", urls=("http://proceedings.mlr.press/v80/dai18d.html",))]
    )
    assert (said.authors, said.year) == (("dai",), 2018)


def test_a_file_name_of_cvf_names_the_beginning_of_the_title_and_the_first_author() -> None:
    url = "http://openaccess.thecvf.com/content_ECCV_2018/papers/Chenxi_Liu_Progressive_Neural_Architecture_ECCV_2018_paper.pdf"
    said = stated([Mention("a.md", 1, link_text="progressive nas", urls=(url,))])
    assert ("Progressive Neural Architecture", "Liu") in said.asked
    right = Offered("Progressive Neural Architecture Search", ("Chenxi Liu", "Barret Zoph"), 2017)
    verdict = judge(said, right)
    assert verdict is not None
    assert verdict.confidence == 0.85
    assert judge(said, Offered(right.title, ("Ann Bee", "Chenxi Liu"), 2017)) is None
    assert judge(said, Offered(right.title, right.authors, 2021)) is None
