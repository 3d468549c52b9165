"""Permissions of the four groups, created after migrations. Press officers and consular officers see nothing of each
other's."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.urls import get_resolver

from accounts import roles
from news.models import Message
from tests.factories import DAY, NOON, a_counter, a_message, a_notice, a_page, an_enquiry, an_office
from tests.helpers.accounts import a_member
from tests.helpers.routes import admin_view_paths

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SECRET = "canary-of-a-draft"
QUESTION = "canary-of-an-enquiry"
MESSAGES = (1, 2, 3)  # `house` has three; of each other kind it has one


# The groups


def test_every_right_that_a_role_names_exists():
    known = {
        f"{app}.{codename}" for app, codename in Permission.objects.values_list("content_type__app_label", "codename")
    }
    assert set().union(*roles.ROLES.values()) - known == set()


@pytest.mark.parametrize("role", roles.ROLES)
def test_each_group_has_its_rights_after_a_migration(role):
    assert a_member(role).get_all_permissions() == roles.ROLES[role]


def test_a_second_migration_keeps_additions_and_restores_missing_permissions():
    group = Group.objects.get(name=roles.WRITERS)
    added, missing = Permission.objects.get(codename="add_page"), Permission.objects.get(codename="submit_message")
    group.permissions.add(added)
    group.permissions.remove(missing)
    Group.objects.get(name=roles.CONSULAR).delete()
    call_command("migrate", verbosity=0)
    assert {added, missing} <= set(group.permissions.all())
    assert Group.objects.get(name=roles.CONSULAR).permissions.count() == len(roles.ROLES[roles.CONSULAR])


@pytest.mark.parametrize(
    ("role", "right", "may"),
    [
        (roles.WRITERS, "news.submit_message", True),
        (roles.WRITERS, "news.approve_message", False),
        (roles.WRITERS, "news.withdraw_message", False),
        (roles.EDITORS, "news.approve_message", True),
        (roles.EDITORS, "consular.change_notice", True),
        (roles.EDITORS, "news.change_category", False),
        (roles.CONSULAR, "consular.change_enquiry", True),
        (roles.MANAGERS, "auth.add_user", True),
        (roles.MANAGERS, "auth.change_group", False),
        (roles.MANAGERS, "consular.view_enquiry", False),
    ],
)
def test_permissions_of_each_role(role, right, may):
    assert a_member(role).has_perm(right) is may


# The desk, as each of them finds it


def addresses(prefix="admin/"):
    """Return every URL of the desk, with the ids of the objects of `house` in place of its parameters."""
    resolver = get_resolver()
    patterns = [pattern for pattern in resolver.url_patterns if str(pattern.pattern) == prefix]
    found = {"/admin/"}
    for pattern in patterns:
        for parts in admin_view_paths(pattern, numbers=[1]):
            found |= {f"/admin/{part}" for part in parts}
    found |= {path.replace("/message/1/", f"/message/{number}/") for path in found for number in MESSAGES}
    return sorted(found)


@pytest.fixture
def house():
    """Everything that the desk shows: a draft, a scheduled message and an enquiry with canaries in them."""
    a_message(headline=SECRET, publish_at=None)
    a_message(headline=SECRET, publish_at=NOON + 9999 * DAY, approved_at=NOON)
    a_message(headline=SECRET, publish_at=None).submit(at=NOON)
    enquiry = an_enquiry(question=QUESTION, name=QUESTION)
    rows = [enquiry, enquiry.topic, *(make() for make in (a_counter, a_notice, a_page, an_office))]
    assert [row.pk for row in rows] == [1] * len(rows)
    assert sorted(Message.objects.values_list("pk", flat=True)) == list(MESSAGES)
    return enquiry


def crawl(client, canaries, paths=None):
    """Return those of `paths` (by default the whole desk) that say a canary: in a page or in where they lead."""
    told = []
    for address in paths or addresses():
        answer = client.get(address)
        text = answer.getvalue().decode(errors="replace") + answer.get("Location", "")
        if answer.status_code >= 500 or any(canary in text for canary in canaries):
            told.append((answer.status_code, address))
    return told


def test_the_crawl_would_find_a_canary(admin_client, house):
    telling = ["/admin/", "/admin/news/message/", "/admin/consular/enquiry/"]
    found = {address for _status, address in crawl(admin_client, [SECRET, QUESTION, house.reference], telling)}
    assert found == set(telling) <= set(addresses())
    assert len(addresses()) > 50


PRESS = [roles.WRITERS, roles.EDITORS, roles.MANAGERS]


@pytest.mark.parametrize(
    "groups",
    # One officer in all three groups opens what any of them can open.
    [PRESS, *(pytest.param([role], marks=pytest.mark.thorough) for role in PRESS)],
    ids=["all three", *PRESS],
)
def test_press_officers_and_managers_never_see_an_enquiry(client, house, groups):
    client.force_login(a_member(*groups))
    assert crawl(client, [QUESTION, house.reference, house.token]) == []


def test_consular_officers_never_see_a_message(client, house):
    client.force_login(a_member(roles.CONSULAR))
    assert crawl(client, [SECRET]) == []
    assert house.reference in client.get("/admin/consular/enquiry/").content.decode()


def test_a_user_without_a_group_sees_nothing(client, house):
    client.force_login(a_member())
    assert crawl(client, [SECRET, QUESTION, house.reference, house.token]) == []
