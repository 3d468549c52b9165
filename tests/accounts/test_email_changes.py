"""Change of an e-mail address: confirmed from the new address, stopped from the former one."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core import mail

from accounts import email_changes, roles
from accounts.models import EmailChange
from accounts.two_factor import totp
from tests.factories import DAY, HOUR, NOON
from tests.helpers.accounts import (
    USERS,
    a_member,
    is_signed_in,
    letters_to,
    link_in,
    security_event_kinds,
    send_emails,
    sign_in,
    with_phone,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

OLD, NEW = "carl@example.org", "charles@example.org"


@pytest.fixture
def carl():
    """An editor who has signed in before."""
    return a_member(roles.EDITORS, username=OLD, last_login=NOON - DAY)


@pytest.fixture
def manager(client):
    member = a_member(roles.MANAGERS, username="manager")
    client.force_login(member)
    return member


def change_address(client, user, email=NEW):
    data = {"email": email, "first_name": "x", "last_name": "y", "is_active": "on"}
    data["groups"] = list(user.groups.values_list("pk", flat=True))
    return client.post(f"{USERS}{user.pk}/change/", data, follow=True).content.decode()


def follow(client, address):
    """Follow the link in the last letter to an address, and press its button."""
    link = link_in(letters_to(address)[-1])
    anybody = client.__class__()
    before = anybody.get(link)
    return before.status_code, anybody.post(link).content.decode()


def now(user):
    user = get_user_model().objects.get(pk=user.pk)
    return user.email, user.username


def test_nothing_changes_until_the_new_address_is_confirmed(client, manager, carl):
    page = change_address(client, carl)
    assert (now(carl), "once it is confirmed" in page) == ((OLD, OLD), True)
    follow(client, NEW)
    assert now(carl) == (NEW, NEW)


def test_a_get_request_neither_confirms_nor_stops(client, manager, carl):
    change_address(client, carl)
    send_emails()
    for letter in letters_to(NEW) + letters_to(OLD):
        client.__class__().get(link_in(letter))
    assert now(carl) == (OLD, OLD)
    assert EmailChange.objects.filter(confirmed_at=None, stopped_at=None).count() == 1


def test_the_former_address_is_notified_without_the_new_address(client, manager, carl):
    change_address(client, carl)
    (letter,) = letters_to(OLD)
    assert ("charles" in letter.subject + letter.body, "manager@example.org" in letter.body) == (False, True)


def test_the_email_to_the_former_address_has_a_message_id_of_the_site(client, manager, carl):
    change_address(client, carl)
    (letter,) = letters_to(OLD)
    assert letter.message()["Message-ID"].endswith("@testserver>")


def test_the_former_address_can_stop_an_unconfirmed_change(client, manager, carl):
    change_address(client, carl)
    send_emails()
    link = link_in(letters_to(NEW)[0])
    follow(client, OLD)
    assert client.__class__().post(link).status_code == 410
    assert now(carl) == (OLD, OLD)
    assert carl.check_password("a long password")


def test_the_former_address_can_undo_a_change_for_seven_days(client, manager, carl, clock):
    change_address(client, carl)
    follow(client, NEW)
    theirs = client.__class__()
    theirs.force_login(get_user_model().objects.get(pk=carl.pk))
    clock.move_to(NOON + 6.9 * DAY)
    follow(client, OLD)
    user = get_user_model().objects.get(pk=carl.pk)
    assert (now(carl), user.has_usable_password(), is_signed_in(theirs)) == ((OLD, OLD), False, False)
    assert any("/admin/reset/" in letter.body for letter in letters_to(OLD)[1:])


@pytest.mark.both_databases
def test_stopping_the_first_of_two_changes_undoes_both(client, manager, carl, admin_client):
    change_address(client, carl)
    follow(client, NEW)
    first = link_in(letters_to(OLD)[0])
    change_address(client, carl, "third@example.org")
    follow(client, "third@example.org")
    client.__class__().post(first)
    assert now(carl) == (OLD, OLD)


@pytest.mark.both_databases
@pytest.mark.parametrize("address", [OLD, NEW])
def test_links_expire_after_seven_days(client, manager, carl, clock, address):
    change_address(client, carl)
    link = link_in(letters_to(address)[0])
    clock.move_to(NOON + 7.1 * DAY)
    assert client.__class__().post(link).status_code in (404, 410)
    assert now(carl) == (OLD, OLD)


@pytest.mark.both_databases
def test_a_link_that_confirms_works_once(client, manager, carl):
    change_address(client, carl)
    link = link_in(letters_to(NEW)[0])
    assert [client.__class__().post(link).status_code for _number in range(2)] == [200, 410]


@pytest.mark.parametrize("token", ["x", "W10:1234:abcd", "%00", "9" * 400])
def test_an_unsigned_token_is_404(client, token):
    assert client.get(f"/admin/reset/email/change/{token}/").status_code in (400, 404)


@pytest.mark.both_databases
def test_an_address_that_was_taken_since_cannot_be_confirmed(client, manager, carl):
    change_address(client, carl)
    a_member(roles.WRITERS, username=NEW)
    follow(client, NEW)
    assert now(carl) == (OLD, OLD)


def test_an_unchanged_address_requests_nothing(client, manager, carl):
    change_address(client, carl, OLD)
    change_address(client, carl, OLD.upper())
    assert not EmailChange.objects.exists()
    assert letters_to(OLD) == []


def test_the_address_of_an_invited_user_changes_without_confirmation(client, manager):
    invited = a_member(roles.WRITERS, username="slip@example.org", password=None)
    change_address(client, invited, "right@example.org")
    assert now(invited) == ("right@example.org", "right@example.org")


def test_the_address_of_a_deactivated_account_needs_confirmation(client, manager, carl):
    get_user_model().objects.filter(pk=carl.pk).update(password="!x", is_active=False)
    change_address(client, get_user_model().objects.get(pk=carl.pk))
    assert now(carl) == (OLD, OLD)


# Together with two-step verification


def test_managers_cannot_reset_two_step_verification_during_an_address_change(client, manager, carl):
    with_phone(carl)
    change_address(client, carl)
    assert "Only a superuser" in client.post(f"{USERS}{carl.pk}/two-factor/", follow=True).content.decode()
    follow(client, NEW)
    client.post(f"{USERS}{carl.pk}/two-factor/")
    assert totp.get_totp_device(carl)


def test_managers_cannot_change_an_address_within_seven_days_of_a_reset(client, manager, carl, clock):
    with_phone(carl)
    client.post(f"{USERS}{carl.pk}/two-factor/")
    assert "Ask a superuser" in change_address(client, carl)
    clock.move_to(NOON + 7 * DAY + HOUR)
    client.force_login(manager)
    assert "once it is confirmed" in change_address(client, carl)


def test_superusers_can_do_both(admin_client, carl):
    with_phone(carl)
    admin_client.post(f"{USERS}{carl.pk}/two-factor/")
    assert "once it is confirmed" in change_address(admin_client, carl)


def test_notices_are_also_sent_to_the_former_address_for_seven_days(client, manager, carl, clock):
    change_address(client, carl)
    follow(client, NEW)
    user = get_user_model().objects.get(pk=carl.pk)
    change_password(client, user)
    assert "Your password was changed" in letters_to(OLD)[-1].body
    count = len(letters_to(OLD))
    clock.move_to(NOON + 7.1 * DAY)
    change_password(client, user, "another long sentence", "as long as a sentence")
    assert len(letters_to(OLD)) == count
    assert "Your password was changed" in letters_to(NEW)[-1].body


def change_password(client, user, new="as long as a sentence", old="a long password"):
    theirs = client.__class__()
    theirs.force_login(user)
    data = {"old_password": old, "new_password1": new, "new_password2": new}
    assert theirs.post("/admin/password_change/", data).status_code == 302


# Notification


def test_managers_and_superusers_are_notified(client, manager, carl, admin_user):
    a_member(roles.MANAGERS, username="other")
    change_address(client, carl)
    send_emails()
    told = {letter.to[0] for letter in mail.outbox}
    assert {"manager@example.org", "other@example.org", admin_user.email} <= told


def test_every_step_is_logged(client, manager, carl):
    change_address(client, carl)
    follow(client, NEW)
    follow(client, OLD)
    assert [kind for kind in security_event_kinds() if kind.startswith("e-mail")] == [
        "e-mail requested",
        "e-mail changed",
        "e-mail stopped",
    ]


@pytest.mark.both_databases
def test_former_addresses_are_deleted_after_seven_days(client, manager, carl, clock):
    change_address(client, carl)
    follow(client, NEW)
    clock.move_to(NOON + 8 * DAY)
    sign_in(client.__class__(), NEW)
    assert not EmailChange.objects.exists()
    assert not email_changes.has_pending_change(carl, NOON + 8 * DAY)


# Addresses as people paste them


def invite(client, email):
    groups = [Group.objects.get(name=roles.WRITERS).pk]
    client.post(f"{USERS}add/", {"email": email, "first_name": "Dora", "last_name": "Novak", "groups": groups})
    return list(get_user_model().objects.filter(last_name="Novak").values_list("email", flat=True))


@pytest.mark.parametrize(
    "pasted",
    ["Dora Novak <dora@example.org>", " dora@example.org\u200b", "mailto:dora@example.org", "DORA@example.org"],
)
def test_a_pasted_address_is_cleaned(client, manager, pasted):
    assert invite(client, pasted) == ["dora@example.org"]


@pytest.mark.parametrize("address", ["dora@example", "dora@localhost", "dora@@example.org", "dora@exam_ple.org"])
def test_an_undeliverable_address_is_refused(client, manager, address):
    assert invite(client, address) == []


def test_a_probable_typo_is_a_warning(client, manager):
    assert invite(client, "dora@gmial.com") == ["dora@gmial.com"]
    assert "Did you mean dora@gmail.com?" in client.get(USERS).content.decode()
