"""Rich text as it is printed on a page."""

import re

from django import template
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from richtext import anchors
from richtext.templatetags.pictures import in_renditions

register = template.Library()

# A tag as the cleaner writes it: whole, so that nothing inside an attribute is taken for a tag.
TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)(?:\s[^\s=>]+="[^"]*")*\s*/?>')


@register.filter
def prose(html):
    """Return cleaned rich text for a page: pictures in renditions, tables in frames that scroll, by keyboard too."""
    if "<img" not in html and "<table" not in html:  # as most texts are: there is nothing to look for
        return mark_safe(html)  # noqa: S308  (RichTextField cleans whatever it keeps)
    frame = format_html('<div class="frame" role="group" aria-label="{}" tabindex="0">', _("Table"))

    def framed(match):
        closes, name = match.groups()
        if name == "img":
            return in_renditions(match[0])
        if name != "table":
            return match[0]
        return f"{match[0]}</div>" if closes else f"{frame}{match[0]}"

    return mark_safe(TAG.sub(framed, html))  # noqa: S308  (RichTextField cleans whatever it keeps)


@register.filter
def anchored(html):
    """Return prose whose passages can be cited."""
    return mark_safe(anchors.anchored(html))  # noqa: S308  (ids of letters and numbers, on what was safe)


register.filter("passages", anchors.passages)
