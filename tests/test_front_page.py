"""The desk's front page: what is due, what waits, what went out, which counter nears a round number; for each officer
their own."""

from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from counters import rounds
from embassy import roles
from letters.models import Letter
from tests.factories import DAY, HOUR, NOON, a_counter, a_message, a_notice, an_enquiry
from tests.test_roles import a_member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def front(client):
    """A function that returns the sections of the front page that somebody in these groups sees, by name."""

    def front(*names, user=None):
        client.force_login(user or a_member(*names))
        answer = client.get("/admin/")
        assert answer.status_code == 200
        return {section["name"]: section for section in answer.context["sections"]}

    return front


def submitted(by, **kwargs):
    message = a_message(publish_at=None, **kwargs)
    message.history.update(history_user=by)
    message.submit(at=NOON, by=by)
    return message


# Sections


@pytest.mark.parametrize(
    ("role", "names"),
    [
        (roles.WRITERS, ["due", "mine", "out", "near", "notices"]),
        (roles.EDITORS, ["due", "waiting", "mine", "out", "near", "notices"]),
        (roles.CONSULAR, ["enquiries"]),
        (roles.MANAGERS, ["due", "out", "near", "notices"]),
    ],
)
def test_each_role_has_its_own_sections(front, role, names):
    assert list(front(role)) == names


def test_who_may_see_nothing_has_no_section(front):
    assert front() == {}


def test_what_is_due_today_stands_in_its_order(front):
    late = a_message(publish_at=NOON + 3 * HOUR, approved_at=NOON)
    soon = a_message(publish_at=NOON + HOUR, approved_at=NOON)
    a_message(publish_at=NOON + DAY, approved_at=NOON)
    assert front(roles.WRITERS)["due"]["rows"] == [soon, late]


def test_today_ends_at_the_hosts_midnight(front, at_noon):
    at_noon.move_to(NOON.replace(month=7))
    before = a_message(publish_at=NOON.replace(month=7, hour=22, minute=59), approved_at=NOON)
    after = a_message(publish_at=NOON.replace(month=7, hour=23, minute=0), approved_at=NOON)
    due = front(roles.WRITERS)["due"]
    assert (due["rows"], due["then"]) == ([before], after)


def test_what_is_due_shows_the_time_in_both_cities(client, front):
    a_message(publish_at=NOON + HOUR, approved_at=NOON)
    front(roles.WRITERS)
    assert "24 November 2020, 13:37 London · 16:37 Moscow" in client.get("/admin/").content.decode()


def test_what_others_have_submitted_waits_for_an_editor_and_their_own_does_not(front):
    editor, writer = a_member(roles.EDITORS), a_member(roles.WRITERS)
    theirs, _own = submitted(writer), submitted(editor)
    assert front(user=editor)["waiting"]["rows"] == [theirs]


def test_a_text_that_an_editor_has_touched_does_not_wait_for_them(front):
    editor, message = a_member(roles.EDITORS), submitted(a_member(roles.WRITERS))
    message.history.filter(pk=message.history.first().pk).update(history_user=editor, history_change_reason=None)
    assert front(user=editor)["waiting"]["rows"] == []


def test_what_was_sent_back_is_the_writers_again_with_the_reason(client, front):
    writer = a_member(roles.WRITERS)
    message = submitted(writer)
    message.send_back("The date is missing.", at=NOON, by=a_member(roles.EDITORS))
    assert front(user=writer)["mine"]["rows"] == [message]
    assert "The date is missing." in client.get("/admin/").content.decode()


def test_the_drafts_of_others_are_not_mine(front):
    draft = a_message(publish_at=None)
    draft.history.update(history_user=a_member(roles.EDITORS))
    assert front(roles.WRITERS)["mine"]["rows"] == []


def test_what_went_out_is_that_of_seven_days(front):
    out = a_message(publish_at=NOON - 6 * DAY)
    a_message(publish_at=NOON - 8 * DAY)
    a_message(publish_at=NOON - DAY).withdraw("Wrong.", at=NOON)
    assert front(roles.WRITERS)["out"]["rows"] == [out]


