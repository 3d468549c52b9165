"""Users of the desk: invited by e-mail, deactivated with their history, unable to extend their permissions."""

import re
from contextlib import contextmanager

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.utils import timezone

from accounts import roles
from outbox.delivery import send_due
from outbox.models import OutboxEmail
from tests.factories import DAY, NOON, a_message
from tests.helpers.accounts import a_member
from tests.helpers.versions import write_as

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

USERS = "/admin/auth/user/"
PASSWORD = "as long as a sentence"


@pytest.fixture
def manager(client):
    """A site manager, signed in."""
    member = a_member(roles.MANAGERS, username="manager")
    client.force_login(member)
    return member


@pytest.fixture
def committed():
    """What waits in the outbox after a test's block leaves."""

    @contextmanager
    def block():
        yield
        send_due(timezone.now)

    return block


def group(name):
    return Group.objects.get(name=name)


def someone():
    return get_user_model().objects.get(username="dora@example.org")


def invite(client, **kwargs):
    data = {
        "email": "Dora@Example.org",
        "first_name": "Dora",
        "last_name": "Novak",
        "groups": [group(roles.WRITERS).pk],
    }
    return client.post(f"{USERS}add/", data | kwargs)


def filled(user, **kwargs):
    data = {"email": user.email, "first_name": "x", "last_name": "y", "is_active": "on"}
    return data | {"groups": list(user.groups.values_list("pk", flat=True))} | kwargs


def change(client, user, **kwargs):
    return client.post(f"{USERS}{user.pk}/change/", filled(user, **kwargs))


def act(client, action, *users):
    return client.post(USERS, {"action": action, "_selected_action": [user.pk for user in users]}, follow=True)


def link():
    found = [re.search(r"http://testserver(/admin/reset/\S+)", letter.body) for letter in mail.outbox]
    return [match[1] for match in found if match][-1]


def choose_password(client, address, password=PASSWORD):
    """Follow a link of a letter and choose a password; return the page that the link led to."""
    form = client.get(address, follow=True)
    if form.redirect_chain:
        client.post(form.redirect_chain[-1][0], {"new_password1": password, "new_password2": password})
    return form


# Invited


def test_an_invitation_makes_a_member_of_staff_with_the_groups_and_no_password(client, manager):
    invite(client)
    user = someone()
    assert (user.is_staff, user.is_superuser, user.has_usable_password()) == (True, False, False)
    assert list(user.groups.all()) == [group(roles.WRITERS)]


def test_an_invited_user_chooses_a_password_and_signs_in_with_the_address(client, manager, committed):
    with committed():
        invite(client)
    choose_password(client, link())
    assert client.login(username="dora@example.org", password=PASSWORD)
    assert client.get("/admin/news/message/").status_code == 200


def test_the_invitation_page_shows_the_password_rules(client, manager, committed):
    with committed():
        invite(client)
    page = client.get(link(), follow=True).content.decode()
    assert "at least 10 characters" in page
    assert "Django administration" not in page


def test_an_invitation_is_queued_without_a_name(client, manager):
    invite(client)
    letter = OutboxEmail.objects.get(kind="invitation")
    assert (mail.outbox, letter.recipient_id) == ([], someone().pk)


def test_a_user_who_has_chosen_a_password_since_is_not_invited(client, manager, committed):
    with committed():
        invite(client)
        user = someone()
        user.set_password(PASSWORD)
        user.save()
    assert "dora@example.org" not in [letter.to[0] for letter in mail.outbox]


@pytest.mark.parametrize(("days", "works"), [(2.9, True), (3.1, False)])
def test_an_invitation_works_for_three_days(client, manager, committed, clock, days, works):
    with committed():
        invite(client)
    clock.move_to(NOON + days * DAY)
    choose_password(client, link())
    assert someone().has_usable_password() is works


