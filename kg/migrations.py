"""The schema of `kg.db`, as numbered steps; each runs once, in one transaction with its record.

`papers.number` names a paper in the index and the full-text table; it is never given to another paper.
`papers.in_library` is 1 for a work that a document lists or that was loaded in bulk, 0 for one that is
known only because a paper cites it or because a list held it once.
`asks` is the work queue seen from its done side: which route was asked for which paper, what it answered, when.
What has no row there, or one that is too old, is still to be asked; so the queue can never disagree with the papers.
The table `states` counts changes: what is derived from the database (index, graph) notes the count it
was made at, and is stale when it differs. Triggers count, so no writer can forget to; `words`, which counts changes of
the full-text table, is counted by those who write it, since a virtual table has no triggers.
Each library begins to count at a random multiple of `HISTORY`, so that what was made from one is never taken for
another's; `new_history` begins anew where a library becomes another one.
`paper_authors.name` is what a paper prints, `author` the one whom `kg.joining` takes it for; `author_aliases` keeps the
ids that other spellings would have, with the rule that joined them.
"""

from __future__ import annotations

import secrets

from sqlite_utils import Database, Migrations

from kg.titles import title_hash

migrations = Migrations("kg")

HISTORY = 2**40  # changes, more than any library sees
_HISTORIES = 22  # bits: with 40 of changes they fit into SQLite's integers

_TABLES = """
CREATE TABLE sources (
  location TEXT PRIMARY KEY, given TEXT NOT NULL, added_at TEXT NOT NULL) STRICT;
CREATE TABLE documents (
  id INTEGER PRIMARY KEY, slug TEXT NOT NULL UNIQUE, source TEXT NOT NULL,
  location TEXT NOT NULL UNIQUE, title TEXT NOT NULL, content_hash TEXT NOT NULL,
  read_at TEXT NOT NULL) STRICT;
CREATE TABLE papers (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, arxiv_id TEXT UNIQUE, doi TEXT,
  title TEXT, title_key TEXT, abstract TEXT, published TEXT, updated TEXT, version INTEGER,
  comment TEXT, journal_ref TEXT, withdrawn INTEGER NOT NULL DEFAULT 0, url TEXT, pdf_url TEXT,
  metadata_source TEXT, fetched_at TEXT, asked_at TEXT, bulk INTEGER NOT NULL DEFAULT 0,
  in_library INTEGER NOT NULL DEFAULT 0, text_hash TEXT, fts_stale INTEGER NOT NULL DEFAULT 1) STRICT;
CREATE INDEX papers_by_title ON papers (title_key);
CREATE INDEX papers_by_text ON papers (text_hash);
CREATE INDEX papers_stale ON papers (number) WHERE fts_stale;
CREATE TABLE aliases (
  alias TEXT PRIMARY KEY,
  paper INTEGER NOT NULL REFERENCES papers (number) ON DELETE CASCADE) STRICT, WITHOUT ROWID;
CREATE INDEX aliases_by_paper ON aliases (paper);
CREATE TABLE authors (id TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE paper_authors (
  paper INTEGER NOT NULL REFERENCES papers (number) ON DELETE CASCADE, position INTEGER NOT NULL,
  author TEXT NOT NULL REFERENCES authors (id), name TEXT NOT NULL,
  PRIMARY KEY (paper, position)) STRICT, WITHOUT ROWID;
CREATE INDEX paper_authors_by_author ON paper_authors (author);
CREATE TABLE paper_categories (
  paper INTEGER NOT NULL REFERENCES papers (number) ON DELETE CASCADE, position INTEGER NOT NULL,
  category TEXT NOT NULL, PRIMARY KEY (paper, position)) STRICT, WITHOUT ROWID;
CREATE INDEX paper_categories_by_category ON paper_categories (category);
CREATE TABLE mentions (
  id INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  line INTEGER NOT NULL, section TEXT NOT NULL, title TEXT, link_text TEXT, urls TEXT NOT NULL,
  arxiv_id TEXT, doi TEXT, authors TEXT NOT NULL, venue TEXT, year INTEGER, remark TEXT,
  paper INTEGER REFERENCES papers (number)) STRICT;
CREATE INDEX mentions_by_document ON mentions (document);
CREATE INDEX mentions_by_paper ON mentions (paper);
CREATE TABLE citations (
  citing INTEGER NOT NULL REFERENCES papers (number) ON DELETE CASCADE,
  cited INTEGER NOT NULL REFERENCES papers (number) ON DELETE CASCADE, source TEXT NOT NULL,
  PRIMARY KEY (citing, cited, source)) STRICT, WITHOUT ROWID;
CREATE INDEX citations_by_cited ON citations (cited);
CREATE TABLE topics (id TEXT PRIMARY KEY, label TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE paper_topics (
  paper INTEGER NOT NULL REFERENCES papers (number) ON DELETE CASCADE,
  topic TEXT NOT NULL REFERENCES topics (id) ON DELETE CASCADE,
  PRIMARY KEY (paper, topic)) STRICT, WITHOUT ROWID;
CREATE INDEX paper_topics_by_topic ON paper_topics (topic);
CREATE TABLE vectors (
  id INTEGER PRIMARY KEY, text_hash TEXT NOT NULL, model TEXT NOT NULL, vector BLOB NOT NULL,
  UNIQUE (text_hash, model)) STRICT;
CREATE TABLE runs (
  id INTEGER PRIMARY KEY, started_at TEXT NOT NULL, finished_at TEXT, outcome TEXT) STRICT;
CREATE TABLE states (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO states VALUES ('texts', 0), ('relations', 0);
CREATE VIRTUAL TABLE papers_fts USING fts5 (
  title, abstract, authors, remarks, tokenize = 'porter unicode61 remove_diacritics 2')
"""

