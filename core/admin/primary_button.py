"""The primary button of a form's action bar, which says what it will do."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.utils import timezone
from django.utils.dateformat import format as format_date

from core.datetime_fields import display_zones

DAYS_BY_NAME = 6  # days ahead in which a weekday says which day is meant


class Primary(NamedTuple):
    """The primary button: the name that it sends, or the address of its link or of what it posts to.

    A link that `asks` leads to the page of a step, whose question is shown in a dialog.
    """

    label: str
    name: str = ""
    link: str = ""
    action: str = ""
    asks: bool = False


def pressed_step(request) -> str:
    """Return the name of the button whose step was refused: the dialog that asked for it opens again. "" otherwise."""
    return next((name for name in ("_submit", "_approve") if name in request.POST), "")


def moment_text(moment: datetime, at: datetime) -> str:
    """Return a moment ahead in both capitals: "Sat 06:00 · 09:00 Moscow". desk-primary-button.js writes the same."""
    host, *others = [(city, moment.astimezone(zone)) for city, zone in display_zones()[:-1]]
    today = at.astimezone(timezone.get_default_timezone()).date()
    is_near = (host[1].date() - today).days <= DAYS_BY_NAME
    parts = [f"{format_date(host[1], 'D' if is_near else 'j M')} {host[1]:%H:%M}"]
    for city, local in others:
        day = "" if local.date() == host[1].date() else f"{format_date(local, 'D' if is_near else 'j M')} "
        parts.append(f"{day}{local:%H:%M} {city}")
    return " · ".join(parts)
