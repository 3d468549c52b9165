"""Every way to change something public (URLs, commands, Python): nothing changes without a log entry or an approval.

The addresses of the desk, the actions of its lists and the commands are found by reflection. Each gets a request that
would change every written field, if the door let it.
"""

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import get_commands
from django.db import transaction
from django.urls import get_resolver

from news.differences import ATTACHMENTS, differences
from news.models import Attachment, Message
from pages.models import Page
from pages.models.workflow import page_fields
from tests.factories import HOUR, NOON, a_category, a_counter, a_message, a_page
from tests.helpers.files import an_attachment
from tests.helpers.revisions import a_revision
from versions import comparison

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

# Commands of this site's apps that write rows which the public sees, and the tests that hold what they may do.
WRITING_COMMANDS = {
    "import_messages": "adds messages, and never overwrites one (tests/transfer)",
    "import_feed": "adds messages, and never overwrites one (tests/transfer)",
    "load_sample": "adds what is missing (tests/embassy/test_sample.py)",
    "first_login": "loads the sample into an empty site",
    "restore": "replaces the whole site by a backup, of an empty database (tests/backups)",
    "flush": "empties the database",
    "erase_enquiries": "erases enquiries, which are not public",
}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def client(client):
    """A client of a superuser. A user with fewer permissions is refused more often."""
    user = get_user_model().objects.create_superuser("anna", "anna@example.org", "a long password")
    client.force_login(user)
    return client


def doors():
    """Return the names of the desk's addresses about messages, releases, categories, images and pages."""
    patterns = get_resolver("embassy.urls").namespace_dict["admin"][1].reverse_dict
    names = {name for name in patterns if isinstance(name, str)}
    return sorted(name for name in names if name.startswith(("news_", "pages_", "richtext_")))


def content(category):
    """Return what a form would change: every field of a message and of a page, with the buttons of all steps."""
    return {
        "headline": "Taken over",
        "title": "Taken over",
        "lead": "Taken over",
        "body": '<p>Taken over <a href="https://example.org/other">here</a></p>',
        "category": category.pk,
        "language": "fr",
        "image_alt": "Taken over",
        "image_credit": "Taken over",
        "source_name": "Taken over",
        "source_url": "https://example.org/taken",
        "video_url": "https://example.org/video",
        "delivered_on": "01.01.2020",
        "publish_at_0": "01.01.2020",
        "publish_at_1": "10:00",
        "slug": "taken-over",
        "path": "taken-over",
        "description": "Taken over",
        "place": "footer",
        "order": "9",
        "featured": "on",
        "shown": "on",
        "takes_off": "on",
        "change_kind": "typo",
        "name": "Taken over",
        "alt": "Taken over",
        "ids": "1",
        "post": "yes",
        "_save": "Save",
        "attachments-TOTAL_FORMS": "1",
        "attachments-INITIAL_FORMS": "0",
        "attachments-0-name": "Taken over",
        "form-TOTAL_FORMS": "0",
        "form-INITIAL_FORMS": "0",
    }


def state_of(message, page):
    """Return what the public sees of a message and a page: the written fields as stored, and the attachments."""
    return message, page, list(message.attachments.values_list("file", "name"))


def changed(before):
    """Return the names of what differs from `before`, and whether there is a new log entry about each."""
    message, page, files = before
    now, page_now = Message.objects.get(pk=message.pk), Page.objects.get(pk=page.pk)
    found = set(differences(message, now)) - {ATTACHMENTS}
    if list(now.attachments.values_list("file", "name")) != files:
        found.add(ATTACHMENTS)
    if now.withdrawn_at != message.withdrawn_at:
        found.add("withdrawn")
    names = {field.name for field in page_fields(Page)} - {"place", "order"}  # these are saved in the list, by ADR 22
    pages = {
        name
        for name in names
        if comparison.stored_value(page, Page._meta.get_field(name))
        != comparison.stored_value(page_now, Page._meta.get_field(name))
    }
    return found, pages | ({"shown"} if page.shown != page_now.shown else set())


