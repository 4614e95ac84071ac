"""The knowledge graph as networkx: typed nodes, typed edges, each edge with who says so.

    paper  --cites-->          paper       source: where the citation is known from
    author --wrote-->          paper       source: the route its metadata came by
    paper  --in_category-->    category    source: the same
    paper  --about-->          topic       source: headings
    paper  --listed_under-->   heading     source: the document, with the line
    heading --part_of-->       list        source: the document

A node's name is its kind, a colon and its id: `paper:1806.07572`, `heading:my-list#Kernels`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias

import networkx as nx

from kg.answers import ListCount
from kg.papers import Mention, Paper

if TYPE_CHECKING:
    Graph: TypeAlias = nx.MultiDiGraph[str]
else:  # networkx takes no type arguments at run time
    Graph = nx.MultiDiGraph


def build(
    papers: Iterable[Paper],
    lists: Iterable[ListCount],
    mentions: Iterable[Mention],
    citations: Iterable[tuple[str, str, str]],
) -> Graph:
    """The graph of a library; `citations` come as (citing, cited, source)."""
    graph: Graph = nx.MultiDiGraph()
    for paper in papers:
        _add_paper(graph, paper)
    for reading_list in lists:
        graph.add_node(f"list:{reading_list.id}", kind="list", label=reading_list.title)
    for mention in mentions:
        _add_mention(graph, mention)
    for citing, cited, source in citations:
        _join(graph, f"paper:{citing}", "cites", f"paper:{cited}", source)
    return graph


def _add_paper(graph: Graph, paper: Paper) -> None:
    node, source = f"paper:{paper.id}", paper.metadata_source or "document"
    graph.add_node(node, kind="paper", label=paper.name, published=paper.published)
    for author in paper.authors:
        graph.add_node(f"author:{author.id}", kind="author", label=author.name)
        _join(graph, f"author:{author.id}", "wrote", node, source)
    for category in paper.categories:
        graph.add_node(f"category:{category}", kind="category", label=category)
        _join(graph, node, "in_category", f"category:{category}", source)
    for topic in paper.topics:
        graph.add_node(f"topic:{topic.id}", kind="topic", label=topic.label)
        _join(graph, node, "about", f"topic:{topic.id}", "headings")


def _add_mention(graph: Graph, mention: Mention) -> None:
    list_id = mention.list_id
    heading = f"heading:{list_id}#{_path(mention.section)}"
    if heading not in graph:
        label = mention.section[-1] if mention.section else graph.nodes[f"list:{list_id}"]["label"]
        graph.add_node(heading, kind="heading", label=label)
        _join(graph, heading, "part_of", f"list:{list_id}", mention.document)
    where = f"{mention.document}:{mention.line}"
    _join(graph, f"paper:{mention.paper}", "listed_under", heading, where)


def _join(graph: Graph, one: str, kind: str, other: str, source: str) -> None:
    """An edge for each source that says so."""
    graph.add_edge(one, other, f"{kind} {source}", kind=kind, source=source)


def _path(section: Sequence[str]) -> str:
    return " > ".join(section)
