"""`kg mcp`: every tool through the SDK's own client, over a real standard input and output."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import jsonschema
import pytest
from mcp import Client, StdioServerParameters, stdio_client
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, ListToolsResult

from kg import __version__
from kg.config import Config
from kg.envelope import envelope, envelope_of_one
from kg.errors import UsageError
from kg.filters import Filter, Related, Scope, Search
from kg.library import Library
from kg.refresh import Options, refresh
from kg.tools.asked import asked
from kg.tools.questions import SearchTool
from tests.examples import AWESOME

TOOLS = ["search", "paper", "related", "related_work", "path", "gaps"]
SPARSITY = "# Awesome\n\nSparse subnetworks train alone [1].\n\nWide networks are kernels.\n"
Call = tuple[str, dict[str, Any]]


@pytest.fixture
def data(made_library: Path, tmp_path: Path) -> Path:
    """A copy of the suite's library, without vectors, so that no model is needed."""
    shutil.copytree(made_library, tmp_path / "data", ignore=shutil.ignore_patterns("vectors*"))
    return tmp_path / "data"


@pytest.fixture
def asked_here(data: Path) -> Iterator[Library]:
    """The same library, for asking it directly."""
    library = Library.open(data)
    yield library
    library.close()


def connected(data: Path, talk: Callable[[Client], Awaitable[Any]]) -> Any:
    """What `talk` makes of a client of `kg mcp`, which is a process of its own."""
    command = ["-m", "kg", "mcp", "--data", str(data)]
    server = StdioServerParameters(command=sys.executable, args=command, env={"HF_HUB_OFFLINE": "1"})

    async def run() -> Any:
        async with Client(stdio_client(server)) as client:
            return await talk(client)

    with ThreadPoolExecutor(1) as apart:  # a browser of another test may have a loop of its own in this thread
        return apart.submit(anyio.run, run).result()


def call(data: Path, *calls: Call) -> list[CallToolResult]:
    """The answers to calls of tools, one after another."""

    async def talk(client: Client) -> list[CallToolResult]:
        return [await client.call_tool(name, arguments) for name, arguments in calls]

    return list(connected(data, talk))


def answers(data: Path, *calls: Call) -> list[dict[str, Any]]:
    """The answers, without their times; their text says the same."""
    found = []
    for result in call(data, *calls):
        assert not result.is_error, said(result)
        assert result.structured_content is not None
        assert json.loads(said(result)) == result.structured_content
        found.append(timeless(result.structured_content))
    return found


def said(result: CallToolResult) -> str:
    (content,) = result.content
    assert content.type == "text"
    return content.text


def timeless(answer: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(answer))
    assert found["meta"].pop("took_ms") >= 0
    return found


def listing(found: Any, next_: str | None = None, **beside: Any) -> dict[str, Any]:
    return timeless(envelope(found.results, found.count, 0.0, next_, found.notes, **beside))


def test_tools_say_what_they_take_and_give(data: Path) -> None:
    async def talk(client: Client) -> tuple[ListToolsResult, Any, str | None]:
        return await client.list_tools(), client.server_info, client.instructions

    listed, server, instructions = connected(data, talk)
    assert (server.name, server.version) == ("kg", __version__)
    assert [tool.name for tool in listed.tools] == TOOLS
    assert all(name in instructions for name in TOOLS)
    for tool in listed.tools:
        assert len(tool.description) > 100
        assert tool.annotations.read_only_hint is True
        assert tool.annotations.idempotent_hint is True
        assert (tool.annotations.destructive_hint, tool.annotations.open_world_hint) == (False, False)
        for schema in (tool.input_schema, tool.output_schema):
            jsonschema.Draft202012Validator.check_schema(schema)
        assert all(about["description"] for about in tool.input_schema["properties"].values())
        assert tool.output_schema["required"][0] == "meta"
    schemas = {tool.name: tool.input_schema for tool in listed.tools}
    assert {name: schema["required"] for name, schema in schemas.items()} == {
        "search": ["query"],
        "paper": ["paper"],
        "related": ["paper"],
        "related_work": [],
        "path": ["from", "to"],
        "gaps": [],
    }
    assert {"not", "author", "title", "year", "cat", "topic", "list", "id"} < set(schemas["related"]["properties"])
    limit = schemas["search"]["properties"]["limit"]
    assert (limit["minimum"], limit["maximum"], limit["default"]) == (1, 100, 10)


