"""Working copies: what is typed is stored for one officer, without a version, an edition or a log entry."""

from functools import partial

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from accounts import roles, security_events
from accounts.models import SecurityEvent
from editions.models import EditionNumber
from news.models import Message, WorkflowLogEntry
from tests.factories import DAY, HOUR, NOON, a_counter, a_message, a_notice, a_page
from tests.helpers.accounts import a_member
from tests.helpers.message_form import a_draft, change_url, filled_form, opened_form
from tests.helpers.versioned_forms import admin_url
from tests.helpers.working_copies import TYPED_AT, copy_url, discard, stored_copies, type_in
from working_copies import models
from working_copies.models import WorkingCopy

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


# Storing


def test_the_fields_of_a_form_are_stored_without_tokens_files_and_buttons(writer):
    draft = a_draft()
    names = ["csrfmiddlewaretoken", "form_token", "version", "_save", "password", "unknown", "headlines"]
    answer = type_in(
        writer, draft, headline="Typed", publish_at_0="24/12/2020", **{"attachments-TOTAL_FORMS": "0"},
        **dict.fromkeys(names, "1"),
    )  # fmt: skip
    assert answer.status_code == 204
    assert stored_copies() == {
        "key-1": {"headline": ["Typed"], "publish_at_0": ["24/12/2020"], "attachments-TOTAL_FORMS": ["0"]}
    }
    assert WorkingCopy.objects.get().version == "1"


def test_a_new_message_is_stored_without_a_category_and_a_headline(writer):
    assert type_in(writer, lead="Only a lead").status_code == 204
    assert stored_copies() == {"key-1": {"lead": ["Only a lead"]}}
    assert Message.objects.count() == 0


@pytest.mark.parametrize("make", [partial(a_page, shown=False), a_counter, a_notice, a_draft])
def test_pages_counters_notices_and_messages_are_stored(admin_client, make):
    row = make()
    base = admin_url(row).removesuffix(f"{row.pk}/change/")
    assert type_in(admin_client, row, base=base, **{row.text_fields[0]: "Typed"}).status_code == 204
    assert stored_copies() == {"key-1": {row.text_fields[0]: ["Typed"]}}


@pytest.mark.one_database
def test_enquiries_have_no_working_copies(admin_client):
    assert admin_client.post("/admin/consular/enquiry/1/working-copy/", {"draft_key": "a"}).status_code == 404


def test_a_later_text_replaces_the_earlier_one_of_the_same_form(writer, clock):
    draft = a_draft()
    type_in(writer, draft, headline="First")
    clock.move_to(NOON + HOUR)
    type_in(writer, draft, headline="Second")
    assert stored_copies() == {"key-1": {"headline": ["Second"]}}
    assert WorkingCopy.objects.get().changed_at == NOON + HOUR


def test_an_unchanged_text_is_not_written(writer, clock):
    draft = a_draft()
    type_in(writer, draft, headline="Same")
    clock.move_to(NOON + HOUR)
    type_in(writer, draft, headline="Same", typed_at=TYPED_AT + 1)
    assert WorkingCopy.objects.get().changed_at == NOON


@pytest.mark.one_database
def test_a_text_that_is_too_long_is_refused_with_a_sentence(writer, monkeypatch):
    monkeypatch.setattr("working_copies.views.MAX_CHARACTERS", 100)
    answer = type_in(writer, a_draft(), body="я" * 101)
    assert (answer.status_code, answer.json()) == (
        413,
        {"error": "This is too long to be kept while you type. Save it."},
    )
    assert stored_copies() == {}


@pytest.mark.parametrize(
    "wild",
    [
        {"key": ""},
        {"key": "x" * 41},
        {"key": "a b"},
        {"typed_at": "-1", "headline": "x"},
        {"typed_at": "9" * 30, "headline": "x"},
        {"typed_at": "9" * 18, "headline": "x"},
        {"version": "9" * 30, "headline": "x"},
        {"headline": "a\x00b\ud7ff\ufffe"},
        {"attachments-0-id": "nothing"},
    ],
)
def test_wild_input_is_no_error(writer, wild):
    draft = a_draft()
    assert type_in(writer, draft, **wild).status_code in (204, 400)
    assert writer.get(change_url(draft)).status_code == 200


def test_a_user_has_a_limited_number_of_copies(writer, monkeypatch, clock):
    monkeypatch.setattr(models, "MAX_COPIES", 3)
    for number in range(5):
        clock.move_to(NOON + HOUR * number / 10)
        type_in(writer, key=f"key-{number}", headline=str(number))
    assert sorted(stored_copies()) == ["key-2", "key-3", "key-4"]


def test_saved_forms_do_not_push_out_unsaved_texts(writer, user, monkeypatch):
    monkeypatch.setattr(models, "MAX_COPIES", 2)
    type_in(writer, headline="Unsaved")
    for number in range(5):
        WorkingCopy.objects.close(user, f"saved-{number}", at=NOON + HOUR, typed_at=1, model="news.message")
    type_in(writer, key="key-2", headline="Another")
    assert sorted(stored_copies()) == ["key-1", "key-2"]


# Nothing else happens


