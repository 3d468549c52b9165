"""Bounds on the mark-up of a text, checked in linear time before an HTML parser reads it.

html5ever, as each parser that follows the standard, is quadratic in the depth of nesting and in the number of
formatting elements that are left open. The bounds are far above what word processors and web pages write.
"""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LONGEST = 200_000  # characters: a speech of four hours, and what can be cleaned while somebody waits
MOST_TAGS = 20_000
DEEPEST = 200
MOST_TAGS_OF_OTHERS = 80_000  # in the HTML of a word processor, before it is prepared
MOST_STEPS = 1_500_000  # elements that are open, summed up over all tags

FLAT = 30  # elements in one another that cost nothing to speak of

# Tags as the HTML standard reads them (13.2.5): a quoted value may hold "<" and ">"; one without an end takes the rest.
TAG = re.compile(
    r"<!--(?:-?>|(?s:.*?)(?:--!?>|\Z))|<[!?][^>]*+>?|"
    r"<(/?[a-zA-Z][^\s/>]*+)"
    r"(?:[\s/]++|[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+)?+)?+)*+>?"
)
RAW = frozenset("script style xmp iframe noembed noframes textarea title plaintext".split())  # no mark-up in these
BARRIERS = frozenset("select table caption td th template svg math object marquee applet button".split())
VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
FORMATTING = frozenset("a b big code em font i nobr s small strike strong tt u".split())
# The end tag of these may be left out: the next one of its kind ends it.
ENDED_BY = {
    "p": {"p"}, "li": {"p", "li"}, "dt": {"p", "dt", "dd"}, "dd": {"p", "dt", "dd"}, "option": {"option"},
    "td": {"p", "td", "th"}, "th": {"p", "td", "th"}, "tr": {"p", "td", "th", "tr"},
    "tbody": {"p", "td", "th", "tr", "tbody", "thead"}, "rt": {"rt", "rp"}, "rp": {"rt", "rp"},
    "div": {"p"}, "ul": {"p"}, "ol": {"p"}, "table": {"p"}, "blockquote": {"p"}, "hr": {"p"},
}  # fmt: skip
IN_TABLES = frozenset("table thead tbody tfoot tr td th caption".split())
NEAR = 40  # open elements that an end tag may close


class TooComplex(ValidationError):
    """The mark-up of a text has too many tags, or nests them too deeply: its message says so."""


def demand_moderate(html: str, most: int = MOST_TAGS) -> None:
    """Raise `TooComplex` where the mark-up of a text is beyond the bounds; `most` is how many tags it may have."""
    count = html.count("<")
    if count > most:
        said = _("The text has %(count)d tags in its mark-up; it may have %(limit)d. Paste it as plain text.")
        raise TooComplex(said % {"count": count, "limit": most}, code="too_complex")
    if count > DEEPEST // 2 and not is_flat(html):
        demand_shallow(html)


def is_flat(html: str) -> bool:
    """Say whether each element ends where it should and few are open together, as in a clean text."""
    path: list[str] = []
    for tag in TAG.findall(html):
        if tag in VOID:
            continue
        if not tag or tag in RAW or tag in ("select", "template", "svg", "math"):
            return False
        if tag[0] == "/":
            if not path or path.pop() != tag[1:]:
                return False
        else:
            path.append(tag)
            if len(path) > FLAT:
                return False
    return True


def demand_shallow(html: str) -> None:
    """Raise `TooComplex` where too many elements are open together, by the rules for end tags that are left out.

    Where a parser might see an end tag or might not, it is taken for none: the depth is never less than the parser's.
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
            if tag in RAW:
                end = re.compile(rf"</{tag}(?=[\s/>])", re.IGNORECASE).search(html, found.end())
                doubtful = max(doubtful, end.start() if end else len(html))
            path.append(tag)
            formatting += tag in FORMATTING
        elif found.start() >= doubtful:
            formatting -= close(path, tag[1:]) and tag[1:] in FORMATTING
        steps += len(path) + formatting
        if len(path) > DEEPEST or steps > MOST_STEPS:
            said = _("The mark-up of the text is nested too deeply, or has too many open tags. Paste it as plain text.")
            raise TooComplex(said, code="too_complex")


def close(path: list[str], tag: str) -> bool:
    """Take off `path` what an end tag closes; say whether it closes something for certain."""
    for place in range(len(path) - 1, max(len(path) - NEAR, 0) - 1, -1):
        if path[place] == tag:
            del path[place:]
            return True
        if path[place] in BARRIERS and tag not in IN_TABLES:
            return False
    return False


def beginning(html: str) -> str:
    """Return as much of a text, from its beginning, as may be read."""
    html = html[:LONGEST]
    if html.count("<") <= MOST_TAGS:
        return html
    place = -1
    for _tag in range(MOST_TAGS):
        place = html.find("<", place + 1)
    return html[:place]
