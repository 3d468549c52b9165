"""A message as a pattern for a new one; drafts that their only author deletes."""

import pytest
from django.contrib.admin.models import DELETION, LogEntry
from django.test import Client

from accounts import roles
from editions.models import EditionNumber
from news.admin.messages import MessageAdmin
from news.models import Message
from tests.factories import NOON, a_category, a_message
from tests.helpers.accounts import a_member
from tests.helpers.files import a_small_image_file, an_attachment
from tests.helpers.form_fields import fields_of
from tests.helpers.message_form import ADD_URL, a_draft, change_url, filled_form
from tests.helpers.revisions import a_revision
from tests.helpers.versions import write_as

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("clock")]


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def user():
    return a_member(roles.WRITERS)


@pytest.fixture
def writer(user):
    return signed_in(user)


def copied(client, message):
    """Return the fields of the form that opens with the text of a message."""
    return fields_of(client.get(f"{ADD_URL}?pattern={message.pk}").content.decode(), "message_form")


# Patterns


def test_a_new_message_opens_with_the_text_of_another_one(writer, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    pattern = a_message(
        headline="The weekly briefing", lead="At noon", body="<p>The <strong>text</strong>.</p>", slug="briefing",
        category=a_category("briefings"), language="ru", source_name="TASS", source_url="https://example.org/a",
        featured=True, image=a_small_image_file(), image_alt="A hall", image_credit="Photo",
    )  # fmt: skip
    an_attachment(pattern, name="Programme")
    link = f'href="{ADD_URL}?pattern={pattern.pk}"'
    assert link in writer.get(change_url(pattern)).content.decode()
    fields = copied(writer, pattern)
    same = ["headline", "lead", "body", "language", "source_name", "source_url"]
    assert {name: fields[name] for name in same} == {name: getattr(pattern, name) for name in same}
    assert fields["category"] == str(pattern.category_id)
    left_out = ["slug", "publish_at_0", "image_alt", "image_credit", "attachments-TOTAL_FORMS"]
    assert [fields[name] for name in left_out] == ["", "", "", "", "0"]
    assert "featured" not in fields
    assert Message.objects.count() == 1
    page = writer.get(f"{ADD_URL}?pattern={pattern.pk}").content.decode()
    assert "This is a copy of “The weekly briefing”, without its image and attachments. It is not saved yet." in page


def test_the_copy_is_a_message_of_its_own(writer, user):
    pattern = a_message(headline="The weekly briefing", slug="briefing")
    fields = copied(writer, pattern)
    assert writer.post(f"{ADD_URL}?pattern={pattern.pk}", fields | {"_save": "Save"}).status_code == 302
    copy = Message.objects.exclude(pk=pattern.pk).get()
    assert (copy.headline, copy.body, copy.state(NOON)) == (pattern.headline, pattern.body, Message.State.DRAFT)
    assert (copy.authors(), bool(copy.image)) == ({user.pk}, False)


def test_the_copy_of_a_limited_draft_is_limited_too(writer, user):
    pattern, editor = a_draft(), a_member(roles.EDITORS)
    pattern.limit_to([user, editor])
    fields = filled_form(
        _save="Save", **{"limited_to": [user.pk, editor.pk], "initial-limited_to": [user.pk, editor.pk]}
    )
    page = writer.get(f"{ADD_URL}?pattern={pattern.pk}").content.decode()
    assert page.count('name="limited_to"') >= 2 and page.count("checked") >= 2
    assert writer.post(ADD_URL, fields).status_code == 302
    copy = Message.objects.exclude(pk=pattern.pk).get()
    assert set(copy.limited_to.all()) == {user, editor}


@pytest.mark.one_database
def test_a_message_that_the_officer_may_not_see_is_no_pattern(writer):
    hidden = a_draft()
    hidden.limit_to([a_member(roles.EDITORS)])
    for pk in (hidden.pk, 99999, "x", "9" * 30):
        assert writer.get(f"{ADD_URL}?pattern={pk}").status_code == 404


@pytest.mark.one_database
def test_an_officer_who_may_not_write_gets_no_pattern():
    manager = signed_in(a_member(roles.MANAGERS))
    pattern = a_message()
    assert manager.get(f"{ADD_URL}?pattern={pattern.pk}").status_code == 403
    assert "Use as a pattern" not in manager.get(change_url(pattern)).content.decode()


# Deleting


def delete(client, message):
    return client.post(f"{change_url(message).removesuffix('change/')}delete/", {"post": "yes"})


@pytest.mark.one_database
def test_a_writer_deletes_a_draft_of_their_own_after_a_question(writer, user):
    draft = write_as(user, a_draft(headline="Started by mistake"))
    edition = EditionNumber.objects.get().number
    url = f"{change_url(draft).removesuffix('change/')}delete/"
    assert f'href="{url}"' in writer.get(change_url(draft)).content.decode()
    page = writer.get(url).content.decode()
    assert "The message “Started by mistake” will be deleted permanently." in page
    assert Message.objects.filter(pk=draft.pk).exists()
    assert delete(writer, draft).status_code == 302
    assert not Message.objects.filter(pk=draft.pk).exists()
    last = Message.history.filter(id=draft.pk).latest("history_id")
    assert (last.history_type, last.history_user) == ("-", user)
    entry = LogEntry.objects.get(action_flag=DELETION)
    assert (entry.user, entry.object_repr) == (user, "Started by mistake")
    assert EditionNumber.objects.get().number == edition


def submitted(draft, user):
    draft.submit(at=NOON, by=user)


def sent_back(draft, user):
    draft.submit(at=NOON, by=user)
    draft.send_back("Not yet", at=NOON, by=a_member(roles.EDITORS))


def approved(draft, user):
    draft.approve(at=NOON)


def written_by_a_colleague(draft, user):
    write_as(a_member(roles.WRITERS, username="colleague"), draft)


@pytest.mark.one_database
@pytest.mark.parametrize("step", [submitted, sent_back, approved, written_by_a_colleague])
def test_a_writer_deletes_nothing_that_others_have_worked_with(writer, user, step):
    draft = write_as(user, a_draft())
    step(draft, user)
    assert "/delete/" not in writer.get(change_url(draft)).content.decode()
    assert delete(writer, draft).status_code == 403
    assert Message.objects.filter(pk=draft.pk).exists()


@pytest.mark.one_database
def test_a_writer_deletes_no_draft_of_a_colleague_no_imported_one_and_no_change(writer, user):
    colleagues = write_as(a_member(roles.WRITERS, username="colleague"), a_draft())
    imported, change = a_draft(slug="imported"), a_revision(a_message(), by=user, headline="Changed")
    for message in (colleagues, imported, change):
        assert delete(writer, message).status_code == 403
    assert Message.objects.count() == 4


def test_a_draft_that_is_submitted_meanwhile_is_not_deleted(writer, user, monkeypatch):
    draft = write_as(user, a_draft())
    log = MessageAdmin.log_deletions

    def submit_after_the_question(self, request, rows):
        Message.objects.get(pk=draft.pk).submit(at=NOON, by=user)
        return log(self, request, rows)

    monkeypatch.setattr(MessageAdmin, "log_deletions", submit_after_the_question)
    assert delete(writer, draft).status_code == 403
    assert Message.objects.filter(pk=draft.pk).exists()
    assert not LogEntry.objects.filter(action_flag=DELETION).exists()
