"""Plain text in models and forms: its length is bounded, and characters that nobody sees are taken out of it.

Taken out: control characters, overrides, embeddings and isolates of the writing direction, zero-width spaces, invisible
operators, tag characters outside of flags, halves of surrogate pairs, noncharacters. Kept: the marks and joiners with
which Arabic, Persian, the Indian scripts and emoji are written (U+061C, U+200C to U+200F, variation selectors).
Unicode, UAX #9 (directions), UTS #51 (flags by tags), UTR #36 (security).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from django import forms
from django.core.validators import MaxLengthValidator
from django.db import models

REASON = 2_000  # characters of a reason, a note, a short text
SLACK = 1_000  # characters that may be taken out of a text that is then no longer too long

LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
BLANKS = re.compile("[\t\n ]+")
UNSEEN = re.compile(
    "(\U0001f3f4[\U000e0030-\U000e007a]{1,8}\U000e007f)|"  # the flags of England, Scotland, Wales: kept
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u180e\u200b\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
# Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt), the direction controls, the Braille blank, control
# characters other than white space, and halves of surrogate pairs. None of them is drawn.
INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
SOFT_HYPHEN = "\u00ad"
NOTHING = frozenset("\u115f\u1160\u2800\U0001d159")  # letters and symbols by their category that show nothing


def clean_text(text: str) -> str:
    """Return text of several lines: plain line ends, no invisible characters; "" where nothing in it can be seen."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return if_seen(UNSEEN.sub(r"\1", LINE_ENDS.sub("\n", text)).strip())


def clean_line(text: str) -> str:
    """Return text on one line, without invisible characters and soft hyphens; "" where nothing in it can be seen.

    No-break spaces stay: French and Russian typography needs them.
    """
    return if_seen(BLANKS.sub(" ", clean_text(text).replace(SOFT_HYPHEN, "")).strip())


def clean_url(text: str) -> str:
    """Return a URL without any character that has no form of its own: format characters and white space at the ends."""
    return "".join(char for char in clean_line(text) if unicodedata.category(char) != "Cf")


def remove_invisible(text: str) -> str:
    """Return text without any invisible character: for e-mail addresses, phone numbers and codes, which need none."""
    return INVISIBLE.sub("", text)


def if_seen(text: str) -> str:
    """Return a text; "" where it holds nothing but spaces, marks and joiners."""
    return text if any(unicodedata.category(char)[0] in "LNPS" and char not in NOTHING for char in text) else ""


# Form fields


class TextFormField(forms.CharField):
    """A text of several lines."""

    clean_value: Callable[[str], str] = staticmethod(clean_text)

    def to_python(self, value):
        """Return the text cleaned; one that is far too long, or has a NUL, as it came: the validators refuse it."""
        value = super().to_python(value)
        if not isinstance(value, str) or value in self.empty_values:
            return value
        if "\x00" in value or (self.max_length is not None and len(value) > self.max_length + SLACK):
            return value
        return self.clean_value(value) or self.empty_value

    def has_changed(self, initial, data):
        """Return whether the text differs from `initial` as it would be saved today."""
        return super().has_changed(self.clean_value(initial) if isinstance(initial, str) else initial, data)

    def widget_attrs(self, widget):
        """Return no `maxlength`: a browser cuts what is pasted without a word, the server says how much is too much."""
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}


class LineFormField(TextFormField):
    """A text of one line, whatever its widget."""

    clean_value = staticmethod(clean_line)


class UrlFormField(TextFormField):
    """The address of a page, as it was typed."""

    clean_value = staticmethod(clean_url)


class CleanUrlFormField(forms.URLField):
    """Django's field for the address of a page, without invisible characters."""

    def to_python(self, value):
        return super().to_python(clean_url(value) if isinstance(value, str) else value)


class CleanEmailFormField(forms.EmailField):
    """Django's field for an e-mail address, without invisible characters."""

    def to_python(self, value):
        return super().to_python(clean_url(value) if isinstance(value, str) else value)


# Django's own model fields: what the desk's forms ask for in place of its form fields.
FORM_CLASSES = {
    models.CharField: LineFormField,
    models.TextField: TextFormField,
    models.URLField: CleanUrlFormField,
    models.EmailField: CleanEmailFormField,
}


# Model fields


class _Cleaned:
    """A model field that cleans what is saved: from a form, an import, the shell, `update` and `bulk_create`."""

    form_class: type[TextFormField]

    def to_python(self, value):
        return self._cleaned(super().to_python(value))

    def pre_save(self, model_instance, add):
        value = self._cleaned(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value

    def get_db_prep_save(self, value, connection):
        """Clean what `update` and `bulk_update` write: they pass by `pre_save`."""
        return super().get_db_prep_save(self._cleaned(value), connection)

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": self.form_class} | kwargs)

    def _cleaned(self, value):
        if not isinstance(value, str) or (self.max_length is not None and len(value) > self.max_length + SLACK):
            return value  # an expression; or what is far too long: `full_clean` refuses it
        return self.form_class.clean_value(value)


class LineField(_Cleaned, models.CharField):
    """A column with a line of text. Migrations see a CharField."""

    form_class = LineFormField

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class UrlField(LineField):
    """A column with the address of a page. What schemes it may have, its validators say."""

    form_class = UrlFormField


class PlainTextField(_Cleaned, models.TextField):
    """A column with a text of several lines and a maximum length. Migrations see a TextField without one."""

    form_class = TextFormField

    def __init__(self, *args, max_length, **kwargs):
        super().__init__(*args, max_length=max_length, **kwargs)
        self.validators.append(MaxLengthValidator(max_length))

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        # The database keeps no length of a text: a migration would rebuild a table of a million rows for nothing.
        return name, "django.db.models.TextField", args, {k: v for k, v in kwargs.items() if k != "max_length"}

    def clone(self):
        """Return a copy: `deconstruct` leaves out what it was made with."""
        _name, _path, args, kwargs = self.deconstruct()
        return self.__class__(*args, max_length=self.max_length, **kwargs)
