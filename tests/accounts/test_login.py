"""Sign-in and login throttling per name and IP address."""

import logging

import pytest
from axes.models import AccessAttempt
from django.contrib.auth import get_user_model
from django.test import RequestFactory

from accounts import login_throttling, roles
from tests.factories import HOUR, NOON
from tests.helpers.accounts import LOGIN, PASSWORD, a_member, is_signed_in, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

ELSEWHERE = "203.0.113.9"


@pytest.fixture
def dora():
    return a_member(roles.WRITERS, username="dora@example.org")


def guess(client, times=5, **kwargs):
    return [sign_in(client, password=f"wrong {number}", **kwargs).status_code for number in range(times)]


# Name and password


def test_name_and_password_sign_in(client, dora):
    assert sign_in(client)["Location"] == "/admin/"
    assert is_signed_in(client)


def test_a_sign_in_redirects_to_the_requested_page(client, dora):
    assert sign_in(client, then="/admin/news/message/")["Location"] == "/admin/news/message/"


@pytest.mark.parametrize("then", ["https://evil.example.org/", "//evil.example.org/", "javascript:alert(1)", ""])
def test_a_sign_in_does_not_redirect_to_other_sites(client, dora, then):
    assert sign_in(client, then=then)["Location"] == "/admin/"


def test_a_signed_in_user_is_redirected_from_the_sign_in_page(client, dora):
    sign_in(client)
    assert client.get(LOGIN)["Location"] == "/admin/"


# Guessing


def test_the_fifth_wrong_password_locks_out(client, dora):
    assert guess(client) == [200, 200, 200, 200, 429]


def test_the_correct_password_is_refused_during_a_lock_out(client, dora):
    guess(client)
    assert (sign_in(client).status_code, is_signed_in(client)) == (429, False)


def test_the_lock_out_page_has_its_end_and_a_link_to_reset_the_password(client, dora):
    guess(client)
    answer = sign_in(client)
    page = answer.content.decode()
    assert ("12:52:00" in page, "/admin/password-reset/" in page) == (True, True)
    assert (answer["Retry-After"], answer["Cache-Control"]) == ("900", "no-store")


def test_a_lock_out_ends_at_the_time_shown(client, dora, clock):
    guess(client)
    clock.shift(15 * 60 + 1)
    assert sign_in(client).status_code == 302


def test_further_attempts_do_not_extend_the_lock(client, dora, clock):
    guess(client)
    clock.shift(10 * 60)
    waits = sign_in(client)["Retry-After"]
    clock.shift(5 * 60 + 1)
    assert (waits, sign_in(client).status_code) == ("300", 302)


def test_one_persons_typos_shut_out_no_colleague_in_the_office(client, dora):
    a_member(roles.WRITERS, username="carl@example.org")
    guess(client)
    assert sign_in(client, name="carl@example.org").status_code == 302


def test_attempts_from_another_network_do_not_lock_the_owner(client, dora):
    guess(client, REMOTE_ADDR=ELSEWHERE)
    assert sign_in(client).status_code == 302


def test_capital_letters_do_not_bypass_the_limit(client, dora):
    guess(client, 4)
    assert sign_in(client, name="DORA@example.org").status_code == 429


def test_another_browser_does_not_bypass_the_limit(client, dora):
    statuses = [
        sign_in(client, password="wrong", headers={"user-agent": f"Browser {number}"}).status_code
        for number in range(5)
    ]
    assert statuses[-1] == 429


def test_a_login_that_works_forgives_the_typos_before_it(client, dora):
    guess(client, 4)
    sign_in(client)
    client.logout()
    assert guess(client, 4) == [200] * 4


def test_many_names_from_one_address_have_to_wait(client, dora):
    statuses = [sign_in(client, name=f"name{number}", password="Summer2020!").status_code for number in range(50)]
    assert (set(statuses[:49]), statuses[49]) == ({200}, 429)
    assert sign_in(client).status_code == 429


def test_an_unknown_name_is_limited_like_a_known_one(client, dora):
    assert guess(client, name="nobody@example.org") == guess(client)


def test_the_password_that_is_asked_for_again_can_not_be_guessed_either(client, dora):
    client.force_login(dora)
    statuses = [client.post("/admin/two-factor/set-up/", {"password": "x", "code": "1"}) for _ in range(5)]
    assert statuses[-1].status_code == 429


@pytest.mark.parametrize("name", ["", "x" * 300, "\x00", "é" * 150, "a\r\nb"])
def test_any_input_as_a_name_is_not_a_server_error(client, name):
    assert sign_in(client, name=name).status_code == 200


# Stored data


def kept():
    return "".join(str(value) for row in AccessAttempt.objects.values_list() for value in row)


def test_names_and_passwords_are_not_stored(client, dora):
    sign_in(client, password="the wrong password")
    sign_in(client, name="the password in the wrong box", password="x")
    assert AccessAttempt.objects.count() == 2
    assert not any(secret in kept() for secret in ("dora", "the wrong password", "in the wrong box"))


def test_old_tries_are_forgotten(client, dora, clock):
    guess(client, 2)
    clock.move_to(NOON + HOUR)
    sign_in(client)
    assert AccessAttempt.objects.count() == 0


def test_the_log_contains_no_names(client, dora, caplog):
    with caplog.at_level(logging.DEBUG):
        guess(client)
        sign_in(client, REMOTE_ADDR=ELSEWHERE)
    assert "axes" in {record.name.split(".")[0] for record in caplog.records}
    assert not any(secret in caplog.text for secret in ("dora", "127.0.0.1", ELSEWHERE, "wrong 1"))


# Where it comes from


@pytest.mark.parametrize(
    ("proxies", "forwarded", "found"),
    [
        (0, "198.51.100.7", "192.0.2.1"),  # anybody may have written that
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "1.1.1.1, 198.51.100.7", "198.51.100.7"),
        (2, "1.1.1.1, 198.51.100.7, 10.0.0.1", "198.51.100.7"),
        (1, "rubbish", None),
        (1, "", "192.0.2.1"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        (1, "::ffff:198.51.100.7", "198.51.100.7"),
    ],
)
def test_the_address_is_the_one_that_our_own_proxies_have_seen(settings, proxies, forwarded, found):
    settings.TRUSTED_PROXY_COUNT = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", headers={"x-forwarded-for": forwarded})
    assert login_throttling.axes_client_ip(request) == found


def test_an_unknown_address_is_counted_like_any_other(client, dora, settings):
    settings.TRUSTED_PROXY_COUNT = 1
    assert guess(client, headers={"x-forwarded-for": "rubbish"})[-1] == 429


# Visitors


@pytest.mark.parametrize("path", ["/", "/messages/"])
def test_visitors_pay_nothing_for_it(client, path):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    assert not any(table in query["sql"] for query in queries for table in ("axes_", "otp_", "auth_user", "session"))


# Sessions end


def test_a_new_password_ends_the_other_sessions(client, dora):
    other = client.__class__()
    sign_in(other)
    sign_in(client)
    data = {
        "old_password": PASSWORD,
        "new_password1": "as long as a sentence",
        "new_password2": "as long as a sentence",
    }
    client.post("/admin/password_change/", data)
    assert (is_signed_in(client), is_signed_in(other)) == (True, False)


def test_a_session_ends_after_twelve_hours(client, dora, clock):
    sign_in(client)
    clock.move_to(NOON + 12 * HOUR)
    assert not is_signed_in(client)


def test_deactivation_ends_the_sessions_immediately(client, dora):
    sign_in(client)
    get_user_model().objects.update(is_active=False)
    assert not is_signed_in(client)
