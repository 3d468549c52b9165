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

from news.models import Attachment, Category, Correction, Message
from news.related import normalise_related, validate_related
from redirects.models import MAX_PATH_LENGTH
from richtext.fields import MAX_CHARACTERS
from transfer.importer.notes import printable

YEARS = 1001, 9998  # complete in every time zone, and four digits in URLs
MOST_IN_LIST = 1000  # former URLs, or corrections, of a message

# Control characters (Unicode Cc except tab and line ends), surrogates and noncharacters.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
LINE_ENDS = re.compile("[\t\n\r\u2028\u2029]")
QUERY_SAFE = "/?:@!$&'()*+,;=-._~%"  # not percent-encoded in a query


class ImportFault(ValueError):
    """An error in an entry: a sentence on the problem and its remedy."""


def to_text(value: Any) -> str:
    """Return a text up to the length that the editor allows; raise Fault for other values."""
    if not isinstance(value, str):
        raise ImportFault(_("is %s, but must be a text.") % json_type(value))
    if found := UNPRINTABLE.search(value):
        raise ImportFault(
            _("has the unprintable character U+%(code)04X at position %(position)d. Remove it.")
            % {"code": ord(found[0]), "position": found.start() + 1}
        )
    return within_limit(value, MAX_CHARACTERS)


def within_limit(value: str, limit: int) -> str:
    """Return the value; raise Fault if it has more than `limit` characters."""
    if len(value) > limit:
        raise ImportFault(
            _("has %(length)d characters; the maximum is %(limit)d.") % {"length": len(value), "limit": limit}
        )
    return value


def single_line_rule(field) -> Callable[[Any], str]:
    """Return the rule for a single-line text that is stored in a model field, with the validators of the field."""

    def rule(value: Any) -> str:
        value = to_text(value)
        if LINE_ENDS.search(value):
            raise ImportFault(_("has a line break or a tab. Write it on one line."))
        if not value.strip() and not field.blank:
            raise ImportFault(_("is empty."))
        if value:
            field.run_validators(value)
        return value

    return rule


def multi_line_rule(model, name: str) -> Callable[[Any], str]:
    """Return the rule for a multi-line text with the maximum length of a model field."""
    limit = model._meta.get_field(name).max_length or MAX_CHARACTERS
    return lambda value: within_limit(to_text(value), limit)


def to_utc_datetime(value: Any) -> datetime | None:
    """Return a time in UTC; None for null."""
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(to_text(value))
    except ImportFault:
        raise
    except ValueError:
        raise ImportFault(
            _("is %s, which is not a date and time. Write one like 2020-09-25T12:00:00+01:00, or null for a draft.")
            % quoted(value)
        ) from None
    if found.tzinfo is None:
        raise ImportFault(_("is %s, without a UTC offset. Write it like 2020-09-25T12:00:00+01:00.") % quoted(value))
    try:
        found = found.astimezone(UTC)
    except OverflowError:
        raise ImportFault(_("is outside the years from %d to %d.") % YEARS) from None
    return check_year(found)


def to_date(value: Any) -> date | None:
    """Return a date; None for ""."""
    if value == "":
        return None
    try:
        return check_year(date.fromisoformat(to_text(value)))
    except ImportFault:
        raise
    except ValueError:
        raise ImportFault(_("is %s, which is not a date. Write one like 2020-09-24.") % quoted(value)) from None


def check_year(found):
    """Return the date or time; raise Fault outside the supported years."""
    if not YEARS[0] <= found.year <= YEARS[1]:
        raise ImportFault(_("is outside the years from %d to %d.") % YEARS)
    return found


def to_boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ImportFault(_("is %s, but must be true or false.") % json_type(value))
    return value


def to_language(value: Any) -> str:
    """Return the code of a language of this site; "" for the default language."""
    value = to_text(value)
    if value and value not in dict(settings.LANGUAGES):
        known = ", ".join(code for code, _name in settings.LANGUAGES)
        raise ImportFault(_("is %(value)s. Known languages: %(known)s.") % {"value": quoted(value), "known": known})
    return "" if value == Message._meta.get_field("language").default else value


def list_rule(rule: Callable[[Any], Any]) -> Callable[[Any], tuple]:
    """Return the rule for a list, from the rule for its entries."""

    def listed(value: Any) -> tuple:
        if not isinstance(value, list):
            raise ImportFault(_("is %s, but must be a list: […].") % json_type(value))
        if len(value) > MOST_IN_LIST:
            raise ImportFault(
                _("has %(count)d entries; the maximum is %(limit)d.") % {"count": len(value), "limit": MOST_IN_LIST}
            )
        return tuple(dict.fromkeys(map(rule, value)))

    return listed


def to_related(value: Any) -> tuple[str, ...]:
    """Return the paths of related messages. They need not be there yet: a later line may be one."""
    text = normalise_related("\n".join(list_rule(to_text)(value)))
    validate_related(text)
    return tuple(text.splitlines())


