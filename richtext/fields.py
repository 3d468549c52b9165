"""Rich text in models and forms. It is cleaned wherever it enters: from a form, from an import, from the shell."""

from html import escape, unescape

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from richtext.bounds import LONGEST, TooComplex, beginning
from richtext.cleaner import clean
from richtext.losses import Loss, prepare
from richtext.structure import ATTRIBUTE, TOKEN
from richtext.text import one_line
from richtext.widgets import EditorWidget


class RichTextFormField(forms.CharField):
    """A text with mark-up, as the editor sends it, or as it is pasted into a plain text area.

    After `clean`, `losses` holds what was left out of the text: `richtext.losses.describe` puts it into sentences.
    """

    widget = EditorWidget
    losses: tuple[Loss, ...] = ()
    language = ""  # of the text: by it, quotations get their marks
    default_error_messages = {
        "no_alternative": _(
            "The picture {name} has no alternative text. Double-click it and say what it shows, for those who cannot "
            "see it."
        ),
        "max_length": ngettext_lazy(
            "The text may have %(limit_value)d character, mark-up included; it has %(show_value)d. Shorten it.",
            "The text may have %(limit_value)d characters, mark-up included; it has %(show_value)d. Shorten it, or "
            "make several of it.",
            "limit_value",
        ),
    }

    def __init__(self, *, max_length=LONGEST, widget=None, **kwargs):
        # The admin would put its own text area in the place of the editor, as for every text field.
        super().__init__(max_length=max_length, widget=widget if isinstance(widget, EditorWidget) else None, **kwargs)

    def to_python(self, value):
        value = super().to_python(value)
        self.losses = ()
        if len(value) > LONGEST:
            return value  # the validators refuse it
        prepared, losses = prepare(value, language=self.language)
        value = clean(prepared)
        self.losses = tuple(losses)
        return value

    def get_bound_field(self, form, field_name):
        """Return the field of a form, and learn the language that the form gives the text."""
        self.language = form.data.get(form.add_prefix("language")) or form.initial.get("language") or ""
        return super().get_bound_field(form, field_name)

    def bound_data(self, data, initial):
        """Return what was sent as it will be saved, so that a form shown again shows what it has kept."""
        data = super().bound_data(data, initial)
        if not isinstance(data, str) or len(data) > LONGEST:
            return data
        try:
            return prepare(data, language=self.language)[0]
        except TooComplex:
            return data

    def widget_attrs(self, widget):
        """Return no `maxlength`: a browser counts the words on the screen, not the mark-up."""
        return {}

    def validate(self, value):
        super().validate(value)
        faults = [
            ValidationError(self.error_messages["no_alternative"].format(name=name), code="no_alternative")
            for name in pictures_without_alternative(value)
        ]
        if faults:
            raise ValidationError(faults)


def preview(typed: str, language: str = "") -> str:
    """Return a text as it would be saved, whether or not it may be: cut where it is too long, else without mark-up."""
    typed = beginning(typed)
    try:
        return clean(prepare(typed, language=language)[0])
    except TooComplex:
        return f"<p>{escape(unescape(one_line(typed)))}</p>"


class CleanText(str):
    """A text that the cleaner has seen; whatever is made of it is a plain `str` again."""

    __slots__ = ()


def cleaned(value):
    """Return a text cleaned, once; anything else (None, an expression) as it is."""
    return CleanText(clean(value)) if isinstance(value, str) and not isinstance(value, CleanText) else value


class RichTextField(models.TextField):
    """A column of rich text. Migrations see a plain text field, so that no editor is named there."""

    def pre_save(self, model_instance, add):
        value = cleaned(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value

    def get_db_prep_save(self, value, connection):
        """Clean what `update` and `bulk_update` write: they pass by `pre_save`."""
        value = cleaned(value)
        return super().get_db_prep_save(str(value) if isinstance(value, str) else value, connection)

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": RichTextFormField, "max_length": LONGEST} | kwargs)


def pictures_without_alternative(html: str) -> list[str]:
    """Return the file names of the pictures in a clean text that say nothing to those who cannot see them."""
    pictures = [
        {name: unescape(value) for name, value in ATTRIBUTE.findall(token[0])}
        for token in TOKEN.finditer(html)
        if token[2] == "img"
    ]
    return [picture.get("src", "").rpartition("/")[2] for picture in pictures if not picture.get("alt")]
