"""Menu of sections, which of them is current, and the contents of the site."""

import re

import html5lib
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from embassy.menu import MAX_CHILDREN, MAX_SECTIONS, build_menu, mark_current
from news.models import Category
from tests.factories import a_category, a_counter, a_message, a_page, a_topic

pytestmark = pytest.mark.django_db


def menu_of(client, path):
    """Return `site.menu` of the page at `path`."""
    return client.get(path).context["site"]["menu"]


def titles(items):
    return [item.title for item in items]


def marks(client, path):
    """Return the pairs of title and mark of the current sections and children, from the HTML."""
    masthead = client.get(path).content.decode().partition("</header>")[0]
    found = re.findall(r'<a href="[^"]*" aria-current="(page|true)">([^<]*)</a>', masthead)
    return [(title, mark) for mark, title in found]


def fourteen_pages_with_children():
    for number in range(1, 15):
        a_page(path=f"m/{number}", title=f"Page {number}", place="menu", order=number)
        for part in (1, 2):
            a_page(path=f"m/{number}/part-{part}", title=f"Page {number}.{part}", place="menu", order=100)


# Sections


def test_menu_without_pages_has_three_sections(client):
    a_category("speeches")
    menu = menu_of(client, "/")
    assert titles(menu) == ["Messages", "Counters", "Contact"]
    assert [(item.title, item.url) for item in menu[0].children] == [("Speeches", "/messages/speeches/")]


def test_few_pages_have_sections_of_their_own(client):
    for number, path in enumerate(["about", "visas", "visas/children", "passports"]):
        a_page(path=path, title=path, place="menu", order=number)
    menu = menu_of(client, "/")
    assert titles(menu) == ["Messages", "about", "visas", "passports", "Counters", "Contact"]
    assert titles(menu[2].children) == ["visas/children"]


def test_single_pages_share_a_section_where_there_are_many(client):
    for number, path in enumerate(["about", "visas", "visas/children", "passports", "history", "mission"]):
        a_page(path=path, title=path, place="menu", order=number)
    menu = menu_of(client, "/")
    assert titles(menu) == ["Messages", "visas", "The Embassy", "Counters", "Contact"]
    assert (menu[2].url, titles(menu[2].children)) == (
        "/contents/#embassy",
        ["about", "passports", "history", "mission"],
    )


def test_menu_of_fourteen_pages_and_28_children_has_at_most_seven_sections(client):
    fourteen_pages_with_children()
    menu = menu_of(client, "/")
    assert titles(menu) == ["Messages", "Page 1", "Page 2", "Page 3", "The Embassy", "Counters", "Contact"]
    assert len(menu) == MAX_SECTIONS
    assert titles(menu[1].children) == ["Page 1.1", "Page 1.2"]
    assert titles(menu[4].children) == [f"Page {number}" for number in range(4, 15)]


def test_section_with_too_many_children_ends_with_the_contents(client):
    a_page(path="visas", place="menu")
    for number in range(MAX_CHILDREN + 1):
        a_page(path=f"visas/{number}", title=f"Visa {number}", place="menu", order=number)
    children = menu_of(client, "/")[1].children
    assert (len(children), children[-1].url) == (MAX_CHILDREN, "/contents/")


def test_pages_outside_the_menu_are_not_listed(client):
    a_page(path="visas", place="menu")
    a_page(path="visas/fees")
    a_page(path="privacy", place="footer")
    menu = menu_of(client, "/")
    assert (len(menu), menu[1].children) == (4, ())


def test_number_of_queries_does_not_depend_on_the_number_of_pages(client, django_assert_num_queries):
    client.get("/counters/")
    a_page(place="menu")
    with CaptureQueriesContext(connection) as few:
        client.get("/counters/")
    fourteen_pages_with_children()
    with django_assert_num_queries(len(few)):
        client.get("/counters/")


# Marks


def test_current_page_is_marked(client):
    a_page(path="visas", title="Visas", place="menu")
    assert marks(client, "/visas/") == [("Visas", "page")]


def test_section_of_a_child_page_is_marked_as_above_it(client):
    a_page(path="visas", title="Visas", place="menu")
    a_page(path="visas/children", title="Children", place="menu")
    assert marks(client, "/visas/children/") == [("Visas", "true"), ("Children", "page")]


def test_section_above_a_page_outside_the_menu_is_marked(client):
    a_page(path="visas", title="Visas", place="menu")
    a_page(path="visas/fees")
    a_page(path="visas-for-ships", title="Ships")
    assert (marks(client, "/visas/fees/"), marks(client, "/visas-for-ships/")) == ([("Visas", "true")], [])


def test_shared_section_is_marked_on_the_pages_below_its_children(client):
    fourteen_pages_with_children()
    assert marks(client, "/m/9/part-2/") == [("The Embassy", "true"), ("Page 9", "true")]


def test_messages_are_marked_on_lists_and_messages(client):
    message = a_message()
    assert marks(client, "/messages/") == [("Messages", "page")]
    assert marks(client, "/messages/statements/2020/") == [("Messages", "true"), ("Statements", "true")]
    assert marks(client, message.get_absolute_url())[:1] == [("Messages", "true")]


def test_counter_and_contact_are_marked(client):
    counter = a_counter()
    assert marks(client, counter.get_absolute_url()) == [("Counters", "true")]
    assert marks(client, "/contact/") == [("Contact", "page")]


def test_no_section_is_current_on_the_home_page(client):
    a_page(path="about", place="menu")
    assert marks(client, "/") == []


# Contents


def test_contents_list_every_public_page_below_its_parent(client):
    a_page(path="visas", title="Visas", place="menu")
    a_page(path="visas/for/children", title="For children")
    a_page(path="privacy", title="Privacy", place="footer")
    a_page(path="plans", title="Not yet", shown=False)
    a_category("speeches")
    a_counter(incident="the fire")
    page = client.get("/contents/").content.decode()
    main = page[page.index("<main") : page.index("</main")]
    found = re.findall(r'<a href="(/[^"]*)">', main)
    assert {"/messages/speeches/", "/visas/", "/visas/for/children/", "/privacy/", "/counters/", "/contact/"} <= {
        *found
    }
    assert "Not yet" not in page and ">the fire</a>" in main
    html5lib.HTMLParser(strict=True).parse(page)
    nested = re.search(r'<a href="/visas/">Visas</a>\s*<ul>\s*<li><a href="/visas/for/children/">', main)
    assert nested


def test_contents_list_the_topics_of_the_contact_page(client):
    topic = a_topic(name="Lost passport")
    page = client.get("/contents/").content.decode()
    assert f'<a href="{topic.get_absolute_url()}">Lost passport</a>' in page
    assert '<a href="/contact/write/">' in page


def test_contents_are_linked_from_the_foot_and_the_sitemap(client):
    assert '<a href="/contents/">Contents</a>' in client.get("/").content.decode()
    assert "/contents/</loc>" in client.get("/sitemap/pages.xml").content.decode()


def test_a_link_to_the_contents_does_not_mark_its_section(client):
    for number in range(MAX_CHILDREN + 1):
        a_category(f"category-{number}")
    menu = mark_current(build_menu(Category.objects.all(), []), "/contents/")
    assert [item.title for item in menu if item.current] == []
