"""The tools over the Model Context Protocol (https://modelcontextprotocol.io), on standard input and output.

The only module that imports the SDK, which is an optional part of the installation.
"""

from __future__ import annotations

import inspect
import json
import logging
import signal
import sys
import time
from typing import Any

import anyio
import anyio.to_thread
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    ToolAnnotations,
)
from mcp_types import Tool as ToolDescription

from kg import __version__
from kg.errors import KgError, NotFound
from kg.library import Library
from kg.store import DatabaseError
from kg.tools.asked import Tool, asked, input_schema, output_schema
from kg.tools.questions import TOOLS

_INSTRUCTIONS = """\
kg is the user's own library of scientific papers, made from their reading lists; it works offline and only reads.
`search` finds papers and their ids; `paper` tells all of one; `related` what belongs beside it, and why;
`related_work` what a draft should cite; `path` how two papers, authors or topics are connected; `gaps` what the
lists lack. Answers are {"meta": ..., "results": [...]} or {"meta": ..., "result": {...}}: `meta.count` is how many
there are in all, `meta.next` the cursor of the next ones, `meta.notes` what the user should know."""

_LONGEST = 60.0  # seconds that an answer may take; the first one loads the model
_FINDING = "here, the tool `search` finds papers, and with `facets` the ids of authors, topics and lists"
_READS_ONLY = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)


def serve(library: Library) -> None:
    """Answer on standard input and output until the input ends; what is logged goes to standard error."""
    # The thread that waits for input cannot be interrupted otherwise; nothing is lost, since nothing is written.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="kg mcp: %(message)s")
    anyio.run(_serve, server_of(library))


def server_of(library: Library) -> Server[Any]:
    """The server that answers for one library."""

    async def list_tools(_: Any, __: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=[_described(name, kind) for name, kind in TOOLS.items()])

    async def call_tool(_: Any, called: CallToolRequestParams) -> CallToolResult:
        if called.name not in TOOLS:
            raise MCPError(INVALID_PARAMS, f"no tool {called.name[:200]!r}; there are {', '.join(TOOLS)}")
        # A question may take seconds, the first one above all; others, and pings, are answered meanwhile.
        return await anyio.to_thread.run_sync(_answered, library, TOOLS[called.name], called.arguments or {})

    return Server(
        "kg", version=__version__, instructions=_INSTRUCTIONS, on_list_tools=list_tools, on_call_tool=call_tool
    )


async def _serve(server: Server[Any]) -> None:
    async with stdio_server() as (requests, answers):
        await server.run(requests, answers, server.create_initialization_options())


def _described(name: str, kind: type[Tool]) -> ToolDescription:
    return ToolDescription(
        name=name,
        description=inspect.getdoc(kind),
        input_schema=input_schema(kind),
        output_schema=output_schema(kind),
        annotations=_READS_ONLY,
    )


def _answered(library: Library, kind: type[Tool], arguments: dict[str, Any]) -> CallToolResult:
    """The answer, or the one line that says why there is none; for a thread that may be gone after it."""
    start = time.perf_counter()
    try:
        with library.reading(_LONGEST):
            answer = asked(kind, arguments).answer(library)
    except NotFound as error:
        return _said(f"{_line(error)} ({_FINDING})", failed=True)
    except KgError as error:
        return _said(_line(error), failed=True)
    except DatabaseError as error:
        return _said(f"the library cannot be read: {error}; is the file damaged?", failed=True)
    finally:
        library.close()
    answer["meta"]["took_ms"] = round((time.perf_counter() - start) * 1000, 1)
    return _said(json.dumps(answer, ensure_ascii=False, separators=(",", ":")), answer)


def _line(error: KgError) -> str:
    return " ".join(str(error).split())


def _said(text: str, answer: dict[str, Any] | None = None, failed: bool = False) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=answer, is_error=failed)
