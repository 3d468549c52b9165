"""What a public page shows beside its text: when it was updated, its contents, and the pages around it."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pages.models import Page
from tests.factories import DAY, NOON, a_page
from versions.models import VersionInfo

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

OLD = "<p>A visa costs 30 pounds.</p>"
NEW = "<p>A visa costs 35 pounds.</p>"


def main_of(client, path):
    page = client.get(path).content.decode()
    return " ".join(page[page.index("<main") : page.index("</main")].split())


def links_in(html, name):
    """Return the links and the current item of the navigation whose heading has the id `name`, as texts."""
    nav = html.partition(f'<nav aria-labelledby="{name}">')[2].partition("</nav>")[0]
    return re.findall(r"<li><(?:a|span)[^>]*>([^<]*)<", nav)


def trail_of(html):
    nav = html.partition('<nav class="breadcrumbs"')[2].partition("</nav>")[0]
    return re.findall(r"<(?:a|span)[^>]*>([^<]*)<", nav)


def save_at(page, at, **fields):
    for name, value in fields.items():
        setattr(page, name, value)
    page.save(version=VersionInfo(at))


# Updated


@pytest.mark.both_databases
def test_page_says_when_its_text_was_updated(client, clock):
    page = a_page(path="visas", body=OLD, reviewed_on=date(2020, 11, 20))
    save_at(page, NOON - 3 * DAY, body=NEW)
    clock.move_to(NOON)
    facts = main_of(client, "/visas/").partition('<p class="facts">')[2]
    assert 'Updated <time datetime="2020-11-21">21 November 2020</time>' in facts
    assert 'Last reviewed on <time datetime="2020-11-20">20 November 2020</time>' in facts


@pytest.mark.both_databases
def test_only_what_readers_saw_counts_as_an_update():
    page = a_page(path="visas", body=OLD, shown=False)
    assert page.text_changed_at() is None
    save_at(page, NOON - 9 * DAY, shown=True)
    change, _is_new = page.start_change(at=NOON - 8 * DAY)
    save_at(change, NOON - 7 * DAY, body=NEW)
    assert page.text_changed_at() == NOON - 9 * DAY
    change.submit(at=NOON - 6 * DAY)
    save_at(page, NOON - 5 * DAY, body=NEW)
    assert page.text_changed_at() == NOON - 5 * DAY


@pytest.mark.both_databases
def test_a_new_order_path_or_review_is_no_update():
    page = a_page(path="visas", body=OLD)
    save_at(page, NOON - 9 * DAY, body=NEW)
    save_at(page, NOON - 8 * DAY, order=3, place=Page.Place.MENU)
    save_at(page, NOON - 7 * DAY, path="entry")
    save_at(page, NOON - 6 * DAY, reviewed_on=date(2020, 11, 18))
    assert page.text_changed_at() == NOON - 9 * DAY


@pytest.mark.both_databases
def test_a_page_that_was_away_and_an_earlier_text_again():
    page = a_page(path="visas", body=OLD)
    save_at(page, NOON - 9 * DAY, body=NEW)
    save_at(page, NOON - 8 * DAY, shown=False)
    save_at(page, NOON - 7 * DAY, shown=True)
    assert page.text_changed_at() == NOON - 9 * DAY
    save_at(page, NOON - 6 * DAY, body=OLD)
    assert page.text_changed_at() == NOON - 6 * DAY


# Contents of the page


def test_page_with_three_headings_has_contents(client):
    body = (
        "<h2>Do I need one?</h2><p>Yes.</p><h2>Fees &amp; terms</h2><h3>Children</h3><p>None.</p><h2>How to apply</h2>"
    )
    a_page(path="visas", body=body)
    main = main_of(client, "/visas/")
    nav = main.partition('<nav class="page-contents ')[2].partition("</nav>")[0]
    entries = re.findall(r'<a href="#([^"]+)">([^<]*)</a>', nav)
    assert [text for _name, text in entries] == ["Do I need one?", "Fees &amp; terms", "How to apply"]
    assert all(f'<h2 id="{name}">{text}</h2>' in main for name, text in entries)


def test_anchors_of_headings_outlive_changes_elsewhere(client):
    page = a_page(path="visas", body="<h2>Need</h2><p>Yes.</p><h2>Fees</h2><p>30.</p><h2>Apply</h2>")
    before = re.search(r'href="(#p-[^"]+)">Fees<', main_of(client, "/visas/"))[1]
    page.body = "<p>New.</p><h2>Who</h2><p>All.</p><h2>Need</h2><p>No.</p><h2>Fees</h2><p>35.</p>"
    page.save()
    assert f'href="{before}">Fees<' in main_of(client, "/visas/")


def test_page_with_two_headings_has_no_contents(client):
    a_page(path="visas", body="<h2>Need</h2><p>Yes.</p><h2>Fees</h2><p>30.</p>")
    assert "page-contents" not in main_of(client, "/visas/")


# Pages around it


@pytest.fixture
def family():
    """Pages at three levels, a hidden one, and pages whose paths only look like theirs."""
    for number, path in enumerate(["visas/tourists", "visas", "visas/children", "visas/children/babies", "visas/fees"]):
        a_page(path=path, title=path.rpartition("/")[2].title(), order=number)
    a_page(path="visas/plans", title="Plans", shown=False)
    a_page(path="visas-for-ships", title="Ships")
    a_page(path="about", title="About")


@pytest.mark.usefixtures("family")
@pytest.mark.both_databases
def test_child_page_leads_up_and_to_its_sisters(client):
    main = main_of(client, "/visas/children/")
    assert trail_of(main) == ["Contents", "Visas", "Children"]
    assert links_in(main, "beside") == ["Tourists", "Children", "Fees"]
    assert '<span aria-current="page">Children</span>' in main
    assert '<h2 id="beside"><a href="/visas/">Visas</a></h2>' in main
    assert links_in(main, "below") == ["Babies"]


@pytest.mark.usefixtures("family")
def test_page_at_the_top_has_no_sisters(client):
    main = main_of(client, "/visas/")
    assert (trail_of(main), links_in(main, "below")) == (["Contents", "Visas"], ["Tourists", "Children", "Fees"])
    assert 'id="beside"' not in main


def test_page_without_a_page_above_it_has_no_sisters(client):
    a_page(path="m/1", title="One")
    a_page(path="m/2", title="Two")
    main = main_of(client, "/m/1/")
    assert (trail_of(main), 'id="beside"' in main) == (["Contents", "One"], False)


@pytest.mark.usefixtures("family")
def test_number_of_queries_does_not_depend_on_the_pages_around(client, django_assert_num_queries):
    client.get("/visas/children/")
    a_page(path="visas/one-more")
    with CaptureQueriesContext(connection) as few:
        client.get("/visas/children/")
    for number in range(20):
        a_page(path=f"visas/children/{number}")
        a_page(path=f"visas/{number}")
    with django_assert_num_queries(len(few)):
        client.get("/visas/children/")
