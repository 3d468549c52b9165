"""Edit conflicts: a stale save is refused, nothing typed is lost, and of two concurrent saves one wins."""

import re
import threading

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client

from news.models import Message
from tests.factories import NOON, a_category
from tests.helpers.form_fields import fields_of
from tests.helpers.message_form import a_draft, change_url, opened_form, post_form, save_as_colleague, stored_headline
from tests.helpers.versions import without_versions

pytestmark = [pytest.mark.django_db]


# Refused


def test_a_save_on_the_newest_version_succeeds(admin_client):
    draft = a_draft()
    status, _ = post_form(admin_client, draft, opened_form(admin_client, draft, headline="Mine"))
    assert (status, stored_headline(draft)) == (302, "Mine")


@pytest.mark.both_databases
def test_a_stale_save_is_refused_and_keeps_the_typed_text(admin_client, clock):
    draft = a_draft()
    form = opened_form(admin_client, draft, headline="Mine", lead="Typed with care")
    save_as_colleague(draft, headline="Theirs")
    status, page = post_form(admin_client, draft, form)
    again = fields_of(page, "message_form")
    assert (status, stored_headline(draft)) == (200, "Theirs")
    assert (again["headline"], again["lead"]) == ("Mine", "Typed with care")
    assert "Boris Orlov saved this message at 12:37." in page


@pytest.mark.both_databases
def test_saves_at_the_same_time_are_distinguished(admin_client, clock):
    draft = a_draft()
    form = opened_form(admin_client, draft, headline="Mine")
    save_as_colleague(draft, headline="Theirs")
    assert post_form(admin_client, draft, form)[0] == 200


@pytest.mark.both_databases
def test_conflicts_are_detected_without_earlier_versions(admin_client):
    draft = without_versions(a_draft())
    form = opened_form(admin_client, draft, headline="Mine")
    save_as_colleague(draft, headline="Theirs")
    assert (post_form(admin_client, draft, form)[0], stored_headline(draft)) == (200, "Theirs")


def test_an_approval_of_an_unseen_version_is_refused(admin_client):
    draft = a_draft()
    form = opened_form(admin_client, draft)
    save_as_colleague(draft, headline="Not what I read")
    form = {name: value for name, value in form.items() if name != "_save"} | {"_approve": "x", "override": "Alone."}
    assert (post_form(admin_client, draft, form)[0], Message.objects.get().approved_at) == (200, None)


@pytest.mark.both_databases
@pytest.mark.parametrize("version", ["x", "-1", "9" * 49, "1\x00", "٣", "²"])
def test_an_invalid_version_number_is_stale(admin_client, version):
    draft = a_draft()
    status, _ = post_form(admin_client, draft, opened_form(admin_client, draft, headline="Mine", version=version))
    assert (status, stored_headline(draft)) == (200, "The first headline")


def test_a_form_with_another_error_keeps_its_version(admin_client):
    draft = a_draft()
    _, page = post_form(admin_client, draft, opened_form(admin_client, draft, headline=""))
    save_as_colleague(draft, headline="Theirs")
    form = fields_of(page, "message_form") | {"headline": "Mine", "_save": "Save"}
    assert (post_form(admin_client, draft, form)[0], stored_headline(draft)) == (200, "Theirs")


# Comparison


def test_differing_words_are_marked_on_both_sides(admin_client):
    draft = a_draft(headline="The minister arrives on Monday")
    form = opened_form(admin_client, draft, headline="The minister arrives on Tuesday")
    save_as_colleague(draft, headline="The minister arrives on Friday")
    _, page = post_form(admin_client, draft, form)
    assert re.findall(r"<mark>\s*(\w+)</mark>", page) == ["Tuesday", "Friday"]


def test_a_field_changed_only_by_the_other_user_is_filled_in(admin_client):
    draft = a_draft()
    form = opened_form(admin_client, draft, lead="My lead")
    save_as_colleague(draft, headline="Theirs", featured=True, category=a_category("speeches"))
    _, page = post_form(admin_client, draft, form)
    again = fields_of(page, "message_form")
    assert (again["headline"], again["featured"], again["lead"]) == ("Theirs", "on", "My lead")
    assert again["category"] == str(a_category("speeches").pk)


def test_changes_to_different_fields_are_merged(admin_client):
    draft = a_draft()
    form = opened_form(admin_client, draft, lead="My lead")
    save_as_colleague(draft, headline="Theirs")
    _, page = post_form(admin_client, draft, form)
    post_form(admin_client, draft, fields_of(page, "message_form") | {"_save": "Save"})
    draft.refresh_from_db()
    assert (draft.headline, draft.lead) == ("Theirs", "My lead")


def test_overwriting_needs_a_confirmation(admin_client):
    draft = a_draft()
    form = opened_form(admin_client, draft, headline="Mine")
    save_as_colleague(draft, headline="Theirs")
    _, page = post_form(admin_client, draft, form)
    again = fields_of(page, "message_form") | {"_save": "Save"}
    without = post_form(admin_client, draft, again)[0]
    over = str(draft.history.order_by("-history_id").first().history_id)
    with_yes = post_form(admin_client, draft, again | {"overwrite": over})[0]
    assert (f'name="overwrite" value="{over}"' in page, without, with_yes, stored_headline(draft)) == (
        True,
        200,
        302,
        "Mine",
    )


