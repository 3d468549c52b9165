"""Template filters for corrections, and for texts with the changed words marked."""

from functools import lru_cache
from html import escape

from django import template
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from news.earlier_texts import list_corrections
from versions.text_diff import Op

register = template.Library()
register.filter("corrections", list_corrections)


@register.filter
def marked_words(spans):
    """Return the spans of a paragraph as HTML, with <del> and <ins>, and words before them that screen readers say.

    Most screen readers say nothing of these elements (Adrian Roselli, "Tweaking Text Level Styles"). Spaces are outside
    of them, and one is between a removed word and the word that was added for it. This is a filter rather than an
    included template, because a text can have ten thousand paragraphs.
    """
    tags, html = change_tags(get_language()), ""
    for kind, text in spans:
        if not (words := text.strip(" ")):
            html += text
            continue
        before, _words, after = text.partition(words)
        if kind == Op.ADDED and html.endswith("</del>"):
            before = " "
        opening, closing = tags[kind]
        html += f"{before}{opening}{escape(words)}{closing}{after}"
    return mark_safe(html)  # noqa: S308


@lru_cache(maxsize=32)
def change_tags(language: str) -> dict[Op, tuple[str, str]]:
    """Return the HTML before and after a span, by its change. The active language is `language`."""
    form = '<{}><span class="unseen" lang="{}">{} </span>'
    return {
        Op.KEPT: ("", ""),
        Op.REMOVED: (format_html(form, "del", language, _("Removed:")), "</del>"),
        Op.ADDED: (format_html(form, "ins", language, _("Added:")), "</ins>"),
    }
