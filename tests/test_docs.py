"""Every example of README.md, docs/ and `--help` is run, or at least understood: one that goes stale fails here."""

import argparse
import contextlib
import doctest
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest

from kg.cli import kg
from kg.config import Config
from kg.library import Library
from kg.refresh import Options, refresh
from tests.conftest import Run
from webapp import create_app

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
PYTHON = [ROOT / "docs" / "python.md", ROOT / "docs" / "mcp.md"]
BUNDLED = ROOT / "data" / "deep-learning-theory.md"
OTHERS = "torch transformers sentence_transformers networkx scipy sklearn sqlite_utils lxml".split()
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ASKING = {
    "search",
    "related",
    "show",
    "path",
    "gaps",
    "export",
    "status",
    "extract",
}  # read only, and end by themselves


class Block(NamedTuple):
    """A fenced block of a page, and the line that its text begins on."""

    language: str
    text: str
    line: int


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [Block(found[1], found[2], text.count("\n", 0, found.start(2)) + 1) for found in FENCE.finditer(text)]


def commands(page: Path) -> list[list[str]]:
    """What follows `$ ` in the console blocks of a page, in words, without comments and where the output goes."""
    lines = [line[2:] for block in blocks(page) if block.language == "console" for line in block.text.splitlines() if line.startswith("$ ")]  # fmt: skip
    return [shlex.split(re.sub(r" > \S+", "", line), comments=True) for line in lines]


COMMANDS = [(page.name, command) for page in PAGES for command in commands(page)]


def understood(words: list[str]) -> click.Context:
    """The command that these words are, with its options; nothing is run."""
    return kg.commands[words[0]].make_context(words[0], words[1:])


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the bundled list and its library in `data`, as `make demo` makes it without a network."""
    folder = tmp_path_factory.mktemp("bundled")
    shutil.copytree(BUNDLED.parent, folder / "data", ignore=shutil.ignore_patterns("kg.db*", "index"))
    library = Library(Config(data=folder / "data"))
    options = Options((str(BUNDLED),), offline=True, facts=BUNDLED.with_suffix(".facts.jsonl"))
    refresh(library, options, lambda *_: None, lambda _: None)
    library.close()
    return folder


@pytest.fixture
def there(bundled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that folder to work in, with `kg` to be called by its name."""
    shutil.copytree(bundled, tmp_path / "there")
    monkeypatch.chdir(tmp_path / "there")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    return tmp_path / "there"


@pytest.mark.slow
@pytest.mark.parametrize("page", PYTHON, ids=lambda page: page.name)
def test_python_examples_print_what_is_shown(page: Path, there: Path) -> None:
    found = blocks(page)
    names: dict[str, object] = {"__name__": "example"}
    ran = 0
    for block, after in zip(found, [*found[1:], None], strict=True):
        if block.language != "python":
            continue
        printed = io.StringIO()
        code = compile("\n" * (block.line - 1) + block.text, str(page), "exec")
        # A browser of another test may have a loop of its own in this thread, and an example may start one.
        with contextlib.redirect_stdout(printed), ThreadPoolExecutor(1) as apart:
            apart.submit(exec, code, names).result()
        expected = after.text if after is not None and after.language == "text" else ""
        flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        shown = f"{page.name}:{block.line} printed\n{printed.getvalue()}"
        assert doctest.OutputChecker().check_output(expected, printed.getvalue(), flags), shown
        ran += 1
    assert ran


