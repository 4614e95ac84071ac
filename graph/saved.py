"""The graph on disk: networkx' node-link form as gzipped JSON, with a note beside it of what it was made from.

networkx is imported only where a graph is read or written, so that `kg status` starts at once.
"""

from __future__ import annotations

import gzip
import json
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.files import replace_file

if TYPE_CHECKING:
    from graph.build import Graph

# An edge has an attribute `source`, who says so; its ends need other names than networkx' own.
_NAMES: dict[str, Any] = {"edges": "edges", "source": "from", "target": "to"}


def save(graph: Graph, path: Path, state: int) -> None:
    """Write the graph and, last, the state that it was built from.

    :raises OSError: a file cannot be written.
    """
    import networkx as nx

    document = json.dumps(nx.node_link_data(graph, **_NAMES))
    content = gzip.compress(document.encode(), compresslevel=3)
    replace_file(path, content)
    replace_file(_note(path), json.dumps({"state": state, "size": len(content)}).encode())


def load(path: Path) -> Graph | None:
    """The saved graph; None when there is none, or it is damaged."""
    import networkx as nx

    try:
        document = json.loads(gzip.decompress(path.read_bytes()))
        graph: Graph = nx.node_link_graph(document, **_NAMES)  # type: ignore[assignment]
    except (OSError, EOFError, ValueError, KeyError, TypeError, zlib.error, nx.NetworkXError):
        return None
    return graph


def saved_state(path: Path) -> int | None:
    """The state that the saved graph was built from; None when there is none, or it is not whole."""
    try:
        note = json.loads(_note(path).read_text(encoding="utf-8"))
        return int(note["state"]) if path.stat().st_size == note["size"] else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _note(path: Path) -> Path:
    return path.with_name(path.name + ".of")
