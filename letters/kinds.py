"""The kinds of letter: each room says, under a name, how one of its own is worded at the moment it is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

if TYPE_CHECKING:
    from letters.models import Letter

# Given a letter, return it worded, to one address (of several a server may refuse some, and nobody hears of it); None
# where nobody is to read it any more (an erased enquiry, a colleague who left).
Wording = Callable[["Letter"], EmailMessage | None]

_wordings: dict[str, Wording] = {}
_priorities: dict[str, int] = {}

FIRST, LATER = 0, 10  # receipts, answers and the newsroom's letters; what a stranger can cause and notices of accounts


def kind(name: str, priority: int = FIRST) -> Callable[[Wording], Wording]:
    """Register the decorated function as the one that words letters of this kind; lower priorities leave first."""

    def register(wording: Wording) -> Wording:
        if _wordings.setdefault(name, wording) is not wording:
            raise ValueError(f"Two functions word the letters of the kind {name!r}.")
        _priorities[name] = priority
        return wording

    return register


def priority_of(name: str) -> int:
    """Return the priority of a kind of letter; FIRST for an unknown kind."""
    return _priorities.get(name, FIRST)


def worded(letter: Letter) -> EmailMessage | None:
    """Return a letter as it goes out now. An unknown kind (of another release) is a LookupError."""
    try:
        wording = _wordings[letter.kind]
    except KeyError:
        raise LookupError(f"Nobody words letters of the kind {letter.kind!r}.") from None
    return wording(letter)


# Helps for those who word them

BY_A_MACHINE = {"Auto-Submitted": "auto-generated"}  # RFC 3834, 5


def compose(template: str, to: str, context: dict, **more) -> EmailMessage:
    """Return a letter to the address `to`: the first line of its template is the subject, the rest the text.

    It says that a machine wrote it, so that no out-of-office answers it. Headers that are given stand in its place.
    """
    filled = render_to_string(template, {"site_name": settings.EMBASSY_NAME, "site_url": settings.SITE_URL, **context})
    subject, _newline, text = filled.strip().partition("\n")
    return EmailMessage(
        " ".join(subject.split()), text.strip() + "\n", to=[to], **{"headers": dict(BY_A_MACHINE), **more}
    )


def message_id(*parts) -> str:
    """Return the name of a letter by which answers to it and second copies of it are known: the same each time."""
    return f"<{'.'.join(map(str, parts))}@{urlsplit(settings.SITE_URL).hostname}>"


def address(name: str, *args) -> str:
    """Return the absolute address of a view as it stands in a letter."""
    return f"{settings.SITE_URL}{reverse(name, args=args)}"
