"""Template filters for languages: the direction of a text."""

from django import template
from django.conf import settings

register = template.Library()


@register.filter
def direction(language):
    """Return the value of `dir` for a text in a language: "rtl" or "ltr"."""
    return "rtl" if language.partition("-")[0] in settings.LANGUAGES_BIDI else "ltr"