def test_search(data: Path, asked_here: Library) -> None:
    lottery = {"query": "lottery ticket networks", "mode": "keyword"}
    whole, first, narrow, filtered = answers(
        data,
        ("search", lottery | {"facets": True}),
        ("search", lottery | {"limit": 1}),
        ("search", lottery | {"fields": ["title"], "limit": 1, "cursor": "o1"}),
        ("search", {"query": "", "year": ["2019"], "cat": "cs.LG", "sort": "newest"}),
    )
    found = asked_here.search(Search("lottery ticket networks", "keyword"))
    assert found.count > 2
    assert whole == listing(found, facets=found.facets)
    assert (first["meta"]["next"], first["results"]) == ("o1", whole["results"][:1])
    assert narrow["results"] == [{key: whole["results"][1][key] for key in ("id", "title")}]
    scope = Scope((Filter("year", "2019"), Filter("cat", "cs.LG")))
    assert filtered == listing(asked_here.search(Search("", sort="newest", scope=scope)))
    assert [result["id"] for result in filtered["results"]] == ["1912.05671", "1905.10337"]


def test_paper(data: Path, asked_here: Library) -> None:
    known, short = answers(
        data, ("paper", {"paper": "https://arxiv.org/abs/1806.07572v3"}), ("paper", {"paper": "1806.07572", "limit": 1})
    )
    assert known == timeless(envelope_of_one(asked_here.paper("1806.07572"), 0.0))
    assert known["result"]["abstract"].startswith("As layers grow")
    assert [author["name"] for author in short["result"]["authors"]] == ["Arthur Jacot"]
    assert "1806.07572: the first 1 of 3 authors are shown." in short["meta"]["notes"]


def test_related(data: Path, asked_here: Library) -> None:
    plain, unlike = answers(
        data,
        ("related", {"paper": "arXiv:1803.03635v1", "facets": True}),
        ("related", {"paper": "1803.03635", "papers": ["1912.05671"], "not": "1806.07572", "by": "lists", "limit": 2}),
    )
    found = asked_here.related(Related(("1803.03635",)))
    assert plain == listing(found, facets=found.facets)
    for result in plain["results"]:
        assert result["score"] == pytest.approx(sum(reason["contribution"] for reason in result["why"]), abs=1e-6)
    question = Related(("1803.03635", "1912.05671"), ("1806.07572",), by="lists", limit=2)
    expected = asked_here.related(question)
    assert unlike == listing(expected, "o2" if expected.count > 2 else None)


def test_related_work(data: Path, asked_here: Library) -> None:
    asked_for = {"text": SPARSITY, "exclude": ["1812.11118"], "limit": 3}
    plain, grouped, narrow = answers(
        data,
        ("related_work", asked_for | {"year": "2018"}),
        ("related_work", asked_for | {"group_by": "topic"}),
        ("related_work", {"papers": ["1803.03635"], "not": ["1806.07572"], "fields": ["bibtex"], "limit": 1}),
    )
    question = Related(text=SPARSITY, excluded=("1812.11118",), limit=3, scope=Scope((Filter("year", "2018"),)))
    found = asked_here.related_work(question)
    assert plain == listing(found, "o3" if found.count > 3 else None, groups=found.groups, cited=found.cited)
    assert plain["results"][0]["id"] == "1803.03635"
    assert plain["results"][0]["bibtex"].startswith("@")
    assert grouped["groups"]
    assert "1812.11118" not in [result["id"] for result in grouped["results"]]
    assert [set(result) for result in narrow["results"]] == [{"id", "bibtex"}]


