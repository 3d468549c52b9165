"""Security event log: each kind is logged, events cannot be changed or deleted, managers can read them."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts import roles, security_events
from accounts.models import SecurityEvent
from accounts.security_events import Kind
from tests.factories import DAY, NOON, a_message, an_enquiry
from tests.helpers.accounts import (
    CODE,
    USERS,
    a_member,
    is_signed_in,
    letters_to,
    security_event_kinds,
    shown_code,
    sign_in,
    with_phone,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

LIST = "/admin/accounts/securityevent/"


def last():
    return SecurityEvent.objects.order_by("pk").last()


@pytest.fixture
def manager(client):
    member = a_member(roles.MANAGERS, username="manager@example.org")
    client.force_login(member)
    return member


# Written once. (The age of 90 days is measured by the database's own clock: these rows are of today.)

HOSTILE = {
    "update": "UPDATE accounts_securityevent SET account = 9",
    "delete": "DELETE FROM accounts_securityevent",
    "replace": "REPLACE INTO accounts_securityevent SELECT * FROM accounts_securityevent",
    "truncate": "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE accounts_securityevent",
}


@pytest.mark.parametrize("way", HOSTILE)
def test_the_database_refuses_to_change_or_delete_an_event(way):
    if (way == "replace" and connection.vendor == "postgresql") or (
        way == "truncate" and connection.vendor == "sqlite"
    ):
        pytest.skip("The other database has that statement.")
    security_events.record_event(Kind.LOGIN, account=1)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(HOSTILE[way])
    assert SecurityEvent.objects.values_list("account", flat=True).get() == 1


@pytest.mark.parametrize("deed", ["update", "delete", "save"])
def test_the_application_cannot_change_or_delete_an_event(deed):
    event = security_events.record_event(Kind.LOGIN, account=1)
    event.account = 2
    deeds = {
        "update": lambda: SecurityEvent.objects.update(account=2),
        "delete": lambda: SecurityEvent.objects.all().delete(),
        "save": event.save,
    }
    with pytest.raises(DatabaseError), transaction.atomic():
        deeds[deed]()


def test_deleting_events_after_ninety_days_is_logged():
    now = timezone.now()
    for days in (89, 91, 400):
        security_events.record_event(Kind.LOGIN, account=days, at=now - days * DAY)
    assert security_events.purge_events(now) == 2
    assert list(SecurityEvent.objects.order_by("at").values_list("kind", "account", "detail")) == [
        ("login", 89, ""),
        ("purged", None, "2"),
    ]
    assert security_events.purge_events(now) == 0


def test_the_command_deletes_old_events(capsys):
    from django.core.management import call_command

    security_events.record_event(Kind.LOGIN, at=timezone.now() - 91 * DAY)
    call_command("purge_security_events")
    assert "Deleted: 1" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_flush_empties_both_logs_and_protects_them_again():
    from django.core.management import call_command

    from news.models import WorkflowLogEntry

    for _turn in range(2):
        security_events.record_event(Kind.LOGIN, account=1)
        a_message(publish_at=None).submit(at=NOON)
        with pytest.raises(DatabaseError), transaction.atomic():
            SecurityEvent.objects.update(account=2)
        with pytest.raises(DatabaseError), transaction.atomic():
            WorkflowLogEntry.objects.update(reason="Another")
        call_command("flush", interactive=False, verbosity=0)
        assert (SecurityEvent.objects.count(), WorkflowLogEntry.objects.count()) == (0, 0)


# Recorded events


def test_sign_in_and_sign_out_log_account_network_and_time(client, clock):
    dora = a_member(roles.WRITERS, username="dora@example.org")
    sign_in(client, address="198.51.100.7")
    event = last()
    assert (event.kind, event.account, event.actor, event.at) == ("login", dora.pk, dora.pk, NOON)
    assert (len(event.network), "198" in event.network) == (64, False)
    client.post("/admin/logout/")
    assert (last().kind, last().account) == ("logout", dora.pk)


def test_both_steps_of_a_sign_in_and_a_wrong_code_are_logged(client, clock):
    with_phone(a_member(roles.WRITERS, username="dora@example.org"))
    sign_in(client)
    client.post(CODE, {"code": "000000"})
    clock.shift(5)
    client.post(CODE, {"code": shown_code()})
    assert security_event_kinds()[1:] == ["password accepted", "wrong code", "login"]


def test_every_change_of_a_password_is_logged(client, clock, admin_client):
    dora = a_member(roles.WRITERS)
    dora.set_password("as long as a sentence")
    dora.save()
    get_user_model().objects.get(pk=dora.pk).save()  # nothing changed
    data = dict.fromkeys(["password1", "password2"], "another sentence of some length")
    admin_client.post(f"{USERS}{dora.pk}/password/", data | {"usable_password": "true"})
    assert security_event_kinds().count("password changed") == 2


def test_an_upgraded_hash_is_not_a_changed_password(client, settings, clock):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    a_member(roles.WRITERS, username="dora@example.org")
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.ScryptPasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    sign_in(client)
    assert get_user_model().objects.get().password.startswith("scrypt")
    assert "password changed" not in security_event_kinds()


@pytest.mark.parametrize("reverse", [False, True])
def test_changed_groups_are_logged_from_either_side(reverse, clock):
    dora, editors = a_member(roles.WRITERS), Group.objects.get(name=roles.EDITORS)
    if reverse:
        editors.user_set.add(dora)
    else:
        dora.groups.add(editors)
    assert (last().kind, last().account, last().detail) == ("groups changed", dora.pk, "+Press editors")
    dora.groups.clear()
    assert set(last().detail.split(", ")) == {"-Press editors", "-Press writers"}


def test_a_new_superuser_is_logged(clock):
    dora = a_member(roles.WRITERS)
    dora.is_superuser = True
    dora.save()
    assert (last().kind, last().detail) == ("rights changed", "superuser: on")


def test_events_caused_by_a_manager_name_the_manager(client, manager):
    dora = a_member(roles.WRITERS, username="dora@example.org")
    with_phone(dora)
    data = {"email": dora.email, "first_name": "x", "last_name": "y", "is_active": "on"}
    client.post(f"{USERS}{dora.pk}/change/", data | {"groups": [Group.objects.get(name=roles.EDITORS).pk]})
    client.post(f"{USERS}{dora.pk}/two-factor/")
    client.post(f"{USERS}{dora.pk}/change/", data | {"is_active": "", "groups": []})
    client.post(
        f"{USERS}add/",
        {"email": "new@example.org", "first_name": "N", "last_name": "N", "groups": [Group.objects.first().pk]},
    )
    found = set(SecurityEvent.objects.filter(actor=manager.pk).values_list("kind", flat=True))
    assert {"groups changed", "two-factor reset", "deactivated", "invited"} <= found


def test_a_refusal_is_logged_with_its_route(client):
    dora = a_member(roles.WRITERS)
    client.force_login(dora)
    assert client.get(USERS).status_code == 403
    assert (last().kind, last().account, last().detail) == ("refused", dora.pk, "admin:auth_user_changelist")


@pytest.mark.one_database
def test_refusals_of_anonymous_visitors_are_not_logged(client):
    client.get(USERS)
    client.post("/admin/upload/")
    assert security_event_kinds() == []


@pytest.mark.one_database
def test_preview_links_and_exports_are_logged(client, clock):
    editor, officer = a_member(roles.EDITORS, username="e@example.org"), a_member(roles.CONSULAR)
    message, enquiry = a_message(publish_at=None), an_enquiry()
    client.force_login(editor)
    data = {"name": "Reuters", "expires_at_0": "25/11/2020", "expires_at_1": "12:00"}
    client.post(f"/admin/news/message/{message.pk}/preview-links/", data)
    assert (last().kind, last().account, last().detail) == ("link created", editor.pk, str(message.pk))
    link = message.preview_links.get()
    client.post(f"/admin/news/message/{message.pk}/preview-links/{link.pk}/revoke/")
    assert last().kind == "link revoked"
    client.force_login(officer)
    enquiry.refresh_from_db()
    client.post(f"/admin/consular/enquiry/{enquiry.pk}/export/", {"seen": enquiry.last_activity_at.isoformat()})
    assert (last().kind, last().account) == ("exported", officer.pk)


# Read by managers


@pytest.mark.one_database
def test_managers_can_only_read_the_log(client, manager):
    dora = a_member(roles.WRITERS, username="dora@example.org", first_name="Dora")
    security_events.record_event(Kind.WRONG_PASSWORD, account=dora.pk)
    security_events.record_event(Kind.WRONG_PASSWORD, account=99999)
    page = client.get(LIST).content.decode()
    assert all(word in page for word in ("wrong password", "dora@example.org", "deleted account 99999"))
    assert client.get(f"{LIST}?account={dora.pk}").status_code == 200
    assert client.get(f"{LIST}?account=x").status_code == 200
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}{last().pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.one_database
@pytest.mark.parametrize("role", [roles.WRITERS, roles.EDITORS, roles.CONSULAR])
def test_other_roles_cannot_read_the_log(client, role):
    client.force_login(a_member(role))
    assert client.get(LIST).status_code == 403


def test_an_account_that_is_only_in_the_log_can_be_deleted(client, manager):
    dora = a_member(roles.WRITERS, username="dora@example.org")
    sign_in(client.__class__())
    client.post(f"{USERS}{dora.pk}/delete/", {"post": "yes"})
    assert not get_user_model().objects.filter(pk=dora.pk).exists()


# Notification


@pytest.mark.one_database
def test_managers_are_notified_of_invitations_and_changed_groups(client, manager, clock):
    client.force_login(manager)
    a_member(roles.MANAGERS, username="other@example.org")
    writers, editors = (Group.objects.get(name=name).pk for name in (roles.WRITERS, roles.EDITORS))
    data = {"email": "new@example.org", "first_name": "Nora", "last_name": "New", "groups": [writers]}
    client.post(f"{USERS}add/", data)
    (letter,) = letters_to("other@example.org")
    assert all(word in letter.body for word in ("Nora New was invited", "Press writers", "manager@example.org"))
    user = get_user_model().objects.get(email="new@example.org")
    clock.shift(1)
    client.post(f"{USERS}{user.pk}/change/", data | {"is_active": "on", "groups": [writers, editors]})
    assert "+Press editors" in letters_to("other@example.org")[-1].body
    assert len(letters_to("manager@example.org")) == 2


def test_groups_given_by_a_superuser_are_kept_and_not_logged(client, manager, clock):
    client.force_login(manager)
    extra = Group.objects.create(name="Archive")
    dora = a_member(roles.WRITERS, username="dora@example.org")
    dora.groups.add(extra)
    before = len(security_event_kinds())
    data = {"email": dora.email, "first_name": "D", "last_name": "N", "is_active": "on"}
    client.post(f"{USERS}{dora.pk}/change/", data | {"groups": [Group.objects.get(name=roles.WRITERS).pk]})
    assert extra in dora.groups.all()
    assert len(security_event_kinds()) == before


@pytest.mark.one_database
def test_users_are_notified_of_changes_to_their_account(client, manager, clock):
    client.force_login(manager)
    dora = a_member(roles.WRITERS, username="dora@example.org")
    theirs = client.__class__()
    sign_in(theirs)
    client.post(USERS, {"action": "end_sessions_selected", "_selected_action": [dora.pk]})
    assert not is_signed_in(theirs)
    assert any("Your sessions were ended" in letter.body for letter in letters_to("dora@example.org"))


@pytest.mark.one_database
def test_a_wrong_code_after_the_password_is_notified_once_a_day(client, clock):
    with_phone(a_member(roles.WRITERS, username="dora@example.org"))
    for _number in range(3):
        sign_in(client)
        client.post(CODE, {"code": "000000"})
        clock.shift(60)
    letters = [letter for letter in letters_to("dora@example.org") if "followed by a wrong code" in letter.body]
    assert len(letters) == 1
