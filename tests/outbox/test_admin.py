"""The outbox on the desk: notices of undelivered e-mails by role, their texts, and actions of a manager."""

import pytest

from accounts import roles
from outbox.models import GIVE_UP_AFTER, LATE_AFTER, OutboxEmail
from tests.factories import DAY, HOUR, NOON
from tests.helpers.accounts import a_member

pytestmark = pytest.mark.django_db

LIST = "/admin/outbox/outboxemail/"


@pytest.fixture
def front(client, clock):
    """The dashboard's notice about the outbox for a user in these groups; None without one."""

    def front(*names, at=NOON + LATE_AFTER):
        clock.move_to(at)
        client.force_login(a_member(*names))
        page = client.get("/admin/").content.decode()
        start = page.find('<section class="module email-problems"')
        return " ".join(page[start : page.index("</section>", start)].split()) if start >= 0 else None

    return front


def a_letter(at=NOON, error="", **kwargs):
    letter = OutboxEmail.objects.enqueue("hello", at=at)
    OutboxEmail.objects.filter(pk=letter.pk).update(last_error=error, **kwargs)
    return letter


@pytest.mark.parametrize(
    ("role", "hears"),
    [(roles.MANAGERS, True), (roles.CONSULAR, True), (roles.WRITERS, False), (roles.EDITORS, False)],
)
def test_managers_and_consular_officers_see_that_emails_are_not_sent(front, role, hears):
    a_letter()
    assert (front(role) is not None) is hears


def test_dashboard_shows_nothing_while_emails_are_sent(front):
    a_letter(at=NOON + HOUR)
    a_letter(sent_at=NOON)
    assert front(roles.MANAGERS, at=NOON + HOUR) is None


def test_dashboard_shows_how_long_emails_wait_and_that_the_server_does_not_respond(front):
    a_letter(error="away ConnectionRefusedError")
    a_letter(at=NOON + HOUR)
    said = front(roles.MANAGERS, at=NOON + 2 * HOUR)
    assert "2 e-mails have been waiting, the oldest since 24 November 2020, 12:37 London · 15:37 Moscow." in said
    assert "Last delivery attempt: the mail server is not responding (ConnectionRefusedError)." in said


def test_dashboard_shows_that_no_sender_is_running(front):
    a_letter()
    assert "No delivery attempted." in front(roles.CONSULAR)


@pytest.mark.parametrize(("days", "is_said"), [(6, True), (8, False)])
def test_dashboard_shows_for_a_week_that_an_email_was_given_up(front, days, is_said):
    a_letter(error="refused SMTPRecipientsRefused 550", given_up_at=NOON)
    said = front(roles.MANAGERS, at=NOON + days * DAY) or ""
    assert ("One e-mail failed in the last seven days" in said) is is_said


def test_only_managers_are_led_to_the_list(front):
    a_letter()
    assert (LIST in front(roles.MANAGERS), LIST in front(roles.CONSULAR)) == (True, False)


def test_manager_sees_why_an_email_was_not_sent(client, clock):
    a_letter(error="refused SMTPRecipientsRefused 550")
    client.force_login(a_member(roles.MANAGERS))
    page = client.get(LIST, {"state": "trouble"}).content.decode()
    assert "the mail server rejected it (SMTPRecipientsRefused 550)" in page


@pytest.mark.parametrize("state", ["waiting", "trouble", "sent", "nonsense"])
def test_list_of_emails_opens_in_every_state(client, clock, state):
    a_letter(error="words WrongKey")
    client.force_login(a_member(roles.MANAGERS))
    assert client.get(LIST, {"state": state}).status_code == 200


def test_manager_retries_emails(client, clock):
    clock.move_to(NOON + DAY)
    letter = a_letter(error="away X", due_at=NOON + GIVE_UP_AFTER)
    client.force_login(a_member(roles.MANAGERS))
    client.post(LIST, {"action": "try_now", "_selected_action": [letter.pk]})
    assert list(OutboxEmail.objects.due(NOON + DAY)) == [letter]


def test_emails_cannot_be_added_changed_or_deleted_on_the_desk(admin_client):
    letter = a_letter()
    addresses = [f"{LIST}add/", f"{LIST}{letter.pk}/delete/"]
    assert [admin_client.post(address).status_code for address in addresses] == [403, 403]


@pytest.mark.parametrize("role", [roles.WRITERS, roles.EDITORS, roles.CONSULAR])
def test_others_do_not_see_the_list_of_emails(client, role):
    client.force_login(a_member(role))
    assert client.get(LIST).status_code == 403
