"""Template filters that render rich text on a page."""

import re
from typing import NamedTuple

from django import template
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from richtext import anchors
from richtext.html_blocks import split_after_paragraphs
from richtext.plaintext import count_words
from richtext.table_cards import label_tables
from richtext.templatetags.images import with_renditions
from richtext.words import reading_minutes

register = template.Library()

OPENING_PARAGRAPHS = 2  # of a text that narrow screens fold
FEWEST_FOLDED_WORDS = 80  # a shorter rest is not worth a click

# A whole tag as the sanitiser writes it, so that nothing inside an attribute matches.
TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)(?:\s[^\s=>]+="[^"]*")*\s*/?>')


class Opening(NamedTuple):
    """A rich text in two parts: what every screen shows, and the rest ("" for none); the words of both."""

    html: str
    rest: str
    words: int

    @property
    def minutes(self):
        """The time that reading both takes."""
        return reading_minutes(self.words)


@register.filter("richtext")
def render_richtext(html):
    """Return sanitised rich text for a page: images with renditions, tables in scrollable, focusable frames."""
    if "<img" not in html and "<table" not in html:  # most texts
        return mark_safe(html)  # noqa: S308  (RichTextField sanitises all values)
    frame = format_html('<div class="frame" role="group" aria-label="{}" tabindex="0">', _("Table"))

    def framed(match):
        closes, name = match.groups()
        if name == "img":
            return with_renditions(match[0])
        if name != "table":
            return match[0]
        return f"{match[0]}</div>" if closes else f"{frame}{match[0]}"

    return mark_safe(TAG.sub(framed, html))  # noqa: S308  (RichTextField sanitises all values)


@register.filter("split_opening")
def split_opening(html):
    """Return an `Opening`: the first paragraphs of a rich text, and the rest if it is long enough to be folded."""
    opening, rest = split_after_paragraphs(html, OPENING_PARAGRAPHS)
    if not rest or count_words(rest) < FEWEST_FOLDED_WORDS:
        return Opening(html, "", 0)
    return Opening(opening, rest, count_words(html))


@register.filter("with_anchors")
def with_anchors(html):
    """Return rendered rich text with an anchor on each passage."""
    return mark_safe(anchors.add_anchors(html))  # noqa: S308  (adds only ids of letters and digits)


register.filter("with_table_cards", label_tables)
register.filter("passages", anchors.list_passages)
register.filter("headings", anchors.list_headings)
