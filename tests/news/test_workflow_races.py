"""Concurrent workflow steps: of two users one succeeds, and the other gets a sentence."""

import threading

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from news.admin.messages import MessageAdmin
from news.models import Message
from tests.factories import a_message
from tests.helpers.desk import step_url
from tests.helpers.message_form import a_draft, change_url, opened_form

pytestmark = pytest.mark.both_databases

FASTER = "A colleague has already"


@pytest.fixture
def two():
    """Clients of two editors."""
    clients = [Client(), Client()]
    for client, name in zip(clients, ("anna", "boris"), strict=True):
        client.force_login(get_user_model().objects.create_superuser(name))
    return clients


@pytest.fixture
def together(monkeypatch):
    """Delay each save until both forms are validated, or for half a second where the database blocks one of them."""
    gate, saving, waited = threading.Barrier(2), MessageAdmin.save_model, threading.local()

    def save_model(*args):
        if not hasattr(waited, "once"):
            waited.once = True
            try:
                gate.wait(0.5)
            except threading.BrokenBarrierError:
                pass
        return saving(*args)

    monkeypatch.setattr(MessageAdmin, "save_model", save_model)


def at_once(*posts):
    """Run functions concurrently, each in a thread; return their results."""
    gate, answers = threading.Barrier(len(posts)), [None] * len(posts)

    def run(i):
        try:
            gate.wait(10)
            answers[i] = posts[i]()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[i]) for i in range(len(posts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


def sent(client, address, data):
    return lambda: client.post(address, data)


def submitted():
    draft = a_draft()
    draft.submit()
    return draft


def pressed(client, message, button, **kwargs):
    form = opened_form(client, message, **kwargs)
    del form["_save"]
    return form | {button: "x"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("button", "kind", "a_row", "status", "sentence"),
    [
        ("_submit", "submitted", a_draft, 200, FASTER),
        ("_approve", "approved", submitted, 409, "Your text was not saved"),
    ],
)
def test_of_two_concurrent_steps_one_succeeds_and_one_is_refused_with_a_sentence(
    two, together, button, kind, a_row, status, sentence
):
    message = a_row()
    forms = [pressed(client, message, button) for client in two]
    answers = at_once(*(sent(client, change_url(message), form) for client, form in zip(two, forms, strict=True)))
    assert sorted(answer.status_code for answer in answers) == sorted([status, 302])
    loser = next(answer for answer in answers if answer.status_code == status)
    assert sentence in loser.content.decode()
    assert message.log_entries.filter(kind=kind).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_concurrent_approvals_from_the_list_one_succeeds(two):
    message = submitted()
    read = {f"version-{message.pk}": str(message.newest_version())}
    answers = at_once(*(sent(client, step_url("approve", [message]), read) for client in two))
    assert [answer.status_code for answer in answers] == [302, 302]
    assert message.log_entries.filter(kind="approved").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_concurrent_withdrawals_one_succeeds_and_one_is_redirected(two):
    message = a_message()
    address = f"/admin/news/message/withdraw/?ids={message.pk}"
    answers = at_once(*(sent(client, address, {"reason": "Wrong."}) for client in two))
    assert [answer.status_code for answer in answers] == [302, 302]
    assert message.log_entries.filter(kind="withdrawn").count() == 1


@pytest.mark.django_db
def test_a_withdrawal_that_comes_too_late_redirects_to_the_message_with_a_sentence(admin_client):
    message = a_message()
    message.withdraw("Wrong.")
    answer = admin_client.post(f"/admin/news/message/withdraw/?ids={message.pk}", {"reason": "Wrong."}, follow=True)
    assert (answer.redirect_chain, FASTER in answer.content.decode()) == ([(change_url(message), 302)], True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("button", "status", "sentence"), [("_submit", 200, FASTER), ("_approve", 409, "Your text was not saved")]
)
def test_a_step_in_a_second_tab_gets_a_sentence(admin_client, button, status, sentence):
    draft = a_draft()
    forms = [pressed(admin_client, draft, button, override="Alone on duty.") for _ in range(2)]
    first, second = (admin_client.post(change_url(draft), form) for form in forms)
    assert (first.status_code, second.status_code, sentence in second.content.decode()) == (302, status, True)
    assert draft.log_entries.count() == 1


@pytest.mark.django_db
def test_a_message_that_was_deleted_gets_a_sentence(admin_client):
    draft = a_draft()
    form = opened_form(admin_client, draft, headline="Mine")
    Message.objects.get(pk=draft.pk).delete()
    answer = admin_client.post(change_url(draft), form, follow=True)
    assert (answer.status_code, "Mine" in answer.content.decode()) == (409, True)
