"""The command first_login creates a superuser and prints the password until it is changed."""

import stat
from io import StringIO

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import call_command

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def var(settings, tmp_path):
    """A directory for the files of the command."""
    settings.VAR_DIR = tmp_path / "var"
    return settings.VAR_DIR


def first_login():
    """Run the command and return its output."""
    printed = StringIO()
    call_command("first_login", stdout=printed)
    return printed.getvalue()


def password_in(printed):
    """Return the password that the command has printed."""
    return printed.rsplit("password ", 1)[1].strip()


def test_a_new_site_gets_a_superuser_with_the_printed_password():
    printed = first_login()
    assert "Sign in as:  press" in printed
    assert authenticate(username="press", password=password_in(printed)).is_superuser


def test_the_first_password_is_printed_until_it_is_changed():
    assert password_in(first_login()) == password_in(first_login())
    assert get_user_model().objects.count() == 1


def test_a_changed_password_is_not_printed():
    first = password_in(first_login())
    user = get_user_model().objects.get()
    user.set_password("another-one-altogether")
    user.save()
    printed = first_login()
    assert first not in printed
    assert "has been changed" in printed


def test_every_site_has_its_own_password():
    first = password_in(first_login())
    get_user_model().objects.all().delete()
    assert password_in(first_login()) != first


def test_the_password_file_is_readable_by_its_owner_only(var):
    first_login()
    assert stat.S_IMODE((var / "first-login.txt").stat().st_mode) == 0o600


def test_a_site_with_users_gets_no_first_login(var):
    get_user_model().objects.create_user("officer")
    first_login()
    assert get_user_model().objects.count() == 1
    assert not var.exists()
