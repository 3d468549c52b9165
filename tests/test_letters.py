"""Letters of acts: to those who must approve, and back to the writer. They leave after the commit and undo nothing."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

from embassy import roles
from news.models import Act, Message
from tests.factories import DAY, NOON, a_message
from tests.test_roles import a_member

pytestmark = pytest.mark.django_db

LIST = "/admin/news/message/"


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """What a test does inside is committed, and what waits for that runs."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def people(client):
    """A writer and two editors; the writer is logged in."""
    members = {
        "anna": a_member(roles.WRITERS, username="anna", first_name="Anna", last_name="Writer"),
        "boris": a_member(roles.EDITORS, username="boris", first_name="Boris", last_name="Editor"),
        "carol": a_member(roles.EDITORS, username="carol"),
    }
    client.force_login(members["anna"])
    return members


def submit(client, message):
    client.post(LIST, {"action": "submit_selected", "_selected_action": [message.pk]})


def approve(client, message):
    client.post(LIST, {"action": "approve_selected", "_selected_action": [message.pk]})


def a_draft(user, **kwargs):
    """Return a draft that `user` has written."""
    draft = a_message(**{"publish_at": None, "headline": "On the inspection"} | kwargs)
    draft.history.update(history_user=user)
    return draft


def addresses():
    return sorted(address for letter in mail.outbox for address in letter.to)


# Who hears


def test_those_who_may_approve_hear_of_what_is_submitted(client, people, committed):
    with committed():
        submit(client, a_draft(people["anna"]))
    assert addresses() == ["boris@example.org", "carol@example.org"]


def test_each_gets_a_letter_of_their_own(client, people, committed):
    with committed():
        submit(client, a_draft(people["anna"]))
    assert [len(letter.to) for letter in mail.outbox] == [1, 1]


def test_an_editor_who_submits_hears_nothing_of_it(client, people, committed):
    client.force_login(people["boris"])
    with committed():
        submit(client, a_draft(people["boris"]))
    assert addresses() == ["carol@example.org"]


@pytest.mark.parametrize("gone", [{"is_active": False}, {"is_staff": False}, {"email": ""}])
def test_who_has_left_or_has_no_address_hears_nothing(client, people, committed, gone):
    get_user_model().objects.filter(username="carol").update(**gone)
    with committed():
        submit(client, a_draft(people["anna"]))
    assert addresses() == ["boris@example.org"]


def test_superusers_hear_of_it_only_where_nobody_else_may_approve(client, people, committed):
    get_user_model().objects.create_superuser("root", "root@example.org", "a long password")
    get_user_model().objects.filter(username__in=["boris", "carol"]).update(is_active=False)
    with committed():
        submit(client, a_draft(people["anna"]))
    assert addresses() == ["root@example.org"]


def test_the_writer_hears_that_it_was_sent_back_and_why(client, people, committed):
    draft = a_draft(people["anna"])
    submit(client, draft)
    client.force_login(people["boris"])
    with committed():
        client.post(f"{LIST}send_back/?ids={draft.pk}", {"reason": "The date is <missing> & wrong."})
    (letter,) = mail.outbox
    assert letter.to == ["anna@example.org"]
    assert ("The date is <missing> & wrong." in letter.body, "Boris Editor" in letter.body) == (True, True)


def test_the_writer_hears_that_it_was_approved_and_when_it_appears(client, people, committed):
    draft = a_draft(people["anna"], publish_at=NOON + DAY, approved_at=None)
    submit(client, draft)
    client.force_login(people["boris"])
    with committed():
        approve(client, draft)
    (letter,) = mail.outbox
    assert letter.to == ["anna@example.org"]
    assert "25 November 2020, 12:37 London · 15:37 Moscow" in letter.body


def test_nobody_hears_of_their_own_act(client, people, committed):
    draft = a_draft(people["boris"])
    client.force_login(people["boris"])
    with committed():
        client.post(
            f"{LIST}{draft.pk}/change/",
            {"_approve": "x", "override": "Alone.", "headline": "x", "body": "<p>x</p>", "category": draft.category_id}
            | {"language": "en", "publish_at_0": "", "publish_at_1": "", "attachments-TOTAL_FORMS": "0"}
            | {"attachments-INITIAL_FORMS": "0"},
        )
    assert mail.outbox == []


def test_who_sends_a_text_back_may_approve_it_when_it_comes_again(client, people):
    draft = a_draft(people["anna"])
    submit(client, draft)
    client.force_login(people["boris"])
    client.post(f"{LIST}send_back/?ids={draft.pk}", {"reason": "The date."})
    client.force_login(people["anna"])
    submit(client, draft)
    client.force_login(people["boris"])
    approve(client, draft)
    assert Message.objects.get().approved_by == people["boris"]


# What they read


def test_a_letter_leads_to_the_desk(client, people, committed):
    draft = a_draft(people["anna"])
    with committed():
        submit(client, draft)
    assert f"http://testserver/admin/news/message/{draft.pk}/change/" in mail.outbox[0].body


def test_a_headline_stands_in_a_letter_as_it_was_written(client, people, committed):
    with committed():
        submit(client, a_draft(people["anna"], headline='"War & peace":\nnew <edition>'))
    assert mail.outbox[0].subject == 'For your approval: "War & peace": new <edition>'


# When it leaves, and when it can't


def test_nothing_is_mailed_before_the_commit(client, people):
    submit(client, a_draft(people["anna"]))
    assert mail.outbox == []


class Broken(BaseEmailBackend):
    """A mail server that is away."""

    def open(self):
        raise ConnectionRefusedError("anna@example.org")


class Choosy(BaseEmailBackend):
    """A mail server that refuses boris alone."""

    def send_messages(self, letters):
        if letters[0].to == ["boris@example.org"]:
            raise OSError("550 boris@example.org")
        mail.outbox += letters


@pytest.mark.django_db(transaction=True)
def test_an_act_stands_where_the_mail_server_is_away_and_the_officer_is_told(client, people, settings, caplog):
    settings.EMAIL_BACKEND = "tests.test_letters.Broken"
    draft = a_draft(people["anna"])
    answer = client.post(LIST, {"action": "submit_selected", "_selected_action": [draft.pk]}, follow=True)
    assert Act.objects.get().kind == Act.Kind.SUBMITTED
    assert "not everybody could be mailed" in answer.content.decode()
    assert ("were not mailed" in caplog.text, "@example.org" in caplog.text) == (True, False)


@pytest.mark.django_db(transaction=True)
def test_a_letter_that_is_refused_keeps_no_other_back(client, people, settings, caplog):
    settings.EMAIL_BACKEND = "tests.test_letters.Choosy"
    mail.outbox = []
    submit(client, a_draft(people["anna"]))
    assert (addresses(), "@example.org" in caplog.text) == (["carol@example.org"], False)


def test_the_mail_server_is_not_waited_for_without_end(settings):
    assert timedelta(seconds=settings.EMAIL_TIMEOUT) <= timedelta(seconds=10)