# What the index is made of, and what the graph is made of: table -> columns whose change matters.
_COUNTED = {
    "texts": {"papers": "text_hash, in_library", "vectors": "vector"},
    "relations": {
        "papers": "id, title, published, in_library, metadata_source",
        "paper_authors": "author",
        "paper_categories": "category",
        "mentions": "paper, section, document",
        "citations": "source",
        "documents": "slug, title",
    },
}

# What the full-text table shows of a paper: table -> columns whose change makes the paper's row stale.
_SEARCHED = {"paper_authors": "name", "mentions": "paper, remark, link_text"}


@migrations()
def m001_tables(db: Database) -> None:
    for statement in _TABLES.split(";"):
        db.execute(statement)
    for state, tables in _COUNTED.items():
        count = f"UPDATE states SET value = value + 1 WHERE name = '{state}'"
        for table, columns in tables.items():
            _on_change(db, state, table, columns, count, count)
    stale = "UPDATE papers SET fts_stale = 1 WHERE number = "
    for table, columns in _SEARCHED.items():
        _on_change(db, "stale", table, columns, f"{stale} NEW.paper", f"{stale} OLD.paper")
    _on_update(db, "stale", "papers", "title, abstract, in_library", f"{stale} NEW.number")


_ROUTES = """
CREATE TABLE asks (
  paper INTEGER NOT NULL REFERENCES papers (number) ON DELETE CASCADE, route TEXT NOT NULL,
  answer TEXT NOT NULL, asked_at TEXT NOT NULL, PRIMARY KEY (paper, route)) STRICT, WITHOUT ROWID;
INSERT INTO asks SELECT number, iif(arxiv_id IS NULL, 'arxiv-title', 'arxiv'),
  iif(fetched_at IS NULL, 'unknown', 'known'), asked_at FROM papers WHERE asked_at IS NOT NULL;
ALTER TABLE papers DROP COLUMN asked_at;
CREATE TABLE pauses (service TEXT PRIMARY KEY, until TEXT NOT NULL, reason TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE resolutions (
  work TEXT PRIMARY KEY, paper INTEGER NOT NULL REFERENCES papers (number) ON DELETE CASCADE,
  route TEXT NOT NULL, rule TEXT NOT NULL, confidence REAL NOT NULL, at TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX resolutions_by_paper ON resolutions (paper);
CREATE TABLE changes (
  id INTEGER PRIMARY KEY, paper INTEGER NOT NULL REFERENCES papers (number) ON DELETE CASCADE,
  what TEXT NOT NULL, before TEXT, after TEXT, at TEXT NOT NULL) STRICT;
CREATE TABLE harvests (
  set_name TEXT PRIMARY KEY, since TEXT NOT NULL, next_day TEXT, token TEXT,
  until TEXT) STRICT, WITHOUT ROWID
"""


@migrations()
def m002_routes(db: Database) -> None:
    for statement in _ROUTES.split(";"):
        db.execute(statement)
    # Bytes of full text that are gathered before they are written: with more, less is merged later.
    db.execute("INSERT INTO papers_fts (papers_fts, rank) VALUES ('hashsize', 33554432)")


