"""Sample content, so that a new site has something to show: `python manage.py load_sample`."""

import json
from collections.abc import Iterator
from datetime import date, time
from hashlib import blake2b
from pathlib import Path

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from consular.models import CommonQuestion, Holiday, Office, OpeningHours, Topic
from counters.models import Counter
from editions.models import PublicModel, new_edition
from news.importing import lines, writing
from news.importing.models import Imported
from news.models import Category
from pages.models import Page

SAMPLE = Path(__file__).resolve().parents[2] / "sample"

# What the sample holds beside messages: by its name there, the model, and the field that tells one from another.
ROOMS = {
    "categories": (Category, "slug"),
    "counters": (Counter, "slug"),
    "offices": (Office, "name"),
    "topics": (Topic, "name"),
    "pages": (Page, "path"),
}
BELONGINGS = ("hours", "holidays", "common_questions")  # rows of their own
YEARS_OF_HOLIDAYS = 2


class Command(BaseCommand):
    help = (
        "Load the sample: messages, counters, offices, topics and pages. What was loaded once is never loaded again, "
        "so what staff have changed or deleted stays as they left it."
    )

    def handle(self, *, verbosity, **options):
        sample = json.loads((SAMPLE / "sample.json").read_text(encoding="utf-8"))
        today = timezone.localdate()
        with new_edition():
            added = sum(load(room, facts, today) for room in ROOMS for facts in sample[room])
            for outcome in writing.write(messages()):
                messages_added = outcome.added
        if verbosity:
            self.stdout.write(
                _("The sample: %(messages)d messages and %(others)d other things added.")
                % {"messages": messages_added, "others": added}
            )


def messages() -> Iterator[lines.Line]:
    """Yield the sample's messages."""
    with (SAMPLE / "messages.jsonl").open("rb") as file:
        for _number, raw in lines.raw_lines(file):
            yield lines.read(raw)


def load(room: str, facts: dict, today: date) -> bool:
    """Add a thing of the sample, unless it was added once or something else has its place; say whether it was."""
    model, key = ROOMS[room]
    digest = blake2b(f"sample {room} {facts[key]}".encode(), digest_size=16).digest()
    if not Imported.objects.unknown([digest]):
        return False
    Imported.objects.remember([digest])
    if model.objects.filter(**{key: facts[key]}).exists():
        return False
    for row in rows(model, facts, today):
        row.full_clean()
        row.save()
    return True


def rows(model: type[PublicModel], facts: dict, today: date) -> Iterator[PublicModel]:
    """Yield a thing of the sample and what belongs to it."""
    own = {name: value for name, value in facts.items() if name not in BELONGINGS}
    if model is Page:
        own["body"] = (SAMPLE / "pages" / f"{facts['path']}.html").read_text(encoding="utf-8")
    yield (row := model(**own))
    for order, common in enumerate(facts.get("common_questions", [])):
        yield CommonQuestion(topic=row, order=order, **common)
    for hours in facts.get("hours", []):
        for weekday in hours["weekdays"]:
            yield OpeningHours(office=row, weekday=weekday, **times(hours))
    for year in range(today.year, today.year + YEARS_OF_HOLIDAYS):
        for holiday in facts.get("holidays", []):
            day = date.fromisoformat(f"{year}-{holiday['day']}")
            yield Holiday(office=row, date=day, name=holiday["name"], **times(holiday))


def times(facts: dict) -> dict[str, time]:
    """Return the times of day in an entry."""
    return {name: time.fromisoformat(facts[name]) for name in ("opens", "closes") if name in facts}
