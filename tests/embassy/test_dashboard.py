"""The dashboard: sections by role, and their content."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import roles
from counters import milestones
from news.models import Message
from outbox.models import OutboxEmail
from tests.factories import DAY, HOUR, NOON, a_counter, a_message, a_notice, a_page, an_enquiry
from tests.helpers.accounts import a_member
from tests.helpers.releases import a_release
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


AROUND = ["home-now", "ahead", "active-notices"]


@pytest.mark.parametrize(
    ("role", "names"),
    [
        (roles.WRITERS, ["my-drafts", "recently-published", *AROUND]),
        (roles.EDITORS, ["awaiting-approval", "my-drafts", "recently-published", *AROUND]),
        (roles.CONSULAR, ["open-enquiries"]),
        (roles.MANAGERS, ["recently-published", *AROUND]),
    ],
)
def test_each_role_has_its_own_sections(front, role, names):
    a_message()
    assert list(front(role)) == names


def test_a_user_without_permissions_has_no_sections(front):
    assert front() == {}


def titles_ahead(front, role=roles.WRITERS):
    return [item.title for item in front(role)["ahead"]["rows"]]


def test_what_is_ahead_is_in_the_order_of_time_whatever_it_is(front):
    a_message(publish_at=NOON + 3 * HOUR, approved_at=NOON, headline="Message")
    a_notice(starts=NOON + 2 * HOUR, ends=NOON + 4 * HOUR, sentence="Notice ahead.")
    a_notice(starts=NOON - HOUR, ends=NOON + HOUR, sentence="Notice now.")
    a_release(a_message(publish_at=None, headline="In it"), moment=NOON + 5 * HOUR)
    a_message(publish_at=NOON + 15 * DAY, approved_at=NOON, headline="Later")
    counter = a_counter(since=date(2018, 3, 4), incident="the talks began")  # 1,000 days on 28 November
    page = a_page(path="fees", title="Fees", shown=False, approved_at=NOON, effective_at=NOON + 6 * HOUR)
    expected = ["Notice now.", "Notice ahead.", "Message", "Visit", page.title, counter.incident]
    assert titles_ahead(front, roles.WRITERS) == [title for title in expected if title != page.title]


def test_the_line_of_days_counts_what_is_ahead_in_the_host_time_zone(front, clock):
    clock.move_to(NOON.replace(month=7))
    a_message(publish_at=NOON.replace(month=7, hour=22, minute=59), approved_at=NOON)
    a_message(publish_at=NOON.replace(month=7, hour=23, minute=0), approved_at=NOON)
    line = front(roles.WRITERS)["ahead"]["line"]
    assert [(day.day, count) for day, count in line[:3]] == [(24, 1), (25, 1), (26, 0)]


def test_what_is_ahead_shows_the_time_in_both_cities(client, front):
    a_message(publish_at=NOON + HOUR, approved_at=NOON)
    front(roles.WRITERS)
    assert "24 November 2020, 13:37 London · 16:37 Moscow" in client.get("/admin/").content.decode()


def test_limited_drafts_are_not_ahead_for_others(front):
    message = a_message(publish_at=NOON + HOUR, approved_at=NOON, headline="Secret")
    message.limit_to([a_member(roles.EDITORS)])
    assert titles_ahead(front) == []


def test_the_home_page_names_its_leading_message_and_newer_ones(front):
    leading = a_message(featured=True, publish_at=NOON - 2 * DAY)
    a_message(publish_at=NOON - DAY)
    home = front(roles.EDITORS)["home-now"]
    assert (home["rows"], home["newer"], home["can_change"]) == ([leading], 1, True)
    assert front(roles.WRITERS)["home-now"]["can_change"] is False


def test_an_editor_lets_the_newest_lead_and_the_others_are_told(client, front):
    leading, newest = a_message(featured=True, publish_at=NOON - 2 * DAY), a_message(publish_at=NOON - DAY)
    other = a_member(roles.EDITORS, username="boris")
    front(roles.EDITORS)
    url = f"/admin/news/message/{leading.pk}/stop-featuring/"
    assert client.get(url).status_code == 405
    assert "No longer leads" in client.post(url, follow=True).content.decode()
    assert Message.objects.featured(NOON) == newest
    assert leading.log_entries.get().kind == "unfeatured"
    assert OutboxEmail.objects.filter(recipient_id=other.pk).count() == 1
    assert "Nothing was changed." in client.post(url, follow=True).content.decode()


def test_only_an_editor_lets_the_newest_lead(client, front):
    leading = a_message(featured=True)
    front(roles.WRITERS)
    assert client.post(f"/admin/news/message/{leading.pk}/stop-featuring/").status_code == 403


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


def test_an_upcoming_milestone_is_listed_with_its_day(client, front):
    a_counter(since=date(2018, 3, 4), incident="near")
    a_counter(since=date(2018, 5, 20), incident="far")
    a_counter(since=date(2020, 8, 16), incident="today")
    assert titles_ahead(front) == ["today", "near"]
    page = client.get("/admin/").content.decode()
    assert "Counter: 1000 days · Saturday 28 November 2020" in page


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
    assert "Nothing is scheduled for the next two weeks." in page
    assert "Nothing awaits your approval." in page
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
    assert len(queries) <= 23


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
