"""Passwords: none made of the site's own words; initial ones expire and are changed; backup codes outlive keys."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command

from accounts import passwords, roles
from accounts.two_factor import totp
from tests.factories import DAY, NOON
from tests.helpers.accounts import CODE, a_member, is_signed_in, security_event_kinds, shown_code, sign_in, with_phone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

CHANGE = "/admin/password_change/"


# Words of the site


@pytest.mark.parametrize(
    "password",
    [
        "embassy2026!",
        "LondonLondon1",
        "3mb@ssy-2026",
        "PressOffice77",
        "republic!!1234",
        "Moscow-London",
        "testserver99",
    ],
)
def test_a_password_made_of_the_sites_words_is_rejected(password):
    with pytest.raises(ValidationError, match="words from the name of this embassy"):
        validate_password(password)


@pytest.mark.parametrize("password", ["a violet garden at dusk", "embassy of violet gardens", "correct horse battery"])
def test_a_long_password_may_have_such_a_word_in_it(password):
    validate_password(password)


def test_the_words_follow_the_settings(settings):
    settings.EMBASSY_NAME, settings.SITE_URL = "Botschaft von Ruritanien", "https://ruritania.example.org"
    for password in ("Botschaft-77", "ruritanien11", "Ruritania123"):
        with pytest.raises(ValidationError):
            passwords.ContextWordValidator().validate(password)


def test_a_very_long_password_takes_no_time():
    with pytest.raises(ValidationError):
        passwords.ContextWordValidator().validate("embassy" * 500_000)


# Initial passwords


@pytest.fixture
def first(settings, tmp_path, capsys):
    """Make the first login, and return its password."""
    settings.VAR_DIR = tmp_path
    call_command("first_login")
    return (tmp_path / "first-login.txt").read_text().strip()


def test_a_first_password_opens_the_page_to_choose_another_and_nothing_else(client, first, settings):
    settings.SECURE = True
    sign_in(client, "press", first)
    assert client.get("/admin/")["Location"] == CHANGE
    assert client.get("/admin/news/message/")["Location"] == CHANGE
    client.post(CHANGE, {"old_password": first} | dict.fromkeys(["new_password1", "new_password2"], "violet gardens"))
    assert is_signed_in(client)
    client.post("/admin/logout/")
    sign_in(client, "press", "violet gardens")
    assert is_signed_in(client)


def test_a_trial_by_plain_http_continues_with_the_first_password(client, first):
    sign_in(client, "press", first)
    assert is_signed_in(client)


def test_a_first_password_expires_after_three_days_and_the_command_makes_another(client, first, clock, tmp_path):
    clock.move_to(NOON + 3.1 * DAY)
    assert sign_in(client, "press", first).status_code == 200
    call_command("first_login")
    again = (tmp_path / "first-login.txt").read_text().strip()
    assert again != first
    assert sign_in(client, "press", again).status_code == 302


def test_a_password_that_was_chosen_does_not_expire(client, first, clock):
    user = get_user_model().objects.get()
    user.set_password("violet gardens")
    user.save()
    clock.move_to(NOON + 400 * DAY)
    sign_in(client, "press", "violet gardens")
    assert is_signed_in(client)


# Second factor


def half_way(client):
    return sign_in(client)


def test_wrong_codes_wait_no_longer_than_five_minutes_however_many(client, clock):
    with_phone(a_member(roles.WRITERS, username="dora@example.org"))
    half_way(client)
    for _number in range(25):
        answer = client.post(CODE, {"code": "000000"})
        assert int(answer.get("Retry-After", 0)) <= 300
        clock.shift(301)
        half_way(client)
    clock.shift(301)
    half_way(client)
    assert client.post(CODE, {"code": shown_code()}).status_code == 302


def test_wrong_backup_codes_wait_no_longer_either(client, clock):
    dora = with_phone(a_member(roles.WRITERS, username="dora@example.org"))
    right = totp.create_backup_codes(dora)[0]
    for _number in range(25):
        half_way(client)
        client.post(CODE, {"code": "aaaaa-aaaaa"})
        clock.shift(301)
    half_way(client)
    assert client.post(CODE, {"code": right}).status_code == 302
    assert security_event_kinds()[-2:] == ["code used", "login"]


@pytest.mark.parametrize("fallbacks", [["for-the-tests-only"], ["another", "for-the-tests-only"]])
def test_backup_codes_outlive_a_new_secret_key(client, settings, fallbacks):
    dora = with_phone(a_member(roles.WRITERS, username="dora@example.org"))
    code = totp.create_backup_codes(dora)[0]
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new key", fallbacks
    half_way(client)
    assert client.post(CODE, {"code": code}).status_code == 302
    half_way(other := client.__class__())
    assert other.post(CODE, {"code": code}).status_code == 200  # it works once


def test_backup_codes_are_invalid_without_their_key(client, settings):
    dora = with_phone(a_member(roles.WRITERS, username="dora@example.org"))
    code = totp.create_backup_codes(dora)[0]
    settings.SECRET_KEY = "a new key"
    half_way(client)
    assert client.post(CODE, {"code": code}).status_code == 200
