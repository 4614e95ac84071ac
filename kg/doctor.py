"""`kg doctor`: what is wrong with a library, and the mending of what can be mended without losing or guessing anything.

The checks go from the ground up: the folder, the database, what is made from it. Each gives its faults one by one, and
each fault is mended before the next is looked for, so what follows from it is never told.
"""

from __future__ import annotations

import os
import shutil
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kg import generations
from kg.config import STATIC, Config
from kg.connecting import status as graph_status
from kg.deriving import derive, drop_other_histories, finer_status, index_finer, index_vectors, model_of
from kg.errors import StorageError
from kg.files import half_written
from kg.generations import COLUMNS, FACETS, FINER, GRAPH, KINDS, MAP, VECTORS, WORDS
from kg.library import Library
from kg.mapping import is_fresh
from kg.store import DatabaseError, Store
from kg.store.words import TOKENIZER
from kg.turns import alone

_AT_WORK = 3600.0  # seconds after the last change of a file for which somebody may still be writing it
_KEYS = "_key"  # part of the names of settings that hold a secret
_CALLED = {
    VECTORS: "vector index",
    FINER: "index of the full model",
    WORDS: "postings",
    FACETS: "facets",
    GRAPH: "graph",
    MAP: "map",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault, and where (`check`); what was done about it, None if it is still there; what the user can do."""

    check: str
    problem: str
    mended: str | None = None
    advice: str | None = None


@dataclass(frozen=True, slots=True)
class _Fault:
    """A fault with what mends it, and what that will have done; or with advice where nothing does."""

    check: str
    problem: str
    mend: Callable[[], object] | None = None
    done: str = ""
    advice: str = "`kg doctor` mends it"


def examine(library: Library, mend: bool, say: Callable[[str], None]) -> list[Finding]:
    """All that is wrong with a library but its permissions; unless `mend`, nothing is changed.

    `say` is told if another process is writing, which is waited for.

    :raises StorageError: the data folder cannot be written.
    """
    config, findings = library.config, list[Finding]()
    if not config.data.is_dir():
        return [Finding("folder", f"there is no folder {config.data}", advice="`kg ingest SOURCE` makes it")]
    with alone(config.data, say):
        findings += _treated(_leftovers(config), mend)
        if not config.database.is_file():
            return [*findings, Finding("database", f"there is no {config.database}", advice=_from_copy(config))]
        try:
            with Store(config.database, read_only=not mend) as store:
                if mend:
                    drop_other_histories(store, config.index_folder)
                findings += _treated(_database(store, config, deep=mend), mend)
                if all(finding.mended or finding.check != "database" for finding in findings):
                    findings += _treated(_rows(store), mend)
                    findings += _treated(_derived(library, store), mend)
        except (StorageError, DatabaseError) as error:
            findings.append(Finding("database", str(error), advice=_from_copy(config)))
    return findings


def permissions(config: Config, mend: bool) -> list[Finding]:
    """What the library's owner cannot read or write, or others can; to be mended before anything else is opened."""
    return _treated(_permissions(config), mend)


def _treated(faults: Iterable[_Fault], mend: bool) -> list[Finding]:
    findings = []
    try:
        for fault in faults:
            findings.append(_finding(fault, mend))
    except OSError as error:
        problem = f"{error.filename or 'a file'} cannot be read: {error.strerror or error}"
        findings.append(Finding("permissions", problem, advice="give its owner the right to, or the disk a look"))
    return findings


def _finding(fault: _Fault, mend: bool) -> Finding:
    advice = fault.advice
    if mend and fault.mend:
        try:
            fault.mend()
            return Finding(fault.check, fault.problem, fault.done)
        except (OSError, StorageError, DatabaseError) as error:
            advice = f"mending it failed: {error}"
    return Finding(fault.check, fault.problem, None, advice)


def _permissions(config: Config) -> Iterator[_Fault]:
    """What its owner cannot read or write, what others can write, and keys that others can read."""
    parts = [Path(f"{config.database}{end}") for end in ("", "-wal", "-shm")]
    for path in (config.data, *parts, config.index_folder, config.models_folder, config.data / "kg.toml"):
        if not path.exists():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        wanted = (mode | (0o700 if path.is_dir() else 0o600)) & ~stat.S_IWOTH
        if wanted == mode and path.name == "kg.toml" and _KEYS in path.read_text(encoding="utf-8", errors="replace"):
            wanted &= 0o700
        if wanted != mode:
            problem = f"{path} has the permissions {mode:03o}, which should be {wanted:03o}"
            owner = "its owner can change them: `chmod`, or `chown` first"
            yield _Fault("permissions", problem, partial(path.chmod, wanted), "changed", owner)


def _leftovers(config: Config) -> Iterator[_Fault]:
    """What a process that was killed while it wrote has left behind."""
    left: list[Path] = []
    for kind in KINDS:
        manifest = generations.read(config.index_folder, kind)
        left += generations.unnamed(config.index_folder, kind, manifest.folder if manifest else None)
    for folder in (config.index_folder, config.models_folder):
        left += half_written(folder)
    for folder in (config.data, config.backups_folder):
        left += filter(_is_abandoned, half_written(folder))
    for path in left:
        remove = partial(shutil.rmtree, path) if path.is_dir() else partial(os.unlink, path)
        yield _Fault("leftovers", f"{path} was left behind, half written or of before", remove, "removed")


def _is_abandoned(copy: Path) -> bool:
    """Whether nobody writes that copy any more: `kg backup` takes no turn, and may be at it."""
    try:
        return time.time() - copy.stat().st_mtime > _AT_WORK
    except FileNotFoundError:  # it has just been put in its place
        return False


def _database(store: Store, config: Config, deep: bool) -> Iterator[_Fault]:
    """Damage of the file, tables and triggers that are not those of this version, full text that is not whole."""
    checks, copy = store.checks, _from_copy(config)
    if damage := checks.damage():
        more = f" (and {len(damage) - 1} more)" if len(damage) > 1 else ""
        yield _Fault(
            "database",
            f"{config.database} is damaged: {damage[0]}{more}",
            checks.reindex if checks.is_in_indexes(damage) else None,
            "its indexes were made anew from the rows, which are whole",
            copy,
        )
        if checks.damage():
            return
    for name, sql in checks.schema():
        make = partial(checks.make, name, sql) if checks.holds_no_rows(sql) else None
        yield _Fault("schema", f"{name} is not in the database as this version makes it", make, "made anew", copy)
    for name, sql in checks.foreign_triggers():
        problem = f"the trigger {name} is not kg's, and may change anything: {sql}"
        yield _Fault("schema", problem, partial(checks.drop_trigger, name), "dropped")
    if wrong := checks.full_text(deep):
        yield _Fault("full text", f"the full text is not whole: {wrong}", checks.rebuild_full_text, "made anew")


def _rows(store: Store) -> Iterator[_Fault]:
    """Rows that name what is gone, vectors that are none, and what a run that was cut off has not finished."""
    checks = store.checks
    for orphans in checks.orphans():
        problem = f"{orphans.count} rows of {orphans.table} name a {orphans.column} that is not there"
        yield _Fault("orphans", problem, partial(checks.remove, orphans), "taken out")
    if count := checks.odd_vectors():
        done = "removed; `kg ingest` embeds their texts again"
        yield _Fault("vectors", f"{count} vectors are damaged", checks.remove_odd_vectors, done)
    for number, began in checks.unfinished():
        done = "what it obtained is kept and can be searched; `kg ingest` goes on from there"
        yield _Fault("runs", f"run {number}, begun {began}, was cut off", partial(_settle, store), done)


def _settle(store: Store) -> None:
    """What a run does with what it has obtained."""
    with store.transaction():
        store.identity.settle_membership()
        store.fulltext.refresh()


def _derived(library: Library, store: Store) -> Iterator[_Fault]:
    """What is made from the database, and is missing, damaged or of another state."""
    folder = library.config.index_folder
    model = model_of(library, store)
    for kind in KINDS:
        state = "damaged" if generations.is_damaged(folder, kind) else _state(store, folder, kind, model)
        if state != "fresh":
            again = partial(_again, library, store, kind, model)
            yield _Fault("derived", f"the {_CALLED[kind]} is {state}", again, "made anew")


def _state(store: Store, folder: Path, kind: str, model: str) -> str:
    if kind == VECTORS:
        found = generations.status(folder, VECTORS, model, store.state("texts"))
        return "fresh" if found == "missing" and not store.vectors.count(model) else found
    if kind == FINER:
        found = finer_status(store, folder, model.removeprefix(STATIC))
        return "fresh" if found == "missing" else found
    if kind == MAP:
        nothing = generations.read(folder, VECTORS) is None
        return "fresh" if nothing or is_fresh(store, folder) else "missing or stale"
    if kind == GRAPH:
        return graph_status(store, folder)
    maker, state = (TOKENIZER, store.words.state()) if kind == WORDS else (COLUMNS, store.state("relations"))
    return generations.status(folder, kind, maker, state)


def _again(library: Library, store: Store, kind: str, model: str) -> None:
    """Make a derived folder anew, with all that goes with it."""
    if generations.is_damaged(library.config.index_folder, kind):
        generations.drop(library.config.index_folder, kind)
    if store.vectors.count(model):
        index_vectors(library, store, model)
    if kind == FINER:
        index_finer(library, store, model, begin=True)
    derive(library, store)


def _from_copy(config: Config) -> str:
    """What to do with a database that cannot be mended."""
    copies = sorted(config.backups_folder.glob("kg-*.db"))
    if copies:
        return f"`kg restore {copies[-1]}` goes back to the newest copy; what is there now is kept"
    return "`kg restore FILE`, if there is a copy elsewhere; else, with the file moved away, `kg ingest SOURCE`"
