"""Pages, topics and offices above the results of a search, and their index."""

from datetime import timedelta

import pytest
from django.core import serializers
from django.core.management import call_command
from django.db import connection

from consular.models import CommonQuestion, Office, Topic
from pages.models import Page
from search.models import AnswerEntry, AnswerWord
from tests.factories import DAY, HOUR, NOON, a_message, a_page, a_topic, an_office
from tests.helpers.accounts import a_member
from tests.helpers.searches import answers, search

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("clock")]


def test_a_page_a_topic_and_an_office_are_found():
    a_page(title="Study visas"), a_topic(name="Visas and invitations"), an_office(name="Visa Section")
    assert set(answers("visa")) == {"Study visas", "Visas and invitations", "Visa Section"}


def test_at_most_three_are_shown():
    for number in range(5):
        a_page(title=f"Visa number {number}")
    assert len(answers("visa")) == 3


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "Apostille"},
        {"search_words": "apostille stamp"},
        {"description": "How to get an apostille."},
        {"body": "<h2>An apostille</h2><p>Text.</p>"},
        {"body": "<p>Bring the apostille.</p>"},
    ],
    ids=lambda fields: "-".join(fields),
)
def test_a_word_is_found_in_each_text_of_a_page(fields):
    page = a_page(**fields)
    assert answers("apostille") == [page.title]


@pytest.mark.parametrize("field", ["name", "search_words", "sentence"])
def test_a_word_is_found_in_each_text_of_a_topic(field):
    topic = a_topic(**{field: "Apostille"})
    assert answers("apostille") == [topic.name]


def test_a_topic_is_found_by_its_common_questions():
    topic = a_topic(name="Passports")
    CommonQuestion.objects.create(topic=topic, question="How long does it take?", answer="Ask the registrar.")
    assert answers("how long") == answers("registrar") == ["Passports"]


@pytest.mark.parametrize(
    "typed", ["opening hours", "consular section", "Gardens", "7946 0123", "emergency", "appointment", "address phone"]
)
def test_an_office_is_found_by_what_the_contact_page_says_about_it(typed):
    an_office(
        address="5 Sample Gardens\nLondon",
        phone="+44 20 7946 0123",
        emergency_phone="+44 7700 900 123",
        appointment_url="https://example.org/book",
    )
    assert answers(typed) == ["Consular Section"]


def test_the_labels_of_an_office_are_those_of_what_it_has():
    an_office(emergency_phone="", phone="")
    assert answers("emergency") == answers("telephone") == []


@pytest.mark.parametrize("typed", ["visa", "visas", "VISAS", "vísa", "visa london travel", "how do I get a visa"])
def test_endings_and_common_words_do_not_matter(typed):
    for title in ("How do I get here", "How do I get a certificate", "How do I get a passport"):
        a_page(title=title)
    a_page(title="Visas", body="<p>For London.</p>")
    assert answers(typed)[0] == "Visas"


@pytest.mark.parametrize("typed", ["Glushkov inquest passports", "visage", "xyz", "passports -lost"])
def test_other_searches_have_no_answer(typed):
    a_topic(name="Lost passports"), a_page(title="Visas")
    assert answers(typed) == []


def test_the_place_of_a_word_decides_the_order():
    a_page(title="About", body="<p>We issue visas.</p>")
    a_page(title="Travel", body="<h2>Visas</h2>")
    a_page(title="Visas")
    assert answers("visas") == ["Visas", "Travel"]


def test_a_short_title_comes_before_a_long_one():
    a_topic(name="Lost or stolen passports"), a_topic(name="Passports")
    assert answers("passports") == ["Passports", "Lost or stolen passports"]


def test_an_answer_has_a_line_an_address_and_whom_to_call():
    office = an_office(hours="09:30-12:30 14:00-16:00")
    a_page(title="Visas", path="visas", body="<p>Who needs one.</p>")
    topic = a_topic(name="Visas for children", sentence="Both parents sign.")
    page, asked = search("visas").answers
    assert (page.title, page.line, page.url, page.office) == ("Visas", "Who needs one.", "/visas/", None)
    assert (asked.line, asked.office) == ("Both parents sign.", office)
    assert asked.url == topic.get_absolute_url()
    found = search("opening hours").answers[0]
    assert found.url == f"/contact/#office-{office.pk}"
    assert found.line == "Monday to Friday 09:30–12:30, 14:00–16:00"


def test_filters_and_further_pages_are_of_messages_only():
    a_page(title="Visas"), a_message(headline="Visas")
    first = search("visas")
    assert [len(search("visas", **more).answers) for more in ({}, {"category": "statements"}, {"year": 2020})] == [
        1,
        0,
        0,
    ]
    assert search("visas", category="speeches").answers  # nothing else is found
    assert first.messages


