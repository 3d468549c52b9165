"""Limits of password guessing: per account, whatever the addresses, and never a lock for a person on a known device."""

import logging

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts import devices, middleware
from accounts.models import FailedLogin, SecurityEvent
from embassy import guessing, roles
from tests.factories import DAY, NOON
from tests.helpers.accounts import (
    PASSWORD,
    a_member,
    guess,
    is_in,
    kinds,
    letters_to,
    link_in,
    log_in,
    with_phone,
)

pytestmark = pytest.mark.django_db

DORA = "dora@example.org"
OFFICE, HOME = "198.51.100.7", "203.0.113.9"


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def dora():
    return a_member(roles.WRITERS, username=DORA)


def addresses(count, start=0):
    """Yield addresses of many networks, IPv4 and IPv6 in turn."""
    for number in range(start, start + count):
        yield f"10.{number % 250}.{number // 250}.9" if number % 2 else f"2001:db8:{number:x}::1"


def spray(count, name=DORA, start=0):
    """Enter one wrong password from each of many addresses, and return the statuses."""
    return [log_in(Client(), name, "wrong", address).status_code for address in addresses(count, start)]


def exhaust(name=DORA):
    """Have strangers use up all tries that a name has in a day."""
    rows = [FailedLogin(name=guessing.hash_name(name), at=timezone.now()) for _number in range(guessing.MOST)]
    FailedLogin.objects.bulk_create(rows)


# One name, many addresses


@pytest.mark.parametrize("name", [DORA, "nobody@example.org"])
def test_after_twenty_wrong_passwords_from_anywhere_strangers_wait_between_two_tries(dora, name):
    statuses = spray(40, name)
    assert (set(statuses[:19]), set(statuses[20:])) == ({200}, {429})


def test_the_pause_is_short_and_the_page_says_how_long(dora, at_noon):
    spray(20)
    answer = log_in(Client(), address=HOME)
    assert (answer.status_code, answer["Retry-After"]) == (429, "30")
    at_noon.shift(31)
    assert log_in(Client(), address=HOME).status_code == 302


def test_the_pause_grows(dora):
    rows = [FailedLogin(name=guessing.hash_name(DORA), at=NOON) for _number in range(50)]
    FailedLogin.objects.bulk_create(rows)
    assert log_in(Client(), address=HOME)["Retry-After"] == "120"


@pytest.mark.parametrize("name", [DORA, "nobody@example.org"])
def test_after_a_hundred_strangers_wait_for_the_day(dora, at_noon, name):
    for number in range(105):
        at_noon.shift(130)
        log_in(Client(), name, "wrong", next(addresses(1, number)))
    assert FailedLogin.objects.count() == 100
    answer = log_in(Client(), name, address=HOME)
    assert (answer.status_code, int(answer["Retry-After"]) > 60 * 60) == (429, True)
    assert "/admin/password-reset/" in answer.content.decode()


def test_a_neighbouring_network_is_no_way_around(dora):
    """An IPv6 /48 has 65,536 networks: they share the count of the name."""
    statuses = [log_in(Client(), DORA, "wrong", f"2001:db8:1:{number:x}::1").status_code for number in range(48)]
    assert 429 in statuses[:21]


# Never a lock for the owner


def test_who_has_logged_in_on_this_device_is_let_in_whatever_others_guess(client, dora):
    log_in(client)
    client.post("/admin/logout/")
    exhaust()
    assert log_in(client, address=HOME).status_code == 302


def test_who_has_logged_in_from_this_network_is_let_in_whatever_others_guess(dora):
    log_in(Client(), address=OFFICE)
    exhaust()
    assert log_in(Client(), address=HOME).status_code == 429
    assert log_in(Client(), address=OFFICE).status_code == 302


def test_a_link_by_letter_lets_the_owner_in_whatever_others_guess(client, dora):
    exhaust()
    client.post("/admin/password-reset/", {"email": DORA})
    form = client.get(link_in(letters_to(DORA)[-1]), follow=True)
    client.post(form.redirect_chain[-1][0], dict.fromkeys(["new_password1", "new_password2"], "as long as a sentence"))
    assert log_in(client, password="as long as a sentence", address=HOME).status_code == 302


def test_fifty_wrong_tries_from_the_office_lock_out_no_colleague_who_is_known_there(client, dora):
    log_in(client, address=OFFICE)
    client.post("/admin/logout/")
    a_member(roles.WRITERS, username="carl@example.org")
    for number in range(60):
        log_in(Client(), f"name{number}@example.org", "Summer2020!", OFFICE)
    assert log_in(client, address=OFFICE).status_code == 302
    assert log_in(Client(), "carl@example.org", address=OFFICE).status_code == 429  # whom nobody knows there


def test_wrong_passwords_for_a_name_at_an_address_do_not_shut_out_its_device(client, dora):
    log_in(client, address=OFFICE)
    client.post("/admin/logout/")
    guess(Client(), 5, address=OFFICE)
    assert log_in(Client(), address=OFFICE).status_code == 429
    assert log_in(client, address=OFFICE).status_code == 302


def test_a_known_device_may_guess_no_more_than_anybody(client, dora, at_noon):
    log_in(client)
    client.post("/admin/logout/")
    assert guess(client, 5)[-1] == 429
    device = FailedLogin.objects.latest("pk")
    rows = [FailedLogin(name=device.name, scope=device.scope, at=NOON) for _number in range(guessing.MOST)]
    FailedLogin.objects.bulk_create(rows)
    exhaust()
    at_noon.shift(15 * 60 + 1)
    assert log_in(client, address=HOME).status_code == 429


