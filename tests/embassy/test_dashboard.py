"""The dashboard: sections by role, and their content."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import roles
from counters import milestones
from outbox.models import OutboxEmail
from tests.factories import DAY, HOUR, NOON, a_counter, a_message, a_notice, an_enquiry
from tests.helpers.accounts import a_member
from tests.helpers.versions import write_as

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def front(client):
    """A function that returns the dashboard sections of a user in these groups, by name."""

    def front(*names, user=None):
        client.force_login(user or a_member(*names))
        answer = client.get("/admin/")
        assert answer.status_code == 200
        return {section["name"]: section for section in answer.context["sections"]}

    return front


def submitted(by, **kwargs):
    message = a_message(publish_at=None, **kwargs)
    write_as(by, message)
    message.submit(at=NOON, by=by)
    return message


# Sections


@pytest.mark.parametrize(
    ("role", "names"),
    [
        (
            roles.WRITERS,
            [
                "scheduled-today",
                "releases-ahead",
                "my-drafts",
                "recently-published",
                "upcoming-milestones",
                "active-notices",
            ],
        ),
        (
            roles.EDITORS,
            [
                *("scheduled-today", "releases-ahead", "awaiting-approval", "my-drafts", "recently-published"),
                *("upcoming-milestones", "active-notices"),
            ],
        ),
        (roles.CONSULAR, ["open-enquiries"]),
        (
            roles.MANAGERS,
            ["scheduled-today", "releases-ahead", "recently-published", "upcoming-milestones", "active-notices"],
        ),
    ],
)
def test_each_role_has_its_own_sections(front, role, names):
    assert list(front(role)) == names


def test_a_user_without_permissions_has_no_sections(front):
    assert front() == {}


def test_messages_due_today_are_ordered_by_time(front):
    late = a_message(publish_at=NOON + 3 * HOUR, approved_at=NOON)
    soon = a_message(publish_at=NOON + HOUR, approved_at=NOON)
    a_message(publish_at=NOON + DAY, approved_at=NOON)
    assert front(roles.WRITERS)["scheduled-today"]["rows"] == [soon, late]


def test_today_ends_at_midnight_in_the_host_time_zone(front, clock):
    clock.move_to(NOON.replace(month=7))
    before = a_message(publish_at=NOON.replace(month=7, hour=22, minute=59), approved_at=NOON)
    after = a_message(publish_at=NOON.replace(month=7, hour=23, minute=0), approved_at=NOON)
    due = front(roles.WRITERS)["scheduled-today"]
    assert (due["rows"], due["following"]) == ([before], after)


def test_due_messages_show_the_time_in_both_cities(client, front):
    a_message(publish_at=NOON + HOUR, approved_at=NOON)
    front(roles.WRITERS)
    assert "24 November 2020, 13:37 London · 16:37 Moscow" in client.get("/admin/").content.decode()


def test_an_editor_is_asked_to_approve_submitted_messages_of_others_only(front):
    editor, writer = a_member(roles.EDITORS), a_member(roles.WRITERS)
    theirs, _own = submitted(writer), submitted(editor)
    assert front(user=editor)["awaiting-approval"]["rows"] == [theirs]


def test_an_editor_is_not_asked_to_approve_a_message_that_they_have_edited(front):
    editor, message = a_member(roles.EDITORS), submitted(a_member(roles.WRITERS))
    write_as(editor, message)
    assert front(user=editor)["awaiting-approval"]["rows"] == []


def test_a_message_that_was_sent_back_is_listed_for_its_writer_with_the_reason(client, front):
    writer = a_member(roles.WRITERS)
    message = submitted(writer)
    message.send_back("The date is missing.", at=NOON, by=a_member(roles.EDITORS))
    assert front(user=writer)["my-drafts"]["rows"] == [message]
    assert "The date is missing." in client.get("/admin/").content.decode()


def test_drafts_of_others_are_not_listed(front):
    write_as(a_member(roles.EDITORS), a_message(publish_at=None))
    assert front(roles.WRITERS)["my-drafts"]["rows"] == []


def test_recently_published_covers_seven_days(front):
    out = a_message(publish_at=NOON - 6 * DAY)
    a_message(publish_at=NOON - 8 * DAY)
    a_message(publish_at=NOON - DAY).withdraw("Wrong.", at=NOON)
    assert front(roles.WRITERS)["recently-published"]["rows"] == [out]


def test_a_long_section_is_cut_and_links_to_the_full_list(client, front):
    for _ in range(12):
        a_message(publish_at=NOON - HOUR)
    out = front(roles.WRITERS)["recently-published"]
    assert (len(out["rows"]), out["more"]) == (10, True)
    assert client.get(out["url"]).content.decode().count('class="action-select"') == 12


def test_an_upcoming_milestone_is_listed(client, front):
    counter = a_counter(since=date(2018, 3, 4))
    a_counter(since=date(2018, 5, 20))
    near = front(roles.WRITERS)["upcoming-milestones"]["rows"]
    assert near == [(counter, milestones.Milestone(date(2020, 11, 28), 1000), 4)]
    assert "Saturday 28 November 2020" in client.get("/admin/").content.decode()


def test_enquiries_are_listed_by_reference_and_not_by_name(client, front):
    enquiry = an_enquiry(name="Anna Secret")
    front(roles.CONSULAR)
    page = client.get("/admin/").content.decode()
    assert (enquiry.reference in page, "Anna Secret" in page) == (True, False)


def test_active_notices_are_listed(front):
    notice = a_notice()
    a_notice(starts=NOON + HOUR)
    assert front(roles.EDITORS)["active-notices"]["rows"] == [notice]


# E-mails


def a_late_letter(error=""):
    letter = OutboxEmail.objects.enqueue("news act", at=NOON - HOUR / 2)
    OutboxEmail.objects.filter(pk=letter.pk).update(last_error=error)
    return letter


def test_managers_and_officers_see_since_when_emails_are_late_and_why(client, front):
    a_late_letter("away ConnectionRefusedError")
    for role in (roles.MANAGERS, roles.CONSULAR):
        assert front(role)["email-problems"]["since"] == NOON - HOUR / 2
        page = client.get("/admin/").content.decode()
        for words in ("12:07 London", "the mail server is not responding (ConnectionRefusedError)"):
            assert words in page


def test_emails_without_a_delivery_attempt_are_reported(client, front):
    a_late_letter()
    front(roles.MANAGERS)
    assert "No delivery attempted" in client.get("/admin/").content.decode()


def test_new_emails_are_not_reported(front):
    OutboxEmail.objects.enqueue("news act", at=NOON)
    assert "email-problems" not in front(roles.MANAGERS)


def test_permanently_failed_emails_link_to_their_list(client, front):
    letter = a_late_letter("refused SMTPRecipientsRefused 550")
    OutboxEmail.objects.filter(pk=letter.pk).update(given_up_at=NOON)
    letters = front(roles.MANAGERS)["email-problems"]
    assert (letters["count"], letters["given_up"]) == (0, 1)
    assert "SMTPRecipientsRefused 550" in client.get(f"{letters['url']}?state=trouble").content.decode()


def test_writers_and_editors_do_not_see_email_problems(front):
    a_late_letter("away ConnectionRefusedError")
    assert "email-problems" not in front(roles.WRITERS, roles.EDITORS)


def test_empty_sections_say_so(client, front):
    front(roles.EDITORS)
    page = client.get("/admin/").content.decode()
    assert "Nothing else is scheduled for today." in page
    assert "Nothing awaiting your approval." in page
    assert "You have no drafts" in page
    assert "Nothing was published" in page


@pytest.mark.parametrize("number", [1, 30])
def test_the_number_of_queries_does_not_depend_on_the_number_of_rows(client, front, number):
    editor, writer = a_member(roles.EDITORS), a_member(roles.WRITERS)
    for _ in range(number):
        submitted(writer)
        a_message(publish_at=NOON + HOUR, approved_at=NOON)
        write_as(editor, a_message(publish_at=None))
    front(user=editor)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get("/admin/")
    assert len(queries) <= 14


# Milestones


@pytest.mark.parametrize(
    ("days", "round_number"),
    [
        (0, 100),
        (99, 100),
        (100, 100),
        (101, 200),
        (996, 1000),
        (1001, 1500),
        (4999, 5000),
        (5001, 6000),
        (12_345, 13_000),
    ],
)
def test_the_next_round_number(days, round_number):
    assert milestones.next_round_number(days) == round_number


@pytest.mark.parametrize(
    ("since", "today", "day"),
    [
        (date(2018, 3, 4), date(2020, 11, 24), date(2021, 3, 4)),
        (date(2018, 3, 4), date(2021, 3, 4), date(2021, 3, 4)),
        (date(2018, 3, 4), date(2018, 3, 4), date(2019, 3, 4)),
        (date(2020, 2, 29), date(2021, 2, 28), date(2021, 3, 1)),
        (date(2020, 2, 29), date(2024, 1, 1), date(2024, 2, 29)),
    ],
)
def test_the_next_whole_year(since, today, day):
    assert milestones.next_anniversary(since, today) == day


def test_a_stopped_counter_has_no_milestones():
    assert milestones.next_milestones(date(2018, 3, 4), date(2020, 11, 24), until=date(2020, 11, 27)) == []


def test_there_are_no_milestones_after_the_year_9999():
    assert milestones.next_milestones(date(9999, 1, 1), date(9999, 12, 31)) == []
