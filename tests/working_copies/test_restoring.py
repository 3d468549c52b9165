"""Working copies: a form offers what its officer typed, with the differences, and opens with it without a script."""

from functools import partial

import pytest
from django.test import Client
from django.urls import reverse

from accounts import roles
from accounts.erasure import erase_name
from news.models import Message
from tests.factories import HOUR, NOON, a_category, a_counter, a_message, a_notice, a_page
from tests.helpers.accounts import a_member
from tests.helpers.files import an_attachment
from tests.helpers.form_fields import fields_of
from tests.helpers.message_form import ADD_URL, a_draft, change_url, save_as_colleague
from tests.helpers.revisions import a_revision
from tests.helpers.versioned_forms import admin_url, fields_in
from tests.helpers.working_copies import TYPED_AT, discard, stored_copies, type_in
from working_copies.models import WorkingCopy

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

OFFER = "You typed this at 12:37 on 24 November 2020 and did not save it."


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


def page_of(client, url):
    return " ".join(client.get(url).content.decode().split())


def restored(client, url, key="key-1", form="message_form"):
    """Return the fields of a form that was opened with a working copy."""
    return fields_of(client.get(f"{url}?working_copy={key}").content.decode(), form)


# Offering


def test_a_form_offers_what_was_typed_with_the_differences(writer):
    draft = a_draft(body="<p>One two three.</p>")
    type_in(writer, draft, headline="The second headline", body="<p>One two four.</p>", category=draft.category_id)
    page = page_of(writer, change_url(draft))
    assert OFFER in page
    assert "<del>first</del><ins>second</ins>" in page.replace("</del> <ins>", "</del><ins>")
    assert "<del>three.</del>" in page and "<ins>four.</ins>" in page
    assert 'href="?working_copy=key-1"' in page and 'value="The first headline"' not in page
    assert fields_of(writer.get(change_url(draft)).content.decode(), "message_form")["headline"] == "The first headline"


def test_a_text_is_offered_to_nobody_else(writer):
    draft = a_draft()
    type_in(writer, draft, headline="Secret")
    type_in(writer, key="key-2", headline="Secret")
    for other in (a_member(roles.EDITORS), a_member(roles.WRITERS, username="other")):
        client = signed_in(other)
        for url in (change_url(draft), f"{change_url(draft)}?working_copy=key-1", ADD_URL, "/admin/"):
            assert "Secret" not in page_of(client, url)


def test_the_add_form_offers_each_new_text(writer):
    type_in(writer, headline="First of them")
    type_in(writer, key="key-2", lead="Second of them")
    page = page_of(writer, ADD_URL)
    assert page.count("did not save it") == 2
    assert "First of them" in page and "Second of them" in page
    assert restored(writer, ADD_URL, "key-2")["lead"] == "Second of them"


def test_a_text_that_the_officer_can_no_longer_save_is_shown_to_be_copied(writer):
    draft = a_draft()
    type_in(writer, draft, headline="Typed as it was approved", body="<p>More</p>")
    Message.objects.filter(pk=draft.pk).update(approved_at=NOON, publish_at=NOON)
    page = page_of(writer, change_url(draft))
    assert "You can no longer edit this." in page and "Typed" in page and "More" in page
    assert "?working_copy=" not in page and "Discard it" in page
    assert "It is not saved yet" not in page_of(writer, f"{change_url(draft)}?working_copy=key-1")
    assert discard(writer, draft).status_code == 302
    assert stored_copies() == {}


def test_a_limited_draft_hides_the_text_from_an_officer_who_is_not_named(writer):
    draft = a_draft(headline="Canary")
    type_in(writer, draft, headline="Canary again")
    assert "Canary" in page_of(writer, "/admin/")
    draft.limit_to([a_member(roles.EDITORS)])
    assert "Canary" not in page_of(writer, "/admin/")
    assert "Canary" not in writer.get(change_url(draft), follow=True).content.decode()
    assert discard(writer, draft).status_code == 404


# Restoring


def test_a_form_opens_with_the_text_without_a_script(writer):
    draft = a_draft()
    before = Message.history.count()
    type_in(writer, draft, headline="", lead="Typed", publish_at_0="not a day", publish_at_1="12:00", featured="on")
    fields = restored(writer, change_url(draft))
    assert (fields["headline"], fields["lead"]) == ("", "Typed")
    assert (fields["publish_at_0"], fields["publish_at_1"], fields["featured"]) == ("not a day", "12:00", "on")
    page = page_of(writer, f"{change_url(draft)}?working_copy=key-1")
    assert "It is not saved yet." in page and "Discard it" in page
    assert "errornote" not in page and "This field is required" not in page
    assert Message.history.count() == before


def test_a_restored_text_is_saved_and_then_gone(writer):
    draft = a_draft()
    type_in(writer, draft, headline="Typed", body="<p>New</p>", category=draft.category_id, language="en")
    fields = restored(writer, change_url(draft))
    assert writer.post(change_url(draft), fields | {"_save": "Save"}).status_code == 302
    draft.refresh_from_db()
    assert (draft.headline, stored_copies()) == ("Typed", {})
    assert "did not save it" not in page_of(writer, change_url(draft))


def test_a_restored_new_message_is_saved(writer):
    category = a_category()
    type_in(writer, headline="Typed", body="<p>New</p>", category=category.pk, language="en")
    fields = restored(writer, ADD_URL)
    assert writer.post(ADD_URL, fields | {"_save": "Save"}).status_code == 302
    assert (Message.objects.get().headline, stored_copies()) == ("Typed", {})


