"""E-mail addresses as people paste them: cleaning, checks whether mail can ever arrive, comparison.

Independent of every app: forms of visitors and of staff use it. No network is asked, so a good answer says only that
nothing in the address itself prevents delivery.
"""

from __future__ import annotations

import re
import string
import unicodedata
from urllib.parse import unquote

import idna
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from letters.email_slips import is_possible_ending, latin_lookalike, repair_ending, suggest_domain
from richtext.plaintext import clean_text, remove_invisible

MAX_LENGTH = 254  # octets of an address (RFC 5321, 4.5.3.1.3, without the angle brackets)
MAX_LOCAL_PART = 64  # octets before the @ (RFC 5321, 4.5.3.1.1)
MAX_DOMAIN = 253  # octets (RFC 1035, 2.3.4, as text)
LONGEST_INPUT = 1_000  # characters: a longer text is not an address, and is not read further

ATEXT = frozenset(string.ascii_letters + string.digits + "!#$%&'*+-/=?^_`{|}~.")  # RFC 5322, 3.2.3
ASCII_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
# Names that no public mail server has: RFC 2606, RFC 6761, RFC 6762, RFC 7686, RFC 8375, RFC 9476, and ICANN's own.
RESERVED_TLDS = frozenset(
    (
        "alt arpa corp example home internal intranet invalid lan local localdomain localhost mail onion private test"
    ).split()
)

# What keyboards and word processors put in place of an address's characters: full-width forms, other dots and hyphens.
FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
LOOKALIKES = (
    FULL_WIDTH | dict.fromkeys(map(ord, "。｡﹒․"), ".") | {ord("﹫"): "@"} | dict.fromkeys(map(ord, "‐‑−﹣"), "-")
)

HOST_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")  # RFC 1123, 2.1
LABEL = re.compile(r"(?:mailto|e-?mail)\s?:\s?", re.IGNORECASE)
AROUND_AT = re.compile(r"\s{0,9}@\s{0,9}")
SPELT_OUT = re.compile(r"\s?[(\[{]\s?(at|dot)\s?[)\]}]\s?|\s(at|dot)\s", re.IGNORECASE)
JOINERS = "\u200c\u200d"
WRAPPERS = "<>()[]{}\"'`´‘’‚‛“”„‟«»‹›「」『』〈〉《》"


# Cleaning


def clean_email(value: str) -> str:
    """Return an e-mail address without what copying adds to it: invisible characters, brackets, quotes, "mailto:".

    Cleaned twice, it is the same. What is not an address is returned as readable as it was, for check_deliverable().
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
    """Return the address of `Anna <anna@example.org>`; other text as it is."""
    before, opening, rest = text.rpartition("<")
    inside, closing, after = rest.partition(">")
    is_one = opening and closing and inside.count("@") == 1 and "@" not in before + after
    return inside if is_one else text


def _without_label(text: str) -> str:
    """Return text without "mailto:" or "E-mail:" before it, and without a mailto link's parameters and encoding."""
    label = LABEL.match(text.lstrip(WRAPPERS + " "))
    if not label:
        return text
    text = text.lstrip(WRAPPERS + " ")[label.end() :].lstrip("/")
    return unquote(text.partition("?")[0]) if label[0].lower().startswith("mailto") else text


def _without_end(text: str) -> str:
    """Return text up to its last letter, digit or combining mark: a domain ends in one."""
    end = len(text)
    while end and unicodedata.category(text[end - 1])[0] not in "LNM" and text[end - 1] != "@":
        end -= 1
    return text[:end]


def _without_stray_joiners(domain: str) -> str:
    """Return a domain without invisible characters other than joiners that IDNA 2008 allows at their place."""
    kept = "".join(
        character
        for position, character in enumerate(domain)
        if character not in JOINERS or _is_valid_joiner(domain, position)
    )
    return "".join(character if character in JOINERS else remove_invisible(character) for character in kept)


