"""Validation of e-mail addresses: reports what prevents delivery, and suggests a correction for a typo.

It looks at the address alone and asks no server.
"""

from __future__ import annotations

import re
import string

import idna
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.email_addresses import ASCII_LOWER, MAX_LENGTH, a_labels, clean_email, normalise_email
from core.email_typos import correct_tld, is_possible_tld, replace_homoglyphs, suggest_domain

MAX_LOCAL_PART = 64  # octets before the @ (RFC 5321, 4.5.3.1.1)
MAX_DOMAIN = 253  # octets (RFC 1035, 2.3.4, as text)

LOCAL_PART_CHARACTERS = frozenset(string.ascii_letters + string.digits + "!#$%&'*+-/=?^_`{|}~.")  # RFC 5322, 3.2.3
HOST_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")  # RFC 1123, 2.1
AT_OR_DOT_SPELT_OUT = re.compile(r"\s?[(\[{]\s?(at|dot)\s?[)\]}]\s?|\s(at|dot)\s", re.IGNORECASE)
# Names that no public mail server has: RFC 2606, RFC 6761, RFC 6762, RFC 7686, RFC 8375, RFC 9476, and ICANN's own.
RESERVED_TLDS = frozenset(
    (
        "alt arpa corp example home internal intranet invalid lan local localdomain localhost mail onion private test"
    ).split()
)


def check_deliverable(value: str, confirmed: str = "") -> None:
    """Raise ValidationError, with the reason, for a cleaned address to which mail cannot be delivered.

    The error's code is "suggestion" if the address is possible but probably a typo: it is not raised for an address
    that the user has `confirmed`.
    """
    if "@" not in value:
        raise _missing_at_error(value)
    if value.count("@") > 1 or re.search(r"[,;\s]", value.partition("@")[0]):
        alone = [part for part in re.split(r"[,;\s]", value) if "@" in part]
        if len(alone) == 1 and alone[0] != value and _is_possible(clean_email(alone[0])):
            raise _suggestion(clean_email(alone[0]))
        raise ValidationError(_("Enter one e-mail address only, for example name@example.org."), code="invalid")
    local, _at, domain = value.rpartition("@")
    if len(value.encode("utf-8", "replace")) > MAX_LENGTH or len(local.encode("utf-8", "replace")) > MAX_LOCAL_PART:
        raise ValidationError(
            _("This e-mail address is too long (maximum %(all)s characters, %(local)s before the @)."),
            code="max_length",
            params={"local": MAX_LOCAL_PART, "all": MAX_LENGTH},
        )
    _check_local_part(local, domain)
    _check_domain(local, domain)
    suggested = suggest_domain(replace_homoglyphs(domain).translate(ASCII_LOWER))
    if suggested and normalise_email(confirmed) != normalise_email(value):
        raise _suggestion(f"{local}@{suggested}", code="suggestion")


def _missing_at_error(value: str) -> ValidationError:
    spelt = AT_OR_DOT_SPELT_OUT.sub(
        lambda found: "@" if (found[1] or found[2]).lower() == "at" else ".", value[:MAX_LENGTH]
    )
    if spelt.count("@") == 1 and _is_possible(spelt):
        return _suggestion(spelt)
    return ValidationError(_("Enter a full e-mail address with an @, for example name@example.org."), code="invalid")


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
            _("The part before the @ is missing. Enter a full e-mail address, for example name@example.org."),
            code="invalid",
        )
    latin = replace_homoglyphs(local)
    if local != latin and latin.isascii() and _is_possible(f"{latin}@{domain}"):
        raise _suggestion(f"{latin}@{domain}")
    if not local.isascii():
        strange = next(character for character in latin + local if not character.isascii())
        raise ValidationError(
            _("We cannot send e-mails to an address with “%(character)s” before the @. Enter another e-mail address."),
            code="invalid",
            params={"character": strange},
        )
    strange = next((character for character in local if character not in LOCAL_PART_CHARACTERS), "")
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
    fault = _domain_error(domain)
    if not fault:
        return
    suggested = next(
        (repair for repair in _corrections(domain) if repair != domain and not _domain_error(repair)), None
    )
    if suggested:
        raise _suggestion(f"{local}@{suggested}")
    raise ValidationError(fault, code="invalid", params={"domain": domain, "end": domain.rpartition(".")[2]})


def _domain_error(domain: str):
    """Return why no e-mail can be sent to a domain, as a sentence; None if it is possible."""
    if not domain:
        return _("The part after the @ is missing. Enter a full e-mail address, for example name@example.org.")
    if "." not in domain:
        return _("The part after the @ is incomplete: “%(domain)s” has no ending, such as .org.")
    try:
        labels = a_labels(domain).split(".")
    except (idna.IDNAError, UnicodeError):
        labels = [""]
    if not all(HOST_LABEL.fullmatch(label) for label in labels) or len(".".join(labels)) > MAX_DOMAIN:
        return _("“%(domain)s” cannot follow the @. Check it, or enter another e-mail address.")
    ending = labels[-1]
    if ending in RESERVED_TLDS:
        return _("We cannot send e-mails to addresses that end in .%(end)s. Enter another e-mail address.")
    if not is_possible_tld(ending):
        return _("No e-mail address ends in .%(end)s. Check the end of the address.")
    return None


def _corrections(domain: str) -> list[str]:
    """Return the domains that may be meant by an impossible one."""
    spaced = re.sub(r"\s?[,;/]\s?|\s?\.\s?|\s", ".", domain)
    single = re.sub(r"\.{2,9}", ".", spaced).strip(".")
    latin = replace_homoglyphs(single)
    repairs = [single, correct_tld(single.translate(ASCII_LOWER)), single.replace("_", "-")]
    return [*repairs, latin, correct_tld(latin.translate(ASCII_LOWER))] if latin.isascii() else repairs


class EmailAddressField(forms.EmailField):
    """Form field for one e-mail address, cleaned and checked.

    A form that accepts an address that looks misspelt when it is sent again sets `confirmed` to it, and can set the
    error message "suggestion", with %(typed)s and %(address)s.
    """

    default_validators = []  # replaced by check_deliverable()
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
