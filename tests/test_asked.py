"""Anything may be asked: the search answers or says why not, by every door, in time that grows with the text."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.filters import MODES, Search
from kg.library import Library
from search.query import MOST_NOTES, parse
from tests.conftest import Run
from webapp import create_app

HOSTILE = {
    "empty": "",
    "spaces": " \n\t ",
    "nul": "wide\0nets",
    "controls": "".join(map(chr, range(32))) + "\x7f\x80\x9f",
    "surrogates": "wide \ud800 nets \udfff",
    "lone quote": '"',
    "unbalanced": 'wide "nets and "kernels" "',
    "thousand quotes": '"' * 1000,
    "thousand and one quotes": '"' * 1001,
    "curly quotes": "“wide „nets” «of»",
    "operators": "AND OR NOT NEAR ^ * + : ( ) { } - -- \" '",
    "fts": 'NEAR(wide nets, 2) title: wide* {title abstract} : "x" + "y" ^wide NOT AND OR',
    "parentheses": "(" * 5000 + "wide" + ")" * 5000,
    "minuses": "-" * 5000,
    "colons": ":" * 5000,
    "emoji": "🤗 -🦆 “🌳 🌳”",
    "right to left": "שלום \u202eעולם مرحبا",
    "sql": "'; DROP TABLE papers; -- \" OR 1=1 /* */ %_\\",
    "html": "<script>alert(1)</script> &lt;b&gt; <img src=x onerror=alert(1)>",
    "template": "{{ 7*7 }} {% raw %} ${x} %s %n",
    "filters": " ".join(f"author:a{place}" for place in range(10_000)),
    "unknown filters": " ".join(f"f{'abcdefghij'[place % 10] * (1 + place // 10)}:x" for place in range(1000)),
    "empty filters": 'author: title:"" year: cat:"  " topic: list:" id:',
    "signs in filters": "author:... title:!!! cat:* list:% topic:_ id:' year:..",
    "bad years": "year:soon year:2020..2018 year:>x year:99999999999999999999 year:²⁰¹⁹ year:-2019",
    "100 kB of words": "wide nets " * 10_000,
    "100 kB of one word": "w" * 100_000,
    "100 kB in quotes": '"' + "wide nets " * 10_000 + '"',
    "100 kB of a value": 'title:"' + "wide nets " * 10_000 + '"',
    "100 kB of excluded": "-wide " * 17_000,
    "100 kB of emoji": "🦆" * 25_000,
    "100 kB of backslashes": "\\alpha{" * 14_000,
    "2 kB of backslashes": "\\c{" * 660,
    "2 kB of tags": "<i x" * 490,
    "2 kB of entities": "&amp;" * 390,
    "80 words": "wide nets " * 40,
}
PIECES = [
    *"\"()[]{}<>-+*^:;,.\\$&%_'“”«»：－＂\0\n\t ",
    "author:",
    "year:2018..",
    "-title:",
    "AND",
    "NOT",
    "wide",
    "é",
    "🦆",
    "\ud800",
    "中",
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", HOSTILE)
def test_the_library_answers(library: Library, name: str, mode: str) -> None:
    start = time.perf_counter()
    answer = library.search(Search(HOSTILE[name], mode))  # type: ignore[arg-type]
    library.selection(HOSTILE[name], Search().scope)
    assert time.perf_counter() - start < 3.0
    assert answer.results or answer.notes or answer.count == 0
    assert len(answer.notes) <= MOST_NOTES + 3
    assert all(len(note) < 300 and note.isprintable() for note in answer.notes)


@pytest.fixture
def client(library: Library) -> FlaskClient:
    return create_app(library).test_client()


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("path", ["/", "/search.json", "/api/v1/search"])
def test_pages_and_the_api_answer(client: FlaskClient, name: str, path: str) -> None:
    text = HOSTILE[name].encode(errors="surrogatepass").decode(errors="replace")
    answer = client.get(path, query_string={"q": text})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert "onerror=alert(1)>" not in answer.text or path != "/"


@pytest.mark.parametrize("name", [name for name in HOSTILE if HOSTILE[name].strip()])
def test_the_command_answers(library: Library, run: Run, tmp_path: Path, name: str) -> None:
    result = run("search", "--data", tmp_path / "data", "--mode", "keyword", "--json", "--", HOSTILE[name])
    assert result.code == 0
    assert '"results"' in result.out
    assert "Traceback" not in result.err


@pytest.fixture(scope="module")
def asked() -> Iterator[Library]:
    from kg.config import Config

    library = Library(Config(data=Path("nowhere")))
    yield library
    library.close()


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(max_size=200))
def test_any_mixture_is_a_query(asked: Library, text: str) -> None:
    asked.search(Search(text, "keyword"))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_no_word_is_lost_and_notes_are_short(text: str) -> None:
    query = parse(text)
    kept = " ".join([query.text, *query.terms.excluded, *map(str, query.filters), *query.notes])
    assert all(word in kept for word in ("wide", "é", "中") if word in text)
    assert len(query.notes) <= MOST_NOTES + 1
    assert all(len(note) < 300 for note in query.notes)
    assert parse(text) == query


@pytest.mark.parametrize(
    "unit", ['"', "(", "-", ":", "author:", 'title:"', "-a ", "a:b ", "\\c{", "<i ", "&", "x\u0301", "“"]
)
def test_the_time_of_reading_grows_with_the_text(unit: str) -> None:
    def seconds(size: int) -> float:
        """The best of three: what the collector of garbage does meanwhile has no part in it."""
        times = []
        for _ in range(3):
            start = time.process_time()
            parse(unit * (size // len(unit)))
            times.append(time.process_time() - start)
        return min(times)

    seconds(1000)
    assert seconds(400_000) <= 10 * seconds(100_000) + 0.15
