"""The editor in the admin: its policy, what was left out of a text, and a text that is only read."""

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.utils.html import format_html

from richtext.cleaner import clean
from richtext.fields import RichTextField, RichTextFormField
from richtext.losses import Loss, describe
from richtext.templatetags.prose import prose


def editor_policy(view):
    """Decorate a view that shows the editor: there, and only there, style attributes are let through."""
    return csp_update(settings.EDITOR_SOURCES)(view)


def losses_in(form) -> list[Loss]:
    """Return what was left out of the texts of a form that has been validated."""
    fields = (field for field in form.fields.values() if isinstance(field, RichTextFormField))
    return [loss for field in fields for loss in field.losses]


class EditorAdminMixin:
    """A ModelAdmin whose form has the editor in it."""

    def changeform_view(self, request, *args, **kwargs):
        return editor_policy(super().changeform_view)(request, *args, **kwargs)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        for sentence in describe(losses_in(form)):
            self.message_user(request, sentence, messages.WARNING)

    def get_fieldsets(self, request, obj=None):
        """Return the fieldsets; for people who may only look, with each text as the public reads it."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return fieldsets
        texts = {field.name: as_read(field) for field in obj._meta.fields if isinstance(field, RichTextField)}
        return [
            (title, options | {"fields": [texts.get(name, name) for name in options["fields"]]})
            for title, options in fieldsets
        ]


def as_read(field):
    """Return a function for the admin that shows a rich text of a row as the public reads it."""

    def show(obj):
        # On one line: the admin makes a break of each line end.
        html = clean(getattr(obj, field.attname)).replace("\n", " ")
        return format_html('<div class="as-read">{}</div>', prose(html)) if html else "–"

    show.short_description = field.verbose_name
    show.__name__ = field.name
    return show
