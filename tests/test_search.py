"""The search: one behaviour on both databases, told by a reference in plain Python; the index follows each write."""

import random
import re
from datetime import timedelta
from unicodedata import normalize

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from editions.edition import Edition
from news.models import Category, Entry, Message, Stale
from news.search import index
from news.search.finding import PAGE, find
from news.search.query import Refused, Term, read
from news.search.text import spans, words
from news.search.wanted import Place, Wanted
from tests.factories import DAY, HOUR, NOON, a_category, a_message

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def search(q, at=NOON, **kwargs):
    return find(Wanted(q=q, **kwargs), at, Edition.current(at))


def headlines(q, **kwargs):
    return [message.headline for message in search(q, sort="date", **kwargs).messages]


def whole_list(wanted, at=NOON):
    """Return the ids of all pages, from the first to the last."""
    found, ids = find(wanted, at, Edition.current(at)), []
    while True:
        ids += [message.pk for message in found.messages]
        if not found.older:
            return ids
        found = find(wanted.but(before=found.older), at, Edition.current(at))


# The words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Élysée ÉLYSÉE Elyse\u0301e", ["elysee"] * 3),
        ("ещё еще ЕЩЁ", ["еще"] * 3),
        ("Йод и иод", ["йод", "и", "иод"]),
        ("Russia’s Russia's Russiaʹs", ["russia", "s"] * 3),
        ("Straße STRASSE", ["strasse", "strasse"]),
        ("Nord–Stream Nord-Stream", ["nord", "stream"] * 2),
        ("Øresund Łódź Đà", ["oresund", "lodz", "da"]),
        ("co\u00adoperation \u200ebidi\u202e", ["cooperation", "bidi"]),
        ("snake_case 1,000 S-400", ["snake", "case", "1", "000", "s", "400"]),
        ("外交部 ﬁne", ["外", "交", "部", "fine"]),
        ("\x00 \ud800 😀 … |", []),
        ("مُحَمَّد", ["محمد"]),
    ],
)
def test_a_text_has_these_words(text, expected):
    assert words(text) == expected


@given(st.text(max_size=200))
def test_words_are_folded_once_and_for_all(text):
    assert [words(word) for word in words(text)] == [[word] for word in words(text)]


@given(st.text(max_size=200))
def test_words_are_found_again_where_they_stand(text):
    assert [word for _start, _end, word in spans(normalize("NFC", text))] == words(text)


@given(st.text(max_size=200))
def test_no_word_can_speak_to_an_engine(text):
    assert not set("".join(words(text))) & set("\"'\\:*&|!()<>-+^{}[] \x00%_·§¹²\ud800")


def test_what_is_typed_is_read_as_words_phrases_and_minuses():
    assert read("“Two Words” −none o'brien begin").terms == (
        Term(("two", "words")),
        Term(("none",), excluded=True),
        Term(("o", "brien")),
        Term(("begin",), begins=True),
    )


@pytest.mark.parametrize("typed", ["", "   ", "😀", "-only", '""', "\x00", "\ud800", "*", "x" * 10_000, "a " * 60])
def test_what_can_not_be_searched_for_gets_a_sentence(typed):
    with pytest.raises(Refused, match=r"^[A-Z].*[.]$"):
        read(typed)


# The reference

ALPHABET = "visa visas Visa treaty treaties peace Élysée Мир миру ещё border O’Brien S-400 council 2018".split()


@pytest.fixture
def archive():
    """Fill the site with 200 messages of few words, in every state, many at the same second."""
    choose = random.Random(4)
    categories = [a_category(slug) for slug in ("statements", "speeches", "comments")]
    some = lambda most: " ".join(choose.choices(ALPHABET, k=choose.randint(0, most)))  # noqa: E731
    rows = []
    for number in range(200):
        moment = NOON - DAY * 200 + timedelta(days=choose.randint(0, 210), hours=choose.randint(0, 1) * 6)
        state = choose.choice(["public"] * 8 + ["draft", "withdrawn"])
        rows.append(
            Message(
                headline=f"{some(3)} {number}",
                lead=some(4),
                body=f"<p>{some(6)}</p><p>{some(6)} &amp; <b>{some(2)}</b></p>",
                category=choose.choice(categories),
                source_name=choose.choice(["", "Press Office", "press office", "Agency"]),
                publish_at=moment,
                approved_at=None if state == "draft" else moment,
                withdrawn_at=moment if state == "withdrawn" else None,
                withdrawn_reason="Wrong." if state == "withdrawn" else "",
                slug=f"message-{number}",
            )
        )
    Message.objects.bulk_create(rows)
    return list(Message.objects.order_by("-publish_at", "-pk"))


