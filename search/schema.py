"""Full-text tables and triggers of the search index, in each database's own SQL.

Triggers delete the entry of a message that is changed, withdrawn or deleted, and queue the message for indexing. So
nothing is found that is not public, even after plain SQL. Only Python can split a text into words (it is HTML, and
words are folded), so `search.indexer` writes the documents, in the same transaction.
"""

from __future__ import annotations

from django.db import connections
from django.utils.translation import gettext as _

from core.triggers import DatabaseObjects, run
from search import indexer
from search.models import IS_INDEXABLE, ReindexQueue

WATCHED_COLUMNS = (
    "headline",
    "lead",
    "body",
    "category_id",
    "source_name",
    "publish_at",
    "approved_at",
    "withdrawn_at",
)
MAX_INDEXED_BY_MIGRATE = 1_000  # messages that `migrate` indexes itself; a larger archive needs `build_search`

# SQLite: FTS5 stores which entry has which word and no positions (detail=none); phrases are checked in the entries. The
# ascii tokenizer treats every other character as a letter, so it only splits at spaces.

SQLITE = [
    "CREATE VIRTUAL TABLE IF NOT EXISTS search_fulltext USING fts5(words, marks, content='search_document', "
    "content_rowid='key', detail='none', tokenize='ascii')",
    "CREATE TRIGGER IF NOT EXISTS search_document_insert AFTER INSERT ON search_document BEGIN {insert} END",
    "CREATE TRIGGER IF NOT EXISTS search_document_delete AFTER DELETE ON search_document BEGIN {delete} END",
    "CREATE TRIGGER IF NOT EXISTS search_document_update AFTER UPDATE ON search_document BEGIN {delete} {insert} END",
    "CREATE TRIGGER IF NOT EXISTS search_message_insert AFTER INSERT ON news_message WHEN {due} BEGIN {note} END",
    "CREATE TRIGGER IF NOT EXISTS search_message_update AFTER UPDATE ON news_message WHEN {changed} BEGIN {forget} "
    "INSERT INTO search_queue (message_id) SELECT NEW.id WHERE {due}; END",
    "CREATE TRIGGER IF NOT EXISTS search_message_delete AFTER DELETE ON news_message BEGIN {forget} END",
]
SQLITE_PARTS = {
    "insert": "INSERT INTO search_fulltext (rowid, words, marks) VALUES (NEW.key, NEW.words, NEW.marks);",
    "delete": "INSERT INTO search_fulltext (search_fulltext, rowid, words, marks) "
    "VALUES ('delete', OLD.key, OLD.words, OLD.marks);",
    "due": IS_INDEXABLE.format(row="NEW"),
    "changed": " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in WATCHED_COLUMNS),
    "note": "DELETE FROM search_queue WHERE message_id = NEW.id; "
    "INSERT INTO search_queue (message_id) VALUES (NEW.id);",
    "forget": "DELETE FROM search_document WHERE message_id = OLD.id; "
    "DELETE FROM search_queue WHERE message_id = OLD.id;",
}

# PostgreSQL: a tsvector without positions or dictionary, with the words as they are in the entry. It is stored outside
# the row (TOAST), so that counting reads narrow rows. PostgreSQL only moves columns there from rows of more than about
# 2,000 bytes, so `padding` makes short rows as long with spaces, which compress to nothing.

