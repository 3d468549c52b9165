"""The search page: answers, folded filters, numbers, and what it says when nothing is found."""

import pytest

from tests.factories import NOON, a_category, a_message, a_page, a_topic, an_office, many_messages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def page(client, query):
    return client.get("/search/" + query).content.decode()


def test_answers_come_before_the_messages_with_title_line_and_link(client):
    a_message(headline="New visas")
    a_page(title="Visas", path="visas", description="Who needs one.")
    text = page(client, "?q=visas")
    answer = text[text.index('class="answers"') : text.index('id="results"')]
    assert '<h2><a href="/visas/">Visas</a></h2>' in answer and "<p>Who needs one.</p>" in answer
    assert text.index("Who needs one.") < text.index("New <mark>visas</mark>")


def test_a_topic_names_the_phones_of_the_consular_office_once(client):
    an_office(phone="+44 20 7946 0123", emergency_phone="+44 7700 900 123")
    a_topic(name="Passports"), a_topic(name="Lost passports")
    text = page(client, "?q=passports")
    answers = text[text.index('class="answers"') : text.index('id="results"')]
    assert answers.count("tel:+442079460123") == answers.count("tel:+447700900123") == 1
    assert answers.index("tel:") < answers.index("Lost passports")


def test_texts_of_answers_are_escaped(client):
    a_page(title="Visas <b>now</b>", description="A & <i>B</i>")
    text = page(client, "?q=visas")
    assert "Visas &lt;b&gt;now&lt;/b&gt;" in text and "A &amp; &lt;i&gt;B&lt;/i&gt;" in text


def test_filters_are_folded_below_the_total_with_the_selected_one_beside_the_results(client):
    a_message(headline="A visa", source_name="Agency"), a_message(headline="A visa", category=a_category("speeches"))
    text = page(client, "?q=visa&category=speeches")
    order = ['id="results"', "Narrow by category", 'class="index"', 'class="found"', 'class="entries"']
    assert [text.index(each) for each in order] == sorted(text.index(each) for each in order)
    assert '<a rel="nofollow" href="/search/?q=visa">Speeches <span aria-hidden="true">×</span>' in text
    assert "Narrow by category, year or source" in page(client, "?q=visa")


def test_large_numbers_have_separators(client):
    many_messages([{"headline": f"A visa {number}"} for number in range(1_200)])
    text = page(client, "?q=visa")
    assert "1,200 messages" in text and '<span class="count">1,200</span>' in text


def test_where_nothing_is_found_the_page_leads_to_the_consul_and_to_spellings(client):
    an_office(), a_topic(name="Passports")
    text = page(client, "?q=pasports")
    assert "No messages match your search. Check the spelling" in text
    assert "Contact the Consular Section:" in text and 'href="/contact/"' in text and "tel:+442036687474" in text
    assert 'q=passports">With “passports”</a> <span class="count">1</span>' in text


def test_with_answers_the_consul_is_not_named_again(client):
    an_office(), a_topic(name="Passports")
    text = page(client, "?q=passports")
    assert "No messages match your search." in text and "Check the spelling" not in text


def test_a_site_without_an_office_links_to_the_contact_page(client):
    assert "Contact the Embassy" in page(client, "?q=anything")


@pytest.mark.parametrize(
    ("query", "label"),
    [
        ("category=speeches&year=2020", "In all categories"),
        ("category=statements&year=2019", "In all years"),
        ("category=speeches&year=2019", "Without filters"),
    ],
)
def test_filters_that_find_nothing_are_dropped_the_rarest_first(client, query, label):
    a_message(headline="A visa", publish_at=NOON), a_category("speeches")
    text = page(client, f"?q=visa&{query}")
    assert "No messages match your search." in text
    assert f"Results with fewer filters: {label}" in text and "A <mark>visa</mark>" in text


def test_of_two_filters_the_one_that_hides_more_is_dropped(client):
    a_message(headline="A visa", publish_at=NOON.replace(year=2019))
    (
        a_message(headline="One visa", category=a_category("speeches")),
        a_message(headline="Two visas", category=a_category("speeches")),
    )
    many_messages([{"headline": "A visa", "source_name": "Agency", "category": a_category("comments")}])
    text = page(client, "?q=visa&category=speeches&source=agency")
    assert "Results with fewer filters: From any source" in text
    assert "One <mark>visa</mark>" in text and "Two <mark>visas</mark>" in text


def test_messages_of_dropped_filters_are_not_counted_as_found(client):
    a_message(headline="A visa", publish_at=NOON)
    assert "0 messages" in page(client, "?q=visa&category=speeches")
