"""Models are safetensors and code of sentence-transformers, or they are not loaded: nothing in their folders runs."""

import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Router
from sentence_transformers.sentence_transformer.modules import Dense, Pooling, Transformer, WordEmbeddings
from sentence_transformers.sentence_transformer.modules.tokenizer import WhitespaceTokenizer
from transformers import BertConfig, BertModel, BertTokenizerFast

from kg.config import STATIC
from kg.errors import UsageError
from search import weights
from search.encoder import SentenceEncoder, bundled_folder, make_static, open_encoder, static_folder

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"pruning finds small networks bees dance".split()]


class Payload:
    """What a hostile pickle does as soon as it is read: it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of random weights as sentence-transformers saves one, with a module after the pooling."""
    folder = tmp_path_factory.mktemp("models")
    (folder / "vocab.txt").write_text("\n".join(WORDS), encoding="utf-8")
    torch.manual_seed(1)
    shape = BertConfig(
        vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16
    )
    BertModel(shape).save_pretrained(folder / "bert")
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder / "bert")
    transformer = Transformer(str(folder / "bert"))
    model = SentenceTransformer(modules=[transformer, Pooling(16), Dense(16, 8)], device="cpu")
    model.save_pretrained(str(folder / "tiny"), create_model_card=False)
    return folder / "tiny"


@pytest.fixture
def model(tiny: Path, tmp_path: Path) -> Path:
    shutil.copytree(tiny, tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture
def ran(tmp_path: Path) -> Path:
    """The file that a payload makes."""
    return tmp_path / "ran"


def hostile(path: Path, ran: Path) -> None:
    path.write_bytes(pickle.dumps(Payload(ran)))


def changed(path: Path, **values: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | values), encoding="utf-8")


def test_a_model_of_safetensors_is_loaded_and_the_payload_would_run(model: Path, ran: Path) -> None:
    vectors = SentenceEncoder(str(model), "cpu").documents(["pruning finds small networks", "bees dance"])
    assert vectors.shape == (2, 8)
    hostile(model / "weights", ran)
    pickle.loads((model / "weights").read_bytes())
    assert ran.exists()


def pickles_only(model: Path, ran: Path) -> None:
    for path in list(model.rglob("model.safetensors")):
        path.unlink()
        hostile(path.with_name("pytorch_model.bin"), ran)


def a_pickle_in_one_module(model: Path, ran: Path) -> None:
    (model / "2_Dense" / "model.safetensors").unlink()
    hostile(model / "2_Dense" / "pytorch_model.bin", ran)


