"""Plain factories: each returns a saved, valid row by default."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from consular.models import Enquiry, Notice, Office, OpeningHours, Topic
from counters.models import Counter
from news.models import Category, Message
from pages.models import Page

NOON = datetime(2020, 11, 24, 12, 37, tzinfo=UTC)  # 12:37 in London, 15:37 in Moscow: the time of the sample data
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

_numbers = count(1)


def a_category(slug="statements", **kwargs):
    """Return a category; the same one for the same slug."""
    return Category.objects.get_or_create(slug=slug, defaults={"name": slug.title()} | kwargs)[0]


def a_message(**kwargs):
    """Return a published message; `publish_at=None` makes a draft, `approved_at=None` one that waits."""
    return Message.objects.create(**message_values(**kwargs))


def many_messages(rows):
    """Return a message for each dictionary of `rows`, created together: for tests of long lists.

    They are in the index and in the counts, but their first versions are not stored.
    """
    return Message.objects.bulk_create([Message(**message_values(**row)) for row in rows])


def message_values(**kwargs):
    number = next(_numbers)
    kwargs.setdefault("headline", f"Statement number {number}")
    kwargs.setdefault("body", f"<p>The text of statement number {number}.</p>")
    kwargs.setdefault("category", None)
    kwargs["category"] = kwargs["category"] or a_category()
    kwargs.setdefault("publish_at", NOON - DAY)
    kwargs.setdefault("approved_at", kwargs["publish_at"])
    return kwargs


def a_counter(**kwargs):
    """Return a counter that is shown, of 2018-03-04 in London."""
    return Counter.objects.create(**{"incident": "the fire", "since": date(2018, 3, 4)} | kwargs)


def an_office(hours="09:30-13:00", **kwargs):
    """Return a consular office that is open on weekdays, in the morning by default."""
    office = Office.objects.create(
        **{"name": "Consular Section", "phone": "+44 (0) 203 668 7474", "email": "consular@example.org"} | kwargs
    )
    for weekday in range(5):
        for span in hours.split():
            opens, closes = map(time.fromisoformat, span.split("-"))
            OpeningHours.objects.create(office=office, weekday=weekday, opens=opens, closes=closes)
    return office


def a_topic(**kwargs):
    """Return a topic that visitors can choose."""
    number = next(_numbers)
    return Topic.objects.create(**{"name": f"Topic {number}", "mailbox": "desk@example.org"} | kwargs)


def a_notice(**kwargs):
    """Return a notice that shows from an hour before NOON until it is taken down."""
    return Notice.objects.create(**{"sentence": "The consulate is closed today.", "starts": NOON - HOUR} | kwargs)


def an_enquiry(**kwargs):
    """Return an enquiry, as received at NOON."""
    asked = {"name": "Анна Smith", "email": "anna@example.org", "question": "I have lost my passport."} | kwargs
    asked.setdefault("topic", None)
    asked["topic"] = asked["topic"] or a_topic()
    return Enquiry.objects.receive(**{"key": f"key {next(_numbers)}", "at": NOON} | asked)


def a_page(**kwargs):
    """Return a page that is shown, and found by links only."""
    number = next(_numbers)
    return Page.objects.create(
        **{"title": f"Page {number}", "path": f"page-{number}", "body": "<p>Text.</p>", "shown": True} | kwargs
    )