def has(term, parts):
    """Say whether a term stands in one of the parts of a text, as a person would look for it."""
    for part in parts:
        for place in range(len(part) - len(term.words) + 1):
            *firsts, last = part[place : place + len(term.words)]
            if firsts == list(term.words[:-1]) and (
                last.startswith(term.words[-1]) if term.begins else last == term.words[-1]
            ):
                return True
    return False


def expected(messages, wanted, at=NOON):
    """Return the ids that a search must give, in their order."""
    query, zone, found = read(wanted.q), timezone.get_default_timezone(), []
    for message in messages:
        day = message.publish_at.astimezone(zone).date()
        if not message.approved_at or message.withdrawn_at or message.publish_at > at:
            continue
        if (wanted.category and message.category.slug != wanted.category) or (wanted.year and day.year != wanted.year):
            continue
        if (wanted.since and day < wanted.since) or (wanted.until and day > wanted.until):
            continue
        if wanted.source and "-".join(words(message.source_name)) != wanted.source:
            continue
        text = re.sub("</?b>", "", re.sub("</?p>", " ", message.body)).replace("&amp;", "&")
        parts = [words(message.headline), words(message.lead), words(text)]
        if not all(has(term, parts) for term in query.wanted) or any(has(term, parts) for term in query.excluded):
            continue
        each = query.each_word
        tier = 1 + sum(not all(has(term, parts[:most]) for term in each) for most in (1, 2))
        found.append((0 if wanted.sort else tier, -message.publish_at.timestamp(), -message.pk))
    return [-pk for _tier, _moment, pk in sorted(found)]


TERMS = st.sampled_from([*ALPHABET, "vis", "tre", "мир", "nothing", '"visa treaty"', "“O'Brien peace”", "Élysée visas"])
QUERIES = st.lists(st.tuples(st.sampled_from(["", "", "", "-"]), TERMS), min_size=1, max_size=3).map(
    lambda terms: " ".join(minus + term for minus, term in terms)
)
WANTED = st.builds(
    Wanted,
    q=QUERIES.filter(lambda q: not q.startswith("-")),
    sort=st.sampled_from(["", "date"]),
    category=st.sampled_from(["", "", "statements", "unknown"]),
    year=st.sampled_from([None, None, 2020]),
    source=st.sampled_from(["", "", "press-office"]),
    since=st.sampled_from([None, None, (NOON - DAY * 90).date()]),
    until=st.sampled_from([None, None, (NOON - DAY * 20).date()]),
)
FEW = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FEW
@given(wanted=WANTED)
def test_every_search_finds_what_the_reference_finds_in_its_order(archive, wanted):
    assert whole_list(wanted) == expected(archive, wanted)


@FEW
@given(wanted=WANTED)
def test_the_counts_say_what_choosing_a_filter_gives(archive, wanted):
    found = find(wanted, NOON, Edition.current(NOON))
    assert found.total == len(expected(archive, wanted))
    for name, options in (("category", found.categories), ("year", found.years), ("source", found.sources)):
        for option in options:
            value = {"Statements": "statements", "Speeches": "speeches", "Comments": "comments"}.get(option.label)
            value = value or (int(option.label) if name == "year" else "-".join(words(option.label)))
            assert option.count == len(expected(archive, wanted.but(**{name: value}))), (name, option)


@FEW
@given(wanted=WANTED, limit=st.sampled_from([0, 3, 10]))
def test_counting_by_lists_and_counting_by_rows_agree(archive, wanted, limit):
    """What is done above 10,000 messages is done here above a few."""
    from unittest.mock import patch

    modules = ["news.search.engines.MANY", "news.search.options.MANY", "news.search.finding.MANY"]
    with patch(modules[0], limit), patch(modules[1], limit), patch(modules[2], limit):
        found = find(wanted, NOON, Edition.current(NOON))
    assert found.total == min(len(expected(archive, wanted)), limit + 1)


def test_walking_back_meets_the_same_messages(archive):
    for sort in ("", "date"):
        wanted = Wanted(q="visa", sort=sort)
        everything, found = whole_list(wanted), find(wanted, NOON, Edition.current(NOON))
        while found.older:
            last, found = found, find(wanted.but(before=found.older), NOON, Edition.current(NOON))
        back = find(wanted.but(after=found.newer), NOON, Edition.current(NOON))
        assert [message.pk for message in back.messages] == [message.pk for message in last.messages]
        assert len(everything) > 2 * PAGE


