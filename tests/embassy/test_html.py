"""Valid HTML: every kind of page passes a strict parser."""

import html5lib
import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory

from tests.factories import a_topic, an_office
from tests.helpers import public_pages
from tests.helpers.contact_form import contact_form_data

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("clock")]


def parsed(response):
    """Return the document, parsed by the rules; one that breaks them raises html5lib's ParseError."""
    html = response if isinstance(response, str) else response.content.decode()
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)


def test_every_kind_of_page_is_valid_html(client):
    titles = {}
    for name, address in public_pages.fill_site().items():
        document = parsed(client.get(address))
        titles[name] = document.findtext("head/title")
        assert len(document.findall(".//h1")) == 1, name
        assert len(document.findall(".//main")) == 1, name
        identifiers = [element.get("id") for element in document.iter() if element.get("id")]
        assert len(identifiers) == len(set(identifiers)), name
    assert all(titles.values())


def test_pages_of_an_empty_site_are_valid_html(client):
    for address in public_pages.EMPTY_SITE_PAGES.values():
        parsed(client.get(address))


def test_a_form_with_errors_is_valid_html(client):
    an_office()
    a_topic()
    document = parsed(client.post("/contact/", {"name": '"><script>', "email": "no", "question": "</textarea><b>"}))
    assert {script.get("src") for script in document.iter("script")} == {"/static/site.js", "/static/forms.js"}


@pytest.mark.parametrize("template", ["403.html", "500.html", "consular/expired.html"])
def test_error_pages_are_valid_html(template):
    document = parsed(render_to_string(template, request=RequestFactory().get("/")))
    assert len(document.findall(".//h1")) == 1


def test_a_refused_form_is_valid_html(client, settings):
    settings.ENQUIRIES_PER_HOUR = 1
    an_office(emergency_phone="+44 (0) 7700 900 123")
    for question in ("First", "Second </textarea>"):
        answer = client.post("/contact/", contact_form_data(question=question))
    assert answer.status_code == 429
    assert len(parsed(answer).findall(".//h1")) == 1
