"""Pictures and attachments on the desk."""

from django.contrib import admin
from django.contrib.admin.widgets import AdminFileWidget
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from news.models import Attachment
from richtext.handover import address
from richtext.renditions import Picture

FIELDS = [
    "image",
    ("image_focus_x", "image_focus_y"),
    "image_alt",
    "image_decorative",
    "image_credit",
    "video_url",
]
FIELDSET = (gettext_lazy("The picture"), {"fields": FIELDS})
MOST_ATTACHMENTS = 20


class PictureInput(AdminFileWidget):
    """A file input that shows the picture; a click on what matters in it sets the focus, and so do two numbers."""

    template_name = "richtext/picture_input.html"

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        shown = ""
        if self.is_initial(value):
            picture = Picture.named(value.name)
            shown = address(picture.rendition(picture.widths[0], picture.kinds[-1]) if picture else value.name)
        return context | {"shown": shown, "focus_x": f"id_{name}_focus_x", "focus_y": f"id_{name}_focus_y"}


class PictureFormMixin:
    """What the form of a message adds for its picture."""

    FOCUS = {"image_focus_x", "image_focus_y"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in self.FOCUS & set(self.fields):
            self.fields[name].required = False

    def clean(self):
        cleaned = super().clean()
        # What mattered in the picture before stands elsewhere in a new one, or nowhere. No number is the middle.
        renewed = "image" in self.changed_data and not self.FOCUS & set(self.changed_data)
        for name in self.FOCUS & set(cleaned):
            if renewed or cleaned[name] is None:
                cleaned[name] = 50
        return cleaned

    def _post_clean(self):
        super()._post_clean()
        if self.files.get("image") and self.errors and "image" not in self.errors:
            self.add_error("image", _("Choose the picture again: a browser does not keep it while the form is mended."))


class AttachmentsMixin:
    """What is done to the attachments of an approved message stands in its record, by name."""

    def save_formset(self, request, form, formset, change):
        super().save_formset(request, form, formset, change)
        if formset.model is Attachment and form.instance.approved_at:
            done = [
                *(_("added: %s") % row.name for row in formset.new_objects),
                *(_("changed: %s") % row.name for row, _fields in formset.changed_objects),
                *(_("deleted: %s") % row.name for row in formset.deleted_objects),
            ]
            if done:
                form.instance.record_attachments("; ".join(done), at=request.at, by=request.user)


class AttachmentInline(admin.StackedInline):
    """The PDFs that come with a message. They are part of it: whoever may change it may change them."""

    model = Attachment
    fields = [("name", "order"), "file"]
    extra = 0
    max_num = MOST_ATTACHMENTS
    verbose_name_plural = gettext_lazy("Attachments (PDF)")

    def may(self, request):
        """Say whether the officer may write on messages."""
        return request.user.has_perm("news.change_message") or request.user.has_perm("news.add_message")

    def has_add_permission(self, request, obj):
        return self.may(request)

    def has_change_permission(self, request, obj=None):
        return self.may(request)

    def has_delete_permission(self, request, obj=None):
        return self.may(request)

    def has_view_permission(self, request, obj=None):
        return self.may(request) or request.user.has_perm("news.view_message")