def test_an_invitation_works_once(client, manager, committed):
    with committed():
        invite(client)
    first = link()
    choose_password(client, first)
    choose_password(client, first, "a second sentence of it")
    assert someone().check_password(PASSWORD)


def test_an_invitation_is_sent_again(client, manager, committed):
    invite(client)
    with committed():
        act(client, "invite_selected", someone())
    choose_password(client, link())
    assert someone().check_password(PASSWORD)


def test_a_user_with_a_password_is_not_invited_again(client, manager):
    answer = act(client, "invite_selected", a_member(roles.WRITERS))
    assert "already has a password" in answer.content.decode()


def test_whose_invitation_has_run_out_asks_for_a_new_link_as_for_a_lost_password(client, manager, committed):
    invite(client)
    with committed():
        client.post("/admin/password-reset/", {"email": "dora@example.org"})
    choose_password(client, link())
    assert someone().check_password(PASSWORD)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"email": "MANAGER@example.org"}, "with this address already exists"),
        ({"email": "nobody"}, "valid email"),
        ({"groups": []}, "required"),
        ({"first_name": ""}, "required"),
    ],
)
def test_a_wrong_invitation_is_refused_with_a_sentence(client, manager, wrong, sentence):
    assert sentence in invite(client, **wrong).content.decode()
    assert get_user_model().objects.count() == 1


# Deactivation


def test_deactivation_ends_the_sessions_and_prevents_sign_in(client, manager, django_user_model):
    member = a_member(roles.WRITERS, username="dora@example.org")
    theirs = client.__class__()
    theirs.login(username="dora@example.org", password="a long password")
    act(client, "deactivate_selected", member)
    assert theirs.get("/admin/news/message/").status_code == 302
    assert not theirs.login(username="dora@example.org", password="a long password")


def test_no_link_in_an_email_reactivates_an_account(client, manager, committed):
    with committed():
        invite(client)
    act(client, "deactivate_selected", someone())
    choose_password(client, link())
    assert not someone().has_usable_password()


def test_no_email_is_sent_to_a_deactivated_user(client, manager, committed):
    member = a_member(roles.WRITERS)
    with committed():
        client.post("/admin/password-reset/", {"email": member.email})
        act(client, "deactivate_selected", member)
        client.post("/admin/password-reset/", {"email": member.email})
    assert mail.outbox == []


def test_unticking_active_deactivates_and_ticking_it_invites_again(client, manager, committed):
    member = a_member(roles.WRITERS, username="dora@example.org")
    change(client, member, is_active="")
    gone = someone()
    with committed():
        change(client, member)
    assert (gone.is_active, gone.has_usable_password(), someone().is_active) == (False, False, True)
    assert ["dora@example.org"] in [letter.to for letter in mail.outbox]


def test_a_user_with_log_entries_cannot_be_deleted(client, manager):
    member = a_member(roles.WRITERS)
    a_message(publish_at=None).submit(at=NOON, by=member)
    answer = client.post(f"{USERS}{member.pk}/delete/", {"post": "yes"}, follow=True)
    assert "Untick “active” instead" in answer.content.decode()
    assert get_user_model().objects.filter(pk=member.pk).exists()


def test_a_user_with_versions_cannot_be_deleted(client, manager):
    member = a_member(roles.WRITERS)
    write_as(member, a_message(publish_at=None))
    client.post(f"{USERS}{member.pk}/delete/", {"post": "yes"})
    assert get_user_model().objects.filter(pk=member.pk).exists()


def test_a_user_without_history_can_be_deleted(client, manager):
    member = a_member(roles.WRITERS)
    client.post(f"{USERS}{member.pk}/delete/", {"post": "yes"})
    assert not get_user_model().objects.filter(pk=member.pk).exists()


def test_the_list_offers_no_deletion(client, manager):
    assert "delete_selected" not in client.get(USERS).content.decode()


def test_users_cannot_deactivate_themselves(client, manager):
    answer = act(client, "deactivate_selected", manager)
    change(client, manager, is_active="")
    manager.refresh_from_db()
    assert ("Ask a colleague" in answer.content.decode(), manager.is_active) == (True, True)