def _is_valid_joiner(domain: str, position: int) -> bool:
    try:
        return idna.valid_contextj(domain, position)
    except ValueError:
        return False


# Comparing


def normalise_email(value: str) -> str:
    """Return an e-mail address in the form in which two spellings of one mailbox are equal.

    The domain becomes U-labels by IDNA 2008 (so straße and strasse differ). Only ASCII letters lose their case before
    the @: other letters may be different mailboxes (RFC 6531, 3.2).
    """
    local, at, domain = clean_email(value).rpartition("@")
    if not at:
        return domain.translate(ASCII_LOWER)
    try:
        domain = idna.decode(_a_labels(domain))
    except (idna.IDNAError, UnicodeError):
        domain = unicodedata.normalize("NFC", domain).translate(ASCII_LOWER)
    return f"{local.translate(ASCII_LOWER)}@{domain}"


def ascii_address(value: str) -> str:
    """Return an address for a mail server: its domain in A-labels by IDNA 2008, where that is possible."""
    local, at, domain = value.rpartition("@")
    try:
        return f"{local}{at}{_a_labels(domain)}"
    except (idna.IDNAError, UnicodeError):
        return value


def _a_labels(domain: str) -> str:
    """Return a domain in ASCII (UTS 46, non-transitional: IDNA 2008 with upper case mapped to lower case)."""
    if domain.isascii() and "xn--" not in domain.lower():
        return domain.translate(ASCII_LOWER)
    return idna.encode(domain, uts46=True, std3_rules=True).decode("ascii")


# Checks


def check_deliverable(value: str, confirmed: str = "") -> None:
    """Raise ValidationError, with the reason, for a cleaned address at which mail can never arrive.

    The error's code is "suggestion" where the address is possible and is probably a typing slip: that one is not
    raised again for an address that the person has `confirmed`.
    """
    if "@" not in value:
        raise _error_without_at(value)
    if value.count("@") > 1 or re.search(r"[,;\s]", value.partition("@")[0]):
        alone = [part for part in re.split(r"[,;\s]", value) if "@" in part]
        if len(alone) == 1 and alone[0] != value and _is_possible(clean_email(alone[0])):
            raise _suggestion(clean_email(alone[0]))
        raise ValidationError(_("Enter one e-mail address, like name@example.org, and nothing else."), code="invalid")
    local, _at, domain = value.rpartition("@")
    if len(value.encode("utf-8", "replace")) > MAX_LENGTH or len(local.encode("utf-8", "replace")) > MAX_LOCAL_PART:
        raise ValidationError(
            _("This e-mail address is too long. It can have %(local)s characters before the @ and %(all)s in all."),
            code="max_length",
            params={"local": MAX_LOCAL_PART, "all": MAX_LENGTH},
        )
    _check_local_part(local, domain)
    _check_domain(local, domain)
    suggested = suggest_domain(latin_lookalike(domain).translate(ASCII_LOWER))
    if suggested and normalise_email(confirmed) != normalise_email(value):
        raise _suggestion(f"{local}@{suggested}", code="suggestion")


def _error_without_at(value: str) -> ValidationError:
    spelt = SPELT_OUT.sub(lambda found: "@" if (found[1] or found[2]).lower() == "at" else ".", value[:MAX_LENGTH])
    if spelt.count("@") == 1 and _is_possible(spelt):
        return _suggestion(spelt)
    return ValidationError(_("Enter the whole e-mail address, with an @, like name@example.org."), code="invalid")


def _is_possible(address: str) -> bool:
    try:
        check_deliverable(address, confirmed=address)
    except ValidationError:
        return False
    return True


def _suggestion(address: str, code: str = "invalid") -> ValidationError:
    return ValidationError(_("Did you mean %(address)s?"), code=code, params={"address": address})


