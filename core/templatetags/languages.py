"""Template filters for languages: the direction of a text, the locale of the Open Graph protocol."""

from django import template
from django.conf import settings
from django.utils.translation import to_locale

register = template.Library()

# Open Graph has locales with a territory only: that of the site's own variant, else the language's own country.
TERRITORIES = {"en": "GB", "zh": "CN", "ar": "AR", "uk": "UA", "fa": "IR", "ja": "JP", "ko": "KR"}


@register.filter
def direction(language):
    """Return the value of `dir` for a text in a language: "rtl" or "ltr"."""
    return "rtl" if language.partition("-")[0] in settings.LANGUAGES_BIDI else "ltr"


@register.filter
def open_graph_locale(language):
    """Return the `og:locale` of a language: "en_GB" for "en" and "en-gb", "ru_RU" for "ru"."""
    code, territory = language.partition("-")[::2]
    territory = territory if len(territory) == 2 else ""  # not a script, as in zh-hans
    return to_locale(f"{code}-{territory or TERRITORIES.get(code, code)}")