@pytest.mark.parametrize("name", doors())
def test_no_address_of_the_desk_changes_what_is_public_without_a_log_entry(client, name):
    message = a_message(headline="Public", slug="public")
    an_attachment(message)
    page = a_page(title="Visas", path="visas")
    a_revision(a_message(headline="Other", slug="other"), headline="Changed")
    message = Message.objects.get(pk=message.pk)
    logged = message.log_entries.count() + page.log_entries.count()
    before = state_of(message, page)
    pattern = get_resolver("embassy.urls").namespace_dict["admin"][1].reverse_dict.getlist(name)[0][0][0]
    route, names = pattern
    values = {each: before[1].pk if name.startswith("pages_") else message.pk for each in names}
    path = "/admin/" + route % values
    for extra in ({}, {"_approve": "1", "override": "Alone."}, {"_submit": "1"}, {"ids": str(message.pk)}):
        data = content(a_category("other")) | extra
        data["attachments-0-file"] = SimpleUploadedFile("a.pdf", b"%PDF-1.4 taken over")
        with transaction.atomic():  # as a request of its own has
            answer = client.post(f"{path}?ids={message.pk}", data)
        assert answer.status_code < 500
    fields, page_fields_changed = changed(before)
    now_logged = message.log_entries.count() + page.log_entries.count()
    assert not (fields or page_fields_changed) or now_logged > logged, (fields, page_fields_changed)


@pytest.mark.parametrize("model", [Message, Page, Attachment])
def test_no_list_of_the_desk_edits_what_is_written(model):
    """Lists have no fields of texts, and their actions are steps with a log entry, or save nothing."""
    if model not in admin.site._registry:
        return
    model_admin = admin.site.get_model_admin(model)
    assert set(model_admin.list_editable) <= {"place", "order"}
    names = {getattr(action, "__name__", action) for action in model_admin.actions or ()}
    assert names <= {
        "submit_selected",
        "approve_selected",
        "send_back_selected",
        "withdraw_selected",
        "save_as_table",
    }


def test_each_command_that_writes_public_rows_is_known():
    """A new command must be added to the list above, with what it may do, or not use the models of what is public."""
    ours = {name for name, app in get_commands().items() if not app.startswith("django.") and app.count(".") == 0}
    writers = {name for name in ours if name.startswith(("import_", "load_", "restore", "erase_", "first_", "flush"))}
    assert writers <= WRITING_COMMANDS.keys()


# Python


WRITES = {
    "save": lambda message: save_with(message, headline="By a program"),
    "update": lambda message: Message.objects.filter(pk=message.pk).update(lead="By a program"),
    "bulk_update": lambda message: bulk_update(message, source_name="By a program"),
    "update_or_create": lambda message: Message.objects.update_or_create(pk=message.pk, defaults={"lead": "New"}),
    "related update": lambda message: message.category.messages.update(lead="By a program"),
    "attachment update": lambda message: message.attachments.update(name="By a program"),
    "attachment delete": lambda message: message.attachments.all().delete(),
    "attachment clear": lambda message: [each.delete() for each in message.attachments.all()],
}


def save_with(message, **fields):
    for name, value in fields.items():
        setattr(message, name, value)
    message.save()


def bulk_update(message, **fields):
    for name, value in fields.items():
        setattr(message, name, value)
    Message.objects.bulk_update([message], list(fields))


@pytest.mark.both_databases
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize("moment", [NOON - HOUR, NOON + HOUR], ids=["public", "scheduled"])
def test_each_write_of_a_program_to_what_is_approved_is_logged(write, moment):
    message = a_message(publish_at=moment, approved_at=NOON - 2 * HOUR)
    an_attachment(message)
    a_counter()
    message = Message.objects.get(pk=message.pk)
    count = message.log_entries.count()
    write(message)
    assert message.log_entries.count() > count