def test_path_and_gaps(data: Path, asked_here: Library) -> None:
    path, gaps, of_one = answers(
        data,
        ("path", {"from": "1803.03635", "to": "author:Michael Carbin"}),
        ("gaps", {}),
        ("gaps", {"list": "awesome-wide-networks", "fields": ["title", "why"]}),
    )
    assert path == timeless(envelope_of_one(asked_here.path("1803.03635", "author:Michael Carbin"), 0.0))
    assert [node["kind"] for node in path["result"]["nodes"]] == ["paper", "author"]
    assert gaps == listing(asked_here.gaps())
    expected = listing(asked_here.gaps("awesome-wide-networks"))
    assert expected["results"]
    for result, whole in zip(of_one["results"], expected["results"], strict=True):
        assert result == {key: whole[key] for key in ("id", "title", "why")}


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("search", {}, "query: is missing; known are query, "),
    ("search", {"query": 7.5}, "query: "),
    ("search", {"query": "x", "limit": 0}, "limit: "),
    ("search", {"query": "x", "limit": 101}, "limit: "),
    ("search", {"query": "x", "mode": "magic"}, "one of hybrid, keyword, semantic"),
    ("search", {"query": "x", "q": "y"}, "q: unknown parameter; known are query, "),
    ("search", {"query": "x", "year": ["2019", "soon"]}, "year: 'soon' is not one like 2019"),
    ("search", {"query": "x", "author": ["a"] * 21}, "author: "),
    ("search", {"query": "x", "author": "a" * 501}, "author: 'aaaa"),
    ("search", {"query": "x", "cursor": "-1"}, "cursor: '-1' is not `meta.next`"),
    ("search", {"query": "x", "fields": ["abstract"]}, "one of authors, "),
    ("paper", {"paper": ""}, "paper: "),
    ("paper", {"paper": "2301.00001"}, "no paper '2301.00001' in the library"),
    ("paper", {"paper": "a" * 2001}, "paper: "),
    ("related", {"paper": "1806.07572", "not": ["2301.00001"]}, "no paper '2301.00001'"),
    ("related_work", {}, "text: give a draft, or papers"),
    ("related_work", {"text": " \n"}, "text: give a draft, or papers"),
    ("related_work", {"text": "x", "group_by": "mood"}, "group_by: "),
    ("path", {"from": "1806.07572"}, "to: is missing; known are from, to"),
    ("path", {"from": "1806.07572", "to": "author:nobody at all"}, "nobody at all"),
    ("gaps", {"list": "no such list"}, "no such list"),
]


def test_what_cannot_be_answered_is_said_in_a_line(data: Path) -> None:
    *refused, after = call(
        data, *((name, arguments) for name, arguments, _ in WRONG), ("paper", {"paper": "1806.07572"})
    )
    for (name, arguments, words), result in zip(WRONG, refused, strict=True):
        assert result.is_error, (name, arguments)
        assert words in said(result)
        assert "\n" not in said(result)
        assert len(said(result)) < 400
    assert not after.is_error


def test_an_unknown_tool_is_an_error_of_the_protocol(data: Path) -> None:
    async def talk(client: Client) -> bool:
        with pytest.raises(MCPError, match="no tool 'frobnicate'; there are search, paper"):
            await client.call_tool("frobnicate", {})
        return (await client.call_tool("gaps", {})).is_error

    assert connected(data, talk) is False


def test_an_empty_library_says_what_to_do(tmp_path: Path) -> None:
    search, gaps, paper = call(
        tmp_path / "none", ("search", {"query": "x"}), ("gaps", {}), ("paper", {"paper": "1806.07572"})
    )
    for result in (search, gaps):
        assert result.structured_content is not None
        assert result.structured_content["results"] == []
        assert any("run `kg ingest SOURCE` first" in note for note in result.structured_content["meta"]["notes"])
    assert paper.is_error
    assert not (tmp_path / "none").exists()


def test_a_damaged_library_is_said_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "kg.db").write_text("no database at all " * 100)
    (result,) = call(tmp_path, ("search", {"query": "x"}))
    assert result.is_error
    assert "kg.db" in said(result)
    assert "\n" not in said(result)


