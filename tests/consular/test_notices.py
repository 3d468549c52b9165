"""Notices: a sentence above every page, between a start and an end time."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from consular.admin.notices import notice_state
from consular.models import Notice
from tests.factories import DAY, HOUR, NOON, a_notice
from tests.helpers.contact_form import CONTACT


@pytest.mark.django_db
def test_notice_shows_from_its_start_until_just_before_its_end():
    notice = a_notice(starts=NOON, ends=NOON + HOUR)
    shown = [notice in Notice.objects.current(NOON + step) for step in (-DAY, 0 * HOUR, HOUR - DAY / 86400, HOUR)]
    assert shown == [False, True, True, False]


@pytest.mark.django_db
def test_notice_without_an_end_shows_until_taken_down():
    assert a_notice() in Notice.objects.current(NOON + 1000 * DAY)


@pytest.mark.django_db
def test_urgent_notice_is_first():
    urgent, plain = a_notice(urgent=True, starts=NOON - DAY), a_notice()
    assert list(Notice.objects.current(NOON)) == [urgent, plain]


@pytest.mark.django_db
def test_next_change_of_the_notices_is_a_start_or_an_end():
    a_notice(starts=NOON - HOUR, ends=NOON + 3 * HOUR)
    a_notice(starts=NOON + 2 * HOUR)
    turns = [Notice.objects.next_change(NOON + step * HOUR) for step in (0, 2, 3)]
    assert turns == [NOON + 2 * HOUR, NOON + 3 * HOUR, None]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"ends": NOON - DAY}, "must end after it starts"),
        ({"link_url": "/contact/"}, "the link and its text"),
        ({"link_text": "More"}, "the link and its text"),
        ({"link_url": "javascript:alert(1)", "link_text": "More"}, "starting with https"),
        ({"link_url": "//example.org/", "link_text": "More"}, "starting with https"),
    ],
)
def test_notice_that_makes_no_sense_is_refused_with_a_sentence(fields, sentence):
    with pytest.raises(ValidationError, match=sentence):
        Notice(**{"sentence": "Closed.", "starts": NOON} | fields).full_clean()


@pytest.mark.django_db
def test_notice_shows_its_state_to_staff():
    notice = a_notice(starts=NOON, ends=NOON + DAY)
    told = [notice_state(notice, NOON + step) for step in (-HOUR, HOUR, 2 * DAY)]
    assert told == ["from 24 November 2020, 12:37", "active until 25 November 2020, 12:37", "ended"]


@pytest.mark.django_db
def test_notice_is_on_every_page(client, clock):
    a_notice(sentence="Closed on <25> December.", link_url="/contact/", link_text="Emergency number")
    page = client.get(CONTACT).content.decode()
    assert "Closed on &lt;25&gt; December." in page and '<a href="/contact/">Emergency number</a>' in page


@pytest.mark.django_db
def test_notice_is_taken_down_from_the_list(admin_client, clock):
    notice = a_notice()
    admin_client.post(
        reverse("admin:consular_notice_changelist"), {"action": "take_down", "_selected_action": [notice.pk]}
    )
    assert not Notice.objects.current(NOON)


def notices_of(client):
    """Return the notices above the home page: those shown, and those behind “All notices”, as HTML."""
    page = " ".join(client.get("/").content.decode().partition("</header>")[2].partition("<main")[0].split())
    shown, _summary, others = page.partition('<details class="notices">')
    return [html.split('<aside class="notice')[1:] for html in (shown, others)]


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_urgent_notice_says_so_in_words_and_every_notice_its_time(client):
    a_notice(urgent=True, sentence="Call the emergency number.")
    a_notice(starts=NOON - DAY)
    (urgent, plain), _others = notices_of(client)
    assert "<strong>Urgent:</strong> Call the emergency number.</p>" in urgent and "Urgent:" not in plain
    assert 'Issued <time datetime="2020-11-24T11:37:00Z">24 November 2020, 11:37 London · 14:37 Moscow</time>' in urgent


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_two_notices_are_shown_and_the_others_are_behind_all_notices(client):
    for hours in range(2, 6):
        a_notice(sentence=f"Notice of {hours} hours.", starts=NOON - hours * HOUR)
    a_notice(sentence="Leave the city.", urgent=True, starts=NOON - DAY)
    shown, others = notices_of(client)
    assert ["Leave the city." in shown[0], "of 2 hours" in shown[1], len(shown), len(others)] == [True, True, 2, 3]
    assert '<summary class="wrap">All notices (5)</summary>' in client.get("/").content.decode()


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_two_notices_need_no_further_list(client):
    a_notice()
    a_notice()
    assert "All notices" not in client.get("/").content.decode()
