"""Two-step sign-in: a session without its second step is anonymous."""

import re

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model

from accounts import roles
from tests.factories import a_message
from tests.helpers.accounts import CODE, LOGIN, a_member, is_signed_in, shown_code, sign_in, with_phone
from tests.helpers.files import a_picture_file, a_pictured_message
from tests.helpers.two_step import SET_UP, enter_code, enter_password, sign_in_with_code

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def dora():
    """A writer with two-step verification."""
    return with_phone(a_member(roles.WRITERS, username="dora@example.org"))


@pytest.fixture
def carl():
    """A writer without it."""
    return a_member(roles.WRITERS, username="carl@example.org")


# Two steps


def test_the_code_is_requested_after_the_password(client, dora):
    assert enter_password(client)["Location"] == CODE
    assert not is_signed_in(client)


def test_password_and_code_sign_in(client, dora):
    enter_password(client, then="/admin/news/message/")
    assert enter_code(client, shown_code())["Location"] == "/admin/news/message/"
    assert is_signed_in(client)


def test_the_second_step_does_not_redirect_to_other_sites(client, dora):
    enter_password(client, then="https://evil.example.org/")
    assert client.post(f"{CODE}?next=https://evil.example.org/", {"code": shown_code()})["Location"] == "/admin/"


@pytest.mark.parametrize("code", ["123 456", "", "abc", "١٢٣٤٥٦", "9" * 40, "\x00", "-1", "1e5555"])
def test_a_wrong_code_is_refused_with_an_error(client, dora, code):
    enter_password(client)
    answer = enter_code(client, code)
    assert (answer.status_code, "errorlist" in answer.content.decode(), is_signed_in(client)) == (200, True, False)


def test_a_code_can_contain_spaces(client, dora):
    enter_password(client)
    code = shown_code()
    assert enter_code(client, f" {code[:3]} {code[3:]} ").status_code == 302


def test_a_code_works_once(client, dora):
    sign_in_with_code(client)
    other = client.__class__()
    enter_password(other)
    assert enter_code(other, shown_code()).status_code == 200


def test_wrong_codes_lock_the_device_until_the_time_shown(client, dora, clock):
    enter_password(client)
    for _number in range(4):
        enter_code(client, "000000")
        clock.shift(60)
    enter_code(client, "000000")
    answer = enter_code(client, shown_code())
    assert (answer.status_code, answer["Retry-After"]) == (429, "16")
    assert "Try again after 12:41:16" in answer.content.decode()
    clock.shift(20)
    assert enter_code(client, shown_code()).status_code == 302


def test_a_pending_sign_in_expires_after_ten_minutes(client, dora, clock):
    enter_password(client)
    clock.shift(601)
    assert enter_code(client, shown_code())["Location"] == LOGIN


def test_a_changed_password_ends_a_pending_sign_in(client, dora):
    enter_password(client)
    dora.set_password("as long as a sentence")
    dora.save()
    assert enter_code(client, shown_code())["Location"] == LOGIN


def test_deactivation_ends_a_pending_sign_in(client, dora):
    enter_password(client)
    get_user_model().objects.filter(pk=dora.pk).update(is_active=False)
    assert enter_code(client, shown_code())["Location"] == LOGIN


def test_a_code_without_a_password_does_not_sign_in(client, dora):
    assert (client.get(CODE)["Location"], enter_code(client, shown_code())["Location"]) == (LOGIN, LOGIN)


def test_signing_in_as_another_user_drops_the_pending_sign_in(client, dora, carl):
    enter_password(client)
    sign_in(client, "carl@example.org")
    assert enter_code(client, shown_code())["Location"] == LOGIN
    assert client.get("/admin/password_change/").wsgi_request.user == carl


# Between the two steps


def addresses_of_the_desk():
    """Yield every address of the desk, each of its parameters 1."""
    for pattern in admin.site.get_urls():
        for each in getattr(pattern, "url_patterns", [pattern]):
            parent = str(pattern.pattern) if each is not pattern else ""
            route = re.sub(r"\^|\$|\(\?P<url>\.\*\)|\(\?P<app_label>[^)]*\)", "", parent + str(each.pattern))
            yield "/admin/" + re.sub(r"<[^>]+>", "1", route)


OPEN = {LOGIN, CODE, SET_UP, "/admin/logout/"}


def test_no_admin_page_is_accessible_to_a_pending_sign_in(client, dora):
    dora.is_superuser = True
    dora.save()
    enter_password(client)
    addresses = set(addresses_of_the_desk()) - OPEN
    assert len(addresses) > 60
    reached = {
        address
        for address in addresses
        for answer in (client.get(address), client.post(address))
        if not (answer.status_code == 302 and answer["Location"].startswith(LOGIN))
    }
    assert reached == set()


def test_no_other_staff_view_is_accessible_to_a_pending_sign_in(client, dora, django_user_model):
    django_user_model.objects.update(is_superuser=True)
    enter_password(client)
    assert client.post("/admin/upload/", {"upload": a_picture_file()}).status_code == 403
    name = a_pictured_message(publish_at=None).image.name
    assert client.get(f"/media/{name}").status_code == 404


def test_a_user_who_needs_it_can_only_set_it_up(client, carl, settings):
    settings.STAFF_REQUIRE_TOTP = True
    assert sign_in(client, "carl@example.org")["Location"] == SET_UP
    half = {client.get(address).status_code for address in set(addresses_of_the_desk()) - OPEN}
    assert (half, client.get(SET_UP).status_code) == ({302}, 200)


def test_a_pending_sign_in_cannot_see_drafts(client, dora):
    message = a_message(publish_at=None, headline="canary")
    enter_password(client)
    assert client.get(f"/admin/news/message/{message.pk}/preview/").status_code == 302
