"""What questions about the graph are answered with; field names are keys of JSON, as in `kg.answers`."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import Struct


@dataclass(frozen=True, slots=True)
class PathNode:
    """A node of a path: a `paper`, an `author`, a `topic` or a `heading`; `label` is its name in words."""

    kind: str
    id: str
    label: str


class PathStep(Struct, frozen=True, rename={"from_": "from"}):
    """An edge of a path, as it points (`kind:id` at either end); `source` is who says so."""

    kind: str
    from_: str
    to: str
    evidence: str
    source: str


class PathAnswer(Struct, frozen=True, rename={"from_": "from"}):
    """A shortest path between two nodes, its steps between its `nodes`; neither where no path joins the two."""

    from_: PathNode
    to: PathNode
    nodes: tuple[PathNode, ...]
    steps: tuple[PathStep, ...]


@dataclass(frozen=True, slots=True)
class AroundNode:
    """A node around a paper, named as `PathNode` is; of a paper also when it was published (None if unknown).

    A paper that is not `in_library` is known by citations only; for nodes of another kind this is None.
    """

    kind: str
    id: str
    label: str
    published: str | None = None
    in_library: bool | None = None


@dataclass(frozen=True, slots=True)
class AroundAnswer:
    """What is around the paper `center`: nodes, that one first, and the edges between them."""

    center: str
    nodes: tuple[AroundNode, ...]
    edges: tuple[PathStep, ...]
