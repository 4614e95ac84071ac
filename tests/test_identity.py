"""Which mentions are of one work."""

from ingest.identity import id_of_work, names_of
from kg.papers import Mention

TITLED = Mention("a.md", 1, title="A Spline Theory of Deep Learning", authors=("Baraniuk",))


def test_names_from_surest_to_weakest() -> None:
    mention = Mention(
        "a.md",
        1,
        title="On Nets at Work",
        doi="10.1/x",
        urls=("http://proceedings.mlr.press/v80/a18a.html", "http://proceedings.mlr.press/v80/a18a/a18a.pdf"),
    )
    assert names_of(mention) == ["doi:10.1/x", "pmlr:v80/a18a", "title:on nets at work"]
    assert names_of(TITLED)[0] == "title:a spline theory of deep learning|baraniuk"


def test_a_short_title_is_a_name_only_with_author_and_year() -> None:
    assert names_of(Mention("a.md", 1, title="Kernel methods", authors=("Ann Bee",), year=2009)) == [
        "cited:kernel methods|bee|2009"
    ]


def test_ids_of_works_are_the_same_in_every_run() -> None:
    assert id_of_work(TITLED) == id_of_work(TITLED)
    assert id_of_work(TITLED).startswith("a-spline-theory-of-deep-learning-")
