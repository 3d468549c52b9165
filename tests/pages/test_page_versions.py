"""Versions of pages: who, when and why; comparison, restoring, and two managers who edit the same page."""

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError

from accounts import staff
from pages.models import Page
from tests.factories import HOUR, NOON, a_page
from tests.helpers.versioned_forms import (
    a_colleague,
    admin_url,
    answers,
    compared,
    fields_in,
    numbers,
    opened_form,
    post_form,
    restore,
    save_as_colleague,
    stored,
)
from versions.models import VersionInfo

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

FIRST = "<p>A visa costs 30 pounds.</p>"
SECOND = "<p>A visa costs 35 pounds.</p>"


def visas(**kwargs):
    """Return a draft: a public page is changed by a proposal, which is such a row as well."""
    fields = {"title": "Visas", "path": "visas", "body": FIRST, "description": "How to get one.", "shown": False}
    return a_page(**fields | kwargs)


# When a version is saved


def test_a_save_adds_a_version_with_who_when_and_why():
    page = visas()
    page.body = SECOND
    page.save(version=VersionInfo(NOON + HOUR, a_colleague(), "The fee has changed."))
    newest = page.history.latest()
    assert (newest.history_user, newest.history_date, newest.history_change_reason, newest.body) == (
        a_colleague(),
        NOON + HOUR,
        "The fee has changed.",
        SECOND,
    )


def test_a_save_without_changes_adds_no_version():
    page = visas()
    stored(page).save()
    assert len(numbers(page)) == 1


@pytest.mark.both_databases
def test_a_bulk_change_adds_versions_of_the_rows_that_it_changes():
    one, other = a_page(order=1), a_page(order=2)
    Page.objects.update(order=2)
    assert (one.history.latest().order, len(numbers(one)), len(numbers(other))) == (2, 2, 1)


@pytest.mark.both_databases
def test_rows_created_in_bulk_have_a_version_each():
    (page,) = Page.objects.bulk_create([Page(title="Visas", path="visas", body=FIRST)])
    assert [version.body for version in page.history.all()] == [FIRST]


def test_a_page_that_moves_with_the_one_above_gets_a_version():
    page, child = visas(), a_page(path="visas/children")
    page.path = "consular/visas"
    page.save()
    assert child.history.latest().path == "consular/visas/children"


def test_a_row_without_versions_gets_its_first_one_before_a_bulk_change():
    page = Page(title="Visas", path="visas", body=FIRST)
    page.save_base(raw=True, force_insert=True)  # as loaddata does
    Page.objects.update(body=SECOND)
    assert [version.body for version in page.history.order_by("history_id")] == [FIRST, SECOND]


def test_a_deletion_is_the_last_version(admin_client):
    page = visas()
    pk = page.pk
    admin_client.post(admin_url(page, "delete"), {"post": "yes"})
    last = Page.history.filter(id=pk).latest()
    assert (last.history_type, last.body, last.history_user.username) == ("-", FIRST, "admin")


# In the admin


def test_the_form_saves_a_version_with_its_reason(admin_client):
    page = visas()
    form = opened_form(admin_client, page, body=SECOND, change_reason="The fee has changed.")
    assert post_form(admin_client, page, form)[0] == 302
    newest = page.history.latest()
    assert (newest.history_user.username, newest.history_change_reason) == ("admin", "The fee has changed.")


def test_the_history_lists_who_when_what_and_why(admin_client):
    page = visas()
    save_as_colleague(page, body=SECOND, reason="The fee has changed.")
    listed = admin_client.get(admin_url(page, "history")).content.decode()
    assert "Boris Orlov" in listed and "changed: text: The fee has changed." in listed


def test_two_versions_are_compared_word_by_word(admin_client):
    page = visas()
    save_as_colleague(page, body=SECOND)
    shown = compared(admin_client, page, *numbers(page))
    assert "<del>30</del>" in shown and "<ins>35</ins>" in shown


@pytest.mark.parametrize("reason", ["x" * 2_001, "x\x00"])
def test_an_invalid_reason_is_refused_with_a_sentence(admin_client, reason):
    page = visas()
    status, shown = post_form(admin_client, page, opened_form(admin_client, page, change_reason=reason))
    assert (status, 'class="errorlist"' in shown, len(numbers(page))) == (200, True, 1)


def test_a_reader_sees_no_field_for_a_reason(client, django_user_model):
    reader = django_user_model.objects.create_user("reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_page"))
    client.force_login(reader)
    shown = client.get(admin_url(visas())).content.decode()
    assert "Visas" in shown and "change_reason" not in shown


# Restoring


