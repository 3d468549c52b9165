"""Earlier texts: what the public read before each correction or update, with the changed words marked."""

import re

import pytest

from news.earlier_texts import list_corrections
from news.models import Correction, WorkflowLogEntry
from news.templatetags.corrections import marked_words
from tests.factories import DAY, HOUR, NOON, a_category, a_message
from tests.helpers.revisions import a_correction, stored
from tests.helpers.versions import without_versions
from versions.text_diff import Op, Span

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

TEXT = "<p>The talks began on {}.</p>\n<p>They were short.</p>"
MONDAY, TUESDAY, FRIDAY = (TEXT.format(day) for day in ("Monday", "Tuesday", "Friday"))
NOTE = "The talks began on another day."
PATH = "/messages/2020/11/23/talks/"


def out(**kwargs):
    """Return a message that was published yesterday."""
    return a_message(**{"headline": "The talks", "body": MONDAY, "slug": "talks"} | kwargs)


def correct(message, note=NOTE, *, at=NOON, kind="correction", **changed):
    """Publish a correction with these changes of the message."""
    for name, value in changed.items():
        setattr(message, name, value)
    message.publish_correction(note, kind=kind, at=at)


def fix_typo(message, **changed):
    for name, value in changed.items():
        setattr(message, name, value)
    message.fix_typo(at=NOON)


def earlier(client, number=1, path=PATH):
    """Return the page of an earlier text, without the words that only screen readers say."""
    page = client.get(f"{path}earlier/{number}/").content.decode()
    return re.sub(r'<span class="unseen" lang="en-gb">(?:Removed|Added): </span>', "", page)


def status(client, number=1, path=PATH):
    return client.get(f"{path}earlier/{number}/").status_code


def replaced(message):
    """Return the body that each correction has replaced, None where it has none."""
    bodies = dict(message.history.values_list("history_id", "body"))
    return [bodies.get(row.earlier_version) for row in message.corrections.order_by("id")]


# Which text it was


def test_a_correction_names_the_version_that_it_replaced():
    message = out()
    correct(message, body=TUESDAY)
    assert replaced(message) == [MONDAY]


def test_each_of_several_corrections_names_the_text_right_before_it():
    message = out()
    correct(message, body=TUESDAY)
    correct(message, body=FRIDAY)
    correct(message, headline="The last talks")
    assert replaced(message) == [MONDAY, TUESDAY, FRIDAY]


def test_the_text_before_a_correction_has_the_typos_that_were_fixed_until_then():
    message = out(body=MONDAY.replace("short", "shrot"))
    fix_typo(message, body=MONDAY)
    correct(message, body=TUESDAY.replace("short", "shrot"))
    fix_typo(message, body=TUESDAY)
    correct(message, body=FRIDAY)
    assert replaced(message) == [MONDAY, TUESDAY]


def test_a_correction_by_a_revision_names_the_text_before_it():
    message = out()
    for body in (TUESDAY, FRIDAY):
        a_correction(message, body=body).approve(at=NOON)
    assert replaced(message) == [MONDAY, TUESDAY]


def test_a_restored_version_names_the_text_that_it_replaced(admin_client):
    message = out()
    correct(message, body=TUESDAY)
    first = message.history.order_by("history_id").first()
    admin_client.post(f"/admin/news/message/{message.pk}/history/{first.history_id}/restore/")
    revision = message.open_revision()
    revision.change_kind, revision.change_note = "correction", "It was Monday after all."
    revision.approve(at=NOON)
    assert (stored(message).body, replaced(message)) == (MONDAY, [MONDAY, TUESDAY])


def test_the_first_change_of_an_imported_message_names_the_imported_text():
    imported = without_versions(out())
    assert not imported.history.exists()
    a_correction(imported, body=TUESDAY).approve(at=NOON)
    assert replaced(imported) == [MONDAY]