# The cookie


def test_the_device_opens_nothing_by_itself(client, dora):
    log_in(client)
    other = Client()
    other.cookies[devices.cookie_name()] = client.cookies[devices.cookie_name()].value
    assert not is_in(other)


def test_the_cookie_is_for_the_desk_alone_and_not_for_scripts(client, dora):
    log_in(client)
    cookie = client.cookies[devices.cookie_name()]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/admin/", True, "Lax")


def test_half_way_in_is_no_known_device(client, dora):
    with_phone(dora)
    log_in(client)
    assert devices.cookie_name() not in client.cookies


@pytest.mark.parametrize("value", ["", "x", "e30:1kVfPb:zzzz", "é", "1" * 3000])
def test_a_forged_cookie_is_a_strangers(client, dora, value):
    exhaust()
    client.cookies[devices.cookie_name()] = value
    assert log_in(client, address=HOME).status_code == 429


def test_a_new_password_makes_the_device_unknown(client, dora):
    log_in(client, address=HOME)
    client.post("/admin/logout/")
    dora.set_password("as long as a sentence")
    dora.save()
    exhaust()
    assert log_in(client, password="as long as a sentence", address=OFFICE).status_code == 429


def test_a_device_remembers_no_more_than_five_people(client):
    for number in range(7):
        a_member(username=f"user{number}@example.org")
        log_in(client, f"user{number}@example.org", address=HOME)
        client.post("/admin/logout/")
    assert len(devices._read(client.get("/admin/login/").wsgi_request)) == 5


# Addresses that are not known


@pytest.mark.parametrize("address", ["", "unix:", "rubbish"])
def test_an_unknown_address_is_not_one_bucket_for_all(dora, address):
    for number in range(60):
        log_in(Client(), f"name{number}@example.org", "wrong", REMOTE_ADDR=address)
    assert log_in(Client(), REMOTE_ADDR=address).status_code == 302


def test_a_proxy_that_is_not_read_is_named_once_in_the_log(client, settings, caplog, monkeypatch):
    monkeypatch.setattr(middleware, "_has_warned", False)
    settings.TRUSTED_PROXY_COUNT = 0
    with caplog.at_level(logging.WARNING):
        for _number in range(3):
            client.get("/admin/login/", headers={"x-forwarded-for": OFFICE})
    warnings = [record for record in caplog.records if "TRUSTED_PROXY_COUNT" in record.getMessage()]
    assert [OFFICE in record.getMessage() for record in warnings if record.name.startswith("accounts")] == [False]


# Letters


def test_the_owner_hears_of_many_wrong_passwords_once_a_day(dora, at_noon):
    spray(15)
    assert letters_to(DORA) == []
    spray(10, start=15)
    at_noon.shift(60)
    spray(1, start=30)
    (letter,) = letters_to(DORA)
    assert "twenty times" in letter.body


def test_a_login_from_a_new_network_is_told_and_from_a_known_one_is_not(dora):
    log_in(Client(), address=OFFICE)
    log_in(Client(), address=OFFICE)
    log_in(Client(), address="198.51.100.99")  # the same /24
    assert len(letters_to(DORA)) == 1
    log_in(Client(), address=HOME)
    assert len(letters_to(DORA)) == 2
    assert "a new network and a new browser" in letters_to(DORA)[-1].body


def test_a_known_device_may_travel(client, dora):
    log_in(client, address=OFFICE)
    client.post("/admin/logout/")
    log_in(client, address=HOME)
    assert len(letters_to(DORA)) == 1


def test_what_a_network_is_known_for_is_forgotten_after_ninety_days(client, dora, at_noon):
    log_in(Client(), address=OFFICE)
    assert len(letters_to(DORA)) == 1
    at_noon.move_to(NOON + 91 * DAY)
    log_in(Client(), address=OFFICE)
    assert len(letters_to(DORA)) == 2


# What is kept


def test_wrong_passwords_and_lock_outs_are_on_record_without_name_or_address(dora):
    guess(Client(), 8, address=OFFICE)
    guess(Client(), 1, "the password in the wrong box", address=OFFICE)
    assert kinds() == ["groups changed", *["wrong password"] * 5, "locked out", "wrong password"]
    assert [event.account for event in SecurityEvent.objects.filter(kind="wrong password")] == [None, *[dora.pk] * 5]
    written = str(list(SecurityEvent.objects.values_list()) + list(FailedLogin.objects.values_list()))
    assert not any(secret in written for secret in ("dora", OFFICE, "wrong box", PASSWORD))


def test_counts_are_deleted_after_a_day(dora, at_noon):
    spray(5)
    at_noon.move_to(NOON + 1.1 * DAY)
    spray(1, start=9)
    assert FailedLogin.objects.count() == 1


@pytest.mark.parametrize("name", [DORA, "nobody@example.org"])
def test_a_wrong_password_costs_the_same_queries_whether_the_name_is_somebodys(
    dora, name, django_assert_num_queries, client
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as known:
        log_in(client, DORA, "wrong", HOME)
    with CaptureQueriesContext(connection) as other:
        log_in(client, name, "wrong", OFFICE)
    assert len(other) == len(known)
