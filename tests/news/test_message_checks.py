"""Checks of a message: its own rules, the card beside the form, as saved and as typed. They never block a save."""

import re
from datetime import date, timedelta

import pytest
from django.core.cache import cache

from news import background_link_checks
from news.headline_dates import dates_in, month_numbers
from news.message_checks import (
    find_long_lead,
    find_small_image,
    message_text,
    place_of_url,
    reading_minutes,
    text_length,
    urls_of,
)
from news.models import Message
from richtext.text_checks import sanitiser_hints
from tests.factories import DAY, NOON, a_category, a_message
from tests.helpers.checks import findings_on, sentences_on
from tests.helpers.message_form import ADD_URL, change_url, create_press_officer, filled_form

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def hints_on(**kwargs):
    """Return the sentences on a message that has a lead and a text by default."""
    given = {"headline": "A statement", "lead": "A lead.", "body": "<p>Text.</p>", "category": a_category()} | kwargs
    given.setdefault("language", "ru" if re.search("[а-я]", given["headline"]) else "en")
    typed = given.pop("typed", None)
    return " ".join(sentences_on(Message(**given), NOON, typed=typed))


def test_a_complete_message_gets_no_hints():
    assert hints_on() == ""


def test_a_headline_may_have_120_characters():
    assert (hints_on(headline="x" * 120), "has 121 characters" in hints_on(headline="x" * 121)) == ("", True)


def test_a_missing_lead_gets_a_hint():
    assert "No lead." in hints_on(lead=" ")


def test_a_missing_text_gets_one_hint():
    assert hints_on(lead="", body="") == "There is no text yet."


@pytest.mark.parametrize(("size", "found"), [(0, []), (300, []), (301, ["lead"]), (670, ["lead"])])
def test_a_lead_of_more_than_300_characters_is_found(size, found):
    text = message_text(Message(headline="A", lead="x" * size, body="<p>b</p>"), NOON)
    assert [each.field for each in find_long_lead(text)] == found


@pytest.mark.parametrize(("width", "found"), [(300, ["image"]), (827, ["image"]), (828, []), (2560, []), (None, [])])
def test_a_lead_image_that_is_too_small_is_found(width, found):
    message = Message(headline="A", image_width=width)
    message.__dict__["image"] = "a.jpg"  # as it is read from the database: the file is not opened
    assert [each.field for each in find_small_image(message_text(message, NOON))] == found


@pytest.mark.parametrize(
    ("kwargs", "place"),
    [
        ({"headline": "x" * 121}, ("headline", "")),
        ({"headline": "Interview, May 4"}, ("headline", "")),
        ({"lead": ""}, ("lead", "")),
        ({"lead": "The Ministry of Foreign Affairs states."}, ("source_name", "")),
        ({"lead": "The Ministry of Foreign Affairs states.", "source_name": "MFA"}, ("source_url", "")),
        ({"body": '<p>a <a href="/gone/">The rules</a></p>'}, ("body", "a")),
        ({"lead": "", "body": ""}, ("body", "")),
        ({"language": "ru"}, ("language", "")),
    ],
)
def test_each_finding_leads_to_its_place(kwargs, place):
    given = {"headline": "A statement", "lead": "A lead.", "body": "<p>Text.</p>", "category": a_category()} | kwargs
    (found,) = findings_on(Message(**given), NOON)
    assert (found.field, found.tag) == place


# Dates in the headline


@pytest.mark.parametrize(
    "headline",
    [
        "Interview, September 24, 2020",
        "Interview, Sept. 24, 2020",
        "Interview of 24 September 2020",
        "Interview of the 24th of September 2020",
        "Interview of 24.09.2020",
        "Interview of 24/09/2020",
        "Interview of 9/24/2020",
        "Interview of 2020-09-24",
        "Interview, September 24",
        "Visit, 23–26 September 2020",
        "Visit, September 23-26, 2020",
        "Интервью 24 сентября 2020 года",
        "Interview am 24. September 2020",
        "Entretien du 24 septembre 2020",
        "Entrevista del 24 de septiembre de 2020",
        "25 September 2020, in London",
        "26 September 2020, in Moscow by then",
        "In September 2020, 24 states met in 2020",
        "Resolution 2231, 1.5 million people, 5:30",
    ],
)
def test_a_date_that_matches_one_of_the_messages_dates_gets_no_hint(headline):
    published = NOON.replace(
        month=9, day=25, hour=21, minute=30
    )  # 22:30 in London, half an hour past midnight in Moscow
    assert hints_on(headline=headline, delivered_on=date(2020, 9, 24), publish_at=published) == ""


@pytest.mark.parametrize(
    ("headline", "named"),
    [
        ("Interview, September 24, 2021", "September 24, 2021"),
        ("Interview of 23 September 2020", "23 September 2020"),
        ("Interview of 24.10.2020", "24.10.2020"),
        ("Interview, May 4", "May 4"),
        ("Interview of 31.02.2020", "31.02.2020"),
        ("Интервью 23 сентября 2020 года", "23 сентября 2020"),
    ],
)
def test_a_date_that_matches_none_gets_a_hint(headline, named):
    said = hints_on(headline=headline, delivered_on=date(2020, 9, 24), publish_at=NOON)
    assert f"names {named}, but" in said
    assert "24 September 2020 (delivered), 24 November 2020 (published)" in said


