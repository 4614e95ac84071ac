"""Settings: made once, from options, then the environment, then `kg.toml`, then defaults."""

from __future__ import annotations

import ipaddress
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kg.errors import UsageError

# https://info.arxiv.org/help/api/tou.html: one request every three seconds, one connection.
ARXIV_MIN_DELAY = 3.0
DEFAULT_DATA = Path("data")
BUNDLED_MODEL = "all-MiniLM-L6-v2"
STATIC = "static:"  # what the name of a model begins with that was distilled from another one
_KEY = re.compile(r"[!-~]*")  # what a header can hold, in one piece
DEVICES = ("auto", "cpu", "cuda", "mps")


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting with its default; `KG_<NAME>` in the environment, `<name>` in `kg.toml`.

    `arxiv_delay` is in seconds. `model` is a name on the hub or a folder; None is the bundled model.
    """

    data: Path = DEFAULT_DATA
    model: str | None = None
    device: str = "auto"
    arxiv_url: str = "https://export.arxiv.org/api/query"
    oai_url: str = "https://oaipmh.arxiv.org/oai"
    s2_url: str = "https://api.semanticscholar.org/graph/v1"
    openalex_url: str = "https://api.openalex.org"
    s2_key: str | None = field(default=None, repr=False)
    openalex_key: str | None = field(default=None, repr=False)
    arxiv_delay: float = ARXIV_MIN_DELAY
    vectors: str = "faiss"

    @classmethod
    def load(cls, options: Mapping[str, Any], environ: Mapping[str, str]) -> Config:
        """The settings for one run.

        :raises UsageError: a value is of the wrong kind, or a key of `kg.toml` is unknown.
        """
        data = Path(options.get("data") or environ.get("KG_DATA") or DEFAULT_DATA)
        config = replace(cls(), data=data, **_from_toml(data / "kg.toml"))
        for setting in fields(cls):
            value = options.get(setting.name) or environ.get(f"KG_{setting.name.upper()}")
            if value and setting.name != "data":
                changed: dict[str, Any] = {setting.name: _converted(setting.name, value)}
                config = replace(config, **changed)
        return _checked(config)

    @property
    def model_name(self) -> str:
        """The name that the model's vectors are stored under."""
        return self.model or BUNDLED_MODEL

    @property
    def database(self) -> Path:
        """The SQLite file that holds the library."""
        return self.data / "kg.db"

    @property
    def no_papers(self) -> str:
        """What to do where the library holds nothing."""
        return f"No papers in {self.data}: run `kg ingest SOURCE` first."

    @property
    def index_folder(self) -> Path:
        """Where the vector index lies; made from the database."""
        return self.data / "index"

    @property
    def backups_folder(self) -> Path:
        """Where copies of the library lie, unless another place was named."""
        return self.data / "backups"

    @property
    def models_folder(self) -> Path:
        """Where models lie that were distilled from others."""
        return self.data / "models"


def _from_toml(path: Path) -> dict[str, Any]:
    known = {setting.name for setting in fields(Config)} - {"data"}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    if unknown := sorted(set(values) - known):
        raise UsageError(f"{path}: unknown setting {unknown[0]!r}; known are {', '.join(sorted(known))}")
    return {name: _converted(name, value) for name, value in values.items()}


def _converted(name: str, value: object) -> object:
    if "\0" in str(value):
        raise UsageError(f"KG_{name.upper()}={value!r} holds a sign that nothing can be named by")
    if name != "arxiv_delay":
        return str(value)
    try:
        return float(str(value))
    except ValueError:
        raise UsageError(f"KG_ARXIV_DELAY={value!r} is not a number of seconds") from None


def _checked(config: Config) -> Config:
    if config.vectors != "faiss":
        raise UsageError(f"KG_VECTORS={config.vectors!r} is not served by this version; it can only be 'faiss'")
    if config.device not in DEVICES:
        raise UsageError(f"KG_DEVICE={config.device!r} is not one of {', '.join(DEVICES)}")
    for name in ("arxiv_url", "oai_url", "s2_url", "openalex_url"):
        if not str(getattr(config, name)).startswith(("http://", "https://")):
            raise UsageError(f"KG_{name.upper()}={getattr(config, name)!r} is not an http(s) address")
    for name in ("s2_key", "openalex_key"):
        if not _KEY.fullmatch(getattr(config, name) or ""):
            raise UsageError(f"KG_{name.upper()} is no key: a key is one line of letters, digits and signs")
    if not config.arxiv_delay >= 0 or config.arxiv_delay == float("inf"):
        raise UsageError(f"KG_ARXIV_DELAY={config.arxiv_delay} is not a number of seconds, 0 or more")
    if config.arxiv_delay < ARXIV_MIN_DELAY and not is_loopback(config.arxiv_url):
        raise UsageError(
            f"KG_ARXIV_DELAY={config.arxiv_delay} is below arXiv's limit of {ARXIV_MIN_DELAY} seconds; "
            "less is allowed only where KG_ARXIV_URL is an address on this machine"
        )
    return config


def model_shown(name: str) -> str:
    """A model's name for whoever asks from elsewhere: without the folder of this machine that it lies in."""
    kind, path = (STATIC, name.removeprefix(STATIC)) if name.startswith(STATIC) else ("", name)
    return kind + (Path(path).name if Path(path).is_absolute() or path.startswith((".", "~")) else path)


def is_loopback(url_or_host: str) -> bool:
    """Whether a URL, or a host, is an address of this machine itself."""
    try:
        host = urlsplit(url_or_host).hostname if "//" in url_or_host else url_or_host
    except ValueError:
        return False
    try:
        return ipaddress.ip_address((host or "").strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
