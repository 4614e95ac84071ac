"""How fast documents are read, and in how much memory, against the limits that were set."""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from ingest.limits import guarded
from ingest.reading import extract
from ingest.worker import Unread, understand
from kg.papers import Mention

LEAST_SPEED = 5.0  # MB/s on one core
WORDS = """network kernel width depth sparse ticket descent gradient margin bound bayes flat minima texture shape bias
    variance noise label random feature linear convex layer activation spectral norm rank tensor neural tangent prior
    posterior entropy compression pruning training transfer attention token graph wavelet scaling limit""".split()
NAMES = "Ann Bo Carl Dee Eve Fay Gus Hal Ida Jo Kim Lee Mia Ned Ola Pam Ray Sue Tom Una Val Wes".split()


def measure() -> Iterator[str]:
    """One line for each comparison."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for megabytes in (2, 50):
            path = folder / f"{megabytes}.md"
            path.write_text(reading_list(megabytes * 10**6, seed=megabytes), encoding="utf-8")
            yield _one_document(path)
        many = folder / "many"
        many.mkdir()
        for number in range(10_000):
            (many / f"{number:05}.md").write_text(reading_list(600, seed=number), encoding="utf-8")
        start = time.perf_counter()  # most of it is another process's time
        mentions, _, _ = extract([str(many)])
        seconds = time.perf_counter() - start
        yield f"10,000 small documents: {len(mentions)} mentions in {seconds:.1f} s, {10_000 / seconds:.0f} a second"


def reading_list(size: int, seed: int) -> str:
    """An awesome list of at least `size` characters in which every entry is another."""
    source = random.Random(seed)  # noqa: S311 (no secret)
    parts, length = [f"# Reading list {seed}\n"], 0
    while length < size:
        if len(parts) % 40 == 1:
            parts.append(f"\n## {_phrase(source, 3)}: {len(parts)}\n")
        parts.append(_entry(source))
        length += len(parts[-1])
    return "".join(parts)


def _entry(source: random.Random) -> str:
    arxiv = f"{source.randint(10, 24)}{source.randint(1, 12):02}.{source.randint(1, 9999):04}"
    arxiv += str(source.randint(0, 9)) if arxiv >= "1501" else ""
    authors = ", ".join(f"{source.choice(NAMES)} {_phrase(source, 1)}son" for _ in range(source.randint(1, 6)))
    digest = ". ".join(_phrase(source, 14).capitalize() for _ in range(4))
    return (
        f"- {_phrase(source, 7)}. [[paper]](https://arxiv.org/abs/{arxiv}) [[code]](https://github.com/{arxiv}/x)\n"
        f"  - {authors}. *NeurIPS {source.randint(2010, 2024)}*\n"
        f"  - Key Word: {_phrase(source, 2)}.\n  - Digest: {digest}.\n\n"
    )


def _phrase(source: random.Random, words: int) -> str:
    return " ".join(word.capitalize() if words < 10 else word for word in source.choices(WORDS, k=words))


def _one_document(path: Path) -> str:
    """Speed and memory of one document, in a process of its own."""
    program = "import sys; from benchmarks.reading import report; report(sys.argv[1])"
    done = subprocess.run([sys.executable, "-c", program, str(path)], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def report(path: str) -> None:
    """Print the figures of one document; run in a process of its own, so that memory is that of the document."""
    _read("small.md", reading_list(1000, seed=0).encode())  # what is imported late is imported now
    content = Path(path).read_bytes()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    mentions = _read(path, content)
    seconds = time.process_time() - start
    size = len(content) / 1e6
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / 1e6
    sys.stdout.write(
        f"Markdown, {size:4.1f} MB: {len(mentions)} mentions, {size / seconds:.1f} MB/s "
        f"({size / seconds / LEAST_SPEED:.2f} of the least), {grown / size:.0f} times its size in memory\n"
    )


def _read(name: str, content: bytes) -> tuple[Mention, ...]:
    """What the worker does with a document, in this process."""
    with guarded():
        return understand(Unread(name, name, "", content)).mentions