@pytest.mark.slow
@pytest.mark.parametrize("page", PYTHON, ids=lambda page: page.name)
def test_python_examples_have_the_types_of_the_packages(page: Path, tmp_path: Path) -> None:
    """As somebody's own script is checked: the packages say that they are typed."""
    script = tmp_path / "example.py"
    script.write_text("\n".join(block.text for block in blocks(page) if block.language == "python"))
    settings = tmp_path / "mypy.ini"  # what others say of their own types is not asked here, and takes half a minute
    settings.write_text("[mypy]\n" + "".join(f"[mypy-{name}.*]\nfollow_imports = skip\n" for name in OTHERS))
    checker = [sys.executable, "-m", "mypy", "--strict", "--config-file", str(settings)]
    checker += ["--cache-dir", str(tmp_path / "cache"), str(script)]
    done = subprocess.run(checker, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_package_says_that_it_is_typed() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = settings["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert packages
    assert all((ROOT / package / "py.typed").is_file() for package in packages)


@pytest.mark.parametrize(("page", "command"), COMMANDS, ids=[f"{page}: {' '.join(c)[:60]}" for page, c in COMMANDS])
def test_commands_in_the_documents_are_understood(page: str, command: list[str]) -> None:
    program, *words = command
    match Path(program).name:
        case "kg":
            assert understood(words)
        case "make":
            made = (ROOT / "Makefile").read_text(encoding="utf-8")
            assert all(f"\n{target}:" in made for target in words)
        case "python":
            extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
                "optional-dependencies"
            ]
            assert words[:3] == ["-m", "pip", "install"]
            assert words[3:] == extras["mcp"]
        case "curl":
            assert request_of(words)["path"]
        case other:
            pytest.fail(f"{page}: nothing here knows how to check an example of {other}")


@pytest.mark.slow
def test_commands_in_the_documents_answer(there: Path, run: Run) -> None:
    (there / "draft.txt").write_text("Sparse subnetworks can be trained alone.")
    asking = [words for _, (program, *words) in COMMANDS if Path(program).name == "kg" and words[0] in ASKING]
    assert asking
    for words in asking:
        result = run(*words)
        assert (result.code, bool(result.out)) == (0, True), (words, result.err)


def request_of(words: list[str]) -> dict[str, Any]:
    """The request that these words have curl send, for Flask's test client."""
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("-H", action="append", default=[])
    parser.add_argument("-d")
    asked = parser.parse_args(words)
    path = asked.address.removeprefix("http://127.0.0.1:8000")
    headers = dict(header.split(": ", 1) for header in asked.H)
    return {"path": path, "headers": headers, "data": asked.d, "method": "POST" if asked.d else "GET"}


def holds(answer: Any, shown: Any) -> bool:
    """Whether an answer has all that is shown of it; "..." stands for anything, and of a list the first are shown."""
    if isinstance(shown, dict):
        return isinstance(answer, dict) and all(key in answer and holds(answer[key], shown[key]) for key in shown)
    if isinstance(shown, list):
        return answer == shown if not shown else len(answer) >= len(shown) and all(map(holds, answer, shown))
    return shown in ("...", answer)


@pytest.mark.slow
def test_requests_in_the_documents_answer(there: Path) -> None:
    library = Library(Config(data=there / "data"))
    client = create_app(library).test_client()
    found = blocks(ROOT / "docs" / "api.md")
    for block, after in zip(found, [*found[1:], None], strict=True):
        if block.language != "console":
            continue
        shown = json.loads(after.text) if after is not None and after.language == "json" else {}
        for line in block.text.splitlines():
            answer = client.open(**request_of(shlex.split(line.removeprefix("$ curl "))))
            assert answer.status_code == shown.get("status", 200), (line, answer.text)
            assert not shown or holds(json.loads(answer.data), shown), (line, answer.text)
    library.close()


@pytest.mark.parametrize("name", list(kg.commands))
def test_examples_of_help_are_understood(name: str) -> None:
    text = textwrap.dedent(kg.commands[name].help or "")
    for line in re.findall(r"^ *kg (.*)", text, re.MULTILINE):
        assert understood(shlex.split(re.sub(r" > \S+", "", line), comments=True)), line


def test_examples_of_configuration_are_understood() -> None:
    (block,) = [block for block in blocks(ROOT / "docs" / "mcp.md") if block.language == "json"]
    (server,) = json.loads(block.text)["mcpServers"].values()
    assert Path(server["command"]).name == "kg"
    assert understood(server["args"]).command is kg.commands["mcp"]
