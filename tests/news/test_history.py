"""History of a message: versions and log entries, comparison word by word, restoring."""

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError

from news.models import Message, WorkflowLogEntry
from tests.factories import DAY, HOUR, NOON, a_category, a_message
from tests.helpers.message_form import create_press_officer
from tests.helpers.versions import without_versions
from versions import comparison
from versions.admin import history

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

FIRST = "<p>The talks began on Monday.</p>\n<p>They were short.</p>"
SECOND = "<p>The talks began on Tuesday.</p>\n<p>They were short.</p>"
ASKED = "Select whether your change is a typo, a correction or an update"


def with_versions(*bodies, **kwargs):
    """Return a message with a version for each of these texts."""
    message = a_message(**{"publish_at": None, "body": bodies[0]} | kwargs)
    for body in bodies[1:]:
        message.body = body
        message.save()
    return message


def ids(message):
    """Return the ids of the versions, oldest first."""
    return list(message.history.order_by("history_id").values_list("history_id", flat=True))


def listed(message):
    return f"/admin/news/message/{message.pk}/history/"


def compared(client, message, a, b=""):
    return client.get(f"{listed(message)}compare/", {"a": a, "b": b}).content.decode()


def restore(client, message, version, **kwargs):
    return client.post(f"{listed(message)}{version}/restore/", kwargs)


def stored(message):
    return Message.objects.get(pk=message.pk)


# Versions


def test_a_save_without_changes_creates_no_version():
    message = with_versions(FIRST)
    stored(message).save()
    assert len(ids(message)) == 1


def test_an_imported_message_that_is_saved_unchanged_has_no_version_yet():
    message = without_versions(with_versions(FIRST))
    stored(message).save()
    assert ids(message) == []


# The list


def test_the_list_shows_user_time_and_changed_fields(admin_client):
    message = with_versions(FIRST)
    message._history_user = get_user_model().objects.create_user("anna", first_name="Anna", last_name="Smith")
    message.headline, message.lead = "Another", "A lead."
    message.save()
    page = admin_client.get(listed(message)).content.decode()
    assert ("changed: headline, lead" in page, "Anna Smith" in page) == (True, True)
    assert "24 November 2020, 12:37 London · 15:37 Moscow" in page


def test_log_entries_are_listed_and_versions_saved_by_a_step_alone_are_not(admin_client):
    message = with_versions(FIRST)
    message.submit(at=NOON)
    message.send_back("The date is missing.", at=NOON)
    page = admin_client.get(listed(message)).content.decode()
    assert ("submitted" in page, "The date is missing." in page, page.count('name="a"')) == (True, True, 0)


def test_an_imported_message_has_one_version(admin_client):
    message = without_versions(with_versions(FIRST))
    page = admin_client.get(listed(message))
    assert (page.status_code, "written" in page.content.decode()) == (200, True)


def test_a_long_history_is_paginated(admin_client, monkeypatch):
    monkeypatch.setattr(history, "PAGE_SIZE", 2)
    message = with_versions("<p>1</p>", "<p>2</p>", "<p>3</p>", "<p>4</p>", "<p>5</p>")
    numbers = ids(message)
    page = admin_client.get(listed(message)).content.decode()
    assert [f'name="a" value="{pk}"' in page for pk in numbers] == [False, False, False, True, True]
    assert f"?before={numbers[3]}" in page
    last = admin_client.get(f"{listed(message)}?before={numbers[1]}").content.decode()
    assert ("written" in last, "Earlier versions" in last) == (True, False)


def test_each_log_entry_is_on_one_page_of_a_long_history(admin_client, admin_user, monkeypatch, clock):
    monkeypatch.setattr(history, "PAGE_SIZE", 1)
    message = with_versions("<p>1</p>")
    for hour in (1, 2, 3):
        clock.move_to(NOON + hour * HOUR)
        message.body = f"<p>Text {hour}</p>"
        message.save()
        message.submit(at=NOON + hour * HOUR) if hour == 2 else None
    admin_client.force_login(admin_user)  # the session has ended in these hours
    pages = ["", *(f"?before={pk}" for pk in ids(message))]
    shown = [admin_client.get(listed(message) + query).content.decode() for query in pages]
    assert sum("<strong>submitted</strong>" in page for page in shown) == 1


