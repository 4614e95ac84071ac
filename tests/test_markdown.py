"""Markdown to blocks: what is text, what is a link, where it stands."""

from ingest.blocks import Block
from ingest.readers.markdown import looks_like_markdown, parse_markdown


def texts(markdown: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in parse_markdown(markdown).blocks]


def only_block(markdown: str) -> Block:
    (block,) = parse_markdown(markdown).blocks
    return block


def test_headings_items_and_text_with_their_lines() -> None:
    blocks = parse_markdown("# A\n\ntext\nmore\n\n## B\n\n- one\n  - two\n\n    again\n- three\n").blocks
    assert [(b.kind, b.text, b.line, b.level, b.parent) for b in blocks] == [
        ("heading", "A", 1, 1, None),
        ("text", "text more", 3, 0, None),
        ("heading", "B", 6, 2, None),
        ("item", "one", 8, 1, None),
        ("item", "two", 9, 2, 3),
        ("text", "again", 11, 0, 4),
        ("item", "three", 12, 1, None),
    ]


def test_links_know_their_place_and_line() -> None:
    block = only_block("see [a *b*](http://x.org/1)\nand <http://x.org/2>, http://x.org/3.")
    assert [(link.url, link.text, link.line) for link in block.links] == [
        ("http://x.org/1", "a b", 1),
        ("http://x.org/2", "http://x.org/2", 2),
        ("http://x.org/3", "http://x.org/3", 2),
    ]
    assert block.text[block.links[0].start : block.links[0].end] == "a b"


def test_a_tab_in_a_link_text_is_a_space() -> None:
    assert only_block("[over\tparametrized](http://x.org)").links[0].text == "over parametrized"


def test_reference_links_and_double_brackets() -> None:
    block = only_block("[[paper]][p] and [[pdf]](http://x.org/b)\n\n[p]: http://x.org/a\n")
    assert [(link.text, link.url) for link in block.links] == [
        ("[paper]", "http://x.org/a"),
        ("[pdf]", "http://x.org/b"),
    ]


def test_front_matter_gives_the_title_and_is_no_text() -> None:
    parsed = parse_markdown("---\ntitle: 'My notes'\npermalink: /x/\n---\n\n# First\n")
    assert parsed.title == "My notes"
    assert [block.text for block in parsed.blocks] == ["First"]
    assert parsed.blocks[0].line == 6


def test_the_first_heading_is_the_title_where_nothing_says_it() -> None:
    assert parse_markdown("text\n\n## Second level\n").title == "Second level"
    assert parse_markdown("text only").title is None


def test_comments_liquid_images_and_code_are_no_text() -> None:
    markdown = (
        '<!-- [a](http://x.org/a)\n\n[b](http://x.org/b) --->\n\n{% include image url="http://x.org/c" %}\n\n'
        "![d](http://x.org/d) text <!-- [e](http://x.org/e) -->\n\n```\n[f](http://x.org/f)\n```\n"
    )
    (block,) = [block for block in parse_markdown(markdown).blocks if block.text.strip()]
    assert block.text.strip() == "text"
    assert block.links == ()


def test_brackets_in_maths_are_no_links() -> None:
    assert only_block("$[a](b) + x^2$ and [c](http://x.org)").links[0].text == "c"


def test_a_row_of_a_table_is_one_item() -> None:
    blocks = parse_markdown("| Title | Link |\n|---|---|\n| Wide nets | [pdf](http://x.org) |\n").blocks
    assert [(b.kind, b.text, b.line) for b in blocks] == [
        ("item", "Wide nets | pdf", 3),
    ]
    assert blocks[0].links[0].url == "http://x.org"
    assert [cell.column for cell in blocks[0].cells] == ["title", "link"]


def test_footnotes_are_text() -> None:
    assert ("text", "see http://x.org") in texts("word[^1]\n\n[^1]: see http://x.org\n")


def test_emphasis_is_remembered() -> None:
    block = only_block("Ann Bee. *ICLR 2022*")
    ((start, end),) = block.emphasised
    assert block.text[start:end] == "ICLR 2022"


def test_what_looks_like_markdown() -> None:
    assert looks_like_markdown("# Heading\n")
    assert looks_like_markdown("a [link](https://x.org)")
    assert not looks_like_markdown("Slides\n\n- Title. Ann Bee. ICML 2018\n# no\n"[:30])
