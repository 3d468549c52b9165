"""Error pages help: words of the address, similar addresses, the consul's telephone, a way on."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from editions.edition import Edition
from embassy import views
from embassy.not_found import MAX_ADDRESS, address_words
from tests.factories import DAY, NOON, a_message, a_page, an_office, many_messages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def main_of(client, path, status=404):
    answer = client.get(path)
    page = answer.content.decode()
    assert answer.status_code == status
    return page[page.index("<main") : page.index("</main")]


def suggested(client, path):
    part = main_of(client, path).partition("Were you looking for this?")[2].partition("</ul>")[0]
    return re.findall(r'<a href="([^"]*)"', part)


# Words


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/visas/lost-passport/", "lost passport"),
        ("/messages/2020/11/22/statement-number-9/", "statement number"),
        ("/News/Opening_Hours.aspx", "Opening Hours"),
        ("/о-посольстве/", "о посольстве"),
        ("/visas/2020/index.html", "visas"),
        ("/wp-login.php", "wp login"),
        ("/2020/11/", ""),
        ("/media/pictures/20/11/garden-party.jpg", ""),
        ("/preview/1-CjjcuFIm4c4ohXtMRA61ZfXqljakYwZ631EEX4p73BY/", ""),
        ("/contact/enquiry/CjjcuFIm4c4ohXtMRA61ZfXqljakYwZ631EEX4p73BY/", ""),
        ("//contact//enquiry/tok-abc/", ""),
        ("/Contact/Enquiry/tok-abc/", ""),
        ("/", ""),
        ("/" + "a-" * 300, "a a a a a a a a"),
        ("/" + "x" * 1000, "x" * (MAX_ADDRESS - 1)),
    ],
)
def test_words_of_an_address(path, words):
    assert address_words(path) == words


def test_search_box_has_the_words_of_the_address(client):
    main = main_of(client, '/opening-"hours">/')
    assert 'name="q" type="search" value="opening hours"' in main and 'role="search" action="/search/"' in main


# Suggestions


@pytest.mark.both_databases
def test_messages_with_a_similar_address_near_the_day_are_suggested(client):
    near = a_message(headline="On the talks held in Geneva", publish_at=NOON - 3 * DAY)
    far = a_message(headline="On the talks held in Geneva today", publish_at=NOON - 9 * DAY)
    a_message(headline="Another subject", publish_at=NOON - 2 * DAY)
    a_message(headline="On the talks held in Geneva", publish_at=None)
    a_message(headline="On the talks held in Geneva", publish_at=NOON + DAY, approved_at=NOON)
    found = suggested(client, "/messages/2020/11/22/on-the-talks-held-in-geneva/")
    assert found == [near.get_absolute_url(), far.get_absolute_url()]


@pytest.mark.parametrize("day", ["2020/02/31", "9999/12/31", "1000/01/01", "2020/0/1", "2020/13/99"])
def test_any_day_in_an_address_is_answered(client, day):
    a_message(headline="On the talks")
    assert suggested(client, f"/messages/{day}/on-the-visas/") == []


def test_pages_with_a_similar_address_are_suggested(client):
    a_page(path="visas/children", title="Children")
    a_page(path="visas/plans", title="Not yet", shown=False)
    assert suggested(client, "/visa/child/") == ["/visas/children/"]
    assert suggested(client, "/visas/plan/") == []
    assert suggested(client, "/wp-content/plugins/x/") == []


@pytest.mark.parametrize("path", ["/wp-login.php", "/visas/nowhere/", "/a/b/c/d/e/", "/.git/config"])
def test_scanners_cost_no_query_for_suggestions(client, monkeypatch, path):
    many_messages([{}] * 5)
    with CaptureQueriesContext(connection) as usual:
        main_of(client, path)
    monkeypatch.setattr(views, "suggest_links", lambda path, pages, at: [])
    with CaptureQueriesContext(connection) as bare:
        main_of(client, path)
    assert len(usual) == len(bare)


@pytest.mark.both_databases
def test_the_address_of_a_message_costs_two_queries_that_read_few_rows(client, monkeypatch):
    many_messages([{"headline": "On the talks", "publish_at": NOON - number * DAY} for number in range(1, 90)])
    path = "/messages/2020/10/01/on-talks/"
    with CaptureQueriesContext(connection) as usual:
        assert len(suggested(client, path)) == 3
    monkeypatch.setattr(views, "suggest_links", lambda path, pages, at: [])
    with CaptureQueriesContext(connection) as bare:
        main_of(client, path)
    assert len(usual) - len(bare) == 2
    assert sum(query["sql"].endswith("LIMIT 20") for query in usual) == 2


# The telephone, and a way on


@pytest.mark.parametrize(("path", "status"), [("/nowhere/", 404), ("/messages/?before=%00", 400)])
def test_error_pages_have_the_telephone_and_the_contents(client, path, status):
    an_office(emergency_phone="+44 (0) 7700 900 123")
    main = main_of(client, path, status)
    assert 'href="tel:+442036687474"' in main and 'href="tel:+447700900123"' in main
    assert 'href="/contents/"' in main and 'href="/contact/"' in main


def test_withdrawn_message_leads_on(client):
    an_office()
    message = a_message()
    message.withdraw("The date was wrong.", at=NOON)
    main = main_of(client, message.get_absolute_url(), 410)
    assert 'href="tel:+442036687474"' in main and 'href="/messages/"' in main


def test_error_page_of_the_server_has_the_telephone_without_a_query(rf, django_assert_num_queries):
    an_office()
    request = rf.get("/")
    request.at, request.edition = NOON, Edition.current(NOON)
    views.not_found(request)
    with django_assert_num_queries(0):
        answer = views.server_error(request)
    assert (answer.status_code, 'href="tel:+442036687474"' in answer.content.decode()) == (500, True)


def test_error_page_without_its_layout_has_the_last_known_telephone(rf, monkeypatch):
    an_office()
    request = rf.get("/")
    monkeypatch.setattr(views.editions, "last_known", lambda name: {"office": an_office()})
    monkeypatch.setattr("embassy.context_processors.site_context", lambda request, at: 1 / 0)
    assert 'href="tel:+442036687474"' in views.server_error(request).content.decode()