def to_redirect_path(value: Any) -> str:
    """Return a former URL as in `request.get_full_path()`: the path decoded, the query encoded."""
    value = to_text(value).strip()
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = None
    path = unquote(parts.path, errors="keep-percent") if parts else ""  # bytes in older encodings stay encoded
    if not parts or parts.scheme not in ("", "http", "https") or not path.startswith("/") or LINE_ENDS.search(value):
        raise ImportFault(
            _("has %s, which is not a web address. Write one like /press/123.html or https://…/?id=123.")
            % quoted(value)
        )
    if UNPRINTABLE.search(path) or "?" in path or "#" in path or "\N{REPLACEMENT CHARACTER}" in path:
        raise ImportFault(_("has %s, which contains a character that is not allowed in web addresses.") % quoted(value))
    found = f"{path}?{quote(parts.query, safe=QUERY_SAFE)}" if parts.query else path
    if len(found) > MAX_PATH_LENGTH:
        raise ImportFault(_("has a web address of more than %d characters.") % MAX_PATH_LENGTH)
    return found


def to_correction(value: Any) -> tuple[datetime, str] | tuple[datetime, str, str]:
    """Return the time and note of a correction, and the kind where it is not the default.

    Without the default, lines that were imported before there were kinds have the same digest still.
    """
    if not isinstance(value, dict) or not {"at", "note"} <= value.keys() <= {"at", "note", "kind"}:
        raise ImportFault(
            _('has %s. Write a correction like this: {"at": "2020-09-25T12:00:00+01:00", "note": "…"}') % quoted(value)
        )
    at, note = to_utc_datetime(value["at"]), multi_line_rule(Correction, "note")(value["note"])
    if at is None or not note.strip():
        raise ImportFault(_("has a correction without a time or a note."))
    kind = value.get("kind", Correction.Kind.CORRECTION.value)
    if kind not in Correction.Kind.values:
        known = " / ".join(Correction.Kind.values)
        raise ImportFault(
            _("has a correction of the kind %(value)s. Known kinds: %(known)s.")
            % {"value": quoted(kind), "known": known}
        )
    return (at, note) if kind == Correction.Kind.CORRECTION else (at, note, kind)


class LeadImage(NamedTuple):
    """The lead image of a message in a JSON line."""

    file: str
    alt: str = ""  # "" for a decorative image
    credit: str = ""
    rights: str = ""
    focus: tuple[int, int] = (50, 50)  # percent from the left and from the top
    video: str = ""


def to_lead_image(value: Any) -> LeadImage:
    """Return the lead image, which needs either an alternative text or "decorative": true."""
    given = check_file_object(value, ("file", "alt", "decorative", "credit", "rights", "focus", "video"))
    alt = single_line_rule(Message._meta.get_field("image_alt"))(given.get("alt", ""))
    if to_boolean(given.get("decorative", False)) == bool(alt.strip()):
        raise ImportFault(_('needs either "alt" with an alternative text or "decorative": true, and not both.'))
    return LeadImage(
        given["file"],
        alt if alt.strip() else "",
        single_line_rule(Message._meta.get_field("image_credit"))(given.get("credit", "")),
        single_line_rule(Message._meta.get_field("image_rights"))(given.get("rights", "")),
        to_focal_point(given.get("focus", [50, 50])),
        single_line_rule(Message._meta.get_field("video_url"))(given.get("video", "")),
    )


def to_focal_point(value: Any) -> tuple[int, int]:
    """Return the focal point of an image in percent from the left and from the top."""
    if (
        not isinstance(value, list)
        or [type(each) for each in value] != [int, int]
        or not 0 <= min(value) <= max(value) <= 100
    ):
        raise ImportFault(_("has a focus that is not a pair of percentages: [50, 50] is the centre."))
    return value[0], value[1]


def to_attachment(value: Any) -> tuple[str, str]:
    """Return the file and display name of an attachment; the name may be ""."""
    given = check_file_object(value, ("file", "name"))
    return given["file"], single_line_rule(Attachment._meta.get_field("name"))(given.get("name", ""))


def check_file_object(value: Any, keys: tuple[str, ...]) -> dict[str, Any]:
    """Return an object with the key “file” and no others than `keys`."""
    if not isinstance(value, dict) or not value.keys() <= set(keys) or "file" not in value:
        known = ", ".join(keys)
        raise ImportFault(
            _('has %(value)s. Write it like this: {"file": "…"}, with these keys: %(known)s.')
            % {"value": quoted(value), "known": known}
        )
    if not to_text(value["file"]).strip():
        raise ImportFault(_("has a file without a name."))
    return value


RULES: dict[str, Callable[[Any], Any]] = {
    "headline": single_line_rule(Message._meta.get_field("headline")),
    "category": single_line_rule(Category._meta.get_field("slug")),
    "publish_at": to_utc_datetime,
    "lead": multi_line_rule(Message, "lead"),
    "body": to_text,
    "delivered_on": to_date,
    "source_name": single_line_rule(Message._meta.get_field("source_name")),
    "source_url": single_line_rule(Message._meta.get_field("source_url")),
    "featured": to_boolean,
    "slug": single_line_rule(Message._meta.get_field("slug")),
    "language": to_language,
    "related": to_related,
    "draft": to_boolean,
    "old_urls": list_rule(to_redirect_path),
    "corrections": list_rule(to_correction),
    "revised_at": to_utc_datetime,
    "withdrawn_at": to_utc_datetime,
    "withdrawn_reason": multi_line_rule(Message, "withdrawn_reason"),
    "category_name": single_line_rule(Category._meta.get_field("name")),
    "picture": to_lead_image,
    "attachments": list_rule(to_attachment),
}


def json_type(value: Any) -> str:
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


def quoted(value: Any) -> str:
    """Return a value quoted for an error: at most 60 characters, and safe on a terminal."""
    string = value if isinstance(value, str) else json.dumps(value)
    return f"“{printable(string[:60] + '…' if len(string) > 60 else string)}”"
