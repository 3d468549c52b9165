"""Releases on the desk: composed, checked, previewed, approved, moved, held and published."""

import pytest

from news.models import Message, Release
from outbox.models import OutboxEmail
from tests.factories import DAY, NOON, a_message
from tests.helpers.desk import approve_from_list
from tests.helpers.form_fields import fields_of
from tests.helpers.message_form import change_url
from tests.helpers.releases import MOMENT, a_release, is_public, three_items
from tests.helpers.revisions import WRITER, an_officer, stored

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

LIST = "/admin/news/release/"


def form_url(release):
    return f"{LIST}{release.pk}/change/"


def save(client, release, **changed):
    """Save the form of a release with changes, and return the page that follows."""
    form = fields_of(client.get(form_url(release)).content.decode(), "release_form")
    return client.post(form_url(release), form | {"_save": "Save"} | changed, follow=True).content.decode()


def take(client, release, step, **data):
    """Take a step of a release on its page, and return the page that follows."""
    url = f"{LIST}{release.pk}/{step}/"
    versions = {f"version-{pk}": number for pk, number in release.versions().items()} if step == "approve" else {}
    return client.post(url, data | versions, follow=True).content.decode()


@pytest.fixture
def editor(client):
    user = an_officer("editor")
    client.force_login(user)
    return user


def test_a_release_is_composed_and_ordered(client, editor):
    one, two = a_message(headline="One", publish_at=None), a_message(headline="Two", publish_at=None)
    client.post(f"{LIST}add/", {"name": "Visit", "moment_0": "24/11/2020", "moment_1": "14:00", "add": one.pk})
    release = Release.objects.get()
    page = save(client, release, add=two.pk).partition('id="release-items"')[2]
    assert (page.index("One") < page.index("Two"), "“One” is not approved." in page) == (True, True)
    save(client, release, **{f"order-{one.pk}": 5, f"order-{two.pk}": 1})
    assert list(release.ordered_items()) == [two, one]
    save(client, release, **{f"remove-{one.pk}": "on"})
    assert list(release.ordered_items()) == [two]


def test_a_second_release_can_be_begun(client, editor):
    """Django's admin log is in the context of every page of the desk, under a name that ours once had."""
    client.post(f"{LIST}add/", {"name": "Visit"})
    assert client.get(f"{LIST}add/").status_code == 200


def test_a_message_shows_its_release(client, editor):
    new = a_message(publish_at=None)
    a_release(new, approved=False)
    page = client.get(change_url(new)).content.decode()
    assert "In the release “Visit”." in page


def test_an_item_that_is_approved_appears_with_its_release(client, editor):
    new = a_message(publish_at=None)
    a_release(new, approved=False)
    stored(new).submit(at=NOON)
    form = fields_of(client.get(change_url(new)).content.decode(), "message_form") | {"_approve": "1"}
    page = client.post(change_url(new), form, follow=True).content.decode()
    assert "It will appear together with its release, “Visit”." in page
    other = a_message(headline="Other", publish_at=None)
    Release.objects.get().add(other, at=NOON)
    stored(other).submit(at=NOON)
    assert "approved, to appear with its release" in approve_from_list(client, other, follow=True).content.decode()


def test_the_preview_shows_all_items_in_their_order(client, editor):
    release = a_release(*three_items())
    page = client.get(f"{LIST}{release.pk}/preview/").content.decode()
    assert page.index("New") < page.index("began on Tuesday") < page.index("It was wrong.")
    assert 'content="noindex, nofollow"' in page


def test_an_editor_approves_moves_holds_and_publishes(client, editor):
    an_officer("colleague")
    items = three_items()
    release = a_release(*items, approved=False)
    for item in items:
        stored(item).approve(at=NOON)
    assert "will be published at 24 November 2020, 13:37" in take(client, release, "approve")
    assert "25 November 2020, 12:00" in take(client, release, "move", moment_0="25/11/2020", moment_1="12:00")
    assert "The release is held." in take(client, release, "hold", reason="Not yet.")
    take(client, release, "approve")
    assert "has been published" in take(client, release, "publish_now")
    assert is_public(items) == [True] * 3
    assert OutboxEmail.objects.filter(kind="news release").count() == 5


def test_what_is_not_ready_is_not_approved(client, editor):
    release = a_release(*three_items(), approved=False)
    assert "“New” is not approved." in take(client, release, "approve")
    assert Release.objects.get().approved_at is None


