"""The static model that is distilled from the bundled one."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from search.encoder import bundled_folder
from search.static import StaticTexts, distil

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def bundled() -> SentenceTransformer:
    return SentenceTransformer(str(bundled_folder()), device="cpu", local_files_only=True)


@pytest.fixture(scope="module")
def folder(bundled: SentenceTransformer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models") / "static"
    distil(bundled, path)
    return path


@pytest.fixture(scope="module")
def static(folder: Path) -> SentenceTransformer:
    return SentenceTransformer(str(folder), device="cpu", local_files_only=True)


def test_related_words_are_nearer_than_unrelated_ones(static: SentenceTransformer) -> None:
    for word, near, far in (("car", "truck", "honey"), ("physician", "doctor", "violin"), ("ocean", "sea", "tax")):
        vectors = static.encode([word, near, far], normalize_embeddings=True)
        assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.05, word


def test_no_words_and_very_many_work(static: SentenceTransformer) -> None:
    vectors = static.encode(["", "tree " * 4999 + "ocean", "tree " * 5000])
    assert vectors.shape == (3, 384)
    assert vectors.dtype == np.float32
    assert np.isfinite(vectors).all()
    assert not vectors[0].any()
    assert (vectors[1] != vectors[2]).any()  # the last word counts: nothing is cut


def test_a_second_distillation_is_equal_and_replaces_the_folder(
    bundled: SentenceTransformer, folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "static"
    path.mkdir()
    (path / "old").write_text("old", encoding="utf-8")
    before = bundled.tokenizer.backend_tokenizer.to_str()
    distil(bundled, path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["static"]
    assert _contents(path) == _contents(folder)
    assert bundled.tokenizer.backend_tokenizer.to_str() == before


def test_a_distillation_that_fails_leaves_the_old_folder(
    bundled: SentenceTransformer, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "static"
    shutil.copytree(folder, path)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("search.static._token_vectors", lambda model, _: np.eye(len(model.tokenizer), 400))
    monkeypatch.setattr(SentenceTransformer, "save_pretrained", full)
    with pytest.raises(OSError, match="No space"):
        distil(bundled, path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["static"]
    assert _contents(path) == _contents(folder)


ODD = [
    "",
    " ",
    "  two  spaces ",
    "a\x1cb\x00c d",
    "naïve café e\u0301",
    "日本語 and 中文",
    "\u0301x y",
    "x" * 300 + " y",
    "don't-stop (now)…",
    "a\u00a0b\u2003c",
    "tab\tsep\nline\r\nend",
    "ΣΑΣ ﬁx ½ 👩‍🔬",
    "[CLS] [MASK] ##ing",
]


@pytest.mark.parametrize("remembered", [0, 500_000])
def test_pieces_give_the_vectors_of_the_model_itself(
    static: SentenceTransformer, monkeypatch: pytest.MonkeyPatch, remembered: int
) -> None:
    monkeypatch.setattr("search.static._REMEMBERED", remembered)
    texts = StaticTexts(static[0])
    for _ in range(2):  # the second time from what is remembered
        assert np.array_equal(texts.vectors(ODD), static.encode(ODD))
    assert len(texts._known) <= max(remembered, 0)


def _contents(folder: Path) -> dict[str, bytes]:
    """Each file of a folder by its path in it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