# Comparison


def test_two_versions_are_compared_word_by_word(admin_client):
    message = with_versions(FIRST, SECOND)
    page = compared(admin_client, message, *ids(message))
    assert "The talks began on <del>Monday.</del><ins>Tuesday.</ins></p>" in page
    assert '<p lang="en" dir="auto">They were short.</p>' in page


def test_the_older_version_is_first(admin_client):
    message = with_versions(FIRST, SECOND)
    assert "<ins>Tuesday.</ins>" in compared(admin_client, message, *reversed(ids(message)))


def test_any_two_versions_can_be_compared(admin_client):
    message = with_versions(FIRST, SECOND, "<p>They are over.</p>")
    first, _, third = ids(message)
    assert "<ins>They are over.</ins>" in compared(admin_client, message, first, third)


def test_a_single_version_can_be_read(admin_client):
    message = with_versions(FIRST, SECOND)
    page = compared(admin_client, message, ids(message)[0], ids(message)[0])
    assert ("began on Monday." in page, "<del>" in page, "Restore" in page) == (True, False, False)


def test_markup_in_a_text_is_escaped(admin_client):
    message = with_versions("<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>", SECOND)
    assert "<script>alert(1)" not in compared(admin_client, message, *ids(message))


def test_a_change_of_formatting_only_is_labelled(admin_client):
    message = with_versions(FIRST, FIRST.replace("Monday", "<strong>Monday</strong>"))
    assert "same wording" in compared(admin_client, message, *ids(message))


def test_other_fields_are_compared_by_display_value(admin_client):
    message = with_versions(FIRST)
    message.category, message.featured, message.delivered_on = a_category("comments"), True, NOON.date()
    message.publish_at, message.language = NOON, "ru"
    message.save()
    page = compared(admin_client, message, *ids(message))
    for was, is_now in (("Statements", "Comments"), ("no", "yes"), ("English", "Russian")):
        assert f"<del>{was}</del><ins>{is_now}</ins>" in page
    assert ("<ins>24 November 2020</ins>" in page, "<ins>24 November 2020, 12:37 London" in page) == (True, True)


@pytest.mark.parametrize(
    "query", ["", "a=", "a=x", "a=0", "a=999999999", "a=" + "9" * 18, "a=" + "9" * 49, "a=٣", "b=1", "a=-1", "a=1.5"]
)
def test_invalid_versions_are_not_found(admin_client, query):
    message = with_versions(FIRST)
    assert admin_client.get(f"{listed(message)}compare/?{query}").status_code == 404


def test_a_version_of_another_message_is_not_found(admin_client):
    message, other = with_versions(FIRST), with_versions(SECOND)
    assert admin_client.get(f"{listed(message)}compare/?a={ids(other)[0]}").status_code == 404
    assert restore(admin_client, message, ids(other)[0]).status_code == 404


@pytest.mark.parametrize("query", ["before=x", "before=", "before=" + "9" * 49, "before=" + "9" * 18, "before=0"])
def test_wild_parameters_cause_no_error(admin_client, query):
    assert admin_client.get(f"{listed(with_versions(FIRST))}?{query}").status_code == 200


@pytest.mark.parametrize("pk", ["9" * 49, "999", "x"])
def test_an_unknown_message_has_no_history(admin_client, pk):
    assert admin_client.get(f"/admin/news/message/{pk}/history/").status_code == 404


def test_the_history_needs_view_permission(client):
    message = with_versions(FIRST, SECOND)
    client.force_login(get_user_model().objects.create_user("other", is_staff=True))
    addresses = [listed(message), f"{listed(message)}compare/?a={ids(message)[0]}"]
    assert [client.get(address).status_code for address in addresses] == [404, 404]


# Restoring


def test_restoring_creates_a_new_version(admin_client):
    message = with_versions(FIRST, SECOND)
    assert "Restore this version" in compared(admin_client, message, ids(message)[0])
    restore(admin_client, message, ids(message)[0])
    assert stored(message).body == FIRST
    assert [version.body for version in message.history.order_by("history_id")] == [FIRST, SECOND, FIRST]


