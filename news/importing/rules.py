"""The rules of an import: for each key of a line, what its value may be, and what is kept of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from news.models import Attachment, Category, Correction, Message
from news.models.redirects import LONGEST_PATH
from richtext.fields import LONGEST

YEARS = 1001, 9998  # the calendar of every zone has them whole, and addresses have four digits for them
MOST_IN_LIST = 1000  # old addresses, or corrections, of one message

# Control characters (Unicode's Cc, but for tab and line ends), half characters, and what is no character at all.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
LINE_ENDS = re.compile("[\t\n\r\u2028\u2029]")
IN_QUERY = "/?:@!$&'()*+,;=-._~%"  # what stands in a query as it is


class Fault(ValueError):
    """Why a line can't be imported: a sentence that says what to do."""


# A value as given in, the value to keep out


def text(value: Any) -> str:
    """Return a text of one or more lines, as long as the editor takes one."""
    if not isinstance(value, str):
        raise Fault(_("is %s, and should be a text.") % kind(value))
    if found := UNPRINTABLE.search(value):
        raise Fault(
            _("holds the character U+%(code)04X, at place %(place)d, which no text can show. Take it out.")
            % {"code": ord(found[0]), "place": found.start() + 1}
        )
    if len(value) > LONGEST:
        raise Fault(_("has %(length)d characters, and may have %(most)d.") % {"length": len(value), "most": LONGEST})
    return value


def of_field(field) -> Callable[[Any], str]:
    """Return the rule for a text on one line that is kept in a field of a model, by that field's own rules."""

    def rule(value: Any) -> str:
        value = text(value)
        if LINE_ENDS.search(value):
            raise Fault(_("holds a line break or a tab. Write it on one line."))
        if not value.strip() and not field.blank:
            raise Fault(_("is empty."))
        if value:
            field.run_validators(value)
        return value

    return rule


def of_text(model, name: str) -> Callable[[Any], str]:
    """Return the rule for a text of several lines, which may be as long as the field of a model takes it."""
    longest = model._meta.get_field(name).max_length or LONGEST

    def rule(value: Any) -> str:
        value = text(value)
        if len(value) > longest:
            raise Fault(
                _("has %(length)d characters, and may have %(most)d.") % {"length": len(value), "most": longest}
            )
        return value

    return rule


def moment(value: Any) -> datetime | None:
    """Return a moment in UTC, None for a draft's."""
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(text(value))
    except ValueError as error:
        if isinstance(error, Fault):
            raise
        raise Fault(
            _("is %s, which is no moment. Write one like 2020-09-25T12:00:00+01:00, or null for a draft.")
            % shown(value)
        ) from None
    if found.tzinfo is None:
        raise Fault(_("is %s, without its offset from UTC. Write it like 2020-09-25T12:00:00+01:00.") % shown(value))
    try:
        found = found.astimezone(UTC)
    except OverflowError:
        raise Fault(_("is outside the years from %d to %d.") % YEARS) from None
    return in_years(found)


def day(value: Any) -> date | None:
    """Return a date."""
    if value == "":
        return None
    try:
        return in_years(date.fromisoformat(text(value)))
    except ValueError as error:
        if isinstance(error, Fault):
            raise
        raise Fault(_("is %s, which is no date. Write one like 2020-09-24.") % shown(value)) from None


def in_years(found):
    """Return a date or a moment that addresses and calendars can have."""
    if not YEARS[0] <= found.year <= YEARS[1]:
        raise Fault(_("is outside the years from %d to %d.") % YEARS)
    return found


def boolean(value: Any) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise Fault(_("is %s, and should be true or false.") % kind(value))
    return value


def language(value: Any) -> str:
    """Return the code of a language that messages may be in; nothing for the one that they are in unless told."""
    value = text(value)
    if value and value not in dict(settings.LANGUAGES):
        known = ", ".join(code for code, _name in settings.LANGUAGES)
        raise Fault(_("is %(value)s. Known are: %(known)s.") % {"value": shown(value), "known": known})
    return "" if value == Message._meta.get_field("language").default else value


def several(rule: Callable[[Any], Any]) -> Callable[[Any], tuple]:
    """Return the rule for a list whose entries have a rule."""

    def listed(value: Any) -> tuple:
        if not isinstance(value, list):
            raise Fault(_("is %s, and should be a list: […].") % kind(value))
        if len(value) > MOST_IN_LIST:
            raise Fault(
                _("has %(count)d entries, and may have %(most)d.") % {"count": len(value), "most": MOST_IN_LIST}
            )
        return tuple(dict.fromkeys(map(rule, value)))

    return listed


