"""Import notes: warnings with their number and the titles of the first messages concerned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.utils.translation import gettext as _

MOST_TITLES = 3  # per note
LONGEST_TITLE = 60  # characters
MOST_NOTES = 1_000  # different ones; further ones share one line


class Notes:
    """Notes with counts and titles."""

    def __init__(self):
        self.counts: Counter[str] = Counter()
        self.titles: dict[str, list[str]] = {}

    def add(self, note: str, title: str = "", count: int = 1) -> None:
        """Count a note on the message with this title."""
        if note not in self.counts and len(self.counts) >= MOST_NOTES:
            note, title = _("There are too many notes to list."), ""
        self.counts[note] += count
        titles = self.titles.setdefault(note, [])
        title = title[:LONGEST_TITLE] + "…" if len(title) > LONGEST_TITLE else title
        if title and title not in titles and len(titles) <= MOST_TITLES:
            titles.append(title)

    def clear(self) -> None:
        self.counts.clear()
        self.titles.clear()

    def sentences(self) -> Iterator[str]:
        """Yield each note with its count and first titles."""
        for note, count in self.counts.items():
            titles = [f"“{printable(title)}”" for title in self.titles[note]]
            listed = ", ".join(titles[:MOST_TITLES]) + (" …" if len(titles) > MOST_TITLES else "")
            yield f"{note} ({count})" + (f": {listed}" if listed else "")


def printable(text: str) -> str:
    """Return a text without characters that could control a terminal."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)
