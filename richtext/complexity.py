"""Complexity limits for HTML, checked in linear time before a parser reads it.

Like all standard HTML parsers, html5ever is quadratic in the nesting depth and in the number of unclosed formatting
elements. The limits are far above the mark-up of word processors and web pages.
"""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MAX_CHARACTERS = 200_000  # characters: a speech of four hours, sanitised within one request
MAX_TAGS = 20_000
MAX_DEPTH = 200
MAX_FOREIGN_TAGS = 80_000  # in HTML from word processors, before conversion
MAX_OPEN_STEPS = 1_500_000  # sum of the open elements over all tags
FLAT_DEPTH = 30  # nesting depth at negligible cost

# Tags by the HTML standard (13.2.5): quoted values may contain "<" and ">"; an unclosed one extends to the end.
TAG = re.compile(
    r"<!--(?:-?>|(?s:.*?)(?:--!?>|\Z))|<[!?][^>]*+>?|"
    r"<(/?[a-zA-Z][^\s/>]*+)"
    r"(?:[\s/]++|[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+)?+)?+)*+>?"
)
RAW_TEXT_ELEMENTS = frozenset(
    "script style xmp iframe noembed noframes textarea title plaintext".split()
)  # contain no mark-up
SCOPE_ELEMENTS = frozenset("select table caption td th template svg math object marquee applet button".split())
VOID = frozenset(  # elements without an end tag (HTML, 13.1.2 and 13.3)
    "area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr".split()
)
FORMATTING = frozenset("a b big code em font i nobr s small strike strong tt u".split())
# Elements with optional end tags, by the start tags that close them.
ENDED_BY = {
    "p": {"p"}, "li": {"p", "li"}, "dt": {"p", "dt", "dd"}, "dd": {"p", "dt", "dd"}, "option": {"option"},
    "td": {"p", "td", "th"}, "th": {"p", "td", "th"}, "tr": {"p", "td", "th", "tr"},
    "tbody": {"p", "td", "th", "tr", "tbody", "thead"}, "rt": {"rt", "rp"}, "rp": {"rt", "rp"},
    "div": {"p"}, "ul": {"p"}, "ol": {"p"}, "table": {"p"}, "blockquote": {"p"}, "hr": {"p"},
}  # fmt: skip
IN_TABLES = frozenset("table thead tbody tfoot tr td th caption".split())
SEARCH_DEPTH = 40  # open elements that are searched for the one that an end tag closes


class TooComplex(ValidationError):
    """The mark-up has too many tags or is nested too deeply."""


def check_complexity(html: str, most: int = MAX_TAGS) -> None:
    """Raise `TooComplex` if the mark-up exceeds the limits; `most` is the maximum number of tags."""
    count = html.count("<")
    if count > most:
        message = _("The text has too much formatting: %(count)d tags (maximum %(limit)d). Paste it as plain text.")
        raise TooComplex(message % {"count": count, "limit": most}, code="too_complex")
    if count > MAX_DEPTH // 2 and not is_flat(html):
        check_depth(html)


def is_flat(html: str) -> bool:
    """Return whether every element is closed properly and nesting is shallow, as in sanitised text."""
    path: list[str] = []
    for tag in TAG.findall(html):
        if tag in VOID:
            continue
        if not tag or tag in RAW_TEXT_ELEMENTS or tag in ("select", "template", "svg", "math"):
            return False
        if tag[0] == "/":
            if not path or path.pop() != tag[1:]:
                return False
        else:
            path.append(tag)
            if len(path) > FLAT_DEPTH:
                return False
    return True


def check_depth(html: str) -> None:
    """Raise `TooComplex` if too many elements are open, with optional end tags taken into account.

    An ambiguous end tag is ignored, so the computed depth is never below the parser's.
    """
    path: list[str] = []
    formatting = steps = doubtful = 0
    for found in TAG.finditer(html):
        tag = (found[1] or "").lower()
        if not tag or tag in VOID:
            continue
        if tag[0] != "/":
            ended = ENDED_BY.get(tag)
            while ended and path and path[-1] in ended:
                path.pop()
            if tag in RAW_TEXT_ELEMENTS:
                end = re.compile(rf"</{tag}(?=[\s/>])", re.IGNORECASE).search(html, found.end())
                doubtful = max(doubtful, end.start() if end else len(html))
            path.append(tag)
            formatting += tag in FORMATTING
        elif found.start() >= doubtful:
            formatting -= close_element(path, tag[1:]) and tag[1:] in FORMATTING
        steps += len(path) + formatting
        if len(path) > MAX_DEPTH or steps > MAX_OPEN_STEPS:
            message = _("The formatting of the text is nested too deeply. Paste it as plain text.")
            raise TooComplex(message, code="too_complex")


def close_element(path: list[str], tag: str) -> bool:
    """Remove the elements that an end tag closes from `path`; return whether it certainly closes one."""
    for index in range(len(path) - 1, max(len(path) - SEARCH_DEPTH, 0) - 1, -1):
        if path[index] == tag:
            del path[index:]
            return True
        if path[index] in SCOPE_ELEMENTS and tag not in IN_TABLES:
            return False
    return False


def truncated(html: str) -> str:
    """Return the beginning of a text within the limits on characters and tags."""
    html = html[:MAX_CHARACTERS]
    if html.count("<") <= MAX_TAGS:
        return html
    end = -1
    for _tag in range(MAX_TAGS):
        end = html.find("<", end + 1)
    return html[:end]
