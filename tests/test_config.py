"""Settings: where they come from, and what is refused."""

from pathlib import Path

import pytest

from kg.config import Config, is_loopback
from kg.errors import UsageError


def test_options_win_over_environment_over_file(tmp_path: Path) -> None:
    (tmp_path / "kg.toml").write_text('model = "from-file"\ndevice = "cpu"\ns2_key = "file-key"\n')
    environ = {"KG_MODEL": "from-environment", "KG_S2_KEY": "environment-key"}
    config = Config.load({"data": str(tmp_path), "model": "from-option"}, environ)
    assert (config.model, config.s2_key, config.device) == ("from-option", "environment-key", "cpu")


def test_defaults_are_those_of_the_contract() -> None:
    config = Config.load({}, {})
    assert config.data == Path("data")
    assert config.arxiv_delay == 3.0
    assert config.model_name == "all-MiniLM-L6-v2"


def test_the_data_folder_comes_from_the_environment(tmp_path: Path) -> None:
    assert Config.load({}, {"KG_DATA": str(tmp_path)}).database == tmp_path / "kg.db"


@pytest.mark.parametrize(
    ("environ", "word"),
    [
        ({"KG_ARXIV_DELAY": "0.5"}, "limit"),
        ({"KG_ARXIV_DELAY": "soon"}, "soon"),
        ({"KG_ARXIV_DELAY": "nan"}, "number"),
        ({"KG_ARXIV_DELAY": "-1", "KG_ARXIV_URL": "http://localhost:1/api/query"}, "0 or more"),
        ({"KG_DEVICE": "tpu"}, "tpu"),
        ({"KG_S2_URL": "ftp://x"}, "KG_S2_URL"),
    ],
)
def test_bad_values_name_themselves(environ: dict[str, str], word: str) -> None:
    with pytest.raises(UsageError, match=word):
        Config.load({}, environ)


@pytest.mark.parametrize("text", ["delay = 3", "model = [", 'model = "a\\u0000"', "model = " + "[" * 9000])
def test_a_bad_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "kg.toml").write_text(text)
    with pytest.raises(UsageError, match=r"kg\.toml|KG_MODEL"):
        Config.load({"data": str(tmp_path)}, {})


def test_a_short_delay_is_allowed_on_this_machine_only() -> None:
    environ = {"KG_ARXIV_URL": "http://127.0.0.1:8000/api/query", "KG_ARXIV_DELAY": "0"}
    assert Config.load({}, environ).arxiv_delay == 0.0


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("http://example.org/", False),
        ("http://[::1_0/", False),
        ("http://[::1]:9/", True),
    ],
)
def test_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
