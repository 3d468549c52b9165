"""Search highlighting: matches marked in a headline, and an excerpt of the text around them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from richtext.plaintext import plain_text
from search.query_parser import Query, Term
from search.tokenizer import word_spans

TextRange = tuple[int, int]
EXCERPT_LENGTH = 260  # characters of an excerpt, about
MAX_READ = 600_000  # characters of text read for a page of excerpts: a third of a second
MAX_HITS = 200  # hits of a text among which the best is chosen, the first ones


def find_hits(text: str, query: Query, limit: int | None = None) -> list[tuple[TextRange, Term]]:
    """Return the ranges of a text that match a term, in order, each with its term."""
    found: list[tuple[TextRange, Term]] = []
    length = max(len(term.words) for term in query.included)
    latest: list[tuple[int, int, str]] = []
    lasts = [(term, term.spellings[-1]) for term in query.included]
    for span in word_spans(text):
        latest = [*latest[1 - length :], span] if length > 1 else [span]
        for term, spellings in lasts:
            if (span[2] in spellings or (term.is_prefix and span[2].startswith(spellings))) and _ends_with_term(
                latest, term
            ):
                found.append(((latest[-len(term.words)][0], span[1]), term))
                break
        if limit and len(found) >= limit:
            break
    return found


def _ends_with_term(latest, term: Term) -> bool:
    """Say whether the latest words end with a term, whose last word is known to match."""
    before = [each[2] for each in latest[-len(term.words) : -1]]
    firsts = term.spellings[:-1]
    return len(before) == len(firsts) and all(word in each for word, each in zip(before, firsts, strict=True))


def highlight(text: str, query: Query) -> SafeString:
    """Return a text as HTML with the words of the query marked."""
    text = unicodedata.normalize("NFC", text)
    return _highlight_ranges(text, [place for place, _term in find_hits(text, query)])


def _highlight_ranges(text: str, found: list[TextRange]) -> SafeString:
    parts, done = [], 0
    for start, end in found:
        if start >= done:
            parts += [escape(text[done:start]), "<mark>", escape(text[start:end]), "</mark>"]
            done = end
    return mark_safe("".join([*parts, escape(text[done:])]))  # noqa: S308  (every part is escaped)


def make_excerpts(messages, query: Query) -> Iterator[SafeString]:
    """Yield the excerpt of each message. Once MOST_READ characters were read, the rest get their summary only."""
    left = MAX_READ
    for message in messages:
        yield make_excerpt(message, query, reads_text=len(message.body) <= left)
        left -= len(message.body)


def make_excerpt(message, query: Query, *, reads_text: bool = True) -> SafeString:
    """Return the summary (the lead or first paragraph), or the part of the text that contains more of the terms."""
    summary = unicodedata.normalize("NFC", message.summary)
    found = find_hits(summary, query)
    shown, is_short = {term for _place, term in found}, message.lead or len(summary) <= 2 * EXCERPT_LENGTH
    if reads_text and not (is_short and len(shown) == len(query.included)):
        text = plain_line(message.body)
        hits = find_hits(text, query, MAX_HITS)
        start = best_hit(hits)
        if hits and (not is_short or count_terms_near(hits, start) > len(shown)):
            return excerpt_around(text, hits, hits[start][0])
    return _highlight_ranges(summary, [place for place, _term in found])


def plain_line(html: str) -> str:
    return unicodedata.normalize("NFC", plain_text(html).replace("\n", " "))


def count_terms_near(hits: list[tuple[TextRange, Term]], number: int) -> int:
    """Return how many different terms an excerpt beginning at a hit contains."""
    end = hits[number][0][0] + EXCERPT_LENGTH * 2 // 3
    return len({term for (start, _end), term in hits[number : number + 20] if start < end})


def best_hit(hits: list[tuple[TextRange, Term]]) -> int:
    """Return the index of the hit with the most different terms near it, the first of equals."""
    return max(range(len(hits)), key=lambda number: (count_terms_near(hits, number), -number), default=0)


def excerpt_around(text: str, hits: list[tuple[TextRange, Term]], first: TextRange) -> SafeString:
    """Return about WIDTH characters of a text, whole words, around a hit, with all hits marked."""
    begin = max(0, first[0] - EXCERPT_LENGTH // 3)
    if begin:
        begin = text.find(" ", begin, first[0]) + 1 or first[0]
    end = max(begin + EXCERPT_LENGTH, first[1])
    if end < len(text):
        end = max(text.rfind(" ", begin, end), first[1])
    inside = [(start - begin, stop - begin) for (start, stop), _term in hits if start >= begin and stop <= end]
    before, after = "… " if begin else "", " …" if end < len(text) else ""
    return mark_safe(before + _highlight_ranges(text[begin:end], inside) + after)  # noqa: S308
