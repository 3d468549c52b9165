"""Differences between a form and the public text: their content, their limits, and who may request them."""

import pytest
from django.utils import timezone

from tests.helpers.form_fields import fields_of
from tests.helpers.message_form import change_url
from tests.helpers.revisions import WRITER, a_public_message, a_revision, an_officer

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def officer(client):
    user = an_officer("anna", WRITER)
    client.force_login(user)
    return user


@pytest.fixture
def public(db):
    return a_public_message(publish_at=timezone.now())


def words_url(row):
    return f"/admin/news/message/{row.pk}/changed-words/"


def compared(client, revision, **typed):
    """Return the changed words of a revision's form with other texts typed into it."""
    form = fields_of(client.get(change_url(revision)).content.decode(), "message_form")
    return client.post(words_url(revision), form | typed)


def a_draft_of(officer, message, **fields):
    return a_revision(message, by=officer, at=timezone.now(), **fields)


@pytest.mark.one_database
def test_unsaved_words_are_compared_and_nothing_is_saved(client, officer, public):
    revision = a_draft_of(officer, public)
    text = compared(client, revision, headline="The talks ended", body="<p>The talks began on Tuesday.</p>")
    assert "<ins> ended</ins>" in text.content.decode()
    assert "<del>Monday.</del>" in text.content.decode()
    revision.refresh_from_db()
    assert revision.headline == "The talks"


@pytest.mark.one_database
def test_an_unchanged_form_says_so(client, officer, public):
    assert "The text is the same as before." in compared(client, a_draft_of(officer, public)).content.decode()


@pytest.mark.one_database
def test_more_than_a_typo_is_said_before_it_is_chosen(client, officer, public):
    revision = a_draft_of(officer, public)
    assert "This is more than a typo. A number" in compared(client, revision, lead="It lasted 3 days.").content.decode()
    assert "more than a typo" not in compared(client, revision, lead="it lasted for days").content.decode()


@pytest.mark.one_database
def test_an_invalid_form_is_compared_as_typed(client, officer, public):
    revision = a_draft_of(officer, public)
    text = compared(client, revision, headline="", lead="<b>" + "x" * 20_000, source_url="nonsense", publish_at_0="?")
    assert text.status_code == 200
    assert "<del>The talks</del>" in text.content.decode()
    assert "<b>" not in text.content.decode()


@pytest.mark.one_database
def test_only_changed_paragraphs_are_shown_and_not_too_many(client, officer, public):
    kept, many = "<p>Nothing is new here.</p>", range(100, 130)
    public.body = kept + "".join(f"<p>In place {number} they met on Monday at noon.</p>" for number in many)
    public.save()
    body = public.body.replace("Monday", "Tuesday")
    text = compared(client, a_draft_of(officer, public), body=body).content.decode()
    assert "Nothing is new here." not in text
    assert text.count("<p dir") + text.count("<p lang") == 20
    assert "10 more paragraphs have changed." in text


@pytest.mark.one_database
def test_long_passages_are_shortened(client, officer, public):
    public.body = f"<p>{'same ' * 200} old</p>"
    public.save()
    body = f"<p>{'same ' * 200} {'new ' * 2_000}</p>"
    assert len(compared(client, a_draft_of(officer, public), body=body).content) < 5_000


@pytest.mark.one_database
def test_a_post_without_fields_gets_an_answer(client, officer, public):
    assert client.post(words_url(a_draft_of(officer, public))).status_code == 200


@pytest.mark.one_database
def test_what_replaces_nothing_has_no_changed_words(client, officer, public):
    draft = a_public_message(headline="Another", slug="another", publish_at=None)
    assert client.post(words_url(draft)).status_code == 404
    assert client.get(words_url(draft)).status_code == 405
    assert client.post(words_url(public)).status_code == 403  # it is approved


@pytest.mark.one_database
def test_who_may_not_change_a_message_sees_no_words(client, officer, public):
    revision = a_draft_of(officer, public)
    officer.user_permissions.clear()
    assert client.post(words_url(revision)).status_code in (403, 404)
    client.logout()
    assert client.post(words_url(revision)).status_code == 302
