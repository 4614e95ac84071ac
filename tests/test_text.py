"""Bytes to text: encodings, compression, and what is refused."""

import gzip

import pytest

from ingest.readers import parse_document
from ingest.text import decoded
from kg.errors import DocumentError


def test_encodings() -> None:
    for content in (
        "Müller\n".encode(),
        "\ufeffMüller\n".encode(),
        "Müller\n".encode("cp1252"),
        "Müller\n".encode("utf-16"),
    ):
        assert decoded(content) == "Müller\n"


def test_a_text_file_with_markdown_in_it_is_read_as_markdown() -> None:
    assert parse_document("list.txt", b"# A\n\n- [x](https://arxiv.org/abs/1806.07572)\n").title == "A"
    assert parse_document("LIST.MD", b"# A\n").title == "A"
    assert parse_document("https://example.org/raw?file=x", b"# A\n").title == "A"


def test_gzipped_documents_are_read() -> None:
    assert parse_document("list.md.gz", gzip.compress(b"# A\n")).title == "A"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.md", b"", "empty"),
        ("a.md", b" \n\t\n", "empty"),
        ("a.txt", b"%PDF\0\x01", "binary"),
        ("a.docx", b"words", "format"),
        ("a.md.gz", b"not gzip", "unpacked"),
        ("a.md.gz", gzip.compress(b"# A\n")[:-9], "unpacked"),
    ],
)
def test_what_cannot_be_read_says_why(name: str, content: bytes, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        parse_document(name, content)
