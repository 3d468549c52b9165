"""E-mail addresses: cleaning of pasted text, comparison, and the ASCII form (IDNA) for mail servers."""

from __future__ import annotations

import re
import string
import unicodedata
from urllib.parse import unquote

import idna

from core.text_fields import clean_text, remove_invisible

MAX_LENGTH = 254  # octets of an address (RFC 5321, 4.5.3.1.3, without the angle brackets)
LONGEST_INPUT = 1_000  # characters: a longer text is not an address

ASCII_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
# Characters that keyboards and word processors insert: full-width forms, other dots and hyphens.
FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
LOOKALIKES = (
    FULL_WIDTH | dict.fromkeys(map(ord, "。｡﹒․"), ".") | {ord("﹫"): "@"} | dict.fromkeys(map(ord, "‐‑−﹣"), "-")
)

LABEL = re.compile(r"(?:mailto|e-?mail)\s?:\s?", re.IGNORECASE)
AROUND_AT = re.compile(r"\s{0,9}@\s{0,9}")
JOINERS = "\u200c\u200d"
WRAPPERS = "<>()[]{}\"'`´‘’‚‛“”„‟«»‹›「」『』〈〉《》"


# Cleaning


def clean_email(value: str) -> str:
    """Return an e-mail address without the marks that copying adds: invisible characters, brackets, quotes, "mailto:".

    Cleaning is idempotent. A text that is not an address is returned for check_deliverable() to refuse.
    """
    text = str(value or "")
    if len(text) > LONGEST_INPUT:
        return text.strip()
    before, cleaned = None, text
    while cleaned != before:  # each step shortens the text or leaves it
        before, cleaned = cleaned, _clean_once(cleaned)
    return cleaned


def _clean_once(text: str) -> str:
    text = unicodedata.normalize("NFC", clean_text(text).translate(LOOKALIKES))
    text = " ".join(text.split())
    text = _without_label(_inside_angle_brackets(text))
    if "@" not in text:
        return text.strip(WRAPPERS + " ")
    text = AROUND_AT.sub("@", text)
    wrapped = text
    text = _without_end(text).lstrip(WRAPPERS + " ,;:.")
    if text[:1] in ("*", "_", "~") and wrapped.endswith(text[0]):  # emphasis in plain text: *anna@example.org*
        text = text.lstrip(text[0])
    local, _at, domain = text.rpartition("@")
    return f"{remove_invisible(local)}@{_without_stray_joiners(domain)}"


def _inside_angle_brackets(text: str) -> str:
    """Return the address in `Anna <anna@example.org>`; any other text unchanged."""
    before, opening, rest = text.rpartition("<")
    inside, closing, after = rest.partition(">")
    is_one = opening and closing and inside.count("@") == 1 and "@" not in before + after
    return inside if is_one else text


def _without_label(text: str) -> str:
    """Return text without a leading "mailto:" or "E-mail:", and without a mailto link's parameters and encoding."""
    label = LABEL.match(text.lstrip(WRAPPERS + " "))
    if not label:
        return text
    text = text.lstrip(WRAPPERS + " ")[label.end() :].lstrip("/")
    return unquote(text.partition("?")[0]) if label[0].lower().startswith("mailto") else text


def _without_end(text: str) -> str:
    """Return text up to its last letter, digit or combining mark, with which a domain ends."""
    end = len(text)
    while end and unicodedata.category(text[end - 1])[0] not in "LNM" and text[end - 1] != "@":
        end -= 1
    return text[:end]


def _without_stray_joiners(domain: str) -> str:
    """Return a domain without invisible characters other than joiners where IDNA 2008 allows them."""
    joined = "".join(
        character
        for position, character in enumerate(domain)
        if character not in JOINERS or _is_valid_joiner(domain, position)
    )
    return "".join(character if character in JOINERS else remove_invisible(character) for character in joined)


def _is_valid_joiner(domain: str, position: int) -> bool:
    try:
        return idna.valid_contextj(domain, position)
    except ValueError:
        return False


# Comparison


def normalise_email(value: str) -> str:
    """Return an e-mail address in the form in which two spellings of one mailbox are equal.

    The domain becomes U-labels by IDNA 2008 (so straße and strasse differ). Before the @ only ASCII letters lose their
    case: others may be different mailboxes (RFC 6531, 3.2).
    """
    local, at, domain = clean_email(value).rpartition("@")
    if not at:
        return domain.translate(ASCII_LOWER)
    try:
        domain = idna.decode(a_labels(domain))
    except (idna.IDNAError, UnicodeError):
        domain = unicodedata.normalize("NFC", domain).translate(ASCII_LOWER)
    return f"{local.translate(ASCII_LOWER)}@{domain}"


def ascii_address(value: str) -> str:
    """Return an address for a mail server: its domain in A-labels by IDNA 2008, if possible."""
    local, at, domain = value.rpartition("@")
    try:
        return f"{local}{at}{a_labels(domain)}"
    except (idna.IDNAError, UnicodeError):
        return value


def a_labels(domain: str) -> str:
    """Return a domain in ASCII (UTS 46, non-transitional: IDNA 2008 with upper case mapped to lower case)."""
    if domain.isascii() and "xn--" not in domain.lower():
        return domain.translate(ASCII_LOWER)
    return idna.encode(domain, uts46=True, std3_rules=True).decode("ascii")
