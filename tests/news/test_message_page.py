"""The page of a message: its rail of facts and actions, its trail, how its headline is shown, and what paper says."""

import json
import re
from urllib.parse import parse_qs, unquote, urlsplit

import html5lib
import pytest
import time_machine

from consular.models import Office
from tests.factories import DAY, HOUR, NOON, a_category, a_message, an_office
from tests.helpers.files import an_attachment
from tests.helpers.page_metadata import json_ld

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def a_press_office(**kwargs):
    values = {"kind": Office.Kind.PRESS, "name": "Press Office", "phone": "+44 (0) 20 7946 0123"}
    return an_office(**values | {"email": "press@example.org"} | kwargs)


def page_of(client, message):
    response = client.get(message.get_absolute_url())
    assert response.status_code == 200
    return html5lib.parse(response.content.decode(), namespaceHTMLElements=False)


def texts(element):
    return " ".join("".join(element.itertext()).split())


def of_class(page, name):
    return [element for element in page.iter() if name in (element.get("class") or "").split()]


def facts(page):
    """Return the facts in the rail, by their names."""
    (rail,) = of_class(page, "rail")
    return {
        texts(row[0]): " ".join(texts(value) for value in row[1:]) for row in rail.iter("div") if row[0].tag == "dt"
    }


def link(page, text):
    return next(each for each in page.iter("a") if texts(each) == text)


def test_the_rail_has_the_facts_in_words(client):
    a_press_office()
    message = a_message(
        publish_at=NOON - DAY,
        delivered_on=(NOON - 2 * DAY).date(),
        source_name="MFA",
        source_url="https://example.org/a_b",
    )
    an_attachment(message)
    assert facts(page_of(client, message)) == {
        "Published": "23 November 2020, 12:37 London · 15:37 Moscow",
        "Delivered": "22 November 2020",
        "Source": "MFA https://example.org/a_b",
        "Attached": "Programme of the visit (PDF, 85 bytes)http://testserver" + attachment_url(message)
        + " Ask for another format",
        "Press Office": "+44 (0) 20 7946 0123 press@example.org",
    }  # fmt: skip


def attachment_url(message):
    return f"/media/{message.attachments.get().file.name}"


def test_facts_that_a_message_does_not_have_are_left_out(client):
    assert list(facts(page_of(client, a_message()))) == ["Published"]


def test_another_format_is_asked_for_by_email_to_the_press_office(client):
    a_press_office(email="press+formats@example.org")
    message = a_message(headline="“Budget” & plans: 100 %?")
    an_attachment(message)
    address = urlsplit(link(page_of(client, message), "Ask for another format").get("href"))
    assert (address.scheme, unquote(address.path)) == ("mailto", "press+formats@example.org")
    assert parse_qs(address.query) == {"subject": ["Another format of “‘Budget’ & plans: 100 %?”"]}


def test_without_a_press_office_another_format_is_asked_for_on_the_contact_page(client):
    message = a_message()
    an_attachment(message)
    assert link(page_of(client, message), "Ask for another format").get("href") == "/contact/"


def test_a_change_of_the_press_office_is_on_the_page_at_once(client):
    office, message = a_press_office(), a_message()
    assert "+44 (0) 20 7946 0123" in facts(page_of(client, message))["Press Office"]
    office.phone = "+44 (0) 20 7946 0999"
    office.save()
    assert "+44 (0) 20 7946 0999" in facts(page_of(client, message))["Press Office"]


def test_the_category_can_be_followed(client):
    message = a_message(category=a_category("speeches"))
    page = page_of(client, message)
    assert link(page, "http://testserver/messages/speeches/feed/").get("href") == "/messages/speeches/feed/"
    assert "Follow Speeches" in [texts(each) for each in page.iter("summary")]


def test_the_citation_files_are_offered(client):
    message = a_message()
    page = page_of(client, message)
    for name, kind in (("BibTeX", "bib"), ("RIS", "ris")):
        found = link(page, name)
        assert (found.get("href"), "download" in found.attrib) == (f"{message.get_absolute_url()}citation.{kind}", True)
        assert client.get(found.get("href")).status_code == 200


