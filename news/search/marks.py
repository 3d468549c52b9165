"""Search highlighting: matches marked in a headline, and an excerpt of the text around them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from news.search.query import Query, Term
from news.search.text import spans
from richtext.text import plain_text

Place = tuple[int, int]
WIDTH = 260  # characters of an excerpt, about
MOST_READ = 600_000  # characters of text read for a page of excerpts: a third of a second
MOST_HITS = 200  # hits of a text among which the best is chosen, the first ones


def places(text: str, query: Query, limit: int | None = None) -> list[tuple[Place, Term]]:
    """Return the ranges of a text that match a term, in order, each with its term."""
    found: list[tuple[Place, Term]] = []
    length = max(len(term.words) for term in query.included)
    latest: list[tuple[int, int, str]] = []
    lasts = [(term, term.spellings[-1]) for term in query.included]
    for span in spans(text):
        latest = [*latest[1 - length :], span] if length > 1 else [span]
        for term, spellings in lasts:
            if (span[2] in spellings or (term.is_prefix and span[2].startswith(spellings))) and _ends(latest, term):
                found.append(((latest[-len(term.words)][0], span[1]), term))
                break
        if limit and len(found) >= limit:
            break
    return found


def _ends(latest, term: Term) -> bool:
    """Say whether the latest words end with a term, whose last word is known to match."""
    before = [each[2] for each in latest[-len(term.words) : -1]]
    firsts = term.spellings[:-1]
    return len(before) == len(firsts) and all(word in each for word, each in zip(before, firsts, strict=True))


def marked(text: str, query: Query) -> SafeString:
    """Return a text as HTML with the words of the query marked."""
    text = unicodedata.normalize("NFC", text)
    return _marked(text, [place for place, _term in places(text, query)])


def _marked(text: str, found: list[Place]) -> SafeString:
    parts, done = [], 0
    for start, end in found:
        if start >= done:
            parts += [escape(text[done:start]), "<mark>", escape(text[start:end]), "</mark>"]
            done = end
    return mark_safe("".join([*parts, escape(text[done:])]))  # noqa: S308  (every part is escaped)


def excerpts(messages, query: Query) -> Iterator[SafeString]:
    """Yield the excerpt of each message. Once MOST_READ characters were read, the rest get their summary only."""
    left = MOST_READ
    for message in messages:
        yield excerpt(message, query, reads_text=len(message.body) <= left)
        left -= len(message.body)


def excerpt(message, query: Query, *, reads_text: bool = True) -> SafeString:
    """Return the summary (the lead or first paragraph), or the part of the text that contains more of the terms."""
    summary = unicodedata.normalize("NFC", message.summary)
    found = places(summary, query)
    shown, is_short = {term for _place, term in found}, message.lead or len(summary) <= 2 * WIDTH
    if reads_text and not (is_short and len(shown) == len(query.included)):
        text = one_line(message.body)
        hits = places(text, query, MOST_HITS)
        start = best(hits)
        if hits and (not is_short or terms_near(hits, start) > len(shown)):
            return around(text, hits, hits[start][0])
    return _marked(summary, [place for place, _term in found])


def one_line(html: str) -> str:
    return unicodedata.normalize("NFC", plain_text(html).replace("\n", " "))


def terms_near(hits: list[tuple[Place, Term]], number: int) -> int:
    """Return how many different terms an excerpt beginning at a hit contains."""
    end = hits[number][0][0] + WIDTH * 2 // 3
    return len({term for (start, _end), term in hits[number : number + 20] if start < end})


def best(hits: list[tuple[Place, Term]]) -> int:
    """Return the index of the hit with the most different terms near it, the first of equals."""
    return max(range(len(hits)), key=lambda number: (terms_near(hits, number), -number), default=0)


def around(text: str, hits: list[tuple[Place, Term]], first: Place) -> SafeString:
    """Return about WIDTH characters of a text, whole words, around a hit, with all hits marked."""
    begin = max(0, first[0] - WIDTH // 3)
    if begin:
        begin = text.find(" ", begin, first[0]) + 1 or first[0]
    end = max(begin + WIDTH, first[1])
    if end < len(text):
        end = max(text.rfind(" ", begin, end), first[1])
    inside = [(start - begin, stop - begin) for (start, stop), _term in hits if start >= begin and stop <= end]
    before, after = "… " if begin else "", " …" if end < len(text) else ""
    return mark_safe(before + _marked(text[begin:end], inside) + after)  # noqa: S308
