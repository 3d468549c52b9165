"""Resetting two-step verification of another user: permissions, log and notices."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import roles
from accounts.two_factor import totp
from outbox.delivery import send_due
from tests.helpers.accounts import LOGIN, USERS, a_member, is_signed_in, shown_code, sign_in, with_phone
from tests.helpers.two_step import enter_code, enter_password, sign_in_with_code

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def dora():
    """A writer with two-step verification."""
    return with_phone(a_member(roles.WRITERS, username="dora@example.org"))


@pytest.fixture
def carl():
    """A writer without it."""
    return a_member(roles.WRITERS, username="carl@example.org")


# Lost


@pytest.fixture
def manager(client):
    member = a_member(roles.MANAGERS, username="manager")
    client.force_login(member)
    return member


def reset(client, user):
    return client.post(f"{USERS}{user.pk}/two-factor/", follow=True).content.decode()


def reset_in_list(client, user):
    data = {"action": "reset_two_factor_selected", "_selected_action": [user.pk]}
    return client.post(USERS, data, follow=True).content.decode()


both_ways = pytest.mark.parametrize("way", [reset, reset_in_list])


@both_ways
def test_after_a_reset_by_a_manager_the_password_alone_signs_in(client, manager, dora, way):
    theirs = client.__class__()
    sign_in_with_code(theirs)
    assert "has been reset" in way(client, dora)
    assert (is_signed_in(theirs), sign_in(theirs)["Location"]) == (False, "/admin/")


@both_ways
def test_a_reset_is_logged_and_the_user_is_notified(client, manager, dora, way):
    way(client, dora)
    send_emails()
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id, "Two-step verification reset" in entry.get_change_message()) == (
        manager,
        str(dora.pk),
        True,
    )
    (notice,) = [letter for letter in mail.outbox if letter.to == ["dora@example.org"]]
    assert "manager@example.org" in notice.body
    assert "Your two-step verification was reset" in notice.body


def send_emails():
    send_due(timezone.now)


@both_ways
def test_managers_cannot_reset_their_own(client, manager, way):
    with_phone(manager)
    session = client.session
    session["otp_device_id"] = totp.get_totp_device(manager).persistent_id
    session.save()
    assert "To change your own" in way(client, manager)
    assert totp.get_totp_device(manager) is not None


@both_ways
def test_managers_cannot_reset_a_superuser(client, manager, admin_user, way):
    with_phone(admin_user)
    way(client, admin_user)
    assert totp.get_totp_device(admin_user) is not None


def test_a_superuser_can_reset_another_superuser(admin_client, dora):
    dora.is_superuser = True
    dora.save()
    reset(admin_client, dora)
    assert totp.get_totp_device(dora) is None


def test_editors_cannot_reset_anybody(client, dora):
    client.force_login(a_member(roles.EDITORS))
    assert client.post(f"{USERS}{dora.pk}/two-factor/").status_code == 403
    assert totp.get_totp_device(dora) is not None


def test_a_get_request_resets_nothing(client, manager, dora):
    assert client.get(f"{USERS}{dora.pk}/two-factor/").status_code == 200
    assert totp.get_totp_device(dora) is not None


@pytest.mark.parametrize("pk", ["0", "9" * 49, "x", "-1"])
def test_an_unknown_user_is_404(client, manager, pk):
    assert client.post(f"{USERS}{pk}/two-factor/").status_code == 404


def test_the_button_is_shown_only_if_there_is_something_to_reset(client, manager, dora, carl):
    pages = [client.get(f"{USERS}{user.pk}/change/").content.decode() for user in (dora, carl, manager)]
    assert ["Reset two-step verification" in page for page in pages] == [True, False, False]


def test_a_reset_ends_a_pending_sign_in(client, dora):
    enter_password(client)
    totp.remove_two_factor(dora)
    assert enter_code(client, shown_code())["Location"] == LOGIN


def test_the_command_resets_and_logs_it(dora, capsys):
    call_command("reset_two_factor", "DORA@example.org")
    send_emails()
    assert totp.get_totp_device(dora) is None
    assert (LogEntry.objects.count(), len(mail.outbox)) == (1, 1)


@pytest.mark.parametrize("who", ["nobody@example.org", "carl@example.org"])
def test_the_command_explains_errors(carl, who):
    with pytest.raises(CommandError, match=who):
        call_command("reset_two_factor", who)
