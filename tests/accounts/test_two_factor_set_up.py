"""Setting up, replacing and removing the user's own two-step verification; backup codes."""

import pytest
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import roles
from accounts.two_factor import totp
from tests.helpers.accounts import CODE, LOGIN, PASSWORD, USERS, a_member, is_signed_in, shown_code, sign_in, with_phone
from tests.helpers.two_step import (
    CODES,
    OVERVIEW,
    REMOVE,
    SET_UP,
    backup_codes_on,
    enter_code,
    enter_password,
    key_on_page,
    set_up_phone,
    sign_in_with_code,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def dora():
    """A writer with two-step verification."""
    return with_phone(a_member(roles.WRITERS, username="dora@example.org"))


@pytest.fixture
def carl():
    """A writer without it."""
    return a_member(roles.WRITERS, username="carl@example.org")


# Setting up


def test_the_admin_links_to_the_page(client, carl):
    client.force_login(carl)
    assert f'href="{OVERVIEW}"' in client.get("/admin/").content.decode()


def test_the_first_code_completes_the_set_up_and_shows_ten_backup_codes(client, carl):
    client.force_login(carl)
    assert len(set(backup_codes_on(set_up_phone(client)))) == 10
    assert totp.get_totp_device(carl) is not None
    assert is_signed_in(client)


def test_the_qr_code_has_no_inline_style(client, carl):
    client.force_login(carl)
    page = client.get(SET_UP).content.decode()
    assert '<svg role="img"' in page
    assert " style=" not in page


def test_a_wrong_first_code_keeps_the_key(client, carl):
    client.force_login(carl)
    before = key_on_page(client.get(SET_UP).content.decode())
    page = set_up_phone(client, code="000000").content.decode()
    assert ("does not match the QR code" in page, key_on_page(page) == before) == (True, True)
    assert totp.get_totp_device(carl) is None


def test_set_up_requires_the_password(client, carl):
    client.force_login(carl)
    assert "not your password" in set_up_phone(client, password="wrong").content.decode()
    assert totp.get_totp_device(carl) is None


def test_set_up_ends_sessions_without_it(client, carl):
    other = client.__class__()
    other.force_login(carl)
    client.force_login(carl)
    set_up_phone(client)
    assert (is_signed_in(client), is_signed_in(other)) == (True, False)


def test_a_new_phone_replaces_the_old_one(client, dora, clock):
    sign_in_with_code(client)
    set_up_phone(client)
    clock.shift(60)
    other = client.__class__()
    enter_password(other)
    assert enter_code(other, shown_code()).status_code == 200
    clock.shift(60)
    assert enter_code(other, shown_code(key=totp.get_totp_device(dora).key)).status_code == 302


def test_the_set_up_code_cannot_be_used_to_sign_in(client, carl):
    client.force_login(carl)
    set_up_phone(client)
    other = client.__class__()
    enter_password(other, "carl@example.org")
    assert enter_code(other, shown_code(key=totp.get_totp_device(carl).key)).status_code == 200


def test_if_required_it_is_set_up_during_the_sign_in(client, carl, settings):
    settings.STAFF_REQUIRE_TOTP = True
    sign_in(client, "carl@example.org", then="/admin/news/message/")
    answer = set_up_phone(client)
    assert (len(backup_codes_on(answer)), 'href="/admin/news/message/"' in answer.content.decode()) == (10, True)
    assert is_signed_in(client)


def test_sessions_without_it_end_once_it_is_required(client, carl, settings):
    sign_in(client, "carl@example.org")
    settings.STAFF_REQUIRE_TOTP = True
    assert not is_signed_in(client)


def test_a_pending_sign_in_cannot_replace_the_phone(client, dora, settings):
    settings.STAFF_REQUIRE_TOTP = True
    enter_password(client)
    assert client.get(SET_UP)["Location"] == LOGIN


def test_its_pages_are_not_cached(client, carl):
    client.force_login(carl)
    assert "no-store" in client.get(SET_UP)["Cache-Control"]
    assert "no-store" in set_up_phone(client)["Cache-Control"]


# Backup codes


@pytest.fixture
def codes(client, carl):
    """The backup codes of carl, who is signed in."""
    client.force_login(carl)
    return backup_codes_on(set_up_phone(client))


def test_a_backup_code_works_once(client, carl, codes, clock):
    other = client.__class__()
    enter_password(other, "carl@example.org")
    assert "have 9 left" in client_after(other, codes[0])
    other.logout()
    enter_password(other, "carl@example.org")
    assert enter_code(other, codes[0]).status_code == 200


def client_after(client, code):
    return client.post(CODE, {"code": code}, follow=True).content.decode()


def test_a_backup_code_can_be_typed_without_dash_and_in_capitals(client, carl, codes):
    other = client.__class__()
    enter_password(other, "carl@example.org")
    assert enter_code(other, codes[3].replace("-", " ").upper()).status_code == 302


def test_backup_codes_are_stored_as_hashes(carl, codes):
    kept = " ".join(StaticToken.objects.values_list("token", flat=True)).lower()
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)


def test_a_backup_code_works_for_its_owner_only(client, dora, codes):
    other = client.__class__()
    enter_password(other)
    assert enter_code(other, codes[0]).status_code == 200


def test_new_backup_codes_replace_the_old_ones(client, carl, codes):
    new = backup_codes_on(client.post(CODES, {"password": PASSWORD}))
    other = client.__class__()
    enter_password(other, "carl@example.org")
    assert (len(new), enter_code(other, codes[0]).status_code) == (10, 200)


def test_new_backup_codes_require_the_password(client, carl, codes):
    assert backup_codes_on(client.post(CODES, {"password": "wrong"})) == []


# Removing


def test_removal_requires_the_password_and_keeps_the_session(client, carl, codes):
    refused = client.post(REMOVE, {"password": "wrong"}).status_code
    kept = totp.get_totp_device(carl)
    client.post(REMOVE, {"password": PASSWORD})
    assert (refused, kept is None, totp.get_totp_device(carl), is_signed_in(client)) == (200, False, None, True)


def test_it_cannot_be_removed_if_required(client, carl, codes, settings):
    settings.STAFF_REQUIRE_TOTP = True
    client.post(REMOVE, {"password": PASSWORD})
    assert totp.get_totp_device(carl) is not None
    assert REMOVE not in client.get(OVERVIEW).content.decode()


def test_deleting_a_user_deletes_their_device(admin_client, dora):
    admin_client.post(f"{USERS}{dora.pk}/delete/", {"post": "yes"})
    assert not TOTPDevice.objects.exists()


def test_the_admin_shows_no_secrets(admin_client, dora):
    page = admin_client.get("/admin/").content.decode()
    assert "otp" not in page.lower()
    assert admin_client.get("/admin/otp_totp/totpdevice/").status_code == 404
