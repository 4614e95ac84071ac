"""pylatexenc's parser with a memory, without which braces that are not closed take exponential time.

Where the argument of a command does not end, pylatexenc reads on as if it had none, and so reads again all that the
argument held, twice for each command within another. Here every group and environment is read once from each place
(packrat parsing: Ford, ICFP 2002, https://bford.info/pub/lang/packrat-icfp02.pdf).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable
from typing import Any

from pylatexenc.latexwalker import LatexWalker, LatexWalkerError

logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)  # it logs what it does not understand


class Walker(LatexWalker):  # type: ignore[misc]  # pylatexenc has no types
    """`LatexWalker`, whose groups and environments are remembered, errors too."""

    def __init__(self, s: str, **settings: Any) -> None:
        super().__init__(s + "\n{}", **settings)  # it looks for a sign behind `\\verb`, though there may be none
        self._known: dict[Hashable, Any] = {}

    def get_latex_braced_group(self, pos: int, brace_type: Any = "{", parsing_state: Any = None) -> Any:
        """The group that begins there."""
        read = super().get_latex_braced_group
        return self._once((pos, brace_type), parsing_state, lambda: read(pos, brace_type, parsing_state))

    def get_latex_environment(self, pos: int, environmentname: str | None = None, parsing_state: Any = None) -> Any:
        """The environment that begins there."""
        read = super().get_latex_environment
        return self._once((pos, environmentname), parsing_state, lambda: read(pos, environmentname, parsing_state))

    def _once(self, place: Hashable, state: Any, read: Callable[[], Any]) -> Any:
        key = place, state and (state.in_math_mode, state.math_mode_delimiter)
        if key not in self._known:
            try:
                self._known[key] = read()
            except LatexWalkerError as error:
                self._known[key] = error
        found = self._known[key]
        if isinstance(found, LatexWalkerError):
            if hasattr(found, "open_contexts"):
                found.open_contexts = []  # whoever passes it on adds to it
            raise found.with_traceback(None)
        return found