def test_an_item_that_was_changed_since_is_not_approved(client, editor):
    items = three_items()
    release = a_release(*items, approved=False)
    for item in items:
        stored(item).approve(at=NOON)
    page = client.post(f"{LIST}{release.pk}/approve/", {f"version-{items[0].pk}": 1}, follow=True).content.decode()
    assert "was changed after you opened it" in page


def test_an_approved_release_is_not_moved_by_its_form(client, editor):
    release = a_release(*three_items())
    assert "Use “Move”" in save(client, release, moment_0="30/11/2020", moment_1="12:00")
    assert Release.objects.get().moment == MOMENT


def test_writers_compose_and_do_not_approve(client):
    new = a_message(publish_at=None)
    release = a_release(new, approved=False)
    client.force_login(an_officer("writer", WRITER))
    assert "Approve the release" not in client.get(form_url(release)).content.decode()
    for step in ("approve", "move", "hold", "publish_now"):
        assert client.post(f"{LIST}{release.pk}/{step}/").status_code == 403
    other = a_message(publish_at=None)
    save(client, release, add=other.pk)
    assert stored(other).release == release


def test_a_published_release_is_read_only(client, editor):
    release = a_release(*three_items(), moment=None)
    page = client.get(form_url(release)).content.decode()
    assert ('name="name"' in page, "Approve the release" in page) == (False, False)
    assert client.post(form_url(release), {"name": "Other", "_save": "1"}).status_code == 403


def test_a_hidden_item_is_not_shown_and_the_release_not_approved(client, editor):
    hidden = a_message(headline="Secret", publish_at=None)
    release = a_release(hidden, approved=False)
    hidden.limit_to([an_officer("named")])
    page = client.get(form_url(release)).content.decode()
    assert ("Secret" in page, "items that you cannot see" in page) == (False, True)
    assert "Secret" not in client.get(f"{LIST}{release.pk}/preview/").content.decode()
    assert "You cannot see an item of this release." in take(client, release, "approve")


@pytest.mark.parametrize("sent", ["x", "-1", "99999999999999999999", "１２"])
def test_an_impossible_order_changes_nothing(client, editor, sent):
    new = a_message(publish_at=None)
    release = a_release(new, approved=False)
    save(client, release, **{f"order-{new.pk}": sent})
    assert stored(new).release_order == 1


def test_a_stale_form_overwrites_nothing_and_keeps_what_was_typed(client, editor):
    one, two = a_message(publish_at=None), a_message(publish_at=None)
    release = a_release(one, two, approved=False)
    opened = fields_of(client.get(form_url(release)).content.decode(), "release_form")
    save(client, release, name="Visit to Geneva")
    mine = opened | {"_save": "Save", "name": "Visit to Vienna", f"order-{one.pk}": "7"}
    page = client.post(form_url(release), mine).content.decode()
    assert "It is now called “Visit to Geneva”" in page
    assert ("Visit to Vienna" in page, f'name="order-{one.pk}" value="7"' in page) == (True, True)
    assert Release.objects.get().name == "Visit to Geneva"
    again = fields_of(page, "release_form") | {"_save": "Save"}
    client.post(form_url(release), again)
    assert (Release.objects.get().name, stored(one).release_order) == ("Visit to Vienna", 7)


@pytest.mark.parametrize("is_published", [False, True])
def test_a_step_by_a_colleague_is_noticed_by_an_open_form(client, editor, is_published):
    new = a_message(publish_at=None)
    release = a_release(new, approved=False)
    opened = fields_of(client.get(form_url(release)).content.decode(), "release_form")
    stored(new).approve(at=NOON)
    release.approve(at=NOON)
    if is_published:
        release.publish_now(at=NOON)
    answer = client.post(form_url(release), opened | {"_save": "Save", "moment_0": "", "moment_1": ""})
    assert answer.status_code == (403 if is_published else 200)
    assert Release.objects.get().moment == (NOON if is_published else MOMENT)


