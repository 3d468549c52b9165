"""Workflow of pages: draft, approval by a second user, a moment, changes of public pages, and what came of them."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from editions.models import EditionNumber
from pages.models import Page, PageLogEntry
from redirects.models import Redirect
from tests.factories import HOUR, NOON, a_page
from tests.helpers.accounts import letters_to
from tests.helpers.versioned_forms import admin_url, fields_in, numbers, opened_form, restore, stored
from versions.models import VersionInfo

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

OLD = "<p>A visa costs 30 pounds.</p>"
NEW = "<p>A visa costs 35 pounds.</p>"


def a_manager(name, *, may_approve=True):
    user = get_user_model().objects.create_user(name, f"{name}@example.org", "a long password", is_staff=True)
    names = {"add_page", "change_page", "view_page", "delete_page"} | ({"approve_page"} if may_approve else set())
    user.user_permissions.set(Permission.objects.filter(codename__in=names, content_type__app_label="pages"))
    return user


@pytest.fixture
def anna():
    return a_manager("anna")


@pytest.fixture
def boris():
    return a_manager("boris")


@pytest.fixture
def visas():
    return a_page(title="Visas", path="visas", body=OLD)


def a_change(page, by=None, at=NOON, **fields):
    """Return a submitted change of a public page."""
    change, _is_new = page.start_change(at=at, by=by)
    for name, value in ({"body": NEW} | fields).items():
        setattr(change, name, value)
    change.save(version=VersionInfo(at, by, "The fee has changed."))
    change.submit(at=at, by=by)
    return change


def approve(page, by, at=NOON, **kwargs):
    page.approve(at=at, by=by, version=page.newest_version(), **kwargs)


def steps(page):
    return list(page.log_entries.order_by("id").values_list("kind", flat=True))


def press(client, page, button, **typed):
    """Open the form of a page, type, press a button, and return the page that follows."""
    form = opened_form(client, page, **typed)
    del form["_save"]
    return client.post(admin_url(page), form | {button: "1"}, follow=True).content.decode()


# The model


@pytest.mark.both_databases
def test_a_change_leaves_the_public_page_until_it_is_approved_by_somebody_else(client, visas, anna, boris):
    change = a_change(visas, anna)
    assert "30 pounds" in client.get("/visas/").content.decode()
    with pytest.raises(ValidationError, match="You have worked on this text"):
        approve(change, anna)
    approve(change, boris)
    assert "35 pounds" in client.get("/visas/").content.decode()
    newest = visas.history.latest()
    assert (newest.history_user, newest.history_change_reason) == (boris, "The fee has changed.")
    assert steps(change) == ["started", "submitted", "approved"] and steps(visas) == ["published"]


def test_a_draft_is_public_once_it_is_approved(client, anna, boris):
    page = Page(title="Fees", path="fees", body=NEW)
    page.save(version=VersionInfo(NOON, anna))
    assert client.get("/fees/").status_code == 404
    page.submit(at=NOON, by=anna)
    approve(page, boris)
    assert (client.get("/fees/").status_code, page.state) == (200, "published")


@pytest.mark.both_databases
@pytest.mark.parametrize("is_new", [True, False])
def test_a_moment_is_kept_to_the_second_with_no_job(client, clock, visas, anna, boris, is_new):
    moment = NOON + timedelta(days=1)
    if is_new:
        row = Page(title="Fees", path="fees", body=NEW, effective_at=moment)
        row.save(version=VersionInfo(NOON, anna))
        row.submit(at=NOON, by=anna)
    else:
        row = a_change(visas, anna, effective_at=moment)
    approve(row, boris)
    path, page = ("/fees/", row) if is_new else ("/visas/", visas)
    clock.move_to(moment - timedelta(seconds=1))
    assert "35 pounds" not in client.get(path).content.decode()
    clock.move_to(moment + timedelta(hours=3))
    assert "35 pounds" in client.get(path).content.decode()
    assert (page.history.latest().history_date, page.log_entries.first().at) == (moment, moment)
    assert Page.objects.next_change(moment) is None


def test_as_of_answers_with_the_text_in_force(client, clock, visas, anna, boris):
    moment = NOON + HOUR
    approve(a_change(visas, anna, effective_at=moment), boris)
    clock.move_to(moment + HOUR)
    client.get("/")
    texts = [Page.objects.as_of(at).get(path="visas").body for at in (moment - timedelta(seconds=1), moment)]
    assert texts == [OLD, NEW]
    assert Page.objects.as_of(moment).count() == 1  # and not the change, which is a row as well


@pytest.mark.both_databases
def test_there_is_one_open_change_and_it_is_never_public(visas):
    change, is_new = visas.start_change(at=NOON)
    assert is_new and visas.start_change(at=NOON) == (change, False)
    with pytest.raises(IntegrityError), transaction.atomic():
        Page(title="Other", path="visas", change_of=visas).save()
    with pytest.raises(IntegrityError), transaction.atomic():
        Page.objects.filter(pk=change.pk).update(shown=True)


@pytest.mark.both_databases
def test_two_pages_cannot_have_one_path_but_a_change_can(visas):
    visas.start_change(at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        Page(title="Other", path="visas").save()


def test_a_draft_or_a_change_moves_no_edition(visas, anna):
    number = EditionNumber.objects.get().number
    change = a_change(visas, anna)
    change.send_back("Say when.", at=NOON)
    Page(title="Draft", path="draft").save()
    change.discard(at=NOON)
    assert EditionNumber.objects.get().number == number


def test_what_changed_on_the_page_meanwhile_is_not_overwritten(visas, anna, boris):
    change = a_change(visas, anna)
    visas.order = 7
    visas.save()
    approve(change, boris)
    assert (stored(visas).order, stored(visas).body) == (7, NEW)


def test_a_change_of_a_text_that_was_changed_meanwhile_is_refused(visas, anna, boris):
    change = a_change(visas, anna)
    visas.body = "<p>Visas are free.</p>"
    visas.save()
    with pytest.raises(ValidationError, match="changed after this change was begun"):
        approve(change, boris)


def test_what_cannot_be_put_in_force_is_sent_back_with_the_reason(client, clock, visas, anna, boris):
    change = a_change(visas, anna, effective_at=NOON + HOUR)
    approve(change, boris)
    visas.body = "<p>Visas are free.</p>"
    visas.save()
    clock.move_to(NOON + HOUR)
    assert "free" in client.get("/visas/").content.decode()
    change = stored(change)
    assert (change.state, change.log_entries.first().kind) == ("draft", "sent back")
    assert "changed after this change was begun" in change.log_entries.first().reason


def test_a_page_is_taken_off_the_site_and_its_path_kept(client, visas, anna, boris):
    a_page(path="visas/children")
    approve(a_change(visas, anna, body=OLD, takes_off=True), boris)
    assert (client.get("/visas/").status_code, stored(visas).state) == (404, "draft")
    assert client.get("/visas/children/").status_code == 200
    approve(stored(visas), boris, override="It is needed again.")
    assert client.get("/visas/").status_code == 200


def test_an_old_path_redirects_after_a_change_also_of_a_page_that_was_moved_while_off(client, visas, anna, boris):
    child = a_page(path="visas/children")
    approve(a_change(visas, anna, path="travel"), boris)
    assert [client.get(path).status_code for path in ("/visas/", "/visas/children/", "/travel/")] == [301, 301, 200]
    assert stored(child).path == "travel/children"
    approve(a_change(stored(visas), anna, body=NEW, takes_off=True), boris)
    page = stored(visas)
    page.path = "entry"
    page.save(version=VersionInfo(NOON, anna))
    approve(page, boris, override="As agreed.")
    assert client.get("/travel/").headers["Location"].endswith("/entry/")


def test_a_draft_takes_no_path_away(client, visas, anna, boris):
    approve(a_change(visas, anna, path="travel"), boris)
    Page(title="New", path="visas").save()
    assert client.get("/visas/").status_code == 301 and Redirect.objects.count() == 1


@pytest.mark.both_databases
def test_the_log_cannot_be_changed(visas, anna):
    a_change(visas, anna)
    for sql in ("UPDATE pages_pagelogentry SET reason = 'x'", "DELETE FROM pages_pagelogentry"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert PageLogEntry.objects.count() == 2


@pytest.mark.parametrize("step", ["submit", "send_back", "publish_now", "discard"])
def test_a_step_that_does_not_apply_is_refused(visas, step):
    with pytest.raises(ValidationError):
        getattr(visas, step)(*(["Why."] if step == "send_back" else []), at=NOON)


# On the desk


def test_a_public_page_is_read_only_with_a_button(client, visas, anna):
    client.force_login(anna)
    shown = client.get(admin_url(visas)).content.decode()
    assert "Change this page" in shown and 'name="body"' not in shown and 'name="_save"' not in shown
    answer = client.post(admin_url(visas), {"title": "Free visas", "path": "visas", "body": NEW})
    assert (answer.status_code, stored(visas).title) == (409, "Visas")
    assert client.get(admin_url(visas, "delete")).status_code == 403


def test_a_manager_proposes_and_another_reads_and_approves(client, visas, anna, boris):
    client.force_login(anna)
    answer = client.post(admin_url(visas, "propose"), follow=True)
    assert "Readers see the present text" in answer.content.decode()
    change = visas.open_change()
    assert "Submitted for approval." in press(client, change, "_submit", body=NEW, change_reason="The fee.")
    assert [letter.subject for letter in letters_to(boris.email)] == ["For your approval: page “Visas”"]
    client.force_login(boris)
    shown = client.get(admin_url(change)).content.decode()
    assert "<del>30</del>" in shown and "<ins>35</ins>" in shown
    assert "The change is in force." in press(client, change, "_approve")
    assert "35 pounds" in client.get("/visas/").content.decode()
    assert [letter.subject for letter in letters_to(anna.email)] == ["Approved: page “Visas”"]


def test_the_own_text_is_refused_on_the_form_and_nothing_typed_is_lost(client, visas, anna, boris):
    change = visas.start_change(at=NOON, by=anna)[0]
    client.force_login(anna)
    shown = press(client, change, "_approve", body=NEW)
    assert "You have worked on this text" in shown and fields_in(shown, change)["body"] == NEW
    assert (stored(change).body, stored(visas).body) == (OLD, OLD)
    shown = press(client, change, "_approve", body=NEW, override="The fee changes today.")
    assert "The change is in force." in shown and stored(visas).body == NEW
    (letter,) = letters_to(boris.email)
    assert letter.subject == "Approved: page “Visas”" and "The fee changes today." in letter.body


def test_a_moment_just_past_is_now_and_an_earlier_one_is_refused(client, visas, anna):
    change = visas.start_change(at=NOON)[0]
    client.force_login(anna)
    typed = {"body": NEW, "override": "Today.", "effective_at_0": "24.11.2020"}
    assert "This time is in the past." in press(client, change, "_approve", **typed, effective_at_1="12:00")
    assert "The change is in force." in press(client, change, "_approve", **typed, effective_at_1="12:36")


def test_the_permission_to_approve_is_needed(client, visas):
    client.force_login(a_manager("clara", may_approve=False))
    change = a_change(visas)
    assert "_approve" not in client.get(admin_url(change)).content.decode()
    assert client.post(admin_url(change), opened_form(client, change) | {"_approve": "1"}).status_code == 409
    assert client.post(admin_url(change, "send_back"), {"reason": "No."}).status_code == 403
    assert stored(change).state == "submitted"


def test_a_change_of_a_submitted_text_submits_it_again(client, visas, anna, boris):
    change = a_change(visas, anna)
    client.force_login(boris)
    assert "submitted again" in press(client, change, "_save", body="<p>A visa costs 40 pounds.</p>")
    with pytest.raises(ValidationError, match="You have worked on this text"):
        approve(stored(change), boris)


def test_steps_on_pages_of_their_own(client, visas, anna, boris):
    change = a_change(visas, anna, effective_at=NOON + HOUR)
    approve(change, boris)
    client.force_login(boris)
    assert "Publish now" in client.get(admin_url(change)).content.decode()
    assert "Enter a reason." in client.post(admin_url(change, "send_back"), {"reason": ""}).content.decode()
    shown = client.post(admin_url(change, "send_back"), {"reason": "Say when."}, follow=True).content.decode()
    assert "boris sent this back" in shown and "Say when." in shown
    stored(change).submit(at=NOON, by=anna)
    approve(stored(change), boris)
    client.post(admin_url(change, "publish_now"))
    assert (stored(visas).body, stored(change).state) == (NEW, "applied")
    shown = client.post(admin_url(change, "discard"), follow=True).content.decode()
    assert "A colleague has already done this" in shown


def test_a_discarded_change_stays_readable(client, visas, anna):
    change = a_change(visas, anna)
    client.force_login(anna)
    client.post(admin_url(change, "discard"))
    shown = client.get(admin_url(change)).content.decode()
    assert "35 pounds" in shown and 'name="_save"' not in shown
    assert visas.start_change(at=NOON)[1]


def test_an_earlier_text_is_restored_as_a_change(client, visas, anna, boris):
    approve(a_change(visas, anna), boris)
    client.force_login(anna)
    restore(client, visas, numbers(visas)[0], reason="The old fee applies.")
    change = visas.open_change()
    assert (change.body, stored(visas).body) == (OLD, NEW)


def test_the_list_has_the_pages_with_their_open_changes(client, visas, anna):
    change = a_change(visas, anna)
    client.force_login(anna)
    shown = client.get("/admin/pages/page/").content.decode()
    assert shown.count('name="form-0-id"') == 1 and 'name="form-1-id"' not in shown
    assert f'<a href="/admin/pages/page/{change.pk}/change/">change: submitted</a>' in shown


def test_a_preview_shows_the_text_in_the_form_and_saves_nothing(client, visas, anna):
    change = visas.start_change(at=NOON)[0]
    client.force_login(anna)
    form = opened_form(client, change, body=NEW, path="")
    shown = client.post(admin_url(change, "preview"), form).content.decode()
    assert "35 pounds" in shown and "This field is required." in shown and "noindex" in shown
    assert stored(change).body == OLD
    assert "35 pounds" in client.post("/admin/pages/page/preview/", {"body": NEW}).content.decode()
    assert client.get("/admin/pages/page/preview/").status_code == 302


def test_the_dashboard_lists_what_awaits_approval(client, visas, anna, boris):
    a_change(visas, anna)
    client.force_login(boris)
    assert "Pages in progress" in client.get("/admin/").content.decode()