def shards_that_are_pickles(model: Path, ran: Path) -> None:
    (model / "model.safetensors").unlink()
    hostile(model / "shard.bin", ran)
    index = {"metadata": {}, "weight_map": {"embeddings.word_embeddings.weight": "shard.bin"}}
    (model / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    changed(model / "sentence_bert_config.json", model_args={"weights_only": False})


def weights_by_another_name(model: Path, ran: Path) -> None:
    hostile(model / "adapter_model.bin", ran)
    save_file({"x": torch.zeros(1)}, model / "adapter_model.safetensors")
    changed(model / "config.json", transformers_weights="adapter_model.bin")


def last_module(model: Path, kind: str, **settings: object) -> None:
    """Make the last module one of that class; its settings are JSON by the names of their files."""
    modules = json.loads((model / "modules.json").read_text(encoding="utf-8"))
    modules[2]["type"] = kind
    (model / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    for name, content in settings.items():
        (model / "2_Dense" / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")


def code_in_the_folder(model: Path, ran: Path) -> None:
    (model / "custom_module.py").write_text(f"open({str(ran)!r}, 'w')\nclass Module: ...\n", encoding="utf-8")
    last_module(model, "custom_module.Module")


def code_that_is_no_module(model: Path, _: Path) -> None:
    last_module(model, "sentence_transformers.util.distributed.pickle")


def routes(kind: str) -> dict[str, object]:
    """The settings of a module that hands a text on to others, which they name."""
    types = {"one": "sentence_transformers.models.Dense", "two": kind}
    return {"types": types, "structure": {"query": ["one"], "document": ["two"]}, "parameters": {}}


def code_of_a_router(model: Path, ran: Path) -> None:
    code_in_the_folder(model, ran)
    last_module(model, "sentence_transformers.models.Router", router_config=routes("custom_module.Module"))


def code_of_an_old_router(model: Path, _: Path) -> None:
    last_module(model, "sentence_transformers.models.Asym", config=routes("sentence_transformers.util.misc.importlib"))


def code_of_a_tokenizer(model: Path, _: Path) -> None:
    words = {"tokenizer_class": "sentence_transformers.util.file_io.Path"}
    last_module(model, "sentence_transformers.models.WordEmbeddings", wordembedding_config=words)


def code_of_the_transformer(model: Path, ran: Path) -> None:
    (model / "modeling.py").write_text(f"open({str(ran)!r}, 'w')\nclass Model: ...\n", encoding="utf-8")
    changed(
        model / "config.json", model_type="mine", auto_map={"AutoConfig": "modeling.C", "AutoModel": "modeling.Model"}
    )


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (pickles_only, "no weights as safetensors.*save_pretrained"),
        (a_pickle_in_one_module, "2_Dense/pytorch_model.bin.*save_pretrained"),
        (shards_that_are_pickles, r"model\.safetensors\.index\.json.*save_pretrained"),
        (weights_by_another_name, "config.json is, or names.*save_pretrained"),
        (code_in_the_folder, "names code of its own, 'custom_module.Module'"),
        (code_that_is_no_module, r"modules\.json names code of its own, 'sentence_transformers\.util\.dis.*pickle'"),
        (code_of_a_router, r"2_Dense/router_config\.json names code of its own, 'custom_module\.Module'"),
        (code_of_an_old_router, r"2_Dense/config\.json names code of its own, 'sentence_.*\.importlib'"),
        (code_of_a_tokenizer, r"2_Dense/wordembedding_config\.json names code of its own, 'sentence_.*\.Path'"),
        (code_of_the_transformer, "code of its own, which kg does not run"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_could_run_code_is_refused_in_a_line(
    model: Path, ran: Path, harm: Callable[[Path, Path], None], said: str
) -> None:
    harm(model, ran)
    with pytest.raises(UsageError, match=said) as refused:
        SentenceEncoder(str(model), "cpu")
    assert "\n" not in str(refused.value)
    assert not ran.exists()


def test_modules_that_name_others_of_sentence_transformers_are_loaded(tiny: Path, tmp_path: Path) -> None:
    """A router, and words with a tokenizer, as sentence-transformers saves them."""
    plain = SentenceTransformer(str(tiny), device="cpu")
    routed = Router.for_query_document([plain[0], plain[1]], [plain[0], plain[1]])
    words = WordEmbeddings(WhitespaceTokenizer(WORDS), torch.ones(len(WORDS), 4))
    for name, modules in {"routed": [routed], "words": [words, Pooling(4)]}.items():
        SentenceTransformer(modules=modules, device="cpu").save_pretrained(
            str(tmp_path / name), create_model_card=False
        )
        assert SentenceEncoder(str(tmp_path / name), "cpu").query("bees dance").shape in {(16,), (4,)}


def test_a_pickle_beside_safetensors_is_not_read(model: Path, ran: Path) -> None:
    hostile(model / "pytorch_model.bin", ran)
    hostile(model / "training_args.bin", ran)
    SentenceEncoder(str(model), "cpu").query("bees dance")
    assert not ran.exists()


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "modules.json", "tokenizer.json"])
@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff" * 100], ids=["empty", "object", "array", "bytes"])
def test_a_damaged_model_is_one_line(model: Path, name: str, content: bytes) -> None:
    (model / name).write_bytes(content)
    try:
        SentenceEncoder(str(model), "cpu")
    except UsageError as refused:
        assert "\n" not in str(refused)  # noqa: PT017 (some files may be anything)


def test_a_model_of_the_hub_is_looked_through_too(
    tiny: Path, tmp_path: Path, ran: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "hub"
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(cache))
    for name in ("good", "bad"):
        kept = cache / f"models--someone--{name}"
        shutil.copytree(tiny, kept / "snapshots" / ("a" * 40))
        (kept / "refs").mkdir()
        (kept / "refs" / "main").write_text("a" * 40, encoding="utf-8")
    code_in_the_folder(cache / "models--someone--bad" / "snapshots" / ("a" * 40), ran)
    encoder = SentenceEncoder("someone/good", "cpu")
    assert encoder.name == "someone/good"
    assert encoder.query("bees").shape == (8,)
    with pytest.raises(UsageError, match=r"'someone/bad' is not loaded: modules\.json names code"):
        SentenceEncoder("someone/bad", "cpu")
    assert not ran.exists()


def test_the_bundled_model_is_compared_before_it_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights.check_bundled(bundled_folder())
    for name in weights.BUNDLED:
        (tmp_path / name).symlink_to(bundled_folder() / name)
    damaged = bytearray((bundled_folder() / "model.safetensors").read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (tmp_path / "model.safetensors").unlink()
    (tmp_path / "model.safetensors").write_bytes(damaged)
    monkeypatch.setattr("search.encoder.bundled_folder", lambda: tmp_path)
    with pytest.raises(UsageError, match=r"model\.safetensors is not the file that kg came with.*KG_MODEL"):
        SentenceEncoder(device="cpu")


def test_a_damaged_static_model_is_told_with_what_makes_it_anew(tiny: Path, tmp_path: Path) -> None:
    name = STATIC + "tiny"
    folder = static_folder(name, tmp_path)
    shutil.copytree(tiny, folder)
    weights.write_digests(folder)
    assert open_encoder(name, tmp_path).query("bees").shape == (8,)
    content = bytearray((folder / "model.safetensors").read_bytes())
    content[-1] ^= 1
    (folder / "model.safetensors").write_bytes(content)
    with pytest.raises(UsageError, match=r"is damaged, in .*`kg ingest --encoder static` makes it anew"):
        open_encoder(name, tmp_path)


def test_a_damaged_static_model_is_made_anew(tiny: Path, tmp_path: Path) -> None:
    name = STATIC + str(tiny)
    make_static(name, tmp_path)
    weights_of = static_folder(name, tmp_path) / "model.safetensors"
    before, made = weights_of.read_bytes(), weights_of.stat().st_ino
    make_static(name, tmp_path)
    assert weights_of.stat().st_ino == made  # it is whole
    weights_of.write_bytes(before[:-1])
    make_static(name, tmp_path)
    assert weights_of.read_bytes() == before


def test_digests_find_what_changed_and_what_is_gone(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("one", "deep/two"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    assert not weights.is_damaged(tmp_path)  # nothing is known
    weights.write_digests(tmp_path)
    assert not weights.is_damaged(tmp_path)
    (tmp_path / "deep" / "two").write_text("other", encoding="utf-8")
    assert weights.is_damaged(tmp_path)
    weights.write_digests(tmp_path)
    (tmp_path / "one").unlink()
    assert weights.is_damaged(tmp_path)
    (tmp_path / weights.DIGESTS).write_text("nonsense\n", encoding="utf-8")
    assert weights.is_damaged(tmp_path)
