"""Generate an archive to import, of any size, with words of known frequency.

Usage: `python -m benchmarks.archives 1000000 FILE.jsonl`.
"""

from __future__ import annotations

import json
import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import ascii_lowercase

VOCABULARY = 20_000
DRAWN_WORDS = 1_000_000  # words in a sequence from which texts are cut
SOURCES = 12
CATEGORIES = ["speeches", "statements", "comments", "interviews", "press-releases", "answers"]
YEARS = 20
# Words with these prefixes occur in one of so many messages. There are several of each, so that nothing is cached.
WORD_INTERVALS = {"scarce": 400, "usual": 20, "general": 1}
SEVERAL = 6
RUSSIAN = 10  # every tenth message is in Russian


def write_archive(count: int, path: Path) -> None:
    """Write an archive of `count` messages, the oldest first."""
    with path.open("w", encoding="utf-8") as file:
        for message in generate_messages(count):
            file.write(json.dumps(message, ensure_ascii=False) + "\n")


def generate_messages(count: int, end: datetime = datetime(2026, 11, 20, 9, tzinfo=UTC)):
    """Yield messages as `import_messages` reads them, bodies of two or three kilobytes, spread over twenty years."""
    chance = random.Random(7)
    drawn = [Words(chance, "bcdfghklmnprstvz", "aeiou"), Words(chance, "бвгдклмнпрстчш", "аеиоуы")]
    step = timedelta(days=365.25 * YEARS) / count
    for number in range(count):
        moment = (end - (count - 1 - number) * step).replace(microsecond=0)
        russian = number % RUSSIAN == RUSSIAN - 1
        words = drawn[russian]
        mine = read_words(number)
        lead = "" if number % 10 == 5 else words.sentence(32)
        yield {
            "headline": " ".join([words.sentence(9)[:-1], *(mine[:1] if number % 50 == 1 else []), str(number)]),
            "category": CATEGORIES[number % 7 % len(CATEGORIES)],
            "publish_at": None if number % 199 == 57 else moment.isoformat(),
            "lead": lead,
            "body": generate_body(chance, words, mine),
            "source_name": f"Source number {number % SOURCES}",
            "source_url": f"https://www.example.org/press/{number}?a=1&b=2",
            **({"language": "ru"} if russian else {}),
            **({"old_urls": [f"/press/{number}.html"]} if number % 20 == 0 else {}),
        }


def read_words(number: int) -> list[str]:
    """Return the words of known frequency in a message."""
    return [
        f"{name}{letter}"
        for name, every in WORD_INTERVALS.items()
        for place, letter in enumerate(ascii_lowercase[:SEVERAL])
        if number % every == place % every
    ]


def generate_body(chance: random.Random, words: Words, mine: list[str]) -> str:
    """Return HTML of five to seven paragraphs, as the editor writes it."""
    paragraphs = [words.sentence(chance.randint(45, 65)) for _ in range(chance.randint(5, 7))]
    paragraphs[0] = f"<strong>{paragraphs[0]}</strong>"
    paragraphs[1] += ' See <a href="https://www.example.org/treaty?a=1&amp;b=2">the “treaty” of the council</a>.'
    paragraphs[-1] += f" {' '.join(mine)}, said the minister’s office – on {chance.randint(1, 31)} March&nbsp;2018."
    return "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


class Words:
    """A language: words made of its letters, with frequencies by Zipf's law."""

    def __init__(self, chance: random.Random, consonants: str, vowels: str):
        syllables = [first + vowel for first in consonants for vowel in vowels]
        vocabulary = ["".join(chance.choices(syllables, k=chance.randint(1, 4))) for _ in range(VOCABULARY)]
        weights = [1 / rank for rank in range(1, VOCABULARY + 1)]
        self.chance, self.drawn = chance, chance.choices(vocabulary, weights, k=DRAWN_WORDS)

    def sentence(self, length: int) -> str:
        """Return a sentence of `length` words."""
        start = self.chance.randrange(DRAWN_WORDS - length)
        return " ".join(self.drawn[start : start + length]).capitalize() + "."


if __name__ == "__main__":
    write_archive(int(sys.argv[1]), Path(sys.argv[2]))
