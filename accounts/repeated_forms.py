"""Page for a form that was saved already and is sent again with other content: its texts, and a link to the row."""

from __future__ import annotations

from typing import NamedTuple

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.pages import render_page
from core.datetime_fields import CHOICES
from richtext.fields import RichTextField, preview_html

# Parts of the names of fields whose values are secret, or not for people.
HIDDEN_PARTS = ("password", "token", "code", "csrf", "draft_key", "version", "seen", "action")
TIME_CHOICES = tuple(f"_{part}" for part in CHOICES)  # the ends of the names of a time's choices


class TypedText(NamedTuple):
    """A text of a form, with the label of its field; formatted text is sanitised HTML."""

    label: str
    text: str
    is_html: bool


@sensitive_variables()
def render_saved_already(request, submission):
    """Return the page (409) for other content under a token that has been used."""
    response = render_page(
        request,
        "accounts/saved_already.html",
        _("This was saved already"),
        status=409,
        saved_at=submission.at,
        saved_url=submission.result.get("saved") or submission.result["headers"]["Location"],
        typed=typed_texts(request),
    )
    response["Cache-Control"] = "private, no-store"
    return response


def typed_texts(request) -> list[TypedText]:
    """Return the texts of a form that a person has typed; without choices, numbers, dates and secrets."""
    model = form_model(request)
    found = []
    for name, value in request.POST.items():
        field = model_field(model, name)
        is_choice = getattr(field, "choices", None) or name.endswith(TIME_CHOICES)
        is_hidden = name.startswith(("_", "initial-")) or any(part in name.lower() for part in HIDDEN_PARTS)
        if is_hidden or value == "on" or not any(map(str.isalpha, value)) or is_choice:
            continue
        label = capfirst(str(field.verbose_name) if field else name.rpartition("-")[2].replace("_", " "))
        is_html = isinstance(field, RichTextField)
        found.append(TypedText(label, mark_safe(preview_html(value)) if is_html else value, is_html))  # noqa: S308
    return found


def form_model(request):
    """Return the model whose rows a URL of the admin adds or changes; None for other pages."""
    parts = (request.resolver_match.url_name or "").rsplit("_", 1) if request.resolver_match else []
    if len(parts) != 2 or parts[1] not in ("add", "change"):
        return None
    return next((m for m in apps.get_models() if f"{m._meta.app_label}_{m._meta.model_name}" == parts[0]), None)


def model_field(model, name: str):
    """Return the field of a model; None where it has none of that name."""
    try:
        return model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None
