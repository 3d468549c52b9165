"""Database objects that models cannot describe: created by migrations, reported if missing, dropped only for a time."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations import Migration
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from accounts.models import SecurityEvent
from accounts.triggers import SECURITY_EVENTS
from core import triggers
from core.triggers import CreateDatabaseObjects
from news.audit_triggers import WORKFLOW_LOG
from news.message_counts import TRIGGERS
from news.models import Correction, Message, MonthlyCount, WorkflowLogEntry
from search.models import SearchDocument
from search.schema import SEARCH_INDEX
from tests.factories import a_message

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

ON_SQLITE = {"news": True, "outbox": False}  # whether the triggers of news are dropped for a migration of the app


def is_postgresql():
    return connection.vendor == "postgresql"


def missing():
    return triggers.missing_triggers(connection)


def names(*chosen):
    """Return the names of the triggers of some objects."""
    return [name for objects in chosen for name in objects.triggers(connection.vendor)]


def drop(name, table="news_message"):
    triggers.run(connection, [f"DROP TRIGGER {name}" + (f" ON {table}" if is_postgresql() else "")])


def plan_of(app):
    """Return the plan of one migration of an app, as the signals get it."""
    return [(Migration("0099_later", app), False)]


def identities():
    """Return each trigger's identity in the database, which changes if it is dropped and created again."""
    query = "SELECT tgname, oid FROM pg_trigger WHERE NOT tgisinternal"
    if not is_postgresql():
        query = "SELECT name, rowid FROM sqlite_master WHERE type = 'trigger'"
    with connection.cursor() as cursor:
        cursor.execute(query)
        return dict(cursor.fetchall())


def output_of(*arguments, **options):
    out = io.StringIO()
    call_command(*arguments, stdout=out, no_color=True, **options)
    return out.getvalue()


# Created where they are missing


def test_the_migrations_create_all_triggers():
    assert (missing(), set(names(*triggers.registered())) <= identities().keys()) == ([], True)


@pytest.mark.parametrize("number", range(len(TRIGGERS.triggers("postgresql"))))
def test_a_dropped_trigger_is_reported_and_created_by_migrate(number):
    name = names(TRIGGERS)[number]
    drop(name)
    before = missing()
    call_command("migrate", verbosity=0)
    assert (before, missing()) == ([name], [])


def test_a_disabled_trigger_is_reported_and_enabled_by_migrate():
    if not is_postgresql():
        pytest.skip("SQLite cannot disable a trigger.")
    triggers.run(connection, ["ALTER TABLE news_message DISABLE TRIGGER news_message_counts_update"])
    before = missing()
    call_command("migrate", verbosity=0)
    assert (before, missing()) == (["news_message_counts_update"], [])


def test_existing_triggers_remain_the_same_ones():
    before = identities()
    drop(names(TRIGGERS)[0])
    call_command("migrate", verbosity=0)
    assert {name: key for name, key in identities().items() if name != names(TRIGGERS)[0]} == {
        name: key for name, key in before.items() if name != names(TRIGGERS)[0]
    }


def test_nothing_is_created_before_its_tables_exist(monkeypatch):
    early = triggers.append_only("news_nosuchtable", "A row")
    monkeypatch.setitem(triggers._registry, early.name, early)
    call_command("migrate", verbosity=0)
    triggers.create_all(connection)
    triggers.drop_triggers(connection, [early])
    assert missing() == names(early)


# During a migration


@pytest.mark.parametrize("app", ON_SQLITE)
def test_sqlite_drops_the_triggers_of_the_migrated_apps_and_creates_them_afterwards(app):
    triggers.before_migration(None, using="default", plan=plan_of(app))
    during = set(missing())
    triggers.after_migration(None, using="default", plan=plan_of(app))
    dropped = [objects for objects in triggers.registered() if app in objects.apps]
    assert during == (set() if is_postgresql() else set(names(*dropped)))
    assert bool(dropped) == ON_SQLITE[app] and missing() == []


def test_a_migration_of_an_app_runs_without_its_triggers_on_sqlite(monkeypatch):
    during = []
    original = CreateDatabaseObjects.database_forwards

    def forwards(*arguments):
        during.extend(missing())
        original(*arguments)

    monkeypatch.setattr(CreateDatabaseObjects, "database_forwards", forwards)
    MigrationRecorder(connection).record_unapplied("accounts", "0002_triggers")
    call_command("migrate", verbosity=0)
    assert (during, missing()) == ([] if is_postgresql() else names(SECURITY_EVENTS), [])


