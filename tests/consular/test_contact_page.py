"""The contact page: addresses, opening hours, phones and answers, correct at the time of the response."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from consular.models import CommonQuestion, Holiday, Office
from consular.opening_hours_text import opening_context, opening_schedule
from tests.factories import DAY, NOON, a_page, a_topic, an_office
from tests.helpers.contact_form import CONTACT, WRITE, contact_form_data, form_errors
from tests.helpers.page_weight import compressed_size, static_sizes
from tests.helpers.wsgi import request_page

LONDON = ZoneInfo("Europe/London")
LATE = NOON.replace(hour=18)


def a_common_question(**changes):
    """Return a common question with its answer."""
    changes.setdefault("topic", None)
    changes["topic"] = changes["topic"] or a_topic()
    return CommonQuestion.objects.create(**{"question": "Where do I go?", "answer": "To us."} | changes)


@pytest.mark.django_db
def test_contact_page_shows_addresses_hours_and_phones(client, clock):
    an_office(address="1 High Street\nLondon", emergency_phone="+44 (0) 7700 900123")
    page = client.get(CONTACT).content.decode()
    for said in (
        "Today, Tuesday: ",
        "Open now, until 13:00",
        "1 High Street<br>London",
        "tel:+442036687474",
        "tel:+447700900123",
    ):
        assert said in page


@pytest.mark.django_db
def test_emergency_number_is_above_the_offices(client, clock):
    an_office(emergency_phone="+44 (0) 7700 900123")
    page = client.get(CONTACT).content.decode()
    assert page.index("tel:+447700900123") < page.index('class="desks"')


@pytest.mark.django_db
def test_journalists_find_the_press_office(client, clock):
    an_office(kind=Office.Kind.PRESS, name="Press Section", email="press@example.org")
    page = client.get(CONTACT).content.decode()
    assert "Press office" in page and "mailto:press@example.org" in page


@pytest.mark.django_db
def test_state_of_an_office_turns_on_the_next_request(client, clock):
    an_office()
    clock.move_to(NOON.replace(hour=13, minute=0))
    assert "Closed now, opens Wednesday 09:30" in client.get(CONTACT).content.decode()


@pytest.mark.django_db
def test_holiday_is_on_the_contact_page(client, clock):
    Holiday.objects.create(office=an_office(), date=date(2020, 12, 25), name="Christmas Day")
    page = client.get(CONTACT).content.decode()
    assert "Friday 25 December 2020" in page and "Christmas Day" in page


@pytest.mark.django_db
def test_contact_page_without_offices_or_topics_shows_a_message(client):
    page = client.get(CONTACT).content.decode()
    assert "No offices yet" in page and "<form" not in page.split("<main")[1]


@pytest.mark.django_db
def test_hidden_topic_cannot_be_chosen(client, clock):
    a_topic()
    hidden = a_topic(shown=False)
    for address in (CONTACT, WRITE):
        assert hidden.name not in client.get(address).content.decode()
    assert form_errors(client.post(WRITE, contact_form_data(topic=str(hidden.pk)))) == ["Select a topic from the list."]


@pytest.mark.django_db(transaction=True)
def test_contact_page_is_cached_and_has_neither_form_nor_cookie(clock):
    an_office(), a_topic()
    first, second = request_page(CONTACT), request_page(CONTACT, HTTP_ACCEPT_ENCODING="br")
    for answer in (first, second):
        assert "Set-Cookie" not in answer.headers and "Cookie" not in answer.headers["Vary"]
    assert "<form" not in first.text.split("<main")[1] and "csrf" not in first.text
    assert second.headers["Cache-Status"] == "embassy; hit" and second.headers["Content-Encoding"] == "br"
    assert request_page(CONTACT, HTTP_IF_NONE_MATCH=first.headers["ETag"]).status == 304


@pytest.mark.django_db
def test_the_form_is_not_cached(client):
    assert "no-store" in client.get(WRITE)["Cache-Control"]


@pytest.mark.django_db
def test_mailboxes_of_topics_are_not_shown(client):
    a_topic(mailbox="secret@example.org")
    assert "secret@example.org" not in client.get(CONTACT).content.decode()


@pytest.mark.django_db
def test_contact_page_needs_no_more_queries_for_more_offices(client, clock, django_assert_num_queries):
    an_office()
    client.get(CONTACT)
    with CaptureQueriesContext(connection) as one:
        client.get(CONTACT)
    few = len(one)
    for number in range(4):
        an_office(name=f"Office {number}")
    client.get(CONTACT)  # a new edition: the parts of every page are fetched again
    with django_assert_num_queries(few):
        client.get(CONTACT)


# Open or closed, now and later


def told(page, kind):
    """Return the texts that the page's script shows: (time, open or closed, text)."""
    turns = json.loads(unescape(re.search(rf'class="{kind}" data-schedule="([^"]+)"', page)[1]))
    return [(datetime.fromtimestamp(begins, UTC), is_open, words) for begins, is_open, words in turns]


