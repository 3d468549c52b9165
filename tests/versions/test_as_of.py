"""`as_of(at)`: each public queryset answers what the public saw at a moment."""

from datetime import time

import pytest

from consular.models import CommonQuestion, Notice, Office, OpeningHours, Topic
from counters.models import Counter
from news.models import Category
from pages.models import Page
from tests.factories import DAY, HOUR, NOON, a_category, a_counter, a_notice, a_page, a_topic, an_office

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

ROWS = {
    Page: (a_page, "title"),
    Counter: (a_counter, "incident"),
    Category: (a_category, "name"),
    Notice: (a_notice, "sentence"),
    Office: (an_office, "name"),
    Topic: (a_topic, "name"),
}


@pytest.mark.parametrize("model", ROWS)
def test_rows_are_as_they_were_at_the_moment(clock, model):
    factory, text = ROWS[model]
    row = factory(**{text: "First"})
    clock.move_to(NOON + HOUR)
    setattr(row, text, "Second")
    row.save()
    clock.move_to(NOON + 2 * HOUR)
    row.delete()

    def seen(at):
        return [getattr(each, text) for each in model.objects.as_of(at)]

    assert seen(NOON - HOUR / 60) == []
    assert (seen(NOON), seen(NOON + HOUR / 2)) == (["First"], ["First"])
    assert (seen(NOON + HOUR), seen(NOON + 2 * HOUR)) == (["Second"], [])


@pytest.mark.parametrize("model", [Page, Counter, Topic])
def test_rows_that_were_not_shown_are_left_out(clock, model):
    row = ROWS[model][0](shown=True)
    clock.move_to(NOON + HOUR)
    model.objects.update(shown=False)
    clock.move_to(NOON + 2 * HOUR)
    model.objects.update(shown=True)
    shown = [model.objects.as_of(NOON + hours * HOUR).filter(id=row.pk).exists() for hours in (0, 1, 2)]
    assert shown == [True, False, True]


def test_a_notice_is_seen_from_its_start_to_its_end(clock):
    a_notice(starts=NOON + HOUR, ends=NOON + 3 * HOUR)
    clock.move_to(NOON + 2 * HOUR)
    Notice.objects.update(ends=NOON + 2 * HOUR)  # taken down
    seen = [Notice.objects.as_of(NOON + hours * HOUR).count() for hours in (0, 1, 2)]
    assert seen == [0, 1, 0]
    assert Notice.objects.as_of(NOON + HOUR).get().sentence == "The consulate is closed today."


def test_an_office_has_its_hours_of_that_moment(clock):
    office = an_office(hours="09:00-13:00")
    clock.move_to(NOON + DAY)
    office.hours.filter(weekday=0).update(closes=time(11))
    OpeningHours.objects.create(office=office, weekday=5, opens=time(10), closes=time(12))
    (before,), (after,) = (list(Office.objects.as_of(at)) for at in (NOON, NOON + DAY))
    assert str(before.hours.all()[0]) == "Monday 09:00–13:00"
    assert str(after.hours.all()[0]) == "Monday 09:00–11:00"
    assert (len(before.hours.all()), len(after.hours.all())) == (5, 6)
    assert [len(row.timetable().week) for row in (before, after)] == [5, 6]


def test_a_topic_has_its_questions_of_that_moment(clock):
    topic = a_topic()
    CommonQuestion.objects.create(topic=topic, question="How long?", answer="A week.")
    clock.move_to(NOON + DAY)
    topic.common_questions.all().delete()
    (before,), (after,) = (list(Topic.objects.as_of(at)) for at in (NOON, NOON + DAY))
    assert [question.answer for question in before.common_questions.all()] == ["A week."]
    assert list(after.common_questions.all()) == []


def test_rows_are_in_the_order_of_that_moment_and_can_be_filtered(clock):
    for number in (1, 2, 3):
        a_page(title=f"Page {number}", order=number, place="menu" if number > 1 else "footer")
    clock.move_to(NOON + HOUR)
    Page.objects.update(order=0)
    rows = Page.objects.as_of(NOON)
    assert [page.title for page in rows] == ["Page 1", "Page 2", "Page 3"]
    assert [page.title for page in rows.filter(place="menu").order_by("-order")] == ["Page 3", "Page 2"]


def test_the_later_of_two_versions_wins_even_if_its_time_is_earlier(clock):
    page = a_page(title="First")
    clock.move_to(NOON - HOUR)  # its request began earlier, and waited
    page.title = "Second"
    page.save()
    assert Page.objects.as_of(NOON).get().title == "Second"


def test_a_counter_says_what_it_said(clock):
    counter = a_counter(incident="the fire", sentence_many="{days} days since {incident}.")
    said = counter.sentence(NOON)
    clock.move_to(NOON + DAY)
    counter.incident = "the flood"
    counter.save()
    assert Counter.objects.as_of(NOON).get().sentence(NOON) == said


def test_a_condition_about_the_rows_of_today_is_refused():
    with pytest.raises(TypeError, match="as_of first"):
        Page.objects.shown().as_of(NOON)


def test_reading_takes_one_query(clock, django_assert_num_queries):
    an_office(), an_office(name="Press Office")
    with django_assert_num_queries(1):
        assert [len(office.hours.all()) for office in Office.objects.as_of(NOON)] == [5, 5]
