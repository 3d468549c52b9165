"""Checks of a page or of a change of one in the admin."""

from __future__ import annotations

from django.conf import settings

from richtext.admin import losses_of_form
from richtext.findings import TypedText, run_checks
from richtext.text_checks import TEXT_CHECKS
from versions.admin.form_checks import FormCheckViews, checks_context, checks_url
from versions.admin.form_previews import row_as_typed
from versions.admin.three_way_merge import typed_text


class CheckViews(FormCheckViews):
    """The checks of a page as typed."""

    def typed_context(self, request, form):
        return card_context(form, row_as_typed(form, ("title", "body")))


def form_context(form, page) -> dict:
    """Return the template context for the checks of a page: as saved, or as typed where the form was sent."""
    row = row_as_typed(form, ("title", "body")) if form.is_bound else page or form.instance
    return {"checks_url": checks_url(form._meta.model._meta, page)} | card_context(form, row)


def card_context(form, page) -> dict:
    """Return the context of the card. The language of pages is that of the site."""
    typed = typed_text(form, "body") if form.is_bound and "body" in form.fields else page.body
    losses = losses_of_form(form) if form.is_bound else ()
    lines = {"title": page.title}
    text = TypedText(typed, page.body, settings.LANGUAGE_CODE, lines, list(losses), language_field="")
    return checks_context(run_checks(TEXT_CHECKS, text))