# The clock, and every way of writing


def test_a_scheduled_message_is_found_from_its_second_on():
    a_message(headline="Scheduled words", publish_at=NOON + HOUR, approved_at=NOON)
    before, after = (
        headlines("scheduled", at=NOON + HOUR + step) for step in (-timedelta(microseconds=1), timedelta())
    )
    assert (before, after) == ([], ["Scheduled words"])


def test_two_of_one_second_come_each_at_its_moment():
    half = timedelta(milliseconds=500)
    a_message(headline="Split first", publish_at=NOON, approved_at=NOON)
    a_message(headline="Split second", publish_at=NOON + half, approved_at=NOON)
    assert (len(headlines("split")), len(headlines("split", at=NOON + half))) == (1, 2)


def test_a_draft_is_not_found_before_it_is_approved():
    message = a_message(headline="Drafted words", publish_at=None)
    before = headlines("drafted")
    Message.objects.get(pk=message.pk).approve(at=NOON)
    assert (before, headlines("drafted")) == ([], ["Drafted words"])


def test_a_withdrawn_message_is_found_no_more_and_a_restored_one_again():
    message = a_message(headline="Taken back")
    message.withdraw("It was wrong.", at=NOON)
    gone = headlines("taken")
    message.restore(at=NOON)
    assert (gone, headlines("taken")) == ([], ["Taken back"])


def changed_by_save(message):
    message.headline = "Fresh words"
    message.save()


def changed_by_update(message):
    Message.objects.filter(pk=message.pk).update(headline="Fresh words")


def changed_by_update_with_an_address(message):
    Message.objects.filter(pk=message.pk).update(headline="Fresh words", slug="elsewhere")


def changed_by_bulk_update(message):
    message.headline = "Fresh words"
    Message.objects.bulk_update([message], ["headline"])


def changed_by_loaddata(message):
    from django.core import serializers

    text = serializers.serialize("json", Message.objects.filter(pk=message.pk)).replace(message.headline, "Fresh words")
    for row in serializers.deserialize("json", text):
        row.save()