def test_a_correction_that_leaves_the_text_as_it_was_names_none(client):
    message = out()
    correct(message, source_name="The ministry")
    assert (replaced(message), status(client)) == ([None], 404)
    page = client.get(PATH).content.decode()
    assert (NOTE in page, "Text before this correction" in page) == (True, False)


def test_a_text_that_was_not_public_yet_is_none_that_was_replaced():
    message = out(publish_at=None)
    message.publish_at = message.approved_at = NOON - HOUR
    correct(message, body=TUESDAY)
    assert replaced(message) == [None]


# Kinds


def test_an_update_is_recorded_as_one(client):
    message = out()
    a_correction(message, body=TUESDAY, change_kind="update", change_note="They were put off.").approve(at=NOON)
    assert message.corrections.get().kind == Correction.Kind.UPDATE
    entry = message.log_entries.get()
    assert (entry.kind, entry.reason, str(entry)) == (WorkflowLogEntry.Kind.UPDATE, "They were put off.", "updated")
    page = client.get(PATH).content.decode()
    assert ("<strong>Update</strong>" in page, "Text before this update" in page) == (True, True)
    assert "Text before the update of 24 November 2020" in earlier(client)


def test_a_correction_is_of_no_other_kind():
    with pytest.raises(ValueError, match="withdrawn"):
        out().publish_correction(NOTE, kind="withdrawn", at=NOON)


# Below the message


def test_the_message_lists_each_correction_with_kind_date_note_and_earlier_text(client):
    message = out()
    correct(message, "Tuesday is right.", body=TUESDAY)
    correct(message, "They went on until Friday.", kind="update", at=NOON + HOUR, body=FRIDAY)
    page = client.get(PATH).content.decode()
    listed = re.findall(r'<p id="correction-(\d)"><strong>(\w+)</strong> .*?>([^<>]*)</span> <a href="([^"]*)">', page)
    assert listed == [
        ("1", "Correction", "Tuesday is right.", f"{PATH}earlier/1/"),
        ("2", "Update", "They went on until Friday.", f"{PATH}earlier/2/"),
    ]


def test_a_typo_shows_nothing(client):
    message = out()
    fix_typo(message, body=MONDAY.replace("short", "shorter"))
    page = client.get(PATH).content.decode()
    assert ("Changes since publication" in page, status(client)) == (False, 404)


# The page


def test_the_page_marks_the_changed_words_and_names_date_and_note(client):
    message = out(lead="In Geneva & beyond.")
    correct(message, body=TUESDAY, headline="The last talks")
    page = earlier(client)
    assert "<p>The talks began on <del>Monday.</del> <ins>Tuesday.</ins></p>" in page
    assert ("<h2>The <ins>last</ins> talks</h2>" in page, "<p>In Geneva &amp; beyond.</p>" in page) == (True, True)
    assert (NOTE in page, "24 November 2020, 12:37 London" in page) == (True, True)
    assert f'<a href="{PATH}">Read the present text</a>' in page


def test_screen_readers_say_which_words_changed(client):
    correct(out(), body=TUESDAY)
    page = client.get(f"{PATH}earlier/1/").content.decode()
    assert '<del><span class="unseen" lang="en-gb">Removed: </span>Monday.</del>' in page
    assert '<ins><span class="unseen" lang="en-gb">Added: </span>Tuesday.</ins>' in page


@pytest.mark.parametrize(
    ("spans", "html"),
    [
        (
            [("kept", "on "), ("removed", "Monday"), ("added", "Friday"), ("kept", " at noon")],
            "on -Monday- +Friday+ at noon",
        ),
        ([("kept", "trade, "), ("added", "science and "), ("kept", "culture")], "trade, +science and+ culture"),
        ([("removed", "one"), ("kept", " "), ("added", "two")], "-one- +two+"),
        ([("kept", "a < b"), ("added", " & c")], "a &lt; b +&amp; c+"),
    ],
)
def test_marks_are_on_words_and_leave_the_spaces_out(spans, html):
    shown = re.sub(
        r'<span class="unseen"[^>]*>[^<]*</span>', "", marked_words([Span(Op(kind), text) for kind, text in spans])
    )
    assert re.sub("</?del>", "-", re.sub("</?ins>", "+", shown)) == html


