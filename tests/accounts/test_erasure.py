"""Erasure of a former officer's name: the history keeps the account, which is called “Former officer N”."""

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.db import connection

from accounts import roles, staff
from accounts.erasure import erase_name
from accounts.models import EmailChange, InitialPassword, SecurityEvent
from news.models import WorkflowLogEntry
from outbox.models import OutboxEmail
from tests.factories import DAY, NOON, a_message
from tests.helpers.accounts import USERS, a_member, sign_in, with_phone
from tests.helpers.versions import write_as

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("clock")]

NAME = {"username": "zanna@example.org", "first_name": "Zanna", "last_name": "Petrowitz"}


@pytest.fixture
def manager(client):
    """A site manager, signed in."""
    member = a_member(roles.MANAGERS, username="manager")
    client.force_login(member)
    return member


def a_former_officer(**kwargs):
    """Return an inactive member of staff who has worked on a submitted message."""
    user = a_member(roles.WRITERS, **NAME | kwargs)
    write_as(user, a_message(publish_at=None)).submit(at=NOON, by=user)
    staff.deactivate_user(user)
    return user


def erase(client, user, follow=True):
    return client.post(f"{USERS}{user.pk}/erase-name/", follow=follow).content.decode()


def stored(user):
    return get_user_model().objects.get(pk=user.pk)


def every_stored_text():
    """Return the texts in all tables, as one string."""
    texts = []
    for model in apps.get_models(include_auto_created=True):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(model._meta.db_table)}")
            texts.append(repr(cursor.fetchall()))
    return "".join(texts)


def test_name_user_name_and_address_are_replaced_and_the_account_is_inactive(client, manager):
    user = a_former_officer()
    page = erase(client, user)
    erased = stored(user)
    assert f"The history now names “Former officer {user.pk}”" in page
    assert (erased.get_full_name(), erased.username, erased.email, erased.is_active) == (
        f"Former officer {user.pk}",
        f"former-officer-{user.pk}",
        "",
        False,
    )
    assert not erased.has_usable_password()


def test_no_table_contains_the_name_afterwards(client, manager):
    user = with_phone(a_former_officer())
    EmailChange.objects.create(
        account=user.pk, old_email=user.email, new_email="petrowitz@example.org", requested_at=NOON
    )
    InitialPassword.objects.create(account=user.pk, fingerprint="0" * 64, expires_at=NOON + DAY)
    LogEntry.objects.log_actions(manager.pk, [user], 2, "Invited again.", single_object=True)
    before = every_stored_text()
    erase(client, user)
    after = every_stored_text().lower()
    assert "Petrowitz" in before
    assert [word for word in ("zanna", "petrowitz") if word in after] == []


def test_log_entries_and_versions_keep_the_account(client, manager):
    user = a_former_officer()
    message = WorkflowLogEntry.objects.get().message
    erase(client, user)
    assert str(WorkflowLogEntry.objects.get().by.get_full_name()) == f"Former officer {user.pk}"
    assert message.history.filter(history_user=user).exists()


def test_who_did_it_and_when_is_recorded(client, manager):
    user = a_former_officer()
    erase(client, user)
    event = SecurityEvent.objects.get(kind=SecurityEvent.Kind.NAME_ERASED)
    entry = LogEntry.objects.get(object_id=str(user.pk))
    assert (event.account, event.actor, event.at) == (user.pk, manager.pk, NOON)
    assert (entry.user, entry.action_time, entry.object_repr) == (manager, NOON, f"former-officer-{user.pk}")
    assert entry.get_change_message() == "Name and e-mail address erased."


def test_nobody_can_sign_in_to_the_account_or_reset_its_password(client):
    user = a_former_officer()
    erase_name(user, NOON, by=a_member(roles.MANAGERS))
    for name in (NAME["username"], f"former-officer-{user.pk}", ""):
        sign_in(client, name)
        client.post("/admin/reset/", {"email": name})
    assert (client.get("/admin/").status_code, OutboxEmail.objects.filter(recipient_id=user.pk).count()) == (302, 0)


@pytest.mark.one_database
def test_the_page_asks_for_confirmation_and_changes_nothing(client, manager):
    user = a_former_officer()
    form = client.get(f"{USERS}{user.pk}/change/").content.decode()
    page = client.get(f"{USERS}{user.pk}/erase-name/").content.decode()
    assert ("Erase the name …" in form, "This cannot be undone." in page) == (True, True)
    assert stored(user).last_name == "Petrowitz"


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("case", "sentence"), [("active", "is active"), ("own", "your own"), ("again", "already been")]
)
def test_some_names_cannot_be_erased(client, manager, case, sentence):
    user = {"active": lambda: a_member(**NAME), "own": lambda: manager, "again": a_former_officer}[case]()
    if case == "again":
        erase(client, user)
    before = stored(user).username
    assert sentence in erase(client, user)
    assert stored(user).username == before


@pytest.mark.one_database
def test_only_superusers_erase_the_name_of_a_superuser(client, manager):
    user = a_former_officer(is_superuser=True)
    assert client.post(f"{USERS}{user.pk}/erase-name/").status_code == 403
    assert stored(user).last_name == "Petrowitz"


@pytest.mark.one_database
@pytest.mark.parametrize("role", [roles.EDITORS, roles.WRITERS, roles.CONSULAR])
def test_officers_cannot_erase_names(client, role):
    user = a_former_officer()
    client.force_login(a_member(role, username="officer"))
    assert client.post(f"{USERS}{user.pk}/erase-name/").status_code == 403


@pytest.mark.one_database
@pytest.mark.parametrize("pk", ["0", "99999999999999999999", "x"])
def test_an_unknown_account_is_not_found(client, manager, pk):
    assert client.post(f"{USERS}{pk}/erase-name/").status_code == 404


@pytest.mark.one_database
def test_the_password_is_asked_for_again_after_half_an_hour(client, manager, clock):
    user = a_former_officer()
    clock.move_to(NOON + DAY / 20)
    answer = client.get(f"{USERS}{user.pk}/erase-name/")
    assert (answer.status_code, answer.headers.get("Location", "").startswith("/admin/verify/")) == (302, True)
