"""E-mails about remarks: to those concerned who may see the message, never to the author of the remark."""

import pytest
from django.core import mail
from django.utils import timezone

from accounts import roles
from outbox.delivery import send_due
from outbox.models import OutboxEmail
from remarks.models import Remark
from tests.factories import NOON
from tests.helpers.accounts import a_member
from tests.helpers.message_form import a_draft
from tests.helpers.remarks import CARD, a_remark, post_remark, remarks_url
from tests.helpers.versions import write_as

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def people(client):
    """Two writers and two editors; the first editor is signed in."""
    members = {
        "anna": a_member(roles.WRITERS, username="anna", first_name="Anna", last_name="Writer"),
        "wanda": a_member(roles.WRITERS, username="wanda"),
        "boris": a_member(roles.EDITORS, username="boris", first_name="Boris", last_name="Editor"),
        "carol": a_member(roles.EDITORS, username="carol"),
    }
    client.force_login(members["boris"])
    return members


@pytest.fixture
def draft(people):
    return write_as(people["anna"], a_draft(headline="On the\ninspection"))


def recipients():
    """Send what is due, and return the names of those who got an e-mail, in alphabetical order."""
    mail.outbox.clear()
    send_due(timezone.now)
    return sorted(letter.to[0].partition("@")[0] for letter in mail.outbox)


def test_the_author_of_the_message_gets_the_words_and_the_link(client, draft):
    post_remark(client, draft, "Name the source.\nAnd <the> date & time.", quotation="he said")
    assert recipients() == ["anna"]
    letter = mail.outbox[0]
    assert letter.subject == "Remark: On the inspection"
    assert "Boris Editor has written a remark" in letter.body
    assert "“he said”" in letter.body
    assert "Name the source.\nAnd <the> date & time." in letter.body
    assert f"http://testserver/admin/news/message/{draft.pk}/change/{CARD}" in letter.body


def test_the_editors_get_it_while_the_message_awaits_approval(client, people, draft):
    draft.submit(at=NOON, by=people["wanda"])
    post_remark(client, draft)
    assert recipients() == ["anna", "carol", "wanda"]


@pytest.mark.both_databases
def test_a_reply_goes_to_those_who_took_part_but_not_to_its_author(client, people, draft):
    thread = a_remark(draft, people["wanda"])
    a_remark(draft, people["boris"], parent=thread)
    a_remark(draft, people["carol"], "Another thread")
    client.post(remarks_url(draft), {"reply": thread.pk, f"reply-{thread.pk}": "Done."})
    assert recipients() == ["anna", "wanda"]
    assert "Boris Editor has replied" in mail.outbox[0].body


def test_who_may_not_see_the_draft_gets_nothing(client, people, draft):
    thread = a_remark(draft, people["wanda"])
    draft.limit_to([people["anna"], people["boris"]])
    client.post(remarks_url(draft), {"reply": thread.pk, f"reply-{thread.pk}": "Done."})
    assert recipients() == ["anna"]


def test_limits_and_deletions_before_the_sending_are_respected(client, people, draft):
    post_remark(client, draft)
    draft.limit_to([people["boris"]])
    assert recipients() == []
    draft.limit_to([])
    post_remark(client, draft)
    client.post(remarks_url(draft), {"delete": Remark.objects.latest("pk").pk})
    assert recipients() == []


def test_resolving_sends_nothing(client, people, draft):
    thread = a_remark(draft, people["anna"])
    client.post(remarks_url(draft), {"resolve": thread.pk})
    assert not OutboxEmail.objects.exists()