# No way up


RAISED = {"is_superuser": "on", "is_staff": "on", "user_permissions": ["1", "2"]}


def test_a_manager_cannot_create_a_superuser(client, manager):
    member = a_member(roles.WRITERS)
    change(client, member, **RAISED)
    invite(client, **RAISED)
    for user in (get_user_model().objects.get(pk=member.pk), someone()):
        assert (user.is_superuser, user.user_permissions.count()) == (False, 0)


def test_a_manager_does_not_change_their_own_groups(client, manager):
    change(client, manager, groups=[group(roles.CONSULAR).pk], **RAISED)
    manager = get_user_model().objects.get(pk=manager.pk)
    assert [each.name for each in manager.groups.all()] == [roles.MANAGERS]
    assert not manager.is_superuser


def test_a_manager_assigns_only_the_standard_groups(client, manager):
    other = Group.objects.create(name="All rights")
    other.permissions.set(Permission.objects.all())
    assert "valid choice" in invite(client, groups=[other.pk]).content.decode()


def test_a_group_that_a_superuser_gave_stays(client, manager):
    other, member = Group.objects.create(name="Archivists"), a_member(roles.WRITERS)
    member.groups.add(other)
    change(client, member, groups=[group(roles.EDITORS).pk])
    assert {each.name for each in member.groups.all()} == {"Archivists", roles.EDITORS}


def test_a_manager_does_not_touch_a_superuser(client, manager, admin_user):
    assert change(client, admin_user, email="mine@example.org").status_code == 403
    assert client.post(f"{USERS}{admin_user.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.get(f"{USERS}{admin_user.pk}/password/").status_code == 403
    act(client, "deactivate_selected", admin_user)
    admin_user.refresh_from_db()
    assert (admin_user.is_active, admin_user.has_usable_password()) == (True, True)


def test_a_manager_cannot_set_a_password(client, manager):
    member = a_member(roles.EDITORS)
    data = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    assert client.post(f"{USERS}{member.pk}/password/", data).status_code == 403
    assert not get_user_model().objects.get(pk=member.pk).check_password(PASSWORD)


def test_a_manager_cannot_change_a_groups_permissions(client, manager):
    address = f"/admin/auth/group/{group(roles.MANAGERS).pk}/change/"
    assert client.post(address, {"name": roles.MANAGERS, "permissions": ["1"]}).status_code == 403


@pytest.mark.parametrize("role", [roles.WRITERS, roles.EDITORS, roles.CONSULAR])
def test_others_do_not_see_the_people(client, role):
    client.force_login(a_member(role))
    assert client.get(USERS).status_code == 403


def test_a_superuser_makes_another(admin_client):
    member = a_member(roles.WRITERS)
    change(admin_client, member, is_superuser="on", is_staff="on")
    assert get_user_model().objects.get(pk=member.pk).is_superuser


# Changed


def test_a_new_address_is_the_new_name_to_log_in_with(client, manager):
    invite(client)
    change(client, someone(), email="dora.novak@example.org")  # not signed in yet: a typing error is corrected
    assert get_user_model().objects.filter(username="dora.novak@example.org", email="dora.novak@example.org").exists()


def test_the_list_shows_active_invited_and_deactivated_users(client, manager):
    invite(client)
    act(client, "deactivate_selected", a_member(roles.WRITERS))
    page = client.get(USERS).content.decode()
    assert [state in page for state in (">active<", ">invited<", ">inactive<")] == [True, True, True]


@pytest.mark.parametrize("state", ["active", "invited", "inactive", "x"])
def test_the_list_is_filtered_by_state(client, manager, state):
    invite(client)
    client.get(USERS)  # which says that she was invited
    assert ("dora@example.org" in client.get(USERS, {"state": state}).content.decode()) is (state in ("invited", "x"))