# The index


def hide(page):
    page.shown = False
    page.save()


@pytest.mark.parametrize(
    "make",
    [
        lambda: a_page(title="Secret words", shown=False),
        lambda: a_topic(name="Secret words", shown=False),
        lambda: hide(a_page(title="Secret words")),
        lambda: Page.objects.filter(pk=a_page(title="Secret words").pk).update(shown=False),
        lambda: Topic.objects.filter(pk=a_topic(name="Secret words").pk).update(shown=False),
        lambda: a_page(title="Secret words", shown=False).submit(at=NOON),
        lambda: an_office(name="Secret words").delete(),
        lambda: Topic.objects.filter(pk=a_topic(name="Secret words").pk).delete(),
    ],
)
def test_what_is_not_public_is_not_found(make):
    make()
    assert answers("secret words") == []
    assert not AnswerWord.objects.filter(word="secret").exists()


def test_a_change_of_a_page_is_found_when_it_is_in_force():
    page = a_page(title="Old words")
    change, _begun = page.start_change(at=NOON)
    change.title = "New words"
    change.save()
    before = answers("old"), answers("new")
    change.submit(at=NOON)
    change.approve(at=NOON, by=a_member(), version=change.newest_version(), override="Urgent.")
    assert (before, answers("old"), answers("new")) == ((["Old words"], []), [], ["New words"])


def test_a_scheduled_page_is_found_from_its_second_on():
    page = a_page(title="Scheduled words", shown=False, effective_at=NOON + HOUR)
    page.approve(at=NOON, by=a_member(), version=page.newest_version(), override="Alone.")
    before, after = (answers("scheduled", at=NOON + HOUR + step) for step in (-timedelta(microseconds=1), timedelta()))
    assert (before, after) == ([], ["Scheduled words"])


def change_by_save(page):
    page.title = "Fresh words"
    page.save()


def change_by_update(page):
    Page.objects.filter(pk=page.pk).update(title="Fresh words")


def change_by_bulk_update(page):
    page.title = "Fresh words"
    Page.objects.bulk_update([page], ["title"])


def change_by_loaddata(page):
    text = serializers.serialize("json", Page.objects.filter(pk=page.pk)).replace(page.title, "Fresh words")
    for row in serializers.deserialize("json", text):
        row.save()


@pytest.mark.parametrize("change", [change_by_save, change_by_update, change_by_bulk_update, change_by_loaddata])
def test_the_index_follows(change):
    change(a_page(title="Stale words"))
    assert (answers("stale"), answers("fresh")) == ([], ["Fresh words"])
    assert not AnswerEntry.objects.filter(is_indexed=False).exists()


def test_the_index_follows_the_questions_of_a_topic():
    topic, other = a_topic(name="Passports"), a_topic(name="Visas")
    question = CommonQuestion.objects.create(topic=topic, question="Stale?", answer="Yes.")
    question.question = "Fresh?"
    question.save()
    changed = answers("stale"), answers("fresh")
    question.topic = other
    question.save()
    moved = answers("fresh")
    question.delete()
    assert (changed, moved, answers("fresh")) == (([], ["Passports"]), ["Visas"], [])


def test_an_earlier_version_of_a_topic_is_found_when_it_is_restored():
    topic = a_topic(name="Passports")
    CommonQuestion.objects.bulk_create([CommonQuestion(topic=topic, question="Fresh?", answer="Yes.")])
    assert answers("fresh") == ["Passports"]


def test_plain_sql_removes_an_answer_and_a_build_adds_it():
    page = a_page(title="Before sql")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pages_page SET title = 'After sql' WHERE id = %s", [page.pk])
    meanwhile = AnswerWord.objects.filter(object_id=page.pk).count()
    call_command("build_search", "--quiet")
    assert (meanwhile, answers("after", at=NOON + DAY)) == (0, ["After sql"])


def test_a_rebuild_indexes_everything_again():
    a_page(title="Visas"), a_topic(name="Passports"), an_office()
    before = set(AnswerWord.objects.values_list("kind", "object_id", "word", "weight"))
    AnswerWord.objects.all().delete()
    AnswerEntry.objects.filter(kind="page").delete()
    AnswerEntry.objects.create(kind="page", object_id=9_999)
    call_command("build_search", "--rebuild", "--quiet")
    assert set(AnswerWord.objects.values_list("kind", "object_id", "word", "weight")) == before
    assert set(AnswerEntry.objects.values_list("kind", "is_indexed")) == {
        (kind, True) for kind in AnswerEntry.Kind.values
    }


def test_an_officers_language_does_not_decide_the_words_of_an_office(settings):
    from django.utils import translation

    with translation.override("ru"):
        an_office()
    assert answers("opening hours") == ["Consular Section"]
    assert Office.objects.count() == 1
