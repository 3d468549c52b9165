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

TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]{0,30})")
VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
FORMATTING = frozenset("a b big code em font i nobr s small strike strong tt u".split())
# The end tag of these may be left out: the next one of its kind ends it.
ENDED_BY = {
    "p": {"p"}, "li": {"p", "li"}, "dt": {"p", "dt", "dd"}, "dd": {"p", "dt", "dd"}, "option": {"option"},
    "td": {"p", "td", "th"}, "th": {"p", "td", "th"}, "tr": {"p", "td", "th", "tr"},
    "tbody": {"p", "td", "th", "tr", "tbody", "thead"}, "rt": {"rt", "rp"}, "rp": {"rt", "rp"},
    "div": {"p"}, "ul": {"p"}, "ol": {"p"}, "table": {"p"}, "blockquote": {"p"}, "hr": {"p"},
}  # fmt: skip
NEAR = 40  # open elements that an end tag may close


class TooComplex(ValidationError):
    """The mark-up of a text has too many tags, or nests them too deeply: its message says so."""


def demand_moderate(html: str, most: int = MOST_TAGS) -> None:
    """Raise `TooComplex` where the mark-up of a text is beyond the bounds; `most` is how many tags it may have."""
    count = html.count("<")
    if count > most:
        said = _("The text has %(count)d tags in its mark-up; it may have %(limit)d. Paste it as plain text.")
        raise TooComplex(said % {"count": count, "limit": most}, code="too_complex")
    if count <= DEEPEST // 2:
        return
    path: list[str] = []
    formatting = steps = 0
    for found in TAG.finditer(html):
        closing, tag = found.groups()
        tag = tag.lower()
        if tag in VOID:
            pass
        elif closing:
            if tag in FORMATTING and formatting:
                formatting -= 1
            if tag in path[-NEAR:]:
                while path.pop() != tag:
                    pass
        else:
            ended = ENDED_BY.get(tag)
            while ended and path and path[-1] in ended:
                path.pop()
            path.append(tag)
            formatting += tag in FORMATTING
        steps += len(path) + formatting
        if len(path) > DEEPEST or steps > MOST_STEPS:
            said = _("The mark-up of the text is nested too deeply, or has too many open tags. Paste it as plain text.")
            raise TooComplex(said, code="too_complex")


def beginning(html: str) -> str:
    """Return as much of a text, from its beginning, as may be read."""
    html = html[:LONGEST]
    if html.count("<") <= MOST_TAGS:
        return html
    place = -1
    for _tag in range(MOST_TAGS):
        place = html.find("<", place + 1)
    return html[:place]
