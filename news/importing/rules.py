"""Validation of the keys of a JSON line: for each key, a function from the JSON value to the stored value."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from news.importing.notes import printable
from news.models import Attachment, Category, Correction, Message
from news.models.redirects import LONGEST_PATH
from richtext.fields import LONGEST

YEARS = 1001, 9998  # complete in every time zone, and four digits in URLs
MOST_IN_LIST = 1000  # former URLs, or corrections, of a message

# Control characters (Unicode Cc except tab and line ends), surrogates and noncharacters.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
LINE_ENDS = re.compile("[\t\n\r\u2028\u2029]")
IN_QUERY = "/?:@!$&'()*+,;=-._~%"  # not percent-encoded in a query


class Fault(ValueError):
    """An error in an entry: a sentence that says what is wrong and what to do."""


def text(value: Any) -> str:
    """Return a text that is no longer than the editor allows; raise Fault for other values."""
    if not isinstance(value, str):
        raise Fault(_("is %s, but must be a text.") % kind(value))
    if found := UNPRINTABLE.search(value):
        raise Fault(
            _("has the unprintable character U+%(code)04X at position %(position)d. Remove it.")
            % {"code": ord(found[0]), "position": found.start() + 1}
        )
    return within_limit(value, LONGEST)


def within_limit(value: str, limit: int) -> str:
    """Return the value; raise Fault if it has more than `limit` characters."""
    if len(value) > limit:
        raise Fault(_("has %(length)d characters; the maximum is %(limit)d.") % {"length": len(value), "limit": limit})
    return value


def of_field(field) -> Callable[[Any], str]:
    """Return the rule for a single-line text that is stored in a model field, with the validators of the field."""

    def rule(value: Any) -> str:
        value = text(value)
        if LINE_ENDS.search(value):
            raise Fault(_("has a line break or a tab. Write it on one line."))
        if not value.strip() and not field.blank:
            raise Fault(_("is empty."))
        if value:
            field.run_validators(value)
        return value

    return rule


def of_text(model, name: str) -> Callable[[Any], str]:
    """Return the rule for a multi-line text with the maximum length of a model field."""
    limit = model._meta.get_field(name).max_length or LONGEST
    return lambda value: within_limit(text(value), limit)


def moment(value: Any) -> datetime | None:
    """Return a time in UTC; None for null."""
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(text(value))
    except Fault:
        raise
    except ValueError:
        raise Fault(
            _("is %s, which is not a date and time. Write one like 2020-09-25T12:00:00+01:00, or null for a draft.")
            % shown(value)
        ) from None
    if found.tzinfo is None:
        raise Fault(_("is %s, without a UTC offset. Write it like 2020-09-25T12:00:00+01:00.") % shown(value))
    try:
        found = found.astimezone(UTC)
    except OverflowError:
        raise Fault(_("is outside the years from %d to %d.") % YEARS) from None
    return in_years(found)


def day(value: Any) -> date | None:
    """Return a date; None for ""."""
    if value == "":
        return None
    try:
        return in_years(date.fromisoformat(text(value)))
    except Fault:
        raise
    except ValueError:
        raise Fault(_("is %s, which is not a date. Write one like 2020-09-24.") % shown(value)) from None


def in_years(found):
    """Return the date or time; raise Fault outside the supported years."""
    if not YEARS[0] <= found.year <= YEARS[1]:
        raise Fault(_("is outside the years from %d to %d.") % YEARS)
    return found


def boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Fault(_("is %s, but must be true or false.") % kind(value))
    return value


def language(value: Any) -> str:
    """Return the code of a language of this site; "" for the default language."""
    value = text(value)
    if value and value not in dict(settings.LANGUAGES):
        known = ", ".join(code for code, _name in settings.LANGUAGES)
        raise Fault(_("is %(value)s. Known languages: %(known)s.") % {"value": shown(value), "known": known})
    return "" if value == Message._meta.get_field("language").default else value


def several(rule: Callable[[Any], Any]) -> Callable[[Any], tuple]:
    """Return the rule for a list, from the rule for its entries."""

    def listed(value: Any) -> tuple:
        if not isinstance(value, list):
            raise Fault(_("is %s, but must be a list: […].") % kind(value))
        if len(value) > MOST_IN_LIST:
            raise Fault(
                _("has %(count)d entries; the maximum is %(limit)d.") % {"count": len(value), "limit": MOST_IN_LIST}
            )
        return tuple(dict.fromkeys(map(rule, value)))

    return listed


def old_url(value: Any) -> str:
    """Return a former URL as in `request.get_full_path()`: the path decoded, the query encoded."""
    value = text(value).strip()
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = None
    path = unquote(parts.path, errors="keep-percent") if parts else ""  # bytes in older encodings stay encoded
    if not parts or parts.scheme not in ("", "http", "https") or not path.startswith("/") or LINE_ENDS.search(value):
        raise Fault(
            _("has %s, which is not a web address. Write one like /press/123.html or https://…/?id=123.") % shown(value)
        )
    if UNPRINTABLE.search(path) or "?" in path or "#" in path or "\N{REPLACEMENT CHARACTER}" in path:
        raise Fault(_("has %s, which contains a character that is not allowed in web addresses.") % shown(value))
    found = f"{path}?{quote(parts.query, safe=IN_QUERY)}" if parts.query else path
    if len(found) > LONGEST_PATH:
        raise Fault(_("has a web address of more than %d characters.") % LONGEST_PATH)
    return found


def correction(value: Any) -> tuple[datetime, str]:
    """Return the time and note of a correction."""
    if not isinstance(value, dict) or value.keys() != {"at", "note"}:
        raise Fault(
            _('has %s. Write a correction like this: {"at": "2020-09-25T12:00:00+01:00", "note": "…"}') % shown(value)
        )
    at, note = moment(value["at"]), of_text(Correction, "note")(value["note"])
    if at is None or not note.strip():
        raise Fault(_("has a correction without a time or a note."))
    return at, note


class Picture(NamedTuple):
    """The lead image of a message in a JSON line."""

    file: str
    alt: str = ""  # "" for a decorative image
    credit: str = ""
    focus: tuple[int, int] = (50, 50)  # percent from the left and from the top
    video: str = ""


def picture(value: Any) -> Picture:
    """Return the lead image, which needs either an alternative text or "decorative": true."""
    given = described(value, ("file", "alt", "decorative", "credit", "focus", "video"))
    alt = of_field(Message._meta.get_field("image_alt"))(given.get("alt", ""))
    if boolean(given.get("decorative", False)) == bool(alt.strip()):
        raise Fault(_('needs either "alt" with an alternative text or "decorative": true, and not both.'))
    return Picture(
        given["file"],
        alt if alt.strip() else "",
        of_field(Message._meta.get_field("image_credit"))(given.get("credit", "")),
        focus(given.get("focus", [50, 50])),
        of_field(Message._meta.get_field("video_url"))(given.get("video", "")),
    )


def focus(value: Any) -> tuple[int, int]:
    """Return the focal point of an image in percent from the left and from the top."""
    if (
        not isinstance(value, list)
        or [type(each) for each in value] != [int, int]
        or not 0 <= min(value) <= max(value) <= 100
    ):
        raise Fault(_("has a focus that is not a pair of percentages: [50, 50] is the centre."))
    return value[0], value[1]


def attachment(value: Any) -> tuple[str, str]:
    """Return the file and display name of an attachment; the name may be ""."""
    given = described(value, ("file", "name"))
    return given["file"], of_field(Attachment._meta.get_field("name"))(given.get("name", ""))


def described(value: Any, keys: tuple[str, ...]) -> dict[str, Any]:
    """Return an object with the key “file” and no others than `keys`."""
    if not isinstance(value, dict) or not value.keys() <= set(keys) or "file" not in value:
        known = ", ".join(keys)
        raise Fault(
            _('has %(value)s. Write it like this: {"file": "…"}, with these keys: %(known)s.')
            % {"value": shown(value), "known": known}
        )
    if not text(value["file"]).strip():
        raise Fault(_("has a file without a name."))
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


def kind(value: Any) -> str:
    """Return the type of a JSON value in words."""
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
    """Return a value quoted for an error: at most 60 characters, and safe on a terminal."""
    string = value if isinstance(value, str) else json.dumps(value)
    return f"“{printable(string[:60] + '…' if len(string) > 60 else string)}”"
