"""E-mail addresses: cleaning, errors with their reasons, and equal mailboxes."""

import pytest
import pytz
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from core.email_addresses import ascii_address, clean_email, normalise_email
from core.email_typos import COUNTRY_TLDS
from core.email_validation import EmailAddressField, check_deliverable

INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2064\ufeff\u00ad\u061c\u202a\u202e\u2066\u2069\u3164\ue001"[
    :-1
]
ANY_TEXT = st.text(max_size=80) | st.text(alphabet="aä.@<>()\"' ,;\u200b\u200d＠。:mailto%40?*_-", max_size=40)


def fault(value):
    """Return the message with which an address is refused; "" where it is not."""
    try:
        check_deliverable(clean_email(value))
    except ValidationError as error:
        return error.messages[0]
    return ""


# Cleaning


@pytest.mark.parametrize(
    "place", ["{0}anna@example.org", "anna{0}@example.org", "anna@exa{0}mple.org", "anna@example.org{0}"]
)
@pytest.mark.parametrize("character", INVISIBLE, ids=lambda c: f"U+{ord(c):04X}")
def test_invisible_characters_are_removed(character, place):
    assert clean_email(place.format(character)) == "anna@example.org"


@pytest.mark.parametrize(
    "pasted",
    [
        "<anna@example.org>", "“anna@example.org”", "'anna@example.org'", "(anna@example.org)", "[anna@example.org]",
        "«anna@example.org»", "mailto:anna@example.org", "MAILTO:anna@example.org?subject=Visa%20query",
        "<mailto:anna@example.org>", "mailto:anna%40example.org", "E-mail: anna@example.org", "Email:anna@example.org",
        "Anna Smith <anna@example.org>", '"Smith, Anna" <anna@example.org>', "Anna <anna@example.org>,",
        "anna@example.org.", "anna@example.org,", "anna@example.org;", "anna@example.org)", "anna@example.org…",
        "anna@example.org>.", " anna@example.org\n", "\u00a0anna@example.org\u3000", "anna @ example.org",
        "anna@ example.org", "anna@example.org!?", "ａｎｎａ＠ｅｘａｍｐｌｅ．ｏｒｇ", "anna＠example。org",
        "anna@example｡org",
        "*anna@example.org*", "_anna@example.org_", "`anna@example.org`", ",anna@example.org",
    ],
)  # fmt: skip
def test_characters_added_by_copying_are_removed(pasted):
    assert clean_email(pasted) == "anna@example.org"


@pytest.mark.parametrize(
    "address", ["o'brien@example.org", "a+b=c@example.org", "_anna@example.org", "anna@bücher.example", "a-b@x-y.org"]
)
def test_an_address_without_additions_is_kept_as_it_is(address):
    assert clean_email(address) == address


def test_joiner_that_idna_allows_is_kept_in_a_domain():
    assert clean_email("anna@نامه‌ای.com") == "anna@نامه‌ای.com"


@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing_more(text):
    assert clean_email(clean_email(text)) == clean_email(text)


# What can never be delivered