HOSTILE = ["\x00", "'; DROP TABLE papers; --", '"' * 999, "(" * 999, "*:* OR NEAR(", "\u202e\ufeff", "😀" * 500, "\r\n\r\n",
           "{}", "[[[[", "null", "<script>alert(1)</script>", "author:" * 300, "../../etc/passwd", "%s%n", "x" * 100_000]  # fmt: skip


def test_hostile_texts_are_answered_or_refused(data: Path) -> None:
    tools = [("search", "query"), ("paper", "paper"), ("related", "paper"), ("related_work", "text"), ("gaps", "list")]
    calls = [(tool, {name: text}) for text in HOSTILE for tool, name in tools]
    calls += [("path", {"from": text, "to": text}) for text in HOSTILE]
    for (tool, arguments), result in zip(calls, call(data, *calls), strict=True):
        if result.is_error:
            assert "\n" not in said(result), (tool, arguments)
            assert len(said(result)) < 1000
        else:
            assert result.structured_content is not None


def test_many_questions_at_once(data: Path) -> None:
    async def talk(client: Client) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []

        async def ask(paper: str) -> None:
            result = await client.call_tool("paper", {"paper": paper})
            assert result.structured_content is not None
            found.append((paper, result.structured_content["result"]["id"]))

        async with anyio.create_task_group() as group:
            for paper in ("1806.07572", "1803.03635", "hep-th/9901001", "1905.10337") * 15:
                group.start_soon(ask, paper)
        return found

    found = connected(data, talk)
    assert len(found) == 60
    assert all(asked_for == got for asked_for, got in found)


def test_only_the_protocol_is_on_standard_output(data: Path) -> None:
    """Written by hand, as a client of the protocol of 2025 does; what is no message does not end the conversation."""
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "hand", "version": "1"}}
    messages: list[Any] = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        "this is no JSON",
        '{"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "paper", "arguments": {"paper": "\\ud800"}}}',
        {"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": "gaps", "arguments": ["no object"]}},
        {"jsonrpc": "2.0", "id": 4, "method": "tools/call", "params": {"name": "gaps"}},
    ]
    command = [sys.executable, "-m", "kg", "mcp", "--data", str(data)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, encoding="utf-8", **pipes) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        assert server.stderr is not None
        for message in messages:
            server.stdin.write((message if isinstance(message, str) else json.dumps(message)) + "\n")
        server.stdin.flush()
        got: dict[int, Any] = {}
        while 4 not in got:
            answer = json.loads(server.stdout.readline())
            assert answer["jsonrpc"] == "2.0"
            got[answer.get("id") or 0] = answer
        open_files = open_in(server.pid)
        server.stdin.close()
        assert server.stdout.read() == ""
        errors = server.stderr.read()
        assert server.wait(timeout=30) == 0
    assert got[1]["result"]["serverInfo"]["name"] == "kg"
    assert got[3]["error"]["code"] == -32602
    assert got[4]["result"]["structuredContent"]["meta"]["count"] == 0
    assert not [name for name in open_files if "kg.db" in name], "a connection was left open"
    assert "Traceback" not in errors


