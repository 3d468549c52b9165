"""Plain text fields for models and forms: with a maximum length and without invisible characters.

Removed: control characters, overrides, embeddings and isolates of the writing direction, zero-width spaces, invisible
operators, tag characters outside flags, surrogates, noncharacters. Kept: the marks and joiners of Arabic, Persian,
Indian scripts and emoji (U+061C, U+200C to U+200F, variation selectors).
Unicode: UAX #9 (directions), UTS #51 (flags), UTR #36 (security).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from django import forms
from django.core.validators import MaxLengthValidator
from django.db import models

MAX_REASON = 2_000  # characters: maximum length of reasons, notes and other short texts
MAX_SEARCH_WORDS = 200  # characters: words by which visitors look for a page or a topic
SLACK = 1_000  # invisible characters that may be removed from a text before its length is checked

LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
BLANKS = re.compile("[\t\n ]+")
UNSEEN = re.compile(
    "(\U0001f3f4[\U000e0030-\U000e007a]{1,8}\U000e007f)|"  # flags of England, Scotland, Wales
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
BLANK_CHARACTERS = frozenset("\u115f\u1160\u2800\U0001d159")  # invisible in spite of their category


def clean_text(text: str) -> str:
    """Return multi-line text with \\n line ends and without invisible characters; "" if nothing is visible."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return blank_if_invisible(UNSEEN.sub(r"\1", LINE_ENDS.sub("\n", text)).strip())


def clean_line(text: str) -> str:
    """Return text on one line, without invisible characters and soft hyphens; "" if nothing is visible.

    No-break spaces stay, for French and Russian typography.
    """
    return blank_if_invisible(BLANKS.sub(" ", clean_text(text).replace(SOFT_HYPHEN, "")).strip())


def clean_url(text: str) -> str:
    """Return a URL without format characters and surrounding white space."""
    return "".join(char for char in clean_line(text) if unicodedata.category(char) != "Cf")


def remove_invisible(text: str) -> str:
    """Return text without any invisible character: for e-mail addresses, phone numbers and codes, which need none."""
    return INVISIBLE.sub("", text)


def blank_if_invisible(text: str) -> str:
    """Return a text; "" if it has only spaces, marks and joiners."""
    return (
        text if any(unicodedata.category(char)[0] in "LNPS" and char not in BLANK_CHARACTERS for char in text) else ""
    )


# Form fields


class TextFormField(forms.CharField):
    """Multi-line text."""

    clean_value: Callable[[str], str] = staticmethod(clean_text)

    def to_python(self, value):
        """Return the cleaned text; unchanged if it is far too long or has a NUL, for the validators to reject."""
        value = super().to_python(value)
        if not isinstance(value, str) or value in self.empty_values:
            return value
        if "\x00" in value or (self.max_length is not None and len(value) > self.max_length + SLACK):
            return value
        return self.clean_value(value) or self.empty_value

    def has_changed(self, initial, data):
        """Return whether the text differs from `initial` after cleaning both."""
        return super().has_changed(self.clean_value(initial) if isinstance(initial, str) else initial, data)

    def widget_attrs(self, widget):
        """Return no `maxlength`: browsers truncate pasted text silently, the server reports the excess."""
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}


class LineFormField(TextFormField):
    """Single-line text, with any widget."""

    clean_value = staticmethod(clean_line)


class UrlFormField(TextFormField):
    """A URL as typed."""

    clean_value = staticmethod(clean_url)


class CleanUrlFormField(forms.URLField):
    """URLField that removes invisible characters."""

    def to_python(self, value):
        return super().to_python(clean_url(value) if isinstance(value, str) else value)


class CleanEmailFormField(forms.EmailField):
    """EmailField that removes invisible characters."""

    def to_python(self, value):
        return super().to_python(clean_url(value) if isinstance(value, str) else value)


# Form fields for Django's model fields in the admin site.
FORM_CLASSES = {
    models.CharField: LineFormField,
    models.TextField: TextFormField,
    models.URLField: CleanUrlFormField,
    models.EmailField: CleanEmailFormField,
}


# Model fields


class _CleanedField:
    """A model field that cleans its values on every path: forms, imports, the shell, `update`, `bulk_create`."""

    form_class: type[TextFormField]

    def to_python(self, value):
        return self._cleaned(super().to_python(value))

    def pre_save(self, model_instance, add):
        value = self._cleaned(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value

    def get_db_prep_save(self, value, connection):
        """Clean the values of `update` and `bulk_update`, which do not call `pre_save`."""
        return super().get_db_prep_save(self._cleaned(value), connection)

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": self.form_class} | kwargs)

    def _cleaned(self, value):
        if not isinstance(value, str) or (self.max_length is not None and len(value) > self.max_length + SLACK):
            return value  # an expression, or far too long, which `full_clean` rejects
        return self.form_class.clean_value(value)


class LineField(_CleanedField, models.CharField):
    """A single-line text column. In migrations it is a CharField."""

    form_class = LineFormField

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class UrlField(LineField):
    """A URL column; its validators define the allowed schemes."""

    form_class = UrlFormField


class PlainTextField(_CleanedField, models.TextField):
    """A multi-line text column with a maximum length. In migrations it is a TextField without one."""

    form_class = TextFormField

    def __init__(self, *args, max_length, **kwargs):
        super().__init__(*args, max_length=max_length, **kwargs)
        self.validators.append(MaxLengthValidator(max_length))

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        # The database stores no maximum length, so changing it should not rebuild the table.
        return name, "django.db.models.TextField", args, {k: v for k, v in kwargs.items() if k != "max_length"}

    def clone(self):
        """Return a copy with the maximum length, which `deconstruct` leaves out."""
        _name, _path, args, kwargs = self.deconstruct()
        return self.__class__(*args, max_length=self.max_length, **kwargs)