def test_a_restored_text_meets_what_a_colleague_has_saved_since(writer):
    draft = a_draft()
    version = draft.newest_version()
    sent = fields_of(writer.get(change_url(draft)).content.decode(), "message_form")
    type_in(writer, draft, **sent | {"headline": "Mine", "version": version, "draft_key": "key-1"})
    save_as_colleague(draft, headline="Theirs")
    fields = restored(writer, change_url(draft))
    assert (fields["headline"], fields["version"], fields["draft_key"]) == ("Mine", str(version), "key-1")
    page = writer.post(change_url(draft), fields | {"_save": "Save"}).content.decode()
    assert "changed by both of you" in page
    assert list(stored_copies()) == ["key-1"]


def test_rows_of_attachments_are_restored(writer, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    draft = a_draft()
    an_attachment(draft, name="Programme")
    sent = fields_of(writer.get(change_url(draft)).content.decode(), "message_form")
    type_in(writer, draft, **sent | {"draft_key": "key-1", "attachments-0-name": "Agenda"})
    assert restored(writer, change_url(draft))["attachments-0-name"] == "Agenda"


def test_the_people_of_a_limited_draft_stay_as_they_were_when_the_form_was_opened(writer, user):
    draft = a_draft()
    sent = fields_of(writer.get(change_url(draft)).content.decode(), "message_form")
    type_in(writer, draft, **sent | {"draft_key": "key-1", "headline": "Typed"})
    draft.limit_to([user])
    fields = restored(writer, change_url(draft))
    assert "limited_to" not in fields and fields.get("initial-limited_to", "") == ""
    writer.post(change_url(draft), fields | {"_save": "Save"})
    assert list(draft.limited_to.all()) == [user]


def test_the_change_of_a_public_message_is_restored(writer, user):
    revision = a_revision(a_message(), by=user)
    type_in(writer, revision, headline="Changed again", change_note="Why", change_kind="correction")
    fields = restored(writer, change_url(revision))
    assert (fields["headline"], fields["change_note"]) == ("Changed again", "Why")


@pytest.mark.parametrize("make", [partial(a_page, shown=False), a_counter, a_notice])
def test_pages_counters_and_notices_are_offered_and_restored(admin_client, make):
    row = make()
    name, base = row.text_fields[0], admin_url(row).removesuffix(f"{row.pk}/change/")
    sent = fields_in(admin_client.get(admin_url(row)).content.decode(), row)
    del sent["_save"]
    type_in(admin_client, row, base=base, **sent | {name: "Typed words", "draft_key": "key-1"})
    assert "Typed words" in page_of(admin_client, admin_url(row))
    fields = restored(admin_client, admin_url(row), form=f"{row._meta.model_name}_form")
    assert fields[name] == "Typed words"
    assert admin_client.post(admin_url(row), fields | {"_save": "Save"}).status_code == 302
    row.refresh_from_db()
    assert (getattr(row, name), stored_copies()) == ("Typed words", {})


@pytest.mark.parametrize("key", ["", "nothing", "x" * 300, "key-1' OR 1=1"])
def test_an_unknown_key_opens_the_form_as_it_is_saved(writer, key):
    draft = a_draft()
    type_in(writer, draft, headline="Typed")
    assert restored(writer, change_url(draft), key)["headline"] == "The first headline"


def test_a_closed_text_is_told_to_the_browser(writer):
    draft = a_draft()
    type_in(writer, draft, headline="Typed")
    discard(writer, draft, typed_at=TYPED_AT + 5)
    assert f'data-closed="key-1={TYPED_AT + 5} "' in page_of(writer, change_url(draft))
    assert restored(writer, change_url(draft))["headline"] == "The first headline"


# The dashboard


def test_the_dashboard_lists_unsaved_texts_first(writer, clock):
    draft, gone = a_draft(), a_draft(headline="Gone", slug="gone")
    for row in (draft, gone):
        type_in(writer, row, key=f"key-{row.pk}", headline="Typed")
    type_in(writer, key="key-new", headline="A new one")
    type_in(writer, key="key-empty", language="en")
    clock.move_to(NOON + HOUR)
    type_in(writer, draft, key="key-again", headline="Typed again")
    Message.objects.filter(pk=gone.pk).delete()
    sections = writer.get("/admin/").context["sections"]
    assert sections[0]["name"] == "unsaved-texts"
    assert [(text.title, text.is_new) for text in sections[0]["rows"]] == [
        ("The first headline", False),
        ("", True),
        ("A new one", True),
    ]
    page = page_of(writer, "/admin/")
    assert f'href="{change_url(draft)}"' in page and f'href="{ADD_URL}"' in page and "Without a title" in page


def test_the_dashboard_lists_no_text_whose_form_the_officer_may_not_use(user, writer):
    type_in(writer, headline="A new one")
    user.groups.clear()
    user.groups.add(a_member(roles.MANAGERS).groups.get())
    assert "A new one" not in page_of(writer, "/admin/")


def test_nothing_unsaved_has_no_section(writer):
    draft = a_draft()
    type_in(writer, draft, headline="Typed")
    discard(writer, draft)
    assert "Not saved" not in page_of(writer, reverse("admin:index"))


def test_the_erasure_of_an_officers_name_erases_the_texts(user, writer, admin_user):
    type_in(writer, headline="Typed")
    erase_name(user, NOON, admin_user)
    assert WorkingCopy.objects.count() == 0
