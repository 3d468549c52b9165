"""Attribute sanitising: for each attribute, a rule that returns the allowed value, or None to remove it."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings

from richtext.link_urls import normalise_url
from richtext.sanitize import tables

LANGUAGES = frozenset(  # ISO 639-1: longer tags must start with one of these
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo "
    "es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka "
    "kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng "
    "nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su "
    "sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu".split()
)
LANGUAGE = re.compile(r"([A-Za-z]{2})(-[A-Za-z]{4})?(-(?:[A-Za-z]{2}|\d{3}))?")
SCHEME = re.compile(r"(?<![a-z0-9+.-])([a-z][a-z0-9+.-]*):", re.IGNORECASE)
UNSAFE_IN_URL = re.compile(
    r"""[ "<>\\^`{|}\[\]]|%(?![0-9A-Fa-f]{2})"""
)  # characters that must be percent-encoded in a URL
PARENT_PATH = re.compile(r"(?:^|/)(?:\.|%2e){2}(?:/|$)", re.IGNORECASE)


def clean_url(value: str) -> str | None:
    """Return a normalised http, https, mailto, tel or relative URL; None for others."""
    value = normalise_url(re.sub(r"[\t\n\r]", "", value).strip())
    value = UNSAFE_IN_URL.sub(lambda found: f"%{ord(found[0][0]):02X}", value)
    before, mark, fragment = value.partition("#")
    value = before + mark + fragment.replace("#", "%23")
    scheme = SCHEME.match(value)
    if not scheme:
        return None if not value or value.startswith("//") else value
    rest = value[scheme.end() :]
    match scheme[1].lower():
        case "http" | "https" if has_host(value):
            return value
        case "mailto" if rest:
            return f"mailto:{rest}"
        case "tel" if re.search(r"\d", rest):
            return "tel:" + rest.replace("%20", "")
    return None


def has_host(value: str) -> bool:
    """Return whether an http URL has a valid host and port."""
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
        if not host or "%" in host or (parts.port or 1) < 1:
            return False
        host = host.encode("idna").decode().rstrip(".")
        if host.rpartition(".")[2].isdigit():
            ip_address(host)
        return not host.startswith(".")
    except ValueError:  # includes UnicodeError
        return False


def clean_image_url(value: str) -> str | None:
    """Return the URL of an image of this site; None for other hosts, which the content security policy blocks."""
    value = (clean_url(value) or "").removeprefix(settings.SITE_URL)
    if not value.startswith(settings.MEDIA_URL) or PARENT_PATH.search(value):
        return None
    return value if len(value) > len(settings.MEDIA_URL) else None


def clean_text(value: str) -> str | None:
    """Return text without surrounding white space; None for empty text."""
    return value.strip() or None


def clean_alternative_text(value: str) -> str:
    """Return an alternative text; an empty one is kept, because images need the attribute."""
    return value.strip()


def clean_language(value: str) -> str | None:
    """Return a language tag such as "fr" or "sr-Latn-RS"."""
    found = LANGUAGE.fullmatch(value.strip())
    return found[0] if found and found[1].lower() in LANGUAGES else None


def choice_rule(*values: str):
    """Return the rule for an attribute with these values."""

    def rule(value: str) -> str | None:
        value = " ".join(value.split()).lower()
        return value if value in values else None

    return rule


def number_rule(least: int, most: int):
    """Return the rule for a whole number from `least` to `most`."""

    def rule(value: str) -> str | None:
        value = value.strip()
        if not re.fullmatch(r"-?[0-9]{1,9}", value) or not least <= int(value) <= most:
            return None
        return str(int(value))

    return rule


def clean_numbering(value: str) -> str | None:
    """Return the numbering type of a list: letters or Roman numerals."""
    return value if value in ("a", "A", "i", "I") else None


def clean_boolean(value: str) -> str:
    """Return the value of a boolean attribute."""
    return ""


span_rule = number_rule(2, tables.MAX_SPAN)
GLOBAL_RULES = {"lang": clean_language, "dir": choice_rule("ltr", "rtl", "auto")}

RULES = {
    "a": {"href": clean_url, "title": clean_text, "hreflang": clean_language},
    "img": {
        "src": clean_image_url,
        "alt": clean_alternative_text,
        "width": number_rule(1, 20_000),
        "height": number_rule(1, 20_000),
    },
    "ol": {"start": number_rule(-9_999, 999_999), "type": clean_numbering, "reversed": clean_boolean},
    "li": {"value": number_rule(-9_999, 999_999)},
    "table": {"class": choice_rule("data")},
    "figure": {"class": choice_rule("image", "image image-left", "image image-right", "image-left", "image-right")},
    "th": {"scope": choice_rule("row", "col", "rowgroup", "colgroup"), "colspan": span_rule, "rowspan": span_rule},
    "td": {"colspan": span_rule, "rowspan": span_rule},
}


def clean_attributes(tag: str, attributes: dict[str, str]) -> dict[str, str]:
    """Return the allowed attributes of `tag` with their sanitised values, in a fixed order."""
    rules = RULES.get(tag, {}) | GLOBAL_RULES
    values = {name: rule(attributes[name]) for name, rule in rules.items() if name in attributes}
    return {name: value for name, value in values.items() if value is not None}
