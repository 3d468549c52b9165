"""Database triggers: a security event cannot be changed, nor deleted within 90 days."""

from django.db import connections

TABLE = "accounts_securityevent"

SQLITE_STATEMENTS = [
    f"CREATE TRIGGER IF NOT EXISTS {TABLE}_update BEFORE UPDATE ON {TABLE} "
    "BEGIN SELECT RAISE(ABORT, 'A security event is written once and not changed.'); END",
    # SQLite stores times as text in UTC, which sorts in the order of the times.
    f"CREATE TRIGGER IF NOT EXISTS {TABLE}_delete BEFORE DELETE ON {TABLE} "
    "WHEN OLD.at > datetime('now', '-90 days') "
    "BEGIN SELECT RAISE(ABORT, 'A security event is kept for 90 days.'); END",
    # REPLACE deletes without firing the trigger above.
    f"CREATE TRIGGER IF NOT EXISTS {TABLE}_replace BEFORE INSERT ON {TABLE} "  # noqa: S608 (a constant)
    f"WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id) "
    "BEGIN SELECT RAISE(ABORT, 'A security event is written once and not replaced.'); END",
]
POSTGRESQL_STATEMENTS = [
    "CREATE OR REPLACE FUNCTION accounts_securityevent_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF TG_OP = 'DELETE' THEN IF OLD.at <= now() - interval '90 days' THEN RETURN OLD; END IF; END IF; "
    "RAISE EXCEPTION 'A security event is written once, not changed, and kept for 90 days.' "
    "USING ERRCODE = 'integrity_constraint_violation'; END $$",
    *(
        f"CREATE OR REPLACE TRIGGER {TABLE}_{event} BEFORE {event.upper()} ON {TABLE} "
        f"FOR EACH {level} EXECUTE FUNCTION accounts_securityevent_guard()"
        for event, level in (("update", "ROW"), ("delete", "ROW"), ("truncate", "STATEMENT"))
    ),
]


def drop_statements(connection) -> list[str]:
    """Return the statements that drop the triggers."""
    if connection.vendor == "postgresql":
        return [f"DROP TRIGGER IF EXISTS {TABLE}_{event} ON {TABLE}" for event in ("update", "delete", "truncate")]
    return [f"DROP TRIGGER IF EXISTS {TABLE}_{event}" for event in ("update", "delete", "replace")]


def drop_triggers(using, plan, **kwargs):
    """Drop the triggers: a migration may rebuild the table."""
    connection = connections[using]
    if plan and TABLE in connection.introspection.table_names():
        _execute_all(connection, drop_statements(connection))


def create_triggers(using, **kwargs):
    connection = connections[using]
    if TABLE in connection.introspection.table_names():
        _execute_all(connection, POSTGRESQL_STATEMENTS if connection.vendor == "postgresql" else SQLITE_STATEMENTS)


def _execute_all(connection, statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
