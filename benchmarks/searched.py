"""Search: import an archive with words of known frequency, and request search pages."""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median, quantiles
from string import ascii_lowercase
from time import perf_counter

from benchmarks import archives
from benchmarks.archives import SEVERAL
from benchmarks.places import VENDORS, Worker, bare

REACH = {"general": 300, "usual": 150, "scarce": 50}  # milliseconds, p95
# The commonest first, so that later queries find the index in memory.
SHARE = {"general": "all", "usual": "5 %", "scarce": "0.25 %"}


# Inside the measured process


def build_archive(count: int) -> dict:
    """Migrate and import an archive; return the seconds of the import and of an index build."""
    from django.core.management import call_command

    from benchmarks import content

    call_command("migrate", verbosity=0)
    content.create_content()
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "archive.jsonl"
        archives.write_archive(count, file)
        began = perf_counter()
        call_command("import_messages", str(file), verbosity=0)
        return {"imported": perf_counter() - began}


def measure_save(times: int) -> list[float]:
    """Return the milliseconds of several saves of a message with a changed text."""
    from news.models import Message

    walls = []
    for number, message in enumerate(Message.objects.exclude(approved_at=None)[5 : 5 + times]):
        message.headline = f"Changed {number} {message.headline}"[:300]
        began = perf_counter()
        message.save()
        walls.append((perf_counter() - began) * 1000)
    return walls


# The part


def measure_search(table, vendor, make, count, times):
    """Complete search pages with counts, uncached, compared with a minimal view of 20 rows."""
    table.heading(f"Search on {VENDORS[vendor]} among {count:,} messages: p95 of a whole page, milliseconds")
    place = make("searched")
    with Worker(place) as worker:
        built = worker.build_searched(count=count)
        table.add("messages imported, their index with them", f"in {built['imported']:.0f} s")
        with Worker(bare(place), "benchmarks.bare.wsgi") as floor:
            bare_view = median(floor.measure(paths=["/rows/"], times=times)["wall"])
            table.add("a bare Django view of 20 rows, a template, two queries (p50)", f"{bare_view:.1f}")
            for sort, words in (("", "by relevance"), ("&sort=date", "by date")):
                for name, share in SHARE.items():
                    queries = [f"{name}{letter}{sort}" for letter in ascii_lowercase[:SEVERAL]]
                    what = f"a word in {share} of them, {words}"
                    run_query(table, (worker, floor), what, queries, times, REACH[name])
            for what, queries in OTHERS.items():
                run_query(table, (worker, floor), what, queries, times)
        walls = worker.save_searched(times=times)
        table.add("a message saved with a new headline", f"{quantiles(walls, n=20)[-1]:.1f} (p50 {median(walls):.1f})")


def run_query(table, workers, what, queries, times, reach=None):
    """Add a row: p95 and p50 of a page, and the ratio of p50 to that of the minimal view."""
    worker, floor = workers
    paths = [f"/search/?q={query}" for query in queries]
    walls = worker.measure(paths=paths, state="cold", times=max(times, 2 * len(paths)))["wall"]
    bare_view = median(floor.measure(paths=["/rows/"], times=10)["wall"])
    p95, middle = quantiles(walls, n=20)[-1], median(walls)
    detail = f" (p50 {middle:.1f}, {middle / bare_view:.1f} times the bare view)"
    if reach:
        table.at_most(what, p95, reach, detail, form=".1f")
    else:
        table.add(what, f"{p95:.1f}{detail}")


OTHERS = {
    "a word in all, two filters": ["generala&category=speeches&source=source-number-4", "generalb&year=2015&sort=date"],
    "two words of 5 % with none in common": ["usuala+usualb", "usualc+usuald"],
    "three words in all": ["generala+generalb+generalc"],
    "a beginning of six words in all": ["general"],
    "all but those with a word of 5 %": ["generala+-usuala"],
    "a phrase of words in all": ['"generala+generalb"'],
    "a phrase of words in all that none has": ['"generalb+generala"'],
    "nothing found, other spellings looked for": ["scarcy", "usualy+generala"],
    "the empty page": [""],
}
