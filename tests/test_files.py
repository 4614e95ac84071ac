"""Files that are never seen half written."""

import os
from pathlib import Path

import pytest

from kg import generations
from kg.files import replace_file


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "index"
    replace_file(path, b"one")
    replace_file(path, b"two")
    assert path.read_bytes() == b"two"
    assert [file.name for file in path.parent.iterdir()] == ["index"]


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "index"
    replace_file(path, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["index"]


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", "[" * 100_000, '{"folder": 3}', '{"maker": "m", "folder": "../../x"}']
)
def test_a_manifest_that_is_none_names_no_folder(tmp_path: Path, content: str) -> None:
    (tmp_path / "graph.json").write_text(content)
    assert generations.read(tmp_path, generations.GRAPH) is None
    assert generations.status(tmp_path, generations.GRAPH, "m", 1) == "missing"
    assert generations.is_damaged(tmp_path, generations.GRAPH)
