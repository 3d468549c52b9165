"""Rich text fields for models and forms, sanitised on every path: forms, imports, the shell."""

from html import escape, unescape

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from richtext.complexity import MAX_CHARACTERS, TooComplex, truncated
from richtext.convert import Loss, convert_html
from richtext.plaintext import inline_text
from richtext.sanitize import sanitize
from richtext.sanitize.tokens import TOKEN, attributes_of
from richtext.widgets import EditorWidget


class RichTextFormField(forms.CharField):
    """Rich text from the editor or from a plain text area.

    After `clean`, `losses` lists the parts left out of the text, for `richtext.convert.describe`.
    """

    widget = EditorWidget
    losses: tuple[Loss, ...] = ()
    language = ""  # of the text, for its quotation marks
    _converted = None  # the last text, its language, and what `convert` returned: a form asks for it several times
    default_error_messages = {
        "no_alternative": _("The image {name} has no alternative text. Double-click it to add alternative text."),
        "max_length": ngettext_lazy(
            "The text is too long: %(show_value)d characters including formatting (maximum %(limit_value)d).",
            "The text is too long: %(show_value)d characters including formatting (maximum %(limit_value)d). Shorten "
            "or split it.",
            "limit_value",
        ),
    }

    def __init__(self, *, max_length=MAX_CHARACTERS, widget=None, **kwargs):
        # The admin would replace the editor with its own text area.
        super().__init__(max_length=max_length, widget=widget if isinstance(widget, EditorWidget) else None, **kwargs)

    def to_python(self, value):
        value = super().to_python(value)
        self.losses = ()
        if len(value) > MAX_CHARACTERS:
            return value  # the validators reject it
        if not self._converted or self._converted[0] != (value, self.language):
            self._converted = (value, self.language), *self.convert(value)
        _source, value, self.losses = self._converted
        return value

    def convert(self, value: str) -> tuple[str, tuple[Loss, ...]]:
        """Return a text as it will be saved, and what is left out of it."""
        prepared, losses = convert_html(value, language=self.language)
        return sanitize(prepared), tuple(losses)

    def get_bound_field(self, form, field_name):
        """Return the bound field, and take the language of the text from the form."""
        self.language = form.data.get(form.add_prefix("language")) or form.initial.get("language") or ""
        return super().get_bound_field(form, field_name)

    def bound_data(self, data, initial):
        """Return the submitted text as it will be saved, for a form that is displayed again."""
        data = super().bound_data(data, initial)
        if not isinstance(data, str) or len(data) > MAX_CHARACTERS:
            return data
        try:
            return convert_html(data, language=self.language)[0]
        except TooComplex:
            return data

    def widget_attrs(self, widget):
        """Return no `maxlength`: browsers would not count the mark-up."""
        return {}

    def validate(self, value):
        super().validate(value)
        errors = [
            ValidationError(self.error_messages["no_alternative"].format(name=name), code="no_alternative")
            for name in images_without_alternative(value)
        ]
        if errors:
            raise ValidationError(errors)


def preview_html(typed: str, language: str = "") -> str:
    """Return a text as it would be saved; one that is invalid is shortened, or shown without formatting."""
    typed = truncated(typed)
    try:
        return sanitize(convert_html(typed, language=language)[0])
    except TooComplex:
        return f"<p>{escape(unescape(inline_text(typed)))}</p>"


class SanitizedText(str):
    """A text that has been sanitised; string operations on it return a plain `str`."""

    __slots__ = ()


def sanitize_once(value):
    """Return a text sanitised, unless it has been; other values (None, an expression) unchanged."""
    return SanitizedText(sanitize(value)) if isinstance(value, str) and not isinstance(value, SanitizedText) else value


class RichTextField(models.TextField):
    """A rich text column. In migrations it is a TextField, so that they do not depend on the editor."""

    def pre_save(self, model_instance, add):
        value = sanitize_once(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value

    def get_db_prep_save(self, value, connection):
        """Sanitise the values of `update` and `bulk_update`, which do not call `pre_save`."""
        value = sanitize_once(value)
        return super().get_db_prep_save(str(value) if isinstance(value, str) else value, connection)

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": RichTextFormField, "max_length": MAX_CHARACTERS} | kwargs)


def images_without_alternative(html: str) -> list[str]:
    """Return the file names of the images in a sanitised text that have no alternative text."""
    images = [attributes_of(token[0]) for token in TOKEN.finditer(html) if token[2] == "img"]
    return [image.get("src", "").rpartition("/")[2] for image in images if not image.get("alt")]