@migrations()
def m003_words(db: Database) -> None:
    db.execute("INSERT INTO states VALUES ('words', 0)")


@migrations()
def m004_title_hash(db: Database) -> None:
    db.execute("ALTER TABLE papers ADD COLUMN title_hash INTEGER")
    titles = db.execute("SELECT title, number FROM papers WHERE title IS NOT NULL").fetchall()
    hashes = ((title_hash(title), number) for title, number in titles)
    db.conn.executemany("UPDATE papers SET title_hash = ? WHERE number = ?", hashes)
    db.execute("CREATE INDEX papers_by_title_hash ON papers (title_hash)")


_TOPIC_TREE = """
ALTER TABLE topics ADD COLUMN parent TEXT REFERENCES topics (id) ON DELETE SET NULL;
ALTER TABLE topics ADD COLUMN source TEXT NOT NULL DEFAULT 'headings';
CREATE TABLE retired_topics (
  id TEXT PRIMARY KEY, label TEXT NOT NULL, source TEXT NOT NULL, at TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE topics_made_of (state TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE VIEW topic_holds AS WITH RECURSIVE holds (topic, part) AS (
  SELECT id, id FROM topics UNION SELECT holds.topic, topics.id FROM holds JOIN topics ON topics.parent = holds.part)
  SELECT topic, part FROM holds;
CREATE VIEW papers_within_topics AS
  SELECT DISTINCT paper, holds.topic FROM paper_topics JOIN topic_holds holds ON holds.part = paper_topics.topic
"""


@migrations()
def m005_topic_tree(db: Database) -> None:
    for statement in _TOPIC_TREE.split(";"):
        db.execute(statement)


@migrations()
def m006_author_aliases(db: Database) -> None:
    db.execute(
        "CREATE TABLE author_aliases (alias TEXT PRIMARY KEY, author TEXT NOT NULL REFERENCES authors (id), "
        "rule TEXT NOT NULL) STRICT, WITHOUT ROWID"
    )
    db.execute("CREATE INDEX author_aliases_by_author ON author_aliases (author)")


@migrations()
def m007_since(db: Database) -> None:
    # The run in which a document first named the paper; what was there before is nobody's news.
    db.execute("ALTER TABLE mentions ADD COLUMN since INTEGER NOT NULL DEFAULT 0")


@migrations()
def m008_history(db: Database) -> None:
    new_history(db)


@migrations()
def m009_newest(db: Database) -> None:
    # So that of millions of rows none is looked at for the newest ones, those of a year, and counts.
    db.execute("CREATE INDEX papers_newest ON papers (coalesce(published, '') DESC, number) WHERE in_library")
    db.execute("CREATE INDEX papers_with_abstract ON papers (number) WHERE in_library AND abstract IS NOT NULL")
    db.execute("CREATE INDEX papers_only_cited ON papers (number) WHERE NOT in_library")
    db.execute(
        "CREATE INDEX papers_unresolved ON papers (number) "
        "WHERE in_library AND coalesce(metadata_source, 'document') = 'document'"
    )


def new_history(db: Database) -> None:
    """Let a library count on from elsewhere: nothing that was made from it, or from another one, is of its state."""
    start = secrets.randbits(_HISTORIES) * HISTORY
    for table in ("states", "topics_made_of"):  # one and the same for both: topics are stored, so they stay fresh
        db.execute(f"UPDATE {table} SET value = value % {HISTORY} + ?", [start])


def _on_change(db: Database, name: str, table: str, columns: str, new: str, old: str) -> None:
    """Triggers: `new` runs for a row that comes or changes in one of the columns, `old` for one that goes."""
    db.execute(f"CREATE TRIGGER {name}_{table}_insert AFTER INSERT ON {table} BEGIN {new}; END")
    db.execute(f"CREATE TRIGGER {name}_{table}_delete AFTER DELETE ON {table} BEGIN {old}; END")
    _on_update(db, name, table, columns, new)


def _on_update(db: Database, name: str, table: str, columns: str, new: str) -> None:
    differs = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in columns.split(", "))
    db.execute(
        f"CREATE TRIGGER {name}_{table}_update AFTER UPDATE OF {columns} ON {table} WHEN {differs} BEGIN {new}; END"
    )
