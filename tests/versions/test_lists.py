"""Lists with editable columns: two managers who change the same row do not overwrite one another silently."""

import threading

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from pages.models import Page
from tests.factories import a_page
from tests.helpers.form_fields import fields_of
from tests.helpers.versioned_forms import numbers, save_as_colleague, stored

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

LIST = "/admin/pages/page/"


@pytest.fixture
def pages(clock):
    return [a_page(title=f"Page {number}", order=number) for number in (1, 2, 3)]


def opened_list(client):
    """Return the fields of the list as it opens."""
    return fields_in(client.get(LIST).content.decode())


def fields_in(page):
    return fields_of(page, "changelist-form") | {"_save": "Save"}


def field(form, page, name):
    """Return the name of a row's input in the list."""
    prefix = next(
        key.removesuffix("id") for key, value in form.items() if key.endswith("-id") and value == str(page.pk)
    )
    return prefix + name


def save(client, form):
    """Save the list: return the status and the page of the response."""
    answer = client.post(LIST, form)
    return answer.status_code, answer.content.decode()


def test_a_saved_list_adds_a_version_of_each_changed_row(admin_client, pages):
    form = opened_list(admin_client)
    status, _ = save(admin_client, form | {field(form, pages[0], "order"): "9"})
    assert (status, stored(pages[0]).order, [len(numbers(page)) for page in pages]) == (302, 9, [2, 1, 1])
    assert pages[0].history.latest().history_user.username == "admin"


def test_a_row_that_someone_else_has_changed_is_refused_with_both_values(admin_client, pages):
    form = opened_list(admin_client)
    save_as_colleague(pages[0], order=5)
    status, shown = save(admin_client, form | {field(form, pages[0], "order"): "9"})
    assert (status, stored(pages[0]).order) == (200, 5)
    assert "Boris Orlov saved this page at 12:37. Order is now “5”." in shown
    again = fields_in(shown)
    assert again[field(again, pages[0], "order")] == "9"


def test_the_list_can_be_saved_again_after_the_refusal(admin_client, pages):
    form = opened_list(admin_client)
    save_as_colleague(pages[0], order=5)
    _, shown = save(admin_client, form | {field(form, pages[0], "order"): "9"})
    assert (save(admin_client, fields_in(shown))[0], stored(pages[0]).order) == (302, 9)


@pytest.mark.one_database
def test_a_refused_list_shows_each_row_beside_its_own_values(admin_client, pages):
    form = opened_list(admin_client)
    save_as_colleague(pages[0], order=5)  # it is the last row of the list by now
    _, shown = save(admin_client, form | {field(form, pages[0], "place"): "menu"})
    rows = [part for part in shown.split("<tr>") if "field-path" in part]
    assert [f"Page {number}" in row for number, row in zip((2, 3, 1), rows, strict=True)] == [True, True, True]
    assert 'value="menu" selected' in rows[-1] and 'value="menu" selected' not in rows[0]


def test_what_someone_else_has_changed_in_another_row_is_not_reset(admin_client, pages):
    form = opened_list(admin_client)
    save_as_colleague(pages[0], order=5, shown=False)
    status, _ = save(admin_client, form | {field(form, pages[1], "order"): "9"})
    assert (status, stored(pages[0]).order, stored(pages[0]).shown, stored(pages[1]).order) == (302, 5, False, 9)


def test_a_row_that_someone_else_has_changed_is_not_reset_by_a_second_attempt(admin_client, pages):
    form = opened_list(admin_client)
    save_as_colleague(pages[0], order=5)
    _, shown = save(admin_client, form | {field(form, pages[1], "order"): "x"})
    again = fields_in(shown)
    status, _ = save(admin_client, again | {field(again, pages[1], "order"): "9"})
    assert (status, stored(pages[0]).order, stored(pages[1]).order) == (302, 5, 9)


def test_a_row_that_was_deleted_does_not_stop_the_others(admin_client, pages):
    form = opened_list(admin_client)
    pages[0].delete()
    status, _ = save(admin_client, form | {field(form, pages[1], "order"): "9"})
    assert (status, stored(pages[1]).order, Page.objects.count()) == (302, 9, 2)


@pytest.mark.one_database
@pytest.mark.parametrize("version", ["x", "-1", "9" * 49, "1\x00", "٣"])
def test_an_invalid_version_number_is_stale(admin_client, pages, version):
    form = opened_list(admin_client)
    changed = {field(form, pages[0], "order"): "9", f"version-{pages[0].pk}": version}
    assert (save(admin_client, form | changed)[0], stored(pages[0]).order) == (200, 1)


@pytest.mark.django_db(transaction=True)
def test_of_two_lists_saved_at_once_one_wins_and_the_other_is_refused(transactional_db):
    page, gate = a_page(order=1), threading.Barrier(2)
    clients = [Client(), Client()]
    for name, client in zip(("anna", "boris"), clients, strict=True):
        client.force_login(get_user_model().objects.create_superuser(name))
    for turn in range(3):
        forms = [opened_list(client) for client in clients]
        statuses = [None, None]

        def post(i, forms=forms, statuses=statuses, turn=turn):
            try:
                gate.wait(10)
                order = str(10 + 2 * turn + i)
                statuses[i] = save(clients[i], forms[i] | {field(forms[i], page, "order"): order})[0]
            finally:
                connection.close()

        threads = [threading.Thread(target=post, args=[i]) for i in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert sorted(statuses) == [200, 302]
        assert stored(page).order == 10 + 2 * turn + statuses.index(302)
