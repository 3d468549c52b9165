"""Preview links of releases: one page with all items, for readers without an account."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import SecurityEvent
from news.models import PreviewLink
from tests.factories import HOUR, NOON, a_message
from tests.helpers.files import an_attachment
from tests.helpers.releases import MOMENT, a_release, three_items
from tests.helpers.revisions import an_officer, stored

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

FORM = {"name": "Reuters", "expires_at_0": "24/11/2020", "expires_at_1": "18:00"}


def a_link(release, **kwargs):
    """Return a link of a release for Reuters that is valid for two hours."""
    given = {
        "name": "Reuters",
        "created_at": NOON,
        "expires_at": NOON + 2 * HOUR,
        "created_by": an_officer("anna"),
    }
    return PreviewLink.objects.create(release=release, **given | kwargs)


def read(client, link):
    """Return the page of a link."""
    answer = client.get(link.get_absolute_url())
    assert answer.status_code == 200
    return answer.content.decode()


def desk(release, what="preview-links/"):
    return f"/admin/news/release/{release.pk}/{what}"


@pytest.fixture
def editor(client):
    user = an_officer("editor")
    client.force_login(user)
    return user


# The page


@pytest.mark.both_databases
def test_a_link_shows_all_items_in_their_order(client):
    new, correction, withdrawal = three_items()
    page = read(client, a_link(a_release(new, correction, withdrawal)))
    assert page.index(">New<") < page.index("Tuesday") < page.index("This message will be withdrawn:")
    assert "It was wrong." in page
    assert stored(correction).change_note in page


def test_the_name_of_the_release_stays_with_the_embassy(client):
    assert "Geneva" not in read(client, a_link(a_release(*three_items(), name="Geneva")))


def test_the_page_is_not_cached_indexed_or_referred(client):
    answer = client.get(a_link(a_release(*three_items())).get_absolute_url())
    assert {name: answer[name] for name in ("Cache-Control", "X-Robots-Tag", "Referrer-Policy")} == {
        "Cache-Control": "private, no-store",
        "X-Robots-Tag": "noindex, nofollow, noarchive",
        "Referrer-Policy": "no-referrer",
    }
    assert '<meta name="robots" content="noindex, nofollow, noarchive">' in answer.content.decode()
    assert not answer.cookies


def test_an_approved_release_states_its_moment_and_a_held_one_that_it_is_not_final(client):
    release = a_release(*three_items())
    link = a_link(release)
    assert "do not publish before 24 November 2020, 13:37" in read(client, link)
    release.hold("Not yet.", at=NOON)
    page = read(client, link)
    assert ("Not public yet and not final" in page, ">New<" in page, "Not yet." in page) == (True, True, False)


@pytest.mark.both_databases
def test_a_published_release_says_so(client, clock):
    release = a_release(*three_items())
    link = a_link(release)
    clock.move_to(MOMENT)
    release.publish_now(at=MOMENT)
    page = read(client, link)
    assert "Everything that this link showed was published at 24 November 2020, 13:37" in page
    assert ">New<" not in page


def test_an_emptied_release_says_that_there_is_nothing(client):
    item = a_message(publish_at=None)
    release = a_release(item, approved=False)
    link = a_link(release)
    release.remove(item, at=NOON)
    assert "There is nothing to read at this link at the moment." in read(client, link)


@pytest.mark.parametrize("ended", [{"expires_at": NOON}, {"revoked_at": NOON}])
def test_an_ended_link_shows_nothing(client, ended):
    assert client.get(a_link(a_release(*three_items()), **ended).get_absolute_url()).status_code == 404


def test_only_get_and_head_are_answered_and_only_get_is_a_visit(client):
    link = a_link(a_release(*three_items()))
    assert client.post(link.get_absolute_url()).status_code == 405
    assert client.head(link.get_absolute_url()).status_code == 200
    assert not link.visits.exists()
    read(client, link)
    assert link.visits.count() == 1


# Files


def test_a_link_opens_the_files_of_its_items_and_no_others(client):
    item, other = a_message(publish_at=None), a_message(publish_at=None, headline="Other")
    own, foreign = an_attachment(item), an_attachment(other)
    link = a_link(a_release(item, approved=False))
    assert f"{link.get_absolute_url()}{own.file.name}" in read(client, link)
    assert client.get(link.get_absolute_url() + own.file.name).status_code == 200
    assert client.get(link.get_absolute_url() + foreign.file.name).status_code == 404


# Confidential drafts


@pytest.mark.both_databases
def test_an_item_that_the_creator_cannot_see_is_not_shown(client):
    secret, plain = a_message(publish_at=None, headline="Secret"), a_message(publish_at=None, headline="Plain")
    document = an_attachment(secret)
    link = a_link(a_release(secret, plain, approved=False))
    assert "Secret" in read(client, link)
    secret.limited_to.add(an_officer("named"))
    page = read(client, link)
    assert ("Secret" in page, "Plain" in page) == (False, True)
    assert client.get(link.get_absolute_url() + document.file.name).status_code == 404


def test_a_release_with_a_hidden_item_gets_no_link(client, editor):
    secret = a_message(publish_at=None, headline="Secret")
    release = a_release(secret, approved=False)
    secret.limited_to.add(an_officer("named"))
    page = client.post(desk(release), FORM, follow=True).content.decode()
    assert "This release has an item that you cannot see." in page
    assert ("Create link" in page, PreviewLink.objects.exists()) == (False, False)


# On the desk


@pytest.mark.both_databases
def test_a_link_is_created_copied_and_revoked_on_the_page_of_the_release(client, editor):
    release = a_release(*three_items())
    page = client.post(desk(release), FORM, follow=True).content.decode()
    link = release.preview_links.get()
    assert (link.message_id, link.created_by) == (None, editor)
    assert link.get_absolute_url() in page
    assert "The link for Reuters is valid until 24 November 2020, 18:00" in page
    page = client.post(desk(release, f"preview-links/{link.pk}/revoke/"), follow=True).content.decode()
    assert "The link for Reuters has been revoked and no longer works." in page
    assert client.get(link.get_absolute_url()).status_code == 404
    events = SecurityEvent.objects.filter(detail=f"release {release.pk}").order_by("pk")
    assert [event.kind for event in events] == ["link created", "link revoked"]


def test_the_form_of_a_link_is_shown_again_with_its_errors(client, editor):
    page = client.post(desk(a_release(*three_items())), FORM | {"expires_at_0": "24/11/2021"}).content.decode()
    assert "A link can be valid for 30 days at most. Choose an earlier time." in page
    assert ">Visit</a>" in page


def test_a_published_release_gets_no_link_and_an_old_one_can_be_revoked(client, editor, clock):
    release = a_release(*three_items())
    link = a_link(release)
    release.publish_now(at=NOON)
    page = client.post(desk(release), FORM, follow=True).content.decode()
    assert "This release is published, so it needs no preview link." in page
    client.post(desk(release, f"preview-links/{link.pk}/revoke/"))
    link.refresh_from_db()
    assert link.revoked_at == NOON


def test_a_link_is_revoked_on_the_page_of_its_own_release_only(client, editor):
    link, other = a_link(a_release(a_message(publish_at=None), approved=False)), a_release(approved=False)
    assert client.post(desk(other, f"preview-links/{link.pk}/revoke/")).status_code == 404


@pytest.mark.both_databases
@pytest.mark.parametrize("what", ["neither", "both"])
def test_a_link_is_of_a_message_or_a_release(what):
    message = a_message(publish_at=None)
    release = a_release(approved=False) if what == "both" else None
    with pytest.raises(IntegrityError), transaction.atomic():
        a_link(release, message=message if what == "both" else None)
