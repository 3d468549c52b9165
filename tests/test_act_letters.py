"""Letters of acts: to those who must approve, and back to the writer."""

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core import mail
from django.utils import timezone

from embassy import roles
from letters.models import Letter
from letters.sending import send_due
from news.models import Message
from tests.factories import DAY, NOON, a_message
from tests.helpers.accounts import a_member
from tests.helpers.desk import approve_from_list

pytestmark = pytest.mark.django_db

LIST = "/admin/news/message/"


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


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
    approve_from_list(client, message)


def a_draft(user, **kwargs):
    """Return a draft that `user` has written."""
    draft = a_message(**{"publish_at": None, "headline": "On the inspection"} | kwargs)
    draft.history.update(history_user=user)
    return draft


def sent():
    """Return the letters that leave now."""
    send_due(timezone.now)
    return mail.outbox


def addresses():
    return sorted(address for letter in sent() for address in letter.to)


# Who hears


def test_those_who_may_approve_hear_of_what_is_submitted(client, people):
    submit(client, a_draft(people["anna"]))
    assert addresses() == ["boris@example.org", "carol@example.org"]


def test_each_gets_a_letter_of_their_own(client, people):
    submit(client, a_draft(people["anna"]))
    assert [len(letter.to) for letter in sent()] == [1, 1]


def test_an_editor_who_submits_hears_nothing_of_it(client, people):
    client.force_login(people["boris"])
    submit(client, a_draft(people["boris"]))
    assert addresses() == ["carol@example.org"]


@pytest.mark.parametrize("gone", [{"is_active": False}, {"is_staff": False}, {"email": ""}])
def test_who_has_left_or_has_no_address_hears_nothing(client, people, gone):
    get_user_model().objects.filter(username="carol").update(**gone)
    submit(client, a_draft(people["anna"]))
    assert addresses() == ["boris@example.org"]


def test_superusers_hear_of_it_only_where_nobody_else_may_approve(client, people):
    get_user_model().objects.create_superuser("root", "root@example.org", "a long password")
    get_user_model().objects.filter(username__in=["boris", "carol"]).update(is_active=False)
    submit(client, a_draft(people["anna"]))
    assert addresses() == ["root@example.org"]


def test_the_writer_hears_that_it_was_sent_back_and_why(client, people):
    draft = a_draft(people["anna"])
    submit(client, draft)
    sent().clear()
    client.force_login(people["boris"])
    client.post(f"{LIST}send_back/?ids={draft.pk}", {"reason": "The date is <missing> & wrong."})
    (letter,) = sent()
    assert letter.to == ["anna@example.org"]
    assert ("The date is <missing> & wrong." in letter.body, "Boris Editor" in letter.body) == (True, True)


def test_the_writer_hears_that_it_was_approved_and_when_it_appears(client, people):
    draft = a_draft(people["anna"], publish_at=NOON + DAY, approved_at=None)
    submit(client, draft)
    sent().clear()
    client.force_login(people["boris"])
    approve(client, draft)
    (letter,) = sent()
    assert letter.to == ["anna@example.org"]
    assert "25 November 2020, 12:37 London · 15:37 Moscow" in letter.body


def test_nobody_hears_of_their_own_act(client, people):
    draft = a_draft(people["boris"])
    client.force_login(people["boris"])
    client.post(
        f"{LIST}{draft.pk}/change/",
        {"_approve": "x", "override": "Alone.", "headline": "x", "body": "<p>x</p>", "category": draft.category_id}
        | {"language": "en", "publish_at_0": "", "publish_at_1": "", "attachments-TOTAL_FORMS": "0"}
        | {"attachments-INITIAL_FORMS": "0"},
    )
    assert sent() == []


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


def test_a_letter_leads_to_the_desk(client, people):
    draft = a_draft(people["anna"])
    submit(client, draft)
    assert f"http://testserver/admin/news/message/{draft.pk}/change/" in sent()[0].body


def test_a_headline_stands_in_a_letter_as_it_was_written(client, people):
    submit(client, a_draft(people["anna"], headline='"War & peace":\nnew <edition>'))
    assert sent()[0].subject == 'For your approval: "War & peace": new <edition>'


# When there is nobody left to read it


def test_who_has_left_meanwhile_gets_no_letter(client, people):
    submit(client, a_draft(people["anna"]))
    get_user_model().objects.filter(username="carol").update(is_active=False)
    assert addresses() == ["boris@example.org"]


def test_a_refused_act_puts_nothing_into_the_outbox(client, people):
    client.force_login(people["boris"])
    draft = a_draft(people["boris"])
    submit(client, draft)
    Letter.objects.all().delete()
    approve(client, draft)
    assert not Letter.objects.exists()