def test_each_page_compares_its_text_with_the_next_one_alone(client):
    message = out()
    correct(message, body=TUESDAY)
    fix_typo(message, body=TUESDAY.replace("short", "brief"))
    correct(message, body=FRIDAY.replace("short", "brief"))
    first, second = earlier(client, 1), earlier(client, 2)
    assert ("<del>Monday.</del> <ins>Tuesday.</ins>" in first, "brief" in first) == (True, False)
    assert ("<del>Tuesday.</del> <ins>Friday.</ins>" in second, "They were brief." in second) == (True, True)


def test_the_pages_lead_to_each_other(client):
    message = out()
    correct(message, body=TUESDAY)
    correct(message, source_name="The ministry")  # which has no page
    correct(message, body=FRIDAY)
    links = [re.findall(r'rel="(prev|next)" href="([^"]*)"', earlier(client, number)) for number in (1, 3)]
    assert links == [[("next", f"{PATH}earlier/3/")], [("prev", f"{PATH}earlier/1/")]]


def test_a_change_of_formatting_is_said_to_be_one(client):
    correct(out(), body=MONDAY.replace("Monday", "<em>Monday</em>"))
    page = earlier(client)
    assert ("The words were the same." in page, "<del>" in page.partition("marked")[2]) == (True, False)


def test_the_text_is_escaped(client):
    message = out(headline="<b>Talks</b>", body="<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>")
    correct(message, "<i>Note</i>", headline="<u>Talks</u>")
    page = earlier(client)
    assert "&lt;b&gt;Talks&lt;/b&gt;" in page
    assert [tag for tag in ("<b>", "<u>", "<i>", "<script>alert") if tag in page] == []


def test_the_page_is_not_for_search_engines(client):
    correct(out(), body=TUESDAY)
    answer = client.get(f"{PATH}earlier/1/")
    page = answer.content.decode()
    assert answer["X-Robots-Tag"] == "noindex"
    assert ('<meta name="robots" content="noindex">' in page, page.count("canonical")) == (True, 1)
    assert f'<link rel="canonical" href="http://testserver{PATH}">' in page
    maps = [client.get(path).content.decode() for path in ("/sitemap/2020-11.xml", "/sitemap/news.xml")]
    assert ["earlier" in text for text in maps] == [False, False]
    assert "The talks" in maps[1]
    found = [PATH in client.get(f"/search/?q={word}").content.decode() for word in ("Monday", "Tuesday")]
    assert found == [False, True]
    assert "earlier" not in client.get("/search/?q=Tuesday").content.decode()


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ru", "ltr"), ("ar", "rtl")])
def test_texts_have_the_language_and_direction_of_the_message(client, language, direction):
    correct(out(language=language), body=TUESDAY)
    marks = f'lang="{language}" dir="{direction}"'
    page = earlier(client)
    assert [f'class="{name}" {marks}' in page for name in ("headline", "body")] == [True, True]
    assert (f"<span {marks}>{NOTE}" in page, f"<span {marks}>{NOTE}" in client.get(PATH).content.decode()) == (
        True,
        True,
    )


def test_a_text_of_the_longest_kind_is_shown(client):
    message = out(body="<p>a b</p>" * 9_900)
    correct(message, body="<p>b c</p>" * 9_900)
    assert status(client) == 200


@pytest.mark.django_db(transaction=True)
def test_the_page_costs_few_queries(client, django_assert_max_num_queries):
    message = out()
    correct(message, body=TUESDAY)
    correct(message, body=FRIDAY, category=a_category("comments"))
    client.get("/counters/")  # the edition, and its values for all pages
    with django_assert_max_num_queries(4):  # one reads the edition's number
        assert "<del>Tuesday.</del>" in earlier(client, 2)


