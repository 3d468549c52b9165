"""Generated content: any number of messages over twenty years; the newest pages are the same at every size."""

from __future__ import annotations

import io
import json
import random
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

YEARS = 20
BATCH = 10_000
CATEGORIES = ["Speeches", "Statements", "Comments", "Interviews", "Press releases", "Answers"]
TEXTS = 100  # different texts; one in ten has no lead
BUSY = 24  # messages of one month in the middle, always more than a page
WORDS = (
    "the a of to in and for with on by from between embassy council minister ambassador agreement cooperation trade "
    "culture peace security region partners treaty visit talks conference statement question answer position support "
    "people history science energy climate health education language museum exhibition students border aviation "
    "shipping fisheries inspection observers mission resolution charter principle common interest mutual respect year "
    "month week today tomorrow recently again therefore however together openly clearly always never must should will "
    "has been was are is continues begins follows remains welcomes notes regrets expects recalls thanks invites"
).split()


def build(count: int) -> None:
    """Migrate an empty database and fill it with `count` messages."""
    call_command("migrate", verbosity=0)
    create_content()
    write_messages(count)
    if connection.vendor == "postgresql":  # as autovacuum would do
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def create_content() -> None:
    """Create categories, counters, pages, a notice, and the offices and topics of the sample."""
    from consular.models import Notice
    from counters.models import Counter
    from embassy.management.commands.load_sample import SAMPLE_DIR, load_entry
    from news.models import Category
    from pages.models import Page

    for order, name in enumerate(CATEGORIES):
        Category.objects.create(name=name, slug=name.lower().replace(" ", "-"), order=order)
    for incident, since in (("the first incident", date(2018, 3, 4)), ("the second incident", date(2018, 3, 12))):
        Counter.objects.create(incident=incident, since=since)
    sample = json.loads((SAMPLE_DIR / "sample.json").read_text(encoding="utf-8"))
    for section in ("offices", "topics"):
        for data in sample[section]:
            load_entry(section, data, timezone.localdate())
    Notice.objects.create(sentence="The consulate is closed on Monday.")
    for place, titles in {Page.Place.MENU: ["About", "Visas"], Page.Place.FOOTER: ["Privacy", "Accessibility"]}.items():
        for title in titles:
            Page.objects.create(title=title, path=title.lower(), place=place, body="<p>Text.</p>")


# Messages


def write_messages(count: int, change=lambda number, message: message) -> None:
    """Write `count` messages with plain SQL, in the order of their publication; indexes and triggers do their work.

    `change` is given each one's number and columns before.
    """
    from news.models import Category, Message

    defaults = {
        field.column: field.get_default() for field in Message._meta.local_concrete_fields if field.column != "id"
    }
    categories = list(Category.objects.values_list("pk", flat=True))
    made = messages(count, categories, datetime.now(UTC))
    rows = ([*(defaults | change(number, message)).values()] for number, message in enumerate(made))
    write = copy_rows if connection.vendor == "postgresql" else insert_rows
    while batch := list(islice(rows, BATCH)):
        with transaction.atomic(), connection.cursor() as cursor:
            write(cursor, list(defaults), batch)


def messages(count: int, categories: list[int], now: datetime):
    """Yield the rows of messages, the oldest first; the text depends on the distance from the newest one."""
    pool = texts()
    speech = "".join(f"<p>{generate_prose(random.Random(n), 90)}</p>" for n in range(17))
    end = now.replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=1)
    span = timedelta(days=365.25 * YEARS) / (count - BUSY)
    middle = count // 2
    busy = (end - middle * span).replace(day=15)
    for distance in range(count - 1, -1, -1):
        if middle <= distance < middle + BUSY:
            moment = busy - (distance - middle) * timedelta(hours=12)
        else:
            moment = end - (distance if distance < middle else distance - BUSY) * span
        # In office hours, so that the date is the same in both time zones.
        moment = moment.replace(hour=8 + moment.hour // 2, microsecond=0)
        headline, lead, body = pool[distance % TEXTS]
        featured = distance == 3
        draft, withdrawn = distance % 199 == 57, distance % 499 == 99 and distance % 199 != 57
        yield {
            "headline": f"{headline} ({distance})",
            "lead": lead,
            "body": speech if featured else body,
            "category_id": categories[distance % len(categories)],
            "source_name": "Press office",
            "source_url": f"https://www.example.org/press/{distance}?a=1&b=2",
            "publish_at": moment,
            "slug": f"message-{distance}",
            "day": moment.date(),
            "featured": featured,
            "approved_at": None if draft else moment,
            "withdrawn_at": moment + timedelta(hours=1) if withdrawn else None,
            "withdrawn_reason": "It was wrong." if withdrawn else "",
            "changed_at": moment,
        }


def texts() -> list[tuple[str, str, str]]:
    """Return headlines, leads (one in ten has none) and bodies of about two kilobytes."""
    made = []
    for number in range(TEXTS):
        words = random.Random(number)
        body = "".join(f"<p>{generate_prose(words, 75)}</p>" for _ in range(4))
        made.append((generate_prose(words, 11), "" if number % 10 == 5 else generate_prose(words, 32), body))
    return made


def generate_prose(words: random.Random, length: int) -> str:
    """Return a sentence of `length` words."""
    return " ".join(words.choice(WORDS) for _ in range(length)).capitalize() + "."


def insert_rows(cursor, columns, rows) -> None:
    marks = ", ".join(["%s"] * len(columns))
    cursor.executemany(
        f"INSERT INTO news_message ({', '.join(columns)}) VALUES ({marks})",
        # Django stores naive UTC times in SQLite.
        [[str(value.replace(tzinfo=None)) if isinstance(value, datetime) else value for value in row] for row in rows],
    )


def copy_rows(cursor, columns, rows) -> None:
    lines = "".join("\t".join(r"\N" if value is None else str(value) for value in row) + "\n" for row in rows)
    cursor.copy_expert(f"COPY news_message ({', '.join(columns)}) FROM STDIN", io.StringIO(lines))