def test_a_draft_without_a_publication_time_is_compared_with_today():
    assert "24 November 2020 (today)" in hints_on(headline="Interview of 1 May 2020")


def test_wild_texts_cause_no_error():
    assert dates_in("99 January 9999, 0.0.0000, 9999-99-99, 12.-13 May " + "1 " * 500)


def test_a_month_with_a_letter_that_only_looks_alike_is_no_date():
    assert dates_in("24 Aprıl 2020, 24 ſeptember, 5 May") == dates_in("5 May")


# Links and the source


@pytest.mark.parametrize(
    "wording",
    [
        {"headline": "Comment by Foreign Ministry Spokeswoman"},
        {"lead": "The Ministry of Foreign Affairs states."},
        {"headline": "Foreign Minister’s interview with an agency"},
        {"headline": "Заявление МИД России"},
    ],
)
def test_a_text_of_the_foreign_ministry_names_its_source(wording):
    assert "Enter it as the source" in hints_on(**wording)
    assert "Enter the web address of the original" in hints_on(**wording, source_name="Ministry")
    assert hints_on(**wording, source_name="Ministry", source_url="https://example.org/") == ""


def test_the_category_may_say_that_a_text_is_the_foreign_ministrys():
    assert "Enter it as the source" in hints_on(category=a_category("mfa", name="Foreign Ministry"))


def test_a_meeting_with_a_foreign_minister_needs_no_source():
    assert hints_on(headline="The Ambassador met the Foreign Minister") == ""


# Repairs by the sanitiser


@pytest.mark.parametrize(
    "pasted",
    [
        '<p class="MsoNormal">Text</p>',
        "<p class=MsoListParagraph>Text</p>",
        '<p style="color:red;mso-fareast-language:EN">Text</p>',
        "<p>Text<o:p></o:p></p>",
        "<!--[if gte mso 9]><xml></xml><![endif]--><p>Text</p>",
    ],
)
def test_text_pasted_from_word_gets_a_hint(pasted):
    assert "pasted from Word" in hints_on(typed=pasted)


@pytest.mark.parametrize("html", ["", "<", "<h2", "<!--", "<p>Mso mso- o:p</p>", "<h2><h3>", "&" * 1000])
def test_ordinary_and_broken_texts_get_no_hint_on_repairs(html):
    assert sanitiser_hints(html) == []


# Length


@pytest.mark.parametrize(("words", "minutes"), [(0, 1), (1, 1), (200, 1), (201, 2), (1000, 5)])
def test_two_hundred_words_are_read_in_a_minute(words, minutes):
    assert reading_minutes(words) == minutes


def test_lead_and_text_are_counted():
    assert text_length(Message(lead="One two.", body="<p>Three <b>four</b></p><ul><li>five</li></ul>")) == (5, 1)


# In the admin


def test_the_form_shows_hints_and_length(admin_client):
    message = a_message(publish_at=None, headline="x" * 130, lead="", body="<p>" + "word " * 450 + "</p>")
    page = admin_client.get(change_url(message)).content.decode()
    assert ("has 130 characters" in page, "No lead." in page) == (True, True)
    assert ("<b data-words>450</b>" in page, "<b data-minutes>3</b>" in page) == (True, True)


def test_an_empty_form_has_no_findings(admin_client):
    page = admin_client.get(ADD_URL).content.decode()
    assert ("No lead" in page, "no text yet" in page, 'data-count="0"' in page) == (False, False, True)


def test_the_card_and_the_bar_count_what_is_to_be_looked_at(admin_client):
    message = a_message(publish_at=None, headline="x" * 130, lead="")
    page = admin_client.get(change_url(message)).content.decode()
    assert page.count("2 to look at") == 3  # the card, the link beside the primary button, the value for the browser
    assert "These checks describe the text as last saved." in page


def test_a_form_with_errors_has_hints_on_the_typed_text(admin_client):
    data = filled_form(_save="Save", headline="x" * 130, slug="a b", body="<h2>a</h2><h4>b</h4>")
    page = admin_client.post(ADD_URL, data).content.decode()
    assert ("has 130 characters" in page, "A heading skipped a level" in page) == (True, True)


def test_hints_never_block_a_save(admin_client):
    body = "<h4 class=MsoTitle>a</h4><p><a href='https://example.org/'>click here</a></p>"
    answer = admin_client.post(ADD_URL, filled_form(_save="Save", headline="May 1 " * 30, body=body), follow=True)
    page = answer.content.decode()
    assert Message.objects.count() == 1
    assert ("pasted from Word" in page, "A heading skipped a level" in page) == (True, True)


# As typed


def checks_of(message=None):
    return f"/admin/news/message/{message.pk}/checks/" if message else "/admin/news/message/checks/"


