"""Permissions of the four groups, created after migrations. Consular officers see no message, and users without a group
nothing; that press officers see no enquiry is part of the walk in tests/embassy/test_desk_dress.py."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from accounts import roles
from tests.helpers import desk_walk
from tests.helpers.accounts import a_member

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


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


# The desk


@pytest.fixture
def enquiry():
    return desk_walk.fill_desk()


def walk(client, canaries, paths):
    """Return those of `paths` that fail or say a canary."""
    answers = [(path, client.get(path)) for path in paths]
    return [path for path, answer in answers if answer.status_code >= 500 or desk_walk.canaries_in(answer, canaries)]


def test_a_walk_over_the_desk_would_find_a_canary(admin_client, enquiry):
    telling = ["/admin/", "/admin/news/message/", "/admin/consular/enquiry/"]
    assert walk(admin_client, [desk_walk.SECRET, desk_walk.QUESTION, enquiry.reference], telling) == telling
    assert set(telling) <= set(desk_walk.desk_paths())


def test_consular_officers_never_see_a_message(client, enquiry):
    client.force_login(a_member(roles.CONSULAR))
    paths = [path for path in desk_walk.desk_paths(desk_walk.DRAFTS) if "/message" in path]
    assert len(paths) > 50
    assert walk(client, [desk_walk.SECRET], paths) == []
    assert enquiry.reference in client.get("/admin/consular/enquiry/").content.decode()


def test_a_user_without_a_group_sees_nothing(client, enquiry):
    client.force_login(a_member())
    assert walk(client, [desk_walk.SECRET, enquiry.reference, enquiry.token], desk_walk.desk_paths()) == []
