"""reStructuredText: by docutils, with nothing that reads files or runs code."""

from __future__ import annotations

import re

from docutils import nodes
from docutils.core import publish_doctree
from docutils.utils import DependencyList

from ingest.blocks import Parsed
from ingest.builder import BlockBuilder
from kg.errors import DocumentError

_LONGEST_LINE = 10_000  # characters; docutils takes too long for longer ones
_ENDLESS_NUMBER = re.compile(r"\d{1000,}")  # docutils reads those of lists, and Python none of thousands of digits
# An initial that begins a paragraph would number a list: `A. Bee`.
_INITIAL = re.compile(
    r"^([ \t]{0,40}(?:[-*+][ \t]+|\.\. \[[^\]\n]{1,40}\][ \t]+)?)([A-Z])\.(?=[ \t]+[A-Z])", re.MULTILINE
)
_SETTINGS = {
    "report_level": 5,
    "halt_level": 5,
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "_disable_config": True,
    "input_encoding": "unicode",
    "smart_quotes": False,
    "doctitle_xform": False,
    "docinfo_xform": False,
    "syntax_highlight": "none",
    "line_length_limit": _LONGEST_LINE,
}
_SKIPPED = (
    nodes.comment,
    nodes.system_message,
    nodes.literal_block,
    nodes.image,
    nodes.problematic,
    nodes.raw,
)


def parse_restructured(text: str) -> Parsed:
    """Read reStructuredText; directives that docutils does not know (Sphinx's) are passed over.

    :raises DocumentError: one of its lines is too long.
    """
    if long := next((n for n, line in enumerate(text.splitlines(), 1) if len(line) > _LONGEST_LINE), 0):
        raise DocumentError(f"has a line of more than {_LONGEST_LINE} characters (line {long})")
    text = _INITIAL.sub(r"\1\2\\.", _ENDLESS_NUMBER.sub("9", text))
    settings = {**_SETTINGS, "record_dependencies": DependencyList()}
    tree = publish_doctree(text, settings_overrides=settings)
    reader = _Reader()
    tree.walkabout(reader.visitor(tree))
    reader.builder.flush()
    blocks = reader.builder.blocks
    title = next((" ".join(block.text.split()) for block in blocks if block.kind == "heading"), None)
    return Parsed(title, tuple(blocks))


class _Reader:
    def __init__(self) -> None:
        self.builder = BlockBuilder()
        self.depth = 0
        self.line = 1

    def visitor(self, tree: nodes.document) -> nodes.GenericNodeVisitor:
        """docutils calls one method for every node's start, one for its end."""
        reader = self

        class Visitor(nodes.GenericNodeVisitor):
            def default_visit(self, node: nodes.Node) -> None:
                if isinstance(node, _SKIPPED) or "contents" in getattr(node, "attributes", {}).get("classes", ()):
                    raise nodes.SkipNode
                reader.start(node)

            def default_departure(self, node: nodes.Node) -> None:
                reader.end(node)

        return Visitor(tree)

    def start(self, node: nodes.Node) -> None:
        self.line = node.line or self.line
        builder = self.builder
        if isinstance(node, nodes.section):
            self.depth += 1
        elif isinstance(node, nodes.title):
            builder.flush()
            if _is_heading(node):
                builder.open_heading(max(self.depth, 1))
        elif isinstance(node, (nodes.list_item, nodes.definition_list_item, nodes.citation, nodes.footnote)):
            builder.open_item()
        elif isinstance(node, nodes.reference):
            builder.open_link(node.get("refuri", ""), self.line)
        elif isinstance(node, (nodes.emphasis, nodes.title_reference, nodes.strong)):
            builder.open_span(strong=isinstance(node, nodes.strong))
        elif isinstance(node, nodes.row):
            builder.open_row()
        elif isinstance(node, nodes.Text):
            builder.add(" ".join(node.astext().split("\n")), self.line)

    def end(self, node: nodes.Node) -> None:
        builder = self.builder
        if isinstance(node, nodes.section):
            self.depth -= 1
        elif isinstance(node, nodes.title):
            builder.close_heading()  # a caption ends here, too
        elif isinstance(node, (nodes.list_item, nodes.definition_list_item, nodes.citation, nodes.footnote)):
            builder.close_item()
        elif isinstance(node, nodes.reference):
            builder.close_link()
        elif isinstance(node, (nodes.emphasis, nodes.title_reference, nodes.strong)):
            builder.close_span()
        elif isinstance(node, nodes.entry):
            builder.close_cell()
        elif isinstance(node, nodes.row):
            builder.close_row(head=isinstance(node.parent, nodes.thead))
        elif isinstance(node, (nodes.paragraph, nodes.term, nodes.definition, nodes.label)):
            builder.flush()


def _is_heading(title: nodes.title) -> bool:
    """Whether a title is that of a section, and not of a table or a box."""
    return isinstance(title.parent, (nodes.section, nodes.document))
