"""The edition number increases with every public change, and with no other."""

import threading

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection, transaction

from counters.models import Counter
from editions.edition import Edition
from editions.models import EditionNumber, PublicModel, new_edition
from news.models import Attachment, Category, Message
from redirects.models import Redirect
from richtext.models import Image
from tests.factories import (
    DAY,
    HOUR,
    NOON,
    a_category,
    a_counter,
    a_message,
    a_notice,
    a_page,
    a_topic,
    an_enquiry,
    an_office,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def number():
    return EditionNumber.objects.get().number


def moved_by(act):
    before = number()
    act()
    return number() - before


def test_a_save_with_a_difference_makes_one_new_edition():
    message = a_message()
    message.lead = "Changed"
    assert moved_by(message.save) == 1


def test_a_save_without_a_difference_makes_no_new_edition():
    message = Message.objects.get(pk=a_message().pk)
    assert moved_by(message.save) == 0


@pytest.mark.parametrize("ahead", [-HOUR, HOUR])
def test_creating_a_public_or_scheduled_row_makes_one_new_edition(ahead):
    category = a_category()
    kwargs = {"publish_at": NOON + ahead, "approved_at": NOON}
    assert moved_by(lambda: Message.objects.create(headline="New", category=category, **kwargs)) == 1


def a_draft(**kwargs):
    return a_message(**{"approved_at": None} | kwargs)


# Changes to a draft, which the public does not see.
DRAFTING = {
    "make": lambda: a_draft(),
    "save": lambda: change(a_draft()).save(),
    "save fields": lambda: change(a_draft()).save(update_fields=["lead"]),
    "update": lambda: (a_draft(), Message.objects.update(lead="Changed")),
    "update its address": lambda: (a_draft(), Message.objects.update(slug="changed")),
    "bulk create": lambda: Message.objects.bulk_create([Message(headline="New", category=a_category())]),
    "bulk update": lambda: Message.objects.bulk_update([change(a_draft())], ["lead"]),
    "submit": lambda: a_draft().submit(at=NOON),
    "send back": lambda: a_draft(submitted_at=NOON).send_back("Shorter.", at=NOON),
    "delete": lambda: a_draft().delete(),
    "delete many": lambda: (a_draft(), Message.objects.all().delete()),
    "attach": lambda: Attachment.objects.create(message=a_draft(), file="a.pdf", name="A", size=1),
    "attach and record": lambda: a_draft().record_attachment_change("“A” added", at=NOON),
    "lead from an old address": lambda: Redirect.add("/old/", message=a_draft()),
    "upload a picture": lambda: Image.objects.create(file="x.jpg", width=1, height=1, uploaded_at=NOON),
    "show it": lambda: a_draft(body='<p><img src="/media/x.jpg" alt="x"></p>'),
    "hide a page": lambda: a_page(shown=False).save(),
    "hide a counter": lambda: a_counter(shown=False).save(),
}


def change(message):
    message.lead = "Changed"
    return message


@pytest.mark.parametrize("act", DRAFTING.values(), ids=DRAFTING)
def test_a_change_to_a_draft_makes_no_new_edition(act):
    a_category()
    Image.objects.create(file="x.jpg", width=1, height=1, uploaded_at=NOON)
    assert moved_by(act) == 0


@pytest.mark.parametrize("step", ["approve", "send back", "withdraw", "restore", "show", "hide"])
def test_becoming_public_or_not_public_makes_one_new_edition(step):
    draft, scheduled = a_draft(submitted_at=NOON), a_message(publish_at=NOON + HOUR, approved_at=NOON)
    published, withdrawn = a_message(), a_message()
    withdrawn.withdraw("Wrong.", at=NOON)
    hidden, shown = a_page(shown=False), a_page()
    hidden.shown, shown.shown = True, False
    acts = {
        "approve": lambda: draft.approve(at=NOON),
        "send back": lambda: scheduled.send_back("Shorter.", at=NOON),
        "withdraw": lambda: published.withdraw("Wrong.", at=NOON),
        "restore": lambda: withdrawn.restore(at=NOON),
        "show": hidden.save,
        "hide": shown.save,
    }
    assert moved_by(acts[step]) == 1


def test_a_publication_after_a_savepoint_that_was_rolled_back_still_makes_a_new_edition():
    message = a_message()

    def act():
        with new_edition():
            with pytest.raises(RuntimeError), transaction.atomic():
                change(message).save()
                raise RuntimeError
            Message.objects.filter(pk=message.pk).update(lead="At last")

    assert moved_by(act) == 1


def test_a_raw_write_beside_one_of_a_draft_makes_a_new_edition():
    category = a_category()

    def act():
        with new_edition():
            a_draft()
            super(PublicModel, category).save()

    assert moved_by(act) == 1


def test_a_deletion_makes_a_new_edition():
    message = a_message()
    assert moved_by(message.delete) == 1


def test_an_update_of_many_makes_one_new_edition():
    a_message(), a_message()
    assert moved_by(lambda: Message.objects.update(featured=True)) == 1


def test_a_deletion_of_many_makes_one_new_edition():
    a_message(), a_message()
    assert moved_by(lambda: Message.objects.all().delete()) == 1


def test_bulk_create_makes_one_new_edition():
    category = a_category()
    rows = [Message(headline=f"Row {i}", category=category, publish_at=NOON, approved_at=NOON) for i in range(3)]
    assert moved_by(lambda: Message.objects.bulk_create(rows)) == 1


def test_bulk_update_makes_one_new_edition():
    rows = [a_message(), a_message()]
    for row in rows:
        row.lead = "Changed"
    assert moved_by(lambda: Message.objects.bulk_update(rows, ["lead"])) == 1


def test_get_or_create_and_update_or_create_make_new_editions():
    assert moved_by(lambda: Category.objects.get_or_create(slug="new", defaults={"name": "New"})) == 1
    assert moved_by(lambda: Category.objects.update_or_create(slug="new", defaults={"name": "Newer"})) == 1


def test_set_null_of_a_deletion_is_part_of_its_edition():
    message = a_message()
    counter = Counter.objects.create(incident="the flood", since=NOON.date() - DAY, message=message)
    assert moved_by(message.delete) == 1
    counter.refresh_from_db()
    assert counter.message is None


def test_loaddata_makes_a_new_edition(tmp_path):
    a_message()
    fixture = tmp_path / "news.json"
    call_command("dumpdata", "news.category", "news.message", output=str(fixture))
    assert moved_by(lambda: call_command("loaddata", str(fixture), verbosity=0)) >= 1


def test_a_raw_save_makes_a_new_edition():
    category = a_category()
    assert moved_by(lambda: super(PublicModel, category).save()) == 1


@pytest.mark.parametrize("make", [a_category, a_message, a_counter, an_office, a_topic, a_notice, a_page])
def test_every_public_model_makes_a_new_edition(make):
    row = make()
    field = next(name for name in ("headline", "name", "incident", "sentence", "title") if hasattr(row, name))
    setattr(row, field, "Changed")
    assert moved_by(row.save) == 1
    assert moved_by(lambda: type(row).objects.filter(pk=row.pk).update(id=row.pk)) == 1
    assert moved_by(make().delete) == 1  # another one: a change of a public message has a log entry, and stays


def test_a_redirect_to_a_public_message_makes_a_new_edition():
    message = a_message()
    assert moved_by(lambda: Redirect.add("/old/", message=message)) == 1


@pytest.mark.one_database
def test_an_enquiry_makes_no_new_edition():
    topic = a_topic()
    assert moved_by(lambda: an_enquiry(topic=topic)) == 0


@pytest.mark.one_database
def test_staff_and_their_sessions_make_no_new_edition(client):
    user = get_user_model().objects.create_superuser("anna", password="a long password")
    assert moved_by(lambda: client.force_login(user)) == 0
    assert moved_by(user.save) == 0


def test_nested_blocks_make_one_edition():
    def act():
        with new_edition():
            a_message()
            a_message()

    assert moved_by(act) == 1


def test_a_change_that_is_rolled_back_makes_no_new_edition():
    def act():
        with pytest.raises(RuntimeError), transaction.atomic(), new_edition():
            a_message()
            raise RuntimeError

    assert moved_by(act) == 0


@pytest.mark.one_database
def test_foreign_keys_of_public_models_refer_to_public_models_or_protect():
    from django.apps import apps
    from django.db.models import PROTECT

    for model in apps.get_models():
        if issubclass(model, PublicModel):
            for field in model._meta.get_fields():
                if field.many_to_one and field.concrete:
                    protects = field.remote_field.on_delete is PROTECT
                    assert protects or issubclass(field.related_model, PublicModel), f"{model.__name__}.{field.name}"


def test_the_number_row_is_single():
    from django.db import IntegrityError

    with pytest.raises(IntegrityError), transaction.atomic():
        EditionNumber.objects.create(pk=2, number=1)


# The end of an edition


def test_an_edition_lasts_until_the_next_scheduled_message():
    a_message(publish_at=NOON + HOUR, approved_at=NOON)
    assert Edition.current(NOON).until == NOON + HOUR


def test_an_edition_does_not_wait_for_an_unapproved_message():
    a_message(publish_at=NOON + HOUR, approved_at=None)
    assert Edition.current(NOON).until > NOON + HOUR


@pytest.mark.one_database
def test_an_edition_lasts_until_the_hosts_midnight_at_the_latest():
    assert Edition.current(NOON).until.isoformat() == "2020-11-25T00:00:00+00:00"


@pytest.mark.one_database
def test_an_edition_ends_when_a_counter_changes_in_its_own_zone():
    Counter.objects.create(incident="the flood", since=NOON.date() - DAY, time_zone="Asia/Tokyo")
    assert Edition.current(NOON).until.isoformat() == "2020-11-24T15:00:00+00:00"


@pytest.mark.django_db(transaction=True)
def test_an_edition_takes_one_query_while_it_lasts(django_assert_num_queries):
    first = Edition.current(NOON)
    with django_assert_num_queries(1):
        assert Edition.current(NOON + HOUR) is first


@pytest.mark.django_db(transaction=True)
def test_a_value_is_computed_once_for_an_edition():
    reckoned = []
    edition = Edition.current(NOON)
    for _ in range(2):
        edition.get_or_compute("menu", lambda: reckoned.append(1))
    a_category()
    Edition.current(NOON).get_or_compute("menu", lambda: reckoned.append(1))
    assert len(reckoned) == 2


@pytest.mark.django_db(transaction=True)
def test_an_edition_inside_a_transaction_is_not_cached():
    with transaction.atomic():
        a_category()
        inside = Edition.current(NOON)
        transaction.set_rollback(True)
    a_category("comments")
    assert Edition.current(NOON).number == inside.number  # the same number, of another site
    assert Edition.current(NOON) is not inside


@pytest.mark.django_db(transaction=True)
def test_an_emptied_site_never_repeats_an_edition_number():
    before = number()
    call_command("flush", interactive=False, verbosity=0)
    assert number() > before


@pytest.mark.django_db(transaction=True)
def test_many_writers_never_deadlock_and_each_makes_an_edition():
    rows = [a_message() for _ in range(6)]
    before, failures = number(), []

    def bulk(order):
        try:
            for number in range(10):
                Message.objects.filter(pk__in=[row.pk for row in order]).update(lead=f"bulk {number}")
        except Exception as error:  # any exception of a thread fails the test
            failures.append(error)
        finally:
            connection.close()

    def single(order):
        try:
            for row in order:
                own = Message.objects.get(pk=row.pk)
                own.lead = f"single {threading.get_ident()}"
                own.save()
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=[order]) for act in (bulk, single) for order in (rows, rows[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert number() - before == 2 * 10 + 2 * 6


def test_a_row_added_through_a_related_manager_makes_a_new_edition():
    comments, message = a_category("comments"), a_message()
    assert moved_by(lambda: comments.messages.add(message)) == 1
