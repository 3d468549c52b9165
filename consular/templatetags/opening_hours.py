"""Template filter for opening hours."""

import re

from django import template
from django.utils.html import format_html, format_html_join

register = template.Library()

# A range of hours, with the comma before the next one
HOURS = re.compile(r"([0-9]{1,2}:[0-9]{2}–[0-9]{1,2}:[0-9]{2},?)")


@register.filter
def unbroken_hours(text):
    """Return a text as HTML, with each range of hours in an element that does not break over two lines."""
    parts = enumerate(HOURS.split(text))
    return format_html_join(
        "", "{}", ((format_html('<span class="hours">{}</span>', part) if odd % 2 else part,) for odd, part in parts)
    )
