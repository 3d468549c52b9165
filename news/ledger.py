"""The ledger: acts are written once. A trigger refuses to change or delete one, whoever asks."""

from django.db import connections

SQLITE = [
    "CREATE TRIGGER IF NOT EXISTS news_act_update BEFORE UPDATE ON news_act "
    "BEGIN SELECT RAISE(ABORT, 'An act is written once and not changed.'); END",
    "CREATE TRIGGER IF NOT EXISTS news_act_delete BEFORE DELETE ON news_act "
    "BEGIN SELECT RAISE(ABORT, 'An act is written once and not deleted.'); END",
    # REPLACE deletes without asking the trigger above.
    "CREATE TRIGGER IF NOT EXISTS news_act_replace BEFORE INSERT ON news_act "
    "WHEN EXISTS (SELECT 1 FROM news_act WHERE id = NEW.id) "
    "BEGIN SELECT RAISE(ABORT, 'An act is written once and not replaced.'); END",
]
POSTGRESQL = [
    "CREATE OR REPLACE FUNCTION news_ledger() RETURNS trigger LANGUAGE plpgsql AS $$ "
    "BEGIN RAISE EXCEPTION 'An act is written once, not changed and not deleted.' "
    "USING ERRCODE = 'integrity_constraint_violation'; END $$",
    "CREATE OR REPLACE TRIGGER news_act_update BEFORE UPDATE ON news_act FOR EACH ROW EXECUTE FUNCTION news_ledger()",
    "CREATE OR REPLACE TRIGGER news_act_delete BEFORE DELETE ON news_act FOR EACH ROW EXECUTE FUNCTION news_ledger()",
    "CREATE OR REPLACE TRIGGER news_act_truncate BEFORE TRUNCATE ON news_act "
    "FOR EACH STATEMENT EXECUTE FUNCTION news_ledger()",
]


def drop(connection) -> list[str]:
    """Return the statements that take the triggers away: before a migration, which may rebuild the table."""
    if connection.vendor == "postgresql":
        return [f"DROP TRIGGER IF EXISTS news_act_{event} ON news_act" for event in ("update", "delete", "truncate")]
    return [f"DROP TRIGGER IF EXISTS news_act_{event}" for event in ("update", "delete", "replace")]


def before_migration(using, plan, **kwargs):
    """Take the triggers away while tables may be rebuilt."""
    connection = connections[using]
    if plan and "news_act" in connection.introspection.table_names():
        _run(connection, drop(connection))


def after_migration(using, **kwargs):
    """Lay the triggers."""
    connection = connections[using]
    if "news_act" in connection.introspection.table_names():
        _run(connection, POSTGRESQL if connection.vendor == "postgresql" else SQLITE)


def _run(connection, statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