def _check_local_part(local: str, domain: str) -> None:
    if not local:
        raise ValidationError(
            _("The part before the @ is missing. Enter the whole address, like name@example.org."), code="invalid"
        )
    latin = latin_lookalike(local)
    if local != latin and latin.isascii() and _is_possible(f"{latin}@{domain}"):
        raise _suggestion(f"{latin}@{domain}")
    if not local.isascii():
        strange = next(character for character in latin + local if not character.isascii())
        raise ValidationError(
            _("We cannot send mail to an address with “%(character)s” before the @. Enter another e-mail address."),
            code="invalid",
            params={"character": strange},
        )
    strange = next((character for character in local if character not in ATEXT), "")
    if strange:
        raise ValidationError(
            _("An e-mail address cannot have “%(character)s” before the @. Check it, or enter another one."),
            code="invalid",
            params={"character": strange},
        )
    if local.startswith(".") or local.endswith(".") or ".." in local:
        raise ValidationError(
            _("An e-mail address cannot have a full stop next to the @ or next to another one. Check the part before "
              "the @."),
            code="invalid",
        )  # fmt: skip


def _check_domain(local: str, domain: str) -> None:
    fault = _domain_fault(domain)
    if not fault:
        return
    suggested = next((repair for repair in _repairs(domain) if repair != domain and not _domain_fault(repair)), None)
    if suggested:
        raise _suggestion(f"{local}@{suggested}")
    raise ValidationError(fault, code="invalid", params={"domain": domain, "end": domain.rpartition(".")[2]})


def _domain_fault(domain: str):
    """Return why no mail can be sent to a domain, as a sentence; None where nothing is known against it."""
    if not domain:
        return _("The part after the @ is missing. Enter the whole address, like name@example.org.")
    if "." not in domain:
        return _("The part after the @ is incomplete: “%(domain)s” has no ending, such as .org.")
    try:
        labels = _a_labels(domain).split(".")
    except (idna.IDNAError, UnicodeError):
        labels = [""]
    if not all(HOST_LABEL.fullmatch(label) for label in labels) or len(".".join(labels)) > MAX_DOMAIN:
        return _("“%(domain)s” cannot be the part after the @. Check it, or enter another address.")
    ending = labels[-1]
    if ending in RESERVED_TLDS:
        return _("Mail cannot reach addresses that end in .%(end)s. Enter another e-mail address.")
    if not is_possible_ending(ending):
        return _("No e-mail address ends in .%(end)s. Check the end of the address.")
    return None


def _repairs(domain: str) -> list[str]:
    """Return what may be meant by a domain that cannot be one."""
    spaced = re.sub(r"\s?[,;/]\s?|\s?\.\s?|\s", ".", domain)
    single = re.sub(r"\.{2,9}", ".", spaced).strip(".")
    latin = latin_lookalike(single)
    repairs = [single, repair_ending(single.translate(ASCII_LOWER)), single.replace("_", "-")]
    return [*repairs, latin, repair_ending(latin.translate(ASCII_LOWER))] if latin.isascii() else repairs


class EmailAddressField(forms.EmailField):
    """A form field for one e-mail address: cleaned, and checked for what prevents delivery.

    A form that lets people insist on an address that looks misspelt puts it into `confirmed`, and may word the
    error message "suggestion" with %(typed)s and %(address)s.
    """

    default_validators = []  # check_deliverable() names the reason
    confirmed = ""

    def __init__(self, **kwargs):
        super().__init__(**{"max_length": MAX_LENGTH} | kwargs)

    def to_python(self, value):
        return clean_email(super().to_python(value))

    def run_validators(self, value):
        if value not in self.empty_values:
            try:
                check_deliverable(value, self.confirmed)
            except ValidationError as error:
                if error.code != "suggestion" or "suggestion" not in self.error_messages:
                    raise
                params = {"typed": value, **error.params}
                raise ValidationError(self.error_messages["suggestion"], code=error.code, params=params) from error
        super().run_validators(value)
