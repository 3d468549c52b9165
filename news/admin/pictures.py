"""Pictures on the desk."""

from django.contrib.admin.widgets import AdminFileWidget
from django.utils.translation import gettext_lazy

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