@pytest.mark.parametrize(("app", "count"), [("news", 1), ("search", 99), ("outbox", 99), (None, 99)])
def test_with_all_triggers_counts_are_rebuilt_only_after_a_migration_of_their_app(app, count):
    a_message()
    MonthlyCount.objects.update(count=99)
    triggers.after_migration(None, using="default", plan=plan_of(app) if app else [])
    assert MonthlyCount.objects.get().count == count


@pytest.mark.parametrize("app", ["news", "search"])
def test_messages_written_without_triggers_are_counted_and_indexed_afterwards(app):
    """On SQLite; PostgreSQL keeps its triggers."""
    triggers.before_migration(None, using="default", plan=plan_of(app))
    a_message()
    triggers.after_migration(None, using="default", plan=plan_of(app))
    assert (MonthlyCount.objects.get().count, SearchDocument.objects.count()) == (1, 1)


def test_messages_written_while_a_trigger_was_missing_are_counted_by_the_next_migrate():
    """As after a migration that failed, and was continued with a plan of other apps."""
    for name in names(TRIGGERS):
        drop(name)
    a_message()
    before = MonthlyCount.objects.count()
    call_command("migrate", verbosity=0)
    assert (before, MonthlyCount.objects.get().count) == (0, 1)


# The migration operation


def test_migrate_plan_names_the_objects():
    MigrationRecorder(connection).record_unapplied("accounts", "0002_triggers")
    assert "Create database objects: append-only accounts_securityevent" in output_of("migrate", plan=True)


@pytest.mark.parametrize(
    ("app", "migration", "created"),
    [
        ("news", "0002_triggers", [TRIGGERS, WORKFLOW_LOG]),
        ("accounts", "0002_triggers", [SECURITY_EVENTS]),
        ("search", "0002_full_text", [SEARCH_INDEX]),
    ],
)
def test_sqlmigrate_prints_the_statements(app, migration, created):
    printed = output_of("sqlmigrate", app, migration)
    for objects in created:
        for statement in objects.statements(connection.vendor):
            assert f"{statement};" in printed


def test_the_operation_can_be_reversed_and_repeated():
    operation = CreateDatabaseObjects(TRIGGERS.name)
    with connection.schema_editor() as editor:
        operation.database_backwards("news", editor, None, None)
    reversed_ = missing()
    for _time in range(2):
        with connection.schema_editor() as editor:
            operation.database_forwards("news", editor, None, None)
    postponed = names(TRIGGERS) if connection.vendor == "sqlite" else []  # until the last migration of a run
    assert (reversed_, missing()) == (names(TRIGGERS), postponed)
    triggers.create_all(connection)
    assert missing() == []


def test_the_operation_of_an_unregistered_name_fails():
    with pytest.raises(KeyError), connection.schema_editor() as editor:
        CreateDatabaseObjects("no such objects").database_forwards("news", editor, None, None)


# flush


def a_row_of_each_log():
    message = a_message()
    message.publish_correction("The talks began on Tuesday.")
    message.withdraw("It named the wrong city.")
    SecurityEvent.objects.create(kind=SecurityEvent.Kind.LOGIN, at=timezone.now())
    return [WorkflowLogEntry, Correction, Message.history.model, SecurityEvent]


def test_flush_empties_the_append_only_tables_and_protects_them_again():
    logs = a_row_of_each_log()
    before = [log.objects.exists() for log in logs]
    call_command("flush", interactive=False, verbosity=0)
    after = [log.objects.exists() for log in logs]
    assert (before, after, missing()) == ([True] * len(logs), [False] * len(logs), [])
    for log in a_row_of_each_log():
        with pytest.raises(DatabaseError), transaction.atomic():
            log.objects.all()._raw_delete("default")
        assert log.objects.exists()


def test_flush_empties_the_full_text_index():
    a_message()
    call_command("flush", interactive=False, verbosity=0)
    assert not SearchDocument.objects.exists()
    if not is_postgresql():
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM search_fulltext_docsize")
            assert cursor.fetchone() == (0,)


def test_a_failed_flush_leaves_the_triggers(monkeypatch):
    def fail(self, **options):
        assert set(missing()) == set(names(*(each for each in triggers.registered() if each.is_append_only)))
        raise CommandError("The database is away.")

    monkeypatch.setattr("django.core.management.commands.flush.Command.handle", fail)
    with pytest.raises(CommandError, match="away"):
        call_command("flush", interactive=False, verbosity=0)
    assert missing() == []
