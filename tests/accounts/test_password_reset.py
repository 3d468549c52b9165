"""Password reset links: few e-mails, short validity, and the same work for an unknown address."""

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import roles, staff
from outbox.models import OutboxEmail
from tests.factories import DAY, HOUR, NOON
from tests.helpers.accounts import a_member, letters_to, link_in, security_event_kinds, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

RESET = "/admin/password-reset/"
DORA = "dora@example.org"
NEW = "as long as a sentence"


@pytest.fixture
def dora():
    return a_member(roles.WRITERS, username="dora@example.org")


def ask(address=DORA):
    return Client().post(RESET, {"email": address})


def choose(link, password=NEW):
    client = Client()
    form = client.get(link, follow=True)
    if form.redirect_chain:
        client.post(form.redirect_chain[-1][0], {"new_password1": password, "new_password2": password})
    return get_user_model().objects.get().check_password(password)


# Few letters


def test_ten_requests_queue_one_email(dora):
    for _number in range(10):
        ask()
    assert OutboxEmail.objects.filter(kind="lost password").count() == 1
    assert len(letters_to(DORA)) == 1


@pytest.mark.parametrize("spelt", [DORA, "DORA@example.org", " dora@EXAMPLE.org "])
def test_no_more_than_three_leave_in_a_day_however_the_address_is_spelt(dora, clock, spelt):
    for number in range(12):
        clock.move_to(NOON + number * HOUR)
        ask(spelt if number % 2 else DORA)
        letters_to(DORA)
    assert len(letters_to(DORA)) == 3
    clock.move_to(NOON + 1.1 * DAY)
    ask()
    assert len(letters_to(DORA)) == 4


def test_the_response_does_not_reveal_whether_the_address_exists(dora):
    assert (ask().status_code, ask()["Location"]) == (
        ask("no@example.org").status_code,
        ask("no@example.org")["Location"],
    )


@pytest.mark.parametrize("times", [0, 1, 2, 4])
def test_the_same_queries_and_writes_for_an_unknown_address(dora, times):
    counts = []
    for address in (DORA, "nobody@example.org"):
        for _number in range(times):
            ask(address)
            OutboxEmail.objects.update(sent_at=NOON)
        with CaptureQueriesContext(connection) as queries:
            ask(address)
        counts.append([query["sql"].split()[0] for query in queries])
    assert counts[0] == counts[1]


def test_an_email_to_an_unknown_address_is_not_sent(mailoutbox):
    ask("nobody@example.org")
    letters_to("nobody@example.org")
    assert (mailoutbox, OutboxEmail.objects.count()) == ([], 0)


def test_a_flood_of_requests_holds_up_no_answer(dora):
    for number in range(30):
        ask(f"nobody{number}@example.org")
    OutboxEmail.objects.enqueue("enquiry answer", object_id=1, at=NOON)
    assert OutboxEmail.objects.claim(NOON).kind == "enquiry answer"


def test_a_request_is_on_record(dora):
    ask()
    ask("nobody@example.org")
    assert security_event_kinds()[1:] == ["reset requested", "reset requested"]


@pytest.mark.parametrize("address", ["", "x" * 300 + "@example.org", "\x00", "a@b", "é@exämple.org"])
def test_an_invalid_address_is_not_a_server_error(address):
    assert ask(address).status_code in (200, 302)


# Short lives


@pytest.mark.parametrize(("minutes", "works"), [(59, True), (61, False)])
def test_a_link_for_a_lost_password_works_for_an_hour(dora, clock, minutes, works):
    ask()
    link = link_in(letters_to(DORA)[-1])
    clock.shift(minutes * 60)
    assert choose(link) is works


@pytest.mark.parametrize(("days", "works"), [(2.9, True), (3.1, False)])
def test_an_invitation_works_for_three_days(clock, days, works):
    invited = a_member(roles.WRITERS, password=None, username="dora@example.org")
    staff.invite_user(invited, NOON)
    link = link_in(letters_to(DORA)[-1])
    clock.move_to(NOON + days * DAY)
    assert choose(link) is works


def test_a_newer_link_makes_an_older_one_worthless(dora, clock):
    ask()
    first = link_in(letters_to(DORA)[-1])
    clock.shift(60)
    ask()
    assert not choose(first)
    assert choose(link_in(letters_to(DORA)[-1]))


def test_a_used_link_makes_all_others_worthless(dora):
    invited = dora
    invited.set_unusable_password()
    invited.save()
    staff.invite_user(invited, NOON)
    ask()
    links = [link_in(letter) for letter in letters_to(DORA)]
    assert len(links) == 2
    assert choose(links[0])
    assert not choose(links[1], "another long sentence")
    assert not choose(links[0], "another long sentence")


def test_a_stranger_does_not_void_an_invitation_by_asking_for_a_lost_password():
    invited = a_member(roles.WRITERS, password=None, username="dora@example.org")
    staff.invite_user(invited, NOON)
    link = link_in(letters_to(DORA)[-1])
    ask()
    assert choose(link)


def test_a_token_of_one_kind_is_none_of_the_other(dora):
    from accounts.passwords import invitation_tokens, reset_tokens

    assert not reset_tokens.check_token(dora, invitation_tokens.make_token(dora))
    assert not invitation_tokens.check_token(dora, reset_tokens.make_token(dora))


def test_a_chosen_password_ends_sessions_and_is_mailed(dora, client):
    sign_in(client)
    ask()
    choose(link_in(letters_to(DORA)[-1]))
    assert client.get("/admin/").status_code == 302
    assert "password was changed" in letters_to(DORA)[-1].body
