"""Changes to public messages: each changed word is a typo or a correction; corrections are public."""

from datetime import datetime
from xml.etree import ElementTree

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError

from news.models import Correction, Message, WorkflowLogEntry
from tests.factories import DAY, HOUR, NOON, a_message
from tests.helpers.message_form import change_url, create_press_officer, filled_form

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

TEXT = "<p>The talks began on Monday.</p>"
RIGHT = "<p>The talks began on Tuesday.</p>"
NOTE = "The talks began on Tuesday, not on Monday."
ASKED = "Select whether your change is a typo or a correction"


def out(**kwargs):
    """Return a message published yesterday."""
    return a_message(**{"headline": "The talks", "body": TEXT, "slug": "talks"} | kwargs)


def form_of(message, **kwargs):
    """Return the form data of a published message."""
    return filled_form(
        headline=message.headline,
        lead=message.lead,
        body=message.body,
        publish_at_0="23/11/2020",
        publish_at_1="12:37:00",
        slug=message.slug,
        _save="Save",
        **{
            "attachments-TOTAL_FORMS": 0,
            "attachments-INITIAL_FORMS": 0,
            "image_focus_x": 50,
            "image_focus_y": 50,
        },
    ) | (kwargs)


def save(client, message, **kwargs):
    """Save the form of a message; return the page with errors, or "" after a save."""
    answer = client.post(change_url(message), form_of(message, **kwargs))
    return answer.content.decode() if answer.status_code == 200 else ""


def stored(message):
    return Message.objects.get(pk=message.pk)


def acts(message):
    return [(act.kind, act.reason) for act in message.log_entries.order_by("id")]


# Type of change


@pytest.mark.parametrize(
    "changed", [{"headline": "The last talks"}, {"lead": "In Geneva."}, {"body": RIGHT}, {"body": "<p>The talks.</p>"}]
)
def test_a_changed_word_of_a_public_message_needs_a_type_of_change(admin_client, changed):
    message = out()
    assert ASKED in save(admin_client, message, **changed)
    assert (stored(message).body, acts(message)) == (TEXT, [])


def test_the_form_keeps_everything_typed(admin_client):
    page = save(admin_client, out(), body=RIGHT, lead="Typed with care", note="Typed as well")
    assert ("began on Tuesday" in page, "Typed with care" in page, "Typed as well" in page) == (True, True, True)


@pytest.mark.parametrize(
    "changed",
    [
        {"body": "<p>The talks <strong>began</strong></p><p>on  Monday.</p>"},
        {"body": '<p>The talks <a href="https://example.org/">began</a> on Monday.</p>'},
        {"source_name": "The ministry"},
        {"source_url": "https://example.org/"},
        {"slug": "other-talks"},
        {"featured": "on"},
        {"delivered_on": "22/11/2020"},
        {"language": "fr"},
        {"publish_at_0": "22/11/2020"},
    ],
)
def test_every_other_change_of_a_public_message_needs_a_type_and_is_logged(admin_client, changed):
    message = out()
    assert ASKED in save(admin_client, message, **changed)
    assert acts(message) == []
    assert save(admin_client, message, **changed, change_kind="correction", note=NOTE) == ""
    assert acts(message) == [("correction", NOTE)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<p>Paris told London.</p>", "<p>London told Paris.</p>"),
        ("<p>Paris told us.</p>", "<p>London told us.</p>"),
        ("<p>It was 10 of 20.</p>", "<p>It was 20 of 10.</p>"),
        ('<p><a href="/a/">one</a> <a href="/b/">two</a></p>', '<p><a href="/b/">one</a> <a href="/a/">two</a></p>'),
        ("<p>on monday</p>", "<p>on friday</p>"),
    ],
)
def test_names_numbers_and_links_that_change_places_are_no_typo(admin_client, before, after):
    message = out(body=before)
    assert "Select “Correction”." in save(admin_client, message, body=after, change_kind="typo")
    assert (stored(message).body, acts(message)) == (before, [])


def test_the_focal_point_of_an_image_needs_no_type(admin_client):
    message = out()
    assert save(admin_client, message, image_focus_x=10) == ""
    assert (stored(message).image_focus_x, acts(message)) == (10, [])


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"body": "<p>The talks have only now begun in earnest on Monday, as we see it.</p>"}, "More than 5 words"),
        ({"body": "<p>The talks began on Monday at 10.</p>"}, "A number has changed."),
        ({"body": "<p>The talks began on Tuesday.</p>"}, "with a capital letter, has changed."),
        ({"body": '<p>The talks <a href="https://example.org/">began</a> on Monday.</p>'}, "A link or an image"),
        ({"source_url": "https://example.org/"}, "A typo changes words of the headline, the lead or the text only."),
    ],
)
def test_what_is_more_than_a_typo_is_refused_as_one(admin_client, changed, sentence):
    message = out()
    assert sentence in save(admin_client, message, **changed, change_kind="typo")
    assert (stored(message).body, acts(message)) == (TEXT, [])


