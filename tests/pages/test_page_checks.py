"""Checks of a page beside its form: as saved, and as typed."""

import pytest

from pages.models import Page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

RUSSIAN = "<p>Посольство благодарит всех участников переговоров этой недели.</p>"
ADD = "/admin/pages/page/"


@pytest.fixture
def page():
    return Page.objects.create(title="Visas", path="visas", body='<p>Read <a href="/a/">here</a>.</p>', shown=False)


def test_the_form_shows_the_checks_of_the_saved_page(admin_client, page):
    shown = admin_client.get(f"{ADD}{page.pk}/change/").content.decode()
    assert ("does not describe its target" in shown, "1 to look at" in shown) == (True, True)
    assert f'data-checks="{ADD}{page.pk}/checks/"' in shown


def test_a_page_is_checked_as_typed(admin_client, page):
    shown = admin_client.post(f"{ADD}{page.pk}/checks/", {"title": "Visas", "body": RUSSIAN}).content.decode()
    assert ('data-count="1"' in shown, "is in Cyrillic script" in shown) == (True, True)
    page.refresh_from_db()
    assert page.title == "Visas" and "Read" in page.body


def test_a_new_page_is_checked_once_it_has_a_word(admin_client):
    assert 'data-count="0"' in admin_client.get(f"{ADD}add/").content.decode()
    assert 'data-count="1"' in admin_client.post(f"{ADD}checks/", {"body": "<p>a</p><p></p><p>b</p>"}).content.decode()


def test_a_public_page_which_is_changed_by_a_proposal_has_no_checks(admin_client, page):
    Page.objects.filter(pk=page.pk).update(shown=True)
    assert "data-checks=" not in admin_client.get(f"{ADD}{page.pk}/change/").content.decode()
    assert admin_client.post(f"{ADD}{page.pk}/checks/", {}).status_code == 403


def test_checks_are_for_those_who_write_pages(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("guest", is_staff=True))
    assert client.post(f"{ADD}checks/", {}).status_code == 403
