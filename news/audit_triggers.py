"""Database triggers that make the workflow log append-only: rows cannot be changed or deleted."""

from django.db import connections

SQLITE = [
    "CREATE TRIGGER IF NOT EXISTS news_act_update BEFORE UPDATE ON news_act "
    "BEGIN SELECT RAISE(ABORT, 'The workflow log is append-only: a row cannot be changed.'); END",
    "CREATE TRIGGER IF NOT EXISTS news_act_delete BEFORE DELETE ON news_act "
    "BEGIN SELECT RAISE(ABORT, 'The workflow log is append-only: a row cannot be deleted.'); END",
    # REPLACE deletes without firing the trigger above.
    "CREATE TRIGGER IF NOT EXISTS news_act_replace BEFORE INSERT ON news_act "
    "WHEN EXISTS (SELECT 1 FROM news_act WHERE id = NEW.id) "
    "BEGIN SELECT RAISE(ABORT, 'The workflow log is append-only: a row cannot be replaced.'); END",
]
POSTGRESQL = [
    "CREATE OR REPLACE FUNCTION news_ledger() RETURNS trigger LANGUAGE plpgsql AS $$ "
    "BEGIN RAISE EXCEPTION 'The workflow log is append-only: a row cannot be changed or deleted.' "
    "USING ERRCODE = 'integrity_constraint_violation'; END $$",
    "CREATE OR REPLACE TRIGGER news_act_update BEFORE UPDATE ON news_act FOR EACH ROW EXECUTE FUNCTION news_ledger()",
    "CREATE OR REPLACE TRIGGER news_act_delete BEFORE DELETE ON news_act FOR EACH ROW EXECUTE FUNCTION news_ledger()",
    "CREATE OR REPLACE TRIGGER news_act_truncate BEFORE TRUNCATE ON news_act "
    "FOR EACH STATEMENT EXECUTE FUNCTION news_ledger()",
]


def drop_statements(connection) -> list[str]:
    """Return the statements that drop the triggers: a migration may rebuild the table."""
    if connection.vendor == "postgresql":
        return [f"DROP TRIGGER IF EXISTS news_act_{event} ON news_act" for event in ("update", "delete", "truncate")]
    return [f"DROP TRIGGER IF EXISTS news_act_{event}" for event in ("update", "delete", "replace")]


def before_migration(using, plan, **kwargs):
    """Drop the triggers before migrations run."""
    connection = connections[using]
    if plan and "news_act" in connection.introspection.table_names():
        _execute(connection, drop_statements(connection))


def after_migration(using, **kwargs):
    """Create the triggers after migrations have run."""
    connection = connections[using]
    if "news_act" in connection.introspection.table_names():
        _execute(connection, POSTGRESQL if connection.vendor == "postgresql" else SQLITE)


def _execute(connection, statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