def test_an_interrupt_ends_it_at_once(data: Path) -> None:
    command = [sys.executable, "-m", "kg", "mcp", "--data", str(data)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        assert server.stderr is not None
        server.stdin.write(b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n')
        server.stdin.flush()
        server.stdout.readline()
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=30) == -signal.SIGINT
        assert server.stderr.read() == b""


def open_in(process: int) -> list[str]:
    folder = Path(f"/proc/{process}/fd")
    return [os.readlink(entry) for entry in folder.iterdir()] if folder.is_dir() else []


BLOCKED = """
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("mcp", "mcp_types"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Blocker())
from kg.cli import main
main(sys.argv[1:])
"""


def test_without_the_sdk_the_command_says_how_to_get_it(tmp_path: Path) -> None:
    (tmp_path / "old" / "mcp").mkdir(parents=True)
    (tmp_path / "old" / "mcp" / "__init__.py").write_text("")  # a version that has no such server
    old = f"import sys; sys.path.insert(0, {str(tmp_path / 'old')!r}); from kg.cli import main; main(sys.argv[1:])"
    for code in (BLOCKED, old):
        done = subprocess.run(
            [sys.executable, "-c", code, "mcp"], capture_output=True, text=True, timeout=60, check=False
        )
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.count("\n") == 1
        assert "-m pip install 'mcp>=2.3'" in done.stderr
    helped = subprocess.run(
        [sys.executable, "-c", BLOCKED, "--help"], capture_output=True, text=True, timeout=60, check=True
    )
    assert "  mcp " in helped.stdout


def test_arguments_as_clients_send_them() -> None:
    """Some send null for what is left out, one value for several, or lists as the text of a JSON array."""
    expected = SearchTool(query="x", author=("Ana",), year=("2018", "2019"), limit=5)
    given = {"query": "x", "author": "Ana", "year": '["2018", "2019"]', "limit": "5", "cat": None}
    assert asked(SearchTool, given) == expected
    assert asked(SearchTool, {"query": "x", "title": "[1] on proofs"}).title == ("[1] on proofs",)
    assert asked(SearchTool, {"query": "x", "title": "[["}).title == ("[[",)
    with pytest.raises(UsageError, match=r"author: \{\} is not a text"):
        asked(SearchTool, {"query": "x", "author": "[{}]"})
    with pytest.raises(UsageError, match="surrogate"):
        asked(SearchTool, {"query": "x", "mode": "\ud800"})
    assert asked(SearchTool, {"query": "x", "year": 2018}).year == ("2018",)
    assert asked(SearchTool, {"query": "x", "year": [2018, "2019.."]}).year == ("2018", "2019..")


def test_a_crowd_of_authors_does_not_fill_the_answer(tmp_path: Path) -> None:
    crowd = [["Author", f"A{number}", ""] for number in range(60)]
    record = {"id": "1207.7214", "title": "Observation of a particle", "abstract": "Seen.", "categories": "hep-ex"}
    record |= {"authors_parsed": crowd, "versions": [{"version": "v1", "created": "Tue, 31 Jul 2012 11:58:41 GMT"}]}
    (tmp_path / "snapshot.json").write_text(json.dumps(record | {"update_date": "2012-08-31"}) + "\n")
    library = Library(Config(data=tmp_path / "data"))
    refresh(library, Options(snapshot=tmp_path / "snapshot.json", encoder="none"), lambda *_: None, lambda _: None)
    answer = asked(SearchTool, {"query": "particle", "mode": "keyword"}).answer(library)
    library.close()
    assert len(answer["results"][0]["authors"]) == 20
    assert answer["meta"]["notes"] == ["1207.7214: the first 20 of 60 authors are shown."]


@pytest.mark.slow
def test_the_first_question_by_meaning_does_not_hold_up_the_others(tmp_path: Path) -> None:
    (tmp_path / "awesome.md").write_text(AWESOME, encoding="utf-8")
    library = Library(Config(data=tmp_path / "data"))
    refresh(library, Options((str(tmp_path / "awesome.md"),), offline=True), lambda *_: None, lambda _: None)
    library.close()
    order: list[str] = []

    async def talk(client: Client) -> CallToolResult:
        results: list[CallToolResult] = []

        async def ask(tool: str, **arguments: Any) -> None:
            results.append(await client.call_tool(tool, arguments))
            order.append(tool)

        async with anyio.create_task_group() as group:
            group.start_soon(lambda: ask("search", query="pruned models that win", mode="semantic", limit=1))
            await anyio.sleep(0.1)
            group.start_soon(lambda: ask("paper", paper="1806.07572"))
        return results[-1]

    found = connected(tmp_path / "data", talk)
    assert order == ["paper", "search"]
    assert found.structured_content["results"][0]["id"] in ("1803.03635", "1912.05671")
    assert found.structured_content["results"][0]["match"] == "semantic"
