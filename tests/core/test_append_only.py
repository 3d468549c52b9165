"""Append-only tables: the database itself refuses to change a workflow log entry, a correction or a version."""

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from core import triggers
from news.models import Correction, Message, WorkflowLogEntry
from tests.factories import HOUR, NOON, a_message

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

TABLES = {"news_workflowlogentry": "id", "news_correction": "id", "news_historicalmessage": "history_id"}
WAYS = {
    "update": "UPDATE {table} SET {key} = {key} + 1000",
    "update one column": "UPDATE {table} SET {column} = 'Rewritten'",
    "delete": "DELETE FROM {table}",
    "replace": "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
    "insert, update on conflict": "INSERT INTO {table} SELECT * FROM {table} WHERE true ON CONFLICT ({key}) "
    "DO UPDATE SET {column} = 'Rewritten'",
    "truncate": "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE {table}",
    "truncate with others": "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE news_message CASCADE; TRUNCATE {table}",
}
TEXTS = {"news_workflowlogentry": "reason", "news_correction": "note", "news_historicalmessage": "headline"}
ONLY_ON = {"replace": "sqlite", "truncate": "postgresql", "truncate with others": "postgresql"}


def versioned_models():
    """Return all models whose rows have versions."""
    return [model for model in apps.get_models() if hasattr(model, "history")]


def execute(sql):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def rows(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY {TABLES[table]}")
        return cursor.fetchall()


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("way", WAYS)
def test_the_database_refuses_to_change_replace_or_delete_a_row(table, way):
    if connection.vendor != ONLY_ON.get(way, connection.vendor):
        pytest.skip("The other database has that statement.")
    a_message().publish_correction("The talks began on Tuesday.", at=NOON)
    before = rows(table)
    statement = WAYS[way].format(table=table, key=TABLES[table], column=TEXTS[table])
    with pytest.raises(DatabaseError, match="written once"):
        execute(statement)
    assert before and rows(table) == before


@pytest.mark.parametrize("model", [WorkflowLogEntry, Correction, Message.history.model])
@pytest.mark.parametrize("way", ["save", "update", "delete", "delete all"])
def test_the_application_cannot_either(model, way):
    a_message().publish_correction("The talks began on Tuesday.", at=NOON)
    row = model.objects.first()
    deeds = {
        "save": row.save,
        "update": lambda: model.objects.update(**{TEXTS[model._meta.db_table]: "Rewritten"}),
        "delete": row.delete,
        "delete all": model.objects.all().delete,
    }
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        deeds[way]()


def test_new_rows_are_added():
    message = a_message()
    for note in ("The talks began on Tuesday.", "They took place in Geneva."):
        message.publish_correction(note, at=NOON + HOUR)
    assert (Correction.objects.count(), WorkflowLogEntry.objects.count()) == (2, 2)


def test_the_versions_of_a_deleted_draft_remain():
    draft = a_message(publish_at=None)
    pk = draft.pk
    draft.delete()
    assert not Message.objects.filter(pk=pk).exists()
    assert set(Message.history.filter(id=pk).values_list("history_type", flat=True)) == {"+", "-"}


# Each version table


def test_each_model_with_versions_has_its_triggers():
    tables = {model.history.model._meta.db_table for model in versioned_models()}
    guards = {objects.watched: objects for objects in triggers.registered() if objects.is_append_only}
    expected = {name for table in tables for name in guards[table].triggers(connection.vendor)}
    assert "news_historicalmessage" in tables
    assert expected and expected.isdisjoint(triggers.missing_triggers(connection))


def test_models_without_versions_have_no_version_table():
    assert triggers.append_only_versions([WorkflowLogEntry, Correction]) == []


@pytest.mark.parametrize("key", ["id", "history_id"])
def test_the_triggers_of_any_table_use_the_name_of_its_key(key):
    """A table without Django's model, so that both names of the key are tried in the same way."""
    guard = triggers.append_only("core_example", "An example", key=key)
    execute(f"CREATE TABLE core_example ({key} integer PRIMARY KEY, word text)")
    triggers.create(connection, guard)
    execute("INSERT INTO core_example VALUES (1, 'one')")
    for statement in ("UPDATE core_example SET word = 'two'", "DELETE FROM core_example"):
        with pytest.raises(DatabaseError, match="An example is written once"):
            execute(statement)