@pytest.mark.django_db
def test_page_contains_the_states_at_later_opening_times(client, clock):
    an_office()
    assert told(client.get(CONTACT).content.decode(), "state")[:4] == [
        (NOON.replace(hour=0, minute=0), 1, "Today, Tuesday: 09:30–13:00. Open now, until 13:00"),
        (NOON.replace(hour=13, minute=0), 0, "Today, Tuesday: 09:30–13:00. Closed now, opens Wednesday 09:30"),
        (datetime(2020, 11, 25, tzinfo=UTC), 0, "Today, Wednesday: 09:30–13:00. Closed now, opens 09:30"),
        (datetime(2020, 11, 25, 9, 30, tzinfo=UTC), 1, "Today, Wednesday: 09:30–13:00. Open now, until 13:00"),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("start", ["2020-11-24", "2021-03-26", "2020-10-23", "2020-12-22"])
def test_an_open_page_shows_the_same_state_as_a_new_one(client, clock, start):
    Holiday.objects.create(
        office=an_office(hours="09:30-13:00 14:00-17:00"), date=date(2020, 12, 25), name="Christmas Day"
    )
    office = Office.objects.with_hours().get()
    now = datetime.fromisoformat(f"{start} 11:00+00:00")
    phases = opening_schedule(office.timetable(), now, LONDON).phases
    for minute in range(0, 8 * 24 * 60, 10):
        later = now + timedelta(minutes=minute)
        said = [words for begins, _open, words in phases if begins <= later][-1]
        assert said == opening_context(office, later)["text"], later


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2020-11-27 09:00", "Today, Friday: 09:30–12:30, 14:00–16:00. Closed now, opens 09:30"),
        ("2020-11-27 11:00", "Today, Friday: 09:30–12:30, 14:00–16:00. Open now, until 12:30"),
        ("2020-11-27 13:00", "Today, Friday: 09:30–12:30, 14:00–16:00. Closed now, opens 14:00"),
        ("2020-11-27 18:00", "Today, Friday: 09:30–12:30, 14:00–16:00. Closed now, opens Tuesday 09:30"),
        ("2020-11-28 12:00", "Today, Saturday: closed. Opens Tuesday 09:30"),
        ("2020-11-30 12:00", "Today, Monday: closed. Opens Tuesday 09:30"),
    ],
)
def test_the_first_line_has_the_hours_of_today_and_the_state(client, clock, moment, words):
    office = an_office(hours="09:30-12:30 14:00-16:00")
    Holiday.objects.create(office=office, date=date(2020, 11, 30), name="St Andrew’s Day")
    clock.move_to(datetime.fromisoformat(f"{moment}+00:00"))
    page = client.get(CONTACT).content.decode()
    assert re.sub(r"</?span[^>]*>", "", re.search(r'<p class="state".*?>(<span>.*</span>)</p>', page)[1]) == words


@pytest.mark.django_db
def test_a_night_that_began_yesterday_is_part_of_today():
    office = an_office(hours="20:00-02:00")
    at = datetime(2020, 11, 28, 1, tzinfo=UTC)  # Saturday
    assert opening_context(office, at)["text"] == "Today, Saturday: open until 02:00"


@pytest.mark.django_db(transaction=True)
def test_the_cached_page_turns_with_the_hours_of_an_office(clock):
    an_office(hours="09:30-12:30 14:00-16:00")
    seen = []
    for hour, minute in ((12, 0), (12, 29), (12, 30), (13, 59), (14, 0), (16, 0)):
        clock.move_to(NOON.replace(hour=hour, minute=minute))
        seen.append(re.search(r"(Open now, until|Closed now, opens [A-Z]?)", request_page(CONTACT).body.decode())[1])
    assert [each[:8] for each in seen] == ["Open now", "Open now", "Closed n", "Closed n", "Open now", "Closed n"]


@pytest.mark.django_db
def test_each_range_of_hours_is_kept_together(client, clock):
    an_office(hours="09:30-12:30 14:00-16:00")
    page = client.get(CONTACT).content.decode()
    assert '<td><span class="hours">09:30–12:30,</span> <span class="hours">14:00–16:00</span></td>' in page
    assert 'Today, Tuesday: <span class="hours">09:30–12:30,</span> <span class="hours">14:00–16:00</span>. ' in page


