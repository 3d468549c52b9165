"""Related messages: up to five that staff have chosen, then earlier ones of the same source.

They are stored as addresses, one a line: so they mean the same in a version, in a comparison, in a revision and in an
export, and staff can read them (docs/adr/0029). What is not public at a moment is left out of the page.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from core.cursors import Cursor
from news.slugs import url_root
from redirects.models import Redirect

if TYPE_CHECKING:
    from news.models import Message

MAX_RELATED = 5  # that staff choose
FILLED = 3  # up to so many, with earlier ones of the same source
TAIL = re.compile(r"([1-9][0-9]{3})/([0-9]{2})/([0-9]{2})/([-a-zA-Z0-9_]+)/")


def message_path(typed: str) -> str:
    """Return a typed address of this site as the path of a message; "" for anything else."""
    try:
        parts, own = urlsplit(typed), urlsplit(settings.SITE_URL)
    except ValueError:
        return ""
    if parts.netloc and parts.netloc != own.netloc:
        return ""
    path = f"{unquote(parts.path).rstrip('/')}/"
    return path if day_and_slug(path) else ""


def day_and_slug(path: str) -> tuple[date, str] | None:
    """Return the day and the slug in the path of a message; None for another path."""
    root = url_root()
    found = TAIL.fullmatch(path.removeprefix(root)) if path.startswith(root) else None
    try:
        return (date(int(found[1]), int(found[2]), int(found[3])), found[4]) if found else None
    except ValueError:  # a day that is not in the calendar
        return None


def normalise_related(text: str) -> str:
    """Return typed addresses as paths, each once, one a line. A line that is no address stays as it is."""
    lines = [line.strip() for line in text.splitlines()]
    return "\n".join(dict.fromkeys(message_path(line) or line for line in lines if line))


def validate_related(text: str) -> None:
    """Raise ValidationError for more than five lines, and for a line that is not the path of a message."""
    lines = text.splitlines()
    if len(lines) > MAX_RELATED:
        raise ValidationError(_("Enter at most %d messages.") % MAX_RELATED)
    for line in lines:
        if not day_and_slug(line):
            sentence = _("“%s” is not the address of a message. Copy it from the page of the message.")
            raise ValidationError(sentence % line[:100])


def find_messages_at(paths: list[str], rows) -> dict[str, Message]:
    """Return the messages among `rows` at these paths, present or former ones: at most three queries."""
    places = Q()
    for day, slug in filter(None, map(day_and_slug, paths)):
        places |= Q(day=day, slug=slug)
    if not places:
        return {}
    found = {row.get_absolute_url(): row for row in rows.filter(places)}
    if moved := [path for path in paths if path not in found]:
        former = Redirect.objects.filter(path__in=moved, message__isnull=False).values_list("path", "message_id")
        ids = dict(former)
        now = rows.in_bulk(ids.values()) if ids else {}
        found |= {path: now[pk] for path, pk in ids.items() if pk in now}
    return found


def related_messages(message: Message, at: datetime) -> list[Message]:
    """Return the related messages that are public at `at`: the chosen ones in their order, then earlier ones."""
    rows = type(message).objects.published(at).only("headline", "language", "day", "slug", "publish_at")
    paths = message.related.splitlines()
    by_path = find_messages_at(paths, rows)
    found = {by_path[path].pk: by_path[path] for path in paths if path in by_path}
    found.pop(message.pk, None)
    if len(found) < FILLED and message.source_name:
        earlier = rows.filter(source_name=message.source_name).older_than(Cursor.of(message))[: FILLED + MAX_RELATED]
        others = [row for row in earlier if row.pk not in found]
        found |= {row.pk: row for row in others[: FILLED - len(found)]}
    return list(found.values())
