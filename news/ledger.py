"""The ledger: acts are written once. A trigger refuses to change or delete one, whoever asks."""

from django.db import connections

SQLITE = [
    "CREATE TRIGGER IF NOT EXISTS news_act_update BEFORE UPDATE ON news_act "
    "BEGIN SELECT RAISE(ABORT, 'An act is written once and not changed.'); END",
    "CREATE TRIGGER IF NOT EXISTS news_act_delete BEFORE DELETE ON news_act "
    "BEGIN SELECT RAISE(ABORT, 'An act is written once and not deleted.'); END",
]
POSTGRESQL = [
    "CREATE OR REPLACE FUNCTION news_ledger() RETURNS trigger LANGUAGE plpgsql AS $$ "
    "BEGIN RAISE EXCEPTION 'An act is written once, not changed and not deleted.' "
    "USING ERRCODE = 'integrity_constraint_violation'; END $$",
    "CREATE OR REPLACE TRIGGER news_act_update BEFORE UPDATE ON news_act FOR EACH ROW EXECUTE FUNCTION news_ledger()",
    "CREATE OR REPLACE TRIGGER news_act_delete BEFORE DELETE ON news_act FOR EACH ROW EXECUTE FUNCTION news_ledger()",
]


def drop(connection) -> list[str]:
    """Return the statements that take the triggers away: before a migration, which may rebuild the table."""
    on = " ON news_act" if connection.vendor == "postgresql" else ""
    return [f"DROP TRIGGER IF EXISTS news_act_{event}{on}" for event in ("update", "delete")]


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
