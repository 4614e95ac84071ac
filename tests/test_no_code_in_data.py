"""Data never becomes code: nothing in kg can run what it reads."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted(file for room in ("kg", "ingest", "search", "graph", "webapp") for file in (ROOT / room).rglob("*.py"))
MODULES = frozenset(
    "pickle cPickle _pickle marshal shelve dill cloudpickle joblib jsonpickle multiprocessing code".split()
)
CALLS = frozenset(
    "eval exec compile __import__ os.system os.popen os.execv os.execvp pty.spawn yaml.load torch.load".split()
)
# Functions of numpy that read pickles unless they are told not to.
READS_PICKLES = frozenset({"np.load", "numpy.load", "np.memmap.load"})
SETTING = {"allow_pickle": True, "shell": True, "weights_only": False, "trust_remote_code": True}


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [name.name for name in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def faults(source: str) -> Iterator[str]:
    """What in a source could run data, each with its line."""
    for node in ast.walk(ast.parse(source)):
        for module in imported(node):
            if module.partition(".")[0] in MODULES:
                yield f"{node.lineno}: import {module}"  # type: ignore[attr-defined]
        if not isinstance(node, ast.Call):
            continue
        name = dotted(node.func)
        given = {word.arg: word.value.value for word in node.keywords if isinstance(word.value, ast.Constant)}
        if name in CALLS or name.rpartition(".")[2] in {"loads_pickle", "read_pickle", "to_pickle"}:
            yield f"{node.lineno}: {name}"
        if name in READS_PICKLES and given.get("allow_pickle") is not False:
            yield f"{node.lineno}: {name} without allow_pickle=False"
        for word, value in SETTING.items():
            if given.get(word) is value:
                yield f"{node.lineno}: {name}({word}={value})"


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from pickle import loads",
        "from multiprocessing.connection import Listener",
        "import joblib.numpy_pickle",
        "import shelve as s",
        "eval('1')",
        "exec(text)",
        "yaml.load(text)",
        "torch.load(file)",
        "np.load(file)",
        "np.load(file, allow_pickle=True)",
        "numpy.load(file, mmap_mode='r')",
        "subprocess.run(text, shell=True)",
        "os.system(text)",
        "pd.read_pickle(file)",
        "SentenceTransformer(name, trust_remote_code=True)",
    ],
)
def test_what_would_be_found(source: str) -> None:
    assert list(faults(source))


@pytest.mark.parametrize(
    "source", ["np.load(file, allow_pickle=False)", "re.compile(text)", "subprocess.run([text])", "db.exec(x)"]
)
def test_what_is_no_fault(source: str) -> None:
    assert not list(faults(source))


def test_no_file_runs_data() -> None:
    assert len(FILES) > 200
    found = {file: list(faults(file.read_text(encoding="utf-8"))) for file in FILES}
    assert {str(file.relative_to(ROOT)): lines for file, lines in found.items() if lines} == {}
