"""Whether the database is whole: what SQLite and FTS5 find wrong in it, what differs from the schema, what is orphaned.

Each check is a question that changes nothing; what may be mended without guessing has a method beside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from sqlite3 import DatabaseError

from sqlite_utils import Database

from kg.errors import StorageError
from kg.migrations import migrations
from kg.store.fulltext import FullText

# https://sqlite.org/src/file/src/pragma.c, OP_IntegrityCk and what follows it
_OF_INDEX = re.compile(r"^(?:row \d+ missing from index|wrong # of entries in index|non-unique entry in index) ")
_MOST = 20  # faults that SQLite names
# A row that only names what is gone; elsewhere the whole row speaks of it.
_NAMING = {("mentions", "paper"), ("topics", "parent")}


@dataclass(frozen=True, slots=True)
class Orphans:
    """How many rows of a table name, in a column, what another table no longer has."""

    table: str
    column: str
    parent: str
    key: str
    count: int


class Checks:
    """The health of the database as a file; for `kg doctor`, `kg backup` and `kg restore`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def damage(self) -> list[str]:
        """What SQLite finds wrong with the file (https://sqlite.org/pragma.html#pragma_integrity_check)."""
        try:
            rows = self._db.execute(f"PRAGMA integrity_check({_MOST})").fetchall()
        except DatabaseError as error:
            return [str(error)]
        return [line for (said,) in rows if said != "ok" for line in str(said).splitlines()]

    def is_in_indexes(self, damage: list[str]) -> bool:
        """Whether nothing but indexes is damaged, which are made of the rows."""
        return all(_OF_INDEX.search(line) for line in damage)

    def reindex(self) -> None:
        """Make all indexes anew from their tables.

        :raises StorageError: more than the indexes is damaged.
        """
        with self._db.atomic():
            self._db.execute("REINDEX")
        if damage := self.damage():
            raise StorageError(damage[0])

    def schema(self) -> list[tuple[str, str]]:
        """(name, SQL) of what migrations make, and the database lacks or has otherwise."""
        wanted, found = _schema(_fresh()), _schema(self._db)
        return [(name, sql) for name, sql in wanted.items() if found.get(name) != sql]

    def holds_no_rows(self, sql: str) -> bool:
        """Whether that SQL makes an index, a trigger or a view, which can be made anew at any time."""
        return _kind(sql) in {"INDEX", "TRIGGER", "VIEW"}

    def make(self, name: str, sql: str) -> None:
        """Make an index, a trigger or a view as it should be."""
        with self._db.atomic():
            self._db.execute(f"DROP {_kind(sql)} IF EXISTS [{name}]")
            self._db.execute(sql)

    def foreign_triggers(self) -> list[tuple[str, str]]:
        """(name, SQL) of the triggers that no migration makes: what they change, nobody here knows."""
        wanted = {trigger.name for trigger in _fresh().triggers}
        return [(trigger.name, trigger.sql) for trigger in self._db.triggers if trigger.name not in wanted]

    def drop_trigger(self, name: str) -> None:
        """Drop a trigger."""
        with self._db.atomic():
            self._db.execute(f"DROP TRIGGER [{name}]")

    def orphans(self) -> list[Orphans]:
        """Rows that name what is not there; only a program other than `kg` leaves them."""
        found = []
        for table in self._db.table_names():
            for _, _, parent, column, key, *_ in self._db.execute(f"PRAGMA foreign_key_list([{table}])").fetchall():
                missing = _missing(table, column, parent, key)
                (count,) = self._db.execute(f"SELECT count(*) FROM [{table}] WHERE {missing}").fetchone()
                if count:
                    found.append(Orphans(table, column, parent, key, count))
        return found

    def remove(self, orphans: Orphans) -> None:
        """Remove such rows; a mention stays, without its paper, and its document will be read again."""
        table, column = orphans.table, orphans.column
        missing = _missing(table, column, orphans.parent, orphans.key)
        with self._db.atomic():
            if table == "mentions" and column == "paper":
                documents = f"SELECT document FROM mentions WHERE {missing}"
                self._db.execute(f"UPDATE documents SET content_hash = '' WHERE id IN ({documents})")
            if (table, column) in _NAMING:
                self._db.execute(f"UPDATE [{table}] SET {column} = NULL WHERE {missing}")
            else:
                self._db.execute(f"DELETE FROM [{table}] WHERE {missing}")

    def full_text(self, deep: bool) -> str | None:
        """What is wrong with the full-text table; None if it is whole and has a row for each paper with a title.

        :param deep: also FTS5's own check (https://sqlite.org/fts5.html#the_integrity_check_command), in form a
            write: only where the database is open for writing.
        """
        try:
            if deep:
                with self._db.atomic():
                    self._db.execute("INSERT INTO papers_fts (papers_fts) VALUES ('integrity-check')")
            (lost,) = self._db.execute(
                "SELECT count(*) FROM papers WHERE title IS NOT NULL AND NOT fts_stale "
                "AND number NOT IN (SELECT id FROM papers_fts_docsize)"
            ).fetchone()
            (loose,) = self._db.execute(
                "SELECT count(*) FROM papers_fts_docsize WHERE id NOT IN (SELECT number FROM papers)"
            ).fetchone()
        except DatabaseError as error:
            return str(error)
        return f"{lost} papers missing, {loose} too many" if lost or loose else None

    def rebuild_full_text(self) -> None:
        """Make the full-text table anew from the papers."""
        fresh = _fresh()
        (sql,) = fresh.execute("SELECT sql FROM sqlite_master WHERE name = 'papers_fts'").fetchone()
        settings = fresh.execute("SELECT k, v FROM papers_fts_config WHERE k <> 'version'").fetchall()
        with self._db.atomic():
            self._db.execute("DROP TABLE IF EXISTS papers_fts")
            self._db.execute(sql)
            for name, value in settings:
                self._db.execute("INSERT INTO papers_fts (papers_fts, rank) VALUES (?, ?)", [name, value])
            self._db.execute("UPDATE papers SET fts_stale = 1")
        FullText(self._db).refresh()

    def odd_vectors(self) -> int:
        """How many vectors have another length than most of their model, or are no float32 numbers."""
        return int(self._db.execute(f"SELECT count(*) FROM vectors WHERE id IN ({_ODD})").fetchone()[0])

    def remove_odd_vectors(self) -> None:
        """Remove them: their texts are embedded again by the next `kg ingest`."""
        with self._db.atomic():
            self._db.execute(f"DELETE FROM vectors WHERE id IN ({_ODD})")

    def unfinished(self) -> list[tuple[int, str]]:
        """(number, when it began) of the runs after the last finished one: they were cut off."""
        rows = self._db.execute(
            "SELECT id, started_at FROM runs WHERE finished_at IS NULL "
            "AND id > (SELECT coalesce(max(id), 0) FROM runs WHERE finished_at IS NOT NULL) ORDER BY id"
        )
        return [(int(number), str(began)) for number, began in rows]


_ODD = (
    "WITH lengths AS (SELECT model, length(vector) AS size, count(*) AS many FROM vectors GROUP BY 1, 2), "
    "usual AS (SELECT model, size, max(many) FROM lengths GROUP BY model) "
    "SELECT v.id FROM vectors v JOIN usual u USING (model) WHERE length(v.vector) <> u.size OR u.size % 4"
)


def _fresh() -> Database:
    """An empty library of this version, in memory."""
    db = Database(memory=True)
    migrations.apply(db)
    return db


def _schema(db: Database) -> dict[str, str]:
    """Name -> SQL of all that migrations make; FTS5's own tables are its own affair."""
    rows = db.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")
    others = ("sqlite_", "_sqlite_", "papers_fts_")
    return {name: " ".join(sql.split()) for name, sql in rows if not name.startswith(others)}


def _kind(sql: str) -> str:
    return sql.split()[1].upper().replace("UNIQUE", "INDEX")


def _missing(table: str, column: str, parent: str, key: str) -> str:
    return f"[{column}] IS NOT NULL AND [{table}].[{column}] NOT IN (SELECT [{key}] FROM [{parent}])"