def old_url(value: Any) -> str:
    """Return a former address as a request for it shows it: the path decoded, and the query behind it as it stands."""
    value = text(value).strip()
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = None
    path = unquote(parts.path, errors="keep-percent") if parts else ""  # of older encodings
    if not parts or parts.scheme not in ("", "http", "https") or not path.startswith("/") or LINE_ENDS.search(value):
        raise Fault(
            _("holds %s, which is no address. Write one like /press/123.html or https://…/?id=123.") % shown(value)
        )
    if UNPRINTABLE.search(path) or "?" in path or "#" in path or "\N{REPLACEMENT CHARACTER}" in path:
        raise Fault(_("holds %s, which has a character that no address here may have.") % shown(value))
    found = f"{path}?{quote(parts.query, safe=IN_QUERY)}" if parts.query else path
    if len(found) > LONGEST_PATH:
        raise Fault(_("holds an address of more than %d characters.") % LONGEST_PATH)
    return found


def correction(value: Any) -> tuple[datetime, str]:
    """Return the moment of a correction and its note."""
    if not isinstance(value, dict) or value.keys() != {"at", "note"}:
        raise Fault(
            _('holds %s. A correction looks like this: {"at": "2020-09-25T12:00:00+01:00", "note": "…"}') % shown(value)
        )
    at, note = moment(value["at"]), of_text(Correction, "note")(value["note"])
    if at is None or not note.strip():
        raise Fault(_("holds a correction without its moment or its note."))
    return at, note


class Picture(NamedTuple):
    """A message's own picture as a line names it."""

    file: str
    alt: str = ""  # empty for a decorative one
    credit: str = ""
    focus: tuple[int, int] = (50, 50)  # percent from the left and from the top
    video: str = ""


def picture(value: Any) -> Picture:
    """Return a message's own picture, which has words for those who can't see it, or says that it is decorative."""
    given = described(value, ("file", "alt", "decorative", "credit", "focus", "video"))
    alt = of_field(Message._meta.get_field("image_alt"))(given.get("alt", ""))
    if boolean(given.get("decorative", False)) == bool(alt.strip()):
        raise Fault(_('says neither what it shows, "alt", nor "decorative": true; or it says both.'))
    return Picture(
        given["file"],
        alt if alt.strip() else "",
        of_field(Message._meta.get_field("image_credit"))(given.get("credit", "")),
        focus(given.get("focus", [50, 50])),
        of_field(Message._meta.get_field("video_url"))(given.get("video", "")),
    )


def focus(value: Any) -> tuple[int, int]:
    """Return the place in a picture that matters."""
    if (
        not isinstance(value, list)
        or [type(each) for each in value] != [int, int]
        or not 0 <= min(value) <= max(value) <= 100
    ):
        raise Fault(_("has a focus that is no pair of percentages: [50, 50] is the middle."))
    return value[0], value[1]


def attachment(value: Any) -> tuple[str, str]:
    """Return the file of an attachment, and its name for people; empty where the file's own has to do."""
    given = described(value, ("file", "name"))
    return given["file"], of_field(Attachment._meta.get_field("name"))(given.get("name", ""))


def described(value: Any, keys: tuple[str, ...]) -> dict[str, Any]:
    """Return an object that names a file, and says something about it under some of these keys."""
    if not isinstance(value, dict) or not value.keys() <= set(keys) or "file" not in value:
        known = ", ".join(keys)
        raise Fault(
            _('holds %(value)s. It looks like this: {"file": "…"}, with some of %(known)s.')
            % {"value": shown(value), "known": known}
        )
    if not text(value["file"]).strip():
        raise Fault(_("holds a file without a name."))
    return value


RULES: dict[str, Callable[[Any], Any]] = {
    "headline": of_field(Message._meta.get_field("headline")),
    "category": of_field(Category._meta.get_field("slug")),
    "publish_at": moment,
    "lead": of_text(Message, "lead"),
    "body": text,
    "delivered_on": day,
    "source_name": of_field(Message._meta.get_field("source_name")),
    "source_url": of_field(Message._meta.get_field("source_url")),
    "featured": boolean,
    "slug": of_field(Message._meta.get_field("slug")),
    "language": language,
    "draft": boolean,
    "old_urls": several(old_url),
    "corrections": several(correction),
    "revised_at": moment,
    "withdrawn_at": moment,
    "withdrawn_reason": of_text(Message, "withdrawn_reason"),
    "category_name": of_field(Category._meta.get_field("name")),
    "picture": picture,
    "attachments": several(attachment),
}


# The words


def kind(value: Any) -> str:
    """Return what a value is, in words."""
    match value:
        case None:
            return _("null")
        case bool():
            return _("true or false")
        case str():
            return _("a text")
        case int() | float():
            return _("a number")
        case list():
            return _("a list")
    return _("an object")


def shown(value: Any) -> str:
    """Return a value as a sentence quotes it: not too long, and harmless on a terminal."""
    words = value if isinstance(value, str) else json.dumps(value)
    cut = words[:60] + "…" if len(words) > 60 else words
    return "“" + "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in cut) + "”"
