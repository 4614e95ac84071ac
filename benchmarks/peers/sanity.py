"""The method of arxiv-sanity-lite (https://github.com/karpathy/arxiv-sanity-lite), written anew from its description.

Search scans all papers and counts the query's words in their fields; related papers are ranked by a linear SVM with
one positive, trained for each question on tf-idf of 20,000 words and pairs of words. Both are kinder to it than its
own program: papers are held in memory, not in pickles on disk, and no page is made.
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from benchmarks import corpus
from benchmarks.asked import Ask
from benchmarks.corpus import Record
from kg.files import replace_file

_PAGE = 10


def build(size: int) -> None:
    """The table of tf-idf, unless it is there."""
    if _features_file(size).is_file():
        return
    corpus.announce(f"tf-idf of {size} papers")
    model = TfidfVectorizer(
        strip_accents="unicode",
        lowercase=True,
        stop_words="english",
        ngram_range=(1, 2),
        max_features=20_000,
        sublinear_tf=True,
        min_df=min(5, size // 100 + 1),
        max_df=0.1,
        dtype=np.float32,
    )
    texts = (f"{record.title} {record.abstract} {record.authors}" for record in corpus.records(size))
    replace_file(_features_file(size), pickle.dumps(model.fit_transform(texts)))


def opened(size: int) -> Ask:
    """The ten best of a scan through all papers."""
    papers = list(corpus.records(size))
    return lambda question: sorted(((_score(paper, question), paper.id) for paper in papers), reverse=True)[:_PAGE]


def related(size: int) -> Ask:
    """Ten papers related to the one of this arXiv id."""
    numbers = {record.id: number for number, record in enumerate(corpus.records(size))}
    features: Any = pickle.loads(_features_file(size).read_bytes())  # noqa: S301 - our own file

    def ask(paper: str) -> object:
        wanted = np.zeros(len(numbers), dtype=np.float32)
        wanted[numbers[paper]] = 1.0
        model = LinearSVC(class_weight="balanced", max_iter=10_000, tol=1e-6, C=0.01)
        return np.argsort(-model.fit(features, wanted).decision_function(features))[: _PAGE + 1]

    return ask


def _score(paper: Record, question: str) -> float:
    """Words found in the title count most, those among the authors next; in the abstract each up to three times."""
    title, authors, abstract = paper.title.lower(), paper.authors.lower(), paper.abstract.lower()
    words = question.lower().split()
    return (
        20.0 * sum(title.count(word) > 0 for word in words)
        + 10.0 * sum(authors.count(word) > 0 for word in words)
        + sum(min(3, abstract.count(word)) for word in words)
    )


def _features_file(size: int) -> Path:
    return corpus.CACHE / f"tfidf-{corpus.origin()}-{size}.pickle"
