"""Form tokens: a form of the admin that arrives twice is processed once, and both get the first one's result."""

import threading
from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import form_tokens, roles
from accounts.models import FormSubmission, SecurityEvent
from consular.models import Enquiry, Notice
from news.admin.messages import MessageAdmin
from news.models import Message, PreviewLink
from pages.models import Page
from tests.factories import HOUR, a_message, a_notice, an_enquiry
from tests.helpers.accounts import PASSWORD, a_member, shown_code
from tests.helpers.enquiry_officers import address
from tests.helpers.form_fields import fields_of
from tests.helpers.form_tokens import token_on
from tests.helpers.message_form import ADD_URL, a_draft, change_url, filled_form, opened_form
from tests.helpers.revisions import a_public_message, a_revision
from tests.helpers.two_step import OVERVIEW, SET_UP, backup_codes_on, key_on_page

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

USERS, NOTICES, PAGES, LIST = (
    "/admin/auth/user/add/",
    "/admin/consular/notice/add/",
    "/admin/pages/page/add/",
    "/admin/news/message/",
)
BLAME = ("colleague", "omeone else", "already has", "saved this message", "already exists")


def opened(client, url, form, typed):
    return fields_of(client.get(url).content.decode(), form) | {"_save": "Save"} | typed


def a_notice_form(client, **typed):
    return opened(client, NOTICES, "notice_form", {"sentence": "Closed on Friday."} | typed)


def a_page_form(client, **typed):
    return opened(client, PAGES, "page_form", {"title": "Work", "path": "work", "body": "<p>Text.</p>"} | typed)


def an_invitation(client, **typed):
    group = Group.objects.get(name=roles.WRITERS).pk
    names = {"email": "dora@example.org", "first_name": "Dora", "last_name": "Novak", "groups": [group]}
    return opened(client, USERS, "user_form", names | typed)


def told(answer):
    """Return the texts of the success messages of a response that redirects."""
    return [str(message) for message in answer.context["messages"]]


def assert_same(first, second):
    """Check that two followed responses lead to the same page with the same messages, and blame nobody."""
    assert (first.status_code, second.status_code) == (200, 200)
    assert second.redirect_chain == first.redirect_chain != []
    assert told(second) == told(first)
    page = "".join(told(second))
    assert not any(words in page for words in BLAME)


def send_twice(client, url, data):
    first, second = (client.post(url, data, follow=True) for _ in range(2))
    assert_same(first, second)
    return first


# One row for two clicks


def one_database(*values):
    return pytest.param(*values, marks=pytest.mark.one_database)


@pytest.mark.parametrize("button", ["_save", *map(one_database, ["_continue", "_addanother", "_submit", "_approve"])])
def test_a_new_message_is_saved_once(admin_client, button):
    form = filled_form(override="Alone on duty.") | token_on(admin_client, ADD_URL) | {button: "x"}
    answer = send_twice(admin_client, ADD_URL, form)
    assert Message.objects.count() == 1
    assert told(answer)


@pytest.mark.parametrize(
    ("url", "form", "model"),
    [
        (NOTICES, a_notice_form, Notice),
        one_database(PAGES, a_page_form, Page),
        one_database(USERS, an_invitation, get_user_model()),
    ],
)
def test_other_rows_are_saved_once(admin_client, url, form, model):
    before = model.objects.count()
    answer = send_twice(admin_client, url, form(admin_client))
    assert (model.objects.count() - before, bool(told(answer))) == (1, True)


def test_a_preview_link_is_created_once_and_recorded_once(admin_client):
    draft = a_draft()
    token, until = token_on(admin_client, change_url(draft)), timezone.localtime() + timedelta(days=1)
    form = {"name": "Reuters", "expires_at_0": until.strftime("%d/%m/%Y"), "expires_at_1": "12:00"} | token
    send_twice(admin_client, f"{LIST}{draft.pk}/preview-links/", form)
    assert PreviewLink.objects.count() == 1
    assert SecurityEvent.objects.filter(kind="link created").count() == 1


@pytest.mark.parametrize("button", [*map(one_database, ["_save", "_submit"]), "_approve"])
def test_a_change_is_saved_once(admin_client, button):
    draft = a_draft()
    form = opened_form(admin_client, draft, headline="Better", override="Alone on duty.")
    del form["_save"]
    send_twice(admin_client, change_url(draft), form | {button: "x"})
    assert draft.log_entries.count() == (button != "_save")


