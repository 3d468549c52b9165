"""Checks of texts in tests: the report on a message or a piece of rich text, as sentences and places."""

from news.message_checks import MESSAGE_CHECKS, message_text
from richtext.fields import preview_html
from richtext.findings import TypedText, run_checks
from richtext.text_checks import TEXT_CHECKS


def findings_on(message, at, **kwargs):
    """Return the findings on a message, what is wrong first."""
    report = run_checks(MESSAGE_CHECKS, message_text(message, at, **kwargs))
    return [*report.wrong, *report.look]


def sentences_on(message, at, **kwargs):
    """Return the sentences of the findings on a message."""
    return [finding.sentence for finding in findings_on(message, at, **kwargs)]


def typed_text(html, language="en", **lines):
    """Return a text as typed, with what would be saved of it."""
    return TypedText(html, preview_html(html), language, lines)


def report_on(html, language="en", **lines):
    """Return the report on a text as typed."""
    return run_checks(TEXT_CHECKS, typed_text(html, language, **lines))


def places_of(find, html, language="en", **lines):
    """Return the places of what one check finds in a text: fields, or elements with their numbers."""
    found = find(typed_text(html, language, **lines))
    return [f"{each.tag} {each.index}" if each.tag else each.field for each in found]
