"""The desk's list of enquiries: sorted by due date, searched by reference or exact e-mail address, without names."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import roles
from consular.deadlines import age_text, make_deadline
from consular.encryption import encrypted_fields
from consular.models import Enquiry, Erasure, Holiday
from consular.workdays import is_weekday
from tests.factories import DAY, HOUR, NOON, a_topic, an_enquiry, an_office
from tests.helpers.accounts import a_member

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

LIST, FIND = "/admin/consular/enquiry/", "/admin/consular/enquiry/find/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as clock:  # a Tuesday
        yield clock


@pytest.fixture
def officer(client):
    officer = a_member(roles.CONSULAR, first_name="Elena", last_name="Orlova")
    client.force_login(officer)
    return officer


@pytest.fixture
def listed(client, officer):
    """A function that returns the rows of the list, as its address asks for them."""

    def listed(query=""):
        answer = client.get(LIST + query)
        assert answer.status_code == 200
        return answer.context["rows"]

    return listed


@pytest.fixture
def house(officer):
    """An enquiry in each state, by the state's name."""
    topic, other = a_topic(name="Passports"), a_topic(name="Visas")
    made = {name: an_enquiry(topic=topic, at=NOON - 2 * DAY) for name in ("waiting", "mine", "answered", "closed")}
    made["overdue"] = an_enquiry(topic=other, at=NOON - 20 * DAY)
    made["suspected"] = an_enquiry(topic=other, suspicion="Many links.")
    made["mine"].assign(officer, by=officer, at=NOON)
    made["answered"].answer("Text.", by=officer, at=NOON)
    made["closed"].close(by=officer, at=NOON)
    return made


# Filters


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["overdue", "waiting", "mine"]),
        ("?state=overdue", ["overdue"]),
        ("?state=mine", ["mine"]),
        ("?state=answered", ["answered"]),
        ("?state=closed", ["closed"]),
        ("?state=suspected", ["suspected"]),
        ("?age=week", ["overdue"]),
        ("?age=month", []),
        ("?state=x&topic=x&age=x&p=x&anything__in=1", ["overdue", "waiting", "mine"]),
        ("?topic=999999", []),
    ],
)
def test_list_is_filtered(listed, house, query, names):
    assert listed(query) == [house[name] for name in names]


def test_list_is_filtered_by_topic(listed, house):
    assert listed(f"?topic={house['overdue'].topic_id}") == [house["overdue"]]


@pytest.mark.one_database
def test_filters_say_how_many(client, house):
    counts = {str(name): count for name, _address, count, _chosen in client.get(LIST).context["filters"].states()}
    assert list(counts.values()) == ["3", "1", "1", "1", "1", "1"]


def test_an_added_text_makes_it_wait_again(listed, house):
    house["answered"].add("One thing more.", at=NOON + HOUR)
    assert house["answered"] in listed()


@pytest.mark.one_database
def test_list_shows_state_age_and_deadline(client, house):
    page = client.get(LIST).content.decode()
    assert "Passports" in page and "being answered" in page and "Elena Orlova" in page and "nobody" in page
    assert "20 days" in page and "overdue by 9 working days" in page and "due Friday" in page
    assert 'title="4 November 2020, 12:37 London · 15:37 Moscow"' in page


@pytest.mark.one_database
@pytest.mark.parametrize("query", ["", "?state=answered", "?state=suspected", "?state=closed"])
def test_nothing_personal_is_in_the_list(client, officer, query):
    for number, kwargs in enumerate(({}, {"suspicion": "Many links."})):
        kept = an_enquiry(
            name="Canary", email=f"canary{number}@example.org", question="canary", phone="+4420canary", **kwargs
        )
        if not kwargs:
            kept.answer("canary", by=officer, at=NOON)
    assert "canary" not in client.get(LIST + query).content.decode().lower()


def test_pages_link_to_the_next_and_previous(client, listed):
    topic = a_topic()
    made = [an_enquiry(topic=topic, at=NOON - number * HOUR, email=f"a{number}@example.org") for number in range(51)]
    assert len(listed()) == 50
    older = client.get(LIST).context["older"]
    assert len(listed("?p=2")) == 1 and older.endswith("?p=2") and len(made) == 51
    assert len(listed("?p=0")) == len(listed("?p=" + "9" * 40)) == 50 and listed("?p=400") == []


def test_list_asks_few_queries_however_long_it_is(client, house):
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    for number in range(10):
        an_enquiry(topic=house["closed"].topic, email=f"b{number}@example.org").assign(None, by=None, at=NOON)
    with CaptureQueriesContext(connection) as more:
        client.get(LIST)
    assert len(more) == len(few) < 20