POSTGRESQL_BODY = """
DECLARE
    concerned bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO search_queue (message_id) SELECT id FROM new_rows WHERE {new_due} ON CONFLICT DO NOTHING;
        RETURN NULL;
    END IF;
    IF TG_OP = 'DELETE' THEN
        concerned := ARRAY(SELECT id FROM old_rows);
    ELSE
        concerned := ARRAY(SELECT id FROM old_rows JOIN new_rows USING (id)
            WHERE ({old}) IS DISTINCT FROM ({new}));
    END IF;
    IF cardinality(concerned) > 0 THEN
        DELETE FROM search_document WHERE message_id = ANY(concerned);
        DELETE FROM search_queue WHERE message_id = ANY(concerned);
        IF TG_OP = 'UPDATE' THEN
            INSERT INTO search_queue (message_id) SELECT id FROM new_rows WHERE id = ANY(concerned) AND {new_due};
        END IF;
    END IF;
    RETURN NULL;
END"""
POSTGRESQL_PARTS = {
    "new_due": IS_INDEXABLE.format(row="new_rows"),
    "old": ", ".join(f"old_rows.{column}" for column in WATCHED_COLUMNS),
    "new": ", ".join(f"new_rows.{column}" for column in WATCHED_COLUMNS),
}
EVENTS = {"insert": ["NEW"], "delete": ["OLD"], "update": ["OLD", "NEW"]}
POSTGRESQL = [
    "ALTER TABLE search_document ADD COLUMN IF NOT EXISTS vector tsvector GENERATED ALWAYS AS "
    "(array_to_tsvector(array_remove(string_to_array(words || marks, ' '), ''))) STORED",
    "ALTER TABLE search_document ADD COLUMN IF NOT EXISTS padding text GENERATED ALWAYS AS (repeat(' ', 2100)) STORED",
    "ALTER TABLE search_document ALTER COLUMN vector SET STORAGE EXTERNAL",
    "ALTER TABLE search_document SET (toast_tuple_target = 128)",
    "CREATE INDEX IF NOT EXISTS search_document_vector ON search_document USING gin (vector)",
    f"CREATE OR REPLACE FUNCTION search_message() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ {POSTGRESQL_BODY.format(**POSTGRESQL_PARTS)} $$",
    *(
        f"CREATE OR REPLACE TRIGGER search_message_{event} AFTER {event.upper()} ON news_message "
        f"REFERENCING {' '.join(f'{row} TABLE AS {row.lower()}_rows' for row in rows)} "
        "FOR EACH STATEMENT EXECUTE FUNCTION search_message()"
        for event, rows in EVENTS.items()
    ),
]

# Changes made without triggers: delete entries of messages that should have none, and queue messages without one.
DELETE_ORPHANS = """DELETE FROM search_document WHERE NOT EXISTS (
    SELECT 1 FROM news_message AS m WHERE m.id = search_document.message_id AND {due})"""
QUEUE_MISSING = """INSERT INTO search_queue (message_id) SELECT m.id FROM news_message AS m WHERE {due}
    AND NOT EXISTS (SELECT 1 FROM search_document AS e WHERE e.message_id = m.id)
    AND NOT EXISTS (SELECT 1 FROM search_queue AS s WHERE s.message_id = m.id)
    ORDER BY m.publish_at, m.id"""


def index_after_migration(using: str, may_be_stale: bool) -> None:
    """Bring the index up to date after a migration, or print the command where that takes long."""
    if may_be_stale:
        due = IS_INDEXABLE.format(row="m")
        run(connections[using], [statement.format(due=due) for statement in (DELETE_ORPHANS, QUEUE_MISSING)])
    is_outdated = indexer.is_outdated(using)
    if is_outdated:
        indexer.reset_queue(using)
    if may_be_stale or is_outdated:
        index_missing(using)


def index_missing(using: str) -> None:
    """Index up to MAX_INDEXED_BY_MIGRATE missing messages; for more, print the command."""
    missing = ReindexQueue.objects.using(using).count()
    if 0 < missing <= MAX_INDEXED_BY_MIGRATE:
        indexer.build_index(using)
    elif missing:
        text = _("The search index is missing %d messages. Run: python manage.py build_search")
        print(text % missing)


SEARCH_INDEX = DatabaseObjects(
    name="search index",
    watched="news_message",
    tables=frozenset({"news_message", "search_document", "search_queue", "search_term", "search_state"}),
    sqlite=tuple(statement.format(**SQLITE_PARTS) for statement in SQLITE),
    postgresql=tuple(POSTGRESQL),
    apps=frozenset({"news", "search"}),
    after_migration=index_after_migration,
)
