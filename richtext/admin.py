"""Rich text in the Django admin: content security policy of the editor, warnings on losses, read-only display."""

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.contrib import messages
from django.utils.html import format_html

from richtext import image_admin  # noqa: F401 (registers the library)
from richtext.convert import Loss, describe
from richtext.fields import RichTextField, RichTextFormField
from richtext.sanitize import sanitize
from richtext.templatetags.richtext_tags import render_richtext

# The editor's toolbar needs style attributes and a blank data: image, the live preview beside it a frame. The only page
# that may be in a frame is in versions/admin/form_previews.py.
EDITOR_SOURCES = {"style-src": [UNSAFE_INLINE], "img-src": ["data:"], "frame-src": [SELF]}


def allow_editor_sources(view):
    """Decorate a view with the editor, whose page needs further sources (content security policy)."""
    return csp_update(EDITOR_SOURCES)(view)


def losses_of_form(form) -> list[Loss]:
    """Return the losses in the texts of a validated form."""
    fields = (field for field in form.fields.values() if isinstance(field, RichTextFormField))
    return [loss for field in fields for loss in field.losses]


class EditorAdminMixin:
    """A ModelAdmin for a model with rich text."""

    def changeform_view(self, request, *args, **kwargs):
        return allow_editor_sources(super().changeform_view)(request, *args, **kwargs)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        obj.pictures.all().share()
        for sentence in describe(losses_of_form(form)):
            self.message_user(request, sentence, messages.WARNING)

    def get_fieldsets(self, request, obj=None):
        """Return the fieldsets; for users without the change permission, with rendered texts."""
        return with_rendered_texts(self, request, obj, super().get_fieldsets(request, obj))


def with_rendered_texts(model_admin, request, obj, fieldsets) -> list:
    """Return fieldsets in which texts that the user may only read are rendered as on the public page."""
    if obj is None or model_admin.has_change_permission(request, obj):
        return fieldsets
    texts = {field.name: rendered_field(field) for field in obj._meta.fields if isinstance(field, RichTextField)}
    return [
        (title, options | {"fields": [texts.get(name, name) for name in options["fields"]]})
        for title, options in fieldsets
    ]


def rendered_field(field):
    """Return a display function for the admin that renders a rich text field as on the public page."""

    def show(obj):
        # On one line, because the admin converts line ends to <br>.
        html = sanitize(getattr(obj, field.attname)).replace("\n", " ")
        return format_html('<div class="as-read">{}</div>', render_richtext(html)) if html else "–"

    show.short_description = field.verbose_name
    show.__name__ = field.name
    return show
