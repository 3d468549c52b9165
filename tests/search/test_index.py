"""The search index follows the clock and every kind of write."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from news.models import Category, Message
from search import indexer
from search.models import ReindexQueue, SearchDocument
from tests.factories import HOUR, NOON, a_category, a_message
from tests.helpers.imports import import_messages
from tests.helpers.searches import headlines, search

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("clock")]


def test_a_scheduled_message_is_found_from_its_second_on():
    a_message(headline="Scheduled words", publish_at=NOON + HOUR, approved_at=NOON)
    before, after = (
        headlines("scheduled", at=NOON + HOUR + step) for step in (-timedelta(microseconds=1), timedelta())
    )
    assert (before, after) == ([], ["Scheduled words"])


def test_two_messages_of_one_second_appear_at_their_own_times():
    half = timedelta(milliseconds=500)
    a_message(headline="Split first", publish_at=NOON, approved_at=NOON)
    a_message(headline="Split second", publish_at=NOON + half, approved_at=NOON)
    assert (len(headlines("split")), len(headlines("split", at=NOON + half))) == (1, 2)


def test_a_draft_is_not_found_before_it_is_approved():
    message = a_message(headline="Drafted words", publish_at=None)
    before = headlines("drafted")
    Message.objects.get(pk=message.pk).approve(at=NOON)
    assert (before, headlines("drafted")) == ([], ["Drafted words"])


def test_a_withdrawn_message_is_not_found_until_it_is_restored():
    message = a_message(headline="Taken back")
    message.withdraw("It was wrong.", at=NOON)
    gone = headlines("taken")
    message.restore(at=NOON)
    assert (gone, headlines("taken")) == ([], ["Taken back"])


def changed_by_save(message):
    message.headline = "Fresh words"
    message.save()


def changed_by_update(message):
    Message.objects.filter(pk=message.pk).update(headline="Fresh words")


def changed_by_update_with_an_address(message):
    Message.objects.filter(pk=message.pk).update(headline="Fresh words", slug="elsewhere")


def changed_by_bulk_update(message):
    message.headline = "Fresh words"
    Message.objects.bulk_update([message], ["headline"])


def changed_by_loaddata(message):
    from django.core import serializers

    text = serializers.serialize("json", Message.objects.filter(pk=message.pk)).replace(message.headline, "Fresh words")
    for row in serializers.deserialize("json", text):
        row.save()


CHANGES = [
    changed_by_save,
    changed_by_update,
    changed_by_update_with_an_address,
    changed_by_bulk_update,
    changed_by_loaddata,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_the_index_follows(change):
    message = a_message(headline="Stale words")
    change(message)
    assert (headlines("stale"), headlines("fresh"), ReindexQueue.objects.count()) == ([], ["Fresh words"], 0)


def test_the_index_follows_a_change_of_category_and_source():
    message = a_message(headline="Moved", source_name="Agency")
    Message.objects.filter(pk=message.pk).update(category=a_category("speeches"), source_name="Press office")
    assert headlines("moved", category="statements") == headlines("moved", source="agency") == []
    assert headlines("moved", category="speeches") == headlines("moved", source="press-office") == ["Moved"]


def test_a_renamed_category_finds_its_messages():
    a_message(headline="Kept")
    category = Category.objects.get(slug="statements")
    category.slug = "declarations"
    category.save()
    assert headlines("kept", category="declarations") == ["Kept"]


def test_deleted_messages_are_not_found():
    a_message(headline="Deleted one"), a_message(headline="Deleted two")
    Message.objects.filter(headline="Deleted one").delete()
    Message.objects.get(headline="Deleted two").delete()
    assert (headlines("deleted"), SearchDocument.objects.count()) == ([], 0)


def test_plain_sql_removes_an_entry_and_a_build_adds_it():
    message = a_message(headline="Before sql")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE news_message SET headline = 'After sql' WHERE id = %s", [message.pk])
    meanwhile = headlines("before"), search("sql").is_complete
    call_command("build_search", "--quiet")
    assert (meanwhile, headlines("after"), search("sql").is_complete) == (([], False), ["After sql"], True)


def test_the_index_is_rolled_back_with_its_message():
    class Stop(Exception):
        pass

    with pytest.raises(Stop), transaction.atomic():
        a_message(headline="Never committed")
        raise Stop
    assert (headlines("committed"), SearchDocument.objects.count()) == ([], 0)


def test_a_save_without_indexed_changes_queues_nothing(django_assert_num_queries):
    message = a_message(headline="As it was")
    Message.objects.filter(pk=message.pk).update(featured=True)
    assert (ReindexQueue.objects.count(), headlines("was")) == (0, ["As it was"])


def test_a_stopped_build_continues(monkeypatch):
    for _ in range(5):
        a_message(headline="To be built")
    indexer.reset_queue()
    monkeypatch.setattr(indexer, "MAX_BATCH_MESSAGES", 2)
    batches = indexer.build_in_batches()
    monkeypatch.setattr(indexer, "BATCH_SECONDS", 1e-9)
    next(batches)
    left = ReindexQueue.objects.count()
    call_command("build_search", "--quiet")
    assert (left < 5, ReindexQueue.objects.count(), search("built").total) == (True, 0, 5)


def test_migrate_indexes_an_existing_archive():
    from search import schema

    a_message(headline="Old archive")
    SearchDocument.objects.all().delete()
    schema.index_after_migration("default", may_be_stale=True)
    assert headlines("archive") == ["Old archive"]


def test_migrate_names_the_command_for_a_large_archive(monkeypatch, capsys, client):
    from search import schema

    a_message(headline="Large archive")
    SearchDocument.objects.all().delete()
    monkeypatch.setattr(schema, "MAX_INDEXED_BY_MIGRATE", 0)
    schema.index_after_migration("default", may_be_stale=True)
    assert "manage.py build_search" in capsys.readouterr().out
    assert "The search index is being built" in client.get("/search/?q=large").content.decode()


# GIN's pending list is merged word by word: a concurrent search must find all of a message or nothing.


def save(directory):
    a_message(headline="Saved")


def change(directory):
    message = a_message(headline="Changed")
    message.lead = "Otherwise"
    message.save()


def write_many(directory):
    Message.objects.bulk_create(
        Message(headline=f"No. {n}", slug=f"no-{n}", category=a_category(), publish_at=NOON, approved_at=NOON)
        for n in range(30)
    )


def build(directory):
    a_message(headline="Built")
    indexer.reset_queue()
    indexer.build_index()


def bring_in(directory):
    import_messages(directory, {"headline": "Brought in"})


@pytest.mark.parametrize("write", [save, change, write_many, build, bring_in])
def test_the_gin_pending_list_is_empty_after_each_transaction(write, tmp_path):
    if connection.vendor != "postgresql":
        pytest.skip("FTS5 has no list of what is to be sorted in.")
    write(tmp_path)
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('search_document_vector'), count(*) FROM search_document")
        waiting, entries = cursor.fetchone()
    assert waiting == 0 and entries
