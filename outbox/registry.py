"""Registry of e-mail types: each app registers functions that render its own e-mails when they are sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

if TYPE_CHECKING:
    from outbox.models import OutboxEmail

# Returns the message for an outbox row, to one address only (a server may refuse one of several without notice); None
# if it is no longer to be sent (an erased enquiry, a colleague who left).
Renderer = Callable[["OutboxEmail"], EmailMessage | None]

_renderers: dict[str, Renderer] = {}
_priorities: dict[str, int] = {}

FIRST, LATER = 0, 10  # receipts, replies, newsroom; e-mails that a stranger can cause, and account notices


def register_email(name: str, priority: int = FIRST) -> Callable[[Renderer], Renderer]:
    """Register the decorated function as the renderer of an e-mail type; lower priorities are sent first."""

    def register(renderer: Renderer) -> Renderer:
        if _renderers.setdefault(name, renderer) is not renderer:
            raise ValueError(f"Two functions are registered for the e-mail type {name!r}.")
        _priorities[name] = priority
        return renderer

    return register


def priority_of(name: str) -> int:
    """Return the priority of an e-mail type; FIRST if it is unknown."""
    return _priorities.get(name, FIRST)


def render_email(email: OutboxEmail) -> EmailMessage | None:
    """Return the message of an outbox row as of now; LookupError if its type is unknown (of another release)."""
    try:
        renderer = _renderers[email.kind]
    except KeyError:
        raise LookupError(f"No function is registered for the e-mail type {email.kind!r}.") from None
    return renderer(email)


# Helpers for renderers

AUTO_SUBMITTED = {"Auto-Submitted": "auto-generated"}  # RFC 3834, 5


def build_message(template: str, to: str, context: dict, **more) -> EmailMessage:
    """Return a message to the address `to`: the first line of the template is the subject, the rest the body.

    By default it is marked as automatic, so that no out-of-office reply is sent to it; `headers` replaces that.
    """
    filled = render_to_string(template, {"site_name": settings.EMBASSY_NAME, "site_url": settings.SITE_URL, **context})
    subject, _newline, text = filled.strip().partition("\n")
    return EmailMessage(
        " ".join(subject.split()), text.strip() + "\n", to=[to], **{"headers": dict(AUTO_SUBMITTED), **more}
    )


def message_id(*parts) -> str:
    """Return a Message-ID made of `parts`, the same each time, for threads and for detecting duplicates."""
    return f"<{'.'.join(map(str, parts))}@{urlsplit(settings.SITE_URL).hostname}>"


def absolute_url(name: str, *args) -> str:
    """Return the absolute URL of a view."""
    return f"{settings.SITE_URL}{reverse(name, args=args)}"