# Corrections without a page


@pytest.mark.parametrize("number", ["0", "01", "2", "99999", "9" * 30, "-1", "x", "1.5"])
def test_a_number_without_an_earlier_text_is_not_found(client, number):
    correct(out(), body=TUESDAY)
    assert status(client, number) == 404


def test_a_message_that_does_not_exist_has_no_earlier_texts(client):
    correct(out(), body=TUESDAY)
    assert [status(client, path=f"/messages/{rest}/") for rest in ("2020/11/23/other", "2020/11/31/talks")] == [
        404,
        404,
    ]


def test_imported_corrections_have_no_page(client):
    message = out(revised_at=NOON)
    Correction.objects.create(message=message, at=NOON, note=NOTE)
    assert (status(client), NOTE in client.get(PATH).content.decode()) == (404, True)
    correct(message, body=TUESDAY)
    assert (status(client, 1), status(client, 2)) == (404, 200)


def test_a_withdrawn_message_has_its_notice_at_the_earlier_texts_too(client):
    message = out()
    correct(message, body=TUESDAY)
    message.withdraw("It was not ours.", at=NOON)
    answer = client.get(f"{PATH}earlier/1/")
    page = answer.content.decode()
    assert (answer.status_code, "It was not ours." in page) == (410, True)
    assert [text for text in ("Monday", "Tuesday", NOTE, "The talks") if text in page] == []
    assert status(client, 2) == 404


def test_a_restored_message_has_its_earlier_texts_again(client):
    message = out()
    correct(message, body=TUESDAY)
    message.withdraw("We shall see.", at=NOON)
    message.restore(at=NOON)
    assert "<del>Monday.</del>" in earlier(client)


def test_a_text_that_was_withdrawn_and_replaced_before_it_returned_stays_withdrawn(client):
    message = out()
    correct(message, body=TUESDAY)
    message.withdraw("It named a person.", at=NOON)
    correct(message, body=FRIDAY)
    message.restore(at=NOON)
    assert [status(client, number) for number in (1, 2)] == [404, 404]
    page = client.get(PATH).content.decode()
    assert ("Text before this correction" in page, page.count(NOTE) >= 2) == (False, True)
    correct(message, body=MONDAY)
    assert [status(client, number) for number in (1, 2, 3)] == [404, 404, 200]
    assert "<del>Friday.</del> <ins>Monday.</ins>" in earlier(client, 3)


def test_a_correction_while_withdrawn_takes_earlier_texts_back_for_good(client):
    message = out()
    correct(message, body=TUESDAY)
    message.withdraw("It named a person.", at=NOON)
    correct(message, "The first text was taken back.")
    message.restore(at=NOON)
    page = client.get(PATH).content.decode()
    assert (status(client), "Text before this correction" in page, "taken back" in page) == (404, False, True)


def test_a_scheduled_message_has_no_earlier_texts(client):
    message = out(publish_at=NOON + HOUR, approved_at=NOON - DAY)
    message.body = TUESDAY
    message.change_approved("The day is wrong.", at=NOON)
    assert status(client, path="/messages/2020/11/24/talks/") == 404
    assert list_corrections(message) == []


def test_the_former_url_redirects(client):
    message = out()
    correct(message, body=TUESDAY)
    message.slug = "first-talks"
    message.save()
    answer = client.get(f"{PATH}earlier/1/")
    assert (answer.status_code, answer["Location"]) == (301, "/messages/2020/11/23/first-talks/earlier/1/")
    assert status(client, path="/messages/2020/11/23/first-talks/") == 200


@pytest.mark.both_databases
def test_corrections_are_written_and_shown_on_both_databases(client):
    message = out()
    correct(message, body=TUESDAY)
    correct(message, kind="update", body=FRIDAY)
    assert replaced(message) == [MONDAY, TUESDAY]
    assert ("<del>Tuesday.</del>" in earlier(client, 2), status(client, 3)) == (True, 404)
