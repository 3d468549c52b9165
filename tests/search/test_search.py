"""Search: the same results on both databases as a reference in plain Python."""

import random
import re
from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from editions.edition import Edition
from news.models import Message
from search.params import SearchParams
from search.query_parser import parse_query
from search.ranking import PAGE_SIZE
from search.service import run_search
from search.tokenizer import split_words
from tests.factories import DAY, NOON, a_category
from tests.helpers.searches import whole_list
from tests.properties import examples

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.both_databases,
    pytest.mark.usefixtures("long_search_deadline"),
    pytest.mark.usefixtures("clock"),
]


ALPHABET = "visa visas Visa treaty treaties peace Élysée Мир миру ещё border O’Brien S-400 council 2018".split()
ALPHABET += "القاهرة القاهره مسؤول مسئول ٢٠١٨ Müller Mueller צה״ל 外交部".split()


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
    return Archive(Message.objects.order_by("-publish_at", "-pk"))


class Archive(list):
    """Messages, whose names would fill a report of a failure and hide what failed."""

    def __repr__(self):
        return f"<{len(self)} messages>"


def has(term, parts):
    """Return whether a term occurs in one of the parts of a text, by a naive search."""
    *firsts, last = term.spellings
    for part in parts:
        for place in range(len(part) - len(term.words) + 1):
            *before, end = part[place : place + len(term.words)]
            if all(word in ways for word, ways in zip(before, firsts, strict=True)) and (
                end.startswith(last) if term.is_prefix else end in last
            ):
                return True
    return False


def expected(messages, params, at=NOON):
    """Return the ids that a search must give, in their order."""
    query, zone, found = parse_query(params.q), timezone.get_default_timezone(), []
    for message in messages:
        day = message.publish_at.astimezone(zone).date()
        if not message.approved_at or message.withdrawn_at or message.publish_at > at:
            continue
        if (params.category and message.category.slug != params.category) or (params.year and day.year != params.year):
            continue
        if (params.since and day < params.since) or (params.until and day > params.until):
            continue
        if params.source and "-".join(split_words(message.source_name)) != params.source:
            continue
        text = re.sub("</?b>", "", re.sub("</?p>", " ", message.body)).replace("&amp;", "&")
        parts = [split_words(message.headline), split_words(message.lead), split_words(text)]
        if not all(has(term, parts) for term in query.included) or any(has(term, parts) for term in query.excluded):
            continue
        each = query.single_words
        tier = 1 + sum(not all(has(term, parts[:most]) for term in each) for most in (1, 2))
        found.append((0 if params.sort else tier, -message.publish_at.timestamp(), -message.pk))
    return [-pk for _tier, _moment, pk in sorted(found)]


TYPED = ["vis", "tre", "мир", "nothing", "مسوول", "מצה", 'צה"ל', "外交", "Müll", "٢٠١٨"]
PHRASES = ['"visa treaty"', "“O'Brien peace”", "Élysée visas", '"مسئول القاهرة"', "「外交」"]
TERMS = st.sampled_from([*ALPHABET, *TYPED, *PHRASES])
QUERIES = st.lists(st.tuples(st.sampled_from(["", "", "", "-"]), TERMS), min_size=1, max_size=3).map(
    lambda terms: " ".join(minus + term for minus, term in terms)
)
WANTED = st.builds(
    SearchParams,
    q=QUERIES.filter(lambda q: not q.startswith("-")),
    sort=st.sampled_from(["", "date"]),
    category=st.sampled_from(["", "", "statements", "unknown"]),
    year=st.sampled_from([None, None, 2020]),
    source=st.sampled_from(["", "", "press-office"]),
    since=st.sampled_from([None, None, (NOON - DAY * 90).date()]),
    until=st.sampled_from([None, None, (NOON - DAY * 20).date()]),
)
FEW = settings(max_examples=examples(120), suppress_health_check=[HealthCheck.function_scoped_fixture])


@FEW
@given(params=WANTED)
def test_results_and_order_match_the_reference(archive, params):
    assert whole_list(params) == expected(archive, params)


@FEW
@given(params=WANTED)
def test_facet_counts_match_the_filtered_results(archive, params):
    found = run_search(params, NOON, Edition.current(NOON))
    assert found.total == len(expected(archive, params))
    for name, options in (("category", found.categories), ("year", found.years), ("source", found.sources)):
        for option in options:
            value = {"Statements": "statements", "Speeches": "speeches", "Comments": "comments"}.get(option.label)
            value = value or (int(option.label) if name == "year" else "-".join(split_words(option.label)))
            assert option.count == len(expected(archive, params.replace(**{name: value}))), (name, option)


@FEW
@given(params=WANTED, limit=st.sampled_from([0, 3, 10]))
def test_both_ways_of_counting_agree(archive, params, limit):
    """The limit of 10,000 messages is a few here."""
    from unittest.mock import patch

    with ExitStack() as stack:
        for module in ("engines", "facets", "service", "phrases"):
            stack.enter_context(patch(f"search.{module}.COUNT_LIMIT", limit))
        found = run_search(params, NOON, Edition.current(NOON))
    assert found.total == min(len(expected(archive, params)), limit + 1)


def test_paging_backwards_gives_the_same_pages(archive):
    for sort in ("", "date"):
        params = SearchParams(q="visa", sort=sort)
        everything, found = whole_list(params), run_search(params, NOON, Edition.current(NOON))
        while found.older:
            last, found = found, run_search(params.replace(before=found.older), NOON, Edition.current(NOON))
        back = run_search(params.replace(after=found.newer), NOON, Edition.current(NOON))
        assert [message.pk for message in back.messages] == [message.pk for message in last.messages]
        assert len(everything) > 2 * PAGE_SIZE
