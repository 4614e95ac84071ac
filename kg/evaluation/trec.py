"""Rankings as a TREC run (https://github.com/usnistgov/trec_eval#input-formats): `qid Q0 docid rank score tag`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kg.errors import UsageError
from kg.evaluation.report import Ranking, Rankings
from kg.files import replace_file

_STEP = 1e-5


def write_run(path: Path, rankings: Rankings) -> None:
    """Write the rankings of all modes, with the mode as the tag.

    :raises OSError: the file cannot be written.
    :raises UsageError: an id has a space in it, which would end a field.
    """
    lines = [
        line for mode, ranked in rankings.items() for query in ranked for line in _lines(mode, query, ranked[query])
    ]
    replace_file(path, "".join(lines).encode())


def _lines(mode: str, query: str, ranking: Ranking) -> Iterator[str]:
    for rank, (document, score) in enumerate(_falling(ranking), start=1):
        for name in (query, document):
            if " " in name or not name.isprintable():
                raise UsageError(f"--run: the id {name!r} has a space in it, or a sign that a TREC run cannot hold")
        yield f"{query} Q0 {document} {rank} {score:.6f} {mode}\n"


def _falling(ranking: Ranking) -> Iterator[tuple[str, float]]:
    """The ranking with scores that fall from rank to rank.

    trec_eval goes by the score, kept in single precision, and orders ties by id; so what follows at an equal score is
    put a little lower.
    """
    last = float("inf")
    for document, score in ranking:
        step = max(_STEP, abs(last) * 1e-6) if last != float("inf") else 0.0
        last = min(score, last - step)
        yield document, last
