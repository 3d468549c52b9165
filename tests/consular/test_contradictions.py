"""Notices that contradict the opening hours: the officer is warned, and nothing is blocked."""

from datetime import UTC, date, datetime

import pytest

from consular.contradictions import find_contradictions, named_days, read_claim
from consular.models import Holiday, Notice, Office
from tests.factories import a_notice, an_office
from tests.helpers.versioned_forms import admin_url, opened_form

TUESDAY = date(2020, 11, 24)


@pytest.mark.parametrize(
    ("sentence", "claim"),
    [
        ("The consular section is closed today.", True),
        ("The consular section will not be open on Friday.", True),
        ("The consular section is open on Saturday.", False),
        ("The consular section reopens tomorrow.", False),
        ("The consular section will reopen on Monday.", False),
        ("The consular section is closed until Monday.", None),
        ("Closed on Friday, open on Saturday.", None),
        ("The consular section is closed from 14:00 on Friday.", None),
        ("The consular section is closed today from 2 pm.", None),
        ("The consular section closes at noon today.", None),
        ("The consular section is closed on 27.11.2020.", True),
        ("The consular section has moved.", None),
    ],
)
def test_a_sentence_is_judged_only_where_it_says_one_thing(sentence, claim):
    assert read_claim(sentence) is claim


@pytest.mark.parametrize(
    ("sentence", "days"),
    [
        ("closed today", [TUESDAY]),
        ("closed tomorrow", [date(2020, 11, 25)]),
        ("closed on Tuesday", [TUESDAY]),
        ("closed on Monday", [date(2020, 11, 30)]),
        ("closed on 27 November", [date(2020, 11, 27)]),
        ("closed on Friday 27 November 2020", [date(2020, 11, 27)]),
        ("closed on Friday, 27 November", [date(2020, 11, 27)]),
        ("closed on November 27, 2020", [date(2020, 11, 27)]),
        ("closed on 1 March", [date(2021, 3, 1)]),
        ("closed on 27.11.2020 and 28/11/2020", [date(2020, 11, 27), date(2020, 11, 28)]),
        ("closed on 2020-12-25", [date(2020, 12, 25)]),
        ("closed on 31 February and on 99.99.2020", []),
        ("closed until further notice", []),
    ],
)
def test_the_days_that_a_sentence_names(sentence, days):
    assert named_days(sentence, TUESDAY) == days


def contradictions(sentence):
    """Return the days on which a notice that starts on TUESDAY contradicts the hours."""
    notice = Notice(sentence=sentence, starts=datetime(2020, 11, 24, 8, tzinfo=UTC))
    return [(each.day.day, each.office.name) for each in find_contradictions(notice, Office.objects.with_hours())]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("The consulate is closed on 27 November.", [(27, "Consular Section")]),
        ("The consulate is closed on 25 November.", []),  # as its exception says
        ("The consulate is open on 25 November.", [(25, "Consular Section")]),
        ("The Press Office is closed on 25 November.", [(25, "Press Office")]),
        ("The consulate is open on Saturday.", [(28, "Consular Section")]),
        ("The garden is open on Saturday.", []),
    ],
)
def test_a_notice_is_compared_with_the_hours_of_its_office(sentence, found):
    Holiday.objects.create(office=an_office(), date=date(2020, 11, 25), name="Holiday")
    an_office(kind=Office.Kind.PRESS, name="Press Office")
    assert contradictions(sentence) == found


@pytest.mark.django_db
def test_an_office_without_hours_is_not_contradicted():
    an_office(hours="")
    assert contradictions("The consulate is closed today.") == []


@pytest.mark.django_db
def test_the_officer_is_warned_and_the_notice_is_saved(admin_client, clock):
    an_office(hours="09:30-12:30 14:00-16:00")
    notice = a_notice(sentence="The consular section has moved.")
    typed = opened_form(admin_client, notice, sentence="The consular section is closed on 27 November.")
    page = admin_client.post(admin_url(notice), typed, follow=True).content.decode()
    assert "Friday 27 November 2020 (Consular Section: 09:30–12:30, 14:00–16:00)" in page
    notice.refresh_from_db()
    assert notice.sentence.endswith("27 November.")
