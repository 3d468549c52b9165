"""The pages of topics: their slugs, their answers, and the form with the topic chosen."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from consular.models import CommonQuestion, Topic
from redirects.models import Redirect
from tests.factories import a_topic, an_office
from tests.helpers.contact_form import WRITE
from tests.helpers.versioned_forms import opened_form, post_form
from tests.helpers.wsgi import request_page

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


# Slugs


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Lost or stolen passport", "lost-or-stolen-passport"),
        ("Паспорта", "pasporta"),
        ("Write", "write-2"),
        ("Sent", "sent-2"),
        ("Enquiry", "enquiry-2"),
        ("—", "topic"),
    ],
)
def test_a_slug_is_derived_from_the_name_and_is_not_reserved(name, slug):
    assert a_topic(name=name).slug == slug


def test_topics_with_similar_names_have_different_slugs():
    assert [a_topic(name=name).slug for name in ("Visas", "Visas!", "VISAS?")] == ["visas", "visas-2", "visas-3"]


@pytest.mark.parametrize("slug", ["write", "sent", "enquiry"])
def test_a_reserved_slug_is_refused_by_the_form_and_by_the_database(slug):
    topic = a_topic()
    topic.slug = slug
    with pytest.raises(ValidationError, match="are reserved for other pages"):
        topic.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        topic.save()


def test_a_former_address_redirects_to_the_topic(client):
    topic = a_topic(name="Lost passport")
    topic.slug = "passport-lost-or-stolen"
    topic.save()
    answer = client.get("/contact/lost-passport/")
    assert (answer.status_code, answer["Location"]) == (301, "/contact/passport-lost-or-stolen/")
    Topic.objects.update(shown=False)
    assert client.get("/contact/lost-passport/").status_code == 404


def test_a_topic_can_be_added_and_its_slug_changed_in_the_admin(admin_client):
    topic = a_topic(name="Lost passport")
    assert post_form(admin_client, topic, opened_form(admin_client, topic, slug=""))[0] == 302
    topic.refresh_from_db()
    assert topic.slug == "lost-passport"
    assert post_form(admin_client, topic, opened_form(admin_client, topic, slug="passport"))[0] == 302
    assert Redirect.objects.get().path == "/contact/lost-passport/"
    status, page = post_form(admin_client, topic, opened_form(admin_client, topic, slug="write"))
    assert (status, "are reserved for other pages" in page) == (200, True)


# Pages


@pytest.fixture
def topic():
    an_office(emergency_phone="+44 (0) 7700 900123")
    row = a_topic(name="Lost passport", sentence="Report it to the police first.", answer_days=1)
    CommonQuestion.objects.create(topic=row, question="What if <I> travel?", answer="Ring us.\n\nBring a photograph.")
    return row


def test_the_page_of_a_topic_has_its_answers_the_phones_and_the_time_to_reply(topic, client, clock):
    page = client.get(topic.get_absolute_url()).content.decode()
    for said in (
        "<h1>Lost passport</h1>",
        "Report it to the police first.",
        "<h2>What if &lt;I&gt; travel?</h2>",
        "<p>Bring a photograph.</p>",
        "tel:+447700900123",
        "tel:+442036687474",
        "Open now, until 13:00",
        "We answer within 1 working day.",
        '<a href="/contact/write/?topic=lost-passport">',
        '<link rel="canonical" href="http://testserver/contact/lost-passport/">',
    ):
        assert said in page, said
    assert "<form" not in page.split("<main")[1]


def test_the_contact_page_links_to_each_topic_and_to_the_form_about_it(topic, client):
    page = client.get("/contact/").content.decode()
    assert '<a href="/contact/lost-passport/">Lost passport</a>' in page
    assert '<a href="/contact/write/?topic=lost-passport">' in page


def test_the_form_has_the_topic_of_the_link_chosen(topic, client):
    other = a_topic(name="Visas")
    page = client.get(f"{WRITE}?topic=lost-passport").content.decode()
    assert re.findall(r'<option value="(\d+)" selected', page) == [str(topic.pk)]
    assert "We answer within 1 working day." in page and topic.get_absolute_url() in page
    for query in ("", "?topic=nothing", f"?topic={other.pk}"):
        assert not re.search(r'<option value="\d+" selected', client.get(WRITE + query).content.decode())


def test_a_hidden_topic_has_no_page(client):
    assert client.get(a_topic(name="Visas", shown=False).get_absolute_url()).status_code == 404


def test_topics_are_in_the_sitemap_and_the_form_is_not_crawled(client, topic):
    hidden = a_topic(name="Visas", shown=False)
    sitemap = client.get(reverse("sitemap_pages")).content.decode()
    assert topic.get_absolute_url() in sitemap and hidden.get_absolute_url() not in sitemap
    assert "Disallow: /contact/write/\n" in client.get("/robots.txt").content.decode()
    assert '<meta name="robots" content="noindex">' in client.get(WRITE).content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_page_of_a_topic_is_cached_and_sets_no_cookie(topic):
    first, second = request_page(topic.get_absolute_url()), request_page(topic.get_absolute_url())
    assert "Set-Cookie" not in first.headers and second.headers["Cache-Status"] == "embassy; hit"
    topic.sentence = "Call the police first."
    topic.save()
    assert "Call the police first." in request_page(topic.get_absolute_url()).text
