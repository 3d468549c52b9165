"""The second factor: without it a session is nobody's."""

import re

import pytest
import time_machine
from django.contrib import admin
from django.contrib.auth import get_user_model
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from embassy import roles
from embassy.second_factor import factor
from tests.factories import NOON, a_message
from tests.files import a_picture_file, a_pictured_message
from tests.test_login import LOGIN, PASSWORD, is_in, log_in
from tests.test_roles import a_member

pytestmark = pytest.mark.django_db

CODE = "/admin/login/code/"
OVERVIEW = "/admin/second-factor/"
SET_UP, CODES, REMOVE = f"{OVERVIEW}set-up/", f"{OVERVIEW}codes/", f"{OVERVIEW}remove/"
KEY = "3132333435363738393031323334353637383930"
USERS = "/admin/auth/user/"


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def dora():
    """A writer with a second factor."""
    return with_phone(a_member(roles.WRITERS, username="dora@example.org"))


@pytest.fixture
def carl():
    """A writer without one."""
    return a_member(roles.WRITERS, username="carl@example.org")


def with_phone(user):
    TOTPDevice.objects.create(user=user, name="phone", key=KEY)
    return user


def shown(key=KEY, steps=0):
    """Return the code that a phone with this secret shows now, or some half minutes away."""
    clock = TOTP(bytes.fromhex(key), drift=steps)
    return f"{clock.token():06}"


def half_way(client, name="dora@example.org", then=None):
    return log_in(client, name, then=then)


def give(client, code):
    return client.post(CODE, {"code": code})


def log_in_whole(client, name="dora@example.org"):
    half_way(client, name)
    return give(client, shown())


def key_in(page):
    from base64 import b32decode

    return b32decode(re.search(r'class="key">([A-Z2-7 ]+)<', page)[1].replace(" ", "")).hex()


def set_up(client, **kwargs):
    """Set up the phone as its owner does, and return the page that follows."""
    key = key_in(client.get(SET_UP).content.decode())
    return client.post(SET_UP, {"code": shown(key), "password": PASSWORD} | kwargs)


def codes_on(answer):
    return re.findall(r"<code>([a-z0-9]{5}-[a-z0-9]{5})</code>", answer.content.decode())


# Two steps


def test_who_has_one_is_asked_for_the_code_after_the_password(client, dora):
    assert half_way(client)["Location"] == CODE
    assert not is_in(client)


def test_password_and_code_open_the_desk(client, dora):
    half_way(client, then="/admin/news/message/")
    assert give(client, shown())["Location"] == "/admin/news/message/"
    assert is_in(client)


def test_the_second_step_leads_nowhere_else_either(client, dora):
    half_way(client, then="https://evil.example.org/")
    assert client.post(f"{CODE}?next=https://evil.example.org/", {"code": shown()})["Location"] == "/admin/"


@pytest.mark.parametrize("code", ["123 456", "", "abc", "١٢٣٤٥٦", "9" * 40, "\x00", "-1", "1e5555"])
def test_a_wrong_code_is_refused_with_a_sentence(client, dora, code):
    half_way(client)
    answer = give(client, code)
    assert (answer.status_code, "errorlist" in answer.content.decode(), is_in(client)) == (200, True, False)


def test_a_code_may_be_typed_as_it_is_read(client, dora):
    half_way(client)
    code = shown()
    assert give(client, f" {code[:3]} {code[3:]} ").status_code == 302


def test_a_code_works_once(client, dora):
    log_in_whole(client)
    other = client.__class__()
    half_way(other)
    assert give(other, shown()).status_code == 200


def test_wrong_codes_have_to_wait_with_a_sentence_that_says_until_when(client, dora, at_noon):
    half_way(client)
    for _number in range(4):
        give(client, "000000")
        at_noon.shift(60)
    give(client, "000000")
    answer = give(client, shown())
    assert (answer.status_code, answer["Retry-After"]) == (429, "16")
    assert "Try again after 12:41:16" in answer.content.decode()
    at_noon.shift(20)
    assert give(client, shown()).status_code == 302


