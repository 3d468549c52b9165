"""Template filters for a headline as it is shown: quotation marks in a citation, and names that are not broken."""

import re

from django import template

from news.syndication.citations import quote_inside

register = template.Library()
register.filter("quote_inside", quote_inside)

# The hyphen between a letter and a figure: COVID-19, T-34.
HYPHEN_IN_NAME = re.compile(r"(?<=[^\W\d_])-(?=\d)")


@register.filter
def keep_names_whole(text):
    """Return a headline with a no-break hyphen (U+2011) between a letter and a figure."""
    return HYPHEN_IN_NAME.sub("\u2011", text)