@pytest.mark.parametrize("changed", [{"featured": "on"}, {"slug": "other-talks"}])
def test_a_new_place_of_the_same_text_has_no_public_note(admin_client, changed):
    message = out()
    assert save(admin_client, message, **changed, change_kind="typo") == ""
    assert acts(message) == [("typo", "")]


def test_a_misspelt_word_is_a_typo(admin_client):
    message = out()
    assert save(admin_client, message, body=TEXT.replace("began", "begun"), change_kind="typo") == ""
    assert acts(message) == [("typo", "")]


def test_unpublished_messages_need_no_type_of_change(admin_client):
    draft = out(publish_at=None)
    page = admin_client.get(change_url(draft)).content.decode()
    assert 'name="change_kind"' not in page
    assert save(admin_client, draft, body=RIGHT, publish_at_0="", publish_at_1="") == ""


def test_approved_text_is_changed_only_for_a_reason_that_is_logged(admin_client):
    message = out(publish_at=NOON + DAY, approved_at=NOON)
    refused = save(admin_client, message, body=RIGHT, publish_at_0="25/11/2020")
    assert ("This text has been approved" in refused, stored(message).body == message.body) == (True, True)
    assert save(admin_client, message, body=RIGHT, publish_at_0="25/11/2020", override="The city is wrong.") == ""
    act = message.log_entries.get()
    assert (stored(message).state(NOON), act.kind, act.reason) == (
        Message.State.SCHEDULED,
        "changed",
        "The city is wrong.",
    )


def test_the_type_is_required_where_the_message_became_public_after_the_form_was_opened(admin_client, clock):
    message = out(publish_at=NOON + HOUR, approved_at=NOON)
    assert 'name="change_kind"' not in admin_client.get(change_url(message)).content.decode()
    clock.move_to(NOON + HOUR)
    assert ASKED in save(admin_client, message, body=RIGHT, publish_at_0="24/11/2020", publish_at_1="13:37:00")


def test_no_type_is_selected_initially(admin_client):
    page = admin_client.get(change_url(out())).content.decode()
    radios = [tag for tag in page.split("<") if tag.startswith("input") and 'name="change_kind"' in tag]
    assert (len(radios), any("checked" in tag for tag in radios)) == (2, False)


def test_a_withdrawn_message_needs_a_type_of_change(admin_client):
    message = out()
    message.withdraw("Wrong.", at=NOON)
    assert ASKED in save(admin_client, message, body=RIGHT)


# Typos


def test_a_typo_fix_is_logged_and_not_public(admin_client, client):
    message = out()
    save(admin_client, message, body="<p>The talks begann on Monday.</p>", change_kind="typo")
    assert acts(message) == [("typo", "")]
    page = client.get(message.get_absolute_url()).content.decode()
    assert ("begann" in page, "Correction" in page) == (True, False)
    assert stored(message).updated_at == message.publish_at


def test_a_typo_without_a_changed_word_is_not_logged(admin_client):
    message = out()
    save(admin_client, message, change_kind="typo")
    assert acts(message) == []


def test_a_typo_has_no_note(admin_client):
    message = out()
    body = TEXT.replace("began", "begun")
    assert "Only corrections have a note" in save(admin_client, message, body=body, change_kind="typo", note=NOTE)
    assert stored(message).body == TEXT


# Corrections


def test_a_correction_needs_its_note(admin_client):
    message = out()
    assert "The note is shown below the message" in save(
        admin_client, message, body=RIGHT, change_kind="correction", note="  "
    )
    assert stored(message).body == TEXT


def test_a_correction_is_shown_on_the_message_and_the_home_page_immediately(admin_client, client):
    message = out()
    client.get("/")
    save(admin_client, message, body=RIGHT, change_kind="correction", note=NOTE)
    for path in ("/", message.get_absolute_url()):
        page = client.get(path).content.decode()
        assert ("began on Tuesday.</p>" in page, NOTE in page, "24 November 2020</time>" in page) == (True, True, True)


