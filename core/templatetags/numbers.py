"""Template tag for numbers that a script changes: `floatformat:"g"` groups the thousands of the others."""

from django import template
from django.utils.formats import get_format

register = template.Library()


@register.simple_tag
def thousand_separator():
    """Return the separator of thousands in the language of the page: "," in English."""
    return get_format("THOUSAND_SEPARATOR")