def test_half_way_lasts_ten_minutes(client, dora, at_noon):
    half_way(client)
    at_noon.shift(601)
    assert give(client, shown())["Location"] == LOGIN


def test_a_new_password_ends_what_is_half_way(client, dora):
    half_way(client)
    dora.set_password("as long as a sentence")
    dora.save()
    assert give(client, shown())["Location"] == LOGIN


def test_who_is_let_go_half_way_stays_out(client, dora):
    half_way(client)
    get_user_model().objects.filter(pk=dora.pk).update(is_active=False)
    assert give(client, shown())["Location"] == LOGIN


def test_the_code_alone_opens_nothing(client, dora):
    assert (client.get(CODE)["Location"], give(client, shown())["Location"]) == (LOGIN, LOGIN)


def test_half_way_as_one_and_in_as_another_leaves_nothing_of_the_first(client, dora, carl):
    half_way(client)
    log_in(client, "carl@example.org")
    assert give(client, shown())["Location"] == LOGIN
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


def test_nothing_of_the_desk_is_reachable_half_way(client, dora):
    dora.is_superuser = True
    dora.save()
    half_way(client)
    addresses = set(addresses_of_the_desk()) - OPEN
    assert len(addresses) > 60
    reached = {
        address
        for address in addresses
        for answer in (client.get(address), client.post(address))
        if not (answer.status_code == 302 and answer["Location"].startswith(LOGIN))
    }
    assert reached == set()


def test_nothing_else_of_staff_is_reachable_half_way(client, dora, django_user_model):
    django_user_model.objects.update(is_superuser=True)
    half_way(client)
    assert client.post("/admin/upload/", {"upload": a_picture_file()}).status_code == 403
    name = a_pictured_message(publish_at=None).image.name
    assert client.get(f"/media/{name}").status_code == 404


def test_who_needs_one_and_has_none_reaches_nothing_but_setting_it_up(client, carl, settings):
    settings.STAFF_NEED_TOTP = True
    assert log_in(client, "carl@example.org")["Location"] == SET_UP
    half = {client.get(address).status_code for address in set(addresses_of_the_desk()) - OPEN}
    assert (half, client.get(SET_UP).status_code) == ({302}, 200)


def test_a_draft_is_shown_to_nobody_half_way(client, dora):
    message = a_message(publish_at=None, headline="canary")
    half_way(client)
    assert client.get(f"/admin/news/message/{message.pk}/preview/").status_code == 302


# Setting up


def test_the_desk_leads_to_the_page(client, carl):
    client.force_login(carl)
    assert f'href="{OVERVIEW}"' in client.get("/admin/").content.decode()


def test_the_first_code_sets_it_up_and_ten_backup_codes_are_shown(client, carl):
    client.force_login(carl)
    assert len(set(codes_on(set_up(client)))) == 10
    assert factor.phone_of(carl) is not None
    assert is_in(client)


def test_the_picture_holds_the_key_and_no_style(client, carl):
    client.force_login(carl)
    page = client.get(SET_UP).content.decode()
    assert '<svg role="img"' in page
    assert " style=" not in page


def test_a_wrong_first_code_sets_nothing_up_and_keeps_the_key(client, carl):
    client.force_login(carl)
    before = key_in(client.get(SET_UP).content.decode())
    page = set_up(client, code="000000").content.decode()
    assert ("not the code for this picture" in page, key_in(page) == before) == (True, True)
    assert factor.phone_of(carl) is None


def test_setting_up_asks_for_the_password(client, carl):
    client.force_login(carl)
    assert "not your password" in set_up(client, password="wrong").content.decode()
    assert factor.phone_of(carl) is None


def test_setting_up_ends_sessions_that_were_opened_without_it(client, carl):
    other = client.__class__()
    other.force_login(carl)
    client.force_login(carl)
    set_up(client)
    assert (is_in(client), is_in(other)) == (True, False)


def test_another_phone_takes_the_place_of_the_first(client, dora, at_noon):
    log_in_whole(client)
    set_up(client)
    at_noon.shift(60)
    other = client.__class__()
    half_way(other)
    assert give(other, shown(KEY)).status_code == 200
    at_noon.shift(60)
    assert give(other, shown(factor.phone_of(dora).key)).status_code == 302


