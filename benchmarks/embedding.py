"""How many texts a second are embedded, against txtai with the same model and its own batches."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from benchmarks import corpus
from benchmarks.asked import Asked
from benchmarks.lines import at_least, compared

_PAIRS, _BATCH = 5, 64  # texts of a batch
_SIZE = corpus.SIZES[0]
_WARM_UP = "0"
LEAST, LEAST_BF16 = 1.0, 2.5


def measure(peer: bool) -> Iterator[str]:
    """One line; `peer` tells whether txtai is there."""
    if not peer:
        yield f"embedding: {_rate(_alone()):.1f} texts/s (txtai is not installed: no comparison)"
        return
    with Asked("product:embedding", _SIZE) as ours, Asked("txtai:embedding", _SIZE) as theirs:
        for asked in (ours, theirs):
            asked.ask(_WARM_UP)
        pairs = [(ours.ask(str(batch)), theirs.ask(str(batch))) for batch in range(_PAIRS)]
    # The pair in the middle, so that both figures are of the same moment.
    mine, other = statistics.median_low([(other / mine, mine, other) for mine, other in pairs])[1:]
    limit = at_least(LEAST_BF16 if has_bfloat16() else LEAST)
    yield compared(f"embedding, {_BATCH} abstracts", _rate(mine), "txtai", _rate(other), "texts/s", limit)


def batches(size: int) -> list[list[str]]:
    """`_PAIRS` lists of texts; where `size` papers are too few, the first come again."""
    texts = [record.text for record in islice(corpus.records(size), _PAIRS * _BATCH)]
    wanted = (texts * (_PAIRS * _BATCH // len(texts) + 1))[: _PAIRS * _BATCH]
    return [wanted[start : start + _BATCH] for start in range(0, len(wanted), _BATCH)]


def has_bfloat16() -> bool:
    """Whether the processor multiplies matrices of bfloat16 (AVX-512 BF16 or AMX; told by Linux only)."""
    told = Path("/proc/cpuinfo")
    return told.is_file() and any(name in told.read_text() for name in ("avx512_bf16", "amx_bf16"))


def _alone() -> float:
    with Asked("product:embedding", _SIZE) as ours:
        ours.ask(_WARM_UP)
        return statistics.median(ours.ask(str(batch)) for batch in range(_PAIRS))


def _rate(seconds: float) -> float:
    return _BATCH / seconds
