"""Related messages: chosen by staff, then of the same source; on the page, in revisions and versions, in a transfer."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from news.differences import differences
from news.models import Message
from news.related import FILLED, MAX_RELATED, message_path, normalise_related, related_messages, validate_related
from news.typo_rule import typo_error
from tests.factories import DAY, HOUR, NOON, a_message, many_messages
from tests.helpers.message_form import a_draft, change_url, opened_form, post_form
from tests.helpers.revisions import a_revision
from versions.comparison import field_differences

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("clock")]

SITE = "https://press.example.org"


@pytest.fixture(autouse=True)
def own_address(settings):
    settings.SITE_URL = SITE


def chosen(*messages):
    return "\n".join(message.get_absolute_url() for message in messages)


def shown(client, message):
    """Return the headlines below “Related” on the page of a message."""
    page = client.get(message.get_absolute_url()).content.decode()
    part = page.partition('<section class="related"')[2].partition("</section>")[0]
    return re.findall(r'lang="en"[^>]*>([^<]*)</a>', part)


# Addresses


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("/messages/2020/11/23/on-visas/", "/messages/2020/11/23/on-visas/"),
        ("/messages/2020/11/23/on-visas", "/messages/2020/11/23/on-visas/"),
        (f"{SITE}/messages/2020/11/23/on-visas/?utm=1#p-1", "/messages/2020/11/23/on-visas/"),
        ("https://example.org/messages/2020/11/23/on-visas/", ""),
        ("/messages/2020/02/31/on-visas/", ""),
        ("/visas/", ""),
        ("on visas", ""),
        ("https://[", ""),
    ],
)
def test_an_address_of_a_message_is_read_in_any_form(typed, path):
    assert message_path(typed) == path


@pytest.mark.one_database
def test_addresses_are_stored_as_paths_each_once():
    typed = f" {SITE}/messages/2020/11/23/a/ \n\n/messages/2020/11/23/a\r\n/messages/2020/11/22/b/\n"
    assert normalise_related(typed) == "/messages/2020/11/23/a/\n/messages/2020/11/22/b/"


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("/visas/", "“/visas/” is not the address of a message"),
        ("\n".join(f"/messages/2020/11/23/a-{n}/" for n in range(MAX_RELATED + 1)), "at most 5 messages"),
    ],
)
def test_other_texts_are_refused_with_a_sentence(text, sentence):
    with pytest.raises(ValidationError, match=sentence):
        validate_related(text)


# On the page


def test_chosen_messages_are_shown_in_their_order_if_they_are_public(client, clock):
    first, second = a_message(headline="First"), a_message(headline="Second", publish_at=NOON - 9 * DAY)
    later = a_message(headline="Later", publish_at=NOON + HOUR, approved_at=NOON)
    gone = a_message(headline="Gone")
    gone.withdraw("Wrong.", at=NOON)
    message = a_message(related=chosen(second, later, gone, first))
    assert shown(client, message) == ["Second", "First"]
    clock.move_to(NOON + HOUR)
    assert shown(client, message) == ["Second", "Later", "First"]


def test_a_message_that_has_moved_is_still_related(client):
    other = a_message(headline="Other")
    message = a_message(related=chosen(other))
    other.slug = "another-address"
    other.save()
    assert shown(client, message) == ["Other"]


def test_a_message_is_not_related_to_itself(client):
    message = a_message()
    Message.objects.filter(pk=message.pk).update(related=chosen(message))
    assert shown(client, message) == []


def test_earlier_messages_of_the_same_source_follow_the_chosen_ones(client):
    for days in (9, 7, 8, 1):
        a_message(headline=f"{days} days ago", source_name="Ministry", publish_at=NOON - days * DAY)
    a_message(headline="Elsewhere", source_name="Agency", publish_at=NOON - 6 * DAY)
    other = a_message(headline="Chosen", publish_at=NOON - 20 * DAY)
    message = a_message(source_name="Ministry", publish_at=NOON - 5 * DAY)
    assert shown(client, message) == ["7 days ago", "8 days ago", "9 days ago"][:FILLED]
    message.related = chosen(other)
    message.save()
    assert shown(client, message) == ["Chosen", "7 days ago", "8 days ago"]


def test_the_number_of_queries_is_constant():
    others = [a_message(source_name="Ministry", publish_at=NOON - (9 + number) * DAY) for number in range(8)]
    many_messages([{"source_name": "Ministry", "publish_at": NOON - 40 * DAY}] * 20)
    counts = []
    for related in (chosen(others[0]), chosen(*others[:2])):
        message = a_message(source_name="Ministry", related=related)
        with CaptureQueriesContext(connection) as queries:
            assert len(related_messages(message, NOON)) == FILLED
        counts.append(len(queries))
    assert counts == [2, 2]
    message = a_message()
    with CaptureQueriesContext(connection) as queries:
        related_messages(message, NOON)
    assert len(queries) == 0


# Changes


def test_related_messages_of_a_public_message_are_changed_by_a_revision_which_may_be_a_typo():
    other = a_message(headline="Other")
    message = a_message()
    revision = a_revision(message)
    revision.related = chosen(other)
    assert differences(message, revision) == ["related"]
    assert typo_error(message, revision) == ""


def test_versions_show_and_restore_them():
    one, two = a_message(), a_message()
    draft = a_draft(related=chosen(one))
    draft.related = chosen(two)
    draft.save()
    new, old = draft.history.order_by("-history_id")[:2]
    found = {each.name for each in field_differences(Message, old, new) if each.changed}
    assert found == {"related"}
    draft.revert(old)
    assert Message.objects.get(pk=draft.pk).related == chosen(one)


# On the desk


def typed(client, text, **kwargs):
    """Enter a text in the field of a new draft; return the stored text and the page."""
    draft = a_draft()
    page = post_form(client, draft, opened_form(client, draft, related=text), **kwargs)[1]
    return Message.objects.get(pk=draft.pk).related, page


def test_staff_enter_addresses_or_words(admin_client):
    one, two = a_message(headline="On the talks in Geneva"), a_message(headline="On visas")
    stored, _page = typed(admin_client, f"{SITE}{two.get_absolute_url()}\ntalks geneva")
    assert stored == chosen(two, one)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("visas", "Several messages have the words “visas”"),
        ("nothing", "No published message has the words “nothing”"),
        ("/messages/2020/11/23/nowhere/", "no approved message at “/messages/2020/11/23/nowhere/”"),
        ("\n".join("abcdef"), "Enter at most 5 messages."),
        ('"', "No published message has the words"),
    ],
)
def test_what_names_no_single_message_is_refused_with_a_sentence(admin_client, text, sentence):
    a_message(headline="On visas for children")
    a_message(headline="On visas for sailors")
    stored, page = typed(admin_client, text)
    assert (stored, sentence in page.replace("&quot;", '"')) == ("", True)


def test_a_draft_cannot_be_chosen(admin_client):
    waiting = a_message(publish_at=NOON + DAY, approved_at=None)
    stored, page = typed(admin_client, waiting.get_absolute_url())
    assert (stored, "no approved message" in page) == ("", True)


def test_unchanged_addresses_are_not_looked_up_again(admin_client):
    draft = a_draft(related="/messages/2020/11/23/gone/")
    form = opened_form(admin_client, draft, headline="Another headline")
    post_form(admin_client, draft, form)
    stored = Message.objects.get(pk=draft.pk)
    assert (stored.related, stored.headline) == ("/messages/2020/11/23/gone/", "Another headline")
    assert "gone" in admin_client.get(change_url(draft)).content.decode()
