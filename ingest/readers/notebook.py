"""Jupyter notebooks: the Markdown of their cells, by the line of the file."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ingest.blocks import Block, Parsed, moved
from ingest.readers.markdown import parse_markdown
from ingest.text import fit
from kg.errors import DocumentError

_FURTHEST = 20_000  # characters between two lines of Markdown: outputs stand between cells


def parse_notebook(text: str) -> Parsed:
    """Read the Markdown cells of a notebook (nbformat 3 and 4).

    :raises DocumentError: it is no notebook.
    """
    try:
        notebook = json.loads(text)
        cells = notebook.get("cells") or [c for sheet in notebook["worksheets"] for c in sheet["cells"]]
        sources = [_source(cell) for cell in cells if cell.get("cell_type") in {"markdown", "heading"}]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DocumentError("is no Jupyter notebook (its JSON has no cells)") from error
    blocks: list[Block] = []
    title, at = None, 0
    for lines in sources:
        parsed = parse_markdown("".join(lines))
        numbers, at = _places(text, lines, at)
        title = title or parsed.title
        blocks += [moved(block, _numbering(numbers), len(blocks)) for block in parsed.blocks]
    return Parsed(title, tuple(blocks))


def _source(cell: Any) -> list[str]:
    source = cell["source"]
    lines = source.splitlines(keepends=True) if isinstance(source, str) else [str(line) for line in source]
    if cell.get("cell_type") == "heading":
        level = cell.get("level", 1)
        lines = ["#" * (level if level in {1, 2, 3, 4, 5, 6} else 1) + " ", *lines]
    return [fit(line) for line in lines]


def _places(text: str, lines: list[str], at: int) -> tuple[list[int], int]:
    """The line of the file on which each line of a cell stands, and where to look for the next cell."""
    numbers = []
    line = text.count("\n", 0, at) + 1
    for source in lines:
        end = at + _FURTHEST + 2 * len(source)
        found = text.find(json.dumps(source, ensure_ascii=False)[1:-1], at, end)
        if found < 0:
            found = text.find(json.dumps(source)[1:-1], at, end)
        if found >= 0:
            line += text.count("\n", at, found)
            at = found
        numbers.append(line)
    return numbers, at


def _numbering(numbers: list[int]) -> Callable[[int], int]:
    """From the lines of a cell to those of the file."""
    return lambda line: numbers[min(line, len(numbers)) - 1] if numbers else 1