def test_restoring_is_logged(admin_client):
    message = with_versions(FIRST, SECOND)
    restore(admin_client, message, ids(message)[0])
    act = message.log_entries.get()
    assert (act.kind, act.by.username) == (WorkflowLogEntry.Kind.REVERTED, "admin")
    assert act.reason == "The version of 24 November 2020, 12:37 London · 15:37 Moscow."


def test_restoring_keeps_publication_time_slug_and_featured(admin_client):
    message = with_versions(FIRST, publish_at=NOON + DAY, approved_at=None)
    message.body, message.slug, message.featured, message.publish_at = SECOND, "new", True, NOON + 2 * DAY
    message.save()
    restore(admin_client, message, ids(message)[0])
    row = stored(message)
    assert (row.body, row.slug, row.featured, row.publish_at) == (FIRST, "new", True, NOON + 2 * DAY)
    assert row.state(NOON) == Message.State.DRAFT


def test_the_category_is_restored_if_it_exists(admin_client):
    message = with_versions(FIRST, category=a_category("comments"))
    message.category, message.body = a_category(), SECOND
    message.save()
    a_category("comments").delete()
    assert "<del>deleted</del>" in compared(admin_client, message, ids(message)[0])
    restore(admin_client, message, ids(message)[0])
    assert (stored(message).body, stored(message).category.slug) == (FIRST, "statements")


def test_an_image_without_its_file_is_not_restored():
    message = with_versions(FIRST)
    version = message.history.get()
    version.image, version.body = "pictures/gone.jpg", SECOND
    assert [field.name for field in comparison.restorable_fields(message, version)] == ["body"]


def test_an_image_is_restored_with_its_alternative_text(admin_client, settings, tmp_path):
    from tests.richtext.test_images import a_small_image_file

    settings.MEDIA_ROOT = tmp_path
    message = with_versions(FIRST, image=a_small_image_file(), image_alt="A flag")
    name, width = stored(message).image.name, stored(message).image_width
    message.image, message.image_alt, message.body = "", "", SECOND
    message.save()
    restore(admin_client, message, ids(message)[0])
    row = stored(message)
    assert (row.image.name, row.image_alt, row.image_width) == (name, "A flag", width)


def test_the_current_text_is_not_offered_for_restoring(admin_client):
    message = with_versions(FIRST, SECOND)
    assert "Restore this version" not in compared(admin_client, message, ids(message)[1])
    restore(admin_client, message, ids(message)[1])
    assert (len(ids(message)), message.log_entries.exists()) == (2, False)
    with pytest.raises(ValidationError, match="Nothing to restore"):
        stored(message).revert(message.history.first(), at=NOON)


def test_restoring_needs_a_post_request(admin_client):
    message = with_versions(FIRST, SECOND)
    assert admin_client.get(f"{listed(message)}{ids(message)[0]}/restore/").status_code == 405


def test_restoring_needs_change_permission(client):
    message = with_versions(FIRST, SECOND)
    reader = create_press_officer()
    reader.user_permissions.remove(*reader.user_permissions.exclude(codename="view_message"))
    client.force_login(reader)
    assert "Restore this version" not in compared(client, message, ids(message)[0])
    assert restore(client, message, ids(message)[0]).status_code == 403
    assert stored(message).body == SECOND


# Restoring on an approved message


@pytest.mark.parametrize("publish_at", [NOON - DAY, NOON + DAY])
def test_an_earlier_text_of_an_approved_message_is_restored_as_a_change(client, publish_at):
    message = with_versions(FIRST, SECOND, publish_at=publish_at)
    client.force_login(create_press_officer("submit_message"))
    restore(client, message, ids(message)[0])
    revision = message.open_revision()
    assert (stored(message).body, revision.body) == (SECOND, FIRST)
    assert [entry.kind for entry in revision.log_entries.order_by("id")] == ["started", "reverted"]
    with pytest.raises(ValidationError, match="Restore the version as a change"):
        stored(message).revert(message.history.last(), at=NOON)


def test_no_version_is_restored_over_an_open_change(admin_client):
    message = with_versions(FIRST, SECOND, publish_at=NOON - DAY)
    revision, _is_new = message.start_revision(at=NOON)
    page = admin_client.post(f"{listed(message)}{ids(message)[0]}/restore/", follow=True).content.decode()
    assert ("Discard it before you restore an earlier text." in page, stored(revision).body) == (True, SECOND)