def test_the_code_that_set_it_up_does_not_log_in(client, carl):
    client.force_login(carl)
    set_up(client)
    other = client.__class__()
    half_way(other, "carl@example.org")
    assert give(other, shown(factor.phone_of(carl).key)).status_code == 200


def test_where_it_is_required_it_is_set_up_between_password_and_desk(client, carl, settings):
    settings.STAFF_NEED_TOTP = True
    log_in(client, "carl@example.org", then="/admin/news/message/")
    answer = set_up(client)
    assert (len(codes_on(answer)), 'href="/admin/news/message/"' in answer.content.decode()) == (10, True)
    assert is_in(client)


def test_a_session_without_it_ends_once_it_is_required(client, carl, settings):
    log_in(client, "carl@example.org")
    settings.STAFF_NEED_TOTP = True
    assert not is_in(client)


def test_half_way_nobody_replaces_the_phone(client, dora, settings):
    settings.STAFF_NEED_TOTP = True
    half_way(client)
    assert client.get(SET_UP)["Location"] == LOGIN


def test_no_page_of_it_is_kept_by_the_browser(client, carl):
    client.force_login(carl)
    assert "no-store" in client.get(SET_UP)["Cache-Control"]
    assert "no-store" in set_up(client)["Cache-Control"]


# Backup codes


@pytest.fixture
def codes(client, carl):
    """The backup codes of carl, who is logged in."""
    client.force_login(carl)
    return codes_on(set_up(client))


def test_a_backup_code_works_once(client, carl, codes, at_noon):
    other = client.__class__()
    half_way(other, "carl@example.org")
    assert "9 are left" in client_after(other, codes[0])
    other.logout()
    half_way(other, "carl@example.org")
    assert give(other, codes[0]).status_code == 200


def client_after(client, code):
    return client.post(CODE, {"code": code}, follow=True).content.decode()


def test_a_backup_code_may_be_typed_without_its_dash_and_in_capitals(client, carl, codes):
    other = client.__class__()
    half_way(other, "carl@example.org")
    assert give(other, codes[3].replace("-", " ").upper()).status_code == 302


def test_backup_codes_can_not_be_read_from_the_database(carl, codes):
    kept = " ".join(StaticToken.objects.values_list("token", flat=True)).lower()
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)


def test_another_persons_backup_code_is_none(client, dora, codes):
    other = client.__class__()
    half_way(other)
    assert give(other, codes[0]).status_code == 200


def test_new_backup_codes_void_the_old_ones(client, carl, codes):
    new = codes_on(client.post(CODES, {"password": PASSWORD}))
    other = client.__class__()
    half_way(other, "carl@example.org")
    assert (len(new), give(other, codes[0]).status_code) == (10, 200)


def test_new_backup_codes_ask_for_the_password(client, carl, codes):
    assert codes_on(client.post(CODES, {"password": "wrong"})) == []


# Removing


def test_it_is_removed_by_the_password_and_the_session_goes_on(client, carl, codes):
    refused = client.post(REMOVE, {"password": "wrong"}).status_code
    kept = factor.phone_of(carl)
    client.post(REMOVE, {"password": PASSWORD})
    assert (refused, kept is None, factor.phone_of(carl), is_in(client)) == (200, False, None, True)


def test_where_it_is_required_it_is_not_removed(client, carl, codes, settings):
    settings.STAFF_NEED_TOTP = True
    client.post(REMOVE, {"password": PASSWORD})
    assert factor.phone_of(carl) is not None
    assert REMOVE not in client.get(OVERVIEW).content.decode()


def test_the_owner_goes_with_it(admin_client, dora):
    admin_client.post(f"{USERS}{dora.pk}/delete/", {"post": "yes"})
    assert not TOTPDevice.objects.exists()


def test_nobody_sees_the_secrets_on_the_desk(admin_client, dora):
    page = admin_client.get("/admin/").content.decode()
    assert "otp" not in page.lower()
    assert admin_client.get("/admin/otp_totp/totpdevice/").status_code == 404