def test_restoring_saves_the_earlier_text_as_a_new_version_with_the_reason(admin_client):
    page = visas()
    save_as_colleague(page, body=SECOND)
    restore(admin_client, page, numbers(page)[0], reason="The old fee applies.")
    newest = page.history.latest()
    assert (stored(page).body, len(numbers(page))) == (FIRST, 3)
    assert newest.history_change_reason.startswith("The version of 24 November 2020, 12:37 London")
    assert newest.history_change_reason.endswith("The old fee applies.")


def test_restoring_leaves_where_the_page_appears():
    page = visas(place=Page.Place.MENU, order=1)
    first = page.history.latest()
    for name, value in {"title": "Visas and fees", "path": "fees", "place": "footer", "order": 5}.items():
        setattr(page, name, value)
    page.save()
    page.revert(first)
    assert (stored(page).title, page.path, page.place, page.order) == ("Visas", "fees", "footer", 5)


def test_restoring_the_same_text_is_refused():
    page = visas()
    with pytest.raises(ValidationError, match="already the same"):
        page.revert(page.history.latest())


def test_a_version_is_not_restored_over_a_text_that_was_saved_meanwhile(admin_client):
    page = visas()
    save_as_colleague(page, body=SECOND)
    first, second = numbers(page)
    save_as_colleague(page, title="Visas and fees")
    answer = restore(admin_client, page, first, opened=second)
    assert (answer.status_code, stored(page).body) == (200, SECOND)
    assert "Boris Orlov saved this page at 12:37. Compare the texts again" in answer.content.decode()


# Two managers at once


@pytest.mark.both_databases
def test_a_stale_save_is_refused_with_both_texts_and_keeps_what_was_typed(admin_client):
    page = visas()
    form = opened_form(admin_client, page, body="<p>Mine</p>", description="Typed with care.", change_reason="Why.")
    save_as_colleague(page, body="<p>Theirs</p>")
    status, shown = post_form(admin_client, page, form)
    again = fields_in(shown, page)
    assert (status, stored(page).body) == (200, "<p>Theirs</p>")
    assert (again["body"], again["description"], again["change_reason"]) == ("<p>Mine</p>", "Typed with care.", "Why.")
    assert "<mark>Mine</mark>" in shown and "<mark>Theirs</mark>" in shown
    assert "Boris Orlov saved this page at 12:37." in shown


def test_a_save_of_mine_keeps_their_text_in_the_history(admin_client):
    page = visas()
    form = opened_form(admin_client, page, body="<p>Mine</p>")
    save_as_colleague(page, body="<p>Theirs</p>")
    _, shown = post_form(admin_client, page, form)
    again = fields_in(shown, page)
    again |= answers(again, "mine")
    assert (post_form(admin_client, page, again)[0], stored(page).body) == (302, "<p>Mine</p>")
    assert page.history.filter(body="<p>Theirs</p>").exists()


def test_changes_to_different_fields_are_merged(admin_client):
    page = visas()
    form = opened_form(admin_client, page, description="Mine.")
    save_as_colleague(page, body=SECOND, order=3)
    _, shown = post_form(admin_client, page, form)
    assert post_form(admin_client, page, fields_in(shown, page))[0] == 302
    assert (stored(page).description, stored(page).body, stored(page).order) == ("Mine.", SECOND, 3)


def test_the_text_typed_into_a_page_that_was_deleted_is_shown_for_copying(admin_client):
    page = visas()
    form = opened_form(admin_client, page, body="<p>An hour of typing.</p>")
    stored(page).delete()
    status, shown = post_form(admin_client, page, form)
    assert (status, "An hour of typing." in shown) == (409, True)
    assert "deleted this page at 12:37." in shown and "You can no longer edit it" not in shown


def test_a_save_tells_the_browser_to_forget_what_it_has_kept(admin_client):
    page = visas()
    answer = admin_client.post(admin_url(page), opened_form(admin_client, page, title="Fees", draft_key="l3k-9x"))
    assert answer.cookies["desk_saved"].value == "l3k-9x"


def test_the_author_of_a_version_cannot_be_deleted():
    assert not staff.has_references(a_colleague())
    save_as_colleague(visas(), body=SECOND)
    assert staff.has_references(a_colleague())


@pytest.mark.both_databases
@pytest.mark.parametrize("number", ["0", "9" * 18, "9" * 40])
def test_an_impossible_number_of_a_page_or_version_is_not_found(admin_client, number):
    page = visas()
    urls = [f"/admin/pages/page/{number}/history/compare/?a=1", admin_url(page, f"history/compare/?a={number}")[:-1]]
    assert [admin_client.get(url).status_code for url in urls] == [404, 404]
    posts = [f"/admin/pages/page/{number}/history/1/restore/", admin_url(page, f"history/{number}/restore")]
    assert [admin_client.post(url).status_code for url in posts] == [404, 404]