def test_buttons_that_need_a_script_are_hidden_without_one(client):
    (rail,) = of_class(page_of(client, a_message()), "rail")
    assert {("hidden" in button.attrib) for button in rail.iter("button")} == {True}


def test_the_trail_of_the_archive_is_shown(client):
    message = a_message(category=a_category("speeches"))
    page = page_of(client, message)
    trail = next(each for each in page.iter("nav") if each.get("aria-label") == "Breadcrumbs")
    shown = [(texts(each), each.get("href")) for each in trail.iter("a")]
    assert shown == [("All messages", "/messages/"), ("Speeches", "/messages/speeches/")]
    found, _html = json_ld(client, message.get_absolute_url())
    items = next(each for each in found["@graph"] if each["@type"] == "BreadcrumbList")["itemListElement"]
    assert [(each["name"], each["item"].removeprefix("http://testserver")) for each in items[1:3]] == shown
    assert not [each for each in trail.iter() if each.get("aria-current")]


def test_quotation_marks_in_the_citation_are_single(client):
    page = page_of(client, a_message(headline="On the “talks”"))
    citation = next(each for each in page.iter("p") if each.get("id") == "citation")
    assert texts(citation).startswith("Embassy of the Republic in London, “On the ‘talks’”, 23 November 2020, http")


def test_a_name_is_kept_whole_in_the_shown_headline_only(client):
    message = a_message(headline="Life post-COVID-19")
    page = page_of(client, message)
    assert [texts(each) for each in page.iter("h1")] == ["Life post-COVID\u201119"]
    citation = next(each for each in page.iter("p") if each.get("id") == "citation")
    assert "Life post-COVID-19" in texts(citation)
    assert "Life post-COVID-19" in texts(next(page.iter("title")))
    assert "\u2011" not in json.dumps(json_ld(client, message.get_absolute_url())[0], ensure_ascii=False)


def test_arabic_texts_have_their_direction_and_ours_do_not(client):
    a_message(headline="قبل", language="ar", publish_at=NOON - 3 * DAY)
    message = a_message(headline="بيان", lead="نص", body="<p>فقرة من النص.</p>", language="ar", publish_at=NOON - DAY)
    an_attachment(message, name="برنامج")
    a_message(headline="بعد", language="ar", publish_at=NOON - HOUR)
    for element in page_of(client, message).iter():
        own = (element.text or "").strip()
        if element.tag in ("title", "script", "html"):
            continue
        if re.search("[\u0600-\u06ff]", own) and own != "فقرة من النص.":
            assert (element.get("lang"), element.get("dir")) == ("ar", "rtl"), own
        elif element.get("dir") == "rtl":
            assert not re.search("[A-Za-z]{3}", own), own


# Print


def test_paper_says_whose_text_it_is_and_of_when(client):
    a_press_office()
    message = a_message(publish_at=NOON - DAY)
    head, foot = (texts(each) for each in of_class(page_of(client, message), "printed"))
    assert head == "Press Office · +44 (0) 20 7946 0123 · press@example.org · Page as of 24 November 2020"
    assert foot == (
        "Text as of 23 November 2020, 12:37 London · 15:37 Moscow. http://testserver" + message.get_absolute_url()
    )
    message.publish_correction("The date was wrong.", at=NOON - HOUR)
    foot = texts(of_class(page_of(client, message), "printed")[-1])
    assert foot.startswith("Text as of 24 November 2020, 11:37 London · 14:37 Moscow.")


@pytest.mark.parametrize("path", ["/", "/messages/", "/counters/", "/contact/", "/search/"])
def test_every_page_says_its_address_on_paper_without_its_query(client, path):
    for query in ("", "?utm_source=elsewhere"):
        page = html5lib.parse(client.get(path + query).content.decode(), namespaceHTMLElements=False)
        assert page.get("data-address") == f"http://testserver{path}"
