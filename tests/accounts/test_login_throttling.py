"""Login throttling per name; known devices and networks are exempt from lock-outs that others cause."""

import logging

import pytest
from django.test import Client
from django.utils import timezone

from accounts import known_devices, login_throttling, middleware, roles
from accounts.models import FailedLogin, SecurityEvent
from tests.factories import DAY, NOON
from tests.helpers.accounts import (
    PASSWORD,
    a_member,
    enter_wrong_passwords,
    is_signed_in,
    letters_to,
    link_in,
    security_event_kinds,
    sign_in,
    with_phone,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

DORA = "dora@example.org"
OFFICE, HOME = "198.51.100.7", "203.0.113.9"


@pytest.fixture
def dora():
    return a_member(roles.WRITERS, username=DORA)


def addresses(count, start=0):
    """Yield addresses of many networks, IPv4 and IPv6 in turn."""
    for number in range(start, start + count):
        yield f"10.{number % 250}.{number // 250}.9" if number % 2 else f"2001:db8:{number:x}::1"


def spray(count, name=DORA, start=0):
    """Enter one wrong password from each of many addresses, and return the statuses."""
    return [sign_in(Client(), name, "wrong", address).status_code for address in addresses(count, start)]


def exhaust(name=DORA, but=0):
    """Have strangers use up all tries that a name has in a day, `but` some."""
    rows = [
        FailedLogin(name=login_throttling.hash_username(name), at=timezone.now())
        for _number in range(login_throttling.NAME_DAY_LIMIT - but)
    ]
    FailedLogin.objects.bulk_create(rows)


# One name, many addresses


@pytest.mark.parametrize("name", [DORA, "nobody@example.org"])
def test_unknown_users_pause_after_twenty_wrong_passwords_from_anywhere(dora, name):
    statuses = spray(24, name)
    assert (set(statuses[:19]), set(statuses[20:])) == ({200}, {429})


def test_the_pause_is_short_and_shown(dora, clock):
    spray(20)
    answer = sign_in(Client(), address=HOME)
    assert (answer.status_code, answer["Retry-After"]) == (429, "30")
    clock.shift(31)
    assert sign_in(Client(), address=HOME).status_code == 302


@pytest.mark.both_databases
def test_the_pause_grows(dora):
    rows = [FailedLogin(name=login_throttling.hash_username(DORA), at=NOON) for _number in range(50)]
    FailedLogin.objects.bulk_create(rows)
    assert sign_in(Client(), address=HOME)["Retry-After"] == "120"


@pytest.mark.both_databases
@pytest.mark.parametrize("name", [DORA, "nobody@example.org"])
def test_unknown_users_are_locked_for_the_day_after_a_hundred(dora, clock, name):
    assert login_throttling.NAME_DAY_LIMIT == 100
    clock.shift(130)
    exhaust(name, but=6)
    for number in range(10):
        clock.shift(130)
        sign_in(Client(), name, "wrong", next(addresses(1, number)))
    assert FailedLogin.objects.count() == 100
    answer = sign_in(Client(), name, address=HOME)
    assert (answer.status_code, int(answer["Retry-After"]) > 60 * 60) == (429, True)
    assert "/admin/password-reset/" in answer.content.decode()


def test_a_neighbouring_network_shares_the_count_of_the_name(dora):
    """An IPv6 /48 has 65,536 networks: they share the count of the name."""
    statuses = [sign_in(Client(), DORA, "wrong", f"2001:db8:1:{number:x}::1").status_code for number in range(21)]
    assert 429 in statuses[:21]


# Never a lock for the owner


def test_a_known_device_is_not_locked_out_by_others(client, dora):
    sign_in(client)
    client.post("/admin/logout/")
    exhaust()
    assert sign_in(client, address=HOME).status_code == 302


@pytest.mark.both_databases
def test_a_known_network_is_not_locked_out_by_others(dora):
    sign_in(Client(), address=OFFICE)
    exhaust()
    assert sign_in(Client(), address=HOME).status_code == 429
    assert sign_in(Client(), address=OFFICE).status_code == 302


def test_a_password_reset_works_during_a_lock_out(client, dora):
    exhaust()
    client.post("/admin/password-reset/", {"email": DORA})
    form = client.get(link_in(letters_to(DORA)[-1]), follow=True)
    client.post(form.redirect_chain[-1][0], dict.fromkeys(["new_password1", "new_password2"], "as long as a sentence"))
    assert sign_in(client, password="as long as a sentence", address=HOME).status_code == 302


def test_many_wrong_passwords_do_not_lock_out_users_known_at_that_ip(client, dora, monkeypatch):
    assert login_throttling.IP_LIMIT == 50
    monkeypatch.setattr(login_throttling, "IP_LIMIT", 8)
    sign_in(client, address=OFFICE)
    client.post("/admin/logout/")
    a_member(roles.WRITERS, username="carl@example.org")
    for number in range(10):
        sign_in(Client(), f"name{number}@example.org", "Summer2020!", OFFICE)
    assert sign_in(client, address=OFFICE).status_code == 302
    assert sign_in(Client(), "carl@example.org", address=OFFICE).status_code == 429  # unknown in that network


def test_a_lock_out_of_name_and_ip_does_not_apply_to_a_known_device(client, dora):
    sign_in(client, address=OFFICE)
    client.post("/admin/logout/")
    enter_wrong_passwords(Client(), 5, address=OFFICE)
    assert sign_in(Client(), address=OFFICE).status_code == 429
    assert sign_in(client, address=OFFICE).status_code == 302


def test_a_known_device_has_the_same_limits(client, dora, clock):
    sign_in(client)
    client.post("/admin/logout/")
    assert enter_wrong_passwords(client, 5)[-1] == 429
    device = FailedLogin.objects.latest("pk")
    rows = [
        FailedLogin(name=device.name, scope=device.scope, at=NOON) for _number in range(login_throttling.NAME_DAY_LIMIT)
    ]
    FailedLogin.objects.bulk_create(rows)
    exhaust()
    clock.shift(15 * 60 + 1)
    assert sign_in(client, address=HOME).status_code == 429


# The cookie


def test_the_device_cookie_does_not_sign_in(client, dora):
    sign_in(client)
    other = Client()
    other.cookies[known_devices.cookie_name()] = client.cookies[known_devices.cookie_name()].value
    assert not is_signed_in(other)


def test_the_device_cookie_is_httponly_and_for_the_admin_only(client, dora):
    sign_in(client)
    cookie = client.cookies[known_devices.cookie_name()]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/admin/", True, "Lax")


def test_a_pending_sign_in_sets_no_device_cookie(client, dora):
    with_phone(dora)
    sign_in(client)
    assert known_devices.cookie_name() not in client.cookies


@pytest.mark.parametrize("value", ["", "x", "e30:1kVfPb:zzzz", "é", "1" * 3000])
def test_a_forged_cookie_is_ignored(client, dora, value):
    exhaust()
    client.cookies[known_devices.cookie_name()] = value
    assert sign_in(client, address=HOME).status_code == 429


def test_a_changed_password_invalidates_the_device_cookie(client, dora):
    sign_in(client, address=HOME)
    client.post("/admin/logout/")
    dora.set_password("as long as a sentence")
    dora.save()
    exhaust()
    assert sign_in(client, password="as long as a sentence", address=OFFICE).status_code == 429


def test_a_device_cookie_holds_five_accounts(client):
    for number in range(7):
        a_member(username=f"user{number}@example.org")
        sign_in(client, f"user{number}@example.org", address=HOME)
        client.post("/admin/logout/")
    assert len(known_devices._read_cookie(client.get("/admin/login/").wsgi_request)) == 5


# Addresses that are not known


@pytest.mark.parametrize("address", ["", "unix:", "rubbish"])
def test_visitors_with_an_unknown_ip_share_no_limit(dora, address, monkeypatch):
    monkeypatch.setattr(login_throttling, "IP_LIMIT", 8)
    for number in range(10):
        sign_in(Client(), f"name{number}@example.org", "wrong", REMOTE_ADDR=address)
    assert sign_in(Client(), REMOTE_ADDR=address).status_code == 302


def test_an_ignored_proxy_header_is_logged_once(client, settings, caplog, monkeypatch):
    monkeypatch.setattr(middleware, "_has_warned", False)
    settings.TRUSTED_PROXY_COUNT = 0
    with caplog.at_level(logging.WARNING):
        for _number in range(3):
            client.get("/admin/login/", headers={"x-forwarded-for": OFFICE})
    warnings = [record for record in caplog.records if "TRUSTED_PROXY_COUNT" in record.getMessage()]
    assert [OFFICE in record.getMessage() for record in warnings if record.name.startswith("accounts")] == [False]


# Letters


def test_the_user_is_warned_of_guessing_once_a_day(dora, clock):
    spray(15)
    assert letters_to(DORA) == []
    spray(10, start=15)
    clock.shift(60)
    spray(1, start=30)
    (letter,) = letters_to(DORA)
    assert "twenty times" in letter.body


def test_the_user_is_notified_of_a_sign_in_from_a_new_network_only(dora):
    sign_in(Client(), address=OFFICE)
    sign_in(Client(), address=OFFICE)
    sign_in(Client(), address="198.51.100.99")  # the same /24
    assert len(letters_to(DORA)) == 1
    sign_in(Client(), address=HOME)
    assert len(letters_to(DORA)) == 2
    assert "a new network and a new browser" in letters_to(DORA)[-1].body


def test_a_known_device_in_a_new_network_is_not_notified(client, dora):
    sign_in(client, address=OFFICE)
    client.post("/admin/logout/")
    sign_in(client, address=HOME)
    assert len(letters_to(DORA)) == 1


def test_a_network_is_known_for_ninety_days(client, dora, clock):
    sign_in(Client(), address=OFFICE)
    assert len(letters_to(DORA)) == 1
    clock.move_to(NOON + 91 * DAY)
    sign_in(Client(), address=OFFICE)
    assert len(letters_to(DORA)) == 2


# Stored data


@pytest.mark.both_databases
def test_failures_and_lock_outs_are_logged_without_name_or_address(dora):
    enter_wrong_passwords(Client(), 8, address=OFFICE)
    enter_wrong_passwords(Client(), 1, "the password in the wrong box", address=OFFICE)
    assert security_event_kinds() == ["groups changed", *["wrong password"] * 5, "locked out", "wrong password"]
    assert [event.account for event in SecurityEvent.objects.filter(kind="wrong password")] == [None, *[dora.pk] * 5]
    written = str(list(SecurityEvent.objects.values_list()) + list(FailedLogin.objects.values_list()))
    assert not any(secret in written for secret in ("dora", OFFICE, "wrong box", PASSWORD))


@pytest.mark.both_databases
def test_failures_are_deleted_after_a_day(dora, clock):
    spray(5)
    clock.move_to(NOON + 1.1 * DAY)
    spray(1, start=9)
    assert FailedLogin.objects.count() == 1


@pytest.mark.both_databases
@pytest.mark.parametrize("name", [DORA, "nobody@example.org"])
def test_a_wrong_password_runs_the_same_queries_for_unknown_names(dora, name, django_assert_num_queries, client):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as known:
        sign_in(client, DORA, "wrong", HOME)
    with CaptureQueriesContext(connection) as other:
        sign_in(client, name, "wrong", OFFICE)
    assert len(other) == len(known)
