"""The search, measured: texts with a vocabulary as people have one, and words in a known part of the messages."""

from __future__ import annotations

import random
from statistics import median, quantiles
from string import ascii_lowercase
from time import perf_counter

from benchmarks.places import VENDORS, Worker

VOCABULARY = 20_000
TEXTS = 2_000
SOURCES = 12
# Words that begin so stand in one of so many messages; there are several of each, so that no answer is remembered.
EVERY = {"scarce": 400, "usual": 20, "general": 1}
SEVERAL = 6
REACH = {"scarce": 50, "usual": 150, "general": 300}  # milliseconds, p95
SHARE = {"scarce": "0.25 %", "usual": "5 %", "general": "all"}


# Inside the measured process


def build(count: int) -> dict:
    """Lay an empty database, fill it and index it; return the seconds and the megabytes that the index takes."""
    from django.core.management import call_command
    from django.db import connection

    from benchmarks import content

    call_command("migrate", verbosity=0)
    content.furnish()
    pool = texts()
    began = perf_counter()
    content.write_messages(count, lambda number, message: with_words(number, message, pool))
    written, before = perf_counter() - began, size(connection)
    began = perf_counter()
    call_command("build_search", verbosity=0)
    indexed = perf_counter() - began
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    return {"written": written, "indexed": indexed, "messages": before, "index": size(connection) - before}


def size(connection) -> float:
    """Return the megabytes of the database."""
    sql = "SELECT pg_database_size(current_database())"
    if connection.vendor != "postgresql":
        sql = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0] / 1_000_000


def texts() -> list[str]:
    """Return texts of 330 words, about 170 different ones, a few of them very common (Zipf's law)."""
    chance = random.Random(7)
    syllables = [first + vowel for first in "bcdfghklmnprstvz" for vowel in "aeiou"]
    vocabulary = ["".join(chance.choices(syllables, k=chance.randint(2, 5))) for _ in range(VOCABULARY)]
    weights = [1 / rank for rank in range(1, VOCABULARY + 1)]
    return [" ".join(chance.choices(vocabulary, weights, k=330)) for _ in range(TEXTS)]


def with_words(number: int, message: dict, pool: list[str]) -> dict:
    """Return a message with a text of the pool, and with the words that it is to have."""
    text = pool[number * 7 % TEXTS].split()
    mine = [
        f"{name}{letter}"
        for name, every in EVERY.items()
        for place, letter in enumerate(ascii_lowercase[:SEVERAL])
        if number % every == place % every
    ]
    headline = [*text[:9], *([mine[0]] if number % 50 == 1 and mine else [])]
    body = "".join(f"<p>{' '.join(text[start : start + 75])}</p>" for start in range(41, 330, 75))
    return message | {
        "headline": f"{' '.join(headline)} {number}".capitalize(),
        "lead": " ".join(text[9:41]),
        "body": f"{body}<p>{' '.join(mine)}</p>",
        "source_name": f"Source number {number % SOURCES}",
    }


# The part


def search(table, vendor, make, count, times):
    """Whole pages of the search, counts included, each asked for anew."""
    table.heading(f"Search on {VENDORS[vendor]} among {count:,} messages: p95 of a whole page, milliseconds")
    with Worker(make("searched")) as worker:
        built = worker.build_searched(count=count)
        table.add("messages written, in seconds; in megabytes", f"{built['written']:.0f}; {built['messages']:.0f}")
        table.add("index built, in seconds; in megabytes", f"{built['indexed']:.0f}; {built['index']:.0f}")
        for sort, words in (("", "by relevance"), ("&sort=date", "by date")):
            for name, share in SHARE.items():
                queries = [f"{name}{letter}{sort}" for letter in ascii_lowercase[:SEVERAL]]
                ask(table, worker, f"a word in {share} of them, {words}", queries, times, REACH[name])
        for what, queries in OTHERS.items():
            ask(table, worker, what, queries, times)


def ask(table, worker, what, queries, times, reach=None):
    paths = [f"/search/?q={query}" for query in queries]
    walls = worker.measure(paths=paths, state="cold", times=max(times, 2 * len(paths)))["wall"]
    p95, middle = quantiles(walls, n=20)[-1], median(walls)
    if reach:
        table.at_most(what, p95, reach, f" (p50 {middle:.1f})", form=".1f")
    else:
        table.add(what, f"{p95:.1f} (p50 {middle:.1f})")


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