def public_response(client, path):
    """Return the headers and content of a public response, without what differs between any two requests."""
    answer = client.get(path)
    headers = {name: sorted(value.split("; ")) for name, value in answer.headers.items() if name != "X-Request-ID"}
    return answer.status_code, headers, answer.content


def test_nothing_public_changes_and_nothing_is_recorded(writer, client):
    draft, public = a_draft(), a_message(slug="public")
    paths = ["/", public.get_absolute_url(), "/messages/", "/sitemap.xml"]
    before = [public_response(client, path) for path in paths]
    counts = [Message.history.count(), LogEntry.objects.count(), WorkflowLogEntry.objects.count()]
    edition, events = EditionNumber.objects.get().number, SecurityEvent.objects.count()
    stored = Message.objects.filter(pk=draft.pk).values()[0]
    type_in(writer, draft, headline="Typed")
    type_in(writer, key="key-2", headline="New")
    discard(writer, draft)
    assert EditionNumber.objects.get().number == edition
    assert [Message.history.count(), LogEntry.objects.count(), WorkflowLogEntry.objects.count()] == counts
    assert SecurityEvent.objects.count() == events
    assert Message.objects.filter(pk=draft.pk).values()[0] == stored
    assert [public_response(client, path) for path in paths] == before


# Permission


@pytest.mark.one_database
def test_only_who_may_change_a_row_stores_a_text(client, writer):
    draft, public = a_draft(), a_message()
    assert type_in(writer, public, headline="x").status_code == 403  # it is approved: changed by a revision
    assert client.post(copy_url(draft), {"draft_key": "a"}).status_code == 302
    assert type_in(signed_in(a_member(roles.CONSULAR)), draft, headline="x").status_code in (403, 404)
    assert type_in(signed_in(a_member(roles.MANAGERS)), headline="x").status_code == 403
    assert writer.get(copy_url(draft)).status_code == 405
    assert stored_copies() == {}


@pytest.mark.one_database
def test_a_limited_draft_of_others_stores_nothing(writer):
    draft = a_draft()
    draft.limit_to([a_member(roles.EDITORS)])
    assert type_in(writer, draft, headline="x").status_code == 404
    assert stored_copies() == {}


# Saved, discarded, expired


def test_a_save_erases_the_text(writer):
    draft = a_draft()
    type_in(writer, draft, headline="Typed")
    writer.post(change_url(draft), opened_form(writer, draft, headline="Typed", draft_key="key-1", typed_at=TYPED_AT))
    assert stored_copies() == {}


@pytest.mark.one_database
def test_a_refused_save_keeps_the_text(writer):
    draft = a_draft()
    type_in(writer, draft, headline="", lead="Typed")
    answer = writer.post(change_url(draft), opened_form(writer, draft, headline="", lead="Typed", draft_key="key-1"))
    assert answer.status_code == 200
    assert list(stored_copies()) == ["key-1"]


def test_the_first_save_of_a_new_message_erases_the_text(writer):
    type_in(writer, headline="Typed")
    writer.post("/admin/news/message/add/", filled_form(_save="Save", draft_key="key-1", typed_at=TYPED_AT))
    assert (Message.objects.count(), stored_copies()) == (1, {})


def test_a_request_that_arrives_after_the_save_of_its_form_stores_nothing(writer):
    draft = a_draft()
    writer.post(change_url(draft), opened_form(writer, draft, headline="All", draft_key="key-1", typed_at=TYPED_AT))
    type_in(writer, draft, headline="Al", typed_at=TYPED_AT - 1)
    assert stored_copies() == {}
    type_in(writer, draft, headline="All of it", typed_at=TYPED_AT + 1)  # typed after it
    assert stored_copies() == {"key-1": {"headline": ["All of it"]}}


def test_a_discarded_text_is_erased_for_its_user_only(writer):
    draft, other = a_draft(), signed_in(a_member(roles.EDITORS))
    type_in(writer, draft, headline="Typed")
    assert discard(other, draft).status_code == 302
    assert list(stored_copies()) == ["key-1"]
    answer = discard(writer, draft)
    assert (answer.status_code, answer.url, stored_copies()) == (302, change_url(draft), {})
    assert list(WorkingCopy.objects.values_list("data", "title")) == [("", "")]


def test_a_text_is_deleted_after_a_week(user, clock):
    type_in(signed_in(user), headline="Old")
    clock.move_to(NOON + 3 * DAY)
    type_in(signed_in(user), key="key-2", headline="Young")
    clock.move_to(NOON + 7 * DAY)
    security_events.purge_events(NOON + 7 * DAY)
    assert list(stored_copies()) == ["key-2"]


def test_a_new_text_deletes_those_of_a_week_ago(user, clock):
    type_in(signed_in(user), headline="Old")
    clock.move_to(NOON + 7 * DAY)
    type_in(signed_in(user), key="key-2", headline="New")
    assert WorkingCopy.objects.count() == 1


def test_an_expired_text_is_not_offered_although_it_is_not_deleted_yet(user, clock):
    draft = a_draft()
    type_in(signed_in(user), draft, headline="Old")
    clock.move_to(NOON + 7 * DAY)
    assert "did not save it" not in signed_in(user).get(change_url(draft)).content.decode()