def typed(client, message=None, **data):
    """Return the response to a form as typed: the content of the card."""
    return client.post(checks_of(message), filled_form(**data))


def test_the_text_as_typed_is_checked(admin_client):
    saved = a_message(publish_at=None, headline="Saved")
    page = typed(admin_client, saved, headline="x" * 130, body="<p>Text</p><p></p><p>End</p>").content.decode()
    assert ("has 130 characters" in page, "1 empty paragraph is removed" in page) == (True, True)
    assert ('data-field="headline"' in page, 'data-tag="p" data-index="1"' in page) == (True, True)
    saved.refresh_from_db()
    assert saved.headline == "Saved"


def test_a_message_that_was_never_saved_is_checked(admin_client):
    page = typed(admin_client, headline="x" * 130).content.decode()
    assert "has 130 characters" in page
    assert Message.objects.count() == 0


def test_a_form_without_a_word_has_no_findings(admin_client):
    page = admin_client.post(checks_of(), {}).content.decode()
    assert ('data-count="0"' in page, "What is fine" in page) == (True, False)


def test_words_are_counted_with_the_checks(admin_client):
    page = typed(admin_client, lead="One two.", body="<p>大使馆感谢</p>").content.decode()
    assert ('data-words="5"' in page, 'data-minutes="1"' in page) == (True, True)


@pytest.mark.parametrize("body", ["\x00<p>\ud83d", "<p>" * 90_000, "x" * 300_000, '<a href="http://[">x</a>' * 50])
def test_any_text_can_be_sent(admin_client, body):
    body = body.encode(errors="surrogatepass").decode(errors="replace")
    answer = typed(admin_client, headline="\x00" * 400, lead="x" * 9_000, body=body, language="xx", category="none")
    assert answer.status_code == 200


@pytest.mark.parametrize("method", ["get", "put"])
def test_checks_need_a_post_request(admin_client, method):
    assert getattr(admin_client, method)(checks_of()).status_code == 405


def test_checks_need_the_permission_to_write(client):
    scheduled = a_message(publish_at=None)
    scheduled.publish_at = NOON + DAY
    scheduled.approve(at=NOON)
    client.force_login(create_press_officer())
    assert client.post(checks_of(scheduled), filled_form()).status_code == 403


def test_an_unknown_message_has_no_checks(admin_client):
    assert admin_client.post("/admin/news/message/999/checks/").status_code == 404


def test_who_may_only_look_sees_no_checks(client):
    scheduled = a_message(publish_at=None)
    scheduled.publish_at = NOON + DAY
    scheduled.approve(at=NOON)
    client.force_login(create_press_officer())
    page = client.get(change_url(scheduled)).content.decode()
    assert ("data-checks=" in page, "data-checks-count" in page) == (False, False)


# Links to other sites


@pytest.fixture
def asked(monkeypatch):
    """The URLs of the checks that were started; nothing is sent."""
    started = []
    monkeypatch.setattr(background_link_checks, "start_check", lambda urls, at: started.append(urls) or True)
    return started


def with_links(**kwargs):
    body = '<p><a href="https://example.org/a">a</a> <a href="/about/">b</a> <a href="http://testserver/c">c</a></p>'
    return a_message(publish_at=None, source_url="https://example.org/source", body=body, **kwargs)


def store_result(url, sentence, at):
    cache.set(background_link_checks._cache_key(url), (sentence, at))


def test_the_links_as_typed_are_checked_in_the_background(admin_client, asked):
    body = '<p><a href="https://example.org/typed">The rules</a> <a href="/messages/">All messages</a></p>'
    page = typed(admin_client, source_url="https://example.org/source", body=body).content.decode()
    assert asked == [["https://example.org/source", "https://example.org/typed"]]
    assert ("data-pending" in page, "are being checked" in page) == (True, True)


def test_to_open_a_form_checks_no_links(admin_client, asked):
    page = admin_client.get(change_url(with_links())).content.decode()
    assert (asked, "data-pending" in page, "are being checked" in page) == ([], True, False)


def test_results_are_shown_with_their_place_and_age(admin_client, asked):
    message = with_links(lead="A lead.")
    store_result("https://example.org/source", "did not respond.", NOON - timedelta(minutes=5))
    store_result("https://example.org/a", "", NOON - timedelta(hours=2))
    page = admin_client.get(change_url(message)).content.decode().replace("\xa0", " ")
    assert ('data-field="source_url"' in page, "did not respond." in page) == (True, True)
    assert ("checked 5 minutes ago" in page, "1 link to another site works, checked 2 hours ago." in page) == (
        True,
        True,
    )


def test_a_broken_link_leads_to_its_place_in_the_text():
    text = message_text(with_links(), NOON)
    places = [place_of_url(text, url) for url in urls_of(text.message)]
    assert [(place.field, place.tag, place.index) for place in places] == [("source_url", "", 0), ("body", "a", 0)]


def test_month_names_are_known_in_all_languages():
    known = month_numbers()
    names = ("september", "sept", "сентября", "septembre", "märz", "septiembre")
    assert [known[name] for name in names] == [9, 9, 9, 9, 3, 9]