@pytest.mark.parametrize(
    "address",
    [
        "anna@example.org", "anna@example.com", "anna@example.net", "anna@sub.example.org", "anna.smith+visa@mail.ru",
        "anna@gmail.com", "anna@hotmail.co.uk", "anna@yahoo.fr", "anna@outlook.de", "anna@mail.com", "anna@ymail.com",
        "anna@email.com", "anna@me.com", "anna@gmx.net", "anna@bücher.de", "anna@пример.рф", "anna@xn--bcher-kva.de",
        "anna@museum.museum", "a@b.co", "o'brien@example.org", "anna@faß.de", "anna@t.online", "anna@posteo.de",
    ],
)  # fmt: skip
def test_a_possible_address_is_accepted(address):
    assert fault(address) == ""


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("anna", "with an @"),
        ("anna.example.org", "with an @"),
        ("anna@", "after the @ is missing"),
        ("@example.org", "before the @ is missing"),
        ("anna@mailserver", "no ending"),
        ("anna@example.test", "end in .test"),
        ("anna@site.example", "end in .example"),
        ("anna@host.invalid", "end in .invalid"),
        ("anna@printer.local", "end in .local"),
        ("anna@machine.localhost", "end in .localhost"),
        ("anna@corp.internal", "end in .internal"),
        ("anna@name.onion", "end in .onion"),
        ("anna@192.0.2.1", "ends in .1"),
        ("anna@[192.0.2.1]", "cannot follow the @"),
        ("anna@example.xx", "ends in .xx"),
        ("anna@exam_ple!.org", "cannot follow the @"),
        ("anna@-example.org", "cannot follow the @"),
        ("anna@xn--zzzzzzz--.org", "cannot follow the @"),
        ("anna@" + "a" * 64 + ".org", "cannot follow the @"),
        ("anna@" + ".".join(["abcdefgh"] * 28) + ".org", "too long"),
        ("a" * 65 + "@example.org", "too long"),
        (".anna@example.org", ""),
        ("anna.@example.org", "full stop"),
        ("an..na@example.org", "full stop"),
        ("анна@example.org", "“н” before the @"),
        ("jürgen@example.org", "“ü” before the @"),
        ("an(na@example.org", "“(” before the @"),
        ("anna@example.org, boris@example.org", "one e-mail address"),
        ("anna@example.org boris@example.org", "one e-mail address"),
        ("anna@@example.org", "one e-mail address"),
    ],
)
def test_an_address_that_can_never_be_delivered_is_refused_with_the_reason(address, reason):
    assert reason in fault(address)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("a@gmial.com", "a@gmail.com"), ("a@gmal.com", "a@gmail.com"), ("a@gmaill.com", "a@gmail.com"),
        ("a@gnail.com", "a@gmail.com"), ("a@gamil.com", "a@gmail.com"), ("a@gmai.com", "a@gmail.com"),
        ("a@gmail.co", "a@gmail.com"), ("a@gmail.cm", "a@gmail.com"), ("a@gmail.con", "a@gmail.com"),
        ("a@gmail", "a@gmail.com"), ("a@gmailcom", "a@gmail.com"), ("a@gmail,com", "a@gmail.com"),
        ("a@gmail..com", "a@gmail.com"), ("a@gmail. com", "a@gmail.com"), ("a@gmail com", "a@gmail.com"),
        ("a@hotmial.com", "a@hotmail.com"), ("a@hotmai.co.uk", "a@hotmail.co.uk"), ("a@yahooo.com", "a@yahoo.com"),
        ("a@yaho.fr", "a@yahoo.fr"), ("a@outlok.com", "a@outlook.com"), ("a@iclod.com", "a@icloud.com"),
        ("a@example.ogr", "a@example.org"), ("a@example.cmo", "a@example.com"), ("a@example.c0m", "a@example.com"),
        ("a@example,org", "a@example.org"), ("a@example;org", "a@example.org"), ("a@example.or", "a@example.org"),
        ("a@mail.ру", "a@mail.ru"), ("a@gmail.сом", "a@gmail.com"), ("а@gmail.com", "a@gmail.com"),
        ("a at example dot org", "a@example.org"), ("a(at)example.org", "a@example.org"),
        ("a [at] example [dot] org", "a@example.org"), ("Anna a@example.org", "a@example.org"),
        ("a@exam_ple.org", "a@exam-ple.org"),
    ],
)  # fmt: skip
def test_a_typing_error_gets_a_suggestion(typed, meant):
    assert fault(typed) == f"Did you mean {meant}?"


def test_a_possible_address_that_was_confirmed_is_accepted():
    check_deliverable("a@gmial.com", confirmed="a@gmial.com")
    with pytest.raises(ValidationError):
        check_deliverable("a@gmial.com", confirmed="a@gnail.com")


def test_a_confirmation_does_not_make_an_impossible_address_possible():
    with pytest.raises(ValidationError):
        check_deliverable("a@gmail.con", confirmed="a@gmail.con")


@given(ANY_TEXT | st.from_regex(r"\A[aа.]{1,3}( at |\(at\)|@)[a_]{1,3}( dot |[.,; ]{1,2})(con|или|c0m|x)\Z"))
def test_suggested_addresses_can_be_delivered(text):
    message = fault(text)
    if message.startswith("Did you mean "):
        assert fault(message.removeprefix("Did you mean ").removesuffix("?")) == ""


def test_endings_of_two_letters_are_those_of_countries():
    assert COUNTRY_TLDS >= {code.lower() for code in pytz.country_names} - {"bl", "bq", "eh", "mf", "um"}


@pytest.mark.parametrize("value", ["", "  ", "\u200b"])
def test_an_empty_field_is_said_to_be_empty(value):
    with pytest.raises(ValidationError, match="required"):
        EmailAddressField().clean(value)


# Comparing


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anna@Example.ORG", "anna@example.org"),
        ("anna@BÜCHER.de", "anna@xn--bcher-kva.de"),
        ("anna@bu\u0308cher.de", "anna@bücher.de"),
        ("ａｎｎａ＠ｅｘａｍｐｌｅ．ｏｒｇ", "anna@example.org"),
        ("<anna@example.org>\u200b", "anna@example.org"),
        ("anna@ΠΑΡΆΔΕΙΓΜΑ.gr", "anna@παράδειγμα.gr"),
    ],
)
def test_two_spellings_of_one_mailbox_are_equal(one, other):
    assert normalise_email(one) == normalise_email(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a@strauß.example", "a@strauss.example"),
        ("straße@example.org", "strasse@example.org"),
        ("a@βόλος.com", "a@βόλοσ.com"),
        ("a@نامه‌ای.com", "a@نامهای.com"),
        ("ﬁle@example.org", "file@example.org"),
        ("İ@example.org", "i@example.org"),
    ],
)
def test_two_mailboxes_are_not_made_one(one, other):
    assert normalise_email(one) != normalise_email(other)


@given(ANY_TEXT)
def test_normalising_twice_changes_nothing_more(text):
    assert normalise_email(normalise_email(text)) == normalise_email(text)


def test_a_mail_server_gets_the_domain_in_ascii():
    assert ascii_address("a@strauß.example") == "a@xn--strau-pqa.example"
    assert ascii_address("a@example.org") == "a@example.org"