CHANGES = [
    changed_by_save,
    changed_by_update,
    changed_by_update_with_an_address,
    changed_by_bulk_update,
    changed_by_loaddata,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_the_index_follows(change):
    message = a_message(headline="Stale words")
    change(message)
    assert (headlines("stale"), headlines("fresh"), Stale.objects.count()) == ([], ["Fresh words"], 0)


def test_the_index_follows_a_change_of_category_and_source():
    message = a_message(headline="Moved", source_name="Agency")
    Message.objects.filter(pk=message.pk).update(category=a_category("speeches"), source_name="Press office")
    assert headlines("moved", category="statements") == headlines("moved", source="agency") == []
    assert headlines("moved", category="speeches") == headlines("moved", source="press-office") == ["Moved"]


def test_a_category_that_is_renamed_still_finds_its_messages():
    a_message(headline="Kept")
    category = Category.objects.get(slug="statements")
    category.slug = "declarations"
    category.save()
    assert headlines("kept", category="declarations") == ["Kept"]


def test_deleted_messages_are_found_no_more():
    a_message(headline="Deleted one"), a_message(headline="Deleted two")
    Message.objects.filter(headline="Deleted one").delete()
    Message.objects.get(headline="Deleted two").delete()
    assert (headlines("deleted"), Entry.objects.count()) == ([], 0)


def test_what_plain_sql_writes_is_not_found_wrong_and_is_found_after_a_build():
    message = a_message(headline="Before sql")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE news_message SET headline = 'After sql' WHERE id = %s", [message.pk])
    meanwhile = headlines("before"), search("sql").is_whole
    call_command("build_search", "--quiet")
    assert (meanwhile, headlines("after"), search("sql").is_whole) == (([], False), ["After sql"], True)


def test_the_index_is_rolled_back_with_its_message():
    class Stop(Exception):
        pass

    with pytest.raises(Stop), transaction.atomic():
        a_message(headline="Never committed")
        raise Stop
    assert (headlines("committed"), Entry.objects.count()) == ([], 0)


def test_a_save_that_changes_no_word_leaves_the_index_alone(django_assert_num_queries):
    message = a_message(headline="As it was")
    Message.objects.filter(pk=message.pk).update(featured=True)
    assert (Stale.objects.count(), headlines("was")) == (0, ["As it was"])


def test_a_build_goes_on_where_it_was_stopped(monkeypatch):
    for _ in range(5):
        a_message(headline="To be built")
    index.begin_anew()
    monkeypatch.setattr(index, "MOST", 2)
    batches = index.batches()
    monkeypatch.setattr(index, "WANTED", 1e-9)
    next(batches)
    left = Stale.objects.count()
    call_command("build_search", "--quiet")
    assert (left < 5, Stale.objects.count(), search("built").total) == (True, 0, 5)


def test_an_archive_that_was_there_before_the_search_is_noted_by_the_migration():
    from news.search import tables

    a_message(headline="Old archive")
    Entry.objects.all().delete()
    tables.after_migration("default", plan=["something"], verbosity=0)
    assert headlines("archive") == ["Old archive"]


def test_a_large_archive_waits_and_says_so(monkeypatch, capsys, client):
    from news.search import tables

    a_message(headline="Large archive")
    Entry.objects.all().delete()
    monkeypatch.setattr(tables, "SMALL", 0)
    tables.after_migration("default", plan=["something"], verbosity=1)
    assert "manage.py build_search" in capsys.readouterr().out
    assert "The index is being built" in client.get("/search/?q=large").content.decode()


# The page


def page(client, query):
    return client.get("/search/" + query).content.decode()


def test_the_words_are_marked_in_headline_and_excerpt(client):
    a_message(headline="The <b> Élysée", lead="", body="<p>Start.</p><p>In the élysée &amp; elsewhere</p>")
    text = page(client, "?q=elysee")
    assert "The &lt;b&gt; <mark>Élysée</mark>" in text
    assert "Start. In the <mark>élysée</mark> &amp; elsewhere" in text


def test_a_long_text_shows_the_place_where_the_words_stand(client):
    a_message(headline="Long", lead="", body=f"<p>{'word ' * 500} the needle here {'word ' * 500}</p>")
    text = page(client, "?q=needle")
    assert "… word" in text and "the <mark>needle</mark> here word" in text and text.count("word") < 100


def test_each_search_has_one_address(client):
    response = client.get("/search/?source=&q=++visa+++treaty+&year=&sort=relevance")
    assert (response.status_code, response["Location"]) == (302, "/search/?q=visa+treaty")


@given(st.dictionaries(st.sampled_from(["q", "sort", "category", "year", "from", "to", "source", "before"]), st.text()))
def test_a_search_read_from_its_address_is_the_same(given):
    from django.http import QueryDict

    wanted = Wanted.read({name: value for name, value in given.items() if value.isprintable()})
    again = Wanted.read(QueryDict(wanted.query_string).dict())
    assert again.query_string == wanted.query_string


ODD = r"""
" "" ' * a* ^a NEAR(a OR -- {headline}:a a:b ( a| &!b <-> 😀 % _ \ ';DROP 𝒱isa ｖｉｓａ
""".split()
ODD += ["a AND", "NOT a", "a & !b", "مرحبا \u202e abc", "\u0301", "x" * 10_000, "ﷺ" * 200, "\ufeff", "a\x00b", "\x01"]


@pytest.mark.parametrize("typed", ODD)
def test_any_input_gets_a_page(client, typed):
    a_message(headline="A visa", body="<p>a b or near</p>")
    response = client.get("/search/", {"q": typed, "from": typed[:40], "year": typed[:40], "before": typed[:40]})
    if response.status_code == 302:
        response = client.get(response["Location"])
    assert response.status_code == (400 if "\x00" in typed else 200)


def test_a_search_without_a_result_leads_on(client):
    a_message(headline="Treaty on fisheries")
    assert 'q=fisheries">With “fisheries”' in page(client, "?q=fishreies")
    assert 'href="/search/?q=treaty">In all categories</a>' in page(client, "?q=treaty&category=speeches")
    assert 'q=treaty">Only “treaty”' in page(client, "?q=treaty+nowhere")


def test_no_word_of_a_withdrawn_message_is_hinted_at(client):
    a_message(headline="Confidential").withdraw("It was wrong.", at=NOON)
    assert "onfidential" not in page(client, "?q=confidentiel").replace("confidentiel", "")


@pytest.mark.django_db(transaction=True)
def test_pages_of_results_are_not_printed_and_the_empty_page_is():
    from tests.front import ask

    assert "noindex" in ask("/search/?q=visa").text
    asked = [ask(path).headers.get("Cache-Status", "") for path in ["/search/?q=visa"] * 2 + ["/search/"] * 2]
    assert [status.endswith("hit") for status in asked] == [False, False, False, True]


def test_places_are_read_back():
    assert Wanted.read({"q": "a", "sort": "date", "before": "0.17"}).before == Place(0, 17)
    assert Wanted.read({"q": "a", "before": "0.17"}).before is None