def test_list_loads_nothing_sealed(client, house):
    with CaptureQueriesContext(connection) as queries:
        client.get(LIST)
    sealed = [f'"consular_enquiry"."{name}"' for name in encrypted_fields(Enquiry)]
    assert not any(column in query["sql"] for query in queries for column in sealed)


# Search


def found(client, said):
    return client.post(FIND, {"said": said}, follow=True)


@pytest.mark.one_database
def test_reference_is_found_as_it_was_spelt(client, officer):
    kept, other = an_enquiry(), an_enquiry()
    spelt = kept.reference.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert found(client, f" {spelt} ").context["rows"] == [kept] != [other]


def test_reference_of_a_closed_one_is_found(client, house):
    assert found(client, house["closed"].reference).context["rows"] == [house["closed"]]


def test_person_is_found_by_exact_address_without_it_in_the_url(client, officer):
    kept = an_enquiry(email="Anna@Example.org")
    an_enquiry(email="hanna@example.org")
    answer = found(client, "anna@example.ORG ")
    assert answer.context["rows"] == [kept]
    assert "example" not in answer.redirect_chain[-1][0].lower().replace("%40", "@")


@pytest.mark.one_database
@pytest.mark.parametrize("said", ["nobody@example.org", "@", "a@b\x00c", "Anna", "", "7K2M", "1234-5678", "é" * 400])
def test_search_without_results_has_a_helpful_message(client, officer, said):
    an_enquiry()
    answer = client.post(FIND, {"said": said})
    assert answer.status_code == 200 and answer.context["error"]


@pytest.mark.one_database
def test_search_term_is_in_the_field_again(client, officer):
    assert 'value="nobody@example.org"' in client.post(FIND, {"said": "nobody@example.org"}).content.decode()


@pytest.mark.one_database
def test_address_typed_into_the_address_is_not_looked_for(client, officer):
    an_enquiry(email="anna@example.org")
    answer = client.get(LIST, {"q": "anna@example.org"})
    assert answer.status_code == 303 and answer["Location"] == LIST
    assert "anna@" not in client.get(LIST).content.decode()


@pytest.mark.one_database
def test_search_is_posted(client, officer):
    assert client.get(FIND).status_code == 405 and client.post(LIST).status_code == 405


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("visitor", "at the visitor&#x27;s request, on their own page"),
        ("expired", "at the end of the retention period"),
    ],
)
def test_reference_of_an_erased_one_shows_time_and_reason(client, officer, reason, words):
    kept = an_enquiry()
    kept.erase(reason, at=NOON)
    page = found(client, kept.reference).content.decode()
    assert f"<strong>{kept.reference}</strong> was erased on 24 November 2020, 12:37 London" in page and words in page
    assert Erasure.objects.get().reference == kept.reference


@pytest.mark.one_database
def test_unknown_reference_shows_a_message(client, officer):
    assert "No enquiry has the reference" in found(client, "0000-0000").content.decode()


# Deadlines in words

TODAY = date(2020, 11, 24)


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "due today"),
        (1, "due tomorrow"),
        (2, "due Thursday"),
        (7, "due 1 December"),
        (40, "due 3 January 2021"),
        (-1, "overdue by 1 working day"),
        (-4, "overdue by 2 working days"),
    ],
)
def test_deadline_in_words(days, words):
    assert make_deadline(TODAY + timedelta(days), TODAY, is_weekday).text == words


@pytest.mark.one_database
def test_deadline_of_friday_is_overdue_on_sunday():
    assert make_deadline(date(2020, 11, 20), date(2020, 11, 22), is_weekday).text == "overdue since Friday"


@pytest.mark.one_database
def test_overdue_shows_the_due_date():
    assert make_deadline(date(2020, 11, 23), TODAY, is_weekday).since == "overdue since Monday"
    assert make_deadline(date(2020, 11, 2), TODAY, is_weekday).since == "overdue since 2 November"


@pytest.mark.one_database
def test_holiday_does_not_count(listed):
    office = an_office()
    Holiday.objects.create(office=office, date=date(2020, 11, 23), name="A holiday")
    kept = an_enquiry(at=NOON - 8 * DAY, topic=a_topic(answer_days=3))
    assert (kept.answer_by, listed()[0].deadline.text) == (date(2020, 11, 19), "overdue by 2 working days")


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=-5), "0 minutes"),
        (timedelta(minutes=1), "1 minute"),
        (5 * HOUR, "5 hours"),
        (23 * HOUR, "23 hours"),
        (25 * HOUR, "1 day"),
        (3 * DAY, "3 days"),
    ],
)
def test_age_in_words(ago, words):
    assert age_text(NOON - ago, NOON) == words