def test_a_message_is_withdrawn_once(admin_client):
    message = a_message()
    url = f"{LIST}withdraw/?ids={message.pk}"
    send_twice(admin_client, url, {"reason": "It named the wrong city."} | token_on(admin_client, url))
    assert message.log_entries.filter(kind="withdrawn").count() == 1


@pytest.mark.one_database
def test_a_row_is_deleted_once(admin_client):
    url = f"/admin/consular/notice/{a_notice().pk}/delete/"
    send_twice(admin_client, url, {"post": "yes"} | token_on(admin_client, url))
    assert not Notice.objects.exists()


@pytest.mark.one_database
def test_an_action_of_a_list_is_done_once(admin_client):
    a_member(roles.WRITERS, username="dora@example.org")
    form = {
        "action": "deactivate_selected",
        "_selected_action": [get_user_model().objects.get(first_name="", is_superuser=False).pk],
    }
    users = "/admin/auth/user/"
    answer = send_twice(admin_client, users, form | token_on(admin_client, users))
    assert told(answer) == ["1 user deactivated."]


@pytest.mark.one_database
def test_a_list_is_submitted_again_with_other_rows(admin_client):
    first, second = (a_draft(slug=slug) for slug in ("first", "second"))
    token = token_on(admin_client, LIST)
    for row in (first, second):
        admin_client.post(LIST, {"action": "submit_selected", "_selected_action": [row.pk]} | token)
    assert Message.objects.submitted().count() == 2


