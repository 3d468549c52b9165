"""`manage.py load_sample`: load the sample content into a new site."""

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
from news.models import Category
from pages.models import Page
from transfer.importer import jsonl, writer
from transfer.models import ImportedDigest
from versions.children import deferred_versions

SAMPLE_DIR = Path(__file__).resolve().parents[2] / "sample"

# Sections of sample.json: the model and its natural key.
SECTIONS = {
    "categories": (Category, "slug"),
    "counters": (Counter, "slug"),
    "offices": (Office, "name"),
    "topics": (Topic, "name"),
    "pages": (Page, "path"),
}
RELATED = ("hours", "holidays", "common_questions")  # rows of other models
YEARS_OF_HOLIDAYS = 2


class Command(BaseCommand):
    help = (
        "Load the sample: messages, counters, offices, topics and pages. Entries that were loaded before are skipped, "
        "even if staff have changed or deleted them."
    )

    def handle(self, *, verbosity, **options):
        sample = json.loads((SAMPLE_DIR / "sample.json").read_text(encoding="utf-8"))
        today = timezone.localdate()
        with new_edition():
            added = sum(load_entry(section, data, today) for section in SECTIONS for data in sample[section])
            for outcome in writer.import_records(read_messages()):
                messages_added = outcome.added
        if verbosity:
            self.stdout.write(
                _("Sample loaded: %(messages)d messages and %(others)d other entries added.")
                % {"messages": messages_added, "others": added}
            )


def read_messages() -> Iterator[jsonl.MessageRecord]:
    with (SAMPLE_DIR / "messages.jsonl").open("rb") as file:
        for _number, raw in jsonl.raw_lines(file):
            yield jsonl.read_line(raw)


def load_entry(section: str, data: dict, today: date) -> bool:
    """Add an entry unless it was loaded before or its key exists; return whether it was added."""
    model, key = SECTIONS[section]
    digest = blake2b(f"sample {section} {data[key]}".encode(), digest_size=16).digest()
    if not ImportedDigest.objects.unknown([digest]):
        return False
    ImportedDigest.objects.remember([digest])
    if model.objects.filter(**{key: data[key]}).exists():
        return False
    rows = []
    with deferred_versions():  # one version of an office, and not one for each of its opening hours
        for row in build_rows(model, data, today):
            row.full_clean()
            row.save()
            rows.append(row)
    rows[0].record_version()
    return True


def build_rows(model: type[PublicModel], data: dict, today: date) -> Iterator[PublicModel]:
    """Yield the row of an entry, then its related rows."""
    fields = {name: value for name, value in data.items() if name not in RELATED}
    if model is Page:
        fields["shown"] = True
        fields["body"] = (SAMPLE_DIR / "pages" / f"{data['path']}.html").read_text(encoding="utf-8")
    yield (row := model(**fields))
    for order, common in enumerate(data.get("common_questions", [])):
        yield CommonQuestion(topic=row, order=order, **common)
    for hours in data.get("hours", []):
        for weekday in hours["weekdays"]:
            yield OpeningHours(office=row, weekday=weekday, **read_times(hours))
    for year in range(today.year, today.year + YEARS_OF_HOLIDAYS):
        for holiday in data.get("holidays", []):
            day = date.fromisoformat(f"{year}-{holiday['day']}")
            yield Holiday(office=row, date=day, name=holiday["name"], **read_times(holiday))


def read_times(data: dict) -> dict[str, time]:
    return {name: time.fromisoformat(data[name]) for name in ("opens", "closes") if name in data}
