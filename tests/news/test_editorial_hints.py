"""Editorial hints: they never block a save."""

import threading
from datetime import date

import pytest

from news import background_link_checks, link_checker
from news import editorial_hints as advices
from news.editorial_hints import (
    dates_in,
    editorial_hints,
    heading_levels,
    links_in,
    reading_minutes,
    sanitiser_hints,
    skips_levels,
    text_length,
)
from news.link_checker import BrokenLink
from news.models import Message
from tests.factories import DAY, NOON, a_category, a_message
from tests.helpers.message_form import ADD_URL, change_url, create_press_officer, filled_form

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def hints_on(**kwargs):
    """Return the hints on a message that has a lead and a text by default."""
    given = {"headline": "A statement", "lead": "A lead.", "body": "<p>Text.</p>", "category": a_category()} | kwargs
    typed = given.pop("typed", "")
    return " ".join(editorial_hints(Message(**given), NOON, typed=typed))


def test_a_complete_message_gets_no_hints():
    assert hints_on() == ""


def test_a_headline_may_have_120_characters():
    assert (hints_on(headline="x" * 120), "has 121 characters" in hints_on(headline="x" * 121)) == ("", True)


def test_a_missing_lead_gets_a_hint():
    assert "No lead." in hints_on(lead=" ")


def test_a_missing_text_gets_one_hint():
    assert hints_on(lead="", body="") == "There is no text yet."


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


# Links and the source


@pytest.mark.parametrize("words", ["Click here", "here", "read more …", "<strong>HERE</strong>", "здесь"])
def test_a_vague_link_text_gets_a_hint(words):
    assert "does not describe its target" in hints_on(body=f'<p><a href="https://example.org/">{words}</a></p>')


def test_a_descriptive_link_text_gets_no_hint():
    assert hints_on(body='<p><a href="https://example.org/">The statement of 2019, here in full</a></p>') == ""


def test_links_are_read_with_their_addresses_unescaped():
    assert links_in('<p><a href="/a?b=1&amp;c=2" title="x">d <em>e</em></a></p>') == [("/a?b=1&c=2", "d e")]


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


@pytest.mark.parametrize(
    ("levels", "skips"), [([], False), ([2, 3, 4, 2], False), ([1, 2], False), ([3], True), ([2, 4], True)]
)
def test_skipped_heading_levels_are_detected(levels, skips):
    assert skips_levels(levels) is skips


def test_the_levels_of_headings_are_read_as_typed():
    assert heading_levels("<H2 class=a>a</H2><h4>b<header></h4><h7>") == [2, 4]


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


def test_an_empty_form_has_no_hints(admin_client):
    assert "No lead" not in admin_client.get(ADD_URL).content.decode()


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


# Background link checks


@pytest.fixture
def asked(monkeypatch):
    """The URLs that would be checked; nothing is sent."""
    urls = []
    monkeypatch.setattr(
        link_checker, "check_links", lambda found: urls.append(found) or [BrokenLink(found[0], "leads nowhere.")]
    )
    return urls


def with_links(**kwargs):
    body = '<p><a href="https://example.org/a">a</a> <a href="/about/">b</a> <a href="http://testserver/c">c</a></p>'
    return a_message(publish_at=None, source_url="https://example.org/source", body=body, **kwargs)


def links_of(message):
    return f"/admin/news/message/{message.pk}/links/"


def test_the_links_of_the_saved_text_are_checked(admin_client, asked):
    answer = admin_client.post(links_of(with_links()))
    assert asked == [["https://example.org/source", "https://example.org/a"]]
    assert answer.json() == {"broken_links": [{"url": "https://example.org/source", "sentence": "leads nowhere."}]}


def test_results_of_link_checks_are_cached(admin_client, asked):
    message = with_links()
    admin_client.post(links_of(message))
    admin_client.post(links_of(message))
    assert len(asked) == 1


def test_one_check_runs_at_a_time(admin_client, asked):
    with background_link_checks.check_lock:
        answer = admin_client.post(links_of(with_links()))
    assert (answer.status_code, answer["Retry-After"], asked) == (503, "2", [])


def test_a_slow_check_continues_in_the_background(admin_client, monkeypatch):
    go, ended = threading.Event(), threading.Event()

    def check_all(urls):
        go.wait(30)
        return [BrokenLink(urls[0], "leads nowhere.")]

    monkeypatch.setattr(link_checker, "check_links", check_all)
    monkeypatch.setattr(background_link_checks, "WAIT_SECONDS", 0.01)
    monkeypatch.setattr(background_link_checks.connections, "close_all", ended.set)  # the thread's last step
    message = with_links()
    began = [admin_client.post(links_of(message)).status_code for _ in range(3)]
    go.set()
    assert ended.wait(30)
    answer = admin_client.post(links_of(message))
    assert (began, answer.status_code, len(answer.json()["broken_links"])) == ([503] * 3, 200, 1)


def test_a_failed_check_releases_the_lock(admin_client, monkeypatch):
    monkeypatch.setattr(link_checker, "check_links", lambda urls: [][0])
    with pytest.raises(IndexError):
        admin_client.post(links_of(with_links()))
    monkeypatch.setattr(link_checker, "check_links", lambda urls: [])
    assert background_link_checks.check_lock.acquire(timeout=30)
    background_link_checks.check_lock.release()
    assert admin_client.post(links_of(with_links())).json() == {"broken_links": []}


def test_link_checks_need_a_post_request(admin_client, asked):
    assert (admin_client.get(links_of(with_links())).status_code, asked) == (405, [])


def test_link_checks_need_change_permission(client, asked):
    scheduled = with_links()
    scheduled.publish_at = NOON + DAY
    scheduled.approve(at=NOON)
    client.force_login(create_press_officer())
    assert (client.post(links_of(scheduled)).status_code, asked) == (403, [])


def test_an_unknown_message_has_no_links(admin_client, asked):
    assert admin_client.post("/admin/news/message/999/links/").status_code == 404


def test_only_forms_with_links_have_a_link_check(admin_client):
    message, without = with_links(), a_message(publish_at=None)
    pages = [admin_client.get(change_url(row)).content.decode() for row in (message, without)]
    assert [f'data-links="{links_of(row)}"' in page for row, page in zip((message, without), pages, strict=True)] == [
        True,
        False,
    ]


def test_month_names_are_known_in_all_languages():
    known = advices.month_numbers()
    assert [known[name] for name in ("september", "sept", "сентября", "septembre", "märz", "septiembre")] == [
        9,
        9,
        9,
        9,
        3,
        9,
    ]
