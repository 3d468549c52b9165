"""Checks of a message in the admin: the card beside the form, and the links to other sites in the background."""

from django.contrib import messages

from news import background_link_checks
from news.admin.previews import message_as_typed
from news.message_checks import (
    MAX_HEADLINE,
    MESSAGE_CHECKS,
    MessageText,
    message_text,
    place_of_url,
    text_length,
    urls_of,
)
from richtext.admin import losses_of_form
from richtext.findings import run_checks
from richtext.text_checks import sanitiser_hints
from versions.admin.form_checks import (
    BrokenLink,
    FormCheckViews,
    LinkChecks,
    age_text,
    checks_context,
    checks_url,
    working_text,
)
from versions.admin.three_way_merge import typed_text


class CheckViews(FormCheckViews):
    """The checks of a message as typed. Each request starts the check of new links and returns what is known."""

    def typed_context(self, request, form):
        message = message_as_typed(form)
        is_pending = background_link_checks.start_check(urls_of(message), request.at)
        return context_as_typed(request, form, message, is_pending=is_pending)


def form_context(request, form, message) -> dict:
    """Return the template context for the checks of a message: as saved, or as typed where the form was sent."""
    context = {"headline_limit": MAX_HEADLINE, "checks_url": checks_url(form._meta.model._meta, message)}
    if form.is_bound:
        return context | context_as_typed(request, form, message_as_typed(form), is_pending=True)
    if message is None:
        has_pattern = bool(form.initial.get("headline"))  # the browser asks for the checks of what it was filled with
        return context | card_context(request, form.instance, None, (), is_pending=has_pattern)
    return context | card_context(request, message, None, (), is_pending=bool(urls_of(message)))


def context_as_typed(request, form, message, *, is_pending: bool) -> dict:
    """Return the context of the card for a bound form, and the message that it describes."""
    typed = typed_text(form, "body") if "body" in form.fields else None
    return card_context(request, message, typed, losses_of_form(form), is_pending=is_pending)


def card_context(request, message, typed, losses, *, is_pending: bool = False) -> dict:
    """Return the context of the card, with the results of links that are known."""
    text = message_text(message, request.at, typed=typed, losses=losses)
    words, minutes = text_length(message)
    lengths = {"word_count": words, "reading_minutes": minutes}
    return checks_context(run_checks(MESSAGE_CHECKS, text), known_links(text, is_pending=is_pending), **lengths)


def known_links(text: MessageText, *, is_pending: bool) -> LinkChecks:
    """Return the results of the links to other sites by the latest checks."""
    results = background_link_checks.known_results(urls_of(text.message)).values()
    times = [found.checked_at for found in results if not found.sentence]
    return LinkChecks(
        [
            BrokenLink(
                place_of_url(text, found.url)._replace(sentence=found.sentence),
                found.url,
                age_text(found.checked_at, text.at),
            )
            for found in results
            if found.sentence
        ],
        working_text(len(times), min(times), text.at) if times else "",
        is_pending,
    )


def report_repairs(request, form) -> None:
    """Warn of the sanitiser's changes to the text of a saved form."""
    if "body" in form.changed_data:
        for sentence in sanitiser_hints(typed_text(form, "body")):
            messages.warning(request, sentence)