@pytest.mark.django_db
def test_the_next_three_exceptions_are_shown_and_the_later_ones_folded(client, clock):
    office = an_office()
    for day in range(1, 6):
        Holiday.objects.create(office=office, date=date(2020, 12, day), name=f"Feast {day}")
    shown, _fold, folded = client.get(CONTACT).content.decode().partition("<summary>2 later exceptions")
    assert [day for day in range(1, 6) if f"Feast {day}" in shown] == [1, 2, 3]
    assert [day for day in range(1, 6) if f"Feast {day}" in folded] == [4, 5]


@pytest.mark.django_db
def test_page_left_open_too_long_shows_no_state(client, clock):
    clock.move_to(LATE)
    an_office(emergency_phone="112")
    page = client.get(CONTACT).content.decode()
    end = LATE.replace(hour=0, minute=0) + 9 * DAY
    assert told(page, "state")[-1] == (end, 0, "Reload this page to see whether it is open")
    assert told(page, "emergency")[-1] == (end, 1, "In an emergency, outside the opening hours:")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("hour", "words"),
    [
        (12, "In an emergency, outside the opening hours:"),
        (13, "The office is closed now. In an emergency, call:"),
    ],
)
def test_emergency_number_has_a_text_for_the_current_state(client, clock, hour, words):
    an_office(emergency_phone="+44 (0) 7700 900123")
    clock.move_to(NOON.replace(hour=hour))
    page = client.get(CONTACT).content.decode()
    assert f'data-open="{int(hour == 12)}"><span>{words}</span> <a href="tel:+447700900123">' in page


@pytest.mark.django_db
def test_emergency_number_of_an_office_without_hours_is_right_at_any_time(client, clock):
    an_office(hours="", emergency_phone="112")
    page = client.get(CONTACT).content.decode()
    assert "<span>In an emergency, outside the opening hours:</span>" in page and "data-schedule" not in page


# Answers, and the consent of the form


@pytest.mark.django_db
def test_common_questions_are_below_their_topics(client, clock):
    a_common_question(question="What if <I> travel?", answer="Ring us.\n\nBring a photograph.")
    page = client.get(CONTACT).content.decode()
    assert "<summary>What if &lt;I&gt; travel?</summary>" in page and "<p>Bring a photograph.</p>" in page


@pytest.mark.django_db
def test_common_questions_of_a_hidden_topic_are_hidden(client, clock):
    a_topic()
    a_common_question(topic=a_topic(shown=False), question="Where?")
    assert "Where?" not in client.get(CONTACT).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "words"), [(1, "within 1 working day."), (10, "within 10 working days.")])
def test_reply_time_is_shown_by_topic(client, clock, days, words):
    a_topic(answer_days=days)
    assert f"We answer {words}" in client.get(CONTACT).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([365, 365], "We delete them 1 year after"),
        ([730], "We delete them 2 years after"),
        ([90, 365], "We delete them between 90 days and 1 year after"),
    ],
)
def test_consent_states_the_retention_period(client, clock, days, words):
    for keep in days:
        a_topic(retention_days=keep)
    assert words in client.get(WRITE).content.decode()


@pytest.mark.django_db
def test_consent_leads_to_the_privacy_page_where_there_is_one(client, clock):
    a_topic()
    link = '<a href="/privacy/">How we use your data</a>'
    assert link not in client.get(WRITE).content.decode()
    a_page(path="privacy", place="")
    assert link in client.get(WRITE).content.decode()


# Light


@pytest.mark.django_db
def test_contact_page_needs_no_more_queries_for_more_topics_and_questions(client, clock, django_assert_num_queries):
    a_common_question()
    client.get(CONTACT)
    with CaptureQueriesContext(connection) as one:
        client.get(CONTACT)
    few = len(one)
    for _number in range(4):
        a_common_question()
    client.get(CONTACT)  # a new edition: the parts of every page are fetched again
    with django_assert_num_queries(few):
        client.get(CONTACT)
    assert few <= 14  # nine of them for the parts of every page and the next change, once for an edition


@pytest.mark.django_db
def test_first_visit_to_the_sample_is_under_14_kb(client, clock):
    call_command("load_sample", verbosity=0)
    html = client.get(CONTACT).content
    sizes = {"html": compressed_size(html), **static_sizes(html.decode(), (".css", ".js"))}
    assert sum(sizes.values()) < 14 * 1024, sizes
