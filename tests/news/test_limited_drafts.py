"""Limited drafts: who sees them, the field on the form, and the sentences to the officer who limits one."""

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import roles, staff
from editions.models import EditionNumber
from news.models import Message
from news.visibility import may_see
from tests.factories import DAY, HOUR, NOON, a_message
from tests.helpers.accounts import a_member
from tests.helpers.message_form import ADD_URL, a_draft, change_url, filled_form, opened_form
from transfer import export

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

LIST = "/admin/news/message/"


@pytest.fixture
def people(client):
    """A writer, two editors, and a superuser; the writer is signed in."""
    members = {
        "anna": a_member(roles.WRITERS, username="anna", first_name="Anna", last_name="Writer"),
        "boris": a_member(roles.EDITORS, username="boris", first_name="Boris", last_name="Editor"),
        "carol": a_member(roles.EDITORS, username="carol"),
        "dora": get_user_model().objects.create_superuser("dora", "dora@example.org", "a long password"),
    }
    client.force_login(members["anna"])
    return members


def named(message):
    return set(message.limited_to.values_list("username", flat=True))


def save(client, message, **kwargs):
    """Save the form of a draft as it opens, with changes, and return the page that follows."""
    return client.post(change_url(message), opened_form(client, message, **kwargs), follow=True).content.decode()


# The rule


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("state", "hidden"),
    [
        ({"publish_at": None}, True),
        ({"publish_at": NOON + HOUR, "approved_at": None}, True),
        ({"publish_at": NOON + HOUR, "approved_at": NOON}, True),
        ({"publish_at": NOON - HOUR}, False),
        ({"publish_at": NOON - DAY, "withdrawn_at": NOON, "withdrawn_reason": "Wrong."}, False),
    ],
)
def test_only_the_people_named_and_superusers_see_what_is_not_public(people, state, hidden):
    message = a_message(**state)
    message.limit_to([people["anna"], people["boris"]])
    expected = {"anna": True, "boris": True, "carol": not hidden, "dora": True}
    assert {name: may_see(user, message, NOON) for name, user in people.items()} == expected
    seen = {name: list(Message.objects.visible_to(user, NOON)) == [message] for name, user in people.items()}
    assert seen == expected


@pytest.mark.both_databases
def test_naming_several_people_repeats_no_row_and_costs_no_query(client, people):
    a_draft(slug="open")
    client.get(LIST)
    with CaptureQueriesContext(connection) as before:
        client.get(LIST)
    for number in range(3):
        a_draft(slug=f"limited-{number}").limit_to([people["anna"], people["boris"], people["dora"]])
    with CaptureQueriesContext(connection) as after:
        page = client.get(LIST)
    assert len(page.context["cl"].result_list) == 4
    assert page.content.decode().count('class="limited"') == 3
    assert len(after) == len(before)


def test_limiting_a_draft_makes_no_edition(people):
    message, before = a_draft(), EditionNumber.objects.get().number
    message.limit_to([people["anna"]])
    assert EditionNumber.objects.get().number == before


# On the form


def test_the_person_who_limits_a_draft_is_always_included(client, people):
    message = a_draft()
    page = save(client, message, limited_to=[people["boris"].pk])
    assert named(message) == {"anna", "boris"}
    assert "You have been added to the people who can see this draft." in page


def test_a_new_message_can_be_limited(client, people):
    client.post(ADD_URL, filled_form(limited_to=[people["anna"].pk], _save="Save"))
    assert named(Message.objects.get()) == {"anna"}


def test_emptying_the_list_shows_the_draft_to_everybody(client, people):
    message = a_draft()
    message.limit_to([people["anna"]])
    form = opened_form(client, message)
    del form["limited_to"]
    client.post(change_url(message), form)
    assert named(message) == set()


def test_a_form_that_was_opened_before_the_limit_does_not_remove_it(client, people):
    message = a_draft()
    form = opened_form(client, message, headline="Changed")
    message.limit_to([people["anna"], people["boris"]])
    client.post(change_url(message), form)
    assert (Message.objects.get().headline, named(message)) == ("Changed", {"anna", "boris"})


def test_limiting_a_submitted_text_submits_nothing_again(client, people):
    message = a_draft()
    message.submit(at=NOON - HOUR, by=people["anna"])
    page = save(client, message, limited_to=[people["anna"].pk, people["boris"].pk])
    assert "submitted again" not in page
    assert message.log_entries.count() == 1
    assert named(message) == {"anna", "boris"}


@pytest.mark.both_databases
@pytest.mark.parametrize("chosen", ["x", "-1", "0", "999999", "9" * 30, "\x00"])
def test_a_wrong_choice_gets_a_sentence(client, people, chosen):
    message = a_draft()
    assert "Select people who work here and can open messages." in save(client, message, limited_to=[chosen])
    assert named(message) == set()


def test_only_active_staff_who_can_open_messages_can_be_named(client, people):
    visitor = get_user_model().objects.create_user("visitor")
    consul, former = a_member(roles.CONSULAR), a_member(roles.EDITORS, is_active=False)
    for user in (visitor, consul, former):
        assert "Select people who work here" in save(client, a_draft(slug=user.username), limited_to=[user.pk])


def test_somebody_who_was_named_and_has_left_stays_named(client, people):
    message = a_draft()
    message.limit_to([people["anna"], people["boris"]])
    staff.deactivate_user(people["boris"])
    save(client, message, headline="Changed", limited_to=[people["anna"].pk, people["boris"].pk])
    assert (Message.objects.get().headline, named(message)) == ("Changed", {"anna", "boris"})


def test_a_user_who_is_named_cannot_be_deleted_since_the_draft_would_open(people):
    message = a_draft()
    assert not staff.has_references(people["carol"])
    message.limit_to([people["carol"]])
    assert staff.has_references(people["carol"])


def test_the_form_says_that_a_draft_is_limited(client, people):
    message = a_draft()
    assert "Limited draft." not in client.get(change_url(message)).content.decode()
    message.limit_to([people["anna"], people["boris"]])
    page = client.get(change_url(message)).content.decode()
    assert "only these people and superusers can see it: Anna Writer, Boris Editor." in page


# Submitting


def submit(client, message):
    action = {"action": "submit_selected", "_selected_action": [message.pk]}
    return client.post(LIST, action, follow=True).content.decode()


def test_who_submits_is_told_where_nobody_named_may_approve(client, people):
    message = a_draft()
    message.limit_to([people["anna"]])
    assert "none of the people who can see this draft may approve it" in submit(client, message)


def test_the_form_tells_it_too(client, people):
    message = a_draft()
    form = opened_form(client, message, limited_to=[people["anna"].pk], _submit="Submit")
    page = client.post(change_url(message), form, follow=True).content.decode()
    assert page.count("none of the people who can see this draft may approve it") == 1


def test_nothing_is_said_where_an_editor_is_named(client, people):
    message = a_draft()
    message.limit_to([people["anna"], people["boris"]])
    assert "none of the people" not in submit(client, message)


# Elsewhere


def test_limited_drafts_are_not_exported(people):
    a_draft(headline="Open", slug="open")
    a_draft(headline="Hidden", slug="hidden").limit_to([people["anna"]])
    assert [message.headline for message, _line in export.export_lines()] == ["Open"]
    assert export.count_limited() == 1