def test_a_long_section_is_cut_and_leads_to_the_rest(client, front):
    for _ in range(12):
        a_message(publish_at=NOON - HOUR)
    out = front(roles.WRITERS)["out"]
    assert (len(out["rows"]), out["more"]) == (10, True)
    assert client.get(out["address"]).content.decode().count('class="action-select"') == 12


def test_a_counter_near_a_round_number_is_told_before(client, front):
    counter = a_counter(since=date(2018, 3, 4))
    a_counter(since=date(2018, 5, 20))
    near = front(roles.WRITERS)["near"]["rows"]
    assert near == [(counter, rounds.Round(date(2020, 11, 28), 1000), 4)]
    assert "Saturday 28 November 2020" in client.get("/admin/").content.decode()


def test_enquiries_are_told_by_reference_and_not_by_name(client, front):
    enquiry = an_enquiry(name="Anna Secret")
    front(roles.CONSULAR)
    page = client.get("/admin/").content.decode()
    assert (enquiry.reference in page, "Anna Secret" in page) == (True, False)


def test_notices_that_show_now_stand_there(front):
    notice = a_notice()
    a_notice(starts=NOON + HOUR)
    assert front(roles.EDITORS)["notices"]["rows"] == [notice]


# Letters


def a_late_letter(error=""):
    letter = Letter.objects.enqueue("news act", at=NOON - HOUR / 2)
    Letter.objects.filter(pk=letter.pk).update(last_error=error)
    return letter


def test_managers_and_officers_read_since_when_letters_wait_and_why(client, front):
    a_late_letter("away ConnectionRefusedError")
    for role in (roles.MANAGERS, roles.CONSULAR):
        assert front(role)["letters"]["since"] == NOON - HOUR / 2
        page = client.get("/admin/").content.decode()
        for words in ("12:07 London", "the mail server does not answer (ConnectionRefusedError)"):
            assert words in page


def test_letters_that_nobody_tries_to_send_are_told_of(client, front):
    a_late_letter()
    front(roles.MANAGERS)
    assert "nobody sends them" in client.get("/admin/").content.decode()


def test_letters_that_were_just_put_are_no_warning(front):
    Letter.objects.enqueue("news act", at=NOON)
    assert "letters" not in front(roles.MANAGERS)


def test_letters_that_were_given_up_lead_managers_to_their_list(client, front):
    letter = a_late_letter("refused SMTPRecipientsRefused 550")
    Letter.objects.filter(pk=letter.pk).update(given_up_at=NOON)
    letters = front(roles.MANAGERS)["letters"]
    assert (letters["count"], letters["given_up"]) == (0, 1)
    assert "SMTPRecipientsRefused 550" in client.get(f"{letters['address']}?state=trouble").content.decode()


def test_writers_and_editors_do_not_hear_of_letters(front):
    a_late_letter("away ConnectionRefusedError")
    assert "letters" not in front(roles.WRITERS, roles.EDITORS)


def test_an_empty_desk_says_so_in_words(client, front):
    front(roles.EDITORS)
    page = client.get("/admin/").content.decode()
    for words in ("Nothing more is due today.", "Nothing waits for you.", "You have no draft", "Nothing went out"):
        assert words in page


@pytest.mark.parametrize("number", [1, 30])
def test_the_front_page_costs_as_many_queries_however_much_there_is(client, front, number):
    editor, writer = a_member(roles.EDITORS), a_member(roles.WRITERS)
    for _ in range(number):
        submitted(writer)
        a_message(publish_at=NOON + HOUR, approved_at=NOON)
        a_message(publish_at=None).history.update(history_user=editor)
    front(user=editor)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get("/admin/")
    assert len(queries) <= 12


# Round numbers


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
    assert rounds.next_round(days) == round_number


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
    assert rounds.next_anniversary(since, today) == day


def test_a_stopped_counter_comes_to_no_round_number():
    assert rounds.coming(date(2018, 3, 4), date(2020, 11, 24), until=date(2020, 11, 27)) == []


def test_nothing_is_reckoned_beyond_the_calendar():
    assert rounds.coming(date(9999, 1, 1), date(9999, 12, 31)) == []