def test_a_confirmation_survives_another_error_in_the_form(admin_client):
    draft = a_draft()
    form = opened_form(admin_client, draft, headline="Mine")
    save_as_colleague(draft, headline="Theirs")
    over = str(draft.history.order_by("-history_id").first().history_id)
    _, page = post_form(admin_client, draft, form | {"overwrite": over, "seen": over, "source_url": "example"})
    again = fields_of(page, "message_form") | {"source_url": "", "_save": "Save"}
    assert (again["version"], post_form(admin_client, draft, again)[0], stored_headline(draft)) == (over, 302, "Mine")


def test_a_confirmation_expires_when_a_colleague_saves_again(admin_client):
    draft = a_draft()
    form = opened_form(admin_client, draft, headline="Mine")
    save_as_colleague(draft, headline="Theirs")
    over = str(draft.history.order_by("-history_id").first().history_id)
    _, page = post_form(admin_client, draft, form | {"overwrite": over, "seen": over, "source_url": "example"})
    save_as_colleague(draft, headline="Theirs again")
    again = fields_of(page, "message_form") | {"source_url": "", "_save": "Save"}
    assert (post_form(admin_client, draft, again)[0], stored_headline(draft)) == (200, "Theirs again")


def test_using_their_version_throughout_needs_no_confirmation(admin_client):
    draft = a_draft()
    form = opened_form(admin_client, draft, headline="Mine", lead="My lead")
    save_as_colleague(draft, headline="Theirs")
    _, page = post_form(admin_client, draft, form)
    again = fields_of(page, "message_form") | {"headline": "Theirs", "_save": "Save"}
    assert post_form(admin_client, draft, again)[0] == 302
    assert Message.objects.get().lead == "My lead"


@pytest.mark.both_databases
def test_a_confirmation_applies_to_one_version(admin_client):
    draft = a_draft()
    form = opened_form(admin_client, draft, headline="Mine")
    save_as_colleague(draft, headline="Theirs")
    over = str(draft.history.order_by("-history_id").first().history_id)
    save_as_colleague(draft, headline="And again")
    assert (post_form(admin_client, draft, form | {"overwrite": over})[0], stored_headline(draft)) == (200, "And again")


def test_their_publication_time_can_be_used(admin_client, clock):
    draft = a_draft()
    form = opened_form(admin_client, draft, publish_at_0="01/07/2021", publish_at_1="12:00")
    save_as_colleague(draft, publish_at=NOON.replace(year=2022))
    _, page = post_form(admin_client, draft, form)
    assert "&quot;publish_at_0&quot;: &quot;2022-11-24&quot;" in page


def test_text_that_the_author_may_no_longer_change_is_shown_for_copying(client):
    writer = get_user_model().objects.create_user("writer", is_staff=True)
    names = {"change_message", "view_message"}
    writer.user_permissions.set(Permission.objects.filter(codename__in=names, content_type__app_label="news"))
    client.force_login(writer)
    draft = a_draft()
    form = opened_form(client, draft, body="<p>An hour of typing.</p>")
    Message.objects.get(pk=draft.pk).approve()
    status, page = post_form(client, draft, form)
    assert (status, "An hour of typing." in page) == (409, True)


# Concurrent saves


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_of_two_concurrent_saves_one_wins_and_the_other_is_refused(transactional_db):
    officers = [get_user_model().objects.create_superuser(name) for name in ("anna", "boris")]
    draft, gate = a_draft(), threading.Barrier(2)
    clients = [Client() for _ in officers]
    for client, officer in zip(clients, officers, strict=True):
        client.force_login(officer)
    for turn in range(5):
        forms = [opened_form(client, draft, headline=f"{turn} by {i}") for i, client in enumerate(clients)]
        statuses = [None, None]

        def save(i, forms=forms, statuses=statuses):
            try:
                gate.wait(10)
                statuses[i] = post_form(clients[i], draft, forms[i])[0]
            finally:
                connection.close()

        threads = [threading.Thread(target=save, args=[i]) for i in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert sorted(statuses) == [200, 302]
        assert stored_headline(draft) == f"{turn} by {statuses.index(302)}"


# Drafts in the browser


def test_a_save_sets_a_cookie_with_the_draft_key(admin_client):
    draft = a_draft()
    answer = admin_client.post(change_url(draft), opened_form(admin_client, draft, draft_key="l3k-9x"))
    assert answer.cookies["desk_saved"].value == "l3k-9x"


@pytest.mark.parametrize("draft_key", ["", "a b", "x" * 41, "x;path=/", "é"])
def test_an_invalid_draft_key_sets_no_cookie(admin_client, draft_key):
    draft = a_draft()
    answer = admin_client.post(change_url(draft), opened_form(admin_client, draft, draft_key=draft_key))
    assert (answer.status_code, "desk_saved" in answer.cookies) == (302, False)


def test_a_refused_save_sets_no_cookie(admin_client):
    draft = a_draft()
    answer = admin_client.post(change_url(draft), opened_form(admin_client, draft, draft_key="l3k-9x", headline=""))
    assert "desk_saved" not in answer.cookies