@pytest.mark.parametrize("sent", ["²", "x", "", "9" * 5_000, "-1"])
def test_an_impossible_version_is_one_that_nobody_has_read(client, editor, sent):
    new = a_message(publish_at=None)
    release = a_release(new, approved=False)
    stored(new).approve(at=NOON)
    url = f"{LIST}{release.pk}/approve/"
    for data in ({f"version-{new.pk}": sent}, {f"version-{sent}": "1"}):
        answer = client.post(url, data, follow=True)
        # 400: Django refuses a name of thousands of characters.
        assert (answer.status_code in (200, 400), Release.objects.get().approved_at) == (True, None)


def test_the_dashboard_and_the_list_show_releases_ahead(client, editor):
    a_release(*three_items(), moment=NOON + DAY)
    for path in ("/admin/", LIST):
        page = client.get(path).content.decode()
        assert ("Visit" in page, "25 November 2020, 12:37" in page) == (True, True)


def test_a_message_in_an_approved_release_is_read_only(client, editor):
    new = a_message(publish_at=None)
    a_release(new)
    assert 'name="headline"' not in client.get(change_url(new)).content.decode()
    assert Message.objects.get(pk=new.pk).state(NOON) == Message.State.SCHEDULED


# Links that do not answer


@pytest.fixture
def a_broken_link(monkeypatch):
    """Have the latest check of the links of any release find a broken one."""
    link = {"url": "https://nowhere.example/", "problem": "404"}
    monkeypatch.setattr("news.admin.release_steps.known_broken_links", lambda urls: [link])


def test_broken_links_must_be_accepted_and_that_is_logged(client, editor, a_broken_link):
    release = a_release(*three_items(), approved=False)
    for item in release.items.all():
        item.approve(at=NOON)
    page = take(client, release, "approve")
    assert "https://nowhere.example/" in page and "Correct these links, or tick this box." in page
    assert not stored_release(release).approved_at
    take(client, release, "approve", accept_broken_links="on")
    assert stored_release(release).approved_at
    assert release.log_entries.first().reason == "Links that do not answer were accepted."


def test_other_steps_do_not_ask_about_links(client, editor, a_broken_link):
    release = a_release(*three_items())
    assert "accept_broken_links" not in client.get(f"{LIST}{release.pk}/hold/").content.decode()


def stored_release(release):
    return Release.objects.get(pk=release.pk)


# From the message's form


def add_url(message):
    return f"/admin/news/message/{message.pk}/add-to-release/"


def test_a_message_is_added_to_a_release_from_its_form(client, editor):
    message, release = a_message(headline="One", publish_at=None), a_release(approved=False)
    assert add_url(message) in client.get(change_url(message)).content.decode()
    assert "One" in client.get(add_url(message)).content.decode()
    page = client.post(add_url(message), {"release": release.pk}, follow=True).content.decode()
    assert "Added to the release “Visit”." in page
    assert stored(message).release == release
    assert add_url(message) not in client.get(change_url(message)).content.decode()


def test_a_message_begins_a_new_release(client, editor):
    message = a_message(publish_at=None)
    client.post(add_url(message), {"name": "The visit"})
    assert stored(message).release.name == "The visit"


@pytest.mark.both_databases
def test_a_new_release_that_cannot_hold_the_message_is_not_kept(client, editor):
    message = a_message()
    page = client.post(add_url(message), {"name": "The visit"}).content.decode()
    assert "It cannot be added." in page and 'value="The visit"' in page
    assert not Release.objects.exists()


@pytest.mark.parametrize("data", [{}, {"name": " "}, {"release": "x"}, {"release": "9" * 30}, {"name": "x" * 5000}])
def test_a_release_must_be_selected_or_named(client, editor, data):
    message = a_message(publish_at=None)
    answer = client.post(add_url(message), data)
    assert (answer.status_code, "errorlist" in answer.content.decode()) == (200, True)
    assert stored(message).release is None


def test_who_may_not_write_adds_nothing(client, django_user_model):
    message = a_message(publish_at=None)
    client.force_login(django_user_model.objects.create_user("reader", is_staff=True))
    assert client.post(add_url(message), {"name": "x"}).status_code in (403, 404)


# What is typed


def test_the_form_keeps_what_is_typed_until_it_is_saved(client, editor):
    release = a_release(approved=False)
    page = client.get(form_url(release)).content.decode()
    assert "data-keep" in page and 'name="draft_key"' in page
    form = fields_of(page, "release_form") | {"_save": "Save", "draft_key": "l3k-9x"}
    assert client.post(form_url(release), form).cookies["desk_saved"].value == "l3k-9x"
