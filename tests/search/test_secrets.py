"""Search reveals nothing that is not public: responses are byte-identical with and without it."""

import re
from datetime import timedelta

import pytest
import time_machine

from editions import edition
from search.models import SearchTerm
from tests.factories import DAY, HOUR, NOON, a_category, a_message

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

SECRET = "zirconium"
SOURCE = "Zircon INTELLIGENCE Bureau"
LETTERS = "bcdfghklmnpqrstvwxz"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def site():
    """Fill a site whose words begin alike with those of the secret, and as many as beginnings are cut to."""
    words = [f"zirc{first}{second}" for first in LETTERS for second in "aeiou"]
    a_message(
        headline="Public zircons", lead="The treaty", body=f"<p>{' '.join(words)}</p>", source_name="Press Office"
    )
    a_message(headline="Public again", source_name="PRESS office", publish_at=NOON - 2 * DAY)
    a_category("speeches")


ASKED = [
    *({"q": query} for query in (SECRET, SECRET[:5], "zir", "zircojium", "ziconium", f"treaty -{SECRET}")),
    {"q": f'"{SECRET} treaty" 2020'},
    *({"q": "treaty", "source": source} for source in ("zircon-intelligence-bureau", "press-office")),
    {"q": "treaty", "category": "speeches"},
    {"q": "treaty", "from": "2020-11-24", "to": "2020-12-01"},
]
ADDRESSES = ["/search/", "/search/feed/", "/search/feed.json", "/api/messages/"]


def answers(client):
    """Return the body of every response, by request; without the time of a feed."""
    edition.reset_for_tests()
    found = {}
    for address in ADDRESSES:
        for asked in ASKED:
            response = client.get(address, asked, follow=True)
            found[address, *asked.items()] = response.status_code, without_moments(response.content)
    return found


def without_moments(body):
    return re.sub(rb"<updated>[^<]*</updated>", b"", body, count=1)


def secret_words():
    """Return words of a text that would take the places of public ones, were they counted among these."""
    return " ".join(
        [SECRET, *(f"zir{first}{second}" for first in LETTERS for second in LETTERS), "zirconiua", "zirconiub"]
    )


def a_secret(**kwargs):
    return a_message(
        headline=f"{SECRET} treaty", lead=secret_words(), source_name=SOURCE, category=a_category("speeches"), **kwargs
    )


def test_unpublished_messages_change_no_response(client, site):
    before = answers(client)
    a_secret(publish_at=NOON + HOUR, approved_at=NOON)
    a_secret(publish_at=NOON + timedelta(milliseconds=1), approved_at=NOON)
    a_secret(publish_at=None)
    a_secret(publish_at=NOON + HOUR, approved_at=NOON).delete()
    after = answers(client)
    assert [asked for asked in before if before[asked] != after[asked]] == []


def test_withdrawn_messages_change_no_response(client, site):
    before = answers(client)
    message = a_secret(publish_at=NOON - HOUR)
    is_shown = SECRET in client.get("/search/?q=zirconium").content.decode()
    message.withdraw("It was wrong.", at=NOON)
    after = answers(client)
    assert is_shown
    assert [asked for asked in before if before[asked] != after[asked]] == []


def test_a_source_is_named_as_in_its_newest_public_message(client):
    a_message(headline="Old treaty", source_name="PRESS OFFICE", publish_at=NOON - 2 * DAY)
    newest = a_message(headline="New treaty", source_name="Press Office", publish_at=NOON - DAY)
    a_message(headline="Next treaty", source_name="press OFFICE", publish_at=NOON + DAY, approved_at=NOON)
    first = client.get("/search/?q=treaty").content.decode()
    newest.withdraw("It was wrong.", at=NOON)
    second = client.get("/search/?q=treaty").content.decode()
    assert ("Press Office" in first, "PRESS OFFICE" in first, "press OFFICE" in first) == (True, False, False)
    assert ("PRESS OFFICE" in second, "Press Office" in second) == (True, False)


# Words that no message has any more


def test_build_search_deletes_unused_words():
    from django.core.management import call_command

    a_message(headline="Remaining words")
    a_message(headline="Scheduled words", publish_at=NOON + DAY, approved_at=NOON)
    gone = a_message(headline="Vanishing words")
    SearchTerm.objects.bulk_create(SearchTerm(word=f"never{number:04}") for number in range(1200))
    gone.withdraw("It was wrong.", at=NOON)
    call_command("build_search", "--quiet")
    known = set(SearchTerm.objects.values_list("word", flat=True))
    assert {"remaining", "scheduled", "words"} <= known
    assert not any(word.startswith("never") for word in known) and "vanishing" not in known


def test_a_deleted_word_returns_with_a_message():
    from search import indexer
    from tests.helpers.searches import headlines

    message = a_message(headline="Vanishing words")
    message.withdraw("It was wrong.", at=NOON)
    indexer.prune_words()
    message.restore(at=NOON)
    assert headlines("vanish") == ["Vanishing words"]