@pytest.mark.one_database
def test_an_enquiry_gets_one_note(client):
    client.force_login(a_member(roles.CONSULAR))
    enquiry = an_enquiry()
    token = token_on(client, address(enquiry))
    form = {"version": enquiry.last_activity_at.isoformat(), "note": "She has called."} | token
    first, second = (client.post(address(enquiry, "note"), form) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert (first["Location"], first["Referrer-Policy"]) == (second["Location"], second["Referrer-Policy"])
    assert Enquiry.objects.get().entries.filter(kind="note").count() == 1


@pytest.mark.one_database
def test_a_second_set_up_of_a_phone_explains_that_it_is_done(client):
    client.force_login(a_member(roles.WRITERS))
    page = client.get(SET_UP).content.decode()
    form = {"code": shown_code(key=key_on_page(page)), "password": PASSWORD} | token_on(client, SET_UP)
    codes, again = client.post(SET_UP, form), client.post(SET_UP, form, follow=True)
    assert len(backup_codes_on(codes)) == 10
    assert (again.redirect_chain, backup_codes_on(again)) == ([(OVERVIEW, 302)], [])
    assert "If you did not see your new backup codes, create others." in told(again)[0]


@pytest.mark.one_database
def test_a_message_that_the_browser_already_has_is_shown_once(admin_client):
    form = a_notice_form(admin_client)
    for _ in range(2):
        admin_client.post(NOTICES, form)
    assert len(told(admin_client.get("/admin/"))) == 1


@pytest.mark.one_database
def test_the_browser_is_told_to_delete_its_unsaved_text_by_the_repetition_too(admin_client):
    form = filled_form(_save="Save", draft_key="abc-1") | token_on(admin_client, ADD_URL)
    admin_client.post(ADD_URL, form)
    cookie = admin_client.post(ADD_URL, form | {"draft_key": "abc-2"}).cookies["desk_saved"]
    assert (cookie.value, cookie["path"], cookie["samesite"]) == ("abc-1", "/admin/", "Lax")


# At the same time


def clients_of_one_session():
    user = get_user_model().objects.create_superuser("boris")
    clients = [Client(), Client()]
    clients[0].force_login(user)
    clients[1].cookies.update(clients[0].cookies)
    return clients


def at_once(clients, url, data):
    """Post the same form concurrently; return the responses."""
    gate, answers = threading.Barrier(2), []

    def post(client):
        try:
            gate.wait(10)
            answers.append(client.post(url, data))
        finally:
            connection.close()

    threads = [threading.Thread(target=post, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


@pytest.fixture
def slow_saves(monkeypatch):
    """Delay the first save until a second one comes, or for half a second, so that the requests overlap."""
    gate, saving = threading.Barrier(2), MessageAdmin.save_model

    def save_model(*args):
        try:
            gate.wait(0.5)
        except threading.BrokenBarrierError:
            pass
        return saving(*args)

    monkeypatch.setattr(MessageAdmin, "save_model", save_model)


@pytest.mark.django_db(transaction=True)
def test_two_concurrent_posts_of_a_new_message_save_one(slow_saves):
    clients = clients_of_one_session()
    form = filled_form(_approve="x", override="Alone on duty.") | token_on(clients[0], ADD_URL)
    first, second = at_once(clients, ADD_URL, form)
    assert (first.status_code, second.status_code, first["Location"]) == (302, 302, second["Location"])
    assert Message.objects.count() == 1
    assert all("Published at" in client.get(change_url(Message.objects.get())).content.decode() for client in clients)


@pytest.mark.django_db(transaction=True)
def test_two_concurrent_posts_of_an_approval_both_succeed(slow_saves):
    clients, draft = clients_of_one_session(), a_draft()
    draft.submit()
    form = opened_form(clients[0], draft, override="Alone on duty.")
    del form["_save"]
    answers = at_once(clients, change_url(draft), form | {"_approve": "x"})
    assert [answer.status_code for answer in answers] == [302, 302]
    assert draft.log_entries.filter(kind="approved").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_concurrent_invalid_posts_both_get_the_errors(slow_saves):
    clients = clients_of_one_session()
    form = filled_form(_save="x", headline="") | token_on(clients[0], ADD_URL)
    assert [answer.status_code for answer in at_once(clients, ADD_URL, form)] == [200, 200]
    assert not FormSubmission.objects.exists()


# Other content


@pytest.mark.one_database
def test_a_saved_form_that_is_sent_with_other_texts_shows_them_beside_a_link_to_the_row(admin_client):
    form = filled_form(_save="Save") | token_on(admin_client, ADD_URL)
    admin_client.post(ADD_URL, form)
    changed = form | {"headline": "Changed", "body": "<p>Also <strong>changed</strong>.<script>x</script></p>"}
    answer = admin_client.post(ADD_URL, changed)
    page = answer.content.decode()
    assert (answer.status_code, Message.objects.count()) == (409, 1)
    assert "This was saved already" in page
    assert f'href="{change_url(Message.objects.get())}"' in page
    assert ">Changed</textarea>" in page
    assert "<p>Also <strong>changed</strong>.</p>" in page
    assert "<script>x" not in page


@pytest.mark.one_database
def test_another_button_is_other_content(admin_client):
    form = filled_form(override="Alone.") | token_on(admin_client, ADD_URL)
    admin_client.post(ADD_URL, form | {"_save": "x"})
    assert admin_client.post(ADD_URL, form | {"_approve": "x"}).status_code == 409
    assert not Message.objects.get().approved_at


@pytest.mark.one_database
def test_another_file_is_other_content(admin_client):
    form = filled_form(_save="x") | token_on(admin_client, ADD_URL)
    statuses = [
        admin_client.post(ADD_URL, form | {"unknown": SimpleUploadedFile("a.txt", text)}).status_code
        for text in (b"one", b"one", b"two")
    ]
    assert statuses == [302, 302, 409]


@pytest.mark.one_database
def test_the_page_shows_no_secrets_choices_or_numbers(admin_client):
    form = a_notice_form(admin_client)
    admin_client.post(NOTICES, form)
    more = {"sentence": "Open again.", "password1": "a secret", "code": "a-code", "order": "17", "starts_0": "1/1/2030"}
    page = admin_client.post(NOTICES, form | more).content.decode()
    assert page.count("<textarea") == 1
    assert "Open again." in page


# Tokens


@pytest.mark.one_database
def test_the_token_of_a_refused_form_can_be_used_again(admin_client):
    token = token_on(admin_client, ADD_URL)
    refused = admin_client.post(ADD_URL, filled_form(_save="x", headline="") | token)
    saved = admin_client.post(ADD_URL, filled_form(_save="x") | token)
    assert (refused.status_code, saved.status_code, Message.objects.count()) == (200, 302, 1)


@pytest.mark.one_database
def test_the_token_of_a_form_that_needs_a_confirmation_first_can_be_used_again(client, clock):
    client.force_login(a_member(roles.MANAGERS))
    form = an_invitation(client)
    clock.shift(2 * HOUR - timedelta(minutes=1))
    assert client.post(USERS, form)["Location"].startswith("/admin/verify/")
    client.post("/admin/verify/", {"password": PASSWORD})
    assert client.post(USERS, form | {"email": "eva@example.org"}).status_code == 302
    assert get_user_model().objects.filter(email="eva@example.org").exists()


def test_the_token_of_a_view_that_fails_can_be_used_again(admin_client, monkeypatch):
    form = filled_form(_save="x") | token_on(admin_client, ADD_URL)
    admin_client.raise_request_exception = False
    with monkeypatch.context() as patched:
        patched.setattr(MessageAdmin, "save_model", lambda *args: 1 / 0)
        assert admin_client.post(ADD_URL, form).status_code == 500
    assert (admin_client.post(ADD_URL, form).status_code, Message.objects.count()) == (302, 1)


@pytest.mark.one_database
def test_a_token_of_another_user_reveals_nothing(admin_client, client):
    form = a_notice_form(admin_client)
    admin_client.post(NOTICES, form)
    client.force_login(get_user_model().objects.create_superuser("boris"))
    assert client.post(NOTICES, form | {"sentence": "Another."}).status_code == 302
    assert Notice.objects.count() == 2


@pytest.mark.one_database
def test_a_token_counts_at_one_url_only(admin_client):
    token = token_on(admin_client, NOTICES)
    for url, form in ((NOTICES, a_notice_form), (PAGES, a_page_form)):
        assert admin_client.post(url, form(admin_client, **token)).status_code == 302


@pytest.mark.one_database
@pytest.mark.parametrize("token", ["", "x", "é" * 22, "a" * 5000])
def test_without_a_valid_token_each_form_is_processed(admin_client, token):
    for _ in range(2):
        admin_client.post(NOTICES, a_notice_form(admin_client, form_token=token))
    assert Notice.objects.count() == 2
    assert not FormSubmission.objects.exists()


def test_a_submission_is_deleted_after_a_day(admin_client, clock):
    form = a_notice_form(admin_client)
    admin_client.post(NOTICES, form)
    FormSubmission.objects.update(at=timezone.now() - timedelta(hours=23))
    call_command("purge_security_events", verbosity=0)
    assert FormSubmission.objects.count() == 1
    FormSubmission.objects.update(at=timezone.now() - timedelta(hours=24))
    call_command("purge_security_events", verbosity=0)
    assert not FormSubmission.objects.exists()


@pytest.mark.one_database
def test_what_was_typed_is_not_stored(admin_client):
    form = a_page_form(admin_client, body="<p>Very special words.</p>")
    admin_client.post(PAGES, form)
    row = str(FormSubmission.objects.values().get())
    assert "special" not in row
    assert form["form_token"] not in row


@pytest.mark.one_database
def test_what_saves_nothing_needs_no_transaction(admin_client, monkeypatch):
    change = a_revision(a_public_message(), at=timezone.now())
    page = Page.objects.create(title="Work", path="work", body="<p>Text.</p>")
    monkeypatch.setattr(form_tokens, "process_once", None)
    for url, form, changed in (
        (LIST, filled_form() | token_on(admin_client, ADD_URL), change.pk),
        (PAGES.removesuffix("add/"), a_page_form(admin_client), page.pk),
    ):
        for name in ("preview/", f"{changed}/preview/", "checks/", f"{changed}/checks/"):
            assert admin_client.post(f"{url}{name}", form).status_code == 200, name
        assert admin_client.post(f"{url}{changed}/changed-words/", form).status_code == (200 if url == LIST else 404)


@pytest.mark.one_database
def test_each_form_that_adds_a_row_has_a_token(admin_client):
    for model, model_admin in admin.site._registry.items():
        answer = admin_client.get(f"/admin/{model._meta.app_label}/{model._meta.model_name}/add/")
        if answer.status_code == 200:
            assert 'name="form_token"' in answer.content.decode(), model_admin


@pytest.mark.one_database
def test_public_forms_have_none(client):
    assert "form_token" not in client.get("/admin/login/").content.decode()
    assert "form_token" not in client.get("/contact/").content.decode()