def test_a_correction_creates_one_log_entry_and_one_version(admin_client):
    message = out()
    save(admin_client, message, body=RIGHT, change_kind="correction", note=NOTE)
    act, correction = message.log_entries.get(), message.corrections.get()
    assert (act.kind, act.reason, act.by.username, act.at) == (WorkflowLogEntry.Kind.CORRECTION, NOTE, "admin", NOON)
    assert (correction.note, correction.by, correction.at) == (NOTE, act.by, NOON)
    assert [version.body for version in message.history.all()] == [RIGHT, TEXT]


def test_a_source_can_be_corrected(admin_client):
    message = out()
    save(admin_client, message, source_name="The ministry", change_kind="correction", note="The source was missing.")
    assert acts(message) == [("correction", "The source was missing.")]


def test_the_note_is_escaped(client):
    message = out()
    message.publish_correction("<script>alert(1)</script>", at=NOON)
    assert "<script>alert" not in client.get(message.get_absolute_url()).content.decode()


def test_the_page_has_its_last_modification_time(client):
    message = out()
    message.publish_correction(NOTE, at=NOON)
    page = client.get(message.get_absolute_url()).content.decode()
    assert 'property="article:modified_time" content="2020-11-24T12:37:00Z"' in page


def test_messages_without_corrections_cost_no_query_for_them(client, django_assert_num_queries):
    message = out()
    with django_assert_num_queries(0):
        assert message.updated_at == message.publish_at
        assert message.revised_at is None


@pytest.mark.django_db(transaction=True)
def test_a_corrected_message_costs_few_queries(client, django_assert_max_num_queries):
    message = out()
    a_message(), a_message(publish_at=NOON - 2 * DAY)
    message.publish_correction(NOTE, at=NOON)
    client.get("/counters/")  # the edition, and its values for all pages
    with django_assert_max_num_queries(5):  # one reads the edition's number
        assert NOTE in client.get(message.get_absolute_url()).content.decode()


# Permissions


def test_users_without_permission_can_only_fix_typos(client):
    message = out()
    client.force_login(create_press_officer("approve_message"))
    assert 'value="correction"' not in client.get(change_url(message)).content.decode()
    page = save(client, message, body=RIGHT, change_kind="correction", note=NOTE)
    assert ("Only editors can publish corrections" in page, Correction.objects.exists()) == (True, False)
    assert save(client, message, body=TEXT.replace("began", "begun"), change_kind="typo") == ""


def test_writers_cannot_change_public_messages(client):
    message = out()
    client.force_login(create_press_officer("submit_message"))
    answer = client.post(change_url(message), form_of(message, body=RIGHT, change_kind="typo"))
    assert (answer.status_code in (403, 409), stored(message).body) == (True, TEXT)


def test_an_editor_may_correct(client):
    message = out()
    client.force_login(create_press_officer("approve_message", "correct_message"))
    assert save(client, message, body=RIGHT, change_kind="correction", note=NOTE) == ""
    assert message.corrections.get().by.username == "officer"


# Unpublished messages


@pytest.mark.parametrize(
    "act", [lambda message: message.fix_typo(at=NOON), lambda message: message.publish_correction(NOTE, at=NOON)]
)
def test_unpublished_messages_cannot_be_corrected(act):
    with pytest.raises(ValidationError, match="Corrections apply to published messages only"):
        act(out(publish_at=None))


def test_users_with_corrections_cannot_be_deleted():
    user = get_user_model().objects.create_user("anna")
    out().publish_correction(NOTE, at=NOON, by=user)
    assert not user.user_permissions.filter(pk__in=Permission.objects.all()).exists()
    with pytest.raises(Exception, match="protected"):
        user.delete()


# Feeds


def updated(client):
    root = ElementTree.fromstring(client.get("/messages/feed/").content)
    return datetime.fromisoformat(root.find(".//{*}entry/{*}updated").text)


def modified(client):
    return datetime.fromisoformat(client.get("/messages/feed.json").json()["items"][0]["date_modified"])


def test_feeds_are_updated_by_a_correction(client):
    message = out()
    before = updated(client), modified(client)
    message.publish_correction(NOTE, at=NOON)
    assert (before, updated(client), modified(client)) == ((NOON - DAY, NOON - DAY), NOON, NOON)


@pytest.mark.parametrize("changed", [{"featured": True}, {"slug": "talk"}, {"source_name": "The ministry"}])
def test_feeds_are_not_updated_by_other_changes(client, changed):
    message = out()
    for name, value in changed.items():
        setattr(message, name, value)
    message.save()
    assert (updated(client), modified(client)) == (NOON - DAY, NOON - DAY)
